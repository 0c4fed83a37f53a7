//! What well-known images are for, in English and French. What a label says goes before.
use crate::lang;
use crate::model::Container;
use crate::model::mail::{Server, Source};

/// Parts of a stack that belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Group {
    Proxy,
    Application,
    Data,
    Monitoring,
    Management,
}

impl Group {
    pub(super) const ALL: [Self; 5] = [
        Self::Proxy,
        Self::Application,
        Self::Data,
        Self::Monitoring,
        Self::Management,
    ];

    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Proxy => say!("Proxy"),
            Self::Application => say!("Applications"),
            Self::Data => say!("Data"),
            Self::Monitoring => say!("Monitoring"),
            Self::Management => say!("Management and development"),
        }
    }
}

/// What is known of an image.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    /// Part of the image's name.
    pub image: &'static str,
    pub group: Group,
    role: &'static str,
    usage: &'static str,
}

impl Known {
    pub(super) fn role(&self) -> &'static str {
        lang::say(self.role)
    }

    pub(super) fn usage(&self) -> &'static str {
        lang::say(self.usage)
    }

    /// What a service of this name does beside the one that people use: `scheduler` of `zammad-scheduler`.
    pub(super) fn part<'n>(&self, service: &'n str) -> Option<&'n str> {
        let part = service
            .strip_prefix(self.image)?
            .trim_start_matches(['-', '_']);
        PARTS.contains(&part).then_some(part)
    }
}

const fn known(
    image: &'static str,
    group: Group,
    role: &'static str,
    usage: &'static str,
) -> Known {
    Known {
        image,
        group,
        role,
        usage,
    }
}

/// Services that run an application's image and are not what people use of it.
const PARTS: [&str; 7] = [
    "backup",
    "cron",
    "init",
    "migrate",
    "scheduler",
    "websocket",
    "worker",
];

/// The more particular names first.
const ALL: &[Known] = &[
    known(
        "traefik",
        Group::Proxy,
        key!("Reverse proxy: leads URLs to the services and holds their certificates."),
        key!("See the routes view."),
    ),
    known(
        "nginx",
        Group::Proxy,
        key!("Web server and reverse proxy."),
        "",
    ),
    known(
        "caddy",
        Group::Proxy,
        key!("Web server and reverse proxy."),
        "",
    ),
    known(
        "mailhog",
        Group::Management,
        key!("Test mail server: takes every mail the applications send and shows it; none leaves."),
        key!("Cause a mail in an application, then look at it here."),
    ),
    known(
        "mailpit",
        Group::Management,
        key!("Test mail server: takes every mail the applications send and shows it; none leaves."),
        key!("Cause a mail in an application, then look at it here."),
    ),
    known(
        "portainer",
        Group::Management,
        key!("Web interface to see and manage containers."),
        key!("Overview, restart, logs, console."),
    ),
    known(
        "zammad",
        Group::Application,
        key!("Ticketing."),
        key!("Mail is set up in Admin, Channels, Email: SMTP variables are not read."),
    ),
    known(
        "ocsinventory",
        Group::Application,
        key!("Inventory of machines."),
        "",
    ),
    known("wiki", Group::Application, key!("Wiki."), ""),
    known("postgres", Group::Data, key!("Database (PostgreSQL)."), ""),
    known("mariadb", Group::Data, key!("Database (MariaDB)."), ""),
    known("mysql", Group::Data, key!("Database (MySQL)."), ""),
    known("elasticsearch", Group::Data, key!("Full-text search."), ""),
    known("redis", Group::Data, key!("Key-value store."), ""),
    known("memcached", Group::Data, key!("Cache."), ""),
    known("grafana", Group::Monitoring, key!("Dashboards."), ""),
    known(
        "prometheus",
        Group::Monitoring,
        key!("Collects metrics."),
        "",
    ),
];

/// What is known of a container: by its image, or because its label says that it is a mail server.
pub(super) fn of(container: &Container) -> Option<&'static Known> {
    let labelled = || {
        let server = Source::of(container, false)?;
        let name = server.guess.map_or("mailhog", Server::name);
        of_image(name)
    };
    of_image(&container.image).or_else(labelled)
}

fn of_image(image: &str) -> Option<&'static Known> {
    let last = image.to_lowercase();
    let last = last.rsplit('/').next().unwrap_or_default().to_owned();
    ALL.iter()
        .find(|known| last.starts_with(known.image) || last.contains(known.image))
}
