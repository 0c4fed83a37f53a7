//! Links against a terminal that is not ours: each cell belongs to the link it should, and none stays open.
use ratatui::buffer::CellWidth as _;

use super::*;

const ADDRESSES: [&str; 2] = ["https://a.example/x?y=1#z", "http://b.example"];

/// One that knows the addresses of these tests under 1 and 2.
pub(super) fn painter(area: Rect) -> Painter {
    let mut painter = Painter::new(area);
    painter.take_links(true);
    let mut buffer = Buffer::empty(area);
    for (number, cell) in buffer.content.iter_mut().take(ADDRESSES.len()).enumerate() {
        cell.set_style(link::numbered(Style::new(), number));
    }
    painter.link(&mut buffer, |number| {
        ADDRESSES.get(number as usize).copied()
    });
    painter
}

/// A terminal in which each cell shows, instead of its text, the link that it belongs to.
pub(super) struct Screen {
    parser: vt100::Parser,
    open: Option<usize>,
}

impl Screen {
    pub(super) fn new(width: u16, height: u16) -> Self {
        Self {
            parser: screen(width, height),
            open: None,
        }
    }

    /// Commands go through as they are; what is written is `.`, or the number of the link it is in.
    pub(super) fn process(&mut self, bytes: &[u8]) {
        let text = std::str::from_utf8(bytes).unwrap();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let length = if let Some(link) = rest.strip_prefix("\x1b]8;") {
                let end = link.find("\x1b\\").unwrap();
                self.follow(&link[..end]);
                "\x1b]8;".len() + end + 2
            } else if let Some(command) = rest.strip_prefix("\x1b[") {
                let end = command.find(|c: char| ('@'..='~').contains(&c)).unwrap();
                2 + end + 1
            } else if rest.starts_with('\x1b') {
                2
            } else {
                first.len_utf8()
            };
            let (now, after) = rest.split_at(length);
            self.take(now, first);
            rest = after;
        }
        assert_eq!(
            self.open,
            None,
            "a link stays open: {}",
            bytes.escape_ascii()
        );
    }

    fn follow(&mut self, told: &str) {
        let (parameters, address) = told.split_once(';').unwrap();
        self.open = (!address.is_empty()).then(|| {
            let place = ADDRESSES.iter().position(|known| *known == address);
            let number = place.unwrap() + 1;
            assert_eq!(parameters, format!("id={number}"));
            number
        });
    }

    fn take(&mut self, now: &str, first: char) {
        let shown = match self.open {
            _ if first < ' ' => {
                if !now.starts_with("\x1b]") {
                    self.parser.process(now.as_bytes());
                }
                return;
            }
            None => "．.",
            Some(1) => "１1",
            Some(_) => "２2",
        };
        let (wide, narrow) = shown.split_at(3);
        match now.cell_width() {
            0 => {}
            2 => self.parser.process(wide.as_bytes()),
            _ => self.parser.process(narrow.as_bytes()),
        }
    }

    pub(super) fn assert_shows(&self, buffer: &Buffer) {
        let area = buffer.area;
        for y in 0..area.height {
            let mut x = 0;
            while x < area.width {
                let cell = &buffer[(x, y)];
                let (_, columns) = glyph(cell, usize::from(area.width - x));
                let shown = self.parser.screen().cell(y, x).unwrap().contents();
                let linked = match shown {
                    "1" | "１" => Some(1),
                    "2" | "２" => Some(2),
                    _ => None,
                };
                assert_eq!(linked, link::number(cell), "at {x},{y}: {cell:?} {shown:?}");
                x += columns;
            }
        }
    }
}

fn linked(text: &str, address: usize) -> Buffer {
    let mut buffer = Buffer::empty(Rect::new(0, 0, 40, 1));
    buffer.set_string(0, 0, text, Style::new());
    link::mark(&mut buffer, Rect::new(2, 0, 20, 1), address);
    buffer
}

#[test]
fn an_address_costs_once_and_what_is_beside_it_nothing_more() {
    let mut painter = painter(Rect::new(0, 0, 40, 1));
    let bytes = frame(&mut painter, &linked("● here", 1));
    let bytes = String::from_utf8(bytes).unwrap();
    let link = "\x1b]8;id=1;https://a.example/x?y=1#z\x1b\\here\x1b]8;;\x1b\\";
    assert!(bytes.ends_with(&format!("● {link}")), "{bytes:?}");
    assert_eq!(frame(&mut painter, &linked("● here", 1)), b"");
    // Another address under the same words is drawn anew; the words beside it are not.
    let bytes = frame(&mut painter, &linked("● here", 2));
    let other = b"\x1b[4D\x1b]8;id=2;http://b.example\x1b\\here\x1b]8;;\x1b\\";
    assert_eq!(bytes, other, "{}", bytes.escape_ascii());
}

#[test]
fn only_plain_addresses_of_the_web_become_links_and_none_where_the_terminal_takes_none() {
    let area = Rect::new(0, 0, 40, 1);
    let hostile = [
        "https://e.example/\u{1b}]8;;",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://a b",
        "https://e.example/\u{9c}",
    ];
    for (on, address) in hostile
        .map(|address| (true, address))
        .into_iter()
        .chain([(false, ADDRESSES[0])])
    {
        let mut painter = Painter::new(area);
        painter.take_links(on);
        let mut next = linked("● here", 5);
        painter.link(&mut next, |_| Some(address));
        let bytes = frame(&mut painter, &next);
        assert!(
            !bytes.windows(2).any(|w| w == b"\x1b]"),
            "{address}: {}",
            bytes.escape_ascii()
        );
        assert_eq!(link::number(&next[(2, 0)]), None, "{address}");
    }
}

#[test]
fn with_too_many_addresses_all_are_forgotten_and_drawn_anew() {
    let area = Rect::new(0, 0, 40, 1);
    let mut painter = Painter::new(area);
    painter.take_links(true);
    let mut out = Vec::new();
    let mut last = None;
    for number in 0..2_500_usize {
        let address = format!("https://e.example/{number}");
        let mut next = linked("● here", 5);
        painter.link(&mut next, |_| Some(&address));
        last = link::number(&next[(2, 0)]);
        assert!(last.is_some_and(|last| last <= 1_000), "{last:?}");
        out.clear();
        painter.paint(&next, &mut out);
        let shown = String::from_utf8_lossy(&out);
        assert!(shown.contains(&format!("{address}\x1b\\here")), "{shown:?}");
    }
    assert_eq!(last, Some(500));
}
