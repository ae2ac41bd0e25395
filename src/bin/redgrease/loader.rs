//! Bringing script files into the server, and taking out what they have registered.

use std::path::Path;

use redgrease::client::requests::PyExecuteOptions;
use redgrease::{Error, GearsCommands as _, Outcome, RedisGears};
use redgrease_core::hash::Fnv1a;
use redgrease_core::source::Source;

use crate::args::Listing;
use crate::check::{is_told, read, shown};
use crate::config::LoadSettings;
use crate::execution;
use crate::failure::{Exit, Failure, Result};
use crate::index::{Entry, Index};
use crate::list::{fetch, waits_for};
use crate::packages::Packages;
use crate::progress::{Progress, Work};
use crate::replace::{Before, Replacer, Version};
use crate::report;
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

/// Loads and unloads scripts on one server.
#[derive(Debug)]
pub(crate) struct Loader<'a> {
    con: RedisGears,
    settings: &'a LoadSettings,
    sources: &'a Sources,
    terminal: Terminal,
    index: Index,
    packages: Packages,
    replacer: Replacer,
    /// How many of the scripts that are being loaded are done.
    pub(crate) progress: Progress,
}

impl<'a> Loader<'a> {
    pub(crate) fn new(
        con: RedisGears,
        settings: &'a LoadSettings,
        sources: &'a Sources,
        terminal: Terminal,
    ) -> Self {
        Self {
            replacer: Replacer::new(con.clone(), terminal),
            con,
            settings,
            sources,
            terminal,
            index: Index::new(&settings.index_prefix),
            packages: Packages::default(),
            progress: Progress::default(),
        }
    }

    pub(crate) fn con(&mut self) -> &mut RedisGears {
        &mut self.con
    }

    /// A server that was started again has nothing of what was installed.
    pub(crate) fn forget_installed(&mut self) {
        self.packages.forget_installed();
    }

    /// Reads a requirement file; says whether its packages are others than before.
    pub(crate) fn read_requirements(&mut self, path: &Path) -> Result<bool> {
        self.packages.read(path, self.terminal)
    }

    /// Changes when the script or what it needs changes; `None` when it cannot be read.
    pub(crate) fn digest(&self, path: &Path) -> Option<u64> {
        let mut bytes = std::fs::read(path).ok()?;
        for package in self.packages.of(path, self.sources) {
            bytes.push(0);
            bytes.extend_from_slice(package.as_bytes());
        }
        Some(Fnv1a::of(&bytes))
    }

    /// Checks a script and brings it into the server, where it takes the place of what it was
    /// before. What is wrong with the script is said here.
    ///
    /// # Errors
    ///
    /// When the server cannot be reached, or Ctrl-C has ended the work.
    pub(crate) fn load(&mut self, path: &Path) -> Result<Loaded> {
        self.load_version(path, None)
    }

    /// As [`Self::load`], for a script that was `old` before it got the name `path`: no trigger of
    /// it is away in between.
    pub(crate) fn rename(&mut self, old: &Path, path: &Path) -> Result<Loaded> {
        let loaded = self.load_version(path, Some(old))?;
        if loaded == Loaded::No {
            self.unload(old)?;
        }
        Ok(loaded)
    }

