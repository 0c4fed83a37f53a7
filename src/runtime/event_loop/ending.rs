//! The loop is over. What cannot be left half done goes on without a terminal; what is left all the same is told.
use super::{EventLoop, TERMINAL_LOST};
use crate::msg::{Envelope, Msg};
use crate::runtime::clock;
use crate::runtime::screen::Screen;
use crate::state::jobs::Running;
use crate::update::update;

impl<S: Screen> EventLoop<S> {
    /// After [`run`](Self::run), which gave this exit code: where it was no key that ended it, what is unfinished is waited
    /// for, and `tell` says so on a terminal that is still there. Returns what is to be told in the end.
    pub async fn see_out(&mut self, code: i32, tell: impl Fn(&str)) -> Vec<String> {
        let mut told = Vec::new();
        if code != 0 {
            self.runner.unfinished.leave();
            self.screen.leave();
            let tell = (code != TERMINAL_LOST).then_some(tell);
            told = self.finish(tell).await;
        }
        told.extend(self.state.jobs.cut_short());
        told
    }

    /// Waits for the exchanges under way; how each ended. Those that wait for others are not sent any more.
    async fn finish(&mut self, tell: Option<impl Fn(&str)>) -> Vec<String> {
        let unfinished = self.runner.unfinished.clone();
        if unfinished.is_over() {
            return Vec::new();
        }
        let running = self.state.jobs.running.values();
        let begun = running.filter(|job| job.is_exchange() && job.waits.is_empty());
        let name = |job: &Running| (job.job.key.clone(), job.job.target.name.clone());
        let begun: Vec<_> = begun.map(name).collect();
        if let Some(tell) = tell {
            let names: Vec<&str> = begun.iter().map(|(_, name)| name.as_str()).collect();
            let names = names.join(", ");
            tell(&say!(
                "making {names} anew is finished first: Ctrl-c cuts it short",
                names
            ));
        }
        let over = unfinished.over();
        tokio::pin!(over);
        loop {
            tokio::select! {
                biased;
                Some(msg) = self.inbox.msgs.recv() => self.hear(msg),
                // Nobody looks any more, but who tells is not to wait for that.
                Some(_) = self.inbox.hosts.recv() => {}
                Some(_) = self.inbox.logs.recv() => {}
                () = &mut over => break,
            }
        }
        while let Ok(msg) = self.inbox.msgs.try_recv() {
            self.hear(msg);
        }
        let ended = &self.state.jobs.ended;
        let how = begun.iter().filter_map(|(key, name)| {
            let ended = ended.get(key)?;
            Some(format!("{name}: {}", ended.text))
        });
        how.collect()
    }

    /// How jobs go is all that counts now: nothing follows from it.
    fn hear(&mut self, msg: Msg) {
        if matches!(msg, Msg::Job(_)) {
            let at = clock::now();
            let _not_done = update(&mut self.state, Envelope { at, msg });
        }
    }
}
