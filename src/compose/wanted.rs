//! What a project's files ask for, service by service, out of what `compose config` prints.
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::keep::digest;

#[derive(Deserialize)]
struct Whole {
    services: BTreeMap<String, Value>,
}

/// All services of the files, those among them whose profile is not on.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    /// Services of which another number than one is wanted.
    pub scales: BTreeMap<String, usize>,
    /// A digest of all that is said of each.
    pub texts: BTreeMap<String, String>,
}

impl Wanted {
    /// `None` where it cannot be read.
    pub fn read(config: &str) -> Option<Self> {
        let whole: Whole = serde_saphyr::from_str(config).ok()?;
        let mut wanted = Self::default();
        for (name, service) in whole.services {
            let text = digest(service.to_string().as_bytes());
            wanted.texts.insert(name.clone(), text);
            if let Some(size) = scale(&service).filter(|size| *size != 1) {
                wanted.scales.insert(name, size);
            }
        }
        Some(wanted)
    }
}

/// `scale` of the older files, `deploy.replicas` of the newer ones.
fn scale(service: &Value) -> Option<usize> {
    let size = service.get("scale").filter(|size| !size.is_null());
    let size = size.or_else(|| service.pointer("/deploy/replicas"))?;
    usize::try_from(size.as_u64()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_to_want_a_number_are_read() {
        let config = "name: shop\nservices:\n  api:\n    image: a\n    scale: 3\n  web:\n    deploy:\n      \
            replicas: 0\n      mode: replicated\n  one:\n    scale: 1\n  db:\n    command: [a, \"{b: c}\"]\nversion: '2.4'\n";
        let wanted = Wanted::read(config).unwrap();
        let scales = [("api".to_owned(), 3), ("web".to_owned(), 0)];
        assert_eq!(wanted.scales, scales.into());
        let names: Vec<_> = wanted.texts.keys().collect();
        assert_eq!(names, ["api", "db", "one", "web"]);
        assert!(Wanted::read("web 0123abcd\n").is_none());
    }

    #[test]
    fn any_value_of_a_service_changes_its_digest_alone() {
        let texts = |value: &str| {
            let config = format!("services: {{db: {{}}, web: {{environment: {{A: {value}}}}}}}");
            Wanted::read(&config).unwrap().texts
        };
        let (one, other) = (texts("1"), texts("2"));
        assert_eq!(one["db"], other["db"]);
        assert_ne!(one["web"], other["web"]);
    }
}
