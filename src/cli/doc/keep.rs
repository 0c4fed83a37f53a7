//! What people wrote into a generated page stays: the text between `<!-- stacktui:keep NAME -->` and `<!-- /stacktui:keep -->`.
use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::page::heading;

const OPEN: &str = "<!-- stacktui:keep ";
const CLOSE: &str = "<!-- /stacktui:keep -->";
/// Begins the line that tells when the page was written.
pub(super) const STAMP: &str = "<!-- stacktui:written ";

/// An empty place for text that is kept.
pub(super) fn place(name: &str) -> String {
    format!("{OPEN}{} -->\n{CLOSE}", encoded(name))
}

/// A name comes from labels and must not end the comment it stands in. A `%` stays, so that what is encoded stays as it is.
fn encoded(name: &str) -> String {
    let mut safe = String::with_capacity(name.len());
    for byte in name.bytes() {
        let plain = byte.is_ascii_alphanumeric() || b"._/ %-".contains(&byte);
        if plain && !(byte == b'-' && safe.ends_with('-')) {
            safe.push(char::from(byte));
        } else {
            let _infallible = write!(safe, "%{byte:02X}");
        }
    }
    safe
}

/// The page as newly written, with what was kept of the old one in its places. What has no place any more stands at the end.
pub(super) fn merged(new: &str, old: &str, title: &str) -> String {
    let mut kept = blocks(old);
    let mut whole = String::with_capacity(new.len() + old.len());
    for line in new.lines() {
        whole.push_str(line);
        whole.push('\n');
        let text = name_of(line).and_then(|name| kept.remove(&encoded(name)));
        whole.push_str(&text.unwrap_or_default());
    }
    kept.retain(|_, text| !text.trim().is_empty());
    if !kept.is_empty() {
        let _infallible = write!(whole, "\n## {title}\n");
    }
    for (name, text) in kept {
        let _infallible = write!(whole, "\n{OPEN}{name} -->\n{text}{CLOSE}\n");
    }
    whole
}

fn name_of(line: &str) -> Option<&str> {
    line.trim().strip_prefix(OPEN)?.strip_suffix(" -->")
}

/// The kept texts of a page by name, each line with its end. One that is not closed goes to the end of the page: nothing is lost.
fn blocks(page: &str) -> BTreeMap<String, String> {
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    let mut open: Option<String> = None;
    for line in page.lines() {
        if line.trim() == CLOSE {
            open = None;
        } else if let Some(name) = &open {
            let text = found.entry(name.clone()).or_default();
            text.push_str(line);
            text.push('\n');
        } else if let Some(name) = name_of(line) {
            open = Some(encoded(name));
        }
    }
    found
}

/// The page without what differs each time it is written, or with who writes it: incidents are out of the writer's own journal.
pub(super) fn without_stamp(page: &str) -> Vec<&str> {
    let mut in_incidents = false;
    let (now, incidents) = (heading(say!("State")), heading(say!("Last incidents")));
    let mut passing = |line: &&str| {
        in_incidents = *line == incidents || (in_incidents && line.starts_with("  - "));
        in_incidents || line.starts_with(STAMP) || line.starts_with(&now)
    };
    page.lines().filter(|line| !passing(line)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_by_hand_stays_and_nothing_of_it_is_lost() {
        let page = |services: &[&str]| {
            let parts = services
                .iter()
                .map(|name| format!("### {name}\n{}\n", place(name)));
            parts.collect::<String>()
        };
        let first = merged(&page(&["db", "web"]), "", "Kept");
        assert_eq!(first, page(&["db", "web"]));
        let edited = first.replace(
            "keep web -->\n",
            "keep web -->\nAsk **ada** first.\n\n- twice\n",
        );
        let again = merged(&page(&["db", "web"]), &edited, "Kept");
        assert_eq!(again, edited, "as it was");
        // The service is gone: its text is not.
        let gone = merged(&page(&["db"]), &edited, "Kept");
        assert!(
            gone.contains("## Kept\n\n<!-- stacktui:keep web -->\nAsk **ada** first.\n"),
            "{gone}"
        );
        assert_eq!(
            merged(&page(&["db"]), &gone, "Kept"),
            gone,
            "and stays there"
        );
        // And finds its place again.
        assert_eq!(merged(&page(&["db", "web"]), &gone, "Kept"), edited);
        let open = "<!-- stacktui:keep db -->\nnot closed\n";
        assert!(merged(&page(&["db"]), open, "Kept").contains("not closed"));
    }

    #[test]
    fn a_name_cannot_end_its_comment_and_keeps_its_text() {
        let evil = "shop/evil --><img src=x onerror=alert(1)>--!>";
        let marks = place(evil);
        let first = marks.lines().next().unwrap();
        let inside = first
            .strip_prefix("<!--")
            .unwrap()
            .strip_suffix("-->")
            .unwrap();
        assert!(
            !inside.contains("--") && !inside.contains(['<', '>']),
            "{first}"
        );
        let edited = format!("{first}\nby hand\n{CLOSE}\n");
        assert_eq!(merged(&marks, &edited, "Kept"), edited);
        let gone = merged("", &edited, "Kept");
        assert!(gone.contains(&edited) && !gone.contains("<img"), "{gone}");
        // Pages of before had the names as they were.
        let before = format!("{OPEN}shop/my--web -->\nby hand\n{CLOSE}\n");
        assert!(merged(&place("shop/my--web"), &before, "Kept").contains("by hand"));
        assert_eq!(
            place("shop/my-web_1.a"),
            format!("{OPEN}shop/my-web_1.a -->\n{CLOSE}")
        );
    }

    #[test]
    fn the_time_of_writing_makes_no_difference() {
        let page = |time: &str| format!("# a\n{STAMP}{time} -->\ntext\n");
        assert_eq!(without_stamp(&page("1")), without_stamp(&page("2")));
        assert_ne!(without_stamp("a"), without_stamp("b"));
        let incidents = "- **Image:** a\n- **Last incidents:**\n  - one\n  - two\n\n  - by hand\n";
        let none = "- **Image:** a\n\n  - by hand\n";
        assert_eq!(without_stamp(incidents), without_stamp(none));
        assert_ne!(without_stamp(none), without_stamp("- **Image:** a\n"));
    }
}
