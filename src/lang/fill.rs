//! Texts with holes: `{name}` is where a value goes. A value may hold braces; a text of ours holds none but its holes.
use std::fmt::{Display, Write};

/// The text with each hole filled by the value of its name.
pub fn fill(text: &str, values: &[(&str, &dyn Display)]) -> String {
    let mut filled = String::with_capacity(text.len() + 8 * values.len());
    let mut rest = text;
    while let Some((before, hole)) = rest.split_once('{') {
        let (name, after) = hole.split_once('}').unwrap_or((hole, ""));
        filled.push_str(before);
        if let Some((_, value)) = values.iter().find(|(known, _)| *known == name) {
            // A string takes whatever is written.
            let _ = write!(filled, "{value}");
        }
        rest = after;
    }
    filled.push_str(rest);
    filled
}

/// Whether these are the names of the text's holes, all and no others. Asked by the compiler.
pub const fn fits(text: &str, names: &[&str]) -> bool {
    let text = text.as_bytes();
    let mut n = 0;
    while n < names.len() {
        if !has_hole(text, names[n].as_bytes()) {
            return false;
        }
        n += 1;
    }
    let mut at = 0;
    while at < text.len() {
        if text[at] == b'{' && !is_any(text, at + 1, names) {
            return false;
        }
        at += 1;
    }
    true
}

const fn has_hole(text: &[u8], name: &[u8]) -> bool {
    let mut at = 0;
    while at < text.len() {
        if text[at] == b'{' && is_name(text, at + 1, name) {
            return true;
        }
        at += 1;
    }
    false
}

const fn is_any(text: &[u8], from: usize, names: &[&str]) -> bool {
    let mut n = 0;
    while n < names.len() {
        if is_name(text, from, names[n].as_bytes()) {
            return true;
        }
        n += 1;
    }
    false
}

/// Whether the name stands here, up to its closing brace.
const fn is_name(text: &[u8], from: usize, name: &[u8]) -> bool {
    let mut n = 0;
    while n < name.len() {
        if from + n >= text.len() || text[from + n] != name[n] {
            return false;
        }
        n += 1;
    }
    from + n < text.len() && text[from + n] == b'}'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_go_where_their_names_are() {
        let values: [(&str, &dyn Display); 2] = [("a", &"{b}"), ("b", &2)];
        assert_eq!(fill("{b} {a} {b}.", &values), "2 {b} 2.");
        assert_eq!(fill("none", &values), "none");
        assert_eq!(fill("odd {c} {a", &values), "odd  {b}");
    }

    #[test]
    fn holes_and_values_are_held_against_each_other() {
        assert!(fits("{a} of {b}", &["b", "a"]));
        assert!(fits("{a} {a}", &["a"]));
        assert!(!fits("{a} of {b}", &["a"]), "one is missing");
        assert!(!fits("{a}", &["a", "b"]), "one too many");
        assert!(!fits("{ab}", &["a"]) && !fits("{a", &["a"]));
    }
}
