//! What docker knows of registries: which one a name is of, and how to sign in there. Reads docker's own `config.json`
//! (`auths`, `credHelpers`, `credsStore`) as docker's client reads it, and asks credential helpers. The crates for this wait
//! for a helper without limit and put what it said into their errors. Secrets leave this module in a header only.
//! Must not know what is asked of a registry.
mod helper;

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, URL_SAFE};
use serde_json::{Value, json};

use super::endpoint::Sources;
use super::error::Error;
use super::wire::{clean, member};
use crate::lang::Words;
use crate::model::image::registry;

/// What docker's client calls its usual registry in its own files.
const HUB: &str = "https://index.docker.io/v1/";
/// Largest `config.json` read, in bytes.
const CONFIG: u64 = 4 << 20;
/// By this name a helper says that the secret is a token.
const TOKEN: &str = "<token>";
/// `auth` entries, whether they are padded or not.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The registry that an image's name leads to, as docker's files call it: `https://index.docker.io/v1/`, `host:5000`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registry(String);

impl Registry {
    pub fn of(image: &str) -> Self {
        Self(match registry(image) {
            "docker.io" => HUB.to_owned(),
            host => host.to_owned(),
        })
    }

    /// For a person.
    pub fn name(&self) -> &str {
        if self.0 == HUB { "docker.io" } else { &self.0 }
    }

    /// What signs in there.
    fn login(&self) -> String {
        if self.0 == HUB {
            "docker login".to_owned()
        } else {
            format!("docker login {}", clean(&self.0))
        }
    }

    /// An entry of docker's files is about this registry: it may bear a scheme and a path.
    fn is(&self, entry: &str) -> bool {
        let host = |text: &str| {
            let text = text.strip_prefix("https://").unwrap_or(text);
            let text = text.strip_prefix("http://").unwrap_or(text);
            text.split('/').next().unwrap_or_default().to_owned()
        };
        let of_hub = |host: &str| matches!(host, "docker.io" | "index.docker.io");
        let (own, other) = (host(&self.0), host(entry));
        own == other || (of_hub(&own) && of_hub(&other))
    }
}

/// A name and a secret, or a token. Not even its debug form shows them.
#[derive(Clone, PartialEq, Eq)]
struct Credential {
    user: String,
    secret: String,
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credential(…)")
    }
}

impl Credential {
    /// `user:secret`, in base64.
    fn decode(auth: &str) -> Option<Self> {
        let bytes = LENIENT.decode(auth.trim()).ok()?;
        let text = String::from_utf8(bytes).ok()?;
        let (user, secret) = text.split_once(':')?;
        Some(Self {
            user: user.to_owned(),
            secret: secret.trim_end_matches('\0').to_owned(),
        })
    }

    /// Out of an entry of `auths`. An empty one only says that the secret is in a store.
    fn of_entry(entry: &Value) -> Option<Self> {
        let own = |name: &str| member(entry, name).as_str().filter(|text| !text.is_empty());
        if let Some(token) = own("identitytoken") {
            return Some(Self {
                user: TOKEN.to_owned(),
                secret: token.to_owned(),
            });
        }
        if let Some(auth) = own("auth") {
            return Self::decode(auth);
        }
        Some(Self {
            user: own("username")?.to_owned(),
            secret: own("password")?.to_owned(),
        })
    }

    /// What an engine takes as `X-Registry-Auth`.
    fn header(&self, registry: &Registry) -> String {
        let fields = if self.user == TOKEN {
            json!({"identitytoken": self.secret, "serveraddress": registry.0})
        } else {
            json!({"username": self.user, "password": self.secret, "serveraddress": registry.0})
        };
        URL_SAFE.encode(fields.to_string())
    }
}

/// Where docker keeps what signs in at registries.
#[derive(Debug, Clone, Default)]
pub struct Keyring {
    /// Docker's own folder; nothing: nobody signs in.
    folder: Option<PathBuf>,
    /// Where helpers are looked for instead of the process's own `PATH`.
    path: Option<OsString>,
}

/// What was found for one registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pass {
    registry: Registry,
    credential: Option<Credential>,
    /// Where it was looked for, in words.
    place: String,
    /// Why it could not be looked for.
    trouble: Option<String>,
}

impl Keyring {
    /// Docker's own folder as its client finds it.
    pub fn of(sources: &Sources) -> Self {
        Self {
            folder: sources.docker_folder(),
            path: None,
        }
    }

    /// Another folder, and another place for helpers.
    pub fn at(folder: &Path, path: Option<OsString>) -> Self {
        Self {
            folder: Some(folder.to_owned()),
            path,
        }
    }

