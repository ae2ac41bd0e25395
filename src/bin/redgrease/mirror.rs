//! Keeping the server as the files are: what a change of files, or of the server, calls for.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use redgrease::RedisGears;

use crate::check::shown;
use crate::failure::{Exit, Failure, Result};
use crate::loader::Loader;
use crate::scan::{Kind, Sources};
use crate::server::Server;
use crate::terminal::Terminal;

/// What is known of the files and of the server.
pub(crate) struct Mirror<'m, 'l> {
    loader: &'m mut Loader<'l>,
    sources: &'m Sources,
    server: &'m Server,
    terminal: Terminal,
    /// Each script with the digest of the version that was tried last.
    known: BTreeMap<PathBuf, Option<u64>>,
    /// Scripts that are gone while a new one is still being written, which may be the same under
    /// another name, and since when.
    put_off: BTreeMap<PathBuf, Instant>,
    /// What could not be done because the server was away.
    waiting: BTreeSet<PathBuf>,
    /// The run of the server that everything was loaded into; `None` while it is away.
    run: Option<String>,
}

impl<'m, 'l> Mirror<'m, 'l> {
    /// Begins with what has just been loaded.
    pub(crate) fn new(
        loader: &'m mut Loader<'l>,
        sources: &'m Sources,
        server: &'m Server,
        terminal: Terminal,
    ) -> Result<Self> {
        let scripts = sources.scan()?.scripts;
        let digest = |path: PathBuf| (path.clone(), loader.digest(&path));
        let known = scripts.into_iter().map(digest).collect();
        Ok(Self {
            run: run_id(loader.con()),
            loader,
            sources,
            server,
            terminal,
            known,
            put_off: BTreeMap::new(),
            waiting: BTreeSet::new(),
        })
    }

    /// The number of scripts.
    pub(crate) fn len(&self) -> usize {
        self.known.len()
    }

    /// A watched directory is another one now, or gone: every file below may be new, changed or gone.
    pub(crate) fn directory_replaced(&mut self, dir: &Path) {
        let files = self.sources.scan().unwrap_or_default();
        let known = self.known.keys().cloned();
        let paths = known.chain(files.requirements).chain(files.scripts);
        let below: BTreeSet<PathBuf> = paths.filter(|path| path.starts_with(dir)).collect();
        self.changed(&below);
    }

