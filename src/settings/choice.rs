//! Settings that are one word out of a few. Each word is written once, here.

macro_rules! choice {
    ($(#[$doc:meta])* $name:ident { $first:ident = $first_word:literal, $($variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub enum $name {
            #[default]
            $first,
            $($variant),+
        }

        impl $name {
            /// Every word, the default first.
            pub const WORDS: &'static [&'static str] = &[$first_word, $($word),+];

            pub fn word(self) -> &'static str {
                match self {
                    Self::$first => $first_word,
                    $(Self::$variant => $word),+
                }
            }

            /// The word's meaning; `None` for a word that is not in `WORDS`.
            pub fn parse(word: &str) -> Option<Self> {
                match word {
                    $first_word => Some(Self::$first),
                    $($word => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }
    };
}

choice! {
    /// How many colours to use.
    Colors { Auto = "auto", None = "none", Sixteen = "16", Indexed = "256", True = "truecolor" }
}

choice! {
    /// Whether addresses are links of the terminal.
    Hyperlinks { Auto = "auto", On = "on", Off = "off" }
}

choice! {
    /// Whose keys to start from.
    Preset { Default = "default", Lazydocker = "lazydocker", K9s = "k9s" }
}

choice! {
    /// The stamp before each log line.
    Timestamps { Off = "off", Local = "local", Utc = "utc", Relative = "relative" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_choices_agree() {
        for word in Colors::WORDS {
            assert_eq!(Colors::parse(word).unwrap().word(), *word);
        }
        for word in Timestamps::WORDS {
            assert_eq!(Timestamps::parse(word).unwrap().word(), *word);
        }
        assert_eq!(Preset::parse("vim"), None);
        assert_eq!(Preset::WORDS[0], Preset::default().word());
    }
}
