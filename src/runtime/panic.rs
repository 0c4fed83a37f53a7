//! A panic anywhere ends the program: terminal first, a report, one line, exit. Knows the terminal session only.
use std::backtrace::Backtrace;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::panic::PanicHookInfo;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use super::terminal;

/// The exit code of a panic, as Rust's own.
const EXIT: i32 = 101;
/// From panic to exit, at most.
const LIMIT: Duration = Duration::from_millis(200);

static PANICKED: AtomicBool = AtomicBool::new(false);

/// From now on a panic in any thread or task gives the terminal back, writes a report into `report_dir` when there is
/// one, says so in one line on stderr, and exits with 101 within 200 ms.
pub fn install(report_dir: Option<PathBuf>) {
    std::panic::set_hook(Box::new(move |info| {
        end(info, report_dir.as_deref());
    }));
}

fn end(info: &PanicHookInfo<'_>, report_dir: Option<&Path>) -> ! {
    if PANICKED.swap(true, Ordering::SeqCst) {
        // Another thread is at it, or this hook has failed: the limit below ends us.
        thread::sleep(LIMIT);
        signal_hook::low_level::exit(EXIT);
    }
    let _no_thread = thread::Builder::new().name("exit".to_owned()).spawn(|| {
        thread::sleep(LIMIT);
        signal_hook::low_level::exit(EXIT);
    });
    terminal::restore_now();
    let what = describe(info);
    let report = report_dir.and_then(|dir| create(dir).ok());
    let mut line = format!("stacktui stopped because of a bug in it: {what}");
    if let Some((path, _)) = &report {
        line.push_str(". Please send the report: ");
        line.push_str(&visible(&path.to_string_lossy()));
    }
    line.push('\n');
    // Written by hand: `eprintln!` panics when stderr is gone.
    let _gone = io::stderr().write_all(line.as_bytes());
    if let Some((_, mut file)) = report {
        let _full = write_report(&mut file, &what);
    }
    signal_hook::low_level::exit(EXIT);
}

/// What happened and where, on one line, safe to show.
fn describe(info: &PanicHookInfo<'_>) -> String {
    let payload = info.payload();
    let message = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message");
    let place = info.location().map_or_else(String::new, |location| {
        format!(" (at {}:{})", location.file(), location.line())
    });
    visible(&format!("{message}{place}"))
}

/// Control characters escaped, length bounded.
fn visible(text: &str) -> String {
    const CAP: usize = 500;
    let mut out = String::with_capacity(text.len().min(CAP));
    for c in text.chars().take(CAP) {
        if c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
        {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out
}

/// A new file only we can read; the name carries the process id, and a number where that came before.
fn create(dir: &Path) -> io::Result<(PathBuf, File)> {
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)?;
    let id = std::process::id();
    for number in 0..100 {
        let path = match number {
            0 => dir.join(format!("panic-{id}.txt")),
            _ => dir.join(format!("panic-{id}-{number}.txt")),
        };
        let opened = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path);
        match opened {
            Ok(file) => return Ok((path, file)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// No environment, no arguments: nothing that could be a secret but the message itself. The backtrace comes last, as
/// it may take longer than we have.
fn write_report(file: &mut File, what: &str) -> io::Result<()> {
    writeln!(file, "stacktui {}", env!("CARGO_PKG_VERSION"))?;
    writeln!(file, "{} {}", std::env::consts::OS, std::env::consts::ARCH)?;
    let thread = thread::current();
    writeln!(file, "thread: {}", thread.name().unwrap_or("unnamed"))?;
    if let Some(task) = tokio::task::try_id() {
        writeln!(file, "task: {task}")?;
    }
    writeln!(file, "panic: {what}\n")?;
    write!(file, "{}", Backtrace::force_capture())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_report_is_ours_alone_and_never_overwrites() {
        let dir = tempfile::tempdir().unwrap();
        let nested = dir.path().join("state");
        let (first, mut file) = create(&nested).unwrap();
        let (second, _) = create(&nested).unwrap();
        assert_ne!(first, second);
        let mode = first.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);

        write_report(&mut file, "index out of bounds (at src/x.rs:1)").unwrap();
        let text = std::fs::read_to_string(first).unwrap();
        assert!(text.contains("panic: index out of bounds"), "{text}");
        assert!(
            text.contains("a_report_is_ours_alone"),
            "the thread's name: {text}"
        );
    }

    #[test]
    fn foreign_text_in_a_message_stays_text() {
        assert_eq!(
            visible("a\x1b[31m\u{202e}b\n"),
            "a\\u{1b}[31m\\u{202e}b\\u{a}"
        );
        assert_eq!(visible(&"x".repeat(5000)).len(), 500);
    }
}
