//! Bringing script files into the server, and taking out what they have registered.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use redgrease::client::requests::PyExecuteOptions;
use redgrease::{Error, GearsCommands, Outcome, RedisGears, Registration};
use redgrease_core::source::Source;

use crate::args::Listing;
use crate::check::{read, shown};
use crate::config::LoadSettings;
use crate::failure::{Exit, Failure, Result};
use crate::index::{Index, hash};
use crate::list::{fetch, waits_for};
use crate::report;
use crate::requirements;
use crate::scan::Sources;
use crate::script::{Results, Script};
use crate::terminal::{Terminal, count};
use crate::value::plain;

/// What became of a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Loaded {
    /// It is in the server.
    Yes,
    /// It is not, and why has been said.
    No,
}

/// The registrations before a script is sent.
struct Before {
    all: BTreeSet<String>,
    /// Those of the script's version that is there.
    ours: Vec<String>,
}

/// Loads and unloads scripts on one server.
#[derive(Debug)]
pub(crate) struct Loader<'a> {
    con: RedisGears,
    settings: &'a LoadSettings,
    sources: &'a Sources,
    terminal: Terminal,
    index: Index,
    /// The packages of each requirement file.
    requirements: BTreeMap<PathBuf, Vec<String>>,
    /// Sets of packages that the server has installed.
    installed: BTreeSet<Vec<String>>,
    /// The server knows sessions by name (RedisGears 1.2, and the engine).
    names_sessions: bool,
}

impl<'a> Loader<'a> {
    pub(crate) fn new(
        con: RedisGears,
        settings: &'a LoadSettings,
        sources: &'a Sources,
        terminal: Terminal,
    ) -> Self {
        Self {
            con,
            settings,
            sources,
            terminal,
            index: Index::new(&settings.index_prefix),
            requirements: BTreeMap::new(),
            installed: BTreeSet::new(),
            names_sessions: true,
        }
    }

    pub(crate) fn con(&mut self) -> &mut RedisGears {
        &mut self.con
    }

    /// A server that was started again has nothing of what was installed.
    pub(crate) fn forget_installed(&mut self) {
        self.installed.clear();
    }

    /// Reads a requirement file; a file that is gone holds nothing. Says whether its packages are
    /// others than before.
    pub(crate) fn read_requirements(&mut self, path: &Path) -> Result<bool> {
        let specs = if path.exists() {
            requirements::read(path, self.terminal)?
        } else {
            Vec::new()
        };
        let before = self.requirements.insert(path.to_path_buf(), specs.clone());
        Ok(before.unwrap_or_default() != specs)
    }

    /// The packages that the requirement files name for a script, each once.
    fn packages(&self, script: &Path) -> Vec<String> {
        let mut packages: Vec<String> = Vec::new();
        for (file, specs) in &self.requirements {
            if self.sources.applies(file, script) {
                packages.extend(specs.iter().cloned());
            }
        }
        let mut seen = BTreeSet::new();
        packages.retain(|spec| seen.insert(spec.clone()));
        packages
    }

    /// Changes when the script or what it needs changes; `None` when it cannot be read.
    pub(crate) fn digest(&self, path: &Path) -> Option<u64> {
        let mut bytes = std::fs::read(path).ok()?;
        for package in self.packages(path) {
            bytes.push(0);
            bytes.extend_from_slice(package.as_bytes());
        }
        Some(hash(&bytes))
    }

    /// Checks a script and brings it into the server, where it takes the place of what it was
    /// before. What is wrong with the script is said here.
    ///
    /// # Errors
    ///
    /// When the server cannot be reached.
    pub(crate) fn load(&mut self, path: &Path) -> Result<Loaded> {
        let name = shown(path);
        self.terminal.progress("Loading", &name);
        let source = match read(path) {
            Ok(source) => source,
            Err(failure) => return Ok(self.not_loaded(&name, &failure)),
        };
        if source.text().trim().is_empty() {
            self.unload_quietly(path)?;
            self.terminal
                .status("Skipped", format_args!("{name}: it is empty"));
            return Ok(Loaded::Yes);
        }
        let Some(script) = self.prepare(&source, &name) else {
            return Ok(Loaded::No);
        };
        match self.send(path, &name, &script) {
            Ok(()) => Ok(Loaded::Yes),
            Err(failure) if failure.exit == Exit::Server => Err(failure),
            Err(failure) => Ok(self.not_loaded(&name, &failure)),
        }
    }

