//! A stack with its files as they are read, for tests of what is shown and asked.
use stacktui::model::Key;
use stacktui::model::compose::{Checked, Project};
use stacktui::model::stack_file::{
    Body, DiffRow, FileOf, Proposal, Role, Said, Source, StackFile, Verdict, Version,
};
use stacktui::msg::Msg;
use stacktui::state::State;

use super::world;

const COMPOSE: &str = "\
# the shop, and who may see it
services:
  web:
    image: nginx:${TAG:-1.27}
    environment:
      API_TOKEN: hunter2
      LEVEL: 3
    labels:
      - \"traefik.http.routers.web.rule=Host(`shop.${DOMAIN}`) && PathPrefix(`/a/rather/long/path/that/wraps`)\"
  db:
    image: postgres:16
";

pub fn stack() -> Key {
    Key::stack(world::HOST, "systeme-ticketing")
}

/// The reference stack as compose 1 made it out of its files.
pub fn reference() -> State {
    let now = world::now();
    let mut containers = world::reference_containers(now);
    for container in &mut containers {
        if container.stack().is_none() {
            continue;
        }
        for (name, value) in [
            ("version", "1.29.2"),
            ("project.working_dir", "/srv/tickets"),
            ("project.config_files", "compose.yml"),
        ] {
            let label = format!("com.docker.compose.{name}");
            container.labels.insert(label, value.to_owned());
        }
    }
    world::with(containers, now)
}

fn file(role: Role, path: &str) -> FileOf {
    FileOf {
        project: Project::default(),
        role,
        path: path.to_owned(),
    }
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

pub fn compose_file() -> StackFile {
    StackFile {
        of: file(Role::Compose, "/srv/tickets/compose.yml"),
        body: Body::Text {
            lines: lines(COMPOSE),
            bytes: COMPOSE.len() as u64,
            cut: false,
            binary: false,
        },
        draft: false,
        versions: vec![Version {
            id: "2024-09-22T100000.000000Z~jean".to_owned(),
            at: world::now() - chrono::TimeDelta::hours(3),
            by: "jean".to_owned(),
            bytes: 210,
        }],
    }
}

pub fn variables() -> StackFile {
    StackFile {
        of: file(Role::Variables, "/srv/tickets/.env"),
        body: Body::Gone,
        draft: false,
        versions: Vec::new(),
    }
}

/// Both files are read.
pub fn read() -> Msg {
    Msg::Files(stack(), vec![compose_file(), variables()], None)
}

/// What compose makes of them when one service changes and a variable is missing.
pub fn taken() -> Verdict {
    let hashes = [("web", "h2"), ("db", "h1")];
    Verdict::Taken(Box::new(Checked {
        tool: "docker-compose 1.29.2".to_owned(),
        hashes: hashes
            .map(|(name, hash)| (name.to_owned(), hash.to_owned()))
            .into(),
        warnings: vec!["The DOMAIN variable is not set. Defaulting to a blank string.".to_owned()],
        ..Checked::default()
    }))
}

/// That compose does not take them, in these words.
pub fn refused(lines: &[&str]) -> Verdict {
    let said = |line: &&str| Said {
        whole: (*line).to_owned(),
        masked: line.replace("hunter2", "***"),
    };
    Verdict::Refused(lines.iter().map(said).collect())
}

/// An edit of the first file, shown to compose.
pub fn proposal(verdict: Verdict) -> Proposal {
    let old = lines(COMPOSE);
    let mut new = old.clone();
    new[3] = "    image: nginx:1.29".to_owned();
    new[5] = "      API_TOKEN: hunter3".to_owned();
    Proposal {
        file: compose_file().of,
        source: Source::Draft,
        kept: "/home/jean/.local/state/stacktui/files/x/draft/compose.yml".to_owned(),
        old,
        new,
        old_digest: Some("old".to_owned()),
        new_digest: "new".to_owned(),
        diff: vec![
            DiffRow::Same(2),
            DiffRow::Removed(3),
            DiffRow::Added(3),
            DiffRow::Same(4),
            DiffRow::Removed(5),
            DiffRow::Added(5),
            DiffRow::Same(6),
            DiffRow::Gap(4),
        ],
        verdict,
        read_by_services: false,
    }
}
