//! Which lines of a block a pattern is found in. Of a packed block no more is unpacked than tells it: its words, or what
//! stands beside them, or only the lines that have the words the pattern needs.
use super::apart::{join_lines, mark_lines};
use super::bits::Bits;
use super::block::{Block, Open};
use super::matcher::Matcher;
use super::pressed::Reading;
use super::spelling::Spelling;

/// The lines from line `from` on.
pub(super) fn find(block: &Block, open: &Open<'_>, matcher: &Matcher, from: usize) -> Bits {
    let mut bits = Bits::none(block.sum.lines.saturating_sub(from));
    if !block.may_meet(matcher.need()) {
        return bits;
    }
    let dressed = block.sum.has_dressed();
    if from == 0
        && let Some(reading) = open.reading()
        && let Some(found) = find_in_parts(reading, matcher, bits.len(), dressed)
    {
        return found;
    }
    let start = if from > 0 {
        open.facts().start(from)
    } else {
        0
    };
    let text = open.text().get(start..).unwrap_or_default();
    numbers(text, matcher.hits(text, dressed)).for_each(|line| bits.put(line, true));
    bits
}

/// `None` when it takes the whole text.
fn find_in_parts(
    reading: &Reading<'_>,
    matcher: &Matcher,
    lines: usize,
    dressed: bool,
) -> Option<Bits> {
    match matcher.spelling() {
        Spelling::Word => {
            let words = reading.words()?;
            lines_with(reading, &codes_at(words, matcher.hits(words, false)), lines)
        }
        Spelling::NoLetter => {
            let rest = reading.rest()?;
            let mut found = Bits::none(lines);
            numbers(rest, matcher.hits(rest, dressed)).for_each(|line| found.put(line, true));
            Some(found)
        }
        Spelling::Mixed => {
            let likely = likely_lines(reading, matcher, lines)?;
            if likely.count() == 0 {
                return Some(likely);
            }
            let text = join_lines(reading.parts()?, &likely);
            let mut hits = numbers(&text, matcher.hits(&text, dressed)).peekable();
            let mut found = Bits::none(lines);
            for (nth, line) in likely.ones().enumerate() {
                found.put(line, hits.next_if_eq(&nth).is_some());
            }
            Some(found)
        }
    }
}

/// The lines that have the words the pattern needs; `None` when it needs none.
fn likely_lines(reading: &Reading<'_>, matcher: &Matcher, lines: usize) -> Option<Bits> {
    matcher.need().lines(&|letters| {
        let small = reading.words()?.to_ascii_lowercase();
        let hits = memchr::memmem::find_iter(&small, letters).collect();
        lines_with(reading, &codes_at(&small, hits), lines)
    })
}

/// The lines that have one of the words with these codes.
fn lines_with(reading: &Reading<'_>, codes: &[u16], lines: usize) -> Option<Bits> {
    let mut found = Bits::none(lines);
    if !codes.is_empty() {
        mark_lines(reading.codes()?, codes, &mut found);
    }
    Some(found)
}

/// The codes of the words at some places, each once.
fn codes_at(words: &[u8], hits: Vec<usize>) -> Vec<u16> {
    let mut codes: Vec<u16> = numbers(words, hits).map(|nth| nth as u16 + 1).collect();
    codes.dedup();
    codes
}

