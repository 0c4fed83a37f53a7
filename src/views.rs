//! The registry of views and the one function that draws the frame. Pure: state and theme in, cells out; no clock.
mod addresses;
pub mod browse;
pub mod containers;
mod course;
pub mod details;
pub mod entry;
pub mod events;
pub mod file;
pub mod footer;
mod grid;
pub mod happened;
pub mod header;
pub mod hints;
pub mod hosts;
pub mod inspect;
pub mod item;
pub mod journal;
pub mod letter;
pub mod list;
pub mod logs;
pub mod mail;
pub mod mail_doctor;
pub mod no_engine;
pub mod notice;
pub mod output;
pub mod overlays;
mod pieces;
pub mod plain;
pub mod processes;
pub mod proposal;
pub mod routes;
mod section;
pub mod shelf;
pub mod space;
pub mod stack;
pub mod stack_file;
pub mod tabs;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::lang;
use crate::layout::Regions;
use crate::model::swarm::{Node, Service};
use crate::model::{Image, Network, Stack, Volume};
use crate::state::{Layer, State, ViewId};
use crate::theme::Theme;

pub use addresses::of as address;
pub use overlays::help::last_top as last_help_top;
pub use overlays::last_question_scroll;
pub use overlays::palette::items as palette_items;
pub use tabs::tab_at;

/// Draws a view's body.
pub type Render = fn(&State, &Theme, Rect, &mut Buffer);

/// All of a view in one value.
#[derive(Debug, Clone, Copy)]
pub struct View {
    pub id: ViewId,
    /// As shown on its tab or at the end of the way to it.
    title: &'static str,
    /// The action that opens it.
    pub action: &'static str,
    /// Names it answers to in the command palette.
    pub aliases: &'static [&'static str],
    /// The key of its tab.
    pub key: Option<char>,
    /// Stands in the line of tabs.
    pub tab: bool,
    /// The question it answers.
    help: &'static str,
    pub render: Render,
}

impl View {
    /// As shown on its tab, in the chosen language.
    pub fn title(&self) -> &'static str {
        lang::say(self.title)
    }

    /// The question it answers, in the chosen language.
    pub fn help(&self) -> &'static str {
        lang::say(self.help)
    }
}

