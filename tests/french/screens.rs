//! The main screens in French: what is longer fits, and nothing is cut in the middle of a word.
use super::*;
use stacktui::lang::{self, Lang};

fn in_french<T>(work: impl FnOnce() -> T) -> T {
    lang::within(Lang::named("fr").expect("French is there"), work)
}

fn pressed(mut state: State, keys: &str) -> State {
    world::press(&mut state, keys);
    state
}

#[test]
fn screens_in_french() {
    in_french(|| {
        let now = world::now();
        let reference = || world::reference(now);
        let screens = vec![
            ("containers", reference()),
            ("problems", pressed(reference(), "!")),
            ("hosts", pressed(hosts::three(now), "0")),
            ("stacks", pressed(reference(), "2")),
            ("images", pressed(world::stocked(now), "3")),
            ("volumes", pressed(world::stocked(now), "4")),
            ("networks", pressed(world::stocked(now), "5")),
            ("routes", pressed(world::routed(now), "7")),
            ("events", pressed(with_past(), "8")),
            ("no-engine", no_engine()),
            ("help", pressed(with_past(), "?")),
            ("palette", pressed(with_past(), ":")),
        ];
        for (name, mut state) in screens {
            check(&format!("french-{name}"), &mut state, false);
        }
        check("french-mail", &mut post::mailed(now), true);
    });
}

/// A command is found by its title in the language of the screen, by its English one and by its id.
#[test]
fn the_palette_knows_a_command_by_all_its_names() {
    in_french(|| {
        let state = world::reference(world::now());
        for typed in ["redém", "restart", "container.restart"] {
            let found = views::palette_items(&state, typed);
            let first = found.first().map(|(action, _)| action.id);
            assert_eq!(first, Some("container.restart"), "{typed}");
        }
    });
}
