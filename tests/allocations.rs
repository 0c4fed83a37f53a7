//! What a frame and a message cost in allocations: as much as the rows on screen ask for, however many containers there
//! are. Counted for this thread alone, so that tests may run beside each other.
#![expect(
    clippy::expect_used,
    reason = "a test that cannot set its scene must fail"
)]
#[path = "support/world.rs"]
mod world;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use allocation_counter::{AllocationInfo, measure};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use stacktui::effect::Effects;
use stacktui::model::{Freshness, HostId, Image, Key, Kind, Network, Resources, Sample, Volume};
use stacktui::msg::{HostMsg, Msg};
use stacktui::state::{RowId, State};
use stacktui::subscriptions::subscriptions;
use stacktui::theme::{Depth, Theme};
use stacktui::views;

const SIZE: (u16, u16) = (200, 50);

fn made(containers: usize) -> State {
    let mut state = world::many(containers, world::now());
    let (width, height) = SIZE;
    world::send(&mut state, Msg::Resize { width, height });
    state
}

/// A screen over so many containers.
fn scene(containers: usize) -> State {
    static FEW: LazyLock<State> = LazyLock::new(|| made(1_000));
    static MANY: LazyLock<State> = LazyLock::new(|| made(10_000));
    match containers {
        1_000 => FEW.clone(),
        10_000 => MANY.clone(),
        other => made(other),
    }
}

/// The cost of drawing the frame once more.
fn frame(state: &State) -> AllocationInfo {
    let theme = Theme::builtin(false, Depth::Ansi256, false);
    let mut buffer = Buffer::empty(Rect::new(0, 0, SIZE.0, SIZE.1));
    // Once for what is made once and kept.
    views::draw(state, &theme, &mut buffer);
    measure(|| {
        buffer.reset();
        views::draw(state, &theme, &mut buffer);
    })
}

/// Digits of larger numbers may take a few bytes more, a few times; a cost for each of 9,000 more containers may not.
const FEW: u64 = 16;

fn no_more(more: &AllocationInfo, less: &AllocationInfo, what: &str) {
    assert!(
        more.count_total <= less.count_total + FEW
            && more.bytes_total <= less.bytes_total + 64 * FEW,
        "{what}: {} allocations of {} bytes over many, {} of {} over few",
        more.count_total,
        more.bytes_total,
        less.count_total,
        less.bytes_total
    );
}

/// The same screen over 1,000 and over 10,000 containers.
fn same_cost(what: &str, prepare: impl Fn(&mut State)) {
    let [less, more] = [1_000, 10_000].map(|count| {
        let mut state = scene(count);
        prepare(&mut state);
        frame(&state)
    });
    assert!(less.count_total > 0, "{what}: nothing was counted");
    no_more(&more, &less, what);
}

#[test]
fn a_frame_costs_what_its_rows_cost() {
    same_cost("the table", |_| {});
    same_cost("scrolled to the end", |state| world::press(state, "G"));
    same_cost("ordered by CPU", |state| {
        state.containers.order = "cpu".to_owned();
        state.containers.reverse = true;
        stacktui::update::refresh_containers(state);
    });
    same_cost("problems only", |state| world::press(state, "!"));
    same_cost("filtered", |state| {
        world::press(state, "/");
        world::type_in(state, "service");
    });
    same_cost("the cursor on a stack", |state| {
        world::press(state, "g");
        assert!(matches!(
            state.containers.table.selected,
            Some(RowId::Stack(_))
        ));
    });
    same_cost("all folded", |state| {
        world::press(state, "Z");
        state.containers.table.rows.truncate(40);
    });
}

#[test]
fn a_frame_is_a_few_allocations_a_row() {
    let cost = frame(&scene(10_000));
    let rows = u64::from(SIZE.1);
    assert!(
        cost.count_total <= rows * 16,
        "{} allocations for {rows} rows",
        cost.count_total
    );
    let few = frame(&scene(12));
    assert!(few.count_total < cost.count_total, "fewer rows cost less");
}

