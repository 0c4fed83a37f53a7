//! Short messages at the bottom right, above the footer: sign and words, at most four lines each; a failure, which must be
//! read, may have twice as many.
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::state::{State, Tidings, Toast};
use crate::text;
use crate::theme::{Key, Theme};
use crate::widgets::pen;
use crate::widgets::window;

/// Lines of one message.
const LINES: usize = 4;
/// Lines of one that tells of a failure.
const BAD_LINES: usize = 8;

pub fn draw(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let mut bottom = area.bottom();
    for toast in state.toasts.shown.iter().rev() {
        let lines = lines(toast, area.width, theme);
        let height = lines.len() as u16;
        let width = lines.iter().map(|l| text::width(l)).max().unwrap_or(0) as u16;
        if bottom < area.y + height || width > area.width {
            return;
        }
        let place = Rect::new(area.right() - width, bottom - height, width, height);
        bottom = place.y;
        window::clear(buf, place);
        let style = theme.style(match toast.tidings {
            Tidings::Begun | Tidings::Good => Key::ToastOk,
            Tidings::Bad => Key::ToastBad,
        });
        for (y, line) in lines.iter().enumerate() {
            pen::write(
                buf,
                pen::row(place, y),
                &text::pad_right(line, usize::from(width)),
                style,
            );
        }
    }
}

fn lines(toast: &Toast, width: u16, theme: &Theme) -> Vec<String> {
    let room = usize::from(width).saturating_sub(5).clamp(1, 56);
    let sign = match toast.tidings {
        Tidings::Begun => theme.symbols.busy,
        Tidings::Good => "✔",
        Tidings::Bad => theme.symbols.bad,
    };
    let parts = text::wrap_words(&toast.text, room);
    let most = match toast.tidings {
        Tidings::Begun | Tidings::Good => LINES,
        Tidings::Bad => BAD_LINES,
    };
    let cut = parts.len() > most;
    let mut lines: Vec<String> = parts
        .iter()
        .take(most)
        .enumerate()
        .map(|(n, part)| {
            if n == 0 {
                format!(" {sign} {part} ")
            } else {
                format!("   {part} ")
            }
        })
        .collect();
    if cut && let Some(last) = lines.last_mut() {
        *last = format!(
            "{} ",
            text::truncate(&format!("{}…", last.trim_end()), room + 3)
        );
    }
    lines
}
