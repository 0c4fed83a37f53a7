//! Signals by name and number. Must not know what they do.

/// The number of a signal given as `SIGTERM`, `TERM` or `15`.
pub fn number(signal: &str) -> Option<i64> {
    const NAMES: [(&str, i64); 14] = [
        ("HUP", 1),
        ("INT", 2),
        ("QUIT", 3),
        ("ABRT", 6),
        ("KILL", 9),
        ("USR1", 10),
        ("SEGV", 11),
        ("USR2", 12),
        ("ALRM", 14),
        ("TERM", 15),
        ("CONT", 18),
        ("STOP", 19),
        ("TSTP", 20),
        ("WINCH", 28),
    ];
    let upper = signal.to_ascii_uppercase();
    if let Ok(number) = upper.parse::<i64>() {
        return (1..=64).contains(&number).then_some(number);
    }
    let bare = upper.strip_prefix("SIG").unwrap_or(&upper);
    let found = NAMES.iter().find(|(name, _)| *name == bare);
    found.map(|(_, number)| *number)
}
