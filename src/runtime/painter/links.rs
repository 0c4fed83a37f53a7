//! Addresses as links of the terminal (OSC 8): each under a number that stays the same from frame to frame, so that text whose
//! address is another is drawn anew. Only plain addresses of the web become links.
use std::collections::HashMap;
use std::sync::Arc;

use ratatui::buffer::Buffer;

use super::hand::push_number;
use crate::model::url;
use crate::widgets::link;

/// Addresses that are remembered; with more, all are forgotten and the screen is drawn anew.
const REMEMBERED: usize = 1_000;

/// Ends the link that is open.
pub(super) const END: &[u8] = b"\x1b]8;;\x1b\\";

#[derive(Debug, Default)]
pub(super) struct Links {
    /// The terminal takes them.
    pub(super) on: bool,
    known: HashMap<Arc<str>, u32>,
    /// By number, less one.
    addresses: Vec<Arc<str>>,
}

impl Links {
    /// Replaces the numbers that a view gave its addresses by those of this list; where there is no link the text is plain.
    /// `false`: what was numbered before means nothing any more.
    pub(super) fn number<'a>(
        &mut self,
        next: &mut Buffer,
        address: impl Fn(u32) -> Option<&'a str>,
    ) -> bool {
        let kept = self.addresses.len() < REMEMBERED;
        if !kept {
            self.known.clear();
            self.addresses.clear();
        }
        let mut last = None;
        for cell in &mut next.content {
            let Some(given) = link::number(cell) else {
                continue;
            };
            let number = match last {
                Some((known, number)) if known == given => number,
                _ => address(given).and_then(|address| self.of(address)),
            };
            last = Some((given, number));
            link::renumber(cell, number);
        }
        kept
    }

    /// The number of an address; none: it is no link here.
    pub(super) fn of(&mut self, address: &str) -> Option<u32> {
        if !self.on || !url::is_web(address) {
            return None;
        }
        if let Some(number) = self.known.get(address) {
            return Some(*number);
        }
        let address: Arc<str> = Arc::from(address);
        self.addresses.push(Arc::clone(&address));
        let number = u32::try_from(self.addresses.len()).ok()?;
        self.known.insert(address, number);
        Some(number)
    }

    /// Whether a link was ever drawn: before that the terminal holds none of ours.
    pub(super) fn any(&self) -> bool {
        !self.addresses.is_empty()
    }

    /// Begins the link of this number. Its id tells the terminal which pieces, drawn at different times, are one.
    pub(super) fn begin(&self, number: u32, out: &mut Vec<u8>) {
        let place = usize::try_from(number).ok().and_then(|n| n.checked_sub(1));
        let Some(address) = place.and_then(|place| self.addresses.get(place)) else {
            return;
        };
        out.extend_from_slice(b"\x1b]8;id=");
        push_number(number, out);
        out.push(b';');
        out.extend_from_slice(address.as_bytes());
        out.extend_from_slice(b"\x1b\\");
    }
}
