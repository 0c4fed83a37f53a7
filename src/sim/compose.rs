//! A compose program that is played on a simulated engine: it reads real files as compose 2 does, and changes the world as
//! they say. Knows the words that are asked of it and no more of compose than those need; must not know HTTP.
mod act;
mod draft;
mod interpolate;
mod project;
mod service;

use std::collections::BTreeMap;
use std::path::Path;

use super::rand::id;
use super::scenario::Scenario;
use super::server::Sim;
use act::{Act, Work};
use project::{Asked, Project};

/// The version it gives itself.
const VERSION: &str = "2.26.1-demo";
/// Stacks whose files are written: more are a world to measure, not to look at.
const MOST: usize = 64;

/// What the program has said, and its exit code.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spoken {
    /// What went to its standard output.
    pub stdout: String,
    /// What went to its standard error.
    pub stderr: String,
    /// Its exit code.
    pub code: i32,
}

impl Spoken {
    fn told(lines: &[String]) -> Self {
        Self {
            stderr: text(lines),
            ..Self::default()
        }
    }

    fn failed(words: &str) -> Self {
        Self {
            stderr: format!("{words}\n"),
            code: 1,
            ..Self::default()
        }
    }
}

fn text(lines: &[String]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// Whether a stack's name is that of a folder, and of none elsewhere.
fn is_folder(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    !name.is_empty() && !name.starts_with('.') && name.chars().all(plain)
}

/// The digest of what a service asks for.
fn digest(service: &serde_json::Value) -> String {
    id(0, &service.to_string())
}

impl Scenario {
    /// Writes the files that its stacks could be made from, each into a folder of its own below `home`, and has their labels
    /// point there.
    ///
    /// # Errors
    /// Those of writing.
    pub fn lay_out(&mut self, home: &Path) -> std::io::Result<()> {
        for place in 0..self.stacks.len().min(MOST) {
            let name = self.stacks[place].name.clone();
            if !is_folder(&name) {
                continue;
            }
            let folder = home.join(&name);
            std::fs::create_dir_all(&folder)?;
            let (compose, variables) = draft::files(self, &name);
            let file = folder.join("docker-compose.yml");
            std::fs::write(&file, compose)?;
            std::fs::write(folder.join(".env"), variables)?;
            let asked = Asked {
                name,
                directory: folder.display().to_string(),
                files: vec![file.display().to_string()],
                variables: Vec::new(),
            };
            let stack = &mut self.stacks[place];
            stack.directory.clone_from(&asked.directory);
            // What cannot be read is told when compose is asked.
            stack.hashes = Project::read(&asked).map_or_else(|_| BTreeMap::new(), |p| p.hashes());
        }
        Ok(())
    }
}

impl Sim {
    /// Whether it has containers of this stack.
    pub fn has_stack(&self, name: &str) -> bool {
        let label = "com.docker.compose.project";
        let world = self.shared().world();
        let mut all = world.containers.values();
        all.any(|container| container.label(label) == Some(name))
    }

    /// Does what `docker compose` with these words would do.
    pub fn compose(&self, words: &[String]) -> Spoken {
        let (asked, rest) = match Asked::of(words) {
            Ok(read) => read,
            Err(words) => return Spoken::failed(&words),
        };
        if rest.first().is_some_and(|verb| verb == "version") {
            return Spoken {
                stdout: format!("{VERSION}\n"),
                ..Spoken::default()
            };
        }
        let project = match Project::read(&asked) {
            Ok(project) => project,
            Err(words) => return Spoken::failed(&words),
        };
        let warned = text(&project.warnings);
        let mut spoken = self.answer(&project, rest);
        spoken.stderr.insert_str(0, &warned);
        spoken
    }

    fn answer(&self, project: &Project, words: &[String]) -> Spoken {
        if words.first().is_some_and(|verb| verb == "config") {
            let stdout = if words.iter().any(|word| word == "--hash=*") {
                let hashes = project.hashes().into_iter();
                hashes
                    .map(|(name, hash)| format!("{name} {hash}\n"))
                    .collect()
            } else {
                // JSON is YAML.
                project.shown()
            };
            return Spoken {
                stdout,
                ..Spoken::default()
            };
        }
        let act = match Act::of(words) {
            Ok(act) => act,
            Err(words) => return Spoken::failed(&words),
        };
        self.shared().change(|world, now| {
            let mut work = Work::new(world, project, now);
            match work.run(&act) {
                Ok(()) => Spoken::told(&work.lines),
                Err(refusal) => {
                    let mut spoken = Spoken::told(&work.lines);
                    spoken.stderr += &format!("Error response from daemon: {}\n", refusal.message);
                    spoken.code = 1;
                    spoken
                }
            }
        })
    }
}

#[cfg(test)]
mod tests;
