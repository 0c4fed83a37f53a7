//! The sanitiser against the hostile corpus and against anything at all.
//!
//! `tests/data/hostile.json` holds records as a container could write them, with the text and style that must come of
//! them; style offsets are bytes. The properties hold for any bytes.
#![expect(clippy::unwrap_used, reason = "helpers of tests may fail as tests do")]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use serde::Deserialize;
use stacktui::text::{
    RECORD_CAP, SafeText, StyleRun, TextColor, TextStyle, is_safe_symbol, sanitise, sanitise_block,
    sanitise_ident, width,
};
use unicode_segmentation::UnicodeSegmentation as _;

#[derive(Deserialize)]
struct Corpus {
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    name: String,
    bytes: String,
    expected_text: String,
    expected_style: Option<Vec<Expected>>,
    expected_ident: Option<String>,
}

#[derive(Deserialize)]
struct Expected {
    start: u32,
    end: u32,
    fg: Option<serde_json::Value>,
    bg: Option<serde_json::Value>,
    #[serde(default)]
    attrs: Vec<String>,
}

fn corpus() -> Vec<(Entry, Vec<u8>)> {
    let corpus: Corpus = serde_json::from_str(include_str!("data/hostile.json")).unwrap();
    corpus
        .entries
        .into_iter()
        .map(|entry| {
            let bytes = STANDARD.decode(&entry.bytes).unwrap();
            (entry, bytes)
        })
        .collect()
}

fn color(value: Option<&serde_json::Value>) -> TextColor {
    match value {
        None => TextColor::Default,
        Some(serde_json::Value::Number(n)) => {
            TextColor::Indexed(u8::try_from(n.as_u64().unwrap()).unwrap())
        }
        Some(value) => {
            let hex = value.as_str().unwrap().strip_prefix('#').unwrap();
            let n = u32::from_str_radix(hex, 16).unwrap().to_be_bytes();
            TextColor::Rgb(n[1], n[2], n[3])
        }
    }
}

fn run(expected: &Expected) -> StyleRun {
    let has = |attr: &str| expected.attrs.iter().any(|a| a == attr);
    StyleRun {
        start: expected.start,
        end: expected.end,
        style: TextStyle {
            fg: color(expected.fg.as_ref()),
            bg: color(expected.bg.as_ref()),
            bold: has("bold"),
            dim: has("dim"),
            italic: has("italic"),
            underline: has("underline"),
            reverse: has("reverse"),
            strike: has("strike"),
        },
    }
}

/// The corpus' own list of what may never come out, widened to all that Unicode calls ignorable.
fn forbidden(c: char) -> bool {
    c.is_control()
        || matches!(c as u32,
            0xAD | 0x34F | 0x61C | 0x115F | 0x1160 | 0x180B..=0x180F | 0x200B | 0x200E | 0x200F
            | 0x2028..=0x202E | 0x2060..=0x206F | 0x3164 | 0xFDD0..=0xFDEF | 0xFE00..=0xFE0F
            | 0xFEFF | 0xFFA0 | 0xFFF0..=0xFFFB | 0xE0000..=0xE0FFF)
        || (c as u32) & 0xFFFE == 0xFFFE
}

