//! Questions to other shards, and their answers.

use std::collections::HashMap;
use std::fmt::Display;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError, RwLock};
use std::time::Duration;

use super::link;
use super::message::Message;
use super::no_answer::NoAnswer;
use super::topology::topology;
use crate::base::{clock, guard};
use crate::record::value::Value;

/// What a shard answered, or why it did not.
pub(crate) type Answered = Result<Value, NoAnswer>;

type Then = Box<dyn FnOnce(Answered) + Send>;

/// Which question of which shard: several may be asked the same.
type Key = (u64, &'static str);

static PENDING: LazyLock<Mutex<HashMap<Key, Then>>> = LazyLock::new(Mutex::default);
static NUMBER: AtomicU64 = AtomicU64::new(1);

/// Answers a question of another shard, which is called so; at once or later. It is called on the thread that all messages come
/// by, which it must not keep.
pub(crate) type Answerer = fn(shard: &'static str, question: Value, asker: Asker);

static ANSWERERS: LazyLock<RwLock<HashMap<&'static str, Answerer>>> =
    LazyLock::new(RwLock::default);

/// Has questions about something answered.
pub(crate) fn answer_about(about: &'static str, answerer: Answerer) {
    let mut answerers = ANSWERERS.write().unwrap_or_else(PoisonError::into_inner);
    answerers.insert(about, answerer);
}

/// Asks a shard; `then` gets its answer, or why there is none, after `patience` at the latest.
pub(crate) fn ask(
    shard: &'static str,
    about: &str,
    question: Value,
    patience: Duration,
    then: impl FnOnce(Answered) + Send + 'static,
) {
    put(about, question, patience, vec![(shard, Box::new(then))]);
}

/// Asks all other shards the same; `then` gets what each of them answered, in the order of their names.
pub(crate) fn ask_all(
    about: &str,
    question: Value,
    patience: Duration,
    then: impl FnOnce(Vec<(&'static str, Answered)>) + Send + 'static,
) {
    let shards: Vec<&'static str> = topology().others().map(|shard| shard.id).collect();
    ask_each(&shards, about, question, patience, then);
}

/// Asks these shards the same; `then` gets what each of them answered, in their order.
pub(crate) fn ask_each(
    shards: &[&'static str],
    about: &str,
    question: Value,
    patience: Duration,
    then: impl FnOnce(Vec<(&'static str, Answered)>) + Send + 'static,
) {
    type Round = (
        Vec<Option<Answered>>,
        Option<Box<dyn FnOnce(Vec<Answered>) + Send>>,
    );
    if shards.is_empty() {
        then(Vec::new());
        return;
    }
    let names = shards.to_vec();
    let then = move |answers: Vec<Answered>| then(names.into_iter().zip(answers).collect());
    let missing: Vec<Option<Answered>> = shards.iter().map(|_| None).collect();
    let round: Arc<Mutex<Round>> = Arc::new(Mutex::new((missing, Some(Box::new(then)))));
    let asked = shards.iter().enumerate().map(|(at, &shard)| {
        let round = Arc::clone(&round);
        let then: Then = Box::new(move |answer| {
            let mut state = guard(&round);
            state.0[at] = Some(answer);
            if state.0.iter().all(Option::is_some) {
                let answers = state.0.drain(..).flatten().collect();
                let then = state.1.take();
                drop(state);
                if let Some(then) = then {
                    then(answers);
                }
            }
        });
        (shard, then)
    });
    put(about, question, patience, asked.collect());
}

/// Puts a question to shards, each of which answers to its own function.
fn put(about: &str, question: Value, patience: Duration, asked: Vec<(&'static str, Then)>) {
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let shards: Vec<&'static str> = asked.iter().map(|(shard, _)| *shard).collect();
    let keyed = asked
        .into_iter()
        .map(|(shard, then)| ((number, shard), then));
    guard(&PENDING).extend(keyed);
    let late = shards.clone();
    clock::later(patience, move || {
        for shard in late {
            settle((number, shard), || {
                Err(NoAnswer::Late {
                    shard: topology().named(shard),
                    patience,
                })
            });
        }
    });
    let about = about.to_owned();
    let message = Message::Ask {
        number,
        about,
        question,
    };
    for (shard, unsent) in link::send_each(shards, message) {
        settle((number, shard), || Err(NoAnswer::Unsent(unsent)));
    }
}

fn settle(key: Key, answer: impl FnOnce() -> Answered) {
    let pending = guard(&PENDING).remove(&key);
    if let Some(then) = pending {
        then(answer());
    }
}

/// The shard that asked: it gets one answer.
#[derive(Debug)]
pub(crate) struct Asker {
    shard: &'static str,
    number: Option<u64>,
}

impl Asker {
    /// Answers.
    pub(crate) fn give(mut self, answer: Answered) {
        self.send(answer);
    }

    /// Says why there is no answer.
    pub(crate) fn refuse(self, why: &impl Display) {
        self.give(Err(NoAnswer::Said(why.to_string())));
    }

    fn send(&mut self, answer: Answered) {
        let Some(number) = self.number.take() else {
            return;
        };
        let (fine, answer) = match answer {
            Ok(value) => (true, value),
            Err(why) => (false, Value::str(why.to_string())),
        };
        let message = Message::Answer {
            number,
            fine,
            answer,
        };
        if let Err(unsent) = link::send(self.shard, message) {
            // An asker that is gone needs no answer; one that cannot get it is told so.
            let _ = link::send(
                self.shard,
                Message::Answer {
                    number,
                    fine: false,
                    answer: Value::str(unsent.to_string()),
                },
            );
        }
    }
}

impl Drop for Asker {
    fn drop(&mut self) {
        let text = "the question was dropped; the server log says why";
        self.send(Err(NoAnswer::Said(text.to_owned())));
    }
}

/// A question came.
pub(super) fn asked(shard: &'static str, number: u64, about: &str, question: Value) {
    let asker = Asker {
        shard,
        number: Some(number),
    };
    let answerer = {
        let answerers = ANSWERERS.read().unwrap_or_else(PoisonError::into_inner);
        answerers.get(about).copied()
    };
    match answerer {
        Some(answerer) => answerer(shard, question, asker),
        None => asker.refuse(&format_args!(
            "the engine of shard {} ({}) knows nothing about {about}: is it another version?",
            topology().named(topology().own),
            env!("CARGO_PKG_VERSION"),
        )),
    }
}

/// An answer came.
pub(super) fn answered(shard: &'static str, number: u64, fine: bool, answer: Value) {
    settle((number, shard), || {
        if fine {
            Ok(answer)
        } else {
            Err(NoAnswer::Said(answer.as_text().unwrap_or_default()))
        }
    });
}

/// A shard is gone: it answers nothing any more.
pub(super) fn lost(shard: &'static str, why: &str) {
    let keys: Vec<Key> = guard(&PENDING)
        .keys()
        .filter(|(_, asked)| *asked == shard)
        .copied()
        .collect();
    for key in keys {
        settle(key, || Err(NoAnswer::Lost(why.to_owned())));
    }
}
