//! What survives the server: registrations in database files and the append-only file, and their way to replicas.
//!
//! The [`Ledger`] holds the registrations as they are written. It changes under the server's lock only, so that it is whole
//! whenever the server forks: the child that writes a file reads it there.

mod gone;
mod ledger;
mod unrestored;

use crate::base::clock;
use crate::cluster;
use std::collections::HashSet;
use std::ffi::{CStr, c_int};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use crate::base::guard;
use crate::event::{keys, stream};
use crate::execution;
use crate::packages::known;
use crate::registration::{self, Registration, ahead};
use crate::server::{
    Context, Event, Handler, Io, IoError, Level, Moment, Persistent, Refused, ServerLock,
    create_type, lock_server, log, query, replicate, subscribe,
};
use crate::session::{self, Parcel, Session};
use gone::Gone;
use ledger::Ledger;
use unrestored::Unrestored;

/// The command that carries the registrations of one session.
pub(crate) const REGISTER: &CStr = c"rg.innerregister";
/// The command that takes a registration away.
pub(crate) const UNREGISTER: &CStr = c"rg.innerunregister";

/// The version of the format.
const VERSION: c_int = 1;
/// How long the start of a server waits for the workers of its registrations.
const PATIENCE: Duration = Duration::from_secs(3);

static LEDGER: Mutex<Ledger> = Mutex::new(Ledger::new());
/// Whether the server is loading its data, and the sessions that came with it wait for the end of that.
static LOADING: AtomicBool = AtomicBool::new(false);
static FROM_MASTER: AtomicBool = AtomicBool::new(false);

// -- what happens on a master

/// Registrations were put in place: keeps them, and tells replicas and the append-only file.
pub(crate) fn registered(lock: &ServerLock, parcel: Parcel) {
    if !parcel.is_empty() {
        replicate(lock, REGISTER, &[parcel.encode()]);
        guard(&LEDGER).add(parcel);
    }
}

/// Registrations were taken away: forgets them, and tells replicas and the append-only file. In a cluster it is remembered
/// when that was, for the servers that are not there now.
pub(crate) fn unregistered(lock: &ServerLock, registrations: &[Arc<Registration>], when: i64) {
    for registration in registrations {
        let id = &registration.id;
        guard(&LEDGER).remove(id);
        if cluster::topology().own.is_empty() {
            replicate(lock, UNREGISTER, &[id]);
        } else {
            note_gone(lock, id, when);
        }
    }
}

// -- what the other servers of a cluster are told

/// The ids of registrations, with a stamp each.
pub(crate) type Stamps = Vec<(String, i64)>;

/// A number that is the same on servers with the same registrations.
pub(crate) fn digest() -> u64 {
    guard(&LEDGER).digest()
}

/// Which registrations there are, and which were taken away.
pub(crate) fn summary() -> (Stamps, Stamps) {
    let ledger = guard(&LEDGER);
    (ledger.live(), ledger.gone.all())
}

/// The sessions with these registrations.
pub(crate) fn parcels(wanted: &HashSet<String>) -> Vec<Parcel> {
    guard(&LEDGER).parcels(wanted)
}

/// When a registration was made, if it is there.
pub(crate) fn made(id: &str) -> Option<i64> {
    guard(&LEDGER).stamp(id)
}

/// When a registration was taken away, if it was.
pub(crate) fn gone(id: &str) -> Option<i64> {
    guard(&LEDGER).gone.when(id)
}

/// Notes that a registration was taken away, also one that never was here.
pub(crate) fn note_gone(lock: &ServerLock, id: &str, when: i64) {
    guard(&LEDGER).gone.add(id, when);
    replicate(
        lock,
        UNREGISTER,
        &[id.as_bytes(), when.to_string().as_bytes()],
    );
}

// -- what comes from a file or a master

