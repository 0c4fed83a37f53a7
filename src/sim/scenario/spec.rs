//! What a scenario may say about each thing of its world. Must not know how the thing behaves.
use std::collections::BTreeMap;

use serde::Deserialize;

use super::units::{MountSpec, PortSpec, Size, Span};
use crate::sim::clock::SECOND;

/// The engine itself.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EngineSpec {
    /// Engine version, `26.1.5`.
    pub version: String,
    /// Newest API version it speaks, `1.45`.
    pub api: String,
    /// Oldest API version it speaks.
    pub min_api: String,
    /// cgroup version, 1 or 2: decides the shape of the memory figures.
    pub cgroup: u8,
    /// Cores of the machine.
    pub cpus: u64,
    /// Memory of the machine.
    pub memory: Size,
    /// Name of the machine.
    pub hostname: String,
    /// Operating system in words.
    pub os: String,
}

impl Default for EngineSpec {
    fn default() -> Self {
        Self {
            version: "26.1.5".into(),
            api: "1.45".into(),
            min_api: "1.24".into(),
            cgroup: 2,
            cpus: 8,
            memory: Size(32 << 30),
            hostname: "srv-ticketing".into(),
            os: "Debian GNU/Linux 12 (bookworm)".into(),
        }
    }
}

/// A compose project.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StackSpec {
    /// Project name.
    pub name: String,
    /// Working directory, absolute.
    pub directory: String,
    /// Digests of what its files ask for, by service, once they are written.
    #[serde(skip)]
    pub hashes: BTreeMap<String, String>,
}

/// An image in the local store.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ImageSpec {
    /// `repository:tag`; empty for a dangling image.
    pub name: String,
    /// Size of all layers.
    pub size: Size,
    /// Age at the world's first moment.
    pub age: Span,
    /// Shells it holds, best first: `bash`, `ash`, `sh`. None: nothing can be run in it.
    pub shells: Vec<String>,
    /// Default user; empty for root.
    pub user: String,
    /// Default directory.
    pub workdir: String,
    /// Its command line.
    pub command: Vec<String>,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Whether the registry has a newer image under the same name.
    pub outdated: bool,
}

/// A network beside `bridge`, `host` and `none`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NetworkSpec {
    /// Full name.
    pub name: String,
    /// Compose project it belongs to.
    pub stack: Option<String>,
    /// Driver; `bridge` when empty.
    pub driver: String,
    /// First two numbers of its /16, `172.20`; chosen when empty.
    pub prefix: String,
    /// Whether it has no way out.
    pub internal: bool,
    /// Further labels.
    pub labels: BTreeMap<String, String>,
}

/// A volume.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct VolumeSpec {
    /// Full name.
    pub name: String,
    /// Compose project it belongs to.
    pub stack: Option<String>,
    /// Bytes in it.
    pub size: Size,
    /// Further labels.
    pub labels: BTreeMap<String, String>,
    /// What lies in it; the directories come by themselves.
    pub files: Vec<FileSpec>,
}

/// A file of a volume.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FileSpec {
    /// From the volume's top down.
    pub path: String,
    /// What is in it, over and over where `size` is more.
    pub text: String,
    /// The text's own length when 0.
    pub size: Size,
    /// Owner and group.
    pub uid: u32,
    /// Permissions.
    pub mode: u32,
    /// How long ago it was written.
    pub age: Span,
    /// Where it leads, for a link.
    pub link: String,
}

impl Default for FileSpec {
    fn default() -> Self {
        Self {
            path: String::new(),
            text: "\0".into(),
            size: Size(0),
            uid: 0,
            mode: 0o644,
            age: Span(12 * 86_400 * SECOND),
            link: String::new(),
        }
    }
}

impl FileSpec {
    /// Bytes in it.
    pub fn length(&self) -> u64 {
        match self.size.0 {
            0 => self.text.len() as u64,
            size => size,
        }
    }
}

/// How a container stands at the world's first moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StartState {
    /// Made, never started.
    Created,
    /// Running.
    #[default]
    Running,
    /// Frozen.
    Paused,
    /// Ended.
    Exited,
}

