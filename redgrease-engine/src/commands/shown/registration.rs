//! Registrations as clients see them.

use crate::answer::Reply;
use crate::plan::Reader;
use crate::registration::Registration;

/// The registration as DUMPREGISTRATIONS shows it, with the text of its session, and as PYDUMPSESSIONS does, without.
pub(crate) fn dump(registration: &Registration, session: Option<&str>) -> Reply {
    let mut whole = vec![
        ("id", Reply::bulk(&registration.id)),
        ("reader", Reply::bulk(registration.plan.reader.name())),
        (
            "desc",
            Reply::bulk_or_null(registration.plan.description.as_ref()),
        ),
        ("RegistrationData", Reply::map(data(registration))),
    ];
    if let Some(session) = session {
        whole.push(("PD", Reply::bulk(session)));
    }
    whole.push(("ExecutionThreadPool", Reply::bulk("DefaultPool")));
    Reply::map(whole)
}

/// The counters, the arguments and the state.
pub(crate) fn data(registration: &Registration) -> Vec<(&'static str, Reply)> {
    let statistics = registration.statistics();
    let runs = statistics.over();
    let number = |value: u64| Reply::Int(i64::try_from(value).unwrap_or(i64::MAX));
    let mut data = vec![
        ("mode", Reply::bulk(registration.plan.mode.name())),
        ("numTriggered", number(statistics.triggered)),
        ("numSuccess", number(statistics.succeeded)),
        ("numFailures", number(statistics.failed)),
        ("numAborted", number(statistics.aborted)),
        ("lastRunDurationMS", number(statistics.last_run)),
        ("totalRunDurationMS", number(statistics.total_run)),
        ("avgRunDurationMS", Reply::Double(statistics.average_run())),
    ];
    if let Some(follower) = &registration.follower {
        let (last, total) = follower.lag();
        #[expect(clippy::cast_precision_loss, reason = "an average of milliseconds")]
        let average = total as f64 / runs.max(1) as f64;
        data.push(("lastEstimatedLagMS", number(last)));
        data.push(("avgEstimatedLagMS", Reply::Double(average)));
    }
    data.push((
        "lastError",
        Reply::bulk_or_null(statistics.last_error.as_ref()),
    ));
    data.push(("args", arguments(&registration.plan.reader)));
    if let Some(follower) = &registration.follower {
        data.push(("status", Reply::bulk(follower.status())));
    }
    data
}

/// The arguments as DUMPREGISTRATIONS shows them.
fn arguments(reader: &Reader) -> Reply {
    let optional = |texts: &Option<Vec<String>>| texts.as_ref().map_or(Reply::Null, Reply::bulks);
    match reader {
        Reader::Command(reader) => Reply::map(vec![
            (
                "trigger",
                Reply::bulk_or_null(reader.trigger.as_ref().or(reader.hook.as_ref())),
            ),
            ("inorder", Reply::Int(i64::from(reader.in_order))),
        ]),
        Reader::KeyEvents(events) => Reply::map(vec![
            ("regex", Reply::bulk(&events.prefix)),
            ("eventTypes", optional(&events.event_types)),
            ("keyTypes", optional(&events.key_types)),
            ("hookCommands", optional(&events.commands)),
        ]),
        Reader::StreamEvents(events) => {
            let mut shown = vec![
                ("batchSize", Reply::Int(events.batch)),
                ("durationMS", Reply::Int(events.duration)),
                ("stream", Reply::bulk(&events.prefix)),
                ("trimStream", Reply::Int(i64::from(events.trim))),
                ("onFailedPolicy", Reply::bulk(events.policy.name())),
                ("retryInterval", Reply::Int(events.retry_interval)),
            ];
            // RedisGears knows neither.
            if events.tries > 0 {
                shown.push(("onFailedTries", Reply::Int(i64::from(events.tries))));
            }
            if !events.failed.is_empty() {
                shown.push(("onFailedStream", Reply::bulk(&events.failed)));
            }
            Reply::map(shown)
        }
        _ => Reply::Array(Vec::new()),
    }
}
