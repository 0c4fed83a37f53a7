//! Exit codes and signals in words.
//!
//! Sources: `docker run` (exit status 125 to 127), POSIX shells (128 + signal), Linux `signal(7)`.
//! Must not know: containers, how words are drawn.

/// How a container ended, in words; `oom` when the engine says the kernel ran out of memory for it.
///
/// 0 `exited cleanly`, 137 `killed (SIGKILL)` or `killed: out of memory`, 143 `terminated (SIGTERM)`, else `exit code N`.
pub fn exit_code(code: i64, oom: bool) -> String {
    if named(code).is_some() {
        return exit_words(code, oom).unwrap_or_default();
    }
    if oom {
        say!("exit code {code}, out of memory", code)
    } else {
        say!("exit code {code}", code)
    }
}

/// The same where the code itself stands beside it; `None` when there are no more words for it than its number.
pub fn exit_words(code: i64, oom: bool) -> Option<String> {
    match named(code) {
        Some(_) if oom && code == 137 => Some(say!("killed: out of memory").to_owned()),
        Some(words) if oom && code != 0 => Some(say!("{words}, out of memory", words)),
        None if oom => Some(say!("out of memory").to_owned()),
        words => words,
    }
}

fn named(code: i64) -> Option<String> {
    let words = match code {
        0 => say!("exited cleanly"),
        1 => say!("error"),
        125 => say!("the engine could not run it"),
        126 => say!("command cannot be executed"),
        127 => say!("command not found"),
        _ => return signal_name(code.saturating_sub(128)).map(by_signal),
    };
    Some(words.to_owned())
}

fn by_signal(name: &str) -> String {
    let verb = match name {
        "SIGKILL" => say!("killed" as "by a signal"),
        "SIGTERM" => say!("terminated" as "by a signal"),
        "SIGINT" => say!("interrupted" as "by a signal"),
        "SIGABRT" => say!("aborted" as "by a signal"),
        "SIGSEGV" | "SIGBUS" | "SIGILL" | "SIGFPE" => say!("crashed" as "by a signal"),
        "SIGHUP" => say!("hung up" as "by a signal"),
        _ => say!("ended by signal" as "by a signal"),
    };
    format!("{verb} ({name})")
}

/// The name of a Linux signal, 1 to 31 (x86 and ARM numbering).
pub fn signal_name(n: i64) -> Option<&'static str> {
    const NAMES: [&str; 31] = [
        "SIGHUP",
        "SIGINT",
        "SIGQUIT",
        "SIGILL",
        "SIGTRAP",
        "SIGABRT",
        "SIGBUS",
        "SIGFPE",
        "SIGKILL",
        "SIGUSR1",
        "SIGSEGV",
        "SIGUSR2",
        "SIGPIPE",
        "SIGALRM",
        "SIGTERM",
        "SIGSTKFLT",
        "SIGCHLD",
        "SIGCONT",
        "SIGSTOP",
        "SIGTSTP",
        "SIGTTIN",
        "SIGTTOU",
        "SIGURG",
        "SIGXCPU",
        "SIGXFSZ",
        "SIGVTALRM",
        "SIGPROF",
        "SIGWINCH",
        "SIGIO",
        "SIGPWR",
        "SIGSYS",
    ];
    let index = usize::try_from(n).ok()?.checked_sub(1)?;
    NAMES.get(index).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_in_words() {
        for (code, oom, words) in [
            (0, false, "exited cleanly"),
            (0, true, "exited cleanly"),
            (1, false, "error"),
            (1, true, "error, out of memory"),
            (2, false, "exit code 2"),
            (125, false, "the engine could not run it"),
            (126, false, "command cannot be executed"),
            (127, false, "command not found"),
            (128, false, "exit code 128"),
            (129, false, "hung up (SIGHUP)"),
            (130, false, "interrupted (SIGINT)"),
            (134, false, "aborted (SIGABRT)"),
            (137, false, "killed (SIGKILL)"),
            (137, true, "killed: out of memory"),
            (139, false, "crashed (SIGSEGV)"),
            (143, false, "terminated (SIGTERM)"),
            (159, false, "ended by signal (SIGSYS)"),
            (160, false, "exit code 160"),
            (255, false, "exit code 255"),
            (-1, false, "exit code -1"),
            (i64::MIN, false, "exit code -9223372036854775808"),
        ] {
            assert_eq!(exit_code(code, oom), words);
        }
    }

    #[test]
    fn signals() {
        assert_eq!(signal_name(1), Some("SIGHUP"));
        assert_eq!(signal_name(9), Some("SIGKILL"));
        assert_eq!(signal_name(15), Some("SIGTERM"));
        assert_eq!(signal_name(31), Some("SIGSYS"));
        assert_eq!(signal_name(0), None);
        assert_eq!(signal_name(32), None);
        assert_eq!(signal_name(i64::MIN), None);
    }
}
