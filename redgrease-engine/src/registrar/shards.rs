//! Registrations on all shards of a cluster, all or none.
//!
//! The shard that was asked to run a script has all others make everything ready for its registrations: names that are free, the
//! right Python, packages. Once all are ready, each puts them in place; when one refuses, none does.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use super::question::{Question, Wheels};
use super::reason::BUSY;
use super::{Claim, Reason, answers, check, held, pauses, put, repair, tell_registered};
use crate::base::{clock, random_hex, stamp};
use crate::cluster::{self, Answered, Listener, Message, NoAnswer, Tasks, topology};
use crate::event::stream;
use crate::packages::known;
use crate::persist;
use crate::plan::Reader;
use crate::record::value::Value;
use crate::registration::{self, Registration};
use crate::server::{Level, lock_server, log};
use crate::session::{Parcel, Session};

/// What the questions are about.
const ABOUT: &str = "registrations";
/// How long a shard may take for what it does at once.
const SOON: Duration = Duration::from_secs(30);
/// How long it may take where pip makes an environment.
const PIP: Duration = Duration::from_secs(10 * 60);
/// How often a script is tried again whose names another one takes at the moment, and how long it waits, in milliseconds.
const TRIES: u32 = 40;
const PAUSE: u64 = 50;

/// Why registrations do not stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The shard that was asked refuses.
    Here(Reason),
    /// Others do: the text of each, which names it.
    Shards(Vec<String>),
}

type Then = Box<dyn FnOnce(Result<(), Refusal>) + Send>;

/// Done on a thread that may wait for the server and for files.
static TASKS: Tasks = Tasks::new();

/// Answers other shards from now on, and compares registrations with theirs.
///
/// # Errors
/// When the system gives no thread.
pub(crate) fn install() -> io::Result<()> {
    TASKS.start("rg-registrar", "a message about registrations")?;
    cluster::answer_about(ABOUT, |shard, question, asker| {
        TASKS.submit(move || answers::answer(shard, question, asker));
    });
    cluster::listen(&Lost);
    repair::start();
    Ok(())
}

struct Lost;

impl Listener for Lost {
    fn message(&self, _shard: &'static str, message: Message) -> Option<Message> {
        Some(message)
    }

    fn lost(&self, shard: &'static str, _why: &str) {
        held::lost(shard);
    }
}

/// Asks another shard.
pub(super) fn ask(
    shard: &'static str,
    question: Question,
    then: impl FnOnce(Answered) + Send + 'static,
) {
    let patience = patience(&question);
    cluster::ask(shard, ABOUT, question.value(), patience, |answer| {
        TASKS.submit(|| then(answer));
    });
}

fn patience(question: &Question) -> Duration {
    match question {
        Question::Prepare { wheels, .. } if wheels.is_empty() => SOON,
        Question::Prepare { .. } | Question::Import { .. } | Question::Provide { .. } => PIP,
        _ => SOON,
    }
}

