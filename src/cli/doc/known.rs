//! What well-known images are for, in English and French. What a label says goes before.
use crate::cli::args::Lang;

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

    pub(super) fn title(self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Self::Proxy, Lang::En) => "Proxy",
            (Self::Proxy, Lang::Fr) => "Proxy inverse",
            (Self::Application, Lang::En) => "Applications",
            (Self::Application, Lang::Fr) => "Applications métier",
            (Self::Data, Lang::En) => "Data",
            (Self::Data, Lang::Fr) => "Données",
            (Self::Monitoring, Lang::En) => "Monitoring",
            (Self::Monitoring, Lang::Fr) => "Supervision",
            (Self::Management, Lang::En) => "Management and development",
            (Self::Management, Lang::Fr) => "Outils de gestion et développement",
        }
    }
}

/// What is known of an image.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    /// Part of the image's name.
    image: &'static str,
    pub group: Group,
    role: [&'static str; 2],
    usage: [&'static str; 2],
}

impl Known {
    pub(super) fn role(&self, lang: Lang) -> &'static str {
        self.role[usize::from(lang == Lang::Fr)]
    }

    pub(super) fn usage(&self, lang: Lang) -> &'static str {
        self.usage[usize::from(lang == Lang::Fr)]
    }
}

const fn known(
    image: &'static str,
    group: Group,
    role: [&'static str; 2],
    usage: [&'static str; 2],
) -> Known {
    Known {
        image,
        group,
        role,
        usage,
    }
}

const NO_USAGE: [&str; 2] = ["", ""];

/// The more particular names first.
const ALL: &[Known] = &[
    known(
        "traefik",
        Group::Proxy,
        [
            "Reverse proxy: leads URLs to the services and holds their certificates.",
            "Proxy inverse : mène les URL aux services et gère leurs certificats.",
        ],
        ["See the routes view.", "Voir la vue des routes."],
    ),
    known(
        "nginx",
        Group::Proxy,
        [
            "Web server and reverse proxy.",
            "Serveur web et proxy inverse.",
        ],
        NO_USAGE,
    ),
    known(
        "caddy",
        Group::Proxy,
        [
            "Web server and reverse proxy.",
            "Serveur web et proxy inverse.",
        ],
        NO_USAGE,
    ),
    known(
        "mailhog",
        Group::Management,
        [
            "Test mail server: takes every mail the applications send and shows it; none leaves.",
            "Serveur SMTP factice : intercepte et montre les e-mails envoyés par les applications.",
        ],
        [
            "Cause a mail in an application, then look at it here.",
            "Effectuer une action dans une application, puis vérifier la réception.",
        ],
    ),
    known(
        "mailpit",
        Group::Management,
        [
            "Test mail server: takes every mail the applications send and shows it; none leaves.",
            "Serveur SMTP factice : intercepte et montre les e-mails envoyés par les applications.",
        ],
        [
            "Cause a mail in an application, then look at it here.",
            "Effectuer une action dans une application, puis vérifier la réception.",
        ],
    ),
    known(
        "portainer",
        Group::Management,
        [
            "Web interface to see and manage containers.",
            "Interface web pour visualiser et gérer l'état des conteneurs.",
        ],
        [
            "Overview, restart, logs, console.",
            "Vue d'ensemble, redémarrage, logs, console.",
        ],
    ),
    known(
        "zammad",
        Group::Application,
        ["Ticketing.", "Gestion des tickets."],
        [
            "Mail is set up in Admin, Channels, Email: SMTP variables are not read.",
            "Le courrier se configure dans Admin, Canaux, E-mail : les variables SMTP ne sont pas lues.",
        ],
    ),
    known(
        "ocsinventory",
        Group::Application,
        ["Inventory of machines.", "Inventaire du parc."],
        NO_USAGE,
    ),
    known(
        "wiki",
        Group::Application,
        ["Wiki.", "Wiki, base de connaissances."],
        NO_USAGE,
    ),
    known(
        "postgres",
        Group::Data,
        ["Database (PostgreSQL).", "Base de données (PostgreSQL)."],
        NO_USAGE,
    ),
    known(
        "mariadb",
        Group::Data,
        ["Database (MariaDB).", "Base de données (MariaDB)."],
        NO_USAGE,
    ),
    known(
        "mysql",
        Group::Data,
        ["Database (MySQL).", "Base de données (MySQL)."],
        NO_USAGE,
    ),
    known(
        "elasticsearch",
        Group::Data,
        ["Full-text search.", "Recherche en texte intégral."],
        NO_USAGE,
    ),
    known(
        "redis",
        Group::Data,
        ["Key-value store.", "Stockage clé-valeur."],
        NO_USAGE,
    ),
    known("memcached", Group::Data, ["Cache.", "Cache."], NO_USAGE),
    known(
        "grafana",
        Group::Monitoring,
        ["Dashboards.", "Tableaux de bord."],
        NO_USAGE,
    ),
    known(
        "prometheus",
        Group::Monitoring,
        ["Collects metrics.", "Collecte des métriques."],
        NO_USAGE,
    ),
];

pub(super) fn of_image(image: &str) -> Option<&'static Known> {
    let last = image.to_lowercase();
    let last = last.rsplit('/').next().unwrap_or_default().to_owned();
    ALL.iter()
        .find(|known| last.starts_with(known.image) || last.contains(known.image))
}