/// The cost of one container's figures coming in, and of finding what is to flow after it.
fn one_sample(containers: usize, order: &str) -> AllocationInfo {
    let mut state = scene(containers);
    state.containers.order = order.to_owned();
    stacktui::update::refresh_containers(&mut state);
    let key = world::key("stack-000-service-00000-1");
    let sample: Sample = world::sample(state.now, 3.0, 1 << 20, 1 << 30);
    assert!(state.world.latest(&key).is_some(), "a known container");
    let give = |state: &mut State| -> Effects {
        let msg = HostMsg::Samples(vec![(key.clone(), sample)]);
        let effects = world::send(state, Msg::Host(world::HOST, msg));
        subscriptions(state);
        effects
    };
    give(&mut state);
    measure(|| assert!(give(&mut state).is_empty()))
}

#[test]
fn figures_of_one_cost_nothing_for_the_others() {
    for order in ["name", "state", "health", "age", "exit"] {
        let (less, more) = (one_sample(1_000, order), one_sample(10_000, order));
        assert!(less.count_total > 0, "nothing was counted");
        no_more(&more, &less, order);
    }
}

#[test]
fn an_order_by_figures_is_taken_anew_with_them() {
    let mut state = scene(1_000);
    state.containers.order = "cpu".to_owned();
    stacktui::update::refresh_containers(&mut state);
    world::press(&mut state, "!");
    world::press(&mut state, "!");
    let key = world::key("stack-049-service-00999-1");
    let sample = world::sample(state.now, 9_999.0, 1 << 20, 1 << 30);
    let msg = HostMsg::Samples(vec![(key.clone(), sample)]);
    world::send(&mut state, Msg::Host(world::HOST, msg));
    let rows = &state.containers.table.rows;
    let at = |row: &RowId| rows.iter().position(|r| r == row);
    let stack = at(&RowId::Stack(Key::stack(world::HOST, "stack-049")));
    let own = at(&RowId::Container(key));
    assert_eq!(
        own,
        stack.map(|at| at + 1),
        "the busiest of its stack stands first"
    );
}

#[test]
fn taking_the_rows_anew_builds_nothing_for_each_comparison() {
    let cost = |order: &str| {
        let mut state = scene(10_000);
        state.containers.order = order.to_owned();
        measure(|| stacktui::update::refresh_containers(&mut state)).count_total
    };
    for order in ["name", "cpu", "state", "image", "id"] {
        // A few for each of its 500 stacks; none for each row.
        let count = cost(order);
        assert!(count < 500 * 12, "{order}: {count} allocations");
    }
}

#[test]
fn a_letter_of_a_filter_builds_nothing_for_each_row() {
    for order in ["name", "cpu", "state", "image"] {
        let mut state = scene(10_000);
        state.containers.order = order.to_owned();
        world::press(&mut state, "/");
        // The first letters are in every name, the last is in a part of them.
        for letter in ["s", "e", "v", "9"] {
            let cost = measure(|| world::type_in(&mut state, letter));
            let count = cost.count_total;
            assert!(count < 100, "{order}, {letter}: {count} allocations");
        }
        assert!(state.containers.table.rows.len() < 10_000);
    }
}

/// A log view that holds so many lines, under a filter and a search that have looked at all of them.
fn log(lines: usize) -> State {
    let mut state = world::reference(world::now());
    let (width, height) = SIZE;
    world::send(&mut state, Msg::Resize { width, height });
    world::choose(&mut state, "systeme-ticketing-zammad-1");
    world::press(&mut state, "l");
    let text = |n: usize| format!("INFO request {n:07} of a service took {} ms", n % 997);
    for from in (0..lines).step_by(1_000) {
        let records = (from..from + 1_000)
            .map(|n| log_line(n, &text(n)))
            .collect();
        world::logs_of(&mut state, "systeme-ticketing-zammad-1", records);
    }
    let book = state.logs.as_mut().expect("a log view");
    book.filter(|filters| filters.lowest = Some(stacktui::text::Level::Info));
    book.search("7 ms").expect("a pattern");
    while book.has_work() {
        book.work(1 << 20);
    }
    assert_eq!(book.shown(), lines);
    state
}

fn log_line(n: usize, text: &str) -> stacktui::model::LogRecord {
    let at = world::now() + chrono::TimeDelta::milliseconds(n as i64);
    world::record(at, false, text)
}

#[test]
fn a_frame_of_a_log_costs_what_its_rows_cost() {
    let (less, more) = (frame(&log(1_000)), frame(&log(100_000)));
    assert!(less.count_total > 0, "nothing was counted");
    no_more(&more, &less, "the end of a log");
    let top = |lines| {
        let mut state = log(lines);
        world::press(&mut state, "g");
        frame(&state)
    };
    no_more(&top(100_000), &top(1_000), "its beginning");
}

