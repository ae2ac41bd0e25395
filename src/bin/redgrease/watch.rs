//! Following the changes of files, and the server's going and coming.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use notify::{RecommendedWatcher, RecursiveMode};
use notify_debouncer_mini::{DebounceEventResult, Debouncer, new_debouncer};
use redgrease::RedisGears;

use crate::check::shown;
use crate::failure::{Exit, Failure, Result};
use crate::interrupt;
use crate::loader::{Loaded, Loader};
use crate::scan::{Kind, Sources};
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
    _debouncer: Debouncer<RecommendedWatcher>,
    quiet: Duration,
}

/// What is known while watching.
struct State {
    /// Each script with the digest of the version that was tried last.
    known: BTreeMap<PathBuf, Option<u64>>,
    /// What could not be done because the server was away.
    waiting: BTreeSet<PathBuf>,
    /// The run of the server that everything was loaded into; `None` while it is away.
    run: Option<String>,
}

impl<'a> Watch<'a> {
    /// Begins to listen for changes; a file counts as changed once it was left alone for `quiet`.
    pub(crate) fn start(sources: &'a Sources, quiet: Duration) -> Result<Self> {
        let cannot = |error: notify::Error| {
            Failure::failed(format!("changes of files cannot be watched: {error}"))
        };
        let (sender, events) = mpsc::channel();
        let mut debouncer = new_debouncer(quiet, sender).map_err(cannot)?;
        for (dir, recursive) in sources.directories() {
            let mode = if recursive {
                RecursiveMode::Recursive
            } else {
                RecursiveMode::NonRecursive
            };
            debouncer.watcher().watch(dir, mode).map_err(cannot)?;
        }
        Ok(Self {
            sources,
            events,
            _debouncer: debouncer,
            quiet,
        })
    }