/// What must hold for the text of any record; says what does not.
fn check(record: &[u8]) -> Result<SafeText, String> {
    let safe = sanitise(record);
    let text = &safe.text;
    if let Some(c) = text.chars().find(|c| forbidden(*c)) {
        return Err(format!("U+{:04X} came through", c as u32));
    }
    if let Some(g) = text.graphemes(true).find(|g| !is_safe_symbol(g)) {
        return Err(format!("the painter would refuse {}", g.escape_unicode()));
    }
    if let Some(g) = text.graphemes(true).find(|g| width(g) == 0) {
        return Err(format!("takes no column: {}", g.escape_unicode()));
    }
    if text.len() > RECORD_CAP + 33 {
        return Err(format!("{} bytes of text", text.len()));
    }
    let mut behind = 0;
    for run in &safe.runs {
        let (start, end) = (run.start as usize, run.end as usize);
        if start < behind || end <= start || text.get(start..end).is_none() {
            return Err(format!(
                "run {start}..{end} behind {behind} in {}",
                text.len()
            ));
        }
        if run.style == TextStyle::default() {
            return Err("a run of default style".to_owned());
        }
        behind = end;
    }
    if safe
        .runs
        .windows(2)
        .any(|w| w[0].end == w[1].start && w[0].style == w[1].style)
    {
        return Err("runs not merged".to_owned());
    }
    let again = sanitise(text.as_bytes());
    if again.text != *text || again.altered || !again.runs.is_empty() {
        return Err(format!(
            "a second pass changes {text:?} to {:?}",
            again.text
        ));
    }
    if sanitise_ident(record) != *text {
        return Err("the identifier differs from the text".to_owned());
    }
    Ok(safe)
}