    fn not_loaded(&self, name: &str, failure: &Failure) -> Loaded {
        let message = failure.message.strip_prefix(&format!("{name}: "));
        let message = message.unwrap_or(&failure.message);
        self.terminal
            .failed("Failed", format_args!("{name}: {message}"));
        if let Some(help) = &failure.help {
            self.terminal.help(help);
        }
        Loaded::No
    }

    fn prepare(&self, source: &Source, name: &str) -> Option<Script> {
        let (script, found) = Script::prepare(source, self.settings.check, Results::Text);
        let errors = found.iter().filter(|found| found.is_error()).count();
        for found in &found {
            if found.is_error() || self.terminal.is_verbose() {
                let text = report::render(found, source, self.terminal.color_err);
                self.terminal.block(format_args!("{text}\n"));
            }
        }
        if script.is_none() {
            let errors = count(errors, "error");
            self.terminal.failed(
                "Failed",
                format_args!("{name}: not sent because of {errors}"),
            );
        }
        script
    }

    fn send(&mut self, path: &Path, name: &str, script: &Script) -> Result<()> {
        let mut packages = self.packages(path);
        for package in &script.requirements {
            if !packages.contains(package) {
                packages.push(package.clone());
            }
        }
        self.install(name, &packages)?;
        self.terminal.progress("Loading", name);
        let session = self.index.session(path);
        let before = self.registrations(path, &session)?;
        let outcome = self.execute(path, script, &packages, &session, &before.ours)?;
        let new = self.tidy_up(&session, &before)?;
        let ids: Vec<String> = new.iter().map(|r| r.id.clone()).collect();
        self.index.put(&mut self.con, path, &session, &ids)?;
        let names = self.names(&ids)?;
        self.report(name, script, &outcome, &names);
        Ok(())
    }

    /// Installs the packages of all requirement files, when there is no script to do it for.
    pub(crate) fn install_all(&mut self) -> Result<()> {
        let mut packages: Vec<String> = self.requirements.values().flatten().cloned().collect();
        packages.dedup();
        self.install("later", &packages)
    }

    /// Sends the packages ahead of the script, so that what takes long is seen and said once.
    fn install(&mut self, name: &str, packages: &[String]) -> Result<()> {
        let mut set = packages.to_vec();
        set.sort();
        if set.is_empty() || self.installed.contains(&set) {
            return Ok(());
        }
        let list = packages.join(", ");
        self.terminal
            .progress("Installing", format_args!("{list} for {name}"));
        let options = PyExecuteOptions::new().requirements(packages.iter().cloned());
        match self.con.pyexecute_options("", &options) {
            Ok(_) => {
                self.terminal.status("Installed", list);
                self.installed.insert(set);
                Ok(())
            }
            Err(Error::Engine { message }) => Err(Failure::failed(format!(
                "the server could not install {list}: {message}"
            ))
            .help("the log of the server holds the output of pip")),
            Err(error) => Err(error.into()),
        }
    }

    fn execute(
        &mut self,
        path: &Path,
        script: &Script,
        packages: &[String],
        session: &str,
        old: &[String],
    ) -> Result<Outcome> {
        let mut options = PyExecuteOptions::new().requirements(packages.iter().cloned());
        options.unblocking = self.settings.unblocking.is_match(&path.to_string_lossy());
        if self.names_sessions {
            let named = options
                .clone()
                .id(session)
                .description(format!("redgrease {}", path.display()))
                .upgrade();
            match self.con.pyexecute_options(script.text(), &named) {
                Err(Error::Engine { message }) if message.starts_with("Unknown arguments") => {
                    self.names_sessions = false;
                }
                result => return result.map_err(|error| self.refusal(script, error)),
            }
        }
        // without named sessions nothing is replaced: the old registrations go first
        self.unregister(old)?;
        let result = self.con.pyexecute_options(script.text(), &options);
        result.map_err(|error| self.refusal(script, error))
    }

    fn refusal(&self, script: &Script, error: Error) -> Failure {
        let taken = error.to_string().contains("trigger already registered");
        let failure = Failure::from(script.explain(error));
        if taken {
            return failure.help(
                "another script or program has a function with this trigger; `redgrease ls` shows \
                 which, `redgrease rm TRIGGER` removes it",
            );
        }
        failure
    }

    /// What is registered now, and what of it belongs to the script at `path`: what its session
    /// says, and what the index remembers from servers and programs that have no named sessions.
    fn registrations(&mut self, path: &Path, session: &str) -> Result<Before> {
        let entry = self.index.get(&mut self.con, path)?.unwrap_or_default();
        let there = self.con.dumpregistrations()?;
        let is_ours =
            |r: &&Registration| r.session() == Some(session) || entry.registrations.contains(&r.id);
        let ours = there.iter().filter(is_ours).map(|r| r.id.clone()).collect();
        let all = there.into_iter().map(|r| r.id).collect();
        Ok(Before { all, ours })
    }