/// Puts the registrations of a record in place, those that are known already left out.
///
/// # Errors
/// What is wrong with the record.
pub(crate) fn restore(lock: &ServerLock, record: &[u8]) -> Result<(), Unrestored> {
    let record = Parcel::whole(record)?;
    if let Some(pairs) = Gone::read(&record) {
        for (id, when) in pairs {
            guard(&LEDGER).gone.add(&id, when);
        }
        return Ok(());
    }
    let parcel = Parcel::read(&record)?;
    let name = parcel.name();
    let mut new = Vec::new();
    for description in parcel.descriptions() {
        let id = description.text("id").unwrap_or_default();
        execution::list::skip_plan(&id);
        match registration::list::find(id.as_bytes()) {
            Some(known) if known.session.name == name => {}
            // A replica that registered something by itself used a number that is the master's to give.
            Some(known) => {
                log(
                    Level::Warning,
                    &format!(
                        "the registration {id} of session {} gives way to the master's of session {name}",
                        known.session.name
                    ),
                );
                forget(lock, id.as_bytes(), None);
                new.push(description);
            }
            None => new.push(description),
        }
    }
    if new.is_empty() {
        return Ok(());
    }
    let living = session::list::named(name)
        .filter(|session| !session.replaced.load(Ordering::Relaxed))
        .filter(|session| !registration::list::of_session(session).is_empty());
    let is_new = living.is_none();
    let session = living.unwrap_or_else(|| parcel.session());
    parcel.give_script(&session);
    session.learn(&new);
    let made =
        registration::list::add(lock, &session, &new, None).map_err(|why| Unrestored::Unfit {
            session: name.to_owned(),
            why,
        })?;
    guard(&LEDGER).add(Parcel::of(&session, &new));
    stream::start(&made);
    if !is_new {
        let ids: Vec<String> = made.iter().map(|one| one.id.clone()).collect();
        session.send_plans(&ids);
    } else if !LOADING.load(Ordering::Relaxed) {
        session.prepare(|| {});
    }
    Ok(())
}

/// Takes a registration away that the master or the append-only file took away.
pub(crate) fn forget(lock: &ServerLock, id: &[u8], when: Option<i64>) {
    registration::list::remove(lock, id, true);
    let id = String::from_utf8_lossy(id);
    let mut ledger = guard(&LEDGER);
    ledger.remove(&id);
    if let Some(when) = when {
        ledger.gone.add(&id, when);
    }
}

/// Takes all registrations away, because others are about to be loaded.
fn clear(lock: &ServerLock) {
    registration::list::clear(lock);
    guard(&LEDGER).clear();
    known::clear(lock);
}

/// Gives every session that was loaded to a worker.
fn start_sessions() {
    let sessions: Vec<Arc<Session>> = registration::list::sessions()
        .into_iter()
        .filter(|session| !session.is_ready())
        .collect();
    if sessions.is_empty() {
        return;
    }
    let (ready, arrived) = mpsc::channel();
    let count = sessions.len();
    for session in sessions {
        let ready = ready.clone();
        session.prepare(move || {
            // Nobody listens any more when it took too long.
            let _ = ready.send(());
        });
    }
    // A replica serves clients while it loads, and must not keep them waiting.
    if FROM_MASTER.load(Ordering::Relaxed) {
        return;
    }
    let end = Instant::now() + PATIENCE;
    for _ in 0..count {
        let left = end.saturating_duration_since(Instant::now());
        if arrived.recv_timeout(left).is_err() {
            log(
                Level::Notice,
                "some functions wait for their packages; the server starts meanwhile",
            );
            return;
        }
    }
}

// -- the server's side

/// Registers the module's part of database files, and listens to the server.
///
/// # Errors
/// What the server refused.
pub(crate) fn install(context: Context<'_>) -> Result<(), Refused> {
    create_type::<Registrations>(context)?;
    let silent = subscribe::<Events>(context);
    if !silent.is_empty() {
        log(
            Level::Notice,
            &format!(
                "this server does not tell modules about {}",
                silent.join("; ")
            ),
        );
    }
    Ok(())
}

struct Registrations;

impl Persistent for Registrations {
    const NAME: &'static CStr = c"redgrease";
    const VERSION: c_int = VERSION;

