//! The program: hands its arguments to the command line and exits with what that says; a panic anywhere ends it. Holds
//! nothing else.
use std::process::ExitCode;

fn main() -> ExitCode {
    // A release is built without unwinding: a panic is a line and 101 because this hook says so.
    stacktui::runtime::panic::install(None);
    ExitCode::from(stacktui::cli::run(std::env::args_os()))
}
