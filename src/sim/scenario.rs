//! Scenarios: worlds as TOML, read and checked. Must not know how a world lives or is served.
mod generated;
mod spec;
mod swarm;
mod units;

use std::collections::BTreeMap;

use serde::Deserialize;

pub use spec::{
    ContainerSpec, EngineSpec, FileSpec, HealthSpec, ImageSpec, MailSpec, NetworkSpec, StackSpec,
    StartState, VoiceSpec, VolumeSpec,
};
pub use swarm::{NodeSpec, ServiceSpec};
pub use units::{MountSpec, PortSpec, Size, Span};

const VOICES: &str = include_str!("../../assets/scenarios/voices.toml");
const TICKETING: &str = include_str!("../../assets/scenarios/systeme-ticketing.toml");
const FRONT: &str = include_str!("../../assets/scenarios/front.toml");
const SWARM: &str = include_str!("../../assets/scenarios/swarm.toml");
const EMPTY: &str = include_str!("../../assets/scenarios/empty.toml");
const HOSTILE: &str = include_str!("../../assets/scenarios/hostile.toml");

/// Why a scenario cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    /// The text is not TOML, or has a key or value that means nothing; names line and column.
    #[error("{0}")]
    Syntax(#[from] toml::de::Error),
    /// The scenario is well-formed but refers to something it does not have.
    #[error("line {line}: {what}")]
    Invalid {
        /// Line in the text, from 1.
        line: usize,
        /// What is wrong, in plain words.
        what: String,
    },
    /// No built-in scenario has this name.
    #[error("no scenario named `{0}`: there are {1}")]
    Unknown(String, String),
}

/// A world as it stands at its first moment.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Scenario {
    /// What it shows, in a sentence.
    pub(in crate::sim) about: String,
    /// Seed of all noise.
    pub(in crate::sim) seed: u64,
    /// Adds containers to the list answer that no sound engine would send.
    pub(in crate::sim) odd_list: bool,
    /// An error message every unknown container gets instead of the engine's own, as base64 bytes.
    pub(in crate::sim) odd_error: Option<String>,
    pub(in crate::sim) engine: EngineSpec,
    #[serde(rename = "stack")]
    pub(in crate::sim) stacks: Vec<StackSpec>,
    #[serde(rename = "image")]
    pub(in crate::sim) images: Vec<ImageSpec>,
    #[serde(rename = "network")]
    pub(in crate::sim) networks: Vec<NetworkSpec>,
    #[serde(rename = "volume")]
    pub(in crate::sim) volumes: Vec<VolumeSpec>,
    #[serde(rename = "container")]
    pub(in crate::sim) containers: Vec<ContainerSpec>,
    /// The swarm that the engine manages; none: it manages none.
    #[serde(rename = "node")]
    pub(in crate::sim) nodes: Vec<NodeSpec>,
    #[serde(rename = "service")]
    pub(in crate::sim) services: Vec<ServiceSpec>,
    #[serde(rename = "mail")]
    pub(in crate::sim) mails: Vec<MailSpec>,
    #[serde(rename = "voice")]
    pub(in crate::sim) voices: BTreeMap<String, VoiceSpec>,
}

impl Scenario {
    /// A built-in scenario by name, or `generated:N` for a world of N containers.
    ///
    /// # Errors
    /// [`ScenarioError::Unknown`] names what there is.
    pub fn named(name: &str) -> Result<Self, ScenarioError> {
        let text = match name {
            "systeme-ticketing" => TICKETING,
            "front" => FRONT,
            "swarm" => SWARM,
            "empty" => EMPTY,
            "hostile" => HOSTILE,
            other => {
                let count = other
                    .strip_prefix("generated:")
                    .and_then(|n| n.parse().ok());
                let unknown = || ScenarioError::Unknown(other.to_owned(), Self::names().join(", "));
                return generated::world(count.ok_or_else(unknown)?);
            }
        };
        Self::parse(text)
    }

    /// A scenario from its TOML text.
    ///
    /// # Errors
    /// Unknown keys and values, references to images, stacks, networks or voices that are not
    /// there; always with the line.
    pub fn parse(toml: &str) -> Result<Self, ScenarioError> {
        let mut scenario: Self = toml::from_str(toml)?;
        scenario.add_library()?;
        scenario.check(toml)?;
        Ok(scenario)
    }

