//! Shards that do not have the same registrations: what one lacks, because it was away or is new, it gets; what was taken away
//! meanwhile goes. docs/cluster.md has the rule for what does not go together.
//!
//! Shards compare digests every so often. Two that differ twice in a row exchange the ids of their registrations, and of those that
//! were taken away, with their stamps.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use super::answers::with_wheels;
use super::question::{Question, Summary, Wanted};
use super::shards::{ask, wheels};
use super::{held, in_use, pauses, tell_restored};
use crate::base::{clock, guard, stamp};
use crate::cluster::{Field, topology};
use crate::execution;
use crate::packages::environment::{environments, normalise};
use crate::packages::known;
use crate::persist::{self, Stamps};
use crate::plan::{CommandReader, Reader};
use crate::record::value::Value;
use crate::registration::{self, Registration, Unfit};
use crate::server::{Level, ServerLock, lock_server, log, module_flags};
use crate::session::{self, Parcel, Session};

/// How often shards compare.
const EVERY: Duration = Duration::from_secs(1);
/// With how many others each time.
const AT_ONCE: usize = 8;

/// With whom it is compared next.
static TURN: AtomicUsize = AtomicUsize::new(0);
/// The digests, own and other, of shards that had other registrations the last time.
static DIFFER: LazyLock<Mutex<HashMap<&'static str, (i64, i64)>>> = LazyLock::new(Mutex::default);

/// Compares from now on, if there may be others.
pub(super) fn start() {
    if module_flags().cluster() {
        clock::later(EVERY, || {
            compare();
            start();
        });
    }
}

fn digest() -> i64 {
    (persist::digest() ^ pauses::digest()).cast_signed()
}

fn compare() {
    let flags = module_flags();
    let topology = topology();
    // A script on its way makes shards differ for a moment.
    if topology.is_alone() || flags.replica() || flags.loading() || held::is_any() {
        return;
    }
    let others: Vec<&'static str> = topology
        .others()
        .filter(|shard| !shard.has_failed)
        .map(|shard| shard.id)
        .collect();
    let count = AT_ONCE.min(others.len());
    let first = TURN.fetch_add(count, Ordering::Relaxed);
    for at in first..first + count {
        let shard = others[at % others.len()];
        let digest = digest();
        ask(shard, Question::Compare { digest }, move |answer| {
            if let Ok(answer) = answer {
                differs(shard, digest, answer);
            }
        });
    }
}

/// The answer to a digest: nothing where it is the same, else what there is.
pub(super) fn compared(other: i64) -> Value {
    let own = digest();
    if own == other {
        return Value::None;
    }
    let (live, gone) = persist::summary();
    Summary {
        digest: own,
        live,
        gone,
        pauses: pauses::all(),
    }
    .put()
}

/// Another shard has other registrations.
fn differs(shard: &'static str, own: i64, answer: Value) {
    let Some(there) = Summary::take(answer) else {
        guard(&DIFFER).remove(shard);
        return;
    };
    let both = (own, there.digest);
    if guard(&DIFFER).insert(shard, both) != Some(both) || digest() != own {
        return;
    }
    log(
        Level::Notice,
        &format!(
            "shard {} has other registrations; comparing",
            topology().named(shard)
        ),
    );
    reconcile(shard, there);
}

/// Stamps by the ids that they belong to.
struct Known<'a>(HashMap<&'a str, i64>);

impl<'a> Known<'a> {
    fn of(stamps: &'a Stamps) -> Self {
        let pairs = stamps.iter().map(|(id, when)| (id.as_str(), *when));
        Self(pairs.collect())
    }

    fn lacks(&self, id: &str, when: i64) -> bool {
        self.0.get(id).is_none_or(|known| *known < when)
    }
}

/// Takes over what another shard has, and gives it what it lacks.
fn reconcile(shard: &'static str, there: Summary) {
    take_away(&there.gone, false);
    let news = pauses::later(&there.pauses);
    if !news.is_empty() {
        ask(shard, Question::Pause { pauses: news }, |_| ());
    }
    pauses::follow(there.pauses);
    let (live, gone) = persist::summary();
    let (live_here, gone_here) = (Known::of(&live), Known::of(&gone));
    let (live_there, gone_there) = (Known::of(&there.live), Known::of(&there.gone));
    let left: Stamps = gone
        .iter()
        .filter(|(id, when)| {
            live_there
                .0
                .get(id.as_str())
                .is_some_and(|made| made <= when)
        })
        .cloned()
        .collect();
    if !left.is_empty() {
        let question = Question::Unregister {
            stamps: left,
            abort_pending: false,
        };
        ask(shard, question, |_| ());
    }
    let lacking: HashSet<String> = live
        .iter()
        .filter(|(id, when)| live_there.lacks(id, *when) && gone_there.lacks(id, *when))
        .map(|(id, _)| id.clone())
        .collect();
    for parcel in persist::parcels(&lacking) {
        let question = Question::Add {
            parcel: parcel.encode(),
            wheels: wheels(parcel.requirements()),
        };
        ask(shard, question, |_| ());
    }
    let wanted: Vec<String> = there
        .live
        .iter()
        .filter(|(id, when)| live_here.lacks(id, *when) && gone_here.lacks(id, *when))
        .map(|(id, _)| id.clone())
        .collect();
    if wanted.is_empty() {
        return;
    }
    ask(shard, Question::Want { ids: wanted }, move |answer| {
        let parts = answer.ok().and_then(Value::into_items).unwrap_or_default();
        for wanted in parts.into_iter().filter_map(Wanted::take) {
            match Parcel::decode(&wanted.parcel) {
                Ok(parcel) => with_wheels(shard, wanted.wheels, move |fetched| {
                    if let Err(unfetched) = fetched {
                        log(Level::Warning, &unfetched.to_string());
                    }
                    adopt(parcel);
                }),
                Err(broken) => log(Level::Warning, &broken.to_string()),
            }
        }
    });
}

