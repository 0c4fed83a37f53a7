//! How the lines of a log view are shown. Knows no line.

/// How times are shown before lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Stamps {
    #[default]
    Off,
    Local,
    Utc,
    Relative,
}

impl Stamps {
    pub fn next(self) -> Self {
        match self {
            Self::Off => Self::Local,
            Self::Local => Self::Utc,
            Self::Utc => Self::Relative,
            Self::Relative => Self::Off,
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::Off => key!("off" as "look"),
            Self::Local => key!("local" as "look"),
            Self::Utc => key!("UTC" as "look"),
            Self::Relative => key!("relative" as "look"),
        }
    }
}

/// How lines of JSON and logfmt are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fold {
    /// Level, message, then the fields, in one row.
    #[default]
    Row,
    /// A row for each field.
    Open,
    /// As they came.
    Raw,
}

impl Fold {
    pub fn next(self) -> Self {
        match self {
            Self::Row => Self::Open,
            Self::Open => Self::Raw,
            Self::Raw => Self::Row,
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::Row => key!("folded" as "look"),
            Self::Open => key!("opened" as "look"),
            Self::Raw => key!("raw" as "look"),
        }
    }
}

/// The look of a log view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LogLook {
    pub wrap: bool,
    /// Columns scrolled to the right when lines are not wrapped.
    pub column: usize,
    pub stamps: Stamps,
    pub fold: Fold,
}
