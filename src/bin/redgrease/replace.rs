//! Putting a version of a script into the place of what the server has of it.

use std::collections::BTreeSet;

use redgrease::client::requests::PyExecuteOptions;
use redgrease::{Error, GearsCommands as _, Outcome, RedisGears, Registration};

use crate::failure::Result;
use crate::index::Entry;
use crate::progress::Work;
use crate::terminal::Terminal;

/// A version of a script that is to be sent.
#[derive(Debug)]
pub(crate) struct Version<'v> {
    pub(crate) text: &'v str,
    pub(crate) options: PyExecuteOptions,
    /// What the user calls it.
    pub(crate) description: String,
    pub(crate) session: &'v str,
    /// The session of the script whose place it takes, because it is that one under another name.
    pub(crate) successor_of: Option<&'v str>,
    pub(crate) work: &'v Work,
}

/// The registrations before a version is sent.
#[derive(Debug, Default)]
pub(crate) struct Before {
    all: BTreeSet<String>,
    /// Those whose place the version takes.
    pub(crate) ours: Vec<String>,
}

impl Before {
    /// Asks what of the registrations belongs to the sessions, or to the entries of the index: these
    /// know what was registered by servers and programs that have no named sessions.
    pub(crate) fn ask(con: &mut RedisGears, sessions: &[&str], entries: &[Entry]) -> Result<Self> {
        let there = con.dumpregistrations()?;
        let is_ours = |r: &&Registration| {
            r.session()
                .is_some_and(|session| sessions.contains(&session))
                || entries
                    .iter()
                    .any(|entry| entry.registrations.contains(&r.id))
        };
        let ours = there.iter().filter(is_ours).map(|r| r.id.clone()).collect();
        let all = there.into_iter().map(|r| r.id).collect();
        Ok(Self { all, ours })
    }
}

/// Replaces scripts on one server.
#[derive(Debug)]
pub(crate) struct Replacer {
    con: RedisGears,
    /// The server knows sessions by name: RedisGears from 1.2 on, and the engine.
    names_sessions: bool,
    terminal: Terminal,
}

impl Replacer {
    pub(crate) fn new(con: RedisGears, terminal: Terminal) -> Self {
        Self {
            con,
            names_sessions: true,
            terminal,
        }
    }

    /// Sends a version. The server lets it take the place of the old one in one step, where it can.
    pub(crate) fn send(
        &mut self,
        version: &Version<'_>,
        before: &Before,
    ) -> Result<Result<Outcome, Error>> {
        if self.names_sessions {
            let named = version
                .options
                .clone()
                .id(version.session)
                .description(&version.description);
            if let Some(old) = version.successor_of {
                let result = self.execute(version, named.clone().replace_with(old))?;
                if !is_no_replacement(&result) {
                    return Ok(result);
                }
            }
            let result = self.execute(version, named.upgrade())?;
            if !is_unknown_option(&result) {
                return Ok(result);
            }
            self.names_sessions = false;
            self.terminal.warning(
                "the server has no named sessions: scripts that are replaced are away for a moment",
            );
            self.terminal
                .help("RedisGears 1.2 and the engine of redgrease replace them in one step");
        }
        self.unregister(&before.ours)?;
        self.execute(version, version.options.clone())
    }

    fn execute(
        &self,
        version: &Version<'_>,
        options: PyExecuteOptions,
    ) -> Result<Result<Outcome, Error>> {
        let mut con = self.con.clone();
        let text = version.text.to_string();
        let work = version.work;
        work.run(
            self.terminal,
            || work.finish(self.terminal),
            move || con.pyexecute_options(&text, &options),
        )
    }

    /// Removes what a new version has left of the one before; gives the IDs of what is new.
    pub(crate) fn tidy_up(&mut self, session: &str, before: &Before) -> Result<Vec<String>> {
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
        Ok(rest.into_iter().filter(is_new).map(|r| r.id).collect())
    }

    /// Removes registrations; those that are gone already do no harm.
    pub(crate) fn unregister(&mut self, ids: &[String]) -> Result<()> {
        for id in ids {
            match self.con.unregister(id) {
                Err(Error::Engine { message }) if message.contains("not registered") => {}
                result => result?,
            }
        }
        Ok(())
    }
}

/// Servers before RedisGears 1.2 know neither ID nor UPGRADE.
fn is_unknown_option(result: &Result<Outcome, Error>) -> bool {
    matches!(result, Err(Error::Engine { message }) if message.starts_with("Unknown arguments"))
}

/// The session to replace is gone, or the new one is there already.
fn is_no_replacement(result: &Result<Outcome, Error>) -> bool {
    is_unknown_option(result)
        || matches!(result, Err(Error::Engine { message }) if message.starts_with("Can not replace"))
}
