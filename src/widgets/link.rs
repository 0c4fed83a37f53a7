//! Text that stands for an address. A cell has no room for one: the colour of underlines, which nothing here draws, holds the
//! number under which the view knows the address. Knows no address.
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};

/// The style of text that stands for the address of this number.
pub fn numbered(style: Style, number: usize) -> Style {
    match u32::try_from(number) {
        Ok(number @ 0..=0x00ff_ffff) => style.underline_color(Color::from_u32(number)),
        _ => style,
    }
}

/// The number of the address that a cell stands for.
pub fn number(cell: &Cell) -> Option<u32> {
    match cell.underline_color {
        Color::Rgb(r, g, b) => Some(u32::from_be_bytes([0, r, g, b])),
        _ => None,
    }
}

/// Gives a cell another number, or none.
pub fn renumber(cell: &mut Cell, number: Option<u32>) {
    cell.underline_color = number.map_or(Color::Reset, Color::from_u32);
}

/// What is written on the first row of an area stands for the address of this number; blanks around it do not.
pub fn mark(buf: &mut Buffer, area: Rect, number: usize) {
    let area = area.intersection(buf.area);
    let written = |x: &u16| {
        let cell = buf.cell((*x, area.y));
        cell.is_some_and(|cell| !matches!(cell.symbol(), " " | ""))
    };
    let mut columns = (area.x..area.right()).filter(written);
    let Some(first) = columns.next().filter(|_| area.height > 0) else {
        return;
    };
    let last = columns.next_back().unwrap_or(first);
    let place = Rect::new(first, area.y, last - first + 1, 1);
    buf.set_style(place, numbered(Style::new(), number));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_marked_and_the_blanks_around_it_are_not() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 12, 2));
        buf.set_string(2, 0, "a b", Style::new());
        mark(&mut buf, Rect::new(0, 0, 12, 1), 0x01_02_03);
        mark(&mut buf, Rect::new(0, 1, 12, 1), 7);
        let of = |x: u16, y: u16| number(&buf[(x, y)]);
        let row: Vec<_> = (0..6).map(|x| of(x, 0)).collect();
        let here = Some(0x01_02_03);
        assert_eq!(row, [None, None, here, here, here, None]);
        assert_eq!((0..12).find_map(|x| of(x, 1)), None);
    }
}