#[test]
fn the_corpus_comes_out_as_written() {
    let corpus = corpus();
    assert!(corpus.len() >= 95);
    let mut wrong = Vec::new();
    for (entry, bytes) in &corpus {
        match check(bytes) {
            Err(why) => wrong.push(format!("{}: {why}", entry.name)),
            Ok(safe) => {
                let style: Vec<_> = entry.expected_style.iter().flatten().map(run).collect();
                if safe.text != entry.expected_text {
                    wrong.push(format!("{}: text {:?}", entry.name, safe.text));
                }
                if safe.runs != style {
                    wrong.push(format!("{}: style {:?}", entry.name, safe.runs));
                }
            }
        }
        let ident = entry
            .expected_ident
            .as_ref()
            .unwrap_or(&entry.expected_text);
        if sanitise_ident(bytes) != *ident {
            wrong.push(format!("{}: as a name", entry.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn records_do_not_reach_into_each_other() {
    for (entry, bytes) in corpus() {
        let mut both = bytes.clone();
        both.extend_from_slice(b"\n\x1b[32mnext\x1b[0m");
        let lines = sanitise_block(&both);
        let last = lines.last().unwrap();
        assert_eq!(last.text, "next", "{}", entry.name);
        assert_eq!(last.runs.len(), 1, "{}", entry.name);
    }
}

/// Pieces that have meaning to terminals and to text shaping, so that random records are nasty ones.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    let nasty: Vec<&'static [u8]> = vec![
        b"\x1b",
        b"\x1b[",
        b"\x1b]",
        b"\x1bP",
        b"\x1b\\",
        b"\x07",
        b"\x9c",
        b"\xc2",
        b"\xc2\x9b",
        b"\xc2\x9c",
        b"31",
        b";",
        b"m",
        b"\x1b[31m",
        b"\x1b[1;44m",
        b"\x1b[0m",
        b"\x1b[2J",
        b"\t",
        b"\r",
        b"\n",
        b"\x00",
        b"\x18",
        b" ",
        b"a",
        b"[",
        b"<U+",
        b"\xe2\x80\xa6[+5 bytes]",
        b" bytes]",
        b"\xff",
        b"\xf0\x9f",
        b"\xe6\xbc",
    ];
    let chars = prop::sample::select(vec![
        '\u{301}',
        '\u{200D}',
        '\u{200C}',
        '\u{FE0F}',
        '\u{FE0E}',
        '\u{202E}',
        '\u{200B}',
        '漢',
        '👩',
        '🚀',
        '❤',
        '\u{1F3FD}',
        '\u{1F1E9}',
        '\u{1100}',
        '\u{1161}',
        '\u{11A8}',
        '한',
        '\u{600}',
        '\u{11A3A}',
        'क',
        '\u{94D}',
        '\u{93E}',
        '\u{E31}',
        'م',
        '\u{FF9E}',
        '\u{FF76}',
        '\u{FFFD}',
        '\u{E0041}',
        'é',
        '\u{25CC}',
        '\u{1D173}',
        '\u{FFFE}',
        '\u{1193F}',
        '\u{D7B0}',
        '\u{A8}',
    ]);
    prop_oneof![
        4 => prop::sample::select(nasty).prop_map(<[u8]>::to_vec),
        6 => chars.prop_map(|c| c.to_string().into_bytes()),
        1 => any::<char>().prop_map(|c| c.to_string().into_bytes()),
        1 => any::<Vec<u8>>(),
    ]
}

/// Records with runs of one piece, so that limits of marks and graphemes are met.
fn record() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec((piece(), 1..12usize), 0..24)
        .prop_map(|pieces| pieces.into_iter().flat_map(|(p, n)| p.repeat(n)).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_bytes_are_safe(bytes: Vec<u8>) {
        prop_assert_eq!(check(&bytes).map(|_| ()), Ok(()));
    }

    #[test]
    fn nasty_records_are_safe(bytes in record()) {
        prop_assert_eq!(check(&bytes).map(|_| ()), Ok(()));
    }

    #[test]
    fn plain_text_is_itself(text in "[ -~]{0,300}") {
        let safe = sanitise(text.as_bytes());
        prop_assert_eq!(&safe.text, &text);
        prop_assert!(!safe.altered && safe.runs.is_empty());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn long_records_are_cut_once(bytes in record(), times in 1..4_000usize, shift in 0..8usize) {
        let mut long = b"xxxxxxxx"[..shift].to_vec();
        long.extend(bytes.repeat(times).iter().take(RECORD_CAP + 5_000));
        prop_assert_eq!(check(&long).map(|_| ()), Ok(()));
    }
}

#[test]
fn the_cap_counts_what_is_left_out() {
    let safe = check(&vec![b'A'; 1 << 20]).unwrap();
    assert_eq!(
        safe.text,
        format!("{}…[+983040 bytes]", "A".repeat(RECORD_CAP))
    );
    assert!(safe.altered);
    let exact = check(&vec![b'A'; RECORD_CAP]).unwrap();
    assert!(exact.text.len() == RECORD_CAP && !exact.altered);
    // tabs grow eightfold: the text is bounded, not only the record
    let tabs = check(&vec![b'\t'; RECORD_CAP]).unwrap();
    assert!(tabs.text.ends_with("…[+57344 bytes]"));
    // a character on the border is left out whole
    let mut bytes = vec![b'A'; RECORD_CAP - 1];
    bytes.extend_from_slice("漢".as_bytes());
    assert!(check(&bytes).unwrap().text.ends_with("A…[+3 bytes]"));
    // a final CR belongs to the line ending, also here
    bytes.push(b'\r');
    assert!(check(&bytes).unwrap().text.ends_with("A…[+3 bytes]"));
}

#[test]
fn a_sequence_over_the_border_hides_nothing() {
    let mut bytes = vec![b'A'; RECORD_CAP - 3];
    bytes.extend_from_slice(b"\x1b]0;title\x07");
    let text = check(&bytes).unwrap().text;
    assert!(
        text.ends_with("A^[]…[+8 bytes]"),
        "{}",
        &text[RECORD_CAP - 9..]
    );
}

#[test]
fn everyday_things_do_not_count_as_altered() {
    for record in [
        "a\tb",
        "line\r",
        "\x1b[31mred\x1b[0m",
        "ok ❤\u{FE0F}",
        "👩\u{200D}🚀",
        "漢字",
    ] {
        assert!(!check(record.as_bytes()).unwrap().altered, "{record:?}");
    }
    for record in ["a\rb", "\x1b[2Ja", "\x1b[K", "a\u{200B}", "\u{301}", "\x1b"] {
        assert!(check(record.as_bytes()).unwrap().altered, "{record:?}");
    }
    assert!(check(b"\xff").unwrap().altered);
    assert!(!check("\u{FFFD}".as_bytes()).unwrap().altered);
}

#[test]
fn joiners_stay_where_they_are_orthography() {
    for kept in [
        "👩\u{200D}👩\u{200D}👧\u{200D}👦",
        "می\u{200C}خواهم",
        "ශ\u{0DCA}\u{200D}රී",
        "क\u{94D}\u{200D}ष",
    ] {
        assert_eq!(check(kept.as_bytes()).unwrap().text, kept);
    }
    // the longest recommended emoji, 32 bytes in one grapheme
    let kiss = "👩🏽\u{200D}❤\u{200D}💋\u{200D}👩🏾";
    assert_eq!(check(kiss.as_bytes()).unwrap().text, kiss);
    for (raw, text) in [
        ("pass\u{200D}word", "pass<U+200D>word"),
        ("é\u{200D}", "é<U+200D>"),
        ("\u{200D}é", "<U+200D>é"),
        ("é\u{200D}\u{200D}é", "é<U+200D><U+200D>é"),
        ("é\u{200D}\u{301}", "é<U+200D>\u{301}"),
        ("é\u{200D}\x1b[1mé", "é<U+200D>é"),
    ] {
        assert_eq!(check(raw.as_bytes()).unwrap().text, text);
    }
}

#[test]
fn endless_graphemes_are_broken_visibly() {
    for c in [
        "\u{1100}",
        "\u{1F3FD}",
        "👩\u{200D}",
        "\u{600}",
        "\u{FF9E}",
        "क\u{94D}",
        "\u{93E}",
    ] {
        let text = check(c.repeat(500).as_bytes()).unwrap().text;
        assert!(
            text.graphemes(true).all(|g| g.len() <= 32),
            "{}",
            c.escape_unicode()
        );
        assert!(text.contains("<U+"), "{}", c.escape_unicode());
    }
    // a vowel of no syllable would take no column
    assert_eq!(check("a\u{1161}".as_bytes()).unwrap().text, "a<U+1161>");
    assert_eq!(
        check("\u{1100}\u{1161}\u{11A8}".as_bytes()).unwrap().text,
        "\u{1100}\u{1161}\u{11A8}"
    );
}

#[test]
fn blocks_are_lines() {
    let texts = |s: &[u8]| {
        sanitise_block(s)
            .into_iter()
            .map(|l| l.text)
            .collect::<Vec<_>>()
    };
    assert!(texts(b"").is_empty());
    assert_eq!(texts(b"\n"), [""]);
    assert_eq!(texts(b"a\r\nb\n"), ["a", "b"]);
    assert_eq!(texts(b"a\n\nb"), ["a", "", "b"]);
    assert_eq!(sanitise_ident(b"a\nb"), "a^Jb");
}

#[test]
fn the_painter_refuses() {
    for good in [
        "",
        " ",
        "a",
        "漢",
        "e\u{301}",
        "👩\u{200D}🚀",
        "─",
        "…",
        "\u{1F1E9}\u{1F1EA}",
    ] {
        assert!(is_safe_symbol(good), "{good:?}");
    }
    let long = format!("a{}", "\u{301}".repeat(16));
    for bad in [
        "\x1b",
        "\n",
        "a\x07",
        "\u{9B}",
        "\u{202E}",
        "\u{200B}",
        "\u{200D}a",
        "\u{7F}",
        &long,
    ] {
        assert!(!is_safe_symbol(bad), "{bad:?}");
    }
}

#[test]
fn widths_are_those_of_the_buffer() {
    use ratatui::buffer::CellWidth as _;
    let mut texts: Vec<String> = (0x20..=0x0002_FFFF)
        .filter_map(char::from_u32)
        .filter(|c| !forbidden(*c))
        .map(String::from)
        .collect();
    let more = [
        "e\u{301}",
        "👩\u{200D}🚀",
        "🇩🇪",
        "ｶﾞ",
        "1\u{20E3}",
        "한",
        "\u{1100}\u{1161}",
        "क\u{94D}ष",
    ];
    texts.extend(more.map(String::from));
    for text in texts {
        let columns: usize = text
            .graphemes(true)
            .map(|g| usize::from(g.cell_width()))
            .sum();
        assert_eq!(width(&text), columns, "{}", text.escape_unicode());
    }
}
