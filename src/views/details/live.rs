//! The living part of details: charts of CPU and memory against their limits, rates, processes.
use crate::columns::container::cells::load;
use crate::model::Sample;
use crate::state::History;
use crate::text;
use crate::theme::Key;
use crate::widgets::{Line, chart};

use super::Cx;
use crate::views::course;
use crate::views::section::Section;

pub(super) fn charts(cx: &Cx) -> Vec<Line> {
    let Some(vitals) = cx.state.world.vitals(cx.key) else {
        return Vec::new();
    };
    let Some(sample) = &vitals.latest else {
        return Vec::new();
    };
    let mut lines = cpu(cx, sample, &vitals.cpu);
    lines.extend(memory(cx, sample, &vitals.memory));
    lines.extend(rates(cx, sample, &vitals.network, &vitals.disk));
    lines
}

/// The chart's rows.
fn picture(cx: &Cx, s: &mut Section, history: &History, top: (f32, &str), key: Key) {
    course::draw(cx.theme, cx.width, s, history, top, key);
}

fn cpu(cx: &Cx, sample: &Sample, history: &History) -> Vec<Line> {
    let cores = cx
        .state
        .world
        .host(cx.key.host)
        .and_then(|h| h.link.info())
        .and_then(|i| i.cpus);
    let limit = cx.details.cpu_limit.or(cores.map(f64::from)).unwrap_or(1.0) * 100.0;
    let mut s = Section::new(cx.theme, cx.width, say!("CPU"));
    if let Some(cpu) = sample.cpu {
        s.note(
            format!("{}%", text::percent(cpu)),
            load(cpu / limit * 100.0),
        );
    }
    // The course is kept less exactly than the figure beside it.
    let peak = f64::from(history.peak()).max(sample.cpu.unwrap_or(0.0));
    let when = course::peak_ago(cx.state, history);
    s.note(
        say!("peak {percent}%{when}", percent = text::percent(peak), when),
        Key::Dim,
    );
    let said = match cx.details.cpu_limit {
        Some(n) => say!("limit {n} cores", n),
        None => say!("no limit").to_owned(),
    };
    s.note(said, Key::Dim);
    // The top of the picture: the limit when there is one, else the next whole step above the peak.
    let max = match cx.details.cpu_limit {
        Some(_) => limit,
        None => course::cpu_top(peak),
    };
    let label = format!("{max:.0}%");
    picture(cx, &mut s, history, (max as f32, &label), Key::ChartCpu);
    s.finish()
}

fn memory(cx: &Cx, sample: &Sample, history: &History) -> Vec<Line> {
    let mut s = Section::new(cx.theme, cx.width, say!("Memory"));
    let percent = sample.memory_percent();
    if let Some(used) = sample.memory {
        s.note(text::bytes(used), load(percent.unwrap_or(0.0)));
    }
    let limit = cx.details.memory_limit.filter(|n| *n > 0);
    match (limit, percent) {
        (Some(limit), Some(percent)) => {
            s.note(
                say!(
                    "{percent}% of {limit}",
                    percent = text::percent(percent),
                    limit = text::bytes(limit)
                ),
                Key::Dim,
            );
        }
        _ => s.note(say!("no limit"), Key::Dim),
    }
    let peak = history.peak().max(sample.memory.unwrap_or(0) as f32);
    let when = course::peak_ago(cx.state, history);
    s.note(
        say!("peak {bytes}{when}", bytes = text::bytes(peak as u64), when),
        Key::Dim,
    );
    let max = limit.map_or(peak * 1.25, |limit| limit as f32).max(1.0);
    let label = text::bytes_short(max as u64);
    picture(cx, &mut s, history, (max, &label), Key::ChartMemory);
    s.finish()
}

fn rates(cx: &Cx, sample: &Sample, network: &History, disk: &History) -> Vec<Line> {
    let mut s = Section::new(cx.theme, cx.width, say!("Traffic"));
    let totals = &sample.totals;
    for (name, a, b, words, history, key, sums) in [
        (
            say!("network"),
            sample.net_rx,
            sample.net_tx,
            [say!("in"), say!("out" as "traffic")],
            network,
            Key::ChartNetwork,
            [totals.net_rx, totals.net_tx],
        ),
        (
            say!("disk"),
            sample.block_read,
            sample.block_write,
            [say!("read"), say!("write")],
            disk,
            Key::ChartDisk,
            [totals.block_read, totals.block_write],
        ),
    ] {
        let (Some(a), Some(b)) = (a, b) else { continue };
        let rate = |rate: f64| text::pad_left(&text::rate(rate), 7);
        let bars = chart::spark(history.last(12), history.peak(), &cx.theme.symbols);
        let mut line = Line::of(cx.theme, text::pad_right(name, 9), Key::FieldName)
            .and(
                cx.theme,
                format!("{} {}  {} {}  ", words[0], rate(a), words[1], rate(b)),
                Key::Figure,
            )
            .and(cx.theme, text::pad_left(&bars, 12), key);
        if let [Some(a), Some(b)] = sums {
            let [a, b] = [a, b].map(text::bytes_short);
            // Whole or not at all.
            let fitting = [say!("  {a} / {b} in all", a, b), format!("  {a} / {b}")]
                .into_iter()
                .find(|words| 2 + line.width() + text::width(words) <= cx.width);
            line = line.and(cx.theme, fitting.unwrap_or_default(), Key::Dim);
        }
        s.line(line);
    }
    if let Some(pids) = sample.pids {
        let limit = cx
            .details
            .pids_limit
            .map_or_else(String::new, |n| say!(" of {n}", n));
        s.line(
            Line::of(cx.theme, text::pad_right(say!("pids"), 9), Key::FieldName).and(
                cx.theme,
                format!("{pids}{limit}"),
                Key::Figure,
            ),
        );
    }
    s.finish()
}

pub(super) fn processes(cx: &Cx) -> Vec<Line> {
    // Those of the last look are no more once it has ended.
    let live = cx.container.is_some_and(|c| c.state.is_live());
    let Some(list) = cx.sheet.processes.as_ref().filter(|_| live) else {
        return Vec::new();
    };
    let mut s = Section::new(cx.theme, cx.width, say!("Processes"));
    s.note(list.rows.len().to_string(), Key::Dim);
    let find = |names: [&str; 2]| {
        list.titles
            .iter()
            .position(|t| names.contains(&t.to_uppercase().as_str()))
    };
    let (pid, command) = (find(["PID", "HPID"]), find(["CMD", "COMMAND"]));
    for row in list.rows.iter().take(8) {
        let cell = |at: Option<usize>| at.and_then(|n| row.get(n)).map_or("", String::as_str);
        s.line(
            Line::of(
                cx.theme,
                format!("{}  ", text::pad_left(cell(pid), 7)),
                Key::Dim,
            )
            .and(cx.theme, cell(command), Key::Text),
        );
    }
    if list.rows.len() > 8 {
        s.line(Line::of(
            cx.theme,
            say!("and {n} more", n = list.rows.len() - 8),
            Key::Faint,
        ));
    }
    s.finish()
}
