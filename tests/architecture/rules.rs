//! The rules over what modules use: arrows down, no cycles, crates by level, one place for the clock.
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::levels::{
    CLOCK_KEEPERS, CLOCKS, CRATE_EXCEPTIONS, Kind, Module, NOT_FOR_EDGES, NOT_FOR_SIM, STD_IO,
    STD_VALUES, VIEW_PARTS, find,
};
use super::paths::{Named, paths};
use super::source::Source;

/// A broken rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    pub file: String,
    pub line: usize,
    /// The line, or what there is to see.
    pub text: String,
    /// What is wrong, and the rule in a sentence.
    pub rule: String,
}

impl Finding {
    pub fn new(source: &Source, line: usize, rule: impl Into<String>) -> Self {
        Self {
            file: source.path.clone(),
            line,
            text: source.line(line).to_owned(),
            rule: rule.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}:{}: {}", self.file, self.line, self.text)?;
        write!(f, "    {}", self.rule)
    }
}

/// Everything that breaks a rule of use.
pub fn check(sources: &[Source], crates: &BTreeSet<String>) -> Vec<Finding> {
    let views = children(sources, "views");
    let mut found = Vec::new();
    for source in sources {
        let Some(module) = module_of(source, &mut found) else {
            continue;
        };
        for named in &paths(source) {
            let rules = [
                arrow(module, named),
                neighbour(source, named, &views),
                foreign(source, module, named, crates),
                clock(source, named),
            ];
            for rule in rules.into_iter().flatten() {
                found.push(Finding::new(source, named.line, rule));
            }
        }
    }
    found.extend(cycle(sources));
    found.sort();
    found.dedup();
    found
}

/// The entry of a file's module; `lib.rs` has none, it is the list of them.
fn module_of(source: &Source, found: &mut Vec<Finding>) -> Option<&'static Module> {
    let top = source.top();
    if top == "lib" {
        return None;
    }
    let module = find(&top);
    if module.is_none() {
        found.push(Finding::new(source, 1, no_level(&top)));
    }
    module
}

fn no_level(name: &str) -> String {
    format!(
        "`{name}` has no level: every module right under the root stands in tests/architecture/levels.rs"
    )
}

/// Arrows point down only.
fn arrow(from: &Module, named: &Named) -> Option<String> {
    let top = named.top()?;
    if top == from.name {
        return None;
    }
    let Some(to) = find(top) else {
        return Some(no_level(top));
    };
    let (a, b) = (from.name, to.name);
    if from.kind == Kind::Sim {
        return Some(format!(
            "sim uses {b}: the simulated engine uses nothing of the crate, so that client and server cannot share a mistake"
        ));
    }
    if matches!(to.kind, Kind::Edge | Kind::Sim) && from.kind != Kind::Top {
        return Some(if from.kind == Kind::Edge {
            format!("{a} uses {b}: edges do not use each other")
        } else {
            format!(
                "{a} uses {b}: only the runtime and the command line know the modules that do I/O"
            )
        });
    }
    (to.level > from.level).then(|| {
        format!(
            "{a} (level {}) uses {b} (level {}): arrows point down only",
            from.level, to.level
        )
    })
}

/// No screen uses another screen, and no part of screens uses one; the frame (`chrome`, `overlays`) may know them.
fn neighbour(source: &Source, named: &Named, views: &BTreeSet<String>) -> Option<String> {
    let own = source.modules();
    let (from, to) = match (own.as_slice(), named.parts.as_slice()) {
        ([view, from, ..], [root, top, to, ..])
            if view == "views" && root == "crate" && top == "views" =>
        {
            (from.as_str(), to.as_str())
        }
        _ => return None,
    };
    let free = from == to || !views.contains(to) || VIEW_PARTS.contains(&to);
    let frame = from == "chrome" || from == "overlays";
    (!free && !frame).then(|| {
        format!("views/{from} uses views/{to}: no view uses another; what two share is a widget or a part")
    })
}

