//! What on screen stands for an address, and for which.
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use stacktui::model::Mail;
use stacktui::msg::Msg;
use stacktui::theme::{Depth, Theme};
use stacktui::views;
use stacktui::widgets::link;

use crate::harness::{Scene, of};
use crate::{post, world as base};

/// Each text on screen that stands for an address, with that address.
fn linked(it: &Scene) -> Vec<(String, String)> {
    let (width, height) = it.state.size;
    let mut buf = Buffer::empty(Rect::new(0, 0, width, height));
    views::draw(
        &it.state,
        &Theme::builtin(false, Depth::None, false),
        &mut buf,
    );
    let mut found: Vec<(String, String)> = Vec::new();
    let mut last = None;
    for cell in &buf.content {
        let number = link::number(cell);
        if let Some(number) = number {
            let address = views::address(&it.state, number).unwrap_or("none");
            match found.last_mut() {
                Some((words, _)) if last == Some(number) => words.push_str(cell.symbol()),
                _ => found.push((cell.symbol().to_owned(), address.to_owned())),
            }
        }
        last = number;
    }
    found
}

#[test]
fn a_routes_address_stands_for_itself_on_every_row() {
    let mut it = of(base::routed(base::now()));
    assert!(linked(&it).is_empty(), "no column shows any");
    it.press("7");
    let found = linked(&it);
    let of = |address: &str| found.iter().find(|(_, known)| known == address);
    for address in ["https://grafana.example.com", "https://tickets.example.com"] {
        let (words, _) = of(address).expect(address);
        let shown = words
            .split_once(' ')
            .map_or("", |(_, shown)| shown)
            .trim_end_matches('…');
        assert!(shown.len() > 20 && address.starts_with(shown), "{words}");
    }
    // One that stands for many leads nowhere.
    assert!(
        found
            .iter()
            .all(|(_, address)| address == "none" || address.starts_with("http"))
    );
    // Rows that moved, and those of another order, keep theirs.
    it.press("/").type_in("tickets").press("enter");
    assert_eq!(linked(&it).len(), 1);
    assert_eq!(linked(&it)[0].1, "https://tickets.example.com");
    // A window over it is no link.
    it.press("?");
    assert!(linked(&it).is_empty(), "{:?}", linked(&it));
}

#[test]
fn addresses_in_a_message_stand_for_their_targets_in_every_part() {
    let mut it = of(post::mailed(base::now()));
    it.press("enter");
    let key = Mail::key(&post::server(), "ticket");
    it.send(Msg::Letter(key, Ok(Box::new(post::letter(78)))));
    let target = "https://tickets.example.com/3".to_owned();
    let whole = (target.clone(), target.clone());
    assert_eq!(linked(&it), std::slice::from_ref(&whole), "text");
    it.press("tab");
    let words = ("Open the ticket".to_owned(), target);
    assert_eq!(linked(&it), [words], "page");
    it.press("tab tab tab");
    assert_eq!(linked(&it), [whole], "links");
}
