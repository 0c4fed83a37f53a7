//! Styles by meaning: one list of theme keys, a spec language for settings, palettes that degrade.
//! Level 1: knows colours, no screen and no state.
mod foreign;
mod spec;
mod symbols;

pub use spec::{SpecError, parse_style};
pub use symbols::Symbols;

use ratatui::style::{Color, Modifier, Style};

/// How many colours the terminal shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// `NO_COLOR`: attributes only.
    None,
    Ansi16,
    Ansi256,
    True,
}

macro_rules! theme_keys {
    ($($(#[doc = $doc:literal])+ $name:ident $id:literal $dark:literal $light:literal $plain:literal;)+) => {
        /// Every style the program draws with. Nothing is drawn with a colour that is not one of these.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Key { $($(#[doc = $doc])+ $name,)+ }

        /// One row a key: key, name in a theme file, what it colours, spec on dark, on light, without colours.
        pub const KEYS: &[KeyDoc] = &[$(KeyDoc {
            key: Key::$name, id: $id, doc: concat!($($doc),+), dark: $dark, light: $light, plain: $plain,
        },)+];
    };
}

/// A theme key's documentation and defaults.
#[derive(Debug, Clone, Copy)]
pub struct KeyDoc {
    pub key: Key,
    /// Its name in a theme file.
    pub id: &'static str,
    pub doc: &'static str,
    /// Spec on a dark background.
    pub dark: &'static str,
    pub light: &'static str,
    /// Spec where there are no colours: meaning is in the words, this is emphasis.
    pub plain: &'static str,
}

theme_keys! {
    /// Ordinary text.
    Text "text" "" "" "";
    /// Text of lesser weight: units, ages, labels of fields.
    Dim "dim" "244" "243" "dim";
    /// Text that is hardly there: rules, blanks, old figures.
    Faint "faint" "239" "250" "dim";
    /// Text of greater weight: names, titles.
    Strong "strong" "bold" "bold" "bold";
    /// The product's own colour: the current tab, keys, prompts.
    Accent "accent" "80" "30" "bold";
    /// The tab that is shown.
    TabCurrent "tab.current" "bold 252" "bold 236" "bold underline";
    /// The other tabs.
    Tab "tab" "244" "243" "";
    /// The key in a key hint.
    HintKey "hint.key" "80" "30" "bold";
    /// The word in a key hint.
    HintWord "hint.word" "245" "243" "";
    /// A column's title.
    ColumnTitle "column.title" "244" "243" "dim";
    /// The title of the column that orders the table.
    ColumnOrdered "column.ordered" "bold 252" "bold 236" "bold underline";
    /// The row under the cursor.
    Selected "selected" "on 237" "on 254" "reverse";
    /// The cursor's bar at the row's edge.
    Cursor "cursor" "bold 80" "bold 30" "bold";
    /// A marked row's mark.
    Marked "marked" "bold 221" "bold 130" "bold";
    /// A stack's row.
    Stack "stack" "bold 252" "bold 236" "bold";
    /// Running and, if it says so, healthy.
    StateOk "state.ok" "108" "28" "";
    /// Starting, restarting, on the way.
    StateBusy "state.busy" "179" "130" "bold";
    /// Unhealthy, failed, dead.
    StateBad "state.bad" "bold 203" "bold 160" "bold";
    /// Paused.
    StatePaused "state.paused" "140" "91" "";
    /// Exited well, created: not running and no worry.
    StateOff "state.off" "242" "245" "dim";
    /// A figure in its normal range.
    Figure "figure" "250" "238" "";
    /// A figure to look at: above 70 percent of its limit.
    FigureHigh "figure.high" "179" "130" "bold";
    /// A figure near its limit: above 90 percent.
    FigureFull "figure.full" "bold 203" "bold 160" "bold";
    /// A figure that is old.
    FigureOld "figure.old" "240" "249" "dim";
    /// CPU in charts and sparklines.
    ChartCpu "chart.cpu" "73" "31" "";
    /// Memory in charts and sparklines.
    ChartMemory "chart.memory" "140" "91" "";
    /// Network in charts.
    ChartNetwork "chart.network" "108" "28" "";
    /// Disk in charts.
    ChartDisk "chart.disk" "179" "130" "";
    /// A job under way on a row.
    Job "job" "bold 179" "bold 130" "bold";
    /// A toast that says something went well.
    ToastOk "toast.ok" "108 on 236" "28 on 254" "reverse";
    /// A toast that says something failed.
    ToastBad "toast.bad" "bold 203 on 236" "bold 160 on 254" "bold reverse";
    /// The link is up.
    LinkUp "link.up" "108" "28" "";
    /// The link is down, or data is old.
    LinkDown "link.down" "bold 203" "bold 160" "bold reverse";
    /// The border of a window over the screen.
    Border "border" "240" "248" "";
    /// The title of such a window.
    Title "title" "bold 252" "bold 236" "bold";
    /// Danger in a question: what will be lost.
    Danger "danger" "bold 203" "bold 160" "bold";
    /// The letters of a name that a filter found.
    FilterHit "filter.hit" "bold underline 80" "bold underline 30" "bold underline";
    /// A hit of a search.
    Match "match" "16 on 221" "16 on 221" "reverse";
    /// The hit the cursor is on.
    MatchCurrent "match.current" "bold 16 on 215" "bold 16 on 215" "bold reverse";
    /// A separator line in logs: start, death, health.
    Separator "log.separator" "bold 110" "bold 25" "bold";
    /// A log line's time.
    LogTime "log.time" "240" "248" "dim";
    /// Standard error's mark.
    LogStderr "log.stderr" "167" "124" "bold";
    /// Colours that tell sources apart in a merged log.
    Source1 "log.source.1" "110" "25" "";
    /// See `log.source.1`.
    Source2 "log.source.2" "150" "64" "";
    /// See `log.source.1`.
    Source3 "log.source.3" "180" "94" "";
    /// See `log.source.1`.
    Source4 "log.source.4" "175" "125" "";
    /// See `log.source.1`.
    Source5 "log.source.5" "116" "30" "";
    /// See `log.source.1`.
    Source6 "log.source.6" "146" "60" "";
    /// A field's name in details and inspect.
    FieldName "field.name" "110" "25" "";
    /// A text value in inspect.
    ValueText "value.text" "150" "64" "";
    /// A number or boolean in inspect.
    ValueNumber "value.number" "180" "94" "";
    /// A comment in a compose file.
    CodeComment "code.comment" "242" "245" "dim";
    /// A variable in a compose file.
    CodeVariable "code.variable" "116" "30" "bold";
    /// A line that is new in a file.
    DiffAdded "diff.added" "108" "28" "bold";
    /// A line that a file has no longer.
    DiffRemoved "diff.removed" "167" "124" "";
    /// A masked secret.
    Secret "secret" "240" "248" "dim";
    /// What a program said that had to be altered to be safe.
    Altered "altered" "215" "166" "bold";
    /// The demo and read-only badges.
    Badge "badge" "bold 16 on 80" "bold 231 on 30" "reverse";
}

/// The styles of a run: one for each key.
#[derive(Debug, Clone)]
pub struct Theme {
    styles: Vec<Style>,
    pub depth: Depth,
    pub symbols: Symbols,
}

impl Theme {
    /// The built-in theme for a background and a colour depth.
    pub fn builtin(light: bool, depth: Depth, ascii: bool) -> Self {
        let styles = KEYS
            .iter()
            .map(|doc| {
                let spec = match (depth, light) {
                    (Depth::None, _) => doc.plain,
                    (_, true) => doc.light,
                    (_, false) => doc.dark,
                };
                degrade(parse_style(spec).unwrap_or_default(), depth)
            })
            .collect();
        Self {
            styles,
            depth,
            symbols: if ascii {
                Symbols::ASCII
            } else {
                Symbols::UNICODE
            },
        }
    }

    pub fn style(&self, key: Key) -> Style {
        self.styles.get(key as usize).copied().unwrap_or_default()
    }

    /// Sets one key from a theme file. Errors name the key or the word that is wrong.
    pub fn set(&mut self, id: &str, spec: &str) -> Result<(), SpecError> {
        let index = KEYS
            .iter()
            .position(|doc| doc.id == id)
            .ok_or_else(|| SpecError::Key(id.to_owned()))?;
        let style = degrade(parse_style(spec)?, self.depth);
        if let Some(slot) = self.styles.get_mut(index) {
            *slot = style;
        }
        Ok(())
    }

    /// The colour of the n-th source of a merged log.
    pub fn source(&self, n: usize) -> Style {
        const SOURCES: [Key; 6] = [
            Key::Source1,
            Key::Source2,
            Key::Source3,
            Key::Source4,
            Key::Source5,
            Key::Source6,
        ];
        self.style(
            SOURCES
                .get(n % SOURCES.len())
                .copied()
                .unwrap_or(Key::Source1),
        )
    }
}

fn degrade(mut style: Style, depth: Depth) -> Style {
    style.fg = style.fg.map(|c| degrade_color(c, depth));
    style.bg = style.bg.map(|c| degrade_color(c, depth));
    if depth == Depth::Ansi16 && style.bg == Some(Color::Black) {
        style.bg = None;
        style = style.add_modifier(Modifier::REVERSED);
    }
    if depth == Depth::None {
        style.fg = None;
        style.bg = None;
    }
    style
}

fn degrade_color(color: Color, depth: Depth) -> Color {
    match (depth, color) {
        (Depth::Ansi256, Color::Rgb(r, g, b)) => Color::Indexed(spec::nearest_256(r, g, b)),
        (Depth::Ansi16, Color::Rgb(r, g, b)) => spec::nearest_16(r, g, b),
        (Depth::Ansi16, Color::Indexed(n)) if n >= 16 => {
            let (r, g, b) = spec::rgb_of(n);
            spec::nearest_16(r, g, b)
        }
        _ => color,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_can_be_read_and_names_are_unique() {
        let mut ids: Vec<_> = KEYS.iter().map(|doc| doc.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), KEYS.len());
        for (index, doc) in KEYS.iter().enumerate() {
            assert_eq!(doc.key as usize, index);
            for spec in [doc.dark, doc.light, doc.plain] {
                parse_style(spec).unwrap_or_else(|e| panic!("{}: {e}", doc.id));
            }
            assert!(doc.doc.trim().ends_with('.'), "{}", doc.id);
        }
    }

    #[test]
    fn without_colours_no_colour_is_left() {
        let theme = Theme::builtin(false, Depth::None, false);
        for doc in KEYS {
            let style = theme.style(doc.key);
            assert_eq!((style.fg, style.bg), (None, None), "{}", doc.id);
        }
    }

    #[test]
    fn sixteen_colours_stay_sixteen() {
        let theme = Theme::builtin(false, Depth::Ansi16, false);
        for doc in KEYS {
            for color in [theme.style(doc.key).fg, theme.style(doc.key).bg]
                .into_iter()
                .flatten()
            {
                assert!(
                    !matches!(color, Color::Rgb(..) | Color::Indexed(16..)),
                    "{}: {color:?}",
                    doc.id
                );
            }
        }
    }
}
