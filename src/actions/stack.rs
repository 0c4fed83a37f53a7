//! What compose may do with a stack: bring it up after showing what that changes, and the rest from a menu.
pub mod cursor;
mod many;
mod plan;
mod scale;

use crate::effect::{Effect, Effects, Fetch, Verb};
use crate::lang;
use crate::model::compose::{Act, Call, Project};
use crate::model::outline::Unread;
use crate::model::{Key, Stack};
use crate::state::{
    Ask, Choice, Confirm, Field, Layer, Menu, MenuItem, Pending, PromptKind, Scope, State, Task,
    Told, Weight,
};

pub use many::all;
pub use plan::{plan, plan_words};
pub use scale::ask_to_scale;

use super::container::NO_LINK;
use super::{Action, Danger, output};

/// The actions of this noun.
pub const ACTIONS: &[Action] = &[
    Action {
        danger: Danger::Changes,
        unavailable: |s| match many::marked(s).as_slice() {
            [] => cannot_compose(s),
            marked => many::cannot(s, marked),
        },
        ..Action::harmless(
            Scope::Stack,
            "stack.compose",
            "compose",
            "Choose what compose does with the stack: pull, build, recreate, scale, down; of marked ones pull, build, down.",
            &["C"],
            menu,
        )
    },
    Action {
        footer: 6,
        danger: Danger::Changes,
        unavailable: |s| {
            let marked = !many::marked(s).is_empty();
            let one =
                marked.then(|| say!("its plan is shown first: one stack at a time, without marks"));
            one.map(str::to_owned).or_else(|| cannot_compose(s))
        },
        ..Action::harmless(
            Scope::Stack,
            "stack.up",
            "compose up",
            "Show what compose would change to make the stack as its files say, then do it.",
            &["U"],
            |s| on_subject(s, Task::Up),
        )
    },
    Action {
        unavailable: no_output,
        ..Action::harmless(
            Scope::Stack,
            "stack.output",
            "output",
            "Show what compose told of its last work on the stack.",
            &["X"],
            |s| on_subject(s, Task::Output),
        )
    },
];

fn chosen(state: &State) -> Option<&Stack> {
    state.shelves.stacks.things.get(&state.subject()?)
}

fn no_output(state: &State) -> Option<String> {
    let none = output::of_subject(state).is_none();
    none.then(|| say!("compose has done nothing with it since this program began").to_owned())
}

pub(super) fn cannot_compose(state: &State) -> Option<String> {
    let Some(stack) = chosen(state) else {
        return Some(say!("no stack is chosen").to_owned());
    };
    if !stack.is_compose() {
        return Some(say!("made by swarm: `docker stack deploy` changes it").to_owned());
    }
    let up = state.world.host(stack.key.host);
    if !up.is_some_and(|host| host.link.is_up()) {
        return Some(lang::say(NO_LINK).to_owned());
    }
    state.jobs.of(&stack.key).map(|running| {
        say!(
            "compose is {doing} it already",
            doing = running.job.verb.doing()
        )
    })
}

fn on_subject(state: &mut State, task: Task) -> Effects {
    let Some(key) = state.subject() else {
        return Effects::new();
    };
    let service = None;
    ask(state, &key, Ask { task, service })
}

/// The tasks of the menu: key, title, what it does.
const TASKS: &[(char, Task, &str, &str)] = &[
    (
        'u',
        Task::Up,
        "up",
        key!("make it as its files say, after a look at the plan"),
    ),
    (
        'p',
        Task::Pull,
        "pull",
        key!("fetch the images of its services"),
    ),
    (
        'b',
        Task::Build,
        "build",
        key!("build the images it has a build section for"),
    ),
    (
        'r',
        Task::Recreate,
        "recreate",
        key!("make the containers of one service anew"),
    ),
    (
        's',
        Task::Scale,
        "scale",
        key!("as many containers of one service as wanted"),
    ),
    (
        'd',
        Task::Down,
        "down",
        key!("stop and remove containers and networks"),
    ),
];

/// The same for one service: what of it is otherwise.
const OF_SERVICE: &[(Task, &str)] = &[
    (Task::Up, key!("make the whole stack as its files say")),
    (Task::Pull, key!("fetch its image")),
    (Task::Build, key!("build its image")),
    (Task::Recreate, key!("make its containers anew")),
    (Task::Scale, key!("as many containers of it as wanted")),
    (Task::Down, key!("stop and remove the whole stack")),
];

fn menu(state: &mut State) -> Effects {
    let marked = many::marked(state);
    if !marked.is_empty() {
        return many::menu(state, &marked);
    }
    let Some(key) = state.subject() else {
        return Effects::new();
    };
    let service = cursor::service(state).map(|service| service.name.clone());
    let item = |(letter, task, label, hint): &(char, Task, &str, &'static str)| {
        let of_service = OF_SERVICE.iter().find(|(of, _)| of == task);
        let of_service = of_service.filter(|_| service.is_some());
        let hint = of_service.map_or(*hint, |(_, hint)| *hint);
        let ask = Ask {
            task: *task,
            service: service.clone(),
        };
        let choice = Choice::Compose(key.clone(), ask);
        MenuItem::new(*label, lang::say(hint), choice).key(*letter)
    };
    let title = if let Some(service) = &service {
        say!("Compose: {service} of {name}", service, name = key.id)
    } else {
        say!("Compose: {name}", name = key.id)
    };
    state.offer(Menu::new(title, TASKS.iter().map(item)));
    Effects::new()
}

