//! Parts against a reading of the text letter by letter, and back again.
use proptest::prelude::*;

use super::*;
use crate::log_store::bits::Bits;

fn ends(text: &[u8]) -> Vec<u32> {
    memchr::memchr_iter(b'\n', text).map(|n| n as u32).collect()
}

/// The words of each line, byte by byte.
fn words_of_lines(text: &[u8]) -> Vec<Vec<Vec<u8>>> {
    let mut lines = vec![Vec::new()];
    let mut word = Vec::new();
    for at in 0..=text.len() {
        let byte = text.get(at).copied().unwrap_or(b' ');
        let escape = (byte == b'm').then(|| text[..at].iter().rposition(|b| *b == 0x1b));
        let escape = escape.flatten();
        let colour = escape.is_some_and(|escape| {
            let parameters = text[escape + 1..at].strip_prefix(b"[");
            parameters.is_some_and(|p| p.iter().all(|b| b"0123456789;:".contains(b)))
        });
        if byte.is_ascii_alphabetic() && !colour {
            word.push(byte);
            continue;
        }
        if word.len() >= SHORTEST_WORD {
            lines.last_mut().unwrap().push(word.clone());
        }
        word.clear();
        if byte == b'\n' {
            lines.push(Vec::new());
        }
    }
    lines
}

fn check(text: &[u8]) {
    let mut splitter = Splitter::default();
    // What was there before does not matter.
    splitter.split(b"something else\n", &[14]).unwrap();
    let Some((parts, _)) = splitter.split(text, &ends(text)) else {
        assert!(text.contains(&MARK), "only a mark keeps so few together");
        return;
    };
    assert_eq!(join(parts, text.len()), text);
    let expected = words_of_lines(text);
    let words: Vec<&[u8]> = parts.words.split(|byte| *byte == b'\n').collect();
    let mut codes = parts.codes.iter();
    let mut seen = vec![Vec::new()];
    while let Some(code) = next_code(&mut codes) {
        if code == usize::from(NEWLINE) {
            seen.push(Vec::new());
        } else {
            seen.last_mut().unwrap().push(words[code - 1].to_vec());
        }
    }
    assert_eq!(seen, expected);
    let each: Vec<&[u8]> = text.split_inclusive(|byte| *byte == b'\n').collect();
    let mut some = Bits::none(each.len());
    (0..each.len())
        .filter(|n| n % 3 != 1)
        .for_each(|n| some.put(n, true));
    let chosen: Vec<&[u8]> = some.ones().map(|n| each[n]).collect();
    assert_eq!(join_lines(parts, &some), chosen.concat());
    for wanted in [vec![], vec![1], vec![2, 200], vec![1, 2, 3, 4, 5, 130]] {
        let mut found = Bits::none(expected.len());
        mark_lines(parts.codes, &wanted, &mut found);
        let has = |line: &Vec<Vec<u8>>| {
            let wanted = wanted
                .iter()
                .filter_map(|code| words.get(usize::from(*code) - 1));
            wanted
                .into_iter()
                .any(|word| line.iter().any(|one| one == word))
        };
        let lines = (0..expected.len()).filter(|n| has(&expected[*n]));
        assert!(found.ones().eq(lines), "{wanted:?}");
    }
}

#[test]
fn words_of_any_length_are_told_wherever_they_stand() {
    for len in (0..80).chain(120..140).chain([300]) {
        for before in 0..66 {
            check(
                &[".".repeat(before), "x".repeat(len), "-Ab9\nQq\n".to_owned()]
                    .concat()
                    .into_bytes(),
            );
        }
    }
}

#[test]
fn hundreds_of_words_have_long_codes() {
    let mut text = String::new();
    for n in 0..1_000_u32 {
        let word: String = (0..4)
            .map(|at| char::from(b'a' + (n >> (at * 3) & 7) as u8))
            .collect();
        text += &format!("{word} {} {word}\n", "long".repeat(n as usize % 7));
    }
    check(text.as_bytes());
    check(text.repeat(2).as_bytes());
}

#[test]
fn too_many_words_and_marks_keep_a_text_whole() {
    let mut text = Vec::new();
    for n in 0..20_000_u32 {
        text.extend((0..5).map(|at| b'a' + (n >> (at * 3) & 7) as u8));
        text.push(b'\n');
    }
    let mut splitter = Splitter::default();
    assert_eq!(splitter.split(&text, &ends(&text)), None);
    assert_eq!(splitter.split(b"a\xff\n", &[2]), None);
    assert!(
        splitter.split(b"a\xfe\n", &[2]).is_some(),
        "the next is as good as new"
    );
}

#[test]
fn colours_between_letters_and_other_sequences_are_tangled() {
    for (text, tangled) in [
        ("\x1b[32mINFO\x1b[0m started", false),
        ("\x1b[1m\x1b[32mINFO\x1b[0m\n", false),
        ("a\x1b[0m \x1b[1mb", false),
        ("E\x1b[0mRR", true),
        ("ERR\x1b[0m\x1b[1mOR", true),
        ("ERR\x1b[0m\x1b[1m\nOR", false),
        ("\x1b]0;title\x07", true),
        ("cut \x1b[3", true),
        ("\x1bm", true),
        ("50%\r60%\r", false),
    ] {
        let mut splitter = Splitter::default();
        let (_, told) = splitter
            .split(text.as_bytes(), &ends(text.as_bytes()))
            .unwrap();
        assert_eq!(told, tangled, "{}", text.escape_debug());
        check(text.as_bytes());
    }
}

proptest! {
    #[test]
    fn any_bytes_come_back(text in prop::collection::vec(any::<u8>(), 0..600)) {
        check(&text);
    }

    #[test]
    fn any_lines_come_back(
        pieces in prop::collection::vec("[a-cA-C]{0,9}|[0-9]{1,40}|\n|\u{1b}\\[[0-9;]{0,3}m|[ -~]|é|\u{1b}", 0..200),
        last in prop::sample::select(vec!["", "\n", "abc", "abc\n"]),
    ) {
        check((pieces.concat() + last).as_bytes());
    }
}