    /// Handles the paths that have changed: first scripts under new names, then what is gone, so that
    /// its triggers are free, then all others.
    pub(crate) fn changed<'p>(&mut self, paths: impl IntoIterator<Item = &'p PathBuf>) {
        let mut gone = BTreeSet::new();
        let mut scripts = BTreeSet::new();
        for path in paths {
            match self.sources.kind(path) {
                Some(Kind::Requirements) => scripts.extend(self.requirements_changed(path)),
                Some(Kind::Script) if path.exists() => {
                    scripts.insert(path.clone());
                }
                _ => {}
            }
            if !path.exists() {
                let below = self.known.keys().filter(|known| known.starts_with(path));
                gone.extend(below.cloned());
            }
        }
        if self.run.is_none() {
            self.waiting.extend(gone);
            self.waiting.extend(scripts);
            return;
        }
        gone.extend(self.put_off.keys().cloned());
        for (old, new) in self.renames(&gone, &scripts) {
            gone.remove(&old);
            scripts.remove(&new);
            self.put_off.remove(&old);
            self.rename(&old, &new);
        }
        let is_being_written = |path: &PathBuf| !scripts.contains(path);
        if !gone.is_empty() && self.new_scripts().iter().any(is_being_written) {
            let now = Instant::now();
            for path in std::mem::take(&mut gone) {
                self.put_off.entry(path).or_insert(now);
            }
        }
        for path in gone.into_iter().chain(scripts) {
            self.put_off.remove(&path);
            self.update(&path);
        }
    }

    /// Removes the scripts whose place no new one has taken for so long.
    pub(crate) fn remove_after(&mut self, patience: Duration) {
        let is_over = |since: &Instant| since.elapsed() > patience;
        let over = self.put_off.iter().filter(|(_, since)| is_over(since));
        let over: Vec<PathBuf> = over.map(|(path, _)| path.clone()).collect();
        for path in over {
            self.put_off.remove(&path);
            self.update(&path);
        }
    }

    /// The scripts below a directory that are not loaded yet.
    pub(crate) fn new_scripts_below(&self, dir: &Path) -> Vec<PathBuf> {
        let mut new = self.new_scripts();
        new.retain(|path| path.starts_with(dir));
        new
    }

    fn new_scripts(&self) -> Vec<PathBuf> {
        let mut scripts = self.sources.scan().unwrap_or_default().scripts;
        scripts.retain(|path| !self.known.contains_key(path) && path.exists());
        scripts
    }

    /// Reads the file again; gives the scripts it applies to, if its packages have changed.
    fn requirements_changed(&mut self, path: &Path) -> Vec<PathBuf> {
        match self.loader.read_requirements(path) {
            Ok(false) => Vec::new(),
            Ok(true) => {
                let applies = |script: &&PathBuf| self.sources.applies(path, script);
                self.known.keys().filter(applies).cloned().collect()
            }
            Err(failure) => {
                self.terminal.error(&failure);
                Vec::new()
            }
        }
    }

    /// Pairs scripts that are gone with new ones whose places they take.
    fn renames(
        &self,
        gone: &BTreeSet<PathBuf>,
        changed: &BTreeSet<PathBuf>,
    ) -> Vec<(PathBuf, PathBuf)> {
        let all_known = changed.iter().all(|path| self.known.contains_key(path));
        if gone.is_empty() && all_known {
            return Vec::new();
        }
        let mut pairs = Vec::new();
        // One half of a renaming may be reported before the other. The new file need not have been left
        // alone yet when its text is that of a whole version.
        let mut new = self.new_scripts();
        let mut lost: Vec<&PathBuf> = self.known.keys().filter(|path| !path.exists()).collect();
        lost.retain(|old| {
            let digest = self.known.get(*old).copied().flatten();
            let is_same = |path: &PathBuf| digest.is_some() && self.loader.digest(path) == digest;
            let found = new.iter().position(is_same);
            if let Some(index) = found {
                pairs.push(((*old).clone(), new.remove(index)));
            }
            found.is_none()
        });
        // what was renamed and changed: it does no harm to pair what does not belong together
        let lost = lost.into_iter().filter(|path| gone.contains(*path));
        let new = new.into_iter().filter(|path| changed.contains(path));
        pairs.extend(lost.cloned().zip(new));
        pairs
    }

    fn rename(&mut self, old: &Path, new: &Path) {
        self.known.remove(old);
        self.known
            .insert(new.to_path_buf(), self.loader.digest(new));
        let result = self.loader.rename(old, new);
        self.done(&[old, new], result.map(|_| ()));
    }

    /// Brings the server to the state of one file.
    fn update(&mut self, path: &Path) {
        let result = if path.exists() {
            let digest = self.loader.digest(path);
            let waits = self.waiting.contains(path);
            if !waits && self.known.get(path).is_some_and(|known| *known == digest) {
                return;
            }
            self.known.insert(path.to_path_buf(), digest);
            self.loader.load(path).map(|_| ())
        } else {
            self.known.remove(path);
            self.loader.unload(path)
        };
        self.done(&[path], result);
    }

    /// Notes what is done, and what has to wait for the server.
    fn done(&mut self, paths: &[&Path], result: Result<()>) {
        match result {
            Ok(()) => {
                for path in paths {
                    self.waiting.remove(*path);
                }
            }
            Err(failure) if failure.exit == Exit::Server => {
                self.waiting
                    .extend(paths.iter().map(|path| path.to_path_buf()));
                self.server_left(&failure);
            }
            Err(failure) if failure.exit == Exit::Interrupted => self.terminal.error(&failure),
            Err(failure) => {
                let name = paths.last().map(|path| shown(path)).unwrap_or_default();
                self.terminal
                    .failed("Failed", format_args!("{name}: {failure}"));
            }
        }
    }

    fn server_left(&mut self, failure: &Failure) {
        if self.run.take().is_some() {
            self.terminal
                .failed("Lost", format_args!("the server: {failure}"));
            self.terminal
                .help("what changes now is loaded when it is back");
        }
    }

    /// Notices that the server went, came back, or was started anew, and loads what it lacks.
    pub(crate) fn look_at_server(&mut self) {
        let Some(run) = run_id(self.loader.con()) else {
            // a connection that broke while it was idle is replaced by the second try
            if run_id(self.loader.con()).is_none() && self.run.is_some() {
                let Err(failure) = self.server.connect() else {
                    return;
                };
                self.server_left(&failure);
            }
            return;
        };
        if self.run.as_ref() == Some(&run) {
            return;
        }
        if self.run.is_none() {
            self.terminal.status("Connected", self.server.url());
        }
        self.run = Some(run);
        self.loader.forget_installed();
        for path in self.known.keys() {
            if matches!(self.loader.is_complete(path), Ok(false)) {
                self.waiting.insert(path.clone());
            }
        }
        // what is gone comes first, so that its triggers are free
        let mut waiting: Vec<PathBuf> = self.waiting.iter().cloned().collect();
        waiting.sort_by_key(|path| path.exists());
        for path in waiting {
            self.update(&path);
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