fn ask_all(question: Question, then: impl FnOnce(Vec<(&'static str, Answered)>) + Send + 'static) {
    let patience = patience(&question);
    cluster::ask_all(ABOUT, question.value(), patience, |answers| {
        TASKS.submit(|| then(answers));
    });
}

/// Has all others do something that they cannot refuse; a shard that is away does it when it comes back.
fn tell_all(what: &'static str, question: Question) {
    if topology().is_alone() {
        return;
    }
    ask_all(question, move |answers| {
        for (shard, answer) in answers {
            if let Err(text) = answer {
                log(
                    Level::Notice,
                    &format!("{what} will reach shard {shard} later: {text}"),
                );
            }
        }
    });
}

/// The requirements of a session with the marks of their wheels.
pub(super) fn wheels(requirements: &[String]) -> Wheels {
    requirements
        .iter()
        .filter_map(|name| Some((name.clone(), known::mark(name)?)))
        .collect()
}

// -- the shard that was asked

struct Commit {
    ticket: String,
    session: Arc<Session>,
    descriptions: Vec<Value>,
    claim: Claim,
    tries: u32,
    then: Then,
}

/// Puts registrations in place everywhere.
pub(super) fn commit(
    ticket: String,
    session: &Arc<Session>,
    descriptions: Vec<Value>,
    claim: Claim,
    then: impl FnOnce(Result<(), Refusal>) + Send + 'static,
) {
    Commit {
        ticket,
        session: Arc::clone(session),
        descriptions,
        claim,
        tries: 0,
        then: Box::new(then),
    }
    .begin();
}

impl Commit {
    fn begin(mut self) {
        let own = topology().own;
        let name = &self.session.name;
        if !held::take(&self.ticket, own, name, &self.claim, &self.descriptions) {
            self.again(Refusal::Here(Reason::Busy));
            return;
        }
        let checked = {
            let _lock = lock_server();
            self.claim
                .last(&self.session)
                .map_err(Reason::from)
                .and_then(|replaced| {
                    let leaves =
                        |other: &Arc<Session>| replaced.iter().any(|old| Arc::ptr_eq(old, other));
                    let leaving = replaced
                        .as_ref()
                        .map_or_else(Vec::new, registration::list::of_session);
                    self.descriptions = stream::with_groups(&self.descriptions, &leaving);
                    check_all(&self.descriptions, leaves)
                })
        };
        if let Err(reason) = checked {
            held::leave(&self.ticket);
            (self.then)(Err(Refusal::Here(reason)));
            return;
        }
        let question = Question::Prepare {
            ticket: self.ticket.clone(),
            parcel: Parcel::of(&self.session, &self.descriptions).encode(),
            claim: self.claim.clone(),
            wheels: wheels(&self.session.requirements),
        };
        ask_all(question, move |answers| self.decide(answers));
    }

    /// Tries it again after a while, if that was not done too often.
    fn again(mut self, refusal: Refusal) {
        self.tries += 1;
        if self.tries > TRIES {
            (self.then)(Err(refusal));
            return;
        }
        // Two that wait for each other do not come back together.
        let pause = PAUSE + u64::from_str_radix(&random_hex()[..4], 16).unwrap_or(0) % (4 * PAUSE);
        self.ticket = random_hex();
        clock::later(Duration::from_millis(pause), || {
            TASKS.submit(|| self.begin());
        });
    }

    fn decide(self, answers: Vec<(&'static str, Answered)>) {
        // One whose place another server has taken meanwhile is not asked again.
        let shards = topology();
        let passes = answers
            .iter()
            .filter_map(|(shard, answer)| Some((shard, answer.as_ref().err()?)))
            .all(|(shard, why)| is_busy(why) || shards.shard(shard).is_none());
        let refused = refusals(answers);
        if !refused.is_empty() {
            self.cancel();
            let refused = refused.iter().map(|text| format!("-ERR {text}"));
            let refusal = Refusal::Shards(refused.collect());
            if passes {
                self.again(refusal);
            } else {
                (self.then)(Err(refusal));
            }
            return;
        }
        let stamp = stamp::next();
        let made = match put(&self.session, &self.descriptions, &self.claim, stamp) {
            Ok(made) => made,
            Err(reason) => {
                self.cancel();
                (self.then)(Err(Refusal::Here(reason)));
                return;
            }
        };
        held::leave(&self.ticket);
        let question = Question::Commit {
            ticket: self.ticket,
            stamp,
        };
        let (session, then) = (self.session, self.then);
        ask_all(question, move |answers| {
            for (shard, answer) in answers {
                if let Err(text) = answer {
                    // It gets them once it answers again.
                    log(
                        Level::Warning,
                        &format!(
                            "the registrations of session {} will reach shard {shard} later: {text}",
                            session.name
                        ),
                    );
                }
            }
            tell_registered(&session, &made, || then(Ok(())));
        });
    }

    fn cancel(&self) {
        held::leave(&self.ticket);
        tell_all(
            "that a script was called off",
            Question::Cancel {
                ticket: self.ticket.clone(),
            },
        );
    }
}

/// Whether registrations could be made now on this server.
pub(super) fn check_all(
    descriptions: &[Value],
    leaves: impl Fn(&Arc<Session>) -> bool,
) -> Result<(), Reason> {
    descriptions
        .iter()
        .filter_map(Reader::parse)
        .try_for_each(|reader| check(&reader, &leaves))
}

/// Sends a registration that a function made to the other shards.
pub(super) fn add(parcel: &Parcel) {
    if topology().is_alone() {
        return;
    }
    let question = Question::Add {
        parcel: parcel.encode(),
        wheels: wheels(parcel.requirements()),
    };
    tell_all("a registration that a function made", question);
}

/// Takes a registration away, here and on the other shards; false where there is none.
pub(crate) fn unregister(id: &[u8], abort_pending: bool) -> bool {
    let Some(registration) = registration::list::find(id) else {
        return false;
    };
    let when = stamp::next();
    let lock = lock_server();
    registration::list::remove(&lock, id, abort_pending);
    persist::unregistered(&lock, std::slice::from_ref(&registration), when);
    drop(lock);
    let question = Question::Unregister {
        stamps: vec![(registration.id.clone(), when)],
        abort_pending,
    };
    tell_all("that a registration is gone", question);
    true
}

/// Pauses a registration on all shards, or has it go on.
pub(crate) fn pause(registration: &Arc<Registration>, on: bool) {
    let pauses = pauses::change(registration, on);
    tell_all(
        "the pause of a registration, or its end,",
        Question::Pause { pauses },
    );
}

/// Sets the counters of all registrations back, on all shards; not on one that is away.
pub(crate) fn clear_statistics() {
    registration::list::clear_statistics();
    if topology().is_alone() {
        return;
    }
    ask_all(Question::Clear {}, |answers| {
        for text in refusals(answers) {
            log(
                Level::Notice,
                &format!("the counters of registrations go on: {text}"),
            );
        }
    });
}

/// Gives the wheels that a client brought to the other shards; `then` gets the texts of those that refuse.
pub(crate) fn import(packed: Vec<u8>, then: impl FnOnce(Vec<String>) + Send + 'static) {
    if topology().is_alone() {
        then(Vec::new());
        return;
    }
    ask_all(Question::Import { packed }, |answers| {
        then(refusals(answers));
    });
}

/// Has all other shards get the packages that a run needs; `then` gets the texts of those that cannot.
pub(crate) fn provide(requirements: &[String], then: impl FnOnce(Vec<String>) + Send + 'static) {
    if requirements.is_empty() || topology().is_alone() {
        then(Vec::new());
        return;
    }
    let wheels = wheels(requirements);
    ask_all(Question::Provide { wheels }, |answers| {
        then(refusals(answers));
    });
}

/// Whether a shard answered that another script takes the same names.
fn is_busy(why: &NoAnswer) -> bool {
    matches!(why, NoAnswer::Said(text) if text == BUSY)
}

fn refusals(answers: Vec<(&'static str, Answered)>) -> Vec<String> {
    answers
        .into_iter()
        .filter_map(|(shard, answer)| {
            let text = answer.err()?.to_string();
            let text = text.strip_prefix("ERR ").unwrap_or(&text);
            Some(format!("shard-{shard}: {text}"))
        })
        .collect()
}
