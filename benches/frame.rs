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

#[divan::bench(args = [12, 1_000, 10_000])]
fn order_rows(bencher: divan::Bencher<'_, '_>, containers: usize) {
    let mut state = world::many(containers, world::now());
    bencher.bench_local(|| update::refresh_containers(&mut state));
}
