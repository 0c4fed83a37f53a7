//! The standing facts of a container: how it is reached, what it mounts, its limits, what it runs, its variables.
use crate::model::Port;
use crate::model::route::Fault;
use crate::text;
use crate::theme::Key;
use crate::widgets::{Line, link};

use super::Cx;
use crate::views::section::Section;

/// The addresses that lead to it, and why one leads nowhere.
pub(super) fn routes(cx: &Cx) -> Vec<Line> {
    let shelves = &cx.state.shelves;
    let keys = shelves.route_book.of.get(cx.key);
    let routes = keys.into_iter().flatten();
    let mut s = Section::new(cx.theme, cx.width, say!("URLs"));
    // As the view numbers them.
    let mut number = 0;
    for route in routes.filter_map(|key| shelves.routes.things.get(key)) {
        let (sign, style) = match &route.fault {
            None => (cx.theme.symbols.running, Key::StateOk),
            Some(Fault::Off) => (cx.theme.symbols.stopped, Key::StateOff),
            Some(_) => (cx.theme.symbols.bad, Key::StateBad),
        };
        let strong = cx.theme.style(Key::Strong);
        let urls = route.urls.iter().zip(number..);
        number += route.urls.len();
        let urls = urls.map(|(url, number)| (url, link::numbered(strong, number)));
        let patterns = route.patterns.iter().map(|pattern| (pattern, strong));
        for (words, look) in urls.chain(patterns) {
            let mut line = Line::of(cx.theme, format!("{sign} "), style);
            line.push(words.as_str(), look);
            s.line(line);
        }
        if let Some(fault) = &route.fault {
            let words = fault.words();
            for line in text::wrap_words(&words, cx.width.saturating_sub(4)) {
                s.line(Line::of(cx.theme, format!("  {line}"), Key::Text));
            }
        }
    }
    s.finish()
}

pub(super) fn reach(cx: &Cx) -> Vec<Line> {
    let d = cx.details;
    let mut lines = Vec::new();
    let mut s = Section::new(cx.theme, cx.width, say!("Ports"));
    let is_any = |ip: &str| matches!(ip, "" | "0.0.0.0" | "::");
    for (n, port) in d.ports.iter().enumerate() {
        // Published on every address it comes twice, for both kinds of addresses.
        let same = |other: &Port| {
            (other.public, other.private, &other.protocol)
                == (port.public, port.private, &port.protocol)
                && is_any(&other.ip)
        };
        if is_any(&port.ip) && d.ports.iter().take(n).any(same) {
            continue;
        }
        let words = crate::columns::container::cells::port_words(port);
        let key = if port.public.is_some() {
            Key::Strong
        } else {
            Key::Dim
        };
        let from = match (port.public, port.ip.as_str()) {
            (None, _) => say!("  not published").to_owned(),
            (Some(_), ip) if is_any(ip) => say!("  on every address").to_owned(),
            (Some(_), ip) => say!("  on {ip}", ip),
        };
        s.line(Line::of(cx.theme, words, key).and(cx.theme, from, Key::Dim));
    }
    lines.extend(s.finish());
    let mut s = Section::new(cx.theme, cx.width, say!("Networks"));
    for link in &d.networks {
        s.line(Line::of(cx.theme, link.name.clone(), Key::Text).and(
            cx.theme,
            format!("  {}", link.address),
            Key::Figure,
        ));
        if !link.aliases.is_empty() {
            s.line(Line::of(
                cx.theme,
                say!("  as {names}", names = link.aliases.join(", ")),
                Key::Dim,
            ));
        }
    }
    lines.extend(s.finish());
    let mut s = Section::new(cx.theme, cx.width, say!("Mounts"));
    for mount in &d.mounts {
        let mode = if mount.read_only {
            say!("read-only")
        } else {
            ""
        };
        let kind = text::pad_right(&mount.kind, 6);
        s.line(
            Line::of(cx.theme, format!("{kind} "), Key::Dim)
                .and(cx.theme, mount.destination.clone(), Key::Text)
                .and(cx.theme, format!("  {mode}"), Key::Dim),
        );
        if !mount.source.is_empty() {
            let source =
                text::truncate_middle(&mount.source, cx.width.saturating_sub(14)).into_owned();
            s.line(Line::of(
                cx.theme,
                say!("       from {source}", source),
                Key::Dim,
            ));
        }
    }
    lines.extend(s.finish());
    lines
}

pub(super) fn limits(cx: &Cx) -> Vec<Line> {
    let d = cx.details;
    let mut s = Section::new(cx.theme, cx.width, say!("Limits and policy"));
    let none = || say!("none").to_owned();
    s.field(
        say!("cpu"),
        &d.cpu_limit.map_or_else(none, |n| say!("{n} cores", n)),
        Key::Text,
    );
    s.field(
        say!("memory"),
        &d.memory_limit.map_or_else(none, text::bytes),
        Key::Text,
    );
    match d.swap_limit.filter(|_| d.memory_limit.is_some()) {
        Some(-1) => s.field(say!("with swap"), say!("all there is"), Key::Text),
        Some(all) if all > 0 => {
            s.field(
                say!("with swap"),
                &text::bytes(all.unsigned_abs()),
                Key::Text,
            );
        }
        _ => {}
    }
    s.field(
        say!("processes"),
        &d.pids_limit.map_or_else(none, |n| n.to_string()),
        Key::Text,
    );
    s.field(say!("restart" as "field"), &d.restart_policy, Key::Text);
    s.field(
        say!("stop" as "field"),
        &say!(
            "{signal} then kill after {s}s",
            signal = d.stop_signal,
            s = d.stop_timeout
        ),
        Key::Text,
    );
    s.field(say!("logs"), &d.log_driver, Key::Text);
    if d.privileged {
        s.field(
            say!("privileged"),
            say!("yes: it may do anything to the host"),
            Key::StateBusy,
        );
    }
    s.finish()
}

pub(super) fn process(cx: &Cx) -> Vec<Line> {
    let d = cx.details;
    let mut s = Section::new(cx.theme, cx.width, say!("Runs"));
    s.field(say!("image"), &d.image, Key::Text);
    s.field(
        say!("image id"),
        d.image_id
            .trim_start_matches("sha256:")
            .get(..12)
            .unwrap_or(&d.image_id),
        Key::Dim,
    );
    s.field(say!("entrypoint"), &d.entrypoint.join(" "), Key::Text);
    s.field(say!("command"), &d.command.join(" "), Key::Text);
    s.field(say!("user"), &d.user, Key::Text);
    s.field(say!("directory"), &d.working_dir, Key::Text);
    s.field(say!("hostname"), &d.hostname, Key::Text);
    if d.tty {
        s.field(say!("terminal"), say!("yes"), Key::Text);
    }
    s.field(say!("id"), cx.key.short(), Key::Dim);
    s.finish()
}

/// Names and values; what looks secret is masked until it is asked for.
fn pairs<'a>(
    cx: &Cx,
    title: &str,
    pairs: impl Iterator<Item = (&'a String, &'a String)>,
) -> Vec<Line> {
    let mut s = Section::new(cx.theme, cx.width, title);
    s.pairs(pairs, cx.sheet.revealed, cx.state);
    s.finish()
}

pub(super) fn environment(cx: &Cx) -> Vec<Line> {
    pairs(
        cx,
        say!("Environment"),
        cx.details.environment.iter().map(|(k, v)| (k, v)),
    )
}

pub(super) fn labels(cx: &Cx) -> Vec<Line> {
    pairs(cx, say!("Labels"), cx.details.labels.iter())
}
