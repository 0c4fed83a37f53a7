//! Engine events: their shape, the ring that replays them, the filters. Must not know what
//! happened or who listens.
use std::collections::VecDeque;
use std::sync::Arc;

use serde_json::{Map, Value, json};
use tokio::sync::broadcast;

use super::clock::{Ns, SECOND};

/// Events the engine remembers.
const RING: usize = 256;
/// Events a slow listener may fall behind before it loses some.
const QUEUE: usize = 1024;

/// One event.
#[derive(Debug)]
pub struct Event {
    /// `container`, `network`, `volume`, `image`.
    pub kind: &'static str,
    /// What happened, `start` or `health_status: healthy`.
    pub action: String,
    /// Id of what it happened to.
    pub actor: String,
    /// Attributes, labels among them.
    pub attributes: Map<String, Value>,
    /// When.
    pub at: Ns,
}

impl Event {
    /// As the engine writes it, without the newline.
    pub fn json(&self) -> String {
        let mut out = Map::new();
        if self.kind == "container" {
            out.insert("status".into(), json!(self.action));
            out.insert("id".into(), json!(self.actor));
            let from = self.attributes.get("image").cloned().unwrap_or_default();
            out.insert("from".into(), from);
        }
        out.insert("Type".into(), json!(self.kind));
        out.insert("Action".into(), json!(self.action));
        out.insert(
            "Actor".into(),
            json!({"ID": self.actor, "Attributes": self.attributes}),
        );
        out.insert("scope".into(), json!("local"));
        out.insert("time".into(), json!(self.at / SECOND));
        out.insert("timeNano".into(), json!(self.at));
        Value::Object(out).to_string()
    }
}

/// The ring and those who listen.
#[derive(Debug)]
pub struct Bus {
    ring: VecDeque<Arc<Event>>,
    sender: broadcast::Sender<Arc<Event>>,
    last: Ns,
}

impl Bus {
    /// An empty ring.
    pub fn new() -> Self {
        Self {
            ring: VecDeque::with_capacity(RING),
            sender: broadcast::channel(QUEUE).0,
            last: 0,
        }
    }

    /// Tells all, and remembers. No two events have the same time.
    pub fn send(&mut self, mut event: Event) {
        event.at = event.at.max(self.last + 1000);
        self.last = event.at;
        let event = Arc::new(event);
        if self.ring.len() == RING {
            self.ring.pop_front();
        }
        self.ring.push_back(Arc::clone(&event));
        // Nobody listening is no error.
        let _ = self.sender.send(event);
    }

    /// What is remembered from `since` on, and what comes from now on.
    pub fn listen(&self, since: Option<Ns>) -> (Vec<Arc<Event>>, broadcast::Receiver<Arc<Event>>) {
        let from = since.unwrap_or(Ns::MAX);
        let past = self.ring.iter().filter(|event| event.at >= from);
        (past.cloned().collect(), self.sender.subscribe())
    }

    /// Forgets everything, as an engine that was restarted.
    pub fn forget(&mut self) {
        self.ring.clear();
    }
}

/// Query filters as the engine takes them: a JSON map of lists, or of maps to true.
#[derive(Debug, Default, Clone)]
pub struct Filters(Vec<(String, Vec<String>)>);

impl Filters {
    /// Reads the `filters` parameter.
    ///
    /// # Errors
    /// The engine's message when it is not a map.
    pub fn parse(text: Option<&str>) -> Result<Self, String> {
        let Some(text) = text.filter(|text| !text.is_empty()) else {
            return Ok(Self::default());
        };
        let map: Map<String, Value> =
            serde_json::from_str(text).map_err(|why| format!("invalid filter: {why}"))?;
        let values = |value: Value| match value {
            Value::Array(list) => list
                .iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
            Value::Object(map) => map.into_iter().map(|(key, _)| key).collect(),
            _ => Vec::new(),
        };
        Ok(Self(
            map.into_iter()
                .map(|(key, value)| (key, values(value)))
                .collect(),
        ))
    }

    /// The filters' names.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(key, _)| key.as_str())
    }

    /// The values of one filter; empty when it is not asked for.
    pub fn get(&self, key: &str) -> &[String] {
        let found = self.0.iter().find(|(name, _)| name == key);
        found.map_or(&[], |(_, values)| values)
    }

    /// Whether one of the values of `key` passes `test`, or there are none.
    pub fn any(&self, key: &str, test: impl Fn(&str) -> bool) -> bool {
        let values = self.get(key);
        values.is_empty() || values.iter().any(|value| test(value))
    }

    /// Whether every label asked for (`key` or `key=value`) is one of `labels`.
    pub fn labels<'a>(&self, find: impl Fn(&str) -> Option<&'a str>) -> bool {
        self.get("label")
            .iter()
            .all(|wanted| match wanted.split_once('=') {
                Some((key, value)) => find(key) == Some(value),
                None => find(wanted).is_some(),
            })
    }

    /// Whether an event passes.
    pub fn event(&self, event: &Event) -> bool {
        let text = |key: &str| event.attributes.get(key).and_then(Value::as_str);
        // The engine compares beginnings, and does not ask what kind of thing the event is about.
        let is = |value: &str| {
            let name = text("name").unwrap_or_default();
            event.actor.starts_with(value) || name.starts_with(value)
        };
        self.any("type", |value| value == event.kind)
            && self.any("event", |value| {
                event.action == value
                    || event
                        .action
                        .split_once(':')
                        .is_some_and(|(head, _)| head == value)
            })
            && self.any("container", is)
            && self.any("network", is)
            && self.any("volume", is)
            && self.any("image", |value| text("image") == Some(value))
            && self.any("scope", |value| value == "local")
            && self.labels(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(kind: &'static str, action: &str) -> Event {
        let attributes = json!({"name": "web", "app": "shop"});
        Event {
            kind,
            action: action.into(),
            actor: "abc123".into(),
            attributes: attributes.as_object().cloned().unwrap_or_default(),
            at: 5,
        }
    }

    #[test]
    fn filters_take_both_shapes_and_prefixes() {
        let filters = |text| Filters::parse(Some(text)).unwrap();
        let health = event("container", "health_status: healthy");
        assert!(filters(r#"{"event":["health_status"]}"#).event(&health));
        assert!(filters(r#"{"type":{"container":true}}"#).event(&health));
        assert!(filters(r#"{"label":["app=shop"],"container":["abc"]}"#).event(&health));
        assert!(!filters(r#"{"label":["app=wiki"]}"#).event(&health));
        assert!(!filters(r#"{"container":["shop"]}"#).event(&health));
        assert!(Filters::parse(Some("[1")).is_err());
    }

    #[test]
    fn the_ring_holds_256() {
        let mut bus = Bus::new();
        (0..300).for_each(|_| bus.send(event("container", "start")));
        assert_eq!(bus.listen(Some(0)).0.len(), 256);
        assert_eq!(bus.listen(None).0.len(), 0);
    }
}
