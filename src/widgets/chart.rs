//! Series as pictures: a sparkline in one row, an area chart in several. Knows no units.
use crate::theme::Symbols;

/// The values as steps of a bar against `max`, oldest first; not-a-number is a gap.
pub fn spark(values: impl Iterator<Item = f32>, max: f32, symbols: &Symbols) -> String {
    let top = symbols.steps.len() - 1;
    let widest = symbols.steps.iter().map(|step| step.len()).max();
    let mut bars = String::with_capacity(values.size_hint().0 * widest.unwrap_or(1));
    bars.extend(values.map(|value| {
        if value.is_nan() {
            return " ";
        }
        let share = if max > 0.0 { value / max } else { 0.0 };
        let step = (share.clamp(0.0, 1.0) * top as f32).round() as usize;
        symbols.steps.get(step).copied().unwrap_or(" ")
    }));
    bars
}

/// A filled chart of the newest values that fit, newest at the right, as rows from the top. In Unicode two values a
/// column and four steps a row (braille), in ASCII one value a column. `max` is the height of the whole; not-a-number is a gap.
pub fn area(
    values: &[f32],
    width: usize,
    height: usize,
    max: f32,
    symbols: &Symbols,
) -> Vec<String> {
    let shown = capacity(width, symbols);
    let values = values
        .get(values.len().saturating_sub(shown)..)
        .unwrap_or_default();
    (0..height)
        .map(|line| {
            let base = (height - 1 - line) as f32;
            if symbols.ascii {
                ascii_row(values, width, base, height, max, symbols)
            } else {
                braille_row(values, width, base, height, max)
            }
        })
        .collect()
}

/// How many values an area of this width shows.
pub fn capacity(width: usize, symbols: &Symbols) -> usize {
    width * if symbols.ascii { 1 } else { 2 }
}

/// The value at a place; `None` in a gap.
fn known(values: &[f32], index: usize) -> Option<&f32> {
    values.get(index).filter(|value| !value.is_nan())
}

/// The value in rows of the chart, 0 to `height`.
fn level(value: Option<&f32>, height: usize, max: f32) -> f32 {
    match value {
        Some(value) if max > 0.0 => (value / max).clamp(0.0, 1.0) * height as f32,
        _ => 0.0,
    }
}

fn braille_row(values: &[f32], width: usize, base: f32, height: usize, max: f32) -> String {
    // Dots from the bottom up, left and right column.
    const LEFT: [u32; 5] = [0, 0x40, 0x44, 0x46, 0x47];
    const RIGHT: [u32; 5] = [0, 0x80, 0xA0, 0xB0, 0xB8];
    let missing = (width * 2).saturating_sub(values.len());
    let dots = |index: usize| {
        let value = index.checked_sub(missing).and_then(|i| known(values, i));
        let filled = (level(value, height, max) - base) * 4.0;
        // The ground line shows that there is a value, even when it is nothing.
        let least = if value.is_some() && base == 0.0 {
            1.0
        } else {
            0.0
        };
        filled.round().clamp(least, 4.0) as usize
    };
    (0..width)
        .map(|column| {
            let left = LEFT.get(dots(column * 2)).copied().unwrap_or(0);
            let right = RIGHT.get(dots(column * 2 + 1)).copied().unwrap_or(0);
            match left | right {
                0 => ' ',
                bits => char::from_u32(0x2800 + bits).unwrap_or(' '),
            }
        })
        .collect()
}

fn ascii_row(
    values: &[f32],
    width: usize,
    base: f32,
    height: usize,
    max: f32,
    symbols: &Symbols,
) -> String {
    let missing = width.saturating_sub(values.len());
    (0..width)
        .map(|column| {
            let value = column.checked_sub(missing).and_then(|i| known(values, i));
            let filled = level(value, height, max) - base;
            match value {
                None => " ",
                Some(_) if filled <= 0.0 && base > 0.0 => " ",
                Some(_) => {
                    let step = (filled.clamp(0.0, 1.0) * 7.0).round() as usize;
                    symbols.steps.get(step).copied().unwrap_or(" ")
                }
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sparkline_spans_its_range() {
        let line = spark(
            [0.0, 50.0, 100.0, 500.0].into_iter(),
            100.0,
            &Symbols::UNICODE,
        );
        assert_eq!(line, "▁▅██");
        assert_eq!(spark([1.0].into_iter(), 0.0, &Symbols::UNICODE), "▁");
    }

    #[test]
    fn a_chart_fills_from_the_ground_and_from_the_right() {
        let rows = area(&[100.0, 100.0, 0.0, 50.0], 3, 2, 100.0, &Symbols::UNICODE);
        assert_eq!(rows, [" ⣿ ", " ⣿⣸"]);
    }
}
