//! Which registrations were paused, or went on again, and when: a shard that was not there hears of it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use crate::base::{fingerprint, guard, stamp};
use crate::cluster::Field;
use crate::event::stream;
use crate::record::value::Value;
use crate::registration::{self, Registration};

/// What was done to a registration last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pause {
    /// Whether it was paused; else it went on.
    pub(super) on: bool,
    pub(super) stamp: i64,
}

/// What was done to registrations last, by their ids.
pub(super) type Pauses = Vec<(String, Pause)>;

impl Field for Pause {
    fn put(self) -> Value {
        Value::Tuple(vec![Value::Bool(self.on), Value::Int(self.stamp)])
    }

    fn take(value: Value) -> Option<Self> {
        match value.items()? {
            [on, stamp] => Some(Self {
                on: on.is_true(),
                stamp: stamp.as_int()?,
            }),
            _ => None,
        }
    }
}

static KNOWN: Mutex<BTreeMap<String, Pause>> = Mutex::new(BTreeMap::new());

fn is_there(id: &str) -> bool {
    registration::list::find(id.as_bytes()).is_some()
}

/// Pauses a registration, or has it go on; gives what the other shards have to know.
pub(super) fn change(registration: &Arc<Registration>, on: bool) -> Pauses {
    let stamp = stamp::next();
    let pause = Pause { on, stamp };
    guard(&KNOWN).retain(|id, _| is_there(id));
    guard(&KNOWN).insert(registration.id.clone(), pause);
    pause.reach(registration);
    vec![(registration.id.clone(), pause)]
}

/// Does what was done on other shards, where that is news. A registration that is not here yet finds it when it comes.
pub(super) fn follow(pauses: Pauses) {
    for (id, pause) in pauses {
        stamp::seen(pause.stamp);
        let is_news = {
            let mut known = guard(&KNOWN);
            let is_news = known.get(&id).is_none_or(|one| one.stamp < pause.stamp);
            if is_news {
                known.insert(id.clone(), pause);
            }
            is_news
        };
        if is_news && let Some(registration) = registration::list::find(id.as_bytes()) {
            pause.reach(&registration);
        }
    }
}

/// Pauses those of registrations that came from elsewhere which are paused there.
pub(super) fn reach(made: &[Arc<Registration>]) {
    for registration in made {
        let known = guard(&KNOWN).get(&registration.id).copied();
        if let Some(pause) = known.filter(|pause| pause.on) {
            pause.reach(registration);
        }
    }
}

/// All that is known of registrations that are here.
pub(super) fn all() -> Pauses {
    let known = guard(&KNOWN).clone();
    known.into_iter().filter(|(id, _)| is_there(id)).collect()
}

/// A number that is the same where the same is known; 0 where that is nothing.
pub(super) fn digest() -> u64 {
    all().iter().fold(0, |digest: u64, (id, pause)| {
        let text = format!("{id} {} {}", pause.on, pause.stamp);
        digest.rotate_left(5) ^ fingerprint(text.as_bytes())
    })
}

/// What one shard knows later than another one.
pub(super) fn later(than: &Pauses) -> Pauses {
    let known: BTreeMap<&str, i64> = than
        .iter()
        .map(|(id, pause)| (id.as_str(), pause.stamp))
        .collect();
    let is_news = |id: &str, stamp| known.get(id).is_none_or(|known| *known < stamp);
    let mut news = all();
    news.retain(|(id, pause)| is_news(id, pause.stamp));
    news
}

impl Pause {
    fn reach(self, registration: &Arc<Registration>) {
        if self.on {
            stream::pause(registration);
        } else {
            stream::unpause(registration);
        }
    }
}
