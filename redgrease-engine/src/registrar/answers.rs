//! What a shard does for others: makes ready for their registrations, puts them in place, gives and takes packages.

use std::sync::Arc;

use super::held::{self, Prepared};
use super::question::{Question, Wanted, Wheels};
use super::shards::{ask, check_all, wheels};
use super::unready::{Fetching, Unfetched, Unready};
use super::{Claim, Reason, pauses, put, repair, tell_restored};
use crate::base::stamp;
use crate::cluster::{Asker, Field};
use crate::packages::environment::{environments, minor};
use crate::packages::known;
use crate::persist;
use crate::record::value::Value;
use crate::registration;
use crate::server::{Level, log};
use crate::session::{Parcel, PickledPlan};

/// Answers a question of another shard.
pub(super) fn answer(shard: &'static str, question: Value, asker: Asker) {
    let Some(question) = Question::parse(question) else {
        asker.refuse(&Unready::Question);
        return;
    };
    if !matches!(question, Question::Compare { .. }) {
        log(
            Level::Debug,
            &format!("shard {shard} asks: {}", question.name()),
        );
    }
    match question {
        Question::Prepare {
            ticket,
            parcel,
            claim,
            wheels,
        } => prepare(shard, ticket, &parcel, claim, wheels, asker),
        Question::Commit { ticket, stamp } => {
            stamp::seen(stamp);
            match held::leave(&ticket) {
                Some(prepared) => settle(&prepared, stamp, asker),
                None => asker.refuse(&Unready::CalledOff),
            }
        }
        Question::Cancel { ticket } => {
            held::leave(&ticket);
            asker.give(Ok(Value::None));
        }
        Question::Add { parcel, wheels } => match Parcel::decode(&parcel) {
            Ok(parcel) => with_wheels(shard, wheels, move |fetched| {
                if let Err(unfetched) = fetched {
                    log(Level::Warning, &unfetched.to_string());
                }
                repair::adopt(parcel);
                asker.give(Ok(Value::None));
            }),
            Err(broken) => asker.refuse(&Unready::Broken(broken)),
        },
        Question::Unregister {
            stamps,
            abort_pending,
        } => {
            repair::take_away(&stamps, abort_pending);
            asker.give(Ok(Value::None));
        }
        Question::Pause { pauses: others } => {
            pauses::follow(others);
            asker.give(Ok(Value::None));
        }
        Question::Clear {} => {
            registration::list::clear_statistics();
            asker.give(Ok(Value::None));
        }
        Question::Provide { wheels } => {
            with_wheels(shard, wheels, |fetched| {
                give(
                    asker,
                    fetched.map(|()| Value::None).map_err(Unready::Wheels),
                );
            });
        }
        Question::Fetch { requirement } => {
            let wheels = known::wheels(&requirement).map(Value::Bytes);
            give(asker, wheels.map_err(Unready::Packages));
        }
        Question::Import { packed } => take_wheels(&packed, asker),
        Question::Compare { digest } => asker.give(Ok(repair::compared(digest))),
        Question::Want { ids } => {
            let parcels = persist::parcels(&ids.into_iter().collect());
            let wanted = parcels.into_iter().map(|parcel| Wanted {
                wheels: wheels(parcel.requirements()),
                parcel: parcel.encode(),
            });
            asker.give(Ok(Value::List(wanted.map(Field::put).collect())));
        }
    }
}

fn give(asker: Asker, answer: Result<Value, Unready>) {
    match answer {
        Ok(value) => asker.give(Ok(value)),
        Err(why) => asker.refuse(&why),
    }
}

