//! What the cases act on: a server that is empty when a case starts.

use std::thread;
use std::time::{Duration, Instant};

use super::Verdict;
use crate::support::resp::show;
use crate::support::{Client, Options, PATIENCE, Server, Value};

/// A server and a connection to it.
pub(super) struct Stage {
    server: Server,
    client: Client,
    /// Whether the server was started with arguments of its own: the next case gets a fresh one.
    special: bool,
}

impl Stage {
    pub(super) fn new() -> Self {
        let server = Server::with(&Options::unhurried());
        let client = server.client();
        Self {
            server,
            client,
            special: false,
        }
    }

    /// Make the server empty again, or replace it.
    pub(super) fn ready(&mut self) -> Verdict {
        if self.special || !self.server.answers(PATIENCE) || self.clean().is_err() {
            *self = Self::new();
        }
        Ok(())
    }

    fn clean(&mut self) -> Verdict {
        self.client = self.server.client();
        for registration in self.call(&["RG.DUMPREGISTRATIONS"])?.items().to_vec() {
            let id = registration
                .field("id")
                .map(Value::text)
                .unwrap_or_default();
            self.call(&["RG.UNREGISTER", &id])?;
        }
        for execution in self.call(&["RG.DUMPEXECUTIONS"])?.items().to_vec() {
            let id = execution
                .field("executionId")
                .map(Value::text)
                .unwrap_or_default();
            self.call(&["RG.ABORTEXECUTION", &id])?;
            self.call(&["RG.DROPEXECUTION", &id])?;
        }
        self.call(&[
            "RG.CONFIGSET",
            "MaxExecutions",
            "1000",
            "ProfileExecutions",
            "0",
            "PythonAttemptTraceback",
            "1",
        ])?;
        self.call(&["FLUSHALL"])?;
        match self.call(&["RG.DUMPREGISTRATIONS"])?.items() {
            [] => Ok(()),
            _ => Err("a registration is left".into()),
        }
    }

    /// Start over on a server with further module arguments.
    pub(super) fn with_module_arguments(&mut self, arguments: &[&str]) {
        self.server = Server::with(&Options::module(arguments));
        self.client = self.server.client();
        self.special = true;
    }

    /// Save, end the server, start it again.
    pub(super) fn restart(&mut self) -> Verdict {
        self.ok("SAVE")?;
        self.server.restart();
        self.client = self.server.client();
        self.special = true;
        Ok(())
    }

    /// A further connection.
    pub(super) fn connect(&self) -> Client {
        self.server.client()
    }

    /// The next case gets a fresh server.
    pub(super) fn spoil(&mut self) {
        self.special = true;
    }

    /// Send a command.
    pub(super) fn call<A: AsRef<[u8]>>(&mut self, args: &[A]) -> Result<Value, String> {
        self.client.ask(args, PATIENCE).map_err(|why| {
            // What may still arrive belongs to nobody.
            self.client = self.server.client();
            format!("{}: {why}", show(args))
        })
    }

    /// Send a command written in one line.
    pub(super) fn line(&mut self, command: &str) -> Result<Value, String> {
        self.call(&command.split_whitespace().collect::<Vec<_>>())
    }

    /// Send commands, one per line, none of which may fail.
    pub(super) fn ok(&mut self, commands: &str) -> Verdict {
        for command in commands.lines() {
            let reply = self.line(command)?;
            if reply.is_error() {
                return Err(format!("{}: {reply}", command.trim()));
            }
        }
        Ok(())
    }

    /// Send commands written as `command => reply`, one per line; the reply in its one-line form.
    pub(super) fn exchange(&mut self, lines: &str) -> Verdict {
        for line in lines.lines().map(str::trim).filter(|l| !l.is_empty()) {
            let (command, wanted) = line.split_once(" => ").expect("command => reply");
            let reply = self.line(command)?.to_string();
            expect(command, wanted.trim(), &reply)?;
        }
        Ok(())
    }

    /// Run a script.
    pub(super) fn py(&mut self, script: &str) -> Result<Value, String> {
        self.call(&["RG.PYEXECUTE", script])
    }

    /// Run a script and return the id of its execution.
    pub(super) fn unblocking(&mut self, script: &str) -> Result<String, String> {
        let reply = self.call(&["RG.PYEXECUTE", script, "UNBLOCKING"])?;
        match &reply {
            Value::Bulk(_) => Ok(reply.text()),
            _ => Err(format!("no execution id but {reply}")),
        }
    }

    /// A script that registers or that runs nothing: `+OK`.
    pub(super) fn accepts(&mut self, script: &str) -> Verdict {
        let reply = self.py(script)?;
        expect(script, "+OK", &reply.to_string())
    }

    /// A script that is refused with a text that contains `part`.
    pub(super) fn refuses(&mut self, script: &str, part: &str) -> Verdict {
        let reply = self.py(script)?;
        error_with(script, &reply, part)
    }

