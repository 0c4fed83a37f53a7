//! `exec` without the screen: a shell or command that has this terminal, or one in a pipe. Journalled alike.
mod pipe;
mod terminal;

use std::io::IsTerminal;

use tokio::time::Instant;

use super::FAILED;
use super::args::Exec;
use super::context::{Context, block_on};
use super::hosts::Sites;
use super::out::{Out, Quit, complain, told};
use super::verb::{target, wrong_names};
use crate::effect::ShellRequest;
use crate::lang::Words;
use crate::model::Container;
use crate::msg::{Failure, FailureKind, ShellEnd};
use crate::runtime::record::Done;
use crate::state::names::NameError;

pub(super) fn run(context: &Context, args: &Exec, out: &mut Out) -> Result<u8, Quit> {
    if context.settings.read_only {
        return Err(Quit::failed(say!("read-only: there is no shell here")));
    }
    let on_terminal = std::io::stdin().is_terminal() && out.is_terminal();
    if !on_terminal && (args.command.is_empty() || args.helper.is_some()) {
        return Err(Quit::usage(say!(
            "a shell needs a terminal: in a pipe, name the command to run"
        )));
    }
    block_on(async {
        let sites = Sites::open(context, std::slice::from_ref(&args.name)).await?;
        sites.refuse_unsure(std::slice::from_ref(&args.name))?;
        let container = one(&args.name, &sites)?;
        let Some(engine) = sites.of(container).map(|site| &site.engine) else {
            return Err(Quit::failed(say!("its host does not answer")));
        };
        let recorder = context.recorder();
        let begun = Instant::now();
        let (end, quit) = if on_terminal {
            let request = request(context, args, container);
            let keys = &context.settings.detach_keys;
            (terminal::run(engine, container, request, keys).await?, None)
        } else {
            pipe::run(engine, container, args, out).await
        };
        let mut done = Done {
            action: "container.exec",
            engine: Some(engine.info().clone()),
            target: target(container),
            argv: args.command.clone(),
            took_ms: u64::try_from(begun.elapsed().as_millis()).ok(),
            ..Done::default()
        };
        let code = conclude(end, &mut done);
        if let Err(why) = recorder.act(done).await {
            complain(&say!("not journalled: {why}", why));
        }
        quit.map_or(Ok(code), Err)
    })
}

/// The one container that is meant; of several of a service, the one that runs.
fn one<'a>(name: &str, sites: &'a Sites) -> Result<&'a Container, Quit> {
    let found = sites.resolve(&[name.to_owned()])?;
    let live: Vec<&Container> = found
        .iter()
        .copied()
        .filter(|c| c.state.is_live())
        .collect();
    match (found.as_slice(), live.as_slice()) {
        ([one], _) | (_, [one]) => Ok(one),
        _ => Err(wrong_names(&[NameError::Ambiguous {
            name: crate::text::sanitise_ident(name.as_bytes()),
            could_be: found
                .iter()
                .map(|c| format!("`{}`", sites.name(c)))
                .collect(),
        }])),
    }
}

fn request(context: &Context, args: &Exec, container: &Container) -> ShellRequest {
    let label = container.labels.get("stacktui.shell").cloned();
    ShellRequest {
        command: args.command.clone(),
        prefer: label
            .into_iter()
            .chain(context.settings.shells.iter().cloned())
            .collect(),
        user: args.user.clone(),
        working_dir: args.workdir.clone(),
        helper_image: args.helper.clone(),
    }
}

/// Tells how it ended, on stderr where that is not well; gives the exit code and fills in the journal's line.
fn conclude(end: ShellEnd, done: &mut Done) -> u8 {
    let failure = match end {
        ShellEnd::Exited { code, command } => {
            done.exit_code = Some(code);
            if done.argv.is_empty() {
                done.argv = command;
            }
            return u8::try_from(code).unwrap_or(FAILED);
        }
        ShellEnd::Detached => return 0,
        ShellEnd::Failed(failure) => failure,
        ShellEnd::NoShell { helpers } => Failure {
            kind: FailureKind::NoShell,
            what: Words::ours(|| say!("there is no shell in the image")),
            advice: helpers.first().map_or_else(String::new, |image| {
                say!(
                    "beside it, with its processes and network: add --helper {image}",
                    image
                )
            }),
            ..Failure::default()
        },
    };
    complain(&told(&failure));
    done.failure = Some(failure);
    FAILED
}