/// The numbers of the lines at some places of a text, rising. Counting newlines is quicker than unpacking where they are.
fn numbers(text: &[u8], mut hits: Vec<usize>) -> impl Iterator<Item = usize> + '_ {
    hits.sort_unstable();
    let (mut line, mut at) = (0, 0);
    hits.into_iter().map(move |hit| {
        line += memchr::memchr_iter(b'\n', text.get(at..hit).unwrap_or_default()).count();
        at = hit;
        line
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::log_store::block::BlockId;
    use crate::log_store::line::NewLine;
    use crate::log_store::lines::Lines;

    fn block(lines: &[Vec<u8>]) -> Block {
        let mut all = Lines::default();
        for (id, bytes) in lines.iter().enumerate() {
            let line = NewLine {
                bytes,
                ..NewLine::default()
            };
            all.push(line, id as u64);
        }
        Block::new(BlockId(1), all)
    }

    /// Packed, raw and line by line, the same is found.
    fn check(lines: &[Vec<u8>], matcher: &Matcher) {
        let expected: Vec<usize> = (0..lines.len())
            .filter(|n| matcher.is_match(&lines[*n]))
            .collect();
        let mut block = block(lines);
        for form in ["raw", "packed"] {
            for from in [0, lines.len() / 2] {
                let found = find(&block, &block.open(), matcher, from);
                let found: Vec<usize> = found.ones().map(|line| line + from).collect();
                let expected = expected.iter().copied().filter(|line| *line >= from);
                let expected: Vec<usize> = expected.collect();
                assert_eq!(found, expected, "{} {form} from {from}", matcher.typed());
            }
            block.pack();
        }
        assert!(block.raw().is_none());
        let text = block.open().lines();
        assert!((0..lines.len()).all(|n| text.bytes(n) == lines[n]));
    }

    fn split(text: &str) -> Vec<Vec<u8>> {
        text.lines().map(|line| line.as_bytes().to_vec()).collect()
    }

    #[test]
    fn no_more_is_unpacked_than_tells_it() {
        let mut block = block(&split(
            "GET /a 200\nconnection refused 17 abcd bcde\n\x1b[31mERROR\x1b[0m 200\n",
        ));
        block.pack();
        for (pattern, parts) in [
            ("error", "words codes"),
            ("nowhere to be found", ""),
            ("200", "rest"),
            ("connection r.fused", "words codes rest"),
            ("abcde 200", "words"),
            ("refused GET", "words codes"),
            ("r.fu.ed", "words codes rest text"),
        ] {
            let open = block.open();
            find(&block, &open, &Matcher::regex(pattern).unwrap(), 0);
            assert_eq!(open.reading().unwrap().unpacked(), parts, "{pattern}");
        }
    }

    #[test]
    fn letters_beyond_ascii_and_other_sequences_are_looked_for_in_the_whole_text() {
        for text in [
            "a ta\u{17f}k\nTASK\nta\u{212a} 5\nmask 55\n",
            "ERR\x1b[0mOR 12\nerror\n5\x1b[1m00\n",
            "ta\u{17f}k\nmask 55\n",
            "a\x1b]0;error 500\x07b\nERR 500\x1b[\n50%\r500%\r\n",
        ] {
            for pattern in [
                "task", "TASK", "ask|500", "error", "500", "5.0", "0$", "(?i)Ask", "sk 5",
            ] {
                check(&split(text), &Matcher::regex(pattern).unwrap());
            }
        }
    }

    fn texts() -> impl Strategy<Value = Vec<Vec<u8>>> {
        let pieces = [
            "error",
            "ERROR",
            "err",
            "or",
            "task",
            "Ask",
            "a",
            "b",
            "500",
            "5",
            "1234567890123",
            " ",
            " ",
            "=",
            "-",
            "_",
            ".",
            "é",
            "\x1b[31m",
            "\x1b[0m",
            "\x1b[1;3",
            "\x1b]0;t\x07",
            "\r",
            "\u{17f}",
            "\u{212a}",
            "\t",
        ];
        let common = prop::sample::select(pieces[..18].to_vec());
        let any = prop::sample::select(pieces.to_vec());
        let colour = prop::sample::select(pieces[..20].to_vec());
        let plain = |piece: &str| piece.as_bytes().to_vec();
        let bytes = prop::sample::select(vec![vec![0xff], vec![0x80], vec![0xe2], vec![0]]);
        let lines = |piece: BoxedStrategy<Vec<u8>>| {
            let line = prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat());
            prop::collection::vec(line, 0..20)
        };
        prop_oneof![
            3 => lines(common.prop_map(plain).boxed()),
            3 => lines(colour.prop_map(plain).boxed()),
            2 => lines(any.prop_map(plain).boxed()),
            1 => lines(prop_oneof![bytes, "[a-z0-9 ]{1,3}".prop_map(String::into_bytes)].boxed()),
        ]
    }

    fn patterns() -> impl Strategy<Value = Matcher> {
        let pieces = vec![
            "error",
            "err",
            "ERR",
            "or",
            "task",
            "Ask",
            "k",
            "500",
            "5",
            "0",
            " ",
            "=",
            "-",
            "é",
            ".*",
            ".",
            r"\b",
            "^",
            "$",
            "|",
            "[a-z]+",
            r"\d{2}",
            "(?i)",
            r"\S",
            "[^a]",
            "x*",
            r"\w",
            r"\W",
            r"\s",
            "(err|ask)",
            "s?",
            "(or)+",
            "[A-Z]{3}",
            "\u{17f}",
            r"(?-u)\xff",
            r"\pL",
            "[5e]",
        ];
        let pattern = prop::collection::vec(prop::sample::select(pieces), 1..5);
        let literal = any::<bool>();
        (pattern, literal).prop_filter_map("no pattern", |(pieces, literal)| {
            let typed = pieces.concat();
            let matcher = if literal {
                Matcher::literal(&typed)
            } else {
                Matcher::regex(&typed)
            };
            matcher.ok()
        })
    }

    proptest! {
        #[test]
        fn packed_lines_are_found_as_raw_ones(lines in texts(), matcher in patterns()) {
            check(&lines, &matcher);
        }
    }
}
