//! What is due happens: the queue's entries as changes of the world. Must not know who queued them.
use super::{Due, Phase, World};
use crate::sim::clock::Ns;

impl World {
    /// Does all that is due at `now`. True: something changed.
    pub fn run_due(&mut self, now: Ns) -> bool {
        let mut changed = false;
        while let Some((at, due)) = self.queue.pop(now) {
            changed = true;
            // It happens at its own time, however late the timeline looks.
            self.happen(&due, at);
        }
        if changed {
            self.reconcile(now);
        }
        changed
    }

    fn happen(&mut self, due: &Due, at: Ns) {
        let (id, run) = match due {
            Due::DaemonUp => return self.daemon_up(at),
            Due::Mail { number } => return self.mail_due(*number, at),
            Due::Exit { id, run, .. }
            | Due::Kill { id, run }
            | Due::Crash { id, run }
            | Due::Again { id, run }
            | Due::Probe { id, run } => (id.clone(), *run),
        };
        let Some(container) = self.containers.get_mut(&id) else {
            return;
        };
        if container.run != run {
            return;
        }
        match due {
            Due::Again { .. } if container.phase == Phase::Restarting => {
                container.restarts += 1;
                self.begin(&id, at);
            }
            Due::Exit { code, .. } if container.alive() => self.end(&id, *code, false, at),
            Due::Kill { .. } if container.alive() => {
                self.emit(&id, "kill", &[("signal", "9".into())], at);
                self.end(&id, 137, false, at);
            }
            Due::Crash { .. } => self.crash(&id, at),
            Due::Probe { .. } => self.probe(&id, at),
            _ => {}
        }
    }

    fn mail_due(&mut self, number: usize, at: Ns) {
        self.send_mail(number, at);
        let every = self.mails.get(number).map_or(0, |mail| mail.every.0);
        if every > 0 {
            self.queue.add(at + every, Due::Mail { number });
        }
    }

    fn crash(&mut self, id: &str, at: Ns) {
        let Some(container) = self.containers.get(id) else {
            return;
        };
        let Some(crash) = container.spec.crash.clone() else {
            return;
        };
        if container.alive() {
            let oom = crash.oom_every > 0 && container.run.is_multiple_of(crash.oom_every);
            self.end(id, crash.code, oom, at);
        }
    }
}