/// A container.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ContainerSpec {
    /// Name; `stack-service-1` when empty.
    pub name: String,
    /// Compose project.
    pub stack: Option<String>,
    /// Compose service.
    pub service: String,
    /// Services it depends on, `db:service_healthy`.
    pub depends_on: Vec<String>,
    /// Image name, one of the scenario's.
    pub image: String,
    /// Command line; the image's when empty.
    pub command: Vec<String>,
    /// `KEY=value` lines.
    pub env: Vec<String>,
    /// Environment lines whose bytes are given as base64.
    pub env_base64: Vec<String>,
    /// Labels beside compose's own.
    pub labels: BTreeMap<String, String>,
    /// Label values whose bytes are given as base64.
    pub labels_base64: BTreeMap<String, String>,
    /// Ports, exposed and published.
    pub ports: Vec<PortSpec>,
    /// Ports that answer HTTP.
    pub web: Vec<WebSpec>,
    /// Volumes and paths.
    pub mounts: Vec<MountSpec>,
    /// Networks; `bridge` when empty.
    pub networks: Vec<String>,
    /// Restart policy: `no`, `always`, `unless-stopped`, `on-failure[:max]`.
    pub restart: String,
    /// Where it stands at first.
    pub state: StartState,
    /// Exit code of an ended one.
    pub exit_code: i64,
    /// How long ago it was started.
    pub up: Span,
    /// How long ago it ended, for an ended one.
    pub ended: Span,
    /// How often the engine has restarted it so far.
    pub restarts: u64,
    /// Whether it has a terminal.
    pub tty: bool,
    /// User; the image's when empty.
    pub user: String,
    /// Log driver.
    pub log_driver: String,
    /// How it writes its log.
    pub voice: String,
    /// Log records a second, instead of the voice's own rate.
    pub lines_per_second: Option<f64>,
    /// Mean load in percent of one core.
    pub cpu: f64,
    /// Mean memory without the page cache.
    pub memory: Size,
    /// Memory limit; the machine's memory when 0.
    pub memory_limit: Size,
    /// CPU limit in cores; none when 0.
    pub cpus: f64,
    /// Most processes; no limit when 0.
    pub pids_limit: u64,
    /// Mean received and sent, kilobytes a second.
    pub net: (f64, f64),
    /// Mean read and written, kilobytes a second.
    pub disk: (f64, f64),
    /// Processes it shows besides its command.
    pub processes: Vec<String>,
    /// Health probe.
    pub health: Option<HealthSpec>,
    /// Crashes by itself.
    pub crash: Option<CrashSpec>,
    /// Ignores every signal but SIGKILL and fails its probe, until it is started anew.
    pub stuck: bool,
    /// Answers no inspect, while all others do.
    pub mute: bool,
    /// How long it takes to end on SIGTERM.
    pub stop_takes: Span,
    /// Exit code it gives on SIGTERM.
    pub stop_code: i64,
    /// Seconds the engine waits before it kills; 10 when absent.
    pub stop_timeout: Option<i64>,
    /// What every exec in it says instead of running, as base64 bytes.
    pub exec_error: Option<String>,
}

impl Default for ContainerSpec {
    fn default() -> Self {
        Self {
            name: String::new(),
            stack: None,
            service: String::new(),
            depends_on: Vec::new(),
            image: String::new(),
            command: Vec::new(),
            env: Vec::new(),
            env_base64: Vec::new(),
            labels: BTreeMap::new(),
            labels_base64: BTreeMap::new(),
            ports: Vec::new(),
            web: Vec::new(),
            mounts: Vec::new(),
            networks: Vec::new(),
            restart: "no".into(),
            state: StartState::Running,
            exit_code: 0,
            up: Span(3600 * SECOND),
            ended: Span(600 * SECOND),
            restarts: 0,
            tty: false,
            user: String::new(),
            log_driver: "json-file".into(),
            voice: "plain".into(),
            lines_per_second: None,
            cpu: 0.5,
            memory: Size(32 << 20),
            memory_limit: Size(0),
            cpus: 0.0,
            pids_limit: 0,
            net: (0.5, 0.5),
            disk: (0.1, 0.5),
            processes: Vec::new(),
            health: None,
            crash: None,
            stuck: false,
            mute: false,
            stop_takes: Span(SECOND / 4),
            stop_code: 0,
            stop_timeout: None,
            exec_error: None,
        }
    }
}

