//! Work that takes long: how far it is, and how long it takes.

use std::fmt;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use crate::failure::{Exit, Failure, Result};
use crate::interrupt;
use crate::terminal::Terminal;

/// How many of several steps are done; shown as a bar.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Progress {
    pub(crate) done: usize,
    pub(crate) total: usize,
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const WIDTH: usize = 20;
        let Self { done, total } = *self;
        if total < 2 {
            return Ok(());
        }
        let filled = WIDTH * done.min(total) / total;
        let head = if filled < WIDTH { ">" } else { "" };
        let bar = format!("{}{head}", "=".repeat(filled));
        write!(f, "[{bar:WIDTH$}] {done}/{total} ")
    }
}

/// Something that takes long, as it is shown.
#[derive(Debug, Clone)]
pub(crate) struct Work {
    pub(crate) verb: &'static str,
    pub(crate) progress: Progress,
    pub(crate) what: String,
}

impl Work {
    /// Does the work on a thread of its own, and shows what it is and how long it takes. The first
    /// Ctrl-C calls `at_interrupt`; when that fails, the work is left alone.
    ///
    /// # Errors
    ///
    /// Those of `at_interrupt`.
    pub(crate) fn run<T: Send + 'static>(
        &self,
        terminal: Terminal,
        at_interrupt: impl FnOnce() -> Result<()>,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T> {
        self.run_watched(terminal, at_interrupt, || self.progress, work)
    }

    /// As [`run`](Self::run), for work of which `look` tells how far it is.
    ///
    /// # Errors
    ///
    /// Those of `at_interrupt`.
    pub(crate) fn run_watched<T: Send + 'static>(
        &self,
        terminal: Terminal,
        at_interrupt: impl FnOnce() -> Result<()>,
        mut look: impl FnMut() -> Progress,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T> {
        const LOOK: Duration = Duration::from_millis(50);
        let start = Instant::now();
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || sender.send(work()));
        let mut at_interrupt = Some(at_interrupt);
        let mut shown = None;
        loop {
            let seconds = start.elapsed().as_secs();
            if shown != Some(seconds) {
                // what is over at once has no progress
                let progress = if seconds > 0 { look() } else { self.progress };
                self.show(terminal, progress, seconds);
                shown = Some(seconds);
            }
            match receiver.recv_timeout(LOOK) {
                Ok(done) => return Ok(done),
                // its panic was said already
                Err(RecvTimeoutError::Disconnected) => return Err(Failure::silent(Exit::Failed)),
                Err(RecvTimeoutError::Timeout) => {}
            }
            if interrupt::requested()
                && let Some(at_interrupt) = at_interrupt.take()
            {
                at_interrupt()?;
                shown = None;
            }
        }
    }

    /// For work that the server may go on with, because it changes nothing.
    pub(crate) fn leave(&self) -> Result<()> {
        let Self { verb, what, .. } = self;
        let message = format!("stopped while {} {what}", verb.to_lowercase());
        Err(Failure::new(Exit::Interrupted, message))
    }

    /// For work that is done as a whole or not at all.
    pub(crate) fn finish(&self, terminal: Terminal) -> Result<()> {
        let what = &self.what;
        terminal.status(
            "Stopping",
            format_args!("when {what} is done as a whole; Ctrl-C again leaves at once"),
        );
        Ok(())
    }

    fn show(&self, terminal: Terminal, progress: Progress, seconds: u64) {
        let Self { verb, what, .. } = self;
        if seconds == 0 {
            terminal.progress(verb, format_args!("{progress}{what}"));
        } else {
            terminal.progress(verb, format_args!("{progress}{what} ({seconds} s)"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_grow() {
        let bar = |done, total| Progress { done, total }.to_string();
        assert_eq!(bar(0, 1), "");
        assert_eq!(bar(0, 4), "[>                   ] 0/4 ");
        assert_eq!(bar(2, 4), "[==========>         ] 2/4 ");
        assert_eq!(bar(4, 4), "[====================] 4/4 ");
    }

    #[test]
    fn work_gives_what_it_makes() {
        let work = Work {
            verb: "Adding",
            progress: Progress::default(),
            what: "numbers".into(),
        };
        let terminal = crate::terminal::tests::silent();
        let sum = work.run(terminal, || work.leave(), || 1 + 1);
        assert_eq!(sum.unwrap(), 2);
        let left = work.leave().unwrap_err();
        assert_eq!(left.message, "stopped while adding numbers");
    }
}
