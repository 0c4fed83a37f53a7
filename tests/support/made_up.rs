//! A made-up language that knows every text, its letters replaced by one that is none of ASCII's: what is left in ASCII
//! letters was said past the catalogue, or is data.
use std::collections::BTreeSet;
use std::sync::LazyLock;

use stacktui::lang::{Lang, Language, Text};

/// Every text of the French file; holes stay.
pub static MADE_UP: LazyLock<Language> = LazyLock::new(|| {
    let french = Lang::named("fr").expect("French is there");
    let texts = french.texts().iter().map(|(text, context, forms)| {
        let forms: Vec<&'static str> = forms.iter().map(|_| veiled(text)).collect();
        let forms: &'static [&'static str] = forms.leak();
        (*text, *context, forms)
    });
    Language {
        id: "made-up",
        name: "made up",
        plural: |_| 0,
        texts: texts.collect::<Vec<Text>>().leak(),
    }
});

fn veiled(text: &str) -> &'static str {
    let mut in_hole = false;
    let letter = |c: char| {
        in_hole = c == '{' || (in_hole && c != '}');
        match c {
            c if c.is_ascii_alphabetic() && !in_hole => '\u{436}',
            c => c,
        }
    };
    text.chars().map(letter).collect::<String>().leak()
}

/// Runs of ASCII letters, but for the shortest: units.
pub fn words(text: &str) -> BTreeSet<String> {
    let runs = text.split(|c: char| !c.is_ascii_alphabetic());
    runs.filter(|run| run.len() > 2)
        .map(str::to_owned)
        .collect()
}
