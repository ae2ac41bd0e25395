//! Time events: functions that are called again and again, until the first error, or until the key that holds them goes.

use crate::base::clock;
use std::ffi::{CStr, c_int};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::base::random_hex;
use crate::record::value::{Value, decode, encode};
use crate::server::{Context, Held, hold, lock_server, module_flags, replicate};
use crate::session::{self, Parcel, PickledPlan, Session};

/// The command that replicas and the append-only file get for a time event with a key.
pub(crate) const MAKE: &CStr = c"RG.INNERTIMEEVENT";
/// The shortest time between two calls.
const SHORTEST: Duration = Duration::from_millis(1);

/// A time event in its key. Dropping it ends the event.
#[derive(Debug)]
pub(crate) struct TimeEvent {
    period: i64,
    plan: String,
    /// Its session, with that plan.
    parcel: Parcel,
    database: i32,
    over: Arc<AtomicBool>,
}

impl Drop for TimeEvent {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
    }
}

impl Held for TimeEvent {
    /// As RedisGears 1.2 has it.
    const NAME: &'static CStr = c"rg_timeev";
    const VERSION: c_int = 2;
    const MAKE: &'static CStr = MAKE;

    fn record(&self) -> Vec<u8> {
        let mut out = Vec::new();
        encode(
            &Value::Tuple(vec![
                Value::Int(self.period),
                Value::Bytes(self.parcel.encode()),
                Value::Int(i64::from(self.database)),
            ]),
            &mut out,
        );
        out
    }

    /// It goes on at once.
    fn revive(record: &[u8]) -> Option<Self> {
        let held = Self::parse(&decode(record).ok()?)?;
        let session = held.parcel.unpack();
        session::list::add(&session);
        held.begin(&session, &held.over);
        session.prepare(|| {});
        Some(held)
    }
}

/// Calls a function of a session every `period` seconds from now on, in a database, while `key` lives there if there is one.
pub(crate) fn start(
    session: &Arc<Session>,
    plan: &str,
    period: i64,
    blob: &[u8],
    key: Option<&[u8]>,
    database: i32,
) {
    let description = described(plan, blob);
    session.add_plan(PickledPlan {
        id: plan.to_owned(),
        blob: Arc::from(blob),
    });
    let event = TimeEvent {
        period,
        plan: plan.to_owned(),
        parcel: Parcel::of(session, &[description]),
        database,
        over: Arc::default(),
    };
    let Some(key) = key else {
        // Nothing ends it from outside.
        event.begin(session, &Arc::default());
        return;
    };
    event.begin(session, &event.over);
    let lock = lock_server();
    let record = event.record();
    lock.in_database(database, || {
        hold(&lock, key, event);
        replicate(&lock, MAKE, &[key, &record]);
    });
}

/// The record of a time event that is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BrokenEvent;

impl fmt::Display for BrokenEvent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a time event was not restored: its record is broken")
    }
}

/// Makes a key with a time event from what the master or the append-only file says.
///
/// # Errors
/// When the record is broken.
pub(crate) fn restore(context: Context<'_>, key: &[u8], record: &[u8]) -> Result<(), BrokenEvent> {
    let held = TimeEvent::revive(record).ok_or(BrokenEvent)?;
    let lock = lock_server();
    lock.in_database(context.database(), || hold(&lock, key, held));
    Ok(())
}

/// A time event has a function and nothing else that a plan has.
fn described(plan: &str, blob: &[u8]) -> Value {
    Value::Dict(vec![
        (Value::str("id"), Value::str(plan)),
        (Value::str("blob"), Value::Bytes(blob.to_vec())),
    ])
}

impl TimeEvent {
    fn parse(record: &Value) -> Option<Self> {
        let number = |value: &Value| i32::try_from(value.as_int()?).ok();
        let (period, parcel, database) = match record.items()? {
            [period, parcel, database] => {
                let parcel = Parcel::decode(parcel.as_bytes()?).ok()?;
                (period, parcel, number(database)?)
            }
            // As it was written before version 2 of the format; in the first files all were of database 0.
            [period, plan, blob, requirements, database @ ..] => {
                let requirements = requirements.items()?.iter().filter_map(Value::as_text);
                let session = Session::new(random_hex(), None, requirements.collect(), None);
                let description = described(&plan.as_text()?, blob.as_bytes()?);
                let database = database.first().and_then(number).unwrap_or(0);
                (period, Parcel::of(&session, &[description]), database)
            }
            _ => return None,
        };
        Some(Self {
            period: period.as_int()?,
            plan: parcel.descriptions().first()?.text("id")?,
            parcel,
            database,
            over: Arc::default(),
        })
    }

    fn begin(&self, session: &Arc<Session>, over: &Arc<AtomicBool>) {
        let period = Duration::from_secs(u64::try_from(self.period).unwrap_or(0)).max(SHORTEST);
        Event {
            session: Arc::clone(session),
            plan: self.plan.clone(),
            period,
            database: self.database,
            over: Arc::clone(over),
        }
        .schedule();
    }
}

/// A time event under way; it keeps its session alive.
struct Event {
    session: Arc<Session>,
    plan: String,
    period: Duration,
    database: i32,
    over: Arc<AtomicBool>,
}

impl Event {
    fn schedule(self) {
        clock::later(self.period, move || self.tick());
    }

    fn end(&self) {
        self.session.remove_plan(&self.plan);
    }

    fn tick(self) {
        if self.over.load(Ordering::Relaxed) {
            self.end();
            return;
        }
        // The master's events are the master's.
        if module_flags().replica() {
            self.schedule();
            return;
        }
        let Ok(host) = self.session.host() else {
            // No worker can be started now; another time one may.
            self.schedule();
            return;
        };
        let session = Arc::clone(&self.session);
        let plans = vec![Value::str(&self.plan)];
        session.tell_registered(&host, plans, self.database, move |answer| match answer {
            Ok(b"F") => self.end(),
            // A worker that died took the call along, not the time event.
            _ => self.schedule(),
        });
    }
}
