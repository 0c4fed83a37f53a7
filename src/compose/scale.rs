//! How many containers a project's files want of each service, out of what `compose config` prints.
use std::collections::BTreeMap;

use serde::Deserialize;

#[derive(Deserialize)]
struct Whole {
    services: BTreeMap<String, Service>,
}

#[derive(Deserialize)]
struct Service {
    scale: Option<usize>,
    deploy: Option<Deploy>,
}

#[derive(Deserialize)]
struct Deploy {
    replicas: Option<usize>,
}

/// Services of which another number than one is wanted: `scale` of the older files, `deploy.replicas` of the newer ones.
/// `None` where it cannot be read.
pub(super) fn read(config: &str) -> Option<BTreeMap<String, usize>> {
    let whole: Whole = serde_saphyr::from_str(config).ok()?;
    let sizes = whole.services.into_iter().filter_map(|(name, service)| {
        let replicas = service.deploy.and_then(|deploy| deploy.replicas);
        Some((name, service.scale.or(replicas)?))
    });
    Some(sizes.filter(|(_, size)| *size != 1).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_to_want_a_number_are_read() {
        let config = "name: shop\nservices:\n  api:\n    image: a\n    scale: 3\n  web:\n    deploy:\n      \
            replicas: 0\n      mode: replicated\n  one:\n    scale: 1\n  db:\n    command: [a, \"{b: c}\"]\nversion: '2.4'\n";
        let sizes = read(config).unwrap();
        assert_eq!(sizes, [("api".to_owned(), 3), ("web".to_owned(), 0)].into());
        assert_eq!(read("web 0123abcd\n"), None);
    }
}