#[test]
fn a_new_line_costs_nothing_for_those_held() {
    let one = |lines: usize| {
        let mut state = log(lines);
        // What the first one after a block was packed makes room for is not its own.
        let line = |n: usize| vec![log_line(lines + n, "INFO the 7 ms line")];
        world::logs_of(&mut state, "systeme-ticketing-zammad-1", line(0));
        measure(|| world::logs_of(&mut state, "systeme-ticketing-zammad-1", line(1)))
    };
    let (less, more) = (one(1_000), one(100_000));
    assert!(less.count_total > 0, "nothing was counted");
    no_more(&more, &less, "a line");
}

/// The same list over few things and over many.
fn same_list(key: &str, few: usize, many: usize, put: impl Fn(&mut State, usize)) {
    let [less, more] = [few, many].map(|count| {
        let mut state = scene(12);
        world::press(&mut state, key);
        put(&mut state, count);
        frame(&state)
    });
    assert!(less.count_total > 0, "{key}: nothing was counted");
    no_more(&more, &less, key);
}

fn volumes(count: usize) -> Vec<Volume> {
    let one = |n: usize| Volume {
        key: Key::new(HostId(0), Kind::Volume, &format!("volume-{n:05}")),
        driver: "local".to_owned(),
        mountpoint: String::new(),
        scope: "local".to_owned(),
        created: None,
        labels: BTreeMap::new(),
        options: BTreeMap::new(),
        size: None,
    };
    (0..count).map(one).collect()
}

fn put_images(state: &mut State, count: usize) {
    let one = |n: usize| Image {
        key: Key::new(HostId(0), Kind::Image, &format!("sha256:{n:064}")),
        tags: vec![format!("image-{n:05}:1")],
        digests: Vec::new(),
        created: None,
        size: Some(1),
        labels: BTreeMap::new(),
    };
    let list = Resources::Images((0..count).map(one).collect());
    world::send(state, Msg::Resources(HostId(0), Kind::Image, Ok(list)));
}

#[test]
fn what_a_registry_says_of_one_image_costs_nothing_for_the_others() {
    let [few, many] = [100, 2_000].map(|count| {
        let mut state = scene(12);
        world::press(&mut state, "3");
        put_images(&mut state, count);
        let key = state.subject().expect("an image");
        let answer = vec![("image-00000:1".to_owned(), Ok(Freshness::Behind))];
        measure(|| {
            world::send(&mut state, Msg::Freshness(key, answer));
        })
    });
    assert!(few.count_total > 0, "nothing was counted");
    no_more(&many, &few, "an answer");
}

#[test]
fn a_frame_of_a_list_costs_what_its_rows_cost() {
    same_list("4", 100, 2_000, |state, count| {
        let list = Resources::Volumes(volumes(count));
        world::send(state, Msg::Resources(HostId(0), Kind::Volume, Ok(list)));
    });
    same_list("3", 100, 2_000, put_images);
    same_list("5", 60, 300, |state, count| {
        let one = |n: usize| Network {
            key: Key::new(HostId(0), Kind::Network, &format!("{n:064}")),
            name: format!("network-{n:05}"),
            driver: "bridge".to_owned(),
            scope: "local".to_owned(),
            internal: false,
            ipv6: false,
            created: None,
            subnets: Vec::new(),
            labels: BTreeMap::new(),
        };
        let list = Resources::Networks((0..count).map(one).collect());
        world::send(state, Msg::Resources(HostId(0), Kind::Network, Ok(list)));
    });
}

/// Who uses what is read out of the containers once a change, not once a row or a frame.
#[test]
fn who_uses_a_thing_is_not_read_again_without_a_change() {
    let [few, many] = [1_000, 10_000].map(|containers| {
        let mut state = scene(containers);
        world::press(&mut state, "4");
        let list = Resources::Volumes(volumes(60));
        world::send(
            &mut state,
            Msg::Resources(HostId(0), Kind::Volume, Ok(list)),
        );
        assert!(!state.shelves.uses.stale);
        measure(|| world::press(&mut state, "j"))
    });
    no_more(&many, &few, "a key in the list");
}
