//! Listening for changes of files and of the server, until Ctrl-C.

use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use notify::RecommendedWatcher;
use notify_debouncer_mini::{
    DebounceEventResult, DebouncedEvent, DebouncedEventKind, Debouncer, new_debouncer,
};

use crate::failure::{Failure, Result};
use crate::interrupt;
use crate::loader::Loader;
use crate::mirror::Mirror;
use crate::roots::Roots;
use crate::scan::Sources;
use crate::server::Server;
use crate::terminal::{Terminal, count};

/// How often the server is asked whether it is there.
const HEARTBEAT: Duration = Duration::from_secs(1);
const TICK: Duration = Duration::from_millis(50);

/// A running watch on the directories of the sources.
pub(crate) struct Watch<'a> {
    sources: &'a Sources,
    events: Receiver<DebounceEventResult>,
    /// Stops watching when it is dropped.
    debouncer: Debouncer<RecommendedWatcher>,
    roots: Roots,
    quiet: Duration,
}

impl<'a> Watch<'a> {
    /// Begins to listen for changes; a file counts as changed once it was left alone for `quiet`.
    pub(crate) fn start(sources: &'a Sources, quiet: Duration) -> Result<Self> {
        let (sender, events) = mpsc::channel();
        let mut debouncer = new_debouncer(quiet, sender).map_err(|error| cannot(&error))?;
        let roots = Roots::watch(sources, debouncer.watcher()).map_err(|error| cannot(&error))?;
        Ok(Self {
            sources,
            events,
            debouncer,
            roots,
            quiet,
        })
    }

    /// Follows changes until Ctrl-C.
    pub(crate) fn follow(
        mut self,
        loader: &mut Loader<'_>,
        server: &Server,
        terminal: Terminal,
    ) -> Result<()> {
        let mut mirror = Mirror::new(loader, self.sources, server, terminal)?;
        terminal.status(
            "Watching",
            format_args!(
                "{}; a change counts after {} s; Ctrl-C ends",
                count(mirror.len(), "script"),
                self.quiet.as_secs_f64()
            ),
        );
        let mut next_look = Instant::now() + HEARTBEAT;
        while !interrupt::requested() {
            match self.events.recv_timeout(TICK) {
                Ok(Ok(events)) => {
                    // a file that is still being written is told of again when that has ended
                    let is_over = |event: &DebouncedEvent| event.kind == DebouncedEventKind::Any;
                    let over = events.into_iter().filter(is_over);
                    let paths: Vec<PathBuf> = over.map(|event| event.path).collect();
                    paths.iter().for_each(|path| self.roots.doubt(path));
                    mirror.changed(&paths);
                }
                Ok(Err(error)) => terminal.warning(format_args!("watching: {error}")),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Failure::failed("watching ended unexpectedly"));
                }
            }
            for dir in self.roots.replaced(self.debouncer.watcher(), self.quiet) {
                mirror.directory_replaced(&dir);
            }
            mirror.remove_after(self.quiet.saturating_mul(2) + HEARTBEAT);
            if Instant::now() >= next_look {
                mirror.look_at_server();
                next_look = Instant::now() + HEARTBEAT;
            }
        }
        terminal.status("Stopped", "watching; the scripts stay loaded");
        Ok(())
    }
}

fn cannot(error: &notify::Error) -> Failure {
    let failure = Failure::failed(format!("changes of files cannot be watched: {error}"));
    match error.kind {
        notify::ErrorKind::MaxFilesWatch => failure.help(
            "`sysctl fs.inotify.max_user_watches` is the number that may be watched; raise it",
        ),
        _ => failure,
    }
}
