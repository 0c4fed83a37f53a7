//! The few signs the program draws, in Unicode and in ASCII. Meaning never hangs on one of them alone.

/// Signs for states, bars and borders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Symbols {
    pub ascii: bool,
    pub running: &'static str,
    pub paused: &'static str,
    pub stopped: &'static str,
    pub bad: &'static str,
    pub busy: &'static str,
    pub created: &'static str,
    pub marked: &'static str,
    pub cursor: &'static str,
    pub folded: &'static str,
    pub open: &'static str,
    pub ellipsis: &'static str,
    pub up: &'static str,
    pub down: &'static str,
    pub separator: &'static str,
    pub rule: &'static str,
    pub bullet: &'static str,
    pub arrow: &'static str,
    pub mask: &'static str,
    /// Eight steps of a bar, lowest first.
    pub steps: [&'static str; 8],
    /// Frames of a spinner.
    pub spinner: &'static [&'static str],
    /// Top-left, top-right, bottom-left, bottom-right, horizontal, vertical.
    pub corners: [&'static str; 6],
}

impl Symbols {
    pub const UNICODE: Self = Self {
        ascii: false,
        running: "●",
        paused: "‖",
        stopped: "○",
        bad: "✖",
        busy: "◐",
        created: "◌",
        marked: "◆",
        cursor: "▌",
        folded: "▸",
        open: "▾",
        ellipsis: "…",
        up: "↑",
        down: "↓",
        separator: "│",
        rule: "─",
        bullet: "·",
        arrow: "→",
        mask: "••••••••",
        steps: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
        spinner: &["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧"],
        corners: ["╭", "╮", "╰", "╯", "─", "│"],
    };
    pub const ASCII: Self = Self {
        ascii: true,
        running: "*",
        paused: "=",
        stopped: "-",
        bad: "!",
        busy: "~",
        created: ".",
        marked: "#",
        cursor: ">",
        folded: "+",
        open: "-",
        ellipsis: "~",
        up: " ^",
        down: " v",
        separator: "|",
        rule: "-",
        bullet: "-",
        arrow: "->",
        mask: "********",
        steps: ["_", "_", ".", ".", "-", "-", "=", "#"],
        spinner: &["|", "/", "-", "\\"],
        corners: ["+", "+", "+", "+", "-", "|"],
    };
}
