//! What draws itself anywhere: pens, lines, windows, charts. Level 2: knows text, theme and ratatui's buffer, no state.
pub mod chart;
pub mod line;
pub mod link;
pub mod page;
pub mod pen;
pub mod window;

pub use line::Line;
pub use pen::Pen;
