//! ASCII in one place: the program's own signs become plain characters after the frame is drawn.
//! Knows the signs, not what they mean; what others wrote in other scripts stays.
use ratatui::buffer::Buffer;

/// Our signs and what stands for each where only ASCII can be shown.
const SIGNS: &[(&str, &str)] = &[
    ("●", "*"),
    ("‖", "="),
    ("○", "-"),
    ("✖", "!"),
    ("◐", "~"),
    ("◌", "."),
    ("◆", "#"),
    ("▌", ">"),
    ("▸", "+"),
    ("▾", "-"),
    ("…", "~"),
    ("↑", "^"),
    ("↓", "v"),
    ("←", "<"),
    ("→", ">"),
    ("│", "|"),
    ("─", "-"),
    ("·", "-"),
    ("›", ">"),
    ("•", "*"),
    ("▁", "_"),
    ("▂", "_"),
    ("▃", "."),
    ("▄", "."),
    ("▅", "-"),
    ("▆", "-"),
    ("▇", "="),
    ("█", "#"),
    ("▒", "."),
    ("—", "-"),
    ("✔", "+"),
    ("╌", "-"),
];

/// Replaces the signs in every cell.
pub fn degrade(buf: &mut Buffer) {
    for cell in &mut buf.content {
        if cell.symbol().is_ascii() {
            continue;
        }
        let plain = SIGNS.iter().find(|(sign, _)| *sign == cell.symbol());
        if let Some((_, plain)) = plain {
            cell.set_symbol(plain);
        }
    }
}