impl ContainerSpec {
    /// The container's name, without the leading slash.
    pub fn full_name(&self) -> String {
        match &self.stack {
            Some(stack) if self.name.is_empty() => format!("{stack}-{}-1", self.service),
            _ => self.name.clone(),
        }
    }
}

/// A port that answers HTTP; 503 while the container is not well.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WebSpec {
    /// Port inside.
    pub port: u16,
    /// What it answers while all is well.
    pub status: u16,
    /// Where it sends who asks; nowhere when empty.
    pub location: String,
}

impl Default for WebSpec {
    fn default() -> Self {
        Self {
            port: 80,
            status: 200,
            location: String::new(),
        }
    }
}

/// A health probe.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HealthSpec {
    /// Shell command of the probe.
    pub test: String,
    /// Time between probes.
    pub interval: Span,
    /// Time after which a probe counts as failed.
    pub timeout: Span,
    /// Failures in a row that make it unhealthy.
    pub retries: u64,
    /// Time after a start in which failures do not count.
    pub start_period: Span,
    /// What a good probe says.
    pub output: String,
    /// What a failing probe says.
    pub failure: String,
    /// What a failing probe says, as base64 bytes.
    pub failure_base64: Option<String>,
    /// Fails for ever, not only while stuck.
    pub fails: bool,
}

impl Default for HealthSpec {
    fn default() -> Self {
        Self {
            test: "wget -q --spider http://localhost/ || exit 1".into(),
            interval: Span(30 * SECOND),
            timeout: Span(5 * SECOND),
            retries: 3,
            start_period: Span(0),
            output: String::new(),
            failure: "wget: can't connect to remote host: Connection refused\n".into(),
            failure_base64: None,
            fails: false,
        }
    }
}

/// A crash loop.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CrashSpec {
    /// How long it runs.
    pub after: Span,
    /// Its exit code.
    pub code: i64,
    /// Every so many crashes it is killed for want of memory; never when 0.
    pub oom_every: u64,
    /// Longest wait before the engine starts it again.
    pub longest_wait: Span,
}

impl Default for CrashSpec {
    fn default() -> Self {
        Self {
            after: Span(6 * SECOND),
            code: 1,
            oom_every: 0,
            longest_wait: Span(60 * SECOND),
        }
    }
}

/// A mail that an application sends: once before the first moment, at each start of a service, or every so often.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MailSpec {
    /// Service of the mail server that it is handed in at.
    pub to_box: String,
    /// How long before the first moment it was sent; never when 0.
    pub age: Span,
    /// Service at whose start it is sent.
    pub after: String,
    /// How long after that start.
    pub delay: Span,
    /// How often it is sent from the first moment on; never when 0.
    pub every: Span,
    /// Sender, `Name <address>`.
    pub from: String,
    /// Recipients of the header.
    pub to: Vec<String>,
    /// Recipients that only the envelope names.
    pub bcc: Vec<String>,
    /// Subject.
    pub subject: String,
    /// Further headers.
    pub headers: BTreeMap<String, String>,
    /// Plain text.
    pub text: String,
    /// HTML; none when empty.
    pub html: String,
    /// Files, name to content.
    pub attachments: BTreeMap<String, String>,
}

/// How a program writes its log. Texts are templates, see `logs/template.rs`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct VoiceSpec {
    /// Records a second.
    pub rate: f64,
    /// Whether ordinary lines go to stderr.
    pub stderr: bool,
    /// Said once at each start.
    pub boot: Vec<String>,
    /// Said all the time.
    pub lines: Vec<String>,
    /// Said on stderr now and then.
    pub errors: Vec<String>,
    /// One record in so many is an error.
    pub error_every: u64,
    /// Said when told to stop.
    pub stop: Vec<String>,
    /// Whether the last of these words has no newline.
    pub open_end: bool,
    /// Said on stderr when it crashes.
    pub crash: Vec<String>,
    /// Records as base64 bytes, said in turn between the lines.
    pub records: Vec<String>,
}

impl Default for VoiceSpec {
    fn default() -> Self {
        Self {
            rate: 0.2,
            stderr: false,
            boot: Vec::new(),
            lines: Vec::new(),
            errors: Vec::new(),
            error_every: 50,
            stop: Vec::new(),
            open_end: false,
            crash: Vec::new(),
            records: Vec::new(),
        }
    }
}
