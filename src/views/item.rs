//! Everything about one thing beside containers on one screen: an image, a volume, a network, a service or node of a swarm.
//!
//! ```text
//!  ● zammad/zammad:6.3.1  used by 3 containers
//!  USED BY   zammad-1  zammad-init-1
//!  LAYERS  1.2G
//!    840M  12d   RUN bundle install
//! ```
mod swarm;

use chrono::{DateTime, TimeDelta, Utc};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::columns::container::words;
use crate::columns::image::freshness;
use crate::layout::LIST_OFFSET;
use crate::model::image::short_id;
use crate::model::{About, Image, Key as Id, Kind, Layer, Network, Particulars, Volume};
use crate::state::State;
use crate::text;
use crate::theme::{Depth, Key, Theme};
use crate::widgets::pen::below;
use crate::widgets::{Line, page};

use super::notice;
use super::section::Section;

pub fn draw(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let Some(key) = state.subject().filter(|_| area.height > 0) else {
        return;
    };
    head(state, theme, &key).draw(buf, area);
    let body = below(area, LIST_OFFSET);
    let sheet = state.sheet(&key);
    let Some(about) = sheet.and_then(|sheet| sheet.about.as_ref()) else {
        let said = match sheet.and_then(|sheet| sheet.failure.as_ref()) {
            Some(failure) => [
                (failure.what.as_str(), Key::StateBad),
                (failure.advice.as_str(), Key::Text),
            ],
            None => [(say!("asking the engine…"), Key::Dim), ("", Key::Text)],
        };
        notice::draw(theme, body, buf, &said);
        return;
    };
    let lines = lines(state, theme, &key, about, area.width);
    let scroll = sheet.map_or(0, |sheet| sheet.scroll);
    page::draw(&lines, scroll, body, buf);
}

/// How many rows there are in all, below the first line: for where scrolling ends.
pub fn line_count(state: &State, key: &Id, width: u16) -> usize {
    let theme = Theme::builtin(false, Depth::None, true);
    let about = state.sheet(key).and_then(|sheet| sheet.about.as_ref());
    about.map_or(0, |about| lines(state, &theme, key, about, width).len())
}

fn head(state: &State, theme: &Theme, key: &Id) -> Line {
    let name = state.shelves.name(key).unwrap_or(short_id(&key.id));
    let users = state.shelves.uses.of_key(key).len();
    let used = match users {
        _ if matches!(key.kind, Kind::Service | Kind::Node) => {
            say_n!(users, "{n} container here", "{n} containers here")
        }
        0 => say!("not in use").to_owned(),
        n => say_n!(n, "used by {n} container", "used by {n} containers"),
    };
    let line = Line::of(theme, format!(" {name}"), Key::Strong).and(theme, "  ", Key::Text);
    if state.shelves.name(key).is_none() {
        return line.and(
            theme,
            say!("gone; this is how it was last seen"),
            Key::StateBad,
        );
    }
    line.and(theme, used, Key::Dim)
}

fn lines(state: &State, theme: &Theme, key: &Id, about: &About, width: u16) -> Vec<Line> {
    let cx = Cx {
        state,
        theme,
        width: usize::from(width.saturating_sub(2)).max(12),
        revealed: state.sheet(key).is_some_and(|sheet| sheet.revealed),
    };
    let shelves = &state.shelves;
    let mut lines = match key.kind {
        Kind::Image => shelves.images.things.get(key).map(|it| cx.image(it)),
        Kind::Volume => shelves.volumes.things.get(key).map(|it| cx.volume(it)),
        Kind::Network => shelves.networks.things.get(key).map(|it| cx.network(it)),
        Kind::Service => shelves.services.things.get(key).map(|it| cx.service(it)),
        Kind::Node => shelves.nodes.things.get(key).map(|it| cx.node(it)),
        Kind::Container | Kind::Stack | Kind::Mail | Kind::Route | Kind::Host => None,
    }
    .unwrap_or_default();
    lines.extend(cx.users(key, &about.particulars));
    lines.extend(cx.particulars(about));
    let labels = match key.kind {
        Kind::Image => shelves.images.things.get(key).map(|it| &it.labels),
        Kind::Volume => shelves.volumes.things.get(key).map(|it| &it.labels),
        Kind::Service => shelves.services.things.get(key).map(|it| &it.labels),
        Kind::Node => shelves.nodes.things.get(key).map(|it| &it.labels),
        _ => shelves.networks.things.get(key).map(|it| &it.labels),
    };
    lines.extend(cx.pairs(say!("Labels"), labels.into_iter().flatten()));
    lines
}

