//! Replay a recording on a fresh server.

use std::collections::HashMap;
use std::thread;
use std::time::{Duration, Instant};

use super::compare::{Verdict, compare};
use super::differences::{self, Difference};
use super::exchange::{Exchange, Recorded, Recording};
use super::ids::{Ids, Kind};
use super::mask::{Context, RECORDED_DURATION, STRETCHED_DURATION};
use super::servers::Servers;
use crate::support::resp::show;
use crate::support::{Client, Value};

/// How long a reply may take. The longest recorded one took two seconds; this machine may be busy.
const PATIENCE: Duration = Duration::from_secs(60);

/// The same for a command that installs packages.
const INSTALLING: Duration = Duration::from_secs(300);

/// How long a recording may wait altogether for what it saw to come about here.
const WAITING: Duration = Duration::from_secs(60);

/// Functions that the recordings look at while they run take this many times as long, so that they are still seen running.
const SLOWER: &str = "4 * ";

/// What came of one compared exchange.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// The recorded reply, with the help of these rules.
    Agreed(Vec<&'static str>),
    /// Another reply, which the table of differences accepts.
    Known,
    /// Another reply, or none: command, expected, got.
    Failed(Failure),
}

/// Keys that the recordings let live for a millisecond live for so many. Redis looks at the clock twice within `PEXPIRE`: where a
/// busy machine takes the millisecond between, the key is deleted at once instead, which is another event.
const LIFETIME: &str = "20";

/// So long an entry stays before the recordings delete its stream. The original reads it in the server's main thread, and the
/// engine in one of its own, a moment later: what is gone by then nobody sees.
const SEEN: Duration = Duration::from_millis(20);

/// One failed exchange.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) command: String,
    pub(crate) note: String,
    pub(crate) expected: String,
    pub(crate) got: String,
}

/// All outcomes of one recording, by index.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) name: String,
    pub(crate) outcomes: Vec<(usize, Outcome)>,
}

impl Report {
    /// Agreed, known differences, failed.
    pub(crate) fn totals(&self) -> [usize; 3] {
        let count =
            |wanted: fn(&Outcome) -> bool| self.outcomes.iter().filter(|(_, o)| wanted(o)).count();
        [
            count(|o| matches!(o, Outcome::Agreed(_))),
            count(|o| matches!(o, Outcome::Known)),
            count(|o| matches!(o, Outcome::Failed(_))),
        ]
    }
}

/// What the connections speak.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Protocol {
    /// What was recorded: everything is compared.
    Resp2,
    /// The engine's own replies are compared, which have the same shapes there.
    Resp3,
}

/// Run one recording to its end; a failed exchange does not stop it.
pub(crate) fn replay(
    recording: &Recording,
    protocol: Protocol,
    differences: &[Difference],
) -> Report {
    let mut player = Player {
        protocol,
        servers: Servers::of(recording),
        clients: HashMap::new(),
        ids: Ids::default(),
        profiling: false,
        left: WAITING,
    };
    let mut outcomes = Vec::new();
    for (index, exchange) in recording.exchanges.iter().enumerate() {
        let place = (recording.name.as_str(), index);
        if let Some(outcome) = player.play(place, exchange, differences) {
            outcomes.push((index, outcome));
        }
    }
    Report {
        name: recording.name.clone(),
        outcomes,
    }
}

enum Step {
    Reply(Value),
    Missing(String),
}

struct Player {
    protocol: Protocol,
    servers: Servers,
    clients: HashMap<(u64, u64), Client>,
    ids: Ids,
    profiling: bool,
    /// What is left of [`WAITING`].
    left: Duration,
}

impl Player {
    fn compares(&self, exchange: &Exchange) -> bool {
        let name = exchange.name();
        self.protocol == Protocol::Resp2 || name == "#READ" || name.starts_with("RG.")
    }