    /// The names [`Scenario::named`] takes; `generated:N` wants a number for N.
    pub fn names() -> &'static [&'static str] {
        &[
            "systeme-ticketing",
            "front",
            "swarm",
            "empty",
            "hostile",
            "generated:N",
        ]
    }

    fn add_library(&mut self) -> Result<(), ScenarioError> {
        #[derive(Deserialize)]
        struct Library {
            voice: BTreeMap<String, VoiceSpec>,
        }
        let library: Library = toml::from_str(VOICES)?;
        for (name, voice) in library.voice {
            self.voices.entry(name).or_insert(voice);
        }
        Ok(())
    }

    fn check(&self, text: &str) -> Result<(), ScenarioError> {
        let invalid = |needle: &str, what: String| ScenarioError::Invalid {
            line: line_of(text, needle),
            what,
        };
        for (name, voice) in &self.voices {
            crate::sim::logs::Voice::new(voice)
                .map_err(|why| invalid(name, format!("voice `{name}`: {why}")))?;
        }
        for mail in &self.mails {
            for service in [&mail.to_box, &mail.after] {
                let known = self.containers.iter().any(|c| c.service == *service);
                if !service.is_empty() && !known {
                    return Err(invalid(service, format!("mail: no service `{service}`")));
                }
            }
        }
        if !self.services.is_empty() && self.nodes.is_empty() {
            let what = "services, but no node to run them".to_owned();
            return Err(invalid("service", what));
        }
        let tasks = self.services.iter().map(|service| {
            let mut task = service.task.clone();
            task.name = service.full_name();
            task
        });
        for spec in self.containers.iter().cloned().chain(tasks) {
            let who = spec.full_name();
            if !self.images.iter().any(|image| image.name == spec.image) {
                let what = format!("container `{who}`: no image `{}`", spec.image);
                return Err(invalid(&spec.image, what));
            }
            if !self.voices.contains_key(&spec.voice) {
                let what = format!("container `{who}`: no voice `{}`", spec.voice);
                return Err(invalid(&spec.voice, what));
            }
            if let Some(stack) = &spec.stack
                && !self.stacks.iter().any(|known| known.name == *stack)
            {
                let what = format!("container `{who}`: no stack `{stack}`");
                return Err(invalid(stack, what));
            }
            for network in &spec.networks {
                let preset = ["bridge", "host", "none"].contains(&network.as_str());
                if !preset && !self.networks.iter().any(|known| known.name == *network) {
                    let what = format!("container `{who}`: no network `{network}`");
                    return Err(invalid(network, what));
                }
            }
        }
        Ok(())
    }
}

/// The line, from 1, on which `needle` is last quoted; 1 when it is nowhere.
fn line_of(text: &str, needle: &str) -> usize {
    let quoted = format!("\"{needle}\"");
    let at = text.rfind(&quoted).or_else(|| text.rfind(needle));
    at.map_or(1, |at| text[..at].matches('\n').count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_scenario_reads() {
        for name in Scenario::names() {
            let name = name.replace(":N", ":25");
            if let Err(error) = Scenario::named(&name) {
                panic!("{name}: {error}");
            }
        }
    }

    #[test]
    fn an_unknown_key_is_named_with_its_line() {
        let error = Scenario::parse("seed = 1\nsed = 2\n")
            .unwrap_err()
            .to_string();
        assert!(error.contains("line 2") && error.contains("sed"), "{error}");
    }

    #[test]
    fn a_missing_image_is_named_with_its_line() {
        let error = Scenario::parse("[[container]]\nname = \"a\"\nimage = \"nope:1\"\n");
        assert_eq!(
            error.unwrap_err().to_string(),
            "line 3: container `a`: no image `nope:1`"
        );
    }

    #[test]
    fn an_unknown_name_lists_the_known_ones() {
        let error = Scenario::named("foo").unwrap_err().to_string();
        assert!(error.contains("systeme-ticketing"), "{error}");
    }
}