/// Takes registrations away that were taken away elsewhere, and remembers it of those that never were here.
pub(super) fn take_away(stamps: &Stamps, abort_pending: bool) {
    let lock = lock_server();
    for (id, when) in stamps {
        stamp::seen(*when);
        match registration::list::find(id.as_bytes()) {
            Some(known) if persist::made(id).is_none_or(|made| made <= *when) => {
                registration::list::remove(&lock, id.as_bytes(), abort_pending);
                persist::unregistered(&lock, &[known], *when);
            }
            // Made again since.
            Some(_) => {}
            None if persist::gone(id).is_none_or(|known| known < *when) => {
                persist::note_gone(&lock, id, *when);
            }
            None => {}
        }
    }
}

/// Puts registrations in place that stand elsewhere, once their Python stands.
pub(super) fn adopt(parcel: Parcel) {
    let requirements = normalise(parcel.requirements());
    environments().get(requirements, false, move |environment| {
        if let Err(failure) = environment {
            log(Level::Warning, &failure.to_string());
        }
        adopt_now(&parcel);
    });
}

fn adopt_now(parcel: &Parcel) {
    let (session, made) = {
        let lock = lock_server();
        match take_over(&lock, parcel) {
            Ok(Some(both)) => both,
            Ok(None) => return,
            Err(why) => {
                log(
                    Level::Warning,
                    &format!("session {} was not taken over: {why}", parcel.name()),
                );
                return;
            }
        }
    };
    execution::list::count_errand();
    pauses::reach(&made);
    for registration in &made {
        log(
            Level::Notice,
            &format!(
                "took over {} ({}) of session {}",
                registration.id,
                registration.plan.reader.name(),
                session.name
            ),
        );
    }
    if session.is_ready() {
        tell_restored(&session, &made, || {});
    } else {
        let prepared = Arc::clone(&session);
        session.prepare(move || tell_restored(&prepared, &made, || {}));
    }
}

type TakenOver = (Arc<Session>, Vec<Arc<Registration>>);

fn take_over(lock: &ServerLock, parcel: &Parcel) -> Result<Option<TakenOver>, Unfit> {
    let living = session::list::named(parcel.name())
        .filter(|session| !session.replaced.load(Ordering::Relaxed))
        .filter(|session| !registration::list::of_session(session).is_empty());
    let session = match living {
        Some(living) if living.born() == parcel.born() => living,
        Some(later) if later.born() > parcel.born() => {
            // The session of this name that was made later stays.
            for (id, made) in parcel.stamps() {
                persist::note_gone(lock, id, made);
            }
            return Ok(None);
        }
        Some(earlier) => {
            for old in registration::list::of_session(&earlier) {
                yield_place(lock, &old, parcel.born());
            }
            ready(parcel)
        }
        None => ready(parcel),
    };
    parcel.give_script(&session);
    let stamps: HashMap<&str, i64> = parcel.stamps().collect();
    let mut new = Vec::new();
    for description in parcel.descriptions() {
        let id = description.text("id").unwrap_or_default();
        let made = stamps.get(id.as_str()).copied().unwrap_or(0);
        stamp::seen(made);
        if persist::gone(&id).is_some_and(|when| when >= made) {
            continue;
        }
        if let Some(known) = registration::list::find(id.as_bytes()) {
            if persist::made(&id).is_some_and(|known| known >= made) {
                continue;
            }
            yield_place(lock, &known, 0);
        }
        if let Some(holder) = holder(&description) {
            let other = persist::made(&holder.id).unwrap_or(0);
            // The trigger that was registered later stays.
            if (other, &holder.id) > (made, &id) {
                persist::note_gone(lock, &id, made);
                continue;
            }
            yield_place(lock, &holder, made);
        }
        execution::list::skip_plan(&id);
        new.push(description);
    }
    if new.is_empty() {
        return Ok(None);
    }
    session.learn(&new);
    let made = registration::list::add(lock, &session, &new, None)?;
    if !session.inherits {
        known::installed(&session.requirements);
    }
    known::ship(lock, &session.requirements, &[], &in_use());
    persist::registered(lock, Parcel::of(&session, &new));
    Ok(Some((session, made)))
}

/// The session of a parcel, which finds the environment that was made for it.
fn ready(parcel: &Parcel) -> Arc<Session> {
    let session = parcel.session();
    session.prepare(|| {});
    session
}

/// Takes a registration away that has to make room for a later one.
fn yield_place(lock: &ServerLock, registration: &Arc<Registration>, later: i64) {
    let made = persist::made(&registration.id).unwrap_or(0);
    log(
        Level::Warning,
        &format!(
            "the registration {} of session {} gives way to one that was made later on another shard",
            registration.id, registration.session.name
        ),
    );
    registration::list::remove(lock, registration.id.as_bytes(), false);
    persist::unregistered(lock, std::slice::from_ref(registration), made.max(later));
}

/// The registration that has the trigger of another one.
fn holder(description: &Value) -> Option<Arc<Registration>> {
    match Reader::parse(description)? {
        Reader::Command(CommandReader {
            trigger: Some(trigger),
            ..
        }) => registration::list::trigger(&trigger),
        _ => None,
    }
}
