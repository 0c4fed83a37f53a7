//! Worlds of any number of containers, made from a number. Must not know how they are served.
use super::{
    ContainerSpec, HealthSpec, ImageSpec, NetworkSpec, Scenario, ScenarioError, Size, Span,
};
use super::{StackSpec, StartState};
use crate::sim::clock::SECOND;
use crate::sim::rand::{hash, unit};

const STACKS: [&str; 12] = [
    "billing", "shop", "intranet", "crm", "wiki", "search", "media", "auth", "metrics", "forum",
    "archive", "gateway",
];
/// Service, image, voice, mean CPU in percent, mean memory in MiB.
const SERVICES: [(&str, &str, &str, f64, u64); 10] = [
    ("proxy", "nginx:1.27", "nginx", 1.5, 18),
    ("web", "registry.example.com/web:2.14", "rails", 14.0, 420),
    (
        "worker",
        "registry.example.com/web:2.14",
        "sidekiq",
        22.0,
        380,
    ),
    ("db", "postgres:16", "postgres", 6.0, 240),
    ("cache", "redis:7-alpine", "redis", 0.8, 12),
    ("search", "elasticsearch:8.14.3", "elasticsearch", 9.0, 1400),
    ("queue", "rabbitmq:3.13", "plain", 2.0, 130),
    (
        "scheduler",
        "registry.example.com/web:2.14",
        "plain",
        0.6,
        210,
    ),
    ("exporter", "prom/node-exporter:v1.8.2", "logfmt", 0.3, 14),
    ("mail", "mailhog/mailhog:v1.0.1", "mailhog", 0.1, 9),
];

/// A world of `count` containers in stacks of ten, nearly all running.
pub fn world(count: usize) -> Result<Scenario, ScenarioError> {
    let mut scenario = Scenario {
        about: format!("{count} containers in stacks of ten"),
        seed: 7,
        ..Scenario::default()
    };
    scenario.engine.cpus = 64;
    scenario.engine.memory = Size(512 << 30);
    scenario.engine.hostname = format!("srv-{count}");
    scenario.images = images();
    for stack in 0..count.div_ceil(10) {
        let name = format!("{}-{:03}", STACKS[stack % STACKS.len()], stack + 1);
        scenario.stacks.push(StackSpec {
            directory: format!("/srv/{name}"),
            name: name.clone(),
            ..StackSpec::default()
        });
        scenario.networks.push(NetworkSpec {
            name: format!("{name}_default"),
            stack: Some(name.clone()),
            ..NetworkSpec::default()
        });
        for place in 0..10.min(count - stack * 10) {
            scenario
                .containers
                .push(container(&name, stack * 10 + place));
        }
    }
    scenario.add_library()?;
    Ok(scenario)
}

fn images() -> Vec<ImageSpec> {
    let mut images: Vec<ImageSpec> = Vec::new();
    for (service, image, _, _, memory) in SERVICES {
        if images.iter().all(|known| known.name != image) {
            images.push(ImageSpec {
                name: image.to_owned(),
                size: Size((memory + 40) << 20),
                age: Span(40 * 86_400 * SECOND),
                shells: vec!["sh".to_owned()],
                command: vec![format!("/usr/local/bin/{service}")],
                ..ImageSpec::default()
            });
        }
    }
    images
}

fn container(stack: &str, index: usize) -> ContainerSpec {
    let (service, image, voice, cpu, memory) = SERVICES[index % SERVICES.len()];
    let noise = hash(7, &format!("{stack}/{service}"));
    let state = match noise % 100 {
        0..=2 => StartState::Exited,
        3 => StartState::Paused,
        _ => StartState::Running,
    };
    let health = (service == "web" || service == "db").then(|| HealthSpec {
        fails: noise % 50 == 7,
        ..HealthSpec::default()
    });
    ContainerSpec {
        stack: Some(stack.to_owned()),
        service: service.to_owned(),
        image: image.to_owned(),
        networks: vec![format!("{stack}_default")],
        restart: "unless-stopped".into(),
        state,
        exit_code: (noise % 2).cast_signed(),
        up: Span((600 + (noise % 2_000_000).cast_signed()) * SECOND),
        voice: voice.to_owned(),
        lines_per_second: Some(0.02 + unit(noise) * 0.2),
        cpu: cpu * (0.2 + 1.6 * unit(noise)),
        memory: Size(memory << 20),
        health,
        ..ContainerSpec::default()
    }
}
