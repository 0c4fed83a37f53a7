//! Everything about one stack on one screen.
//!
//! ```text
//!  tickets  9/10 up 1 unhealthy  compose 2.26.1
//!  SERVICES
//! ▌  all of it  9/10 up 1 unhealthy
//!    db         1/1 up             postgres:16
//!    zammad     1/2 up 1 unhealthy zammad/zammad:6.3.1   needs db
//!  FILES AND CONTAINERS  as the files say
//!  CPU  41.2%  peak 96.0% 3m ago
//!    ⣀⣠⣴⣿⣿⣷⣄ 100%
//!  MADE FROM
//!    directory   /srv/tickets
//!    file        /srv/tickets/compose.yml
//! ```
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::actions::stack::cursor;
use crate::columns::container::words::short_image;
use crate::columns::stack::{made_by, of_service, of_stack, under_way};
use crate::layout::{LIST_OFFSET, SERVICES_AT};
use crate::model::Key as Id;
use crate::model::compose::Plan;
use crate::model::stack::{Service, Stack};
use crate::state::{History, State};
use crate::text;
use crate::theme::{Depth, Key, Theme};
use crate::widgets::pen::{below, row};
use crate::widgets::{Line, page};

use super::course;
use super::hints;
use super::list::select;
use super::section::Section;

/// Rows that words may take: the page scrolls, so nothing is left out of it.
const WHOLE: usize = usize::MAX;

pub fn draw(state: &State, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let Some(key) = state.subject().filter(|_| area.height > 0) else {
        return;
    };
    head(state, theme, &key).draw(buf, area);
    let body = below(area, LIST_OFFSET);
    let lines = lines(state, theme, &key, area.width);
    let sheet = state.sheet(&key);
    let scroll = sheet.map_or(0, |sheet| sheet.scroll);
    page::draw(&lines, scroll, body, buf);
    let stack = state.shelves.stacks.things.get(&key);
    if let (Some(stack), Some(sheet)) = (stack, sheet) {
        let names: Vec<&str> = stack.services.iter().map(|s| s.name.as_str()).collect();
        let line = cursor::row(sheet, &names).map(|row| SERVICES_AT + row);
        let last = lines.len().saturating_sub(usize::from(body.height));
        let shown = line.and_then(|line| line.checked_sub(scroll.min(last)));
        if let Some(n) = shown.filter(|n| *n < usize::from(body.height)) {
            select(theme, row(body, n), buf);
        }
    }
}

/// How many rows there are in all, below the first line: for where scrolling ends.
pub fn line_count(state: &State, key: &Id, width: u16) -> usize {
    let theme = Theme::builtin(false, Depth::None, true);
    lines(state, &theme, key, width).len()
}

fn head(state: &State, theme: &Theme, key: &Id) -> Line {
    let line = Line::of(theme, format!(" {}", key.id), Key::Strong);
    let Some(stack) = state.shelves.stacks.things.get(key) else {
        return line.and(
            theme,
            say!("  gone: no container of it is left"),
            Key::StateBad,
        );
    };
    let totals = state.world.stack_totals(key);
    let mut line = match state.service() {
        Some(service) => line.and(theme, format!(" › {service}"), Key::Accent),
        None => line,
    };
    line = line.and(theme, " ", Key::Text);
    if let Some(running) = state.jobs.of(key) {
        line = line.and(theme, format!(" {} ", running.words(state.now)), Key::Job);
    }
    for (_, words, key) in of_stack(stack, state) {
        line = line.and(theme, format!(" {words}"), key);
    }
    let figures = [
        totals
            .cpu
            .map(|cpu| say!("{cpu}% cpu", cpu = text::percent(cpu))),
        totals.memory.map(text::bytes),
        Some(made_by(stack)).filter(|by| !by.is_empty()),
    ];
    for figure in figures.into_iter().flatten() {
        line = line.and(theme, format!("  {figure}"), Key::Dim);
    }
    line
}

fn lines(state: &State, theme: &Theme, key: &Id, width: u16) -> Vec<Line> {
    let Some(stack) = state.shelves.stacks.things.get(key) else {
        return Vec::new();
    };
    let width = usize::from(width.saturating_sub(2)).max(12);
    let mut lines = services(state, theme, stack, width);
    lines.extend(compose(state, theme, stack, width));
    lines.extend(load(state, theme, stack, width));
    lines.extend(origin(theme, stack, width));
    lines
}

/// What all of it used of late.
fn load(state: &State, theme: &Theme, stack: &Stack, width: usize) -> Vec<Line> {
    let Some(trend) = state.world.stack_trend(&stack.key) else {
        return Vec::new();
    };
    let totals = state.world.stack_totals(&stack.key);
    let peak = |history: &History, words: String| {
        let when = course::peak_ago(state, history);
        say!("peak {words}{when}", words, when)
    };
    let mut lines = Vec::new();
    if !trend.cpu.is_empty() {
        let mut section = Section::new(theme, width, say!("CPU"));
        if let Some(cpu) = totals.cpu {
            section.note(format!("{}%", text::percent(cpu)), Key::Figure);
        }
        let most = f64::from(trend.cpu.peak()).max(totals.cpu.unwrap_or(0.0));
        let words = format!("{}%", text::percent(most));
        section.note(peak(&trend.cpu, words), Key::Dim);
        let top = course::cpu_top(most);
        let top = (top as f32, &*format!("{top:.0}%"));
        course::draw(theme, width, &mut section, &trend.cpu, top, Key::ChartCpu);
        lines.extend(section.finish());
    }
    if !trend.memory.is_empty() {
        let mut section = Section::new(theme, width, say!("Memory"));
        if let Some(memory) = totals.memory {
            section.note(text::bytes(memory), Key::Figure);
        }
        let most = trend.memory.peak().max(totals.memory.unwrap_or(0) as f32);
        section.note(peak(&trend.memory, text::bytes(most as u64)), Key::Dim);
        let top = (most * 1.25).max(1.0);
        let top = (top, &*text::bytes_short(top as u64));
        let (history, key) = (&trend.memory, Key::ChartMemory);
        course::draw(theme, width, &mut section, history, top, key);
        lines.extend(section.finish());
    }
    lines
}