    /// Removes what the new version of a script has left of the one before; gives what is new.
    fn tidy_up(&mut self, session: &str, before: &Before) -> Result<Vec<Registration>> {
        let there = self.con.dumpregistrations()?;
        let (left, rest): (Vec<_>, Vec<_>) =
            there.into_iter().partition(|r| before.ours.contains(&r.id));
        let left: Vec<String> = left.into_iter().map(|r| r.id).collect();
        self.unregister(&left)?;
        // without named sessions, what came in while the script ran is taken for its own
        let names_sessions = self.names_sessions;
        let is_new = |r: &Registration| match names_sessions {
            true => r.session() == Some(session),
            false => !before.all.contains(&r.id),
        };
        Ok(rest.into_iter().filter(is_new).collect())
    }

    fn unregister(&mut self, ids: &[String]) -> Result<()> {
        for id in ids {
            match self.con.unregister(id) {
                Err(Error::Engine { message }) if message.contains("not registered") => {}
                result => result?,
            }
        }
        Ok(())
    }

    /// Takes out what a script that is gone has registered.
    ///
    /// # Errors
    ///
    /// When the server cannot be reached.
    pub(crate) fn unload(&mut self, path: &Path) -> Result<()> {
        let removed = self.unload_quietly(path)?;
        self.terminal.status(
            "Removed",
            format_args!("{}: {}", shown(path), count(removed, "registration")),
        );
        Ok(())
    }

    fn unload_quietly(&mut self, path: &Path) -> Result<usize> {
        let session = self.index.session(path);
        let ids = self.registrations(path, &session)?.ours;
        self.unregister(&ids)?;
        self.index.remove(&mut self.con, path)?;
        Ok(ids.len())
    }

    /// Takes out what scripts have registered that are gone since an earlier run.
    pub(crate) fn prune(&mut self) -> Result<()> {
        let here = crate::index::host();
        let mut elsewhere = 0;
        for entry in self.index.all(&mut self.con)? {
            if entry.path.exists() || !self.sources.covers(&entry.path) {
                continue;
            }
            if self.settings.prune || entry.host.is_empty() || entry.host == here {
                self.unload(&entry.path)?;
            } else {
                elsewhere += 1;
            }
        }
        if elsewhere > 0 {
            let scripts = count(elsewhere, "script");
            self.terminal.warning(format_args!(
                "the index holds {scripts} of these directories that are not on this machine, loaded from another one"
            ));
            self.terminal
                .help("--prune removes what they have registered");
        }
        Ok(())
    }

    /// Whether everything that the script has registered is still in the server.
    pub(crate) fn is_complete(&mut self, path: &Path) -> Result<bool> {
        let Some(entry) = self.index.get(&mut self.con, path)? else {
            return Ok(false);
        };
        let there = self.con.dumpregistrations()?;
        let is_there = |id: &String| there.iter().any(|r| r.id == *id);
        Ok(entry.registrations.iter().all(is_there))
    }

    /// What the registrations wait for, in a few words each.
    fn names(&mut self, ids: &[String]) -> Result<Vec<String>> {
        let all = fetch(&mut self.con, Listing::Registrations)?;
        let is_new = |item: &&serde_json::Value| ids.contains(&plain(&item["id"]));
        let name =
            |item: &serde_json::Value| format!("{} {}", plain(&item["reader"]), waits_for(item));
        Ok(all.iter().filter(is_new).map(name).collect())
    }

    fn report(&self, name: &str, script: &Script, outcome: &Outcome, new: &[String]) {
        let mut parts = Vec::new();
        match outcome {
            Outcome::Results(results) => parts.push(count(results.value.len(), "record")),
            Outcome::Started(id) => parts.push(format!("runs as {id}")),
            _ if new.is_empty() => parts.push("done".to_string()),
            _ => {}
        }
        if !new.is_empty() {
            let number = count(new.len(), "registration");
            parts.push(format!("{number} ({})", new.join(", ")));
        }
        self.terminal
            .status("Loaded", format_args!("{name}: {}", parts.join(", ")));
        if let Outcome::Results(results) = outcome {
            for error in &results.errors {
                self.terminal.warning(format_args!(
                    "{name}: a record failed: {}",
                    script.place(error.clone())
                ));
            }
        }
    }
}