    /// What signs in for this image. Trouble is told only when the registry refuses: an image that all may have is fetched
    /// without.
    pub async fn find(&self, image: &str) -> Pass {
        let mut pass = Pass {
            registry: Registry::of(image),
            credential: None,
            place: String::new(),
            trouble: None,
        };
        let Some(folder) = &self.folder else {
            return pass;
        };
        let file = folder.join("config.json");
        pass.place = clean(&file.display().to_string());
        let read = tokio::task::spawn_blocking(move || read(&file)).await;
        let config = match read.unwrap_or_else(|error| Err(error.to_string())) {
            Ok(config) => config,
            Err(why) => {
                pass.trouble = Some(why);
                return pass;
            }
        };
        match helper_of(&config, &pass.registry) {
            Some((server, name)) => {
                pass.place = clean(&format!("docker-credential-{name}"));
                match helper::get(name, server, self.path.as_ref()).await {
                    Ok(found) => pass.credential = found,
                    Err(why) => pass.trouble = Some(why),
                }
            }
            None => pass.credential = entry_of(&config, &pass.registry),
        }
        pass
    }
}

impl Pass {
    /// The header that signs in; without a credential it says that nobody does: a push is not even tried without it.
    pub(super) fn header(&self) -> String {
        let nobody = || URL_SAFE.encode("{}");
        let credential = self.credential.as_ref();
        credential.map_or_else(nobody, |credential| credential.header(&self.registry))
    }

    /// A refusal of the registry, with what was tried and what signs in; any other error as it is.
    pub(super) fn explain(&self, error: Error) -> Error {
        if !is_refusal(&error) {
            return error;
        }
        Error::Registry {
            message: Words::ours(|| error.why()),
            way_out: self.way_out(),
        }
    }

    fn way_out(&self) -> String {
        let (name, login) = (clean(self.registry.name()), self.registry.login());
        let place = &self.place;
        if let Some(why) = &self.trouble {
            return say!(
                "no credentials for {name} were sent, as {place}: {why}",
                name,
                place,
                why
            );
        }
        match (&self.credential, place.as_str()) {
            (Some(_), _) => {
                say!(
                    "the credentials for {name} came from {place}: {login} signs in anew",
                    name,
                    place,
                    login
                )
            }
            (None, "") => say!("no credentials were looked for: {login}", login),
            (None, _) => say!(
                "{place} has no credentials for {name}: {login}",
                place,
                name,
                login
            ),
        }
    }
}

/// An engine says that the registry wants credentials, or others.
fn is_refusal(error: &Error) -> bool {
    const WORDS: [&str; 6] = [
        "no basic auth credentials",
        "unauthorized",
        "authentication required",
        "access denied",
        "access to the resource is denied",
        "incorrect username or password",
    ];
    match error {
        Error::Server { message, .. } => WORDS.iter().any(|words| message.contains(words)),
        // A proxy before the engine has its own way out.
        Error::NotAllowed { needs: None, .. } => true,
        _ => false,
    }
}

fn read(file: &Path) -> Result<Value, String> {
    use std::io::{ErrorKind, Read};
    let mut bytes = Vec::new();
    let read = std::fs::File::open(file).and_then(|f| f.take(CONFIG).read_to_end(&mut bytes));
    match read {
        Ok(_) if bytes.trim_ascii().is_empty() => Ok(Value::Null),
        // The words of serde tell a place, never a value that is a text.
        Ok(_) => serde_json::from_slice(&bytes)
            .map_err(|error| say!("not JSON, line {n}", n = error.line())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Value::Null),
        Err(error) => Err(error.to_string()),
    }
}

/// The helper for this registry and what it is asked for; its own one goes before the store of all.
fn helper_of<'a>(config: &'a Value, registry: &'a Registry) -> Option<(&'a str, &'a str)> {
    let helpers = member(config, "credHelpers").as_object();
    let own = helpers
        .into_iter()
        .flatten()
        .find(|(entry, _)| registry.is(entry));
    let own = own.and_then(|(_, name)| name.as_str());
    let name = own.or_else(|| member(config, "credsStore").as_str());
    let name = name.filter(|name| !name.is_empty())?;
    Some((&registry.0, name))
}

/// The entry of `auths`: the exact one first.
fn entry_of(config: &Value, registry: &Registry) -> Option<Credential> {
    let auths = member(config, "auths").as_object()?;
    let entry = auths.get(&registry.0).or_else(|| {
        let mut entries = auths.iter();
        let found = entries.find(|(entry, _)| registry.is(entry));
        found.map(|(_, value)| value)
    })?;
    Credential::of_entry(entry)
}

#[cfg(test)]
mod tests;
