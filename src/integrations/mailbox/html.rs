//! HTML mail as lines for a terminal. The renderer's time grows with the square of the nesting (20,000 levels take
//! seconds), so what is too large or too deep is refused before it is tried.
use html2text::config;
use html2text::render::RichAnnotation;

use crate::model::mail::{HtmlLine, Tone};
use crate::text;

/// Most bytes of HTML that are rendered.
const LARGEST: usize = 512 * 1024;
/// Most levels of open tags.
const DEEPEST: usize = 1_000;
/// Below this a table is only borders.
const NARROWEST: usize = 20;
/// Rows of one mail at most.
const ROWS: usize = 20_000;

/// Tags that never hold others, or that end the one before them.
const FLAT: [&str; 22] = [
    "area", "base", "br", "col", "dd", "dt", "embed", "hr", "img", "input", "li", "link", "meta",
    "option", "p", "param", "source", "td", "th", "tr", "track", "wbr",
];

/// The lines, and the links in them; or why there are none.
pub(super) fn render(html: &str, width: u16) -> Result<(Vec<HtmlLine>, Vec<String>), String> {
    if html.len() > LARGEST {
        return Err(format!(
            "its HTML is {}: more than {} is not shown as a page",
            text::bytes(html.len() as u64),
            text::bytes(LARGEST as u64)
        ));
    }
    let depth = depth(html);
    if depth > DEEPEST {
        return Err(format!(
            "its HTML is nested {depth} deep and not shown as a page"
        ));
    }
    let width = usize::from(width).max(NARROWEST);
    let rendered = config::rich()
        .use_doc_css()
        .allow_width_overflow()
        .lines_from_read(html.as_bytes(), width)
        .map_err(|error| format!("its HTML cannot be shown as a page: {error}"))?;
    let mut links = Vec::new();
    let mut page: Vec<HtmlLine> = Vec::new();
    for line in rendered.iter().take(ROWS) {
        let mut shown = HtmlLine::new();
        for piece in line.tagged_strings() {
            for tag in &piece.tag {
                if let RichAnnotation::Link(target) = tag {
                    super::letter::keep_link(&mut links, target);
                }
            }
            let words = text::sanitise_ident(piece.s.as_bytes());
            shown.push((words, tone(&piece.tag)));
        }
        page.push(shown);
    }
    Ok((page, links))
}

fn tone(tags: &[RichAnnotation]) -> Tone {
    let mut tone = Tone::Plain;
    for tag in tags {
        tone = match tag {
            RichAnnotation::Link(_) => return Tone::Link,
            RichAnnotation::Strong | RichAnnotation::Emphasis => Tone::Strong,
            RichAnnotation::Code | RichAnnotation::Preformat(_) => Tone::Code,
            RichAnnotation::Image(_) | RichAnnotation::Strikeout => Tone::Faint,
            _ => tone,
        };
    }
    tone
}

/// The most tags that are open at once. A rough count: it may be too high, never much too low.
fn depth(html: &str) -> usize {
    let (mut open, mut most) = (0usize, 0usize);
    for (at, _) in html.match_indices('<') {
        let rest = html.get(at + 1..).unwrap_or_default();
        if rest.starts_with('/') {
            open = open.saturating_sub(1);
            continue;
        }
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric());
        let name = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
        let lower = name.to_ascii_lowercase();
        if !name.is_empty() && !FLAT.contains(&lower.as_str()) {
            open += 1;
            most = most.max(open);
        }
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(lines: &[HtmlLine]) -> String {
        let line = |line: &HtmlLine| line.iter().map(|(s, _)| s.as_str()).collect::<String>();
        lines.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_page_keeps_its_tables_and_links_and_hides_what_its_style_hides() {
        let html = "<style>.x{display:none}</style><div class=x>preheader</div>\
                    <table><tr><td>Priority</td><td><b>high</b></td></tr></table>\
                    <a href='https://tickets.example/1'>Open</a> <a href='javascript:alert(1)'>no</a>";
        let (lines, found) = render(html, 60).unwrap();
        let shown = words(&lines);
        assert!(
            shown.contains("Priority") && shown.contains("high"),
            "{shown}"
        );
        assert!(!shown.contains("preheader"), "{shown}");
        assert_eq!(found, ["https://tickets.example/1"]);
        let strong = lines.iter().flatten().find(|(s, _)| s.contains("high"));
        assert_eq!(strong.map(|(_, tone)| *tone), Some(Tone::Strong));
    }

    #[test]
    fn what_is_nested_too_deep_or_too_large_is_refused_at_once() {
        let deep = format!("{}x{}", "<div>".repeat(20_000), "</div>".repeat(20_000));
        assert!(render(&deep, 80).unwrap_err().contains("20000 deep"));
        let large = "x".repeat(LARGEST + 1);
        assert!(render(&large, 80).is_err());
        let list = "<li>one<p>two".repeat(3_000);
        assert!(
            render(&list, 80).is_ok(),
            "flat tags that are not closed are not deep"
        );
    }

    #[test]
    fn nothing_in_it_drives_a_terminal() {
        let html = "<p>a\u{9b}31m\u{202e}b</p><a href='https://e.example/\u{1b}]8;;'>c</a>";
        let (lines, found) = render(html, 40).unwrap();
        assert!(!words(&lines).contains(['\u{1b}', '\u{9b}', '\u{202e}']));
        assert!(found.is_empty(), "{found:?}");
    }
}
