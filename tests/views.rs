//! What is drawn: screens as snapshots, at three sizes, and the rules that hold for every screen.
mod support {
    pub mod screen;
    pub mod world;
}

use support::{screen, world};

#[test]
fn look() {
    let mut s = world::reference(world::now());
    let theme = screen::probe(false);
    for (w, h) in [(80, 24), (120, 30), (160, 20), (40, 12), (20, 5)] {
        let buf = screen::draw(&mut s, w, h, &theme);
        println!("{}", screen::text(&buf));
    }
}
