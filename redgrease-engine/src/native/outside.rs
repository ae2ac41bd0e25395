//! What native functions ask of the server.

use std::sync::{Arc, OnceLock};
use std::time::Instant;

use redgrease_core::native::{Halt, Host, Value as Native, Word};

use super::values;
use crate::record::value::Value;
use crate::server::{CallReply, Level, ReplyKind, ServerLock, Turns, lock_server, log};
use crate::settings::settings;
use crate::worker::{Loss, Raised};

/// Who knows the answers: a room above this one.
pub(crate) trait Answers: Sync {
    /// Runs a command for a function; `hook` is the registration whose hooks are left out.
    ///
    /// # Errors
    /// What the function gets instead.
    fn execute(
        &self,
        lock: &ServerLock,
        hook: Option<&str>,
        database: i32,
        words: &[&[u8]],
    ) -> Result<CallReply, Raised>;
    /// Whether somebody sees that a command reads: it must not run twice, then.
    fn is_seen(&self, lock: &ServerLock, words: &[&[u8]]) -> bool;
    /// The text of an error that the server replied, for a function.
    fn error_text(&self, text: &[u8]) -> String;
    /// A text whose slot this shard owns.
    fn hashtag(&self) -> &'static str;
    /// A value of the configuration.
    fn config(&self, name: &[u8]) -> Option<Vec<u8>>;
    /// Inside a hook: runs the next hook or the command.
    ///
    /// # Errors
    /// What the function gets instead.
    fn call_next(
        &self,
        lock: &ServerLock,
        registration: &str,
        words: &[Vec<u8>],
        database: i32,
    ) -> Result<Value, Raised>;
    /// Keeps a reply for the command that raised an event.
    fn keep_override(&self, execution: u64, reply: Value);
}

/// The error of a function that was stopped on demand.
pub(super) const STOPPED: &str = "Error type: <class 'gears.forcestopped'>, Value: ";

static ANSWERS: OnceLock<&'static dyn Answers> = OnceLock::new();

/// Says who answers native functions.
pub(crate) fn answer_with(answers: &'static dyn Answers) {
    let _ = ANSWERS.set(answers);
}

/// The server, for the functions of one execution.
pub(super) struct Server<'a> {
    /// The server's lock, where it is held all the time.
    pub(super) lock: Option<&'a ServerLock>,
    pub(super) execution: u64,
    /// Where commands run.
    pub(super) database: i32,
    /// The registration and the name of the hooked command; empty for a CommandReader without a hook.
    pub(super) hook: Option<Option<(&'a str, &'a [u8])>>,
    pub(super) command: Option<&'a Value>,
    pub(super) overridden: bool,
    /// Since when the server waits for the function, if it does.
    pub(super) since: Option<Instant>,
    pub(super) stopped: &'a dyn Fn() -> bool,
    pub(super) turns: Turns,
}

impl Server<'_> {
    /// Does something with the server's lock.
    fn locked<R>(&mut self, body: impl FnOnce(&ServerLock) -> R) -> R {
        match self.lock {
            Some(lock) => body(lock),
            None => {
                self.turns.rest();
                body(&lock_server())
            }
        }
    }

    /// Runs a command, unless that is left out.
    fn run(
        &mut self,
        words: &[Word],
        is_left_out: impl FnOnce(&dyn Answers, &ServerLock, &[&[u8]]) -> bool,
    ) -> Result<Option<Native>, String> {
        let answers = answers()?;
        let hook = self.hook.flatten().map(|(registration, _)| registration);
        let database = self.database;
        let words: Vec<&[u8]> = words.iter().map(AsRef::as_ref).collect();
        self.locked(|lock| {
            if is_left_out(answers, lock, &words) {
                return Ok(None);
            }
            let reply = answers.execute(lock, hook, database, &words)?;
            if reply.kind() == ReplyKind::Error {
                return Err(answers.error_text(reply.text()));
            }
            Ok(Some(values::reply(&reply)))
        })
    }
}

fn answers() -> Result<&'static dyn Answers, Raised> {
    let known = ANSWERS.get().copied();
    known.ok_or_else(|| Raised::of(&"ERR the module is not loaded yet"))
}

impl Host for Server<'_> {
    fn execute(&mut self, words: &[Word]) -> Result<Native, String> {
        let reply = self.run(words, |_, _, _| false)?;
        Ok(reply.unwrap_or(Native::None))
    }

    fn read(&mut self, words: &[Word]) -> Result<Option<Native>, String> {
        self.run(words, |answers, lock, words| answers.is_seen(lock, words))
    }

    fn log(&mut self, level: &str, message: &str) {
        let level = Level::parse(level).unwrap_or(Level::Notice);
        log(level, &format!("GEARS: {message}"));
    }

    fn hashtag(&mut self) -> Arc<str> {
        answers().map_or("", |answers| answers.hashtag()).into()
    }

    fn config(&mut self, name: &str) -> Native {
        let found = answers()
            .ok()
            .and_then(|answers| answers.config(name.as_bytes()));
        found.map_or(Native::None, |value| match std::str::from_utf8(&value) {
            Ok(text) => Native::str(text),
            Err(_) => Native::Bytes(value.as_slice().into()),
        })
    }

    fn call_next(&mut self, words: &[Word]) -> Result<Native, String> {
        let Some(hook) = self.hook else {
            return Err("Can not get CommandHook ctx".to_owned());
        };
        let Some((registration, name)) = hook else {
            return Err("Failed executing command".to_owned());
        };
        let mut all = vec![name.to_vec()];
        all.extend(words.iter().map(|word| word.as_ref().to_vec()));
        let (answers, database) = (answers()?, self.database);
        let reply = self.locked(|lock| answers.call_next(lock, registration, &all, database))?;
        Ok(values::native(&reply, true).unwrap_or(Native::None))
    }

    fn command(&mut self) -> Option<Native> {
        self.command
            .and_then(|command| values::native(command, false))
    }

    fn override_reply(&mut self, reply: &Native) -> Result<(), String> {
        if self.command.is_none() {
            return Err("Can not get command ctx".to_owned());
        }
        if self.overridden {
            return Err("Can only override reply once".to_owned());
        }
        let reply = values::result(reply, 0).unwrap_or(Value::None);
        answers()?.keep_override(self.execution, reply);
        self.overridden = true;
        Ok(())
    }

    fn go_on(&mut self) -> Result<(), Halt> {
        let deadline = settings().sync_deadline.milliseconds();
        if self.since.is_some_and(|since| since.elapsed() >= deadline) {
            let loss = Loss::TooLong(settings().sync_deadline.get());
            return Err(Halt::Ended(loss.to_string()));
        }
        if (self.stopped)() {
            return Err(Halt::Aborted);
        }
        Ok(())
    }
}
