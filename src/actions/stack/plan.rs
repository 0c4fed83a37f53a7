//! What bringing a stack up would change, in lines, and the question with them.
use crate::effect::Verb;
use crate::model::compose::{Act, Call, Checked, Plan, Project};
use crate::model::{Key, Stack};
use crate::state::{State, Told, Weight};
use crate::theme::Symbols;

use super::confirm;

/// What bringing a stack up would change, in lines.
pub fn plan_words(stack: &Stack, checked: &Checked) -> Vec<Told> {
    let mut lines = Vec::new();
    if checked.foreign {
        let by = stack
            .origin
            .version
            .as_deref()
            .unwrap_or(say!("another version"));
        let words = say!(
            "Made by compose {by}; only {tool} is here: every container is made anew under another name.",
            by,
            tool = checked.tool
        );
        lines.push(Weight::Bad.of(words));
    }
    lines.extend(changes(stack, &Plan::of(stack, checked)));
    let doubts = stack.doubts.iter();
    lines.extend(doubts.map(|words| Weight::Change.of(words)));
    let missing = checked.missing();
    if !missing.is_empty() {
        let words = say!("! not set, so empty: {names}", names = missing.join(", "));
        lines.push(Weight::Bad.of(words));
    }
    let others = checked.warnings.iter();
    let others = others.filter(|words| !words.contains(Checked::NOT_SET));
    lines.extend(others.map(|words| Weight::Bad.of(format!("! {words}"))));
    lines
}

/// Which services, and how.
fn changes(stack: &Stack, plan: &Plan) -> Vec<Told> {
    let mut lines = Vec::new();
    let mut tell = |what: fn(&str) -> String, names: &[String]| {
        if !names.is_empty() {
            lines.push(Weight::Change.of(what(&names.join(", "))));
        }
    };
    tell(|names| say!("new: {names}", names), &plan.made);
    tell(
        |names| say!("changed, made anew: {names}", names),
        &plan.recreated,
    );
    tell(
        |names| say!("not in the files, left as they are: {names}", names),
        &plan.orphans,
    );
    tell(
        |names| {
            say!(
                "in a profile that is not on, left as they are: {names}",
                names
            )
        },
        &plan.off,
    );
    let arrow = Symbols::UNICODE.arrow;
    let sizes = plan.resized.iter();
    let sizes: Vec<String> = sizes
        .map(|(name, now, will)| format!("{name} {now}{arrow}{will}"))
        .collect();
    tell(
        |names| say!("other numbers of containers: {names}", names),
        &sizes,
    );
    let stopped = stack.containers - stack.running;
    let same = match plan.same {
        0 => None,
        n if plan.drifted() => Some(say_n!(
            n,
            "unchanged: {n} service",
            "unchanged: {n} services"
        )),
        n => Some(say_n!(
            n,
            "nothing has changed in {n} service",
            "nothing has changed in {n} services"
        )),
    };
    lines.extend(same.map(|words| Weight::Plain.of(words)));
    if stopped > 0 {
        let words = say_n!(
            stopped,
            "not running now: {n} container",
            "not running now: {n} containers"
        );
        lines.push(Weight::Plain.of(words));
    }
    lines
}

/// Asks whether to bring the stack up, with what that changes.
pub fn plan(state: &mut State, key: &Key, checked: &Checked) {
    let Some(stack) = state.shelves.stacks.things.get(key) else {
        return;
    };
    let lines = plan_words(stack, checked);
    let mut call = Call::new(Project::of(stack), Act::UP, checked.foreign);
    call.shown = Some(Box::new(checked.clone()));
    let verb = Verb::Compose(Box::new(call));
    let title = say!(
        "Bring {name}{host} up with {tool}?",
        name = key.id,
        host = state.on_host(key.host),
        tool = checked.tool
    );
    confirm(state, key, title, lines, verb, say!("up" as "compose"));
}