/// Why a task would be refused, as far as it is known which compose there is and whether the files are: the other generation
/// may bring the stack up, which tells what that means, and nothing else.
fn refused(state: &State, key: &Key, task: Task) -> Option<String> {
    if matches!(task, Task::Up | Task::Output) {
        return None;
    }
    if let Some(Err(unread @ Unread::Gone(_))) = state.outlines.of(key) {
        let why = unread.said();
        return Some(say!(
            "{why}, and compose needs it for that; without it s stops and D removes the containers",
            why
        ));
    }
    let checked = state.compose.get(key)?.as_ref().ok()?;
    checked.foreign.then(|| {
        say!(
            "only {tool} is here, and another generation of compose made this stack",
            tool = checked.tool
        )
    })
}

/// Goes one step further towards a task: to the plan, to the choice of a service, to a question, or to the work itself.
pub fn ask(state: &mut State, key: &Key, ask: Ask) -> Effects {
    if let Some(why) = refused(state, key, ask.task) {
        state.toasts.bad(why, state.now);
        return Effects::new();
    }
    let Some(stack) = state.shelves.stacks.things.get(key) else {
        let words = say!("gone meanwhile: nothing was done to it");
        state.toasts.bad(words, state.now);
        return Effects::new();
    };
    match (ask.task, ask.service) {
        (Task::Up, _) => {
            let project = Box::new(Project::of(stack));
            state.ask_later(Pending::Plan(key.clone()));
            let words = say!("reading the compose files of {name}", name = key.id);
            state.toasts.begun(words, state.now);
            vec![Effect::Fetch(Fetch::Compose(key.clone(), project))]
        }
        (Task::Pull, service) => run(state, key, Act::Pull { service }),
        (Task::Build, service) => run(state, key, Act::Build { service }),
        (Task::Down, _) => {
            down(state, key);
            Effects::new()
        }
        (Task::Output, _) => output::show(state, key),
        (Task::Recreate, Some(service)) => recreate(state, key, service),
        (Task::Scale, Some(service)) => {
            let now = stack.services.iter().find(|s| s.name == service);
            let now = now.map_or(0, |service| service.containers).to_string();
            let title = say!("containers of {service}", service);
            let stack = key.clone();
            super::table::type_line(state, PromptKind::Scale { stack, service }, &title, now)
        }
        (task @ (Task::Recreate | Task::Scale), None) => {
            let of = |service: &crate::model::stack::Service| {
                let hint = say_n!(service.containers, "{n} container", "{n} containers");
                let ask = Ask {
                    task,
                    service: Some(service.name.clone()),
                };
                MenuItem::new(&service.name, hint, Choice::Compose(key.clone(), ask))
            };
            let items: Vec<MenuItem> = stack.services.iter().map(of).collect();
            let title = match task {
                Task::Scale => say!("Scale which service?"),
                _ => say!("Recreate which service?"),
            };
            state.offer(Menu::new(title, items));
            Effects::new()
        }
    }
}

/// The verb that has compose do this with a stack.
fn verb(stack: &Stack, act: Act) -> Verb {
    Verb::Compose(Box::new(Call::new(Project::of(stack), act, false)))
}

/// Has compose do it, and shows what it tells.
pub fn run(state: &mut State, key: &Key, act: Act) -> Effects {
    let Some(stack) = state.shelves.stacks.things.get(key) else {
        return Effects::new();
    };
    let verb = verb(stack, act);
    super::container::start_job(state, key, &verb)
        .into_iter()
        .collect()
}

/// The switches of a question before this is done, all of them off.
fn switches(act: &Act) -> Vec<(char, String, bool)> {
    let switches = act.switches().iter();
    switches
        .map(|(key, words)| (*key, lang::say(words).to_owned(), false))
        .collect()
}

/// Asks before compose does this.
pub(super) fn confirm(
    state: &mut State,
    key: &Key,
    title: String,
    lines: Vec<Told>,
    verb: Verb,
    yes: &str,
) {
    let switches = match &verb {
        Verb::Compose(call) => switches(&call.act),
        _ => Vec::new(),
    };
    state.layers.push(Layer::Confirm(Confirm {
        title,
        lines,
        jobs: vec![(key.clone(), verb)],
        yes: yes.to_owned(),
        must_type: String::new(),
        field: Field::default(),
        opened: state.now,
        switches,
        ..Confirm::default()
    }));
}

fn down(state: &mut State, key: &Key) {
    let Some(stack) = state.shelves.stacks.things.get(key) else {
        return;
    };
    let lines = vec![
        Weight::Plain.of(say_n!(
            stack.containers,
            "{n} container and the stack's networks are removed.",
            "{n} containers and the stack's networks are removed."
        )),
        Weight::Bad.of(say!(
            "What was written outside volumes is lost; volumes stay."
        )),
        Weight::Plain.of(say!(
            "It leaves this list: its compose files bring it back."
        )),
    ];
    let verb = verb(stack, Act::Down { volumes: false });
    let title = say!(
        "Take {name}{host} down?",
        name = key.id,
        host = state.on_host(key.host)
    );
    confirm(state, key, title, lines, verb, say!("down" as "compose"));
}

fn recreate(state: &mut State, key: &Key, service: String) -> Effects {
    let Some(stack) = state.shelves.stacks.things.get(key) else {
        return Effects::new();
    };
    let lines = vec![
        Weight::Plain.of(say!(
            "Its containers are stopped, removed and made anew from the files."
        )),
        Weight::Bad.of(say!("What was written outside volumes is lost.")),
    ];
    let title = say!(
        "Recreate {service}{host}?",
        service,
        host = state.on_host(key.host)
    );
    let known = stack.services.iter().find(|it| it.name == service);
    let containers = known.map_or(1, |it| it.containers.max(1));
    let act = Act::Recreate {
        service,
        containers,
    };
    let verb = verb(stack, act);
    confirm(state, key, title, lines, verb, say!("recreate"));
    Effects::new()
}
