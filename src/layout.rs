//! Pure geometry: which part of the screen is for what. Views draw by it, update pages and points by it.
mod log;
pub mod stack_file;

use ratatui::layout::Rect;

use crate::state::{State, ViewId};

pub use log::{
    LogColumns, LogText, Piece, first_log_line, last_log_line, log_top, move_in_logs, scroll_logs,
    show_hit, show_log_line,
};

/// The parts of the frame. Parts that do not fit are empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Regions {
    /// Host, link, totals.
    pub header: Rect,
    /// Numbered views, or the way to what is open.
    pub tabs: Rect,
    pub body: Rect,
    /// Keys that apply here, or the line being typed.
    pub footer: Rect,
}

impl Regions {
    /// Divides a screen. From 4 rows up header and footer have theirs, from 8 the tabs too.
    pub fn of(size: (u16, u16)) -> Self {
        let (width, height) = size;
        let row = |y: u16, rows: u16| Rect::new(0, y, width, rows);
        let top = match height {
            0..4 => 0,
            4..8 => 1,
            _ => 2,
        };
        let bottom = u16::from(height >= 4);
        Self {
            header: row(0, top.min(1)),
            tabs: row(top.min(1), top.saturating_sub(1)),
            body: row(top, height - top - bottom),
            footer: row(height - bottom, bottom),
        }
    }
}

/// Rows above the first row of the list in a view's body: column titles, status lines.
pub const LIST_OFFSET: u16 = 1;

/// How many rows of the view's list are on screen; at least 1.
pub fn list_height(state: &State) -> usize {
    let body = Regions::of(state.size).body.height;
    let body = match state.view() {
        ViewId::Routes => body - route_foot(body),
        ViewId::Mail => body - mail_foot(state, body),
        ViewId::Journal => body - journal_foot(state.size.0, body),
        _ => body,
    };
    usize::from(body.saturating_sub(LIST_OFFSET)).max(1)
}

/// Rows below the list of routes, which tell more of the one under the cursor; none on a low screen.
pub fn route_foot(body: u16) -> u16 {
    match body {
        0..8 => 0,
        8..14 => 3,
        14..30 => 5,
        _ => 8,
    }
}

/// Rows below the list of mail, which tell of servers that do not answer while others do, and of what they cannot find.
pub fn mail_foot(state: &State, body: u16) -> u16 {
    if state.shelves.mails.things.is_empty() {
        return 0;
    }
    let silent = state.mailboxes().filter(|server| server.is_silent());
    let lines = silent.count() + state.search_remarks().len();
    (body / 4).min(lines.min(3) as u16)
}

/// Rows below the journal, which tell the whole of the line under the cursor; none where lines are wide.
pub fn journal_foot(width: u16, body: u16) -> u16 {
    match (width, body) {
        (60.., _) | (_, 0..8) => 0,
        _ => 4,
    }
}

/// A window of this inner size (without its border) in the middle of the screen, cut to fit.
pub fn window(size: (u16, u16), width: u16, height: u16) -> Rect {
    let width = width.saturating_add(4).min(size.0);
    let height = height.saturating_add(2).min(size.1);
    Rect::new((size.0 - width) / 2, (size.1 - height) / 2, width, height)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cover_the_screen_without_overlap_at_any_size() {
        for height in 0..40 {
            let r = Regions::of((80, height));
            assert_eq!(
                r.header.height + r.tabs.height + r.body.height + r.footer.height,
                height
            );
            assert_eq!(r.body.y, r.header.height + r.tabs.height);
            assert_eq!(r.footer.y, r.body.y + r.body.height);
        }
    }
}
