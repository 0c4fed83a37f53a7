//! What is left of an exchange that was cut off: told on its row, with the way out.
use stacktui::model::{HostId, Key, RunState};
use stacktui::msg::{HostMsg, Msg};
use stacktui::state::lints::findings;

use crate::harness::{Scene, full, key, world};
use crate::world as base;

/// The scratch container as an exchange that nobody finished has left it: what of the two is there, and under which names.
fn cut_off_exchange(old: Option<&str>, new: Option<&str>) -> Scene {
    let mut it = world();
    let (was, name) = (key("scratch"), full("scratch"));
    let mut row = it.container("scratch").clone();
    row.state = RunState::Exited;
    let named = |name: &str| name.replace("ID", &was.id[..6]);
    let mut changed = Vec::new();
    if let Some(suffix) = old {
        row.name = named(&format!("{name}{suffix}"));
        changed.push(row.clone());
    }
    if let Some(suffix) = new {
        row.key = Key::container(HostId(0), "0123456789abcdef");
        row.state = RunState::Running;
        row.name = named(&format!("{name}{suffix}"));
        changed.push(row);
    }
    let gone = old.is_none().then(|| was.clone()).into_iter().collect();
    it.send(Msg::Host(base::HOST, HostMsg::Delta { changed, gone }));
    it
}

#[test]
fn what_a_cut_off_exchange_left_is_told_with_the_way_out() {
    let id = key("scratch").id[..6].to_owned();
    let left = |it: &Scene| -> Vec<String> {
        let all: Vec<_> = it.state.world.containers().map(|c| c.key.clone()).collect();
        let found = all.iter().flat_map(|key| findings(&it.state, key));
        let found = found.filter(|finding| finding.id == "left_over");
        let tail = |words: String| words.rsplit_once(": ").map(|(_, tail)| tail.to_owned());
        found.filter_map(|finding| tail(finding.words)).collect()
    };
    let name = full("scratch");
    assert_eq!(
        left(&cut_off_exchange(Some(""), Some(".new-ID"))),
        [format!(
            "docker rm --force {name}.new-{id} && docker start {name}"
        )]
    );
    let back = format!(
        "docker rm --force {name}.new-{id} && docker rename {name}.old-{id} {name} && docker start {name}"
    );
    assert_eq!(
        left(&cut_off_exchange(Some(".old-ID"), Some(".new-ID"))),
        [back.clone(), back]
    );
    assert_eq!(
        left(&cut_off_exchange(Some(".old-ID"), Some(""))),
        [format!(
            "docker rm --force {name} && docker rename {name}.old-{id} {name} && docker start {name}"
        )]
    );
    assert_eq!(
        left(&cut_off_exchange(None, Some(".new-ID"))),
        [format!("docker rename {name}.new-{id} {name}")]
    );
    // Names that only look like it are anybody's.
    assert!(left(&cut_off_exchange(Some(".old-backup"), Some(""))).is_empty());
    // It hurts: a mark on its row, counted, among the problems.
    let mut it = cut_off_exchange(Some(".old-ID"), Some(""));
    it.shows("1 at risk").press("!").shows("exited 3d !");
}

#[test]
fn nothing_is_left_over_while_this_program_is_at_it() {
    let mut it = world();
    it.on("scratch").press("R").wait(400).press("y");
    let mut row = it.container("scratch").clone();
    row.name = stacktui::effect::beside(&row.key, &row.name);
    row.key = Key::container(HostId(0), "0123456789abcdef");
    let (new, gone) = (row.key.clone(), Vec::new());
    let changed = vec![row];
    it.send(Msg::Host(base::HOST, HostMsg::Delta { changed, gone }));
    assert!(findings(&it.state, &new).is_empty());
}