    fn load_version(&mut self, path: &Path, old: Option<&Path>) -> Result<Loaded> {
        let name = shown(path);
        let source = match read(path) {
            Ok(source) => source,
            Err(failure) => return Ok(self.not_loaded(&name, &failure)),
        };
        if source.text().trim().is_empty() {
            for path in [Some(path), old].into_iter().flatten() {
                self.unload_quietly(path)?;
            }
            self.terminal
                .status("Skipped", format_args!("{name}: it is empty"));
            return Ok(Loaded::Yes);
        }
        let Some(script) = self.prepare(path, &source, &name) else {
            return Ok(Loaded::No);
        };
        match self.send(path, old, &name, &script) {
            Ok(()) => Ok(Loaded::Yes),
            Err(failure) if failure.exit == Exit::Failed => Ok(self.not_loaded(&name, &failure)),
            Err(failure) => Err(failure),
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

    fn prepare(&self, path: &Path, source: &Source, name: &str) -> Option<Script> {
        let packages = !self.packages.of(path, self.sources).is_empty();
        let (script, found) = Script::prepare(source, self.settings.check, packages, Results::Text);
        let errors = found.iter().filter(|found| found.is_error()).count();
        for found in &found {
            if is_told(found) || self.terminal.is_verbose() {
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

    fn send(&mut self, path: &Path, old: Option<&Path>, name: &str, script: &Script) -> Result<()> {
        let mut packages = self.packages.of(path, self.sources);
        for package in &script.requirements {
            if !packages.contains(package) {
                packages.push(package.clone());
            }
        }
        let progress = self.progress;
        self.packages
            .install(&self.con, &packages, name, progress, self.terminal)?;
        let session = self.index.session(path);
        let old_session = old.map(|old| self.index.session(old));
        let entry = self.index.get(&mut self.con, path)?;
        let before = self.before(path, old)?;
        // what is registered belongs to the script even if this program ends before the answer
        self.index
            .put(&mut self.con, path, &session, &before.ours)?;
        let work = Work {
            verb: "Loading",
            progress,
            what: name.to_string(),
        };
        let version = Version {
            text: script.text(),
            // its run is waited for below, where Ctrl-C can abort it
            options: PyExecuteOptions::new().requirements(packages).unblocking(),
            description: format!("redgrease {}", path.display()),
            session: &session,
            successor_of: old_session.as_deref(),
            work: &work,
        };
        let outcome = match self.replacer.send(&version, &before)? {
            Ok(outcome) => outcome,
            Err(error) => {
                match entry {
                    Some(entry) => {
                        let ids = &entry.registrations;
                        self.index.put(&mut self.con, path, &session, ids)?;
                    }
                    None => self.index.remove(&mut self.con, path)?,
                }
                return Err(refusal(script, error));
            }
        };
        let ids = self.replacer.tidy_up(&session, &before)?;
        self.index.put(&mut self.con, path, &session, &ids)?;
        if let Some(old) = old {
            self.index.remove(&mut self.con, old)?;
            let old = shown(old);
            self.terminal
                .status("Removed", format_args!("{old}: {name} takes its place"));
        }
        let is_unblocking = self.settings.unblocking.is_match(&path.to_string_lossy());
        let outcome = match outcome {
            Outcome::Started(id) if !is_unblocking => {
                let results = execution::wait(&self.con, &id, &work, self.terminal)?;
                Outcome::Results(results)
            }
            outcome => outcome,
        };
        let names = self.names(&ids)?;
        self.report(name, script, &outcome, &names);
        Ok(())
    }

    /// What the server has of a script, and of the one whose place it takes.
    fn before(&mut self, path: &Path, old: Option<&Path>) -> Result<Before> {
        let paths: Vec<&Path> = [Some(path), old].into_iter().flatten().collect();
        let sessions: Vec<String> = paths.iter().map(|path| self.index.session(path)).collect();
        let sessions: Vec<&str> = sessions.iter().map(String::as_str).collect();
        let mut entries: Vec<Entry> = Vec::new();
        for path in paths {
            entries.extend(self.index.get(&mut self.con, path)?);
        }
        Before::ask(&mut self.con, &sessions, &entries)
    }

    /// Installs the packages of all requirement files, when there is no script to do it for.
    pub(crate) fn install_all(&mut self) -> Result<()> {
        let all = self.packages.all();
        let progress = self.progress;
        self.packages
            .install(&self.con, &all, "later", progress, self.terminal)
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
        let ids = self.before(path, None)?.ours;
        self.replacer.unregister(&ids)?;
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

fn refusal(script: &Script, error: Error) -> Failure {
    let is_taken = error.to_string().contains("trigger already registered");
    let failure = Failure::from(script.explain(error));
    if is_taken {
        return failure.help(
            "another script or program has a function with this trigger; `redgrease ls` shows \
             which, `redgrease rm TRIGGER` removes it",
        );
    }
    failure
}
