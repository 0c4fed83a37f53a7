//! Shell-like patterns over names: `*` for any run of characters, `?` for one.

/// Whether the whole of `text` matches `pattern`. Linear in practice: only the last `*` is ever gone back to.
pub fn glob_matches(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    let (mut p, mut t) = (0, 0);
    // Where the last star stands, and how much of the text it takes.
    let mut star: Option<(usize, usize)> = None;
    while let Some(&c) = text.get(t) {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(&want) if want == '?' || want == c => {
                p += 1;
                t += 1;
            }
            _ => match star {
                Some((at, taken)) => {
                    star = Some((at, taken + 1));
                    p = at + 1;
                    t = taken + 1;
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(p).all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_and_marks() {
        for (pattern, text, hit) in [
            ("web", "web", true),
            ("web", "web1", false),
            ("*", "", true),
            ("*db*", "shop-db-1", true),
            ("shop-??-1", "shop-db-1", true),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-b-b", false),
            ("", "x", false),
            ("a*b*c", "aXcYb", false),
            ("*db", "db", true),
            ("é?", "éa", true),
        ] {
            assert_eq!(glob_matches(pattern, text), hit, "{pattern} {text}");
        }
        assert!(!glob_matches(&"a*".repeat(40), &"a".repeat(39)));
    }
}
