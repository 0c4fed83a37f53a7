//! The level table: where each module stands, what it may use of the crate and of other crates. The rules read it; to
//! move a wall, move it here and in the drawing of `src/lib.rs`.

/// What a module is beside its level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// No I/O, no clock.
    Pure,
    /// Does I/O of its own: stands at level 2, used by the runtime and the command line alone.
    Edge,
    /// The simulated engine: uses nothing of the crate, used by the runtime and the command line alone.
    Sim,
    /// Starts things.
    Top,
}

/// A module right under the crate's root.
#[derive(Debug)]
pub struct Module {
    pub name: &'static str,
    pub level: u8,
    pub kind: Kind,
    /// Crates it may use beside `std`; for [`Kind::Pure`] only.
    pub crates: &'static [&'static str],
}

const fn pure(name: &'static str, level: u8, crates: &'static [&'static str]) -> Module {
    Module {
        name,
        level,
        kind: Kind::Pure,
        crates,
    }
}

const fn other(name: &'static str, level: u8, kind: Kind) -> Module {
    Module {
        name,
        level,
        kind,
        crates: &[],
    }
}

/// Dates, for the lowest and for what is passed around.
const DATES: &[&str] = &["chrono"];
/// The same with error words, for what reads what users write.
const SETTINGS: &[&str] = &["chrono", "thiserror"];
/// The same with ratatui's styles.
const STYLES: &[&str] = &["chrono", "ratatui", "thiserror"];
/// What packs and scans log lines.
const LINES: &[&str] = &[
    "chrono",
    "grep_matcher",
    "grep_regex",
    "memchr",
    "regex",
    "regex_syntax",
    "zstd",
];
/// Ratatui's cells, styles and rectangles.
const DRAWING: &[&str] = &["chrono", "ratatui"];
/// For text: the Unicode tables, the matcher and patterns.
const TEXT: &[&str] = &[
    "chrono",
    "nucleo_matcher",
    "regex",
    "unicode_segmentation",
    "unicode_width",
];

pub const MODULES: &[Module] = &[
    pure("lang", 0, &[]),
    pure("model", 0, DATES),
    pure("text", 0, TEXT),
    pure("keys", 1, SETTINGS),
    pure("theme", 1, STYLES),
    pure("settings", 1, SETTINGS),
    pure("log_store", 1, LINES),
    pure("msg", 2, DATES),
    pure("effect", 2, DATES),
    pure("widgets", 2, DRAWING),
    other("engine", 2, Kind::Edge),
    other("integrations", 2, Kind::Edge),
    other("compose", 2, Kind::Edge),
    other("journal", 2, Kind::Edge),
    other("config", 2, Kind::Edge),
    pure("state", 3, DATES),
    pure("actions", 4, DRAWING),
    pure("columns", 4, DRAWING),
    pure("layout", 4, DRAWING),
    pure("views", 5, DRAWING),
    pure("update", 6, DRAWING),
    pure("subscriptions", 6, DRAWING),
    other("runtime", 7, Kind::Top),
    other("cli", 8, Kind::Top),
    other("main", 8, Kind::Top),
    other("sim", 7, Kind::Sim),
];

pub fn find(name: &str) -> Option<&'static Module> {
    MODULES.iter().find(|module| module.name == name)
}

/// One file that may use a crate its module may not.
pub const CRATE_EXCEPTIONS: &[(&str, &str)] = &[
    ("src/keys/decode.rs", "termina"),
    ("src/keys/crossterm.rs", "crossterm"),
    ("src/model/route/constraint.rs", "regex"),
];

/// What does I/O, or is a clock, in the standard library.
pub const STD_IO: &[&str] = &[
    "env",
    "fs",
    "io",
    "net",
    "os",
    "process",
    "thread",
    "time::Instant",
    "time::SystemTime",
];

/// Of those, what is a plain value.
pub const STD_VALUES: &[&str] = &["net::IpAddr"];

/// Calls that read the machine's clock.
pub const CLOCKS: &[&str] = &[
    "Instant::now",
    "SystemTime::now",
    "Utc::now",
    "Local::now",
    "std::time::Instant::now",
    "std::time::SystemTime::now",
    "chrono::Utc::now",
    "chrono::Local::now",
    "chrono::offset::Utc::now",
    "chrono::offset::Local::now",
];

/// Where the clock may be read: one file, and the world that has a clock of its own.
pub const CLOCK_KEEPERS: &[&str] = &["src/runtime/clock.rs", "src/sim.rs", "src/sim/"];

/// Files of `src/views` that are no screens: parts that any screen may be made of.
pub const VIEW_PARTS: &[&str] = &[
    "chrome",
    "course",
    "footer",
    "grid",
    "happened",
    "header",
    "hints",
    "list",
    "no_engine",
    "notice",
    "overlays",
    "pieces",
    "plain",
    "section",
    "shelf",
    "tabs",
];

/// File and folder names that say nothing.
pub const EMPTY_NAMES: &[&str] = &["app", "utils", "common", "helpers", "types", "mod"];

pub const MOST_LINES: usize = 500;
pub const MOST_LINES_OF_A_FUNCTION: usize = 80;

/// The screen's crates, which no module of I/O needs.
pub const NOT_FOR_EDGES: &[&str] = &["clap", "crossterm", "ratatui", "termina"];
/// The same, and the client's own types.
pub const NOT_FOR_SIM: &[&str] = &["bollard", "clap", "crossterm", "ratatui", "termina"];

/// Lines that break a rule and wait to be mended: file, part of the line, why it is still there. One that is gone must
/// leave this list.
pub const DEBTS: &[(&str, &str, &str)] = &[];
