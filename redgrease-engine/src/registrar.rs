//! Making a script's registrations stand, all or none, and telling who has to know.

mod claim;

use std::sync::Arc;

use crate::event::stream;
use crate::execution;
use crate::packages::known;
use crate::persist;
use crate::record::value::Value;
use crate::registration::{self, Registration};
use crate::server::{Level, lock_server, log};
use crate::session::Session;
pub(crate) use claim::Claim;

/// Puts registrations in place.
///
/// # Errors
/// The text for the client.
pub(crate) fn commit(
    session: &Arc<Session>,
    descriptions: &[Value],
    claim: &Claim,
) -> Result<Vec<Arc<Registration>>, String> {
    for description in descriptions {
        session.learn(description);
    }
    // Only the engine that has the text of the script has use for what is said of its functions.
    let descriptions: Vec<Value> = descriptions
        .iter()
        .map(|one| one.without("native"))
        .collect();
    let descriptions = descriptions.as_slice();
    let wheels = known::unshipped(&session.requirements);
    // What is kept for database files changes under the server's lock only.
    let lock = lock_server();
    let replaced = claim.last(session)?;
    let replaced = replaced.as_ref();
    let leaving = replaced.map_or_else(Vec::new, registration::list::of_session);
    let descriptions = &stream::with_groups(descriptions, &leaving);
    let made = registration::list::add(&lock, session, descriptions, replaced)?;
    persist::unregistered(&lock, &leaving);
    known::ship(&lock, &session.requirements, &wheels, &in_use());
    persist::registered(&lock, session, descriptions);
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

/// The requirements of all sessions with registrations.
fn in_use() -> Vec<String> {
    registration::list::sessions()
        .iter()
        .flat_map(|session| session.requirements.clone())
        .collect()
}

/// Has the `onRegistered` functions of registrations called, then does the rest.
pub(crate) fn tell_registered(
    session: &Arc<Session>,
    made: &[Arc<Registration>],
    then: impl FnOnce() + Send + 'static,
) {
    let started = made.to_vec();
    let then = move || {
        stream::start(&started);
        then();
    };
    let plans: Vec<Value> = made
        .iter()
        .filter(|registration| registration.plan.on_registered)
        .map(|registration| Value::str(&registration.id))
        .collect();
    match session.current_host() {
        Some(host) if !plans.is_empty() => {
            session.tell_registered(&host, plans, 0, move |_| then());
        }
        _ => then(),
    }
}
