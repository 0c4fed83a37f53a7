//! The columns of a block as few bytes, fit for compression: lengths, then steps of time, then the rest, numbers in
//! groups of seven bits. Reads only what it wrote; anything else is `None`, never a panic.
use super::{Facts, Ids, UNTIMED};

pub(in super::super) fn encode(facts: &Facts) -> Vec<u8> {
    let n = facts.len();
    let mut out = Vec::with_capacity(n * 10 + 32);
    number(&mut out, n as u64);
    for slot in 0..n {
        number(&mut out, (facts.end(slot) - facts.start(slot)) as u64);
    }
    out.extend_from_slice(&facts.marks);
    out.extend_from_slice(&facts.level);
    for source in &facts.source {
        number(&mut out, u64::from(*source));
    }
    let mut last = 0;
    for at in (0..n).filter_map(|slot| facts.nanos(slot)) {
        step(&mut out, last as u64, at as u64);
        last = at;
    }
    match &facts.ids {
        Ids::Run(first) => {
            out.push(0);
            number(&mut out, *first);
        }
        Ids::Each(each) => {
            out.push(1);
            let mut last = 0;
            for id in each {
                step(&mut out, last, *id);
                last = *id;
            }
        }
    }
    number(&mut out, facts.cuts.len() as u64);
    for (slot, from) in &facts.cuts {
        number(&mut out, u64::from(*slot));
        number(&mut out, *from);
    }
    out
}

pub(in super::super) fn decode(bytes: &[u8]) -> Option<Facts> {
    let mut input = bytes;
    let n = count(&mut input, bytes.len())?;
    let mut ends = Vec::with_capacity(n);
    let mut start = 0u32;
    for _ in 0..n {
        let end = start.checked_add(u32::try_from(read(&mut input)?).ok()?)?;
        ends.push(end);
        start = end.checked_add(1)?;
    }
    let marks = take(&mut input, n)?.to_vec();
    let level = take(&mut input, n)?.to_vec();
    let mut source = Vec::with_capacity(n);
    for _ in 0..n {
        source.push(u16::try_from(read(&mut input)?).ok()?);
    }
    let mut at = Vec::with_capacity(n);
    let mut last = 0;
    for marks in &marks {
        if marks & UNTIMED == 0 {
            last = unstep(&mut input, last)?;
            at.push(last as i64);
        } else {
            at.push(0);
        }
    }
    let ids = if take(&mut input, 1)? == [0] {
        Ids::Run(read(&mut input)?)
    } else {
        let mut each = Vec::with_capacity(n);
        let mut last = 0;
        for _ in 0..n {
            last = unstep(&mut input, last)?;
            each.push(last);
        }
        Ids::Each(each)
    };
    let mut cuts = Vec::new();
    for _ in 0..count(&mut input, n)? {
        let slot = u32::try_from(read(&mut input)?).ok()?;
        cuts.push((slot, read(&mut input)?));
    }
    Some(Facts {
        ends,
        at,
        source,
        marks,
        level,
        ids,
        cuts,
    })
}

fn number(out: &mut Vec<u8>, mut n: u64) {
    while n >= 0x80 {
        out.push(n as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

/// A step forward or back, the small ones short.
fn step(out: &mut Vec<u8>, from: u64, to: u64) {
    let by = to.wrapping_sub(from) as i64;
    number(out, ((by << 1) ^ (by >> 63)) as u64);
}

fn unstep(input: &mut &[u8], from: u64) -> Option<u64> {
    let folded = read(input)?;
    let by = (folded >> 1) ^ (folded & 1).wrapping_neg();
    Some(from.wrapping_add(by))
}

fn read(input: &mut &[u8]) -> Option<u64> {
    let mut n = 0u64;
    let mut shift = 0;
    loop {
        let (byte, rest) = input.split_first()?;
        *input = rest;
        if shift > 63 {
            return None;
        }
        n |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(n);
        }
        shift += 7;
    }
}

/// A number of things of which there are at most `most`.
fn count(input: &mut &[u8], most: usize) -> Option<usize> {
    let n = usize::try_from(read(input)?).ok()?;
    (n <= most).then_some(n)
}

fn take<'a>(input: &mut &'a [u8], n: usize) -> Option<&'a [u8]> {
    let (head, rest) = input.split_at_checked(n)?;
    *input = rest;
    Some(head)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log_store::line::{Kind, NewLine};
    use chrono::DateTime;

    fn facts() -> Facts {
        let mut facts = Facts::default();
        let times = [Some(i64::MIN), None, Some(i64::MAX), Some(0), Some(-1)];
        for (n, at) in times.into_iter().enumerate() {
            let line = NewLine {
                bytes: &[b'x'; 300][..n * 70],
                at: at.map(DateTime::from_timestamp_nanos),
                source: if n == 3 { u16::MAX } else { 0 },
                kind: Kind::of_code(n as u8),
                level: n as u8 * 60,
                continues: n == 2,
                cut_from: (n % 2 == 1).then_some(u64::MAX - n as u64),
            };
            let id = if n < 4 { 7 + n as u64 } else { u64::MAX };
            facts.push(&line, super::super::marks(&line), id);
        }
        facts
    }

    #[test]
    fn columns_come_back_as_they_were() {
        let facts = facts();
        assert_eq!(decode(&encode(&facts)), Some(facts));
        assert_eq!(decode(&encode(&Facts::default())), Some(Facts::default()));
    }

    #[test]
    fn broken_columns_are_none() {
        let bytes = encode(&facts());
        for end in 0..bytes.len() {
            assert_eq!(decode(&bytes[..end]), None, "cut at {end}");
        }
        assert_eq!(decode(&[0xff; 40]), None);
    }
}
