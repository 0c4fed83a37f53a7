//! What is told of a service and a node of a swarm on their page: how they stand, and each task with why it does not run.
use super::Cx;
use crate::columns::swarm::{condition, ports, standing};
use crate::model::swarm::{Mode, Node, Service, Task};
use crate::text;
use crate::theme::Key;
use crate::widgets::Line;

impl Cx<'_> {
    pub(super) fn service(&self, service: &Service) -> Vec<Line> {
        let mut s = self.section(say!("Service"));
        let standing = standing(service);
        s.field(say!("state"), &standing.whole(), standing.key);
        let mode = match service.mode {
            Mode::Replicated => say!("replicated"),
            Mode::Global => say!("global: one task on every node"),
            Mode::Job => say!("a job: its tasks end"),
        };
        s.field(say!("mode"), mode, Key::Text);
        s.field(say!("image"), &service.image, Key::Text);
        s.field(say!("id"), &service.key.id, Key::Dim);
        let published: Vec<String> = service.ports.iter().map(ports).collect();
        s.field(say!("ports"), &published.join("  "), Key::Text);
        s.field(
            say!("stack"),
            service.stack().unwrap_or_default(),
            Key::Text,
        );
        s.field(say!("made"), &self.when(service.created), Key::Text);
        s.field(
            say!("changed" as "field"),
            &self.when(service.updated),
            Key::Text,
        );
        if let Some(rollout) = &service.rollout {
            s.field(say!("last change"), &rollout.message, Key::Text);
        }
        let mut lines = s.finish();
        lines.extend(self.tasks(&service.tasks));
        lines
    }

    /// Each task on a line, with its error below it.
    fn tasks(&self, tasks: &[Task]) -> Vec<Line> {
        let mut s = self.section(say!("Tasks, the newest of each first"));
        let mut said = "";
        for task in tasks {
            let key = match (task.runs(), task.failed(), task.is_wanted()) {
                (true, ..) => Key::StateOk,
                (_, true, _) => Key::StateBad,
                (_, _, true) => Key::StateBusy,
                _ => Key::StateOff,
            };
            let slot = match task.slot {
                0 => String::new(),
                slot => slot.to_string(),
            };
            let age = task
                .since
                .map_or_else(String::new, |at| text::duration(self.state.now - at));
            let container = task.container.get(..12).unwrap_or_default();
            s.line(
                Line::of(self.theme, text::pad_left(&slot, 3), Key::Figure)
                    .and(
                        self.theme,
                        format!("  {}", text::pad_right(&task.state, 10)),
                        key,
                    )
                    .and(self.theme, text::pad_left(&age, 5), Key::Dim)
                    .and(
                        self.theme,
                        format!("  {}", text::pad_right(&task.node, 16)),
                        Key::Text,
                    )
                    .and(self.theme, format!("  {container}"), Key::Dim),
            );
            // One that fails all the time says the same all the time.
            if !task.error.is_empty() && task.error != said {
                s.prose(&task.error, Key::StateBad, ERROR);
                said = &task.error;
            }
        }
        s.finish()
    }

    pub(super) fn node(&self, node: &Node) -> Vec<Line> {
        let mut s = self.section(say!("Node"));
        let (words, key) = condition(node);
        s.field(say!("state"), &words, key);
        s.field(say!("role"), node.role.said(), Key::Text);
        if let Some(availability) = node.availability {
            let words = format!("{}: {}", availability.said(), availability.meaning());
            s.field(say!("takes tasks"), &words, Key::Text);
        }
        s.field(say!("tasks"), &node.running.to_string(), Key::Text);
        s.field(say!("address"), &node.address, Key::Text);
        s.field(say!("engine"), &node.version, Key::Text);
        let memory = node.memory.map_or_else(String::new, text::bytes);
        s.field(say!("memory"), &memory, Key::Text);
        s.field(say!("id"), &node.key.id, Key::Dim);
        s.finish()
    }
}

/// Rows of a task's error.
const ERROR: usize = 3;
