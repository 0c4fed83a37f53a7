//! `sim`: the simulated engine on a unix socket, for trying and for tests; and the scenarios' names.
use std::path::Path;

use super::DONE;
use super::args::SimArgs;
use super::context::{block_on, interrupted};
use super::out::{Out, Quit};
use crate::engine::{Candidate, Connector, Endpoint, Opening};
use crate::runtime::demo::{Demo, candidate};
use crate::sim::{Scenario, ScenarioError, Sim};

/// The scenario that is shown when none is named.
pub(super) const DEFAULT: &str = "systeme-ticketing";

/// The name of several simulated engines at once.
const HOSTS: &str = "hosts";

/// The simulated engines of this name, as hosts to open; on this machine, where there is to be one.
pub(super) fn demo(name: &str, mut machine: Option<&mut Demo>) -> Result<Vec<Opening>, Quit> {
    let mut open = |scenario: Scenario| {
        let sim = match &mut machine {
            Some(machine) => machine.add(scenario).map_err(no_machine)?,
            None => Sim::new(scenario),
        };
        Ok::<_, Quit>(vec![candidate(&sim, "--demo")])
    };
    if name != HOSTS {
        let scenario = scenario(name).map_err(|quit| match quit {
            Quit::Because { message, code } => Quit::Because {
                message: say!(
                    "{message}; `--demo={hosts}` is several of them",
                    message,
                    hosts = HOSTS
                ),
                code,
            },
            quit @ Quit::NobodyReads => quit,
        })?;
        return Ok(vec![Opening {
            label: "demo".to_owned(),
            named: false,
            candidates: open(scenario)?,
        }]);
    }
    let hosts = [("front", "front"), ("tickets", DEFAULT)];
    let mut list = Vec::new();
    for (label, name) in hosts {
        list.push(Opening::named(label, open(scenario(name)?)?));
    }
    list.push(Opening::named("archive", vec![out_of_reach()]));
    Ok(list)
}

/// Why a demo has no place for its files.
#[expect(
    clippy::needless_pass_by_value,
    reason = "it is what an error is turned into"
)]
pub(super) fn no_machine(error: std::io::Error) -> Quit {
    Quit::failed(say!(
        "no folder for the demo's files: {error}; TMPDIR may name another",
        error
    ))
}

/// A host where nobody listens.
fn out_of_reach() -> Candidate {
    let connector = Connector::new(|| {
        let refused = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
        Box::pin(std::future::ready(Err(refused)))
    });
    Candidate::new(Endpoint::Custom(connector), "--demo")
}

/// A built-in scenario, or one out of a file where the word looks like one.
pub(super) fn scenario(name: &str) -> Result<Scenario, Quit> {
    let is_file = name.contains('/')
        || Path::new(name)
            .extension()
            .is_some_and(|ending| ending == "toml");
    if !is_file {
        return Scenario::named(name).map_err(|error| {
            Quit::usage(match error {
                ScenarioError::Unknown(name, names) => {
                    say!("no scenario named `{name}`: there are {names}", name, names)
                }
                error => error.to_string(),
            })
        });
    }
    let text = std::fs::read_to_string(name)
        .map_err(|error| Quit::failed(say!("cannot read {name}: {error}", name, error)))?;
    Scenario::parse(&text).map_err(|error| Quit::usage(say!("{name}: {why}", name, why = error)))
}

pub(super) fn run(args: &SimArgs, out: &mut Out) -> Result<u8, Quit> {
    let path = args.listen.strip_prefix("unix://").unwrap_or(&args.listen);
    if !path.starts_with('/') {
        return Err(Quit::usage(say!(
            "--listen takes {form}",
            form = "unix:///an/absolute/path"
        )));
    }
    let sim = Sim::new(scenario(&args.scenario)?);
    block_on(async {
        out.line(&say!(
            "serving {scenario} at unix://{path}",
            scenario = args.scenario,
            path
        ))?;
        out.flush()?;
        tokio::select! {
            served = sim.listen_unix(Path::new(path)) => {
                served.map_err(|error| Quit::failed(say!("cannot listen at {path}: {error}", path, error)))?;
            }
            () = interrupted() => {}
        }
        Ok(DONE)
    })
}