    fn is_empty(moment: Moment) -> bool {
        match moment {
            Moment::BeforeKeys => known::is_empty(),
            Moment::AfterKeys => guard(&LEDGER).is_empty(),
        }
    }

    fn save(file: &mut Io<'_>, moment: Moment) {
        let records = match moment {
            Moment::BeforeKeys => known::packed(),
            Moment::AfterKeys => guard(&LEDGER).records(),
        };
        file.save_number(u64::try_from(records.len()).unwrap_or(0));
        for record in records {
            file.save_bytes(&record);
        }
    }

    fn load(file: &mut Io<'_>, version: c_int, moment: Moment) -> Result<(), IoError> {
        if version > VERSION {
            log(
                Level::Warning,
                &format!(
                    "the registrations in this file have format {version}; this engine reads up to {VERSION}"
                ),
            );
            return Err(IoError);
        }
        let lock = lock_server();
        for _ in 0..file.load_number()? {
            let record = file.load_bytes()?;
            let failed = match moment {
                Moment::BeforeKeys => known::import(&lock, &[record])
                    .err()
                    .map(|failure| failure.to_string()),
                Moment::AfterKeys => restore(&lock, &record).err().map(|why| why.to_string()),
            };
            if let Some(text) = failed {
                log(Level::Warning, &text);
            }
        }
        Ok(())
    }
}

struct Events;

impl Handler for Events {
    fn happened(_context: Context<'_>, event: Event) {
        match event {
            Event::Loading { from_master } => {
                LOADING.store(true, Ordering::Relaxed);
                FROM_MASTER.store(from_master, Ordering::Relaxed);
                ahead::all_written();
                clear(&lock_server());
            }
            // What came before a failure is there.
            Event::Loaded | Event::LoadFailed => {
                LOADING.store(false, Ordering::Relaxed);
                start_sessions();
            }
            Event::Forked => rewrite(),
            Event::Flushed { first } => {
                ahead::all_written();
                if first {
                    stream::all_changed(false);
                }
            }
            Event::Swapped { first } => {
                ahead::all_written();
                if first {
                    stream::all_changed(true);
                }
            }
            Event::Promoted | Event::Demoted => stream::role_changed(),
            Event::Left { in_transaction } => {
                if in_transaction {
                    keys::transaction_ends();
                }
            }
        }
    }
}

/// How long after the fork the append-only file is surely open where it is just being switched on.
const OPENED: Duration = Duration::from_millis(20);

/// When the child that was forked writes the append-only file without RDB preamble, which has no place for what belongs to no
/// key: writes the registrations behind it. What is written from now on comes after what the child writes.
fn rewrite() {
    let lock = lock_server();
    let nothing = guard(&LEDGER).is_empty() && known::is_empty();
    if nothing || !is_plain_rewrite(&lock) {
        return;
    }
    if says(&lock, "aof_enabled:1") {
        write_all(&lock);
    } else {
        // Redis 6.2 forks before it counts the file as open.
        clock::later(OPENED, || write_all(&lock_server()));
    }
}

/// Writes all that is kept, once more.
fn write_all(lock: &ServerLock) {
    known::ship_all(lock);
    let records = guard(&LEDGER).records();
    for record in records {
        replicate(lock, REGISTER, &[record]);
    }
}

fn is_plain_rewrite(lock: &ServerLock) -> bool {
    says(lock, "aof_rewrite_in_progress:1")
        && query(lock, b"CONFIG", &["GET", "aof-use-rdb-preamble"]).is_ok_and(|reply| {
            reply
                .elements()
                .nth(1)
                .is_some_and(|value| value.text() == b"no")
        })
}

/// Whether the server says this line about its files.
fn says(lock: &ServerLock, line: &str) -> bool {
    query(lock, b"INFO", &["persistence"]).is_ok_and(|reply| {
        reply
            .text()
            .split(|&byte| byte == b'\n')
            .any(|one| one.trim_ascii_end() == line.as_bytes())
    })
}
