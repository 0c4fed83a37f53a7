//! The loop is over. What cannot be left half done goes on without a terminal; what is left all the same is told.
use super::{EventLoop, TERMINAL_LOST};
use crate::msg::{Envelope, JobMsg, Msg};
use crate::runtime::clock;
use crate::runtime::screen::Screen;
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
        if let Some(tell) = tell {
            let running = self.state.jobs.running.values();
            let begun = running.filter(|job| job.is_exchange() && job.waits.is_empty());
            let names: Vec<&str> = begun.map(|job| job.job.target.name.as_str()).collect();
            let names = names.join(", ");
            tell(&say!(
                "making {names} anew is finished first: Ctrl-c cuts it short",
                names
            ));
        }
        let mut told = Vec::new();
        let over = unfinished.over();
        tokio::pin!(over);
        loop {
            tokio::select! {
                biased;
                () = &mut over => break,
                Some(msg) = self.inbox.msgs.recv() => told.extend(self.hear(msg)),
                // Nobody looks any more, but who tells is not to wait for that.
                Some(_) = self.inbox.hosts.recv() => {}
                Some(_) = self.inbox.logs.recv() => {}
            }
        }
        while let Ok(msg) = self.inbox.msgs.try_recv() {
            told.extend(self.hear(msg));
        }
        told
    }

    /// How jobs go is all that counts now: nothing follows from it. What the screen would tell of one that ended.
    fn hear(&mut self, msg: Msg) -> Option<String> {
        let ends = matches!(msg, Msg::Job(JobMsg::Done { .. } | JobMsg::Failed { .. }));
        if matches!(msg, Msg::Job(_)) {
            let at = clock::now();
            let _not_done = update(&mut self.state, Envelope { at, msg });
        }
        let newest = self.state.toasts.shown.last().filter(|_| ends);
        newest.map(|toast| toast.text.clone())
    }
}
