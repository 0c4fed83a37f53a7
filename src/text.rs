//! Text at the border: untrusted bytes made safe, display widths, wrapping, human figures, fuzzy match.
//!
//! Every string that comes from an engine, a container or a file passes `sanitise*` here once, at ingest;
//! everything behind this module may take text as safe to measure and to draw.
//! Must not know: models, themes, ratatui, the terminal. Uses std, chrono and the Unicode tables only.

mod address;
mod cause;
mod class;
pub mod code;
mod complaint;
pub mod exit;
pub mod fields;
pub mod fuzzy;
pub mod human;
mod json;
pub mod level;
mod line;
mod logfmt;
pub mod osc;
mod runs;
pub mod sanitise;
pub mod secret;
mod secret_value;
mod secret_words;
pub mod seek;
mod sequence;
mod sgr;
mod shell;
pub mod span;
pub mod trace;
pub mod when;
pub mod width;
pub mod wrap;

pub use address::{host_width, shorten_address};
pub use cause::{cause, short_ids};
pub use code::{Code, Language, Tone};
pub use complaint::{without_value, without_values};
pub use exit::{exit_code, exit_words, signal_name};
pub use fields::{Folded, expanded, fold, one_line};
pub use fuzzy::{FuzzyMatcher, nearest};
pub use human::{bytes, bytes_short, count, decimal, percent, rate};
pub use level::{Level, level_of};
pub use line::floor_border;
pub use osc::{OSC52_CAP, TooLarge, osc52};
pub use sanitise::{
    RECORD_CAP, SafeText, StyleRun, is_safe_symbol, sanitise, sanitise_block, sanitise_ident,
};
pub use secret::{MASK, looks_secret};
pub use secret_words::{SecretWords, secret_words};
pub use sgr::{TextColor, TextStyle};
pub use shell::{quoted, quoted_path, split_words};
pub use span::{ago, day_and_time, duration, duration_long, words};
pub use trace::{Grouper, continues};
pub use width::{
    pad_left, pad_right, skip_columns, truncate, truncate_middle, truncate_start, width,
};
pub use wrap::{wrap_offsets, wrap_words};
