//! The program: hands its arguments to the command line and exits with what that says. Holds nothing else.
use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(stacktui::cli::run(std::env::args_os()))
}