    /// Takes one step. What only looks, looks again until it sees what the recording saw: the recorder gave the original some time before it
    /// looked, and how much is needed depends on the machine.
    fn play(
        &mut self,
        place: (&str, usize),
        exchange: &Exchange,
        differences: &[Difference],
    ) -> Option<Outcome> {
        self.servers.prepare(exchange);
        if exchange.name() == "DEL" && place.0.contains("streamreader") {
            thread::sleep(SEEN);
        }
        let begun = Instant::now();
        loop {
            let result = self.step(exchange);
            if !exchange.is_compared() || !self.compares(exchange) {
                return None;
            }
            let known = self.ids.clone();
            let outcome = match result {
                Step::Reply(actual) => self.judge(place, exchange, &actual, differences),
                Step::Missing(why) => return Some(Outcome::Failed(self.failure(exchange, why))),
            };
            let again = matches!(outcome, Outcome::Failed(_)) && exchange.only_looks();
            if !again || begun.elapsed() >= self.left {
                self.left = self.left.saturating_sub(begun.elapsed());
                return Some(outcome);
            }
            // What was not meant to be compared yet teaches nothing.
            self.ids = known;
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn step(&mut self, exchange: &Exchange) -> Step {
        let nothing = || Step::Missing(String::new());
        match exchange.name().as_str() {
            "#SLEEP" => {
                thread::sleep(Duration::from_secs_f64(
                    exchange.argument(1).parse().expect("seconds"),
                ));
                nothing()
            }
            "#RESTART" => {
                self.clients.clear();
                self.ids.clear();
                self.profiling = false;
                self.servers.start_over();
                nothing()
            }
            "#READ" => self.read(exchange.connection, PATIENCE),
            _ => {
                let command = self.translate(exchange);
                if exchange.name() == "RG.CONFIGSET" && exchange.argument(1) == "ProfileExecutions"
                {
                    self.profiling |= exchange.argument(2) != "0";
                }
                let client = self.clients.entry(exchange.connection).or_insert_with(|| {
                    let mut client = self.servers.client(exchange.connection.0);
                    if self.protocol == Protocol::Resp3 {
                        client.call(&["HELLO", "3"]);
                    }
                    client
                });
                if let Err(why) = client.send(&command) {
                    self.clients.remove(&exchange.connection);
                    return self.missing(exchange.connection, format!("can not send: {why}"));
                }
                if exchange.recorded == Recorded::Deferred {
                    return nothing();
                }
                self.read(
                    exchange.connection,
                    if exchange.installs() {
                        INSTALLING
                    } else {
                        PATIENCE
                    },
                )
            }
        }
    }

    fn read(&mut self, connection: (u64, u64), limit: Duration) -> Step {
        let Some(client) = self.clients.get_mut(&connection) else {
            return Step::Missing("the connection is gone".into());
        };
        match client.read(limit) {
            Ok(value) => Step::Reply(value),
            Err(why) => {
                self.clients.remove(&connection);
                self.missing(connection, why.to_string())
            }
        }
    }

    /// A reply is missing: is the server still there?
    fn missing(&mut self, (port, _): (u64, u64), why: String) -> Step {
        if self
            .servers
            .server_mut(port)
            .answers(Duration::from_secs(2))
        {
            return Step::Missing(why);
        }
        let log = self.servers.server(port).log_tail();
        self.clients.clear();
        self.ids.clear();
        self.servers.start_over();
        Step::Missing(format!(
            "{why}; THE SERVER DIED OR HANGS, its log ends:\n{log}"
        ))
    }

    fn translate(&self, exchange: &Exchange) -> Vec<Vec<u8>> {
        let name = exchange.name();
        let kind = Kind::of(&name);
        let mut command = exchange.command.clone();
        if name == "PEXPIRE" && exchange.argument(2) == "1" {
            command[2] = LIFETIME.into();
        }
        let one = |argument: &Vec<u8>| match std::str::from_utf8(argument) {
            Ok(text) => {
                let text = self.ids.translate(kind, &stretch(text));
                self.servers.here(&text).into_bytes()
            }
            Err(_) => argument.clone(),
        };
        command.iter().map(one).collect()
    }

    fn judge(
        &mut self,
        (file, index): (&str, usize),
        exchange: &Exchange,
        actual: &Value,
        differences: &[Difference],
    ) -> Outcome {
        let actual = &Servers::in_order(&self.servers.recorded(actual));
        let installation = self.servers.server(exchange.connection.0).installation();
        let (name, first) = (exchange.name(), exchange.argument(1));
        let context = Context {
            command: (&name, &first),
            freedom: exchange.freedom,
            profiling: self.profiling,
            installation: installation.to_str().expect("a UTF-8 path"),
        };
        let mut label = "";
        if let Recorded::Reply(recorded) = &exchange.recorded {
            match compare(context, &mut self.ids, &Servers::in_order(recorded), actual) {
                // Some differences are free to show or not.
                Verdict::Agreed(_) if differences::lists(differences, file, index) => {
                    return Outcome::Known;
                }
                Verdict::Agreed(rules) => return Outcome::Agreed(rules),
                Verdict::OtherIds if differences::numbers_differ(differences, file, index) => {
                    return Outcome::Known;
                }
                Verdict::OtherIds => label = "(other ids) ",
                Verdict::Differs => {}
            }
        }
        if differences::accepts(differences, file, index, actual).is_some() {
            return Outcome::Known;
        }
        Outcome::Failed(self.failure(exchange, format!("{label}{actual}")))
    }

    fn failure(&self, exchange: &Exchange, got: String) -> Failure {
        let expected = match &exchange.recorded {
            Recorded::Reply(value) => value.to_string(),
            Recorded::Deferred => "a reply".into(),
            Recorded::Crash => "(the original died) a reply that differences.json describes".into(),
            Recorded::Silence => {
                "(the original did not answer) a reply that differences.json describes".into()
            }
        };
        let command = match exchange.name().as_str() {
            "#READ" => format!("#READ on connection {}", exchange.connection.1),
            _ => show(&self.translate(exchange)),
        };
        Failure {
            command,
            note: exchange.note.clone(),
            expected,
            got,
        }
    }
}

/// A script with more time for what others look at.
fn stretch(script: &str) -> String {
    script
        .replace("time.sleep(", &format!("time.sleep({SLOWER}"))
        .replace(
            &format!("duration={RECORDED_DURATION}"),
            &format!("duration={STRETCHED_DURATION}"),
        )
}
