//! Making a script's registrations stand, on all shards or none, and telling who has to know.

mod answers;
mod claim;
mod held;
mod pauses;
mod question;
mod reason;
mod repair;
mod shards;
mod unready;

use std::sync::Arc;

use crate::base::{random_hex, stamp};
use crate::cluster::topology;
use crate::event::{hook, stream};
use crate::execution;
use crate::packages::known;
use crate::persist;
use crate::plan::{CommandReader, Reader};
use crate::record::value::Value;
use crate::registration::{self, Registration, Unfit};
use crate::server::{Level, lock_server, log};
use crate::session::{self, Parcel, Session};
pub(crate) use claim::Claim;
pub(crate) use reason::Reason;
pub(crate) use shards::{Refusal, clear_statistics, import, install, pause, provide, unregister};

/// Puts registrations of a script in place on all shards, and has their `onRegistered` functions called. `then` gets the shards
/// that refuse: nothing changed anywhere then.
pub(crate) fn commit(
    session: &Arc<Session>,
    descriptions: &[Value],
    claim: Claim,
    then: impl FnOnce(Result<(), Refusal>) + Send + 'static,
) {
    let descriptions = learn(session, descriptions);
    if topology().is_alone() {
        match put(session, &descriptions, &claim, stamp::next()) {
            Ok(made) => tell_registered(session, &made, || then(Ok(()))),
            Err(reason) => then(Err(Refusal::Here(reason))),
        }
        return;
    }
    shards::commit(random_hex(), session, descriptions, claim, then);
}

/// Puts a registration in place that a function makes, at once; the other shards follow.
///
/// # Errors
/// Why it cannot be made.
pub(crate) fn add(session: &Arc<Session>, description: &Value) -> Result<(), Reason> {
    let descriptions = learn(session, std::slice::from_ref(description));
    let descriptions = {
        let _lock = lock_server();
        stream::with_groups(&descriptions, &[])
    };
    let made = put(session, &descriptions, &Claim::default(), stamp::next())?;
    shards::add(&Parcel::of(session, &descriptions));
    tell_registered(session, &made, || {});
    Ok(())
}

/// What a worker described, stamped, and known to the session.
fn learn(session: &Session, descriptions: &[Value]) -> Vec<Value> {
    let now = stamp::next();
    session.set_born(now);
    session.learn(descriptions);
    descriptions
        .iter()
        .map(|one| {
            let mut one = one.clone();
            one.set("stamp", Value::Int(now));
            one
        })
        .collect()
}

/// Puts registrations in place on this server, those that stand already left out; `when` is the stamp of what gives way.
///
/// # Errors
/// Why they cannot be made.
fn put(
    session: &Arc<Session>,
    descriptions: &[Value],
    claim: &Claim,
    when: i64,
) -> Result<Vec<Arc<Registration>>, Reason> {
    let wheels = known::unshipped(&session.requirements);
    // What is kept for database files changes under the server's lock only.
    let lock = lock_server();
    let replaced = claim.last(session)?;
    let replaced = replaced.as_ref();
    let leaving = replaced.map_or_else(Vec::new, registration::list::of_session);
    let descriptions: Vec<Value> = stream::with_groups(descriptions, &leaving)
        .into_iter()
        .filter(|one| {
            let id = one.text("id").unwrap_or_default();
            registration::list::find(id.as_bytes()).is_none()
        })
        .collect();
    let made = registration::list::add(&lock, session, &descriptions, replaced)?;
    persist::unregistered(&lock, &leaving, when);
    known::ship(&lock, &session.requirements, &wheels, &in_use());
    persist::registered(&lock, Parcel::of(session, &descriptions));
    drop(lock);
    execution::list::count_errand();
    for registration in &made {
        log(
            Level::Verbose,
            &format!(
                "registered {} ({}) of session {}",
                registration.id,
                registration.plan.reader.name(),
                session.name
            ),
        );
    }
    Ok(made)
}

/// Whether a registration could be made now on this server; `leaves` says of a session whether it is about to go.
///
/// # Errors
/// Why not.
pub(crate) fn check(reader: &Reader, leaves: impl Fn(&Arc<Session>) -> bool) -> Result<(), Reason> {
    hook::check(reader, &leaves)?;
    if let Reader::StreamEvents(events) = reader
        && !events.failed.is_empty()
        && stream::follows(&events.prefix, &events.failed)
    {
        return Err(Reason::FailedStream);
    }
    let Reader::Command(CommandReader {
        trigger: Some(trigger),
        ..
    }) = reader
    else {
        return Ok(());
    };
    match registration::list::trigger(trigger) {
        Some(holder) if !leaves(&holder.session) => Err(Unfit::Trigger.into()),
        _ => Ok(()),
    }
}

/// The same for a script in its worker.
///
/// # Errors
/// Why not.
pub(crate) fn check_for(reader: &Reader, session: &str) -> Result<(), Reason> {
    // The session that is about to be replaced gives its triggers and hooks up.
    check(reader, |other| session::list::replaces(session, other))
}

/// The requirements of all sessions with registrations.
fn in_use() -> Vec<String> {
    registration::list::sessions()
        .iter()
        .flat_map(|session| session.requirements.clone())
        .collect()
}

/// Has the `onRegistered` functions of registrations called, then does the rest.
fn tell_registered(
    session: &Arc<Session>,
    made: &[Arc<Registration>],
    then: impl FnOnce() + Send + 'static,
) {
    let plans = made
        .iter()
        .filter(|registration| registration.plan.on_registered)
        .map(|registration| Value::str(&registration.id))
        .collect();
    tell(session, made, plans, then);
}

/// The same for what came from elsewhere: a worker that restores functions calls `onRegistered` by itself, before it answers
/// anything else about the session.
fn tell_restored(
    session: &Arc<Session>,
    made: &[Arc<Registration>],
    then: impl FnOnce() + Send + 'static,
) {
    let ids: Vec<String> = made.iter().map(|one| one.id.clone()).collect();
    if session.current_host().is_some() {
        session.send_plans(&ids);
    } else if let Err(absence) = session.host() {
        log(Level::Warning, &absence.to_string());
    }
    let called = made
        .iter()
        .any(|registration| registration.plan.on_registered);
    if called {
        tell(session, made, Vec::new(), then);
    } else {
        stream::start(made);
        then();
    }
}

fn tell(
    session: &Arc<Session>,
    made: &[Arc<Registration>],
    plans: Vec<Value>,
    then: impl FnOnce() + Send + 'static,
) {
    let wants_none = made
        .iter()
        .all(|registration| !registration.plan.on_registered);
    let started = made.to_vec();
    let then = move || {
        stream::start(&started);
        then();
    };
    match session.current_host() {
        Some(host) if !wants_none => {
            session.tell_registered(&host, plans, 0, move |_| then());
        }
        _ => then(),
    }
}
