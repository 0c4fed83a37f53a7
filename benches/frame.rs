//! Cost and allocations of a frame: only rows on screen are built, so 10,000 containers cost what 12 do.
//! `cargo bench --bench frame`.
#![expect(
    clippy::expect_used,
    reason = "a bench that cannot set its scene must fail"
)]
#[path = "../tests/support/world.rs"]
mod world;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use stacktui::msg::{HostMsg, Msg};
use stacktui::theme::{Depth, Theme};
use stacktui::{update, views};

#[global_allocator]
static ALLOCATIONS: divan::AllocProfiler = divan::AllocProfiler::system();

fn main() {
    divan::main();
}

#[divan::bench(args = [12, 100, 1_000, 10_000])]
fn draw(bencher: divan::Bencher<'_, '_>, containers: usize) {
    let mut state = world::many(containers, world::now());
    state.size = (200, 50);
    let theme = Theme::builtin(false, Depth::Ansi256, false);
    let mut buffer = Buffer::empty(Rect::new(0, 0, 200, 50));
    bencher.bench_local(|| {
        buffer.reset();
        views::draw(&state, &theme, &mut buffer);
    });
}

/// Rows under their stacks, taken anew.
#[divan::bench(args = [12, 1_000, 10_000])]
fn order_rows(bencher: divan::Bencher<'_, '_>, containers: usize) {
    let mut state = world::many(containers, world::now());
    bencher.bench_local(|| update::refresh_containers(&mut state));
}

/// The same by other columns, 10,000 rows.
#[divan::bench(args = ["cpu", "mem%", "state", "image", "ports"])]
fn order_rows_by(bencher: divan::Bencher<'_, '_>, column: &str) {
    let mut state = world::many(10_000, world::now());
    column.clone_into(&mut state.containers.order);
    bencher.bench_local(|| update::refresh_containers(&mut state));
}

/// One list of all that match, as after each letter typed.
#[divan::bench(args = [12, 1_000, 10_000])]
fn filter_rows(bencher: divan::Bencher<'_, '_>, containers: usize) {
    let mut state = world::many(containers, world::now());
    "serv".clone_into(&mut state.containers.filter);
    "cpu".clone_into(&mut state.containers.order);
    bencher.bench_local(|| update::refresh_containers(&mut state));
}

/// The same with the cursor put on the best of them, and in the default order.
#[divan::bench(args = ["s", "erv", "9", "stack-499"])]
fn type_a_filter(bencher: divan::Bencher<'_, '_>, typed: &str) {
    let mut state = world::many(10_000, world::now());
    world::press(&mut state, "/");
    bencher.bench_local(|| {
        world::type_in(&mut state, typed);
        for _ in 0..typed.len() {
            world::press(&mut state, "backspace");
        }
    });
}

/// Figures of one container come in.
#[divan::bench(args = [12, 1_000, 10_000])]
fn take_a_sample(bencher: divan::Bencher<'_, '_>, containers: usize) {
    let mut state = world::many(containers, world::now());
    let key = world::key("stack-000-service-00000-1");
    let sample = world::sample(state.now, 3.0, 1 << 20, 1 << 30);
    bencher.bench_local(|| {
        let msg = HostMsg::Samples(vec![(key.clone(), sample)]);
        world::send(&mut state, Msg::Host(world::HOST, msg))
    });
}

/// One container changes: its row, the sums, and what is counted and measured over all of them.
#[divan::bench(args = [12, 1_000, 10_000])]
fn take_a_change(bencher: divan::Bencher<'_, '_>, containers: usize) {
    let mut state = world::many(containers, world::now());
    let key = world::key("stack-000-service-00000-1");
    let container = state
        .world
        .container(&key)
        .expect("a known container")
        .clone();
    bencher.bench_local(|| {
        let changed = vec![container.clone()];
        let msg = HostMsg::Delta {
            changed,
            gone: Vec::new(),
        };
        world::send(&mut state, Msg::Host(world::HOST, msg))
    });
}
