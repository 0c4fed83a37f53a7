//! A file of a volume, as text.
//!
//! ```text
//!  /pgdata/pg_hba.conf  4.6 KiB
//!  # TYPE  DATABASE        USER            ADDRESS                 METHOD
//!  local   all             all                                     trust
//! ```
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::layout::LIST_OFFSET;
use crate::model::browse::FileText;
use crate::state::State;
use crate::text;
use crate::theme::{Key, Theme};
use crate::widgets::pen::below;
use crate::widgets::{Line, page};

use super::{hints, notice};

pub fn draw(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let file = state
        .browse
        .as_ref()
        .and_then(|browse| browse.file.as_ref());
    let Some(file) = file.filter(|_| area.height > 0) else {
        return;
    };
    let body = below(area, LIST_OFFSET);
    let answer = file.text.as_ref();
    let size = match answer {
        Some(Ok(text)) if text.cut => say!("the first {size}", size = text::bytes(text.bytes)),
        Some(Ok(text)) => text::bytes(text.bytes),
        _ => String::new(),
    };
    let path = file.path.shown();
    let room = usize::from(area.width).saturating_sub(text::width(&size) + 4);
    Line::of(
        theme,
        format!(" {}", text::truncate_start(&path, room)),
        Key::Strong,
    )
    .and(theme, format!("  {size}"), Key::Dim)
    .draw(buf, area);
    let save = say!(
        "{key} saves all of it",
        key = hints::key_of(state, "volume.save_file")
    );
    let said = match answer {
        None => [(say!("reading…"), Key::Dim), ("", Key::Text)],
        Some(Err(failure)) => [
            (failure.what.as_str(), Key::StateBad),
            (failure.advice.as_str(), Key::Text),
        ],
        Some(Ok(text)) if text.binary => [
            (
                say!("this is no text: there are zero bytes in it"),
                Key::Dim,
            ),
            (save.as_str(), Key::Text),
        ],
        Some(Ok(text)) if text.bytes == 0 => {
            [(say!("nothing is in it"), Key::Dim), ("", Key::Text)]
        }
        Some(Ok(text)) => return lines(text, file.scroll, theme, body, buf),
    };
    notice::draw(theme, body, buf, &said);
}

fn lines(text: &FileText, scroll: usize, theme: &Theme, body: Rect, buf: &mut Buffer) {
    let width = width(body.width);
    let top = scroll.min(last_top(text, width, usize::from(body.height)));
    let rows = |line: &String| -> Vec<Line> {
        let parts = text::wrap_offsets(line, width).into_iter();
        let words = parts.map(|part| line.get(part).unwrap_or_default());
        words
            .map(|words| Line::of(theme, words, Key::Text))
            .collect()
    };
    page::fill(text.lines.iter().skip(top).flat_map(rows), body, buf);
}

/// Columns for a line of the file.
pub fn width(screen: u16) -> usize {
    usize::from(screen).saturating_sub(2).max(1)
}

/// The line that is first on screen when the last one is last: looks at no more than a screen of them.
pub fn last_top(text: &FileText, width: usize, height: usize) -> usize {
    let mut rows = 0;
    let mut top = text.lines.len();
    for line in text.lines.iter().rev() {
        rows += text::wrap_offsets(line, width).len();
        if rows > height {
            break;
        }
        top -= 1;
    }
    // One line may be more than the screen: it is shown from its beginning.
    top.min(text.lines.len().saturating_sub(1))
}