/// Which crates, and which of the standard library, a module may name outside its tests.
fn foreign(
    source: &Source,
    module: &Module,
    named: &Named,
    crates: &BTreeSet<String>,
) -> Option<String> {
    let first = named.parts.first()?.as_str();
    if named.test || CRATE_EXCEPTIONS.contains(&(&source.path, first)) {
        return None;
    }
    let name = module.name;
    if matches!(first, "std" | "core" | "alloc") {
        let rest = named.parts[1..].join("::");
        if STD_VALUES.iter().any(|value| rest.starts_with(value)) {
            return None;
        }
        let io = STD_IO
            .iter()
            .find(|part| rest == **part || rest.starts_with(&format!("{part}::")))?;
        return (module.kind == Kind::Pure).then(|| {
            format!("{name} names {first}::{io}: levels 0 to 6 do no I/O and read no clock")
        });
    }
    if !crates.contains(first) {
        return None;
    }
    match module.kind {
        Kind::Pure if !module.crates.contains(&first) => Some(format!(
            "{name} names {first}: it may use std and {} only",
            module.crates.join(", ")
        )),
        Kind::Edge if NOT_FOR_EDGES.contains(&first) => Some(format!(
            "{name} names {first}: edges know the outside world, not the screen"
        )),
        Kind::Sim if NOT_FOR_SIM.contains(&first) => Some(format!(
            "sim names {first}: the simulated engine shares no type with the client and draws nothing"
        )),
        _ => None,
    }
}

/// Time arrives in messages.
fn clock(source: &Source, named: &Named) -> Option<String> {
    let kept = CLOCK_KEEPERS
        .iter()
        .any(|keeper| source.path.starts_with(keeper));
    if kept || named.test {
        return None;
    }
    let clock = CLOCKS.iter().find(|clock| named.starts_with(clock))?;
    Some(format!(
        "{clock} is read here: only src/runtime/clock.rs and sim ask the machine for the time"
    ))
}

/// The files and folders right under a module.
fn children(sources: &[Source], module: &str) -> BTreeSet<String> {
    let own = sources.iter().map(Source::modules);
    own.filter(|parts| parts.len() > 1 && parts[0] == module)
        .map(|parts| parts[1].clone())
        .collect()
}

/// Who uses whom among the modules under the root, and the first line that says so.
pub type Arrows = BTreeMap<String, BTreeMap<String, (String, usize)>>;

pub fn arrows(sources: &[Source]) -> Arrows {
    let mut arrows = Arrows::new();
    for source in sources {
        let from = source.top();
        for named in paths(source) {
            let Some(to) = named.top().filter(|to| *to != from && find(to).is_some()) else {
                continue;
            };
            let seen = arrows.entry(from.clone()).or_default();
            seen.entry(to.to_owned())
                .or_insert_with(|| (source.path.clone(), named.line));
        }
    }
    arrows
}

/// The shortest import cycle, if there is any, with a line for each of its arrows.
fn cycle(sources: &[Source]) -> Option<Finding> {
    let arrows = arrows(sources);
    let round = arrows
        .keys()
        .filter_map(|start| way_back(&arrows, start))
        .min_by_key(Vec::len)?;
    let mut told = String::from("import cycle:");
    for pair in round.windows(2) {
        let (file, line) = &arrows[&pair[0]][&pair[1]];
        told += &format!("\n      {} uses {} ({file}:{line})", pair[0], pair[1]);
    }
    let (file, line) = &arrows[&round[0]][&round[1]];
    let source = sources.iter().find(|source| source.path == *file)?;
    Some(Finding::new(source, *line, told))
}

/// The shortest way from a module to itself.
fn way_back(arrows: &Arrows, start: &str) -> Option<Vec<String>> {
    let mut ways = vec![vec![start.to_owned()]];
    let mut seen = BTreeSet::new();
    while !ways.is_empty() {
        let mut longer = Vec::new();
        for way in ways {
            for next in arrows.get(way.last()?).into_iter().flat_map(BTreeMap::keys) {
                let mut way = way.clone();
                way.push(next.clone());
                if next == start {
                    return Some(way);
                }
                if seen.insert(next.clone()) {
                    longer.push(way);
                }
            }
        }
        ways = longer;
    }
    None
}
