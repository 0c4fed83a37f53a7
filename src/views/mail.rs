//! The list of captured mail; below it, which servers do not answer and why, and what a search of theirs does not find.
//!
//! ```text
//! ▌ ●  10:31:45     Zammad Helpdesk   Agents          [Ticket#57003] Ticket…    2.2K
//!
//!  mailpit is paused: it takes connections but does not answer.
//! ```
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::columns::mail::remarks;
use crate::layout;
use crate::model::Mail;
use crate::state::State;
use crate::text;
use crate::theme::Theme;
use crate::widgets::Line;
use crate::widgets::pen::row;

use super::shelf;

pub fn draw(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let foot = layout::mail_foot(state, area.height);
    let list = Rect::new(area.x, area.y, area.width, area.height - foot);
    shelf::draw::<Mail>(state, theme, list, buf);
    let below = Rect::new(area.x, area.y + list.height, area.width, foot);
    let room = usize::from(area.width.saturating_sub(2));
    for (y, (words, key)) in remarks(state)
        .into_iter()
        .take(usize::from(foot))
        .enumerate()
    {
        let words = format!(" {}", text::truncate(&words, room));
        Line::of(theme, words, key).draw(buf, row(below, y));
    }
}
