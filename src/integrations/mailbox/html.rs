//! HTML mail as lines for a terminal. The renderer's time grows with the square of the nesting (20,000 levels take
//! seconds), so what is too large or too deep is refused before it is tried.
use std::collections::HashMap;

use html2text::render::RichAnnotation;
use html2text::{Handle, config};

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

/// The lines; the links in them go to those that are known already. Or why there are none.
pub(super) fn render(
    html: &str,
    width: u16,
    links: &mut Vec<String>,
) -> Result<Vec<HtmlLine>, String> {
    if html.len() > LARGEST {
        return Err(format!(
            "its HTML is {}: more than {} is not shown as a page",
            text::bytes(html.len() as u64),
            text::bytes(LARGEST as u64)
        ));
    }
    if looks_deep(html) {
        return Err(too_deep());
    }
    let width = usize::from(width).max(NARROWEST);
    let config = config::rich().use_doc_css().allow_width_overflow();
    let odd = |error| format!("its HTML cannot be shown as a page: {error}");
    let page = config.parse_html(html.as_bytes()).map_err(odd)?;
    if is_deep(&page.document) {
        return Err(too_deep());
    }
    let tree = config.dom_to_render_tree(&page).map_err(odd)?;
    let rendered = config.render_to_lines(tree, width).map_err(odd)?;
    let mut page: Vec<HtmlLine> = Vec::new();
    for line in rendered.iter().take(ROWS) {
        let mut shown = HtmlLine::new();
        for piece in line.tagged_strings() {
            let words = text::sanitise_ident(piece.s.as_bytes());
            shown.push((words, tone(&piece.tag, links)));
        }
        page.push(shown);
    }
    Ok(page)
}

/// How a piece looks; where it is a link, its target is kept.
fn tone(tags: &[RichAnnotation], links: &mut Vec<String>) -> Tone {
    let mut tone = Tone::Plain;
    for tag in tags {
        tone = match tag {
            RichAnnotation::Link(target) => {
                return Tone::Link(super::letter::keep_link(links, target));
            }
            RichAnnotation::Strong | RichAnnotation::Emphasis => Tone::Strong,
            RichAnnotation::Code | RichAnnotation::Preformat(_) => Tone::Code,
            RichAnnotation::Image(_) | RichAnnotation::Strikeout => Tone::Faint,
            _ => tone,
        };
    }
    tone
}

fn too_deep() -> String {
    format!("its HTML is nested more than {DEEPEST} deep and not shown as a page")
}

/// Before it is parsed: more tags than that are open at once. An end tag counts only for one of its own name that is open.
fn looks_deep(html: &str) -> bool {
    let mut open = 0usize;
    let mut of_name: HashMap<String, usize> = HashMap::new();
    for (at, _) in html.match_indices('<') {
        let rest = html.get(at + 1..).unwrap_or_default();
        let (is_end, rest) = match rest.strip_prefix('/') {
            Some(rest) => (true, rest),
            None => (false, rest),
        };
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric());
        let name = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
        let lower = name.to_ascii_lowercase();
        if name.is_empty() || FLAT.contains(&lower.as_str()) {
            continue;
        }
        let of_it = of_name.entry(lower).or_default();
        if !is_end {
            (*of_it, open) = (*of_it + 1, open + 1);
        } else if *of_it > 0 {
            (*of_it, open) = (*of_it - 1, open - 1);
        }
        if open > DEEPEST {
            return true;
        }
    }
    false
}

/// As it was parsed, whatever stood in comments and quotes. Level by level: no stack of ours grows with it.
fn is_deep(document: &Handle) -> bool {
    let mut level = vec![document.clone()];
    for _ in 0..=DEEPEST {
        let below = level.iter().flat_map(|node| node.children.borrow().clone());
        level = below.collect();
        if level.is_empty() {
            return false;
        }
    }
    true
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
        let mut found = Vec::new();
        let lines = render(html, 60, &mut found).unwrap();
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
        assert!(
            render(&deep, 80, &mut Vec::new())
                .unwrap_err()
                .contains("more than 1000 deep")
        );
        let large = "x".repeat(LARGEST + 1);
        assert!(render(&large, 80, &mut Vec::new()).is_err());
        let list = "<li>one<p>two".repeat(3_000);
        assert!(
            render(&list, 80, &mut Vec::new()).is_ok(),
            "flat tags that are not closed are not deep"
        );
    }

    #[test]
    fn end_tags_that_close_nothing_do_not_hide_the_depth() {
        for stray in ["<div></i>", "<DIV></p></nosuch>", "<div></>"] {
            assert!(looks_deep(&stray.repeat(20_000)), "{stray}");
        }
        assert!(!looks_deep(&"<div><i></i></DIV>".repeat(20_000)));
        // What only looks like an end is found once it is parsed.
        for hidden in ["<div><!-- </div> -->", "<div title='</div>'>"] {
            let page = hidden.repeat(1_200);
            assert!(!looks_deep(&page), "{hidden}");
            assert_eq!(
                render(&page, 80, &mut Vec::new()).unwrap_err(),
                too_deep(),
                "{hidden}"
            );
        }
    }

    #[test]
    fn nothing_in_it_drives_a_terminal() {
        let html = "<p>a\u{9b}31m\u{202e}b</p><a href='https://e.example/\u{1b}]8;;'>c</a>";
        let mut found = Vec::new();
        let lines = render(html, 40, &mut found).unwrap();
        assert!(!words(&lines).contains(['\u{1b}', '\u{9b}', '\u{202e}']));
        assert!(found.is_empty(), "{found:?}");
    }
}
