//! Listening for changes of files and of the server, until Ctrl-C.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use notify::{Event, RecommendedWatcher};

use crate::changes::Changes;
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
    events: Receiver<notify::Result<Event>>,
    /// Stops watching when it is dropped.
    watcher: RecommendedWatcher,
    changes: Changes,
    roots: Roots,
    quiet: Duration,
}

impl<'a> Watch<'a> {
    /// Begins to listen for changes; a file counts as changed once it was left alone for `quiet`.
    pub(crate) fn start(sources: &'a Sources, quiet: Duration) -> Result<Self> {
        let (sender, events) = mpsc::channel();
        let mut watcher = notify::recommended_watcher(sender).map_err(|error| cannot(&error))?;
        let roots = Roots::watch(sources, &mut watcher).map_err(|error| cannot(&error))?;
        Ok(Self {
            sources,
            events,
            watcher,
            changes: Changes::new(quiet),
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
            self.listen(terminal)?;
            self.hand_over(&mut mirror);
            for dir in self.roots.replaced(&mut self.watcher, self.quiet) {
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

    /// Notes what the system tells within a moment.
    fn listen(&mut self, terminal: Terminal) -> Result<()> {
        let first = match self.events.recv_timeout(TICK) {
            Ok(event) => event,
            Err(RecvTimeoutError::Timeout) => return Ok(()),
            Err(RecvTimeoutError::Disconnected) => {
                return Err(Failure::failed("watching ended unexpectedly"));
            }
        };
        for event in [first].into_iter().chain(self.events.try_iter()) {
            match event {
                // the system had more to tell than it could keep
                Ok(event) if event.need_rescan() => {
                    let directories = self.sources.directories();
                    directories
                        .iter()
                        .for_each(|(dir, _)| self.roots.doubt(dir));
                }
                Ok(event) => self.changes.note_event(event),
                Err(error) => terminal.warning(format_args!("watching: {error}")),
            }
        }
        Ok(())
    }

    /// Lets the mirror follow what has been left alone.
    fn hand_over(&mut self, mirror: &mut Mirror<'_, '_>) {
        let mut files = Vec::new();
        for path in self.changes.take() {
            self.roots.doubt(&path);
            if path.is_dir() {
                // files may have come into a new directory before it was watched
                self.changes.note(mirror.new_scripts_below(&path));
            } else {
                files.push(path);
            }
        }
        if !files.is_empty() {
            mirror.changed(&files);
        }
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