struct Cx<'a> {
    state: &'a State,
    theme: &'a Theme,
    width: usize,
    revealed: bool,
}

impl Cx<'_> {
    fn section(&self, title: &str) -> Section<'_> {
        Section::new(self.theme, self.width, title)
    }

    fn when(&self, at: Option<DateTime<Utc>>) -> String {
        let offset = TimeDelta::seconds(i64::from(self.state.prefs.utc_offset));
        at.map_or_else(String::new, |at| {
            let ago = text::ago(at, self.state.now);
            format!("{}  ({ago})", (at + offset).format("%Y-%m-%d %H:%M:%S"))
        })
    }

    fn image(&self, image: &Image) -> Vec<Line> {
        let mut s = self.section(say!("Image"));
        let fresh = self.state.fresh.get(&image.key);
        for tag in &image.tags {
            s.field(say!("tag" as "field"), tag, Key::Strong);
            if let Some(answer) = fresh.and_then(|fresh| fresh.of(tag)) {
                let (words, key) = freshness(answer);
                let why = answer.as_ref().err();
                let words = why.map_or(words, |failure| failure.what.as_str());
                s.field("", words, key);
            }
        }
        s.field(say!("id"), &image.key.id, Key::Dim);
        for digest in &image.digests {
            s.field(say!("digest"), digest, Key::Dim);
        }
        s.field(
            say!("built" as "field"),
            &self.when(image.created),
            Key::Text,
        );
        let size = image.size.map_or_else(String::new, text::bytes);
        s.field(say!("size"), &size, Key::Text);
        s.finish()
    }

    fn volume(&self, volume: &Volume) -> Vec<Line> {
        let mut s = self.section(say!("Volume"));
        let named = if volume.is_anonymous() {
            say!("anonymous: made for a container, named by nobody")
        } else {
            say!("named")
        };
        s.field(say!("kind"), named, Key::Text);
        s.field(say!("driver"), &volume.driver, Key::Text);
        s.field(say!("scope"), &volume.scope, Key::Text);
        s.field(say!("made"), &self.when(volume.created), Key::Text);
        s.field(say!("on the host"), &volume.mountpoint, Key::Text);
        let size = volume.size.map_or_else(String::new, text::bytes);
        s.field(say!("size"), &size, Key::Text);
        s.field(
            say!("stack"),
            volume.project().unwrap_or_default(),
            Key::Text,
        );
        let mut lines = s.finish();
        lines.extend(self.pairs(say!("Options"), volume.options.iter()));
        lines
    }

    fn network(&self, network: &Network) -> Vec<Line> {
        let mut s = self.section(say!("Network"));
        s.field(say!("id"), &network.key.id, Key::Dim);
        s.field(say!("driver"), &network.driver, Key::Text);
        s.field(say!("scope"), &network.scope, Key::Text);
        s.field(say!("made"), &self.when(network.created), Key::Text);
        for subnet in &network.subnets {
            let gateway = match subnet.gateway.as_str() {
                "" => String::new(),
                gateway => say!("  gateway {gateway}", gateway),
            };
            s.field(
                say!("subnet"),
                &format!("{}{gateway}", subnet.range),
                Key::Text,
            );
        }
        if network.internal {
            s.field(say!("internal"), say!("yes: no way out of it"), Key::Text);
        }
        s.field(
            say!("stack"),
            network.project().unwrap_or_default(),
            Key::Text,
        );
        s.finish()
    }

    /// The containers that use it, with their state; in a network with their addresses.
    fn users(&self, key: &Id, particulars: &Particulars) -> Vec<Line> {
        let mut s = self.section(say!("Used by"));
        let mut seen = Vec::new();
        for user in self.state.shelves.uses.of_key(key) {
            let Some(c) = self.state.world.container(user) else {
                continue;
            };
            let (sign, style) = words::sign(self.state, c);
            let mut line = Line::of(self.theme, format!("{sign} "), style)
                .and(self.theme, text::pad_right(&c.name, 28), Key::Text)
                .and(
                    self.theme,
                    format!("  {}", words::condition(c, self.state.now)),
                    style,
                );
            if let Particulars::Network { members } = particulars
                && let Some(member) = members.iter().find(|m| *m.id == *user.id)
            {
                let address = [member.ipv4.as_str(), &member.ipv6, &member.mac].join("  ");
                line = line.and(self.theme, format!("  {}", address.trim_end()), Key::Figure);
                let names = self.names_in(key, user);
                if !names.is_empty() {
                    line = line.and(self.theme, say!("  as {names}", names), Key::Dim);
                }
                seen.push(member.id.as_str());
            }
            s.line(line);
        }
        if let Particulars::Network { members } = particulars {
            for member in members.iter().filter(|m| !seen.contains(&m.id.as_str())) {
                let words = format!("{}  {}", text::pad_right(&member.name, 30), member.ipv4);
                s.line(Line::of(self.theme, words, Key::Dim));
            }
        }
        s.finish()
    }

    /// By which names the others of a network find a container, beside its own; its short id is one that nobody uses.
    fn names_in(&self, network: &Id, user: &Id) -> String {
        let name = self.state.shelves.name(network).unwrap_or_default();
        let sheet = self.state.sheet(user);
        let details = sheet.and_then(|sheet| sheet.details.as_deref());
        let links = details.into_iter().flat_map(|details| &details.networks);
        let aliases = links
            .filter(|link| link.name == name)
            .flat_map(|link| &link.aliases);
        let aliases: Vec<&str> = aliases
            .map(String::as_str)
            .filter(|alias| *alias != user.short())
            .collect();
        aliases.join(", ")
    }

    fn particulars(&self, about: &About) -> Vec<Line> {
        let Particulars::Image {
            platform,
            entrypoint,
            command,
            working_dir,
            user,
            environment,
            ports,
            volumes,
            layers,
        } = &about.particulars
        else {
            return Vec::new();
        };
        let mut s = self.section(say!("What it runs"));
        s.field(say!("platform"), platform, Key::Text);
        s.field(say!("entrypoint"), &entrypoint.join(" "), Key::Text);
        s.field(say!("command"), &command.join(" "), Key::Text);
        s.field(say!("directory"), working_dir, Key::Text);
        s.field(say!("user"), user, Key::Text);
        s.field(say!("ports"), &ports.join("  "), Key::Text);
        s.field(say!("volumes"), &volumes.join("  "), Key::Text);
        let mut lines = s.finish();
        lines.extend(self.layers(layers));
        let pairs = environment.iter().map(|(name, value)| (name, value));
        lines.extend(self.pairs(say!("Environment"), pairs));
        lines
    }

    fn layers(&self, layers: &[Layer]) -> Vec<Line> {
        let mut s = self.section(say!("Layers, the newest first"));
        let all: u64 = layers.iter().map(|layer| layer.size).sum();
        s.note(text::bytes(all), Key::Dim);
        for layer in layers {
            let size = match layer.size {
                0 => String::new(),
                size => text::bytes_short(size),
            };
            let age = layer
                .created
                .map_or_else(String::new, |at| text::duration(self.state.now - at));
            let room = self.width.saturating_sub(18);
            s.line(
                Line::of(self.theme, text::pad_left(&size, 5), Key::Figure)
                    .and(
                        self.theme,
                        format!("  {}  ", text::pad_left(&age, 5)),
                        Key::Dim,
                    )
                    .and(
                        self.theme,
                        text::truncate(&layer.made_by, room).into_owned(),
                        Key::Text,
                    ),
            );
        }
        s.finish()
    }

    fn pairs<'p>(
        &self,
        title: &str,
        pairs: impl Iterator<Item = (&'p String, &'p String)>,
    ) -> Vec<Line> {
        let mut s = self.section(title);
        s.pairs(pairs, self.revealed, self.state);
        s.finish()
    }
}
