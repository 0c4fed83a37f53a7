//! Commands as they are typed, and what a plan makes of labels and files.
use super::*;
use crate::model::stack::{Origin, Service};
use crate::model::stack_file::{FileOf, Source, Version};
use crate::model::{HostId, Key};

fn service(name: &str, hash: Option<&str>) -> Service {
    Service {
        containers: 1,
        running: 1,
        hash: hash.map(str::to_owned),
        ..Service::unmade(name)
    }
}

fn stack() -> Stack {
    Stack {
        key: Key::stack(HostId(0), "shop"),
        origin: Origin {
            swarm: false,
            version: Some("1.29.2".to_owned()),
            directory: Some("/srv/my shop".to_owned()),
            files: vec!["/srv/my shop/a,b.yml".to_owned()],
            env_files: vec!["/srv/it's.env".to_owned()],
        },
        services: vec![
            service("db", Some("h1")),
            service("old", Some("h2")),
            service("web", None),
        ],
        containers: 3,
        one_offs: (0, 0),
        running: 3,
        unhealthy: 0,
        restarting: 0,
        created: None,
        doubts: Vec::new(),
    }
}

#[test]
fn a_command_is_what_one_would_type() {
    let mut act = Act::UP;
    act.set('o', true);
    act.set('v', true);
    let mut call = Call::new(Project::of(&stack()), act, false);
    assert_eq!(
        call.command(),
        "docker-compose -p shop --project-directory '/srv/my shop' -f '/srv/my shop/a,b.yml' \
         --env-file '/srv/it'\\''s.env' up -d --remove-orphans"
    );
    call.shown = Some(Box::new(Checked {
        tool: "docker compose 2.26.1".to_owned(),
        ..Checked::default()
    }));
    assert!(
        call.command().starts_with("docker compose -p shop"),
        "the one that told the plan does it: {}",
        call.command()
    );
    call.shown = None;
    let files = FileOf::all(&call.project);
    call.write = Some(Box::new(Write {
        file: files[0].clone(),
        source: Source::Version(Version {
            id: "v".to_owned(),
            at: chrono::DateTime::UNIX_EPOCH,
            by: "jean".to_owned(),
            bytes: 1,
        }),
        kept: "/var/it's".to_owned(),
        old_digest: None,
        new_digest: String::new(),
    }));
    assert_eq!(call.words().0, "stack.deploy");
    let copy = r"cp '/var/it'\''s' '/srv/my shop/a,b.yml' && docker-compose -p shop";
    assert!(call.command().starts_with(copy), "{}", call.command());
    call.act = Act::Save;
    let write = call.write.as_mut().unwrap();
    write.source = Source::Draft;
    assert_eq!(call.command(), "$EDITOR '/srv/my shop/a,b.yml'");
    let scale = Act::Scale {
        service: "web".to_owned(),
        to: 3,
    };
    assert_eq!(
        scale.args().join(" "),
        "up -d --no-deps --no-recreate --scale web=3 web"
    );
    let mut down = Act::Down { volumes: false };
    assert_eq!(down.args(), ["down"]);
    down.set('v', true);
    assert_eq!(down.args(), ["down", "--volumes"]);
}

#[test]
fn variables_that_are_missing_are_named_as_both_generations_do() {
    let checked = Checked {
        warnings: vec![
            "The DOMAIN variable is not set. Defaulting to a blank string.".to_owned(),
            "The \"B_2\" variable is not set. Defaulting to a blank string.".to_owned(),
            "something else".to_owned(),
        ],
        ..Checked::default()
    };
    assert_eq!(checked.missing(), ["DOMAIN", "B_2"]);
}

#[test]
fn what_a_start_would_change_is_told_by_the_digests() {
    let hashes = [("db", "h1"), ("web", "h9"), ("new", "h7")];
    let checked = Checked {
        hashes: hashes
            .map(|(name, hash)| (name.to_owned(), hash.to_owned()))
            .into(),
        ..Checked::default()
    };
    let plan = Plan::of(&stack(), &checked);
    assert_eq!(plan.made, ["new"]);
    assert_eq!(plan.recreated, ["web"]);
    assert_eq!(plan.orphans, ["old"]);
    assert_eq!(plan.same, 1);
    assert!(plan.drifted());
    assert!(plan.resized.is_empty(), "nothing is known");
    let sized = Checked {
        scales: Some([("db".to_owned(), 3)].into()),
        ..checked.clone()
    };
    // One of each is there; only those of the files count.
    assert_eq!(
        Plan::of(&stack(), &sized).resized,
        [("db".to_owned(), 1, 3)]
    );
    let foreign = Checked {
        foreign: true,
        ..checked
    };
    assert_eq!(Plan::of(&stack(), &foreign).recreated, ["db", "web"]);
}