/// Makes everything ready.
fn prepare(
    shard: &'static str,
    ticket: String,
    parcel: &[u8],
    claim: Claim,
    wheels: Wheels,
    asker: Asker,
) {
    let parcel = match Parcel::decode(parcel) {
        Ok(parcel) => parcel,
        Err(broken) => {
            asker.refuse(&Unready::Broken(broken));
            return;
        }
    };
    let descriptions = parcel.descriptions();
    if !held::take(&ticket, shard, parcel.name(), &claim, &descriptions) {
        asker.refuse(&Unready::Busy);
        return;
    }
    let give_up = move |ticket: &str, asker: Asker, why: Unready| {
        held::leave(ticket);
        asker.refuse(&why);
    };
    let replaced = claim.there(parcel.name()).map_err(Reason::from);
    let free = replaced.and_then(|replaced| {
        check_all(&descriptions, |other| {
            replaced.iter().any(|old| Arc::ptr_eq(old, other))
        })
    });
    if let Err(reason) = free {
        give_up(&ticket, asker, Unready::Reason(reason));
        return;
    }
    has_python_for(parcel.clone(), move |fits| {
        if let Err(why) = fits {
            give_up(&ticket, asker, why);
            return;
        }
        with_wheels(shard, wheels, move |fetched| {
            if let Err(unfetched) = fetched {
                give_up(&ticket, asker, Unready::Wheels(unfetched));
                return;
            }
            let session = parcel.session();
            let prepared = Arc::clone(&session);
            session.prepare(move || {
                if let Err(absence) = prepared.environment() {
                    give_up(&ticket, asker, Unready::Session(absence));
                    return;
                }
                let plans: Vec<PickledPlan> =
                    descriptions.iter().filter_map(PickledPlan::of).collect();
                Arc::clone(&prepared).try_plans(&plans, move |made| {
                    if let Err(unmade) = made {
                        give_up(&ticket, asker, Unready::Functions(unmade));
                        return;
                    }
                    let is_held = held::keep(
                        &ticket,
                        Prepared {
                            parcel,
                            session: prepared,
                            claim,
                        },
                    );
                    let held = is_held.then_some(Value::None);
                    give(asker, held.ok_or(Unready::CalledOff));
                });
            });
        });
    });
}

/// Whether functions of a session are code for the Python of this shard.
fn has_python_for(parcel: Parcel, then: impl FnOnce(Result<(), Unready>) + Send + 'static) {
    environments().get(Vec::new(), false, move |base| {
        let base = match base {
            Ok(base) => base,
            Err(failure) => {
                then(Err(Unready::Packages(failure)));
                return;
            }
        };
        let own = minor(&base.version);
        let other = parcel.pythons().into_iter().find(|one| *one != own);
        then(match other {
            None => Ok(()),
            Some(code) => Err(Unready::Python {
                code,
                own,
                program: base.python.clone(),
            }),
        });
    });
}

/// Puts in place what was made ready.
fn settle(prepared: &Prepared, stamp: i64, asker: Asker) {
    let Prepared {
        parcel,
        session,
        claim,
    } = prepared;
    let descriptions = parcel.descriptions();
    session.learn(&descriptions);
    if !session.inherits {
        known::installed(&session.requirements);
    }
    match put(session, &descriptions, claim, stamp) {
        Ok(made) => tell_restored(session, &made, move || asker.give(Ok(Value::None))),
        Err(reason) => asker.refuse(&Unready::Reason(reason)),
    }
}

/// Fetches the wheels from a shard that are not here, or other ones.
pub(super) fn with_wheels(
    shard: &'static str,
    mut wheels: Wheels,
    then: impl FnOnce(Result<(), Unfetched>) + Send + 'static,
) {
    let is_other = |(name, mark): &(String, String)| known::mark(name).as_ref() != Some(mark);
    while wheels.last().is_some_and(|one| !is_other(one)) {
        wheels.pop();
    }
    let Some((requirement, _)) = wheels.pop() else {
        then(Ok(()));
        return;
    };
    let question = Question::Fetch {
        requirement: requirement.clone(),
    };
    ask(shard, question, move |packed| {
        let taken = packed.map_err(Fetching::NoAnswer).and_then(|packed| {
            known::receive(packed.as_bytes().unwrap_or_default(), false).map_err(Fetching::Failure)
        });
        match taken {
            Ok(_) => with_wheels(shard, wheels, then),
            Err(why) => then(Err(Unfetched {
                requirement,
                shard,
                why,
            })),
        }
    });
}

/// Takes in what a client brought to another shard.
fn take_wheels(packed: &[u8], asker: Asker) {
    let name = match known::receive(packed, true) {
        Ok(name) => name,
        Err(failure) => {
            asker.refuse(&Unready::Packages(failure));
            return;
        }
    };
    environments().get(vec![known::normal(&name)], false, move |environment| {
        let made = environment.map(|_| Value::None);
        give(asker, made.map_err(Unready::Packages));
    });
}
