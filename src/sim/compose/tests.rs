//! What the demo's stacks are made of, and what comes of a change: by real files in a folder.
use std::fs;

use super::*;

/// The demo's stack, laid out.
struct Place {
    home: tempfile::TempDir,
    sim: Sim,
}

const NAME: &str = "systeme-ticketing";

impl Place {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut scenario = Scenario::named(NAME).unwrap();
        scenario.lay_out(home.path()).unwrap();
        Self {
            sim: Sim::new(scenario),
            home,
        }
    }

    fn path(&self, file: &str) -> String {
        self.home.path().join(NAME).join(file).display().to_string()
    }

    fn change(&self, file: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.path(file)).unwrap();
        assert!(text.contains(from), "{from}\n{text}");
        fs::write(self.path(file), text.replacen(from, to, 1)).unwrap();
    }

    fn compose(&self, words: &str) -> Spoken {
        let directory = self.home.path().join(NAME).display().to_string();
        let file = self.path("docker-compose.yml");
        let all = ["-p", NAME, "--project-directory", &directory, "-f", &file];
        let all = all.into_iter().chain(words.split(' '));
        self.sim
            .compose(&all.map(str::to_owned).collect::<Vec<_>>())
    }

    /// The label of a service's container that says what it was made of.
    fn label(&self, service: &str, key: &str) -> Vec<String> {
        let world = self.sim.shared().world();
        let own = world.containers.values().filter(|container| {
            container.label("com.docker.compose.project") == Some(NAME)
                && container.label("com.docker.compose.service") == Some(service)
        });
        own.map(|container| container.label(key).unwrap_or_default().to_owned())
            .collect()
    }

    fn environment(&self, service: &str) -> String {
        let world = self.sim.shared().world();
        let mut all = world.containers.values();
        let own = all.find(|container| container.spec.service == service);
        own.map(|container| container.env.join("\n"))
            .unwrap_or_default()
    }
}

#[test]
fn the_stacks_run_as_their_files_say() {
    for name in ["systeme-ticketing", "front", "generated:25"] {
        let home = tempfile::tempdir().unwrap();
        let mut scenario = Scenario::named(name).unwrap();
        scenario.lay_out(home.path()).unwrap();
        for stack in &scenario.stacks {
            let own = scenario
                .containers
                .iter()
                .filter(|spec| spec.stack.as_ref() == Some(&stack.name));
            let services: std::collections::BTreeSet<_> = own.map(|spec| &spec.service).collect();
            assert_eq!(
                services,
                stack.hashes.keys().collect(),
                "{name}: {}",
                stack.name
            );
        }
        assert!(!scenario.stacks.is_empty(), "{name}");
    }
    let place = Place::new();
    let said = place.compose("config --hash=*");
    assert_eq!((said.code, said.stderr.as_str()), (0, ""));
    for line in said.stdout.lines() {
        let (service, hash) = line.split_once(' ').unwrap();
        assert_eq!(
            place.label(service, "com.docker.compose.config-hash"),
            [hash],
            "{service}"
        );
    }
    let before = place.sim.shared().world().containers.len();
    let said = place.compose("up -d");
    assert_eq!(said.code, 0, "{said:?}");
    assert!(!said.stderr.contains("Recreate"), "{said:?}");
    assert_eq!(place.sim.shared().world().containers.len(), before);
}

#[test]
fn a_change_makes_those_anew_that_it_is_about() {
    let place = Place::new();
    place.change(
        ".env",
        "ZAMMAD_POSTGRESQL_PASS=",
        "ZAMMAD_POSTGRESQL_PASS=new-",
    );
    let said = place.compose("up -d").stderr;
    assert!(
        said.contains("Container systeme-ticketing-zammad-1  Recreated"),
        "{said}"
    );
    assert!(
        said.contains("Container systeme-ticketing-grafana-1  Running"),
        "{said}"
    );
    assert!(
        place
            .environment("zammad")
            .contains("POSTGRESQL_PASS=new-s3cr3t")
    );
    assert_eq!(place.compose("up -d").stderr.matches("Recreate").count(), 0);
    // What it does by itself stays: its pages answer, its log speaks.
    let world = place.sim.shared().world();
    let zammad = world.get("systeme-ticketing-zammad-1").unwrap();
    assert_eq!(zammad.spec.voice, "rails");
    assert!(zammad.alive());
}

#[test]
fn files_that_cannot_be_right_are_refused_in_words() {
    for (from, to, words) in [
        ("services:", "services: [", "yaml: "),
        (
            "image: traefik:v3.1",
            "imge: traefik:v3.1",
            "services.traefik Additional property imge is not allowed",
        ),
        (
            "    image: traefik:v3.1\n",
            "    tty: true\n",
            "neither an image nor a build context",
        ),
        (
            "zammad-db: {condition",
            "zammad-dbx: {condition",
            "depends on undefined service \"zammad-dbx\"",
        ),
        (
            "networks: [proxy, default]",
            "networks: [prxy]",
            "refers to undefined network prxy",
        ),
        (
            "${DOMAIN}",
            "${DOMAIN",
            "invalid interpolation format for services.traefik.labels",
        ),
    ] {
        let place = Place::new();
        place.change("docker-compose.yml", from, to);
        for command in ["config --hash=*", "up -d"] {
            let said = place.compose(command);
            assert_eq!(said.code, 1, "{to}");
            assert!(said.stderr.contains(words), "{to}: {said:?}");
        }
    }
    let place = Place::new();
    place.change(".env", "DOMAIN=", "DOMAN=");
    let said = place.compose("config --hash=*");
    assert!(
        said.stderr
            .contains("The \\\"DOMAIN\\\" variable is not set"),
        "{said:?}"
    );
    assert_eq!(said.code, 0);
}

#[test]
fn scaled_taken_down_and_brought_back() {
    let place = Place::new();
    let said = place.compose("up -d --no-deps --no-recreate --scale grafana=3 grafana");
    assert!(
        said.stderr.contains("systeme-ticketing-grafana-3  Started"),
        "{said:?}"
    );
    let mut numbers = place.label("grafana", "com.docker.compose.container-number");
    numbers.sort();
    assert_eq!(numbers, ["1", "2", "3"]);
    let said = place.compose("up -d --scale grafana=1 grafana");
    assert!(
        said.stderr.contains("systeme-ticketing-grafana-3  Removed"),
        "{said:?}"
    );
    place.change(
        "docker-compose.yml",
        "grafana/grafana:11.1.3",
        "grafana/grafana:11.2.0",
    );
    let said = place.compose("pull");
    assert!(said.stderr.contains(" grafana Pulled"), "{said:?}");
    assert!(
        place
            .sim
            .shared()
            .world()
            .image("grafana/grafana:11.2.0")
            .is_some()
    );
    let said = place.compose("down --volumes");
    assert_eq!(said.code, 0, "{said:?}");
    assert!(
        said.stderr
            .contains("Network systeme-ticketing_default  Removed"),
        "{said:?}"
    );
    assert!(!place.sim.has_stack(NAME));
    let said = place.compose("up -d");
    assert_eq!(said.code, 0, "{said:?}");
    assert!(place.sim.has_stack(NAME));
    assert!(
        said.stderr
            .contains("Network systeme-ticketing_default  Created"),
        "{said:?}"
    );
}