    /// Follows changes until Ctrl-C.
    pub(crate) fn follow(
        self,
        loader: &mut Loader<'_>,
        server: &Server,
        terminal: Terminal,
    ) -> Result<()> {
        let files = self.sources.scan()?;
        let mut state = State {
            known: files
                .scripts
                .iter()
                .map(|path| (path.clone(), loader.digest(path)))
                .collect(),
            waiting: BTreeSet::new(),
            run: run_id(loader.con()),
        };
        let scripts = count(files.scripts.len(), "script");
        terminal.status(
            "Watching",
            format_args!(
                "{scripts}; a change counts after {} s; Ctrl-C ends",
                self.quiet.as_secs_f64()
            ),
        );
        let mut next_look = Instant::now() + HEARTBEAT;
        while !interrupt::requested() {
            match self.events.recv_timeout(TICK) {
                Ok(Ok(events)) => {
                    let paths: Vec<PathBuf> = events.into_iter().map(|event| event.path).collect();
                    self.changed(&paths, &mut state, loader, terminal);
                }
                Ok(Err(error)) => terminal.warning(format_args!("watching: {error}")),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Failure::failed("watching ended unexpectedly"));
                }
            }
            if Instant::now() >= next_look {
                self.look_at_server(&mut state, loader, server, terminal);
                next_look = Instant::now() + HEARTBEAT;
            }
        }
        terminal.status("Stopped", "watching; the scripts stay loaded");
        Ok(())
    }

    /// Handles the paths that have changed: first what is gone, so that its triggers are free, then
    /// requirements, then scripts.
    fn changed(
        &self,
        paths: &[PathBuf],
        state: &mut State,
        loader: &mut Loader<'_>,
        terminal: Terminal,
    ) {
        let mut gone = BTreeSet::new();
        let mut scripts = BTreeSet::new();
        for path in paths {
            if path.is_dir() {
                // files may have come into a new directory before it was watched
                scripts.extend(self.new_scripts_below(path, state));
                continue;
            }
            match self.sources.kind(path) {
                Some(Kind::Requirements) => {
                    scripts.extend(self.requirements_changed(path, state, loader, terminal));
                }
                Some(Kind::Script) if path.exists() => {
                    scripts.insert(path.clone());
                }
                _ => {}
            }
            if !path.exists() {
                let below = state.known.keys().filter(|known| known.starts_with(path));
                gone.extend(below.cloned());
            }
        }
        for path in gone.into_iter().chain(scripts) {
            if state.run.is_none() {
                state.waiting.insert(path);
            } else {
                self.update(&path, state, loader, terminal);
            }
        }
    }

    fn new_scripts_below(&self, dir: &Path, state: &State) -> Vec<PathBuf> {
        let files = self.sources.scan().unwrap_or_default();
        files
            .scripts
            .into_iter()
            .filter(|path| path.starts_with(dir) && !state.known.contains_key(path))
            .collect()
    }

    /// Reads the file again; gives the scripts it applies to, if its packages have changed.
    fn requirements_changed(
        &self,
        path: &Path,
        state: &State,
        loader: &mut Loader<'_>,
        terminal: Terminal,
    ) -> Vec<PathBuf> {
        match loader.read_requirements(path) {
            Ok(false) => Vec::new(),
            Ok(true) => state
                .known
                .keys()
                .filter(|script| self.sources.applies(path, script))
                .cloned()
                .collect(),
            Err(failure) => {
                terminal.error(&failure);
                Vec::new()
            }
        }
    }

    /// Brings the server to the state of one file.
    fn update(&self, path: &Path, state: &mut State, loader: &mut Loader<'_>, terminal: Terminal) {
        let result = if path.exists() {
            let digest = loader.digest(path);
            let waits = state.waiting.contains(path);
            if !waits && state.known.get(path).is_some_and(|known| *known == digest) {
                return;
            }
            state.known.insert(path.to_path_buf(), digest);
            loader.load(path).map(|loaded| loaded == Loaded::Yes)
        } else {
            state.known.remove(path);
            loader.unload(path).map(|()| true)
        };
        match result {
            Ok(_) => {
                state.waiting.remove(path);
            }
            Err(failure) if failure.exit == Exit::Server => {
                state.waiting.insert(path.to_path_buf());
                self.server_left(state, &failure, terminal);
            }
            Err(failure) => terminal.failed("Failed", format_args!("{}: {failure}", shown(path))),
        }
    }

    fn server_left(&self, state: &mut State, failure: &Failure, terminal: Terminal) {
        if state.run.take().is_some() {
            terminal.failed("Lost", format_args!("the server: {failure}"));
            terminal.help("what changes now is loaded when it is back");
        }
    }

    /// Notices that the server went, came back, or was started anew, and loads what it lacks.
    fn look_at_server(
        &self,
        state: &mut State,
        loader: &mut Loader<'_>,
        server: &Server,
        terminal: Terminal,
    ) {
        let Some(run) = run_id(loader.con()) else {
            // a connection that broke while it was idle is replaced by the second try
            if run_id(loader.con()).is_none() && state.run.is_some() {
                let Err(failure) = server.connect() else {
                    return;
                };
                self.server_left(state, &failure, terminal);
            }
            return;
        };
        if state.run.as_ref() == Some(&run) {
            return;
        }
        if state.run.is_none() {
            terminal.status("Connected", server.url());
        }
        state.run = Some(run);
        loader.forget_installed();
        for path in state.known.keys() {
            if matches!(loader.is_complete(path), Ok(false)) {
                state.waiting.insert(path.clone());
            }
        }
        // what is gone comes first, so that its triggers are free
        let mut waiting: Vec<PathBuf> = state.waiting.iter().cloned().collect();
        waiting.sort_by_key(|path| path.exists());
        for path in waiting {
            self.update(&path, state, loader, terminal);
        }
    }
}

/// Names the run of the server: another one after it was started again. `None` when it does not
/// answer.
fn run_id(con: &mut RedisGears) -> Option<String> {
    match redis::cmd("INFO").arg("server").query::<String>(con) {
        Ok(info) => Some(
            info.lines()
                .find_map(|line| line.strip_prefix("run_id:"))
                .unwrap_or_default()
                .to_string(),
        ),
        // a user that may not see this is answered nevertheless
        Err(error) if error.is_io_error() => None,
        Err(_) => Some(String::new()),
    }
}