    /// A run without errors whose results are exactly these texts, in this order.
    pub(super) fn results(&mut self, script: &str, wanted: &[&str]) -> Verdict {
        let reply = self.py(script)?;
        expect(
            script,
            &run_reply(wanted, &[]).to_string(),
            &reply.to_string(),
        )
    }

    /// The same in any order.
    pub(super) fn results_in_any_order(&mut self, script: &str, wanted: &[&str]) -> Verdict {
        let mut reply = self.py(script)?;
        if let Value::Array(items) = &mut reply
            && let Some(Value::Array(records)) = items.first_mut()
        {
            records.sort();
        }
        let mut wanted = wanted.to_vec();
        wanted.sort_unstable();
        expect(
            script,
            &run_reply(&wanted, &[]).to_string(),
            &reply.to_string(),
        )
    }

    /// A run whose results are these and which has exactly one error, containing `part`.
    pub(super) fn fails(&mut self, script: &str, wanted: &[&str], part: &str) -> Verdict {
        let reply = self.py(script)?;
        match reply.items() {
            [results, errors]
                if *results == texts(wanted)
                    && errors.items().len() == 1
                    && errors.items()[0].text().contains(part) =>
            {
                Ok(())
            }
            _ => Err(format!(
                "{script}\n  expected  results {wanted:?} and one error with {part:?}\n  got       {reply}"
            )),
        }
    }

    /// Trigger a function; the reply in its one-line form.
    pub(super) fn trigger(&mut self, line: &str, wanted: &str) -> Verdict {
        let reply = self.line(&format!("RG.TRIGGER {line}"))?;
        expect(&format!("RG.TRIGGER {line}"), wanted, &reply.to_string())
    }

    /// Trigger a function that fails with a text that contains `part`.
    pub(super) fn trigger_fails(&mut self, line: &str, part: &str) -> Verdict {
        let reply = self.line(&format!("RG.TRIGGER {line}"))?;
        error_with(&format!("RG.TRIGGER {line}"), &reply, part)
    }

    /// Send a command until its reply is the one wanted.
    pub(super) fn becomes(&mut self, command: &str, wanted: &str) -> Verdict {
        let end = Instant::now() + PATIENCE;
        loop {
            let reply = self.line(command)?.to_string();
            if reply == wanted || Instant::now() > end {
                return expect(command, wanted, &reply);
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// A field of the statistics of the only registration.
    pub(super) fn statistic(&mut self, name: &str) -> Result<String, String> {
        let dump = self.line("RG.DUMPREGISTRATIONS")?;
        let data = dump
            .items()
            .first()
            .and_then(|r| r.field("RegistrationData"));
        let value = data.and_then(|d| d.field(name));
        value
            .map(ToString::to_string)
            .ok_or_else(|| format!("no {name} in {dump}"))
    }

    /// Wait for a field of the statistics of the only registration.
    pub(super) fn statistic_becomes(&mut self, name: &str, wanted: &str) -> Verdict {
        let end = Instant::now() + PATIENCE;
        loop {
            let found = self.statistic(name)?;
            if found == wanted || Instant::now() > end {
                return expect(name, wanted, &found);
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// The id of the only registration.
    pub(super) fn registration(&mut self) -> Result<String, String> {
        let dump = self.line("RG.DUMPREGISTRATIONS")?;
        match dump.items() {
            [one] => Ok(one.field("id").map(Value::text).unwrap_or_default()),
            _ => Err(format!("not one registration but {dump}")),
        }
    }
}

/// Wait.
pub(super) fn pause(seconds: f64) {
    thread::sleep(Duration::from_secs_f64(seconds));
}

/// A run over the values of a Python list.
pub(super) fn over(list: &str, operations: &str) -> String {
    format!(
        "def values():\n    for r in {list}:\n        yield r\nGB('PythonReader'){operations}.run(values)"
    )
}

/// Compare two texts.
pub(super) fn expect(what: &str, wanted: &str, found: &str) -> Verdict {
    if wanted == found {
        Ok(())
    } else {
        Err(format!("{what}\n  expected  {wanted}\n  got       {found}"))
    }
}

/// An error reply that contains `part`.
pub(super) fn error_with(what: &str, reply: &Value, part: &str) -> Verdict {
    if reply.is_error() && reply.text().contains(part) {
        Ok(())
    } else {
        Err(format!(
            "{what}\n  expected  an error with {part:?}\n  got       {reply}"
        ))
    }
}

fn texts(list: &[&str]) -> Value {
    Value::Array(
        list.iter()
            .map(|t| Value::Bulk(t.as_bytes().to_vec()))
            .collect(),
    )
}

fn run_reply(results: &[&str], errors: &[&str]) -> Value {
    Value::Array(vec![texts(results), texts(errors)])
}
