//! Sessions as clients see them.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::requirement;
use crate::answer::Reply;
use crate::execution;
use crate::plan::Plan;
use crate::registration::{self, Registration};
use crate::session::Session;

/// What there is of every session, in the same order; behind them the ones that were replaced and still run something.
pub(crate) fn usages() -> Vec<Usage> {
    let mut usages: Vec<Usage> = Vec::new();
    let mut places = HashMap::new();
    let mut place = |session: &Arc<Session>, usages: &mut Vec<Usage>| {
        *places.entry(Arc::as_ptr(session)).or_insert_with(|| {
            usages.push(Usage::new(session));
            usages.len() - 1
        })
    };
    for registration in &registration::list::all() {
        let at = place(&registration.session, &mut usages);
        usages[at].registrations.push(Arc::clone(registration));
        usages[at].plans.insert(Arc::as_ptr(&registration.plan));
    }
    for execution in &execution::list::all() {
        let at = place(&execution.session, &mut usages);
        usages[at].plans.insert(Arc::as_ptr(&execution.plan));
    }
    usages.retain(|usage| !usage.registrations.is_empty() || usage.is_dead());
    usages
}

/// The registrations that the text of a session lists; it is beside each of them.
const LISTED: usize = 100;

/// A session and what refers to it.
#[derive(Debug)]
pub(crate) struct Usage {
    pub(crate) session: Arc<Session>,
    pub(crate) registrations: Vec<Arc<Registration>>,
    plans: HashSet<*const Plan>,
}

impl Usage {
    fn new(session: &Arc<Session>) -> Self {
        Self {
            session: Arc::clone(session),
            registrations: Vec::new(),
            plans: HashSet::new(),
        }
    }

    /// How many plans of the session there are: those of its registrations, and those of executions on the list.
    pub(crate) fn references(&self) -> usize {
        self.plans.len()
    }

    /// Whether another session took its name over.
    pub(crate) fn is_dead(&self) -> bool {
        self.session.replaced.load(Ordering::Relaxed)
    }

    /// How the session is linked to its name.
    pub(crate) fn link(&self) -> &'static str {
        if self.is_dead() { "None" } else { "primary" }
    }

    /// The session data of a registration: text in the shape of RedisGears 1.2, which looks like Python and is not.
    pub(crate) fn text(&self) -> String {
        let session = &self.session;
        let mut registrations: Vec<String> = self
            .registrations
            .iter()
            .take(LISTED)
            .map(|registration| format!("'{}'", registration.id))
            .collect();
        if self.registrations.len() > LISTED {
            registrations.push(format!("'and {} more'", self.registrations.len() - LISTED));
        }
        format!(
            "{{'sessionName':'{}', 'sessionDescription':'{}', 'refCount': {}, 'linkedTo': {}, 'dead': {}, \
             'isInstallationNeeded':{}, 'registrationsList':[{}], 'depsList':[{}]}}",
            session.name,
            session.description.as_deref().unwrap_or("null"),
            self.references(),
            self.link(),
            self.is_dead(),
            i32::from(session.installed.load(Ordering::Relaxed)),
            registrations.join(","),
            requirement::session_text(session),
        )
    }
}

/// The texts of sessions, to look up by session.
#[derive(Debug)]
pub(crate) struct SessionTexts(HashMap<*const Session, String>);

impl SessionTexts {
    /// The texts of these sessions.
    pub(crate) fn new(usages: &[Usage]) -> Self {
        let text = |usage: &Usage| (Arc::as_ptr(&usage.session), usage.text());
        Self(usages.iter().map(text).collect())
    }

    /// The text of one of them.
    pub(crate) fn of(&self, session: &Arc<Session>) -> &str {
        self.0.get(&Arc::as_ptr(session)).map_or("", String::as_str)
    }
}

/// A session as RG.PYDUMPSESSIONS shows it.
pub(crate) fn describe(usage: &Usage, all: &[Usage], verbose: bool) -> Reply {
    let session = &usage.session;
    let requirements = session.named_requirements().iter().map(|name| {
        if verbose {
            let sessions: Vec<_> = all.iter().map(|one| Arc::clone(&one.session)).collect();
            requirement::describe(name, &sessions)
        } else {
            Reply::bulk(name)
        }
    });
    let show = |registration: &Arc<Registration>| {
        if verbose {
            super::registration::dump(registration, None)
        } else {
            Reply::bulk(&registration.id)
        }
    };
    Reply::map(vec![
        ("ID", Reply::bulk(&session.name)),
        (
            "sessionDescription",
            Reply::bulk_or_null(session.description.as_ref()),
        ),
        ("refCount", Reply::count(usage.references())),
        ("linked", Reply::bulk(usage.link())),
        ("dead", Reply::bulk(usage.is_dead().to_string())),
        (
            "requirementInstallationNeeded",
            Reply::Int(i64::from(session.installed.load(Ordering::Relaxed))),
        ),
        ("requirements", Reply::Array(requirements.collect())),
        (
            "registrations",
            Reply::Array(usage.registrations.iter().map(show).collect()),
        ),
    ])
}