/// Every view; tabs first, in the order of their keys.
pub const ALL: &[View] = &[
    View {
        id: ViewId::Containers,
        title: "Containers",
        action: "view.containers",
        aliases: &["containers", "ps", "co"],
        key: Some('1'),
        tab: true,
        help: "What runs, how it fares, which one is the problem.",
        render: containers::draw,
    },
    View {
        id: ViewId::Stacks,
        title: "Stacks",
        action: "view.stacks",
        aliases: &["stacks", "compose", "st"],
        key: Some('2'),
        tab: true,
        help: "Compose projects and swarm stacks as units.",
        render: shelf::draw::<Stack>,
    },
    View {
        id: ViewId::Images,
        title: "Images",
        action: "view.images",
        aliases: &["images", "im"],
        key: Some('3'),
        tab: true,
        help: "Size, age, use.",
        render: shelf::draw::<Image>,
    },
    View {
        id: ViewId::Volumes,
        title: "Volumes",
        action: "view.volumes",
        aliases: &["volumes", "vol"],
        key: Some('4'),
        tab: true,
        help: "Use, size, who mounts it.",
        render: shelf::draw::<Volume>,
    },
    View {
        id: ViewId::Networks,
        title: "Networks",
        action: "view.networks",
        aliases: &["networks", "net"],
        key: Some('5'),
        tab: true,
        help: "Subnets, members, addresses.",
        render: shelf::draw::<Network>,
    },
    View {
        id: ViewId::Mail,
        title: "Mail",
        action: "view.mail",
        aliases: &["mail", "mailhog", "mailpit"],
        key: Some('6'),
        tab: true,
        help: "What the stack's applications sent.",
        render: mail::draw,
    },
    View {
        id: ViewId::Routes,
        title: "Routes",
        action: "view.routes",
        aliases: &["routes", "urls", "ro"],
        key: Some('7'),
        tab: true,
        help: "Which URL leads to which container, and which lead nowhere.",
        render: routes::draw,
    },
    View {
        id: ViewId::Events,
        title: "Events",
        action: "view.events",
        aliases: &["events", "ev"],
        key: Some('8'),
        tab: true,
        help: "The engine's events as they come.",
        render: events::draw,
    },
    View {
        id: ViewId::Journal,
        title: "Journal",
        action: "view.journal",
        aliases: &["journal", "history"],
        key: Some('9'),
        tab: true,
        help: "Who did what, when, with what outcome.",
        render: journal::draw,
    },
    View {
        id: ViewId::Services,
        title: "Services",
        action: "view.services",
        aliases: &["services", "svc"],
        key: None,
        tab: true,
        help: "What a swarm is to run, how much of it does, and why not all.",
        render: shelf::draw::<Service>,
    },
    View {
        id: ViewId::Nodes,
        title: "Nodes",
        action: "view.nodes",
        aliases: &["nodes", "swarm"],
        key: None,
        tab: true,
        help: "The machines of a swarm: which answer, which take tasks.",
        render: shelf::draw::<Node>,
    },
    View {
        id: ViewId::Hosts,
        title: "Hosts",
        action: "view.hosts",
        aliases: &["hosts", "engines"],
        key: Some('0'),
        tab: true,
        help: "Every engine, its link, its totals.",
        render: hosts::draw,
    },
    opened(
        ViewId::Details,
        "Details",
        "container.details",
        &["details", "describe"],
        "All that is known of one container.",
        details::draw,
    ),
    opened(
        ViewId::VolumeFolder,
        "Browse",
        "volume.browse",
        &["browse", "files"],
        "What lies in a volume.",
        browse::draw,
    ),
    opened(
        ViewId::VolumeFile,
        "File",
        "table.open",
        &["file"],
        "A file of a volume, as text.",
        file::draw,
    ),
    opened(
        ViewId::Item,
        "Details",
        "table.open",
        &[],
        "All that is known of an image, a volume or a network.",
        item::draw,
    ),
    opened(
        ViewId::Stack,
        "Stack",
        "table.open",
        &[],
        "All that is known of a stack.",
        stack::draw,
    ),
    opened(
        ViewId::StackFiles,
        "Files",
        "stack.files",
        &["files"],
        "The compose files and variables that a stack is made from.",
        stack_file::draw,
    ),
    opened(
        ViewId::Proposal,
        "Change",
        "file.edit",
        &[],
        "What another text for a file would do, before it is written.",
        proposal::draw,
    ),
    opened(
        ViewId::Letter,
        "Message",
        "table.open",
        &[],
        "One captured mail, in all its parts.",
        letter::draw,
    ),
    opened(
        ViewId::MailDoctor,
        "Doctor",
        "mail.doctor",
        &["maildoctor"],
        "Who could send mail here, and whether mail arrives.",
        mail_doctor::draw,
    ),
    opened(
        ViewId::Entry,
        "Entry",
        "table.open",
        &[],
        "All that is written of one act.",
        entry::draw,
    ),
    opened(
        ViewId::Inspect,
        "Inspect",
        "container.inspect",
        &["inspect"],
        "The engine's whole answer, as a tree.",
        inspect::draw,
    ),
    opened(
        ViewId::Logs,
        "Logs",
        "container.logs",
        &["logs"],
        "What services wrote, in order of time.",
        logs::draw,
    ),
    opened(
        ViewId::Space,
        "Space",
        "view.space",
        &["space", "df", "prune"],
        "Where the room on the disk went, and what can be had back.",
        space::draw,
    ),
    opened(
        ViewId::Output,
        "Output",
        "stack.output",
        &["output"],
        "What compose tells while it works on a stack.",
        output::draw,
    ),
    opened(
        ViewId::Processes,
        "Processes",
        "container.processes",
        &["top", "processes"],
        "What runs inside a container.",
        processes::draw,
    ),
];

/// A view that is opened on top of a tab.
const fn opened(
    id: ViewId,
    title: &'static str,
    action: &'static str,
    aliases: &'static [&'static str],
    help: &'static str,
    render: Render,
) -> View {
    View {
        id,
        title,
        action,
        aliases,
        key: None,
        tab: false,
        help,
        render,
    }
}

/// The registry's entry of a view.
pub fn find(id: ViewId) -> Option<&'static View> {
    ALL.iter().find(|view| view.id == id)
}

/// Draws the whole frame over the buffer's area.
pub fn draw(state: &State, theme: &Theme, buf: &mut Buffer) {
    let size = (buf.area.width, buf.area.height);
    let regions = Regions::of(size);
    header::draw(state, theme, regions.header, buf);
    tabs::draw(state, theme, regions.tabs, buf);
    if state.no_engine() && state.view() != ViewId::Hosts {
        no_engine::draw(state, theme, regions.body, buf);
    } else if let Some(view) = find(state.view()) {
        (view.render)(state, theme, regions.body, buf);
    }
    footer::draw(state, theme, regions.footer, buf);
    // A message must be seen, but never over a question that waits for its answer, nor over the help that is read.
    let asking = matches!(state.layer(), Some(Layer::Confirm(_) | Layer::Help { .. }));
    if asking {
        overlays::toasts::draw(state, theme, regions.body, buf);
    }
    for layer in &state.layers {
        overlays::draw(layer, state, theme, buf);
    }
    if !asking {
        overlays::toasts::draw(state, theme, regions.body, buf);
    }
    if theme.symbols.ascii {
        plain::degrade(buf);
    }
}

/// Where the text cursor stands while a line is typed, as column and row of the screen.
pub fn cursor(state: &State) -> Option<(u16, u16)> {
    let regions = Regions::of(state.size);
    match state.layer()? {
        Layer::Prompt(prompt) => footer::cursor(prompt, regions.footer),
        layer => overlays::cursor(layer, state),
    }
}