/// How the containers compare with what the files say now.
fn compose(state: &State, theme: &Theme, stack: &Stack, width: usize) -> Vec<Line> {
    let mut section = Section::new(theme, width, say!("Files and containers"));
    match state.compose.get(&stack.key) {
        None if stack.is_compose() => section.note(say!("compose reads the files…"), Key::Dim),
        None => section.note(say!("made by swarm: compose does not know it"), Key::Dim),
        Some(Err(failure)) => {
            section.prose(failure.what.as_str(), Key::StateBusy, WHOLE);
            section.prose(&failure.advice, Key::Dim, WHOLE);
        }
        Some(Ok(checked)) => {
            let plan = Plan::of(stack, checked);
            let up = hints::key_of(state, "stack.up");
            let mut tell = |names: &[String], words: &str| {
                if !names.is_empty() {
                    let words = format!("{}: {words}", names.join(", "));
                    section.prose(&words, Key::StateBusy, WHOLE);
                }
            };
            tell(&plan.made, &say!("not made yet, {up} makes it", up));
            let changed = say!("changed since it was made, {up} makes it anew", up);
            let foreign = say!("{up} would make it anew under another name", up);
            let words = if checked.foreign { &foreign } else { &changed };
            tell(&plan.recreated, words);
            tell(&plan.orphans, say!("no longer in the files"));
            for (name, now, will) in &plan.resized {
                let words = say!("{name}: {now} now, {will} by the files", name, now, will);
                section.prose(&words, Key::StateBusy, WHOLE);
            }
            if plan.differs() == 0 {
                section.note(say!("as the files say"), Key::StateOk);
            }
            for warning in &checked.warnings {
                section.prose(warning, Key::StateBad, WHOLE);
            }
            section.field(say!("by"), &checked.tool, Key::Text);
        }
    }
    for doubt in &stack.doubts {
        section.prose(doubt, Key::StateBusy, WHOLE);
    }
    section.finish()
}

fn services(state: &State, theme: &Theme, stack: &Stack, width: usize) -> Vec<Line> {
    let mut section = Section::new(theme, width, say!("Services"));
    let column = |of: fn(&Service) -> usize, most: usize| {
        stack
            .services
            .iter()
            .map(of)
            .max()
            .unwrap_or(0)
            .clamp(8, most)
    };
    let whole = say!("all of it");
    let name = column(|s| text::width(&s.name), (width / 3).max(8)).max(text::width(whole));
    let image = column(|s| text::width(&short_image(&s.image)), 40);
    let mut line = Line::of(theme, text::pad_right(whole, name + 2), Key::Dim);
    for (_, words, key) in of_stack(stack, state) {
        line = line.and(theme, format!("{words} "), key);
    }
    section.line(line);
    for service in &stack.services {
        section.line(row_of(state, theme, stack, service, (name, image)));
    }
    if stack.services.is_empty() {
        section.note(say!("no label names one"), Key::Dim);
    }
    section.finish()
}

/// One service: how many of it run, its image and what it needs.
fn row_of(
    state: &State,
    theme: &Theme,
    stack: &Stack,
    service: &Service,
    (name, image): (usize, usize),
) -> Line {
    let title = text::truncate_middle(&service.name, name);
    let mut line = Line::of(theme, text::pad_right(&title, name + 2), Key::Text);
    let from = line.width();
    let members = state.world.members(&stack.key);
    let members = members.filter(|c| c.service() == Some(&service.name));
    if let Some((words, seconds)) = under_way(state, members) {
        line = line.and(theme, format!("{words} {seconds} "), Key::Job);
    } else {
        for (_, words, key) in of_service(service) {
            line = line.and(theme, format!("{words} "), key);
        }
    }
    let pad = (from + 22).saturating_sub(line.width());
    let of = short_image(&service.image);
    let of = text::truncate_middle(&of, image);
    line = line
        .and(theme, " ".repeat(pad), Key::Text)
        .and(theme, of.clone(), Key::Dim);
    if service.needs.is_empty() {
        return line;
    }
    let pad = (image + 2).saturating_sub(text::width(&of));
    let needs = say!("needs {others}", others = service.needs.join(", "));
    let needs = format!("{}{needs}", " ".repeat(pad));
    line.and(theme, needs, Key::Dim)
}

fn origin(theme: &Theme, stack: &Stack, width: usize) -> Vec<Line> {
    let mut section = Section::new(theme, width, say!("Made from"));
    let origin = &stack.origin;
    section.field(say!("by"), &made_by(stack), Key::Text);
    section.field(
        say!("directory"),
        origin.directory.as_deref().unwrap_or_default(),
        Key::Text,
    );
    for file in &origin.files {
        section.field(say!("file"), file, Key::Text);
    }
    for file in &origin.env_files {
        section.field(say!("variables"), file, Key::Text);
    }
    if origin.files.is_empty() && !origin.swarm {
        section.note(say!("no label names its compose files"), Key::Dim);
    }
    section.finish()
}
