//! What the engine says in INFO.

use std::collections::HashMap;
use std::sync::Arc;

use super::shown::registration::data;
use super::shown::requirement;
use super::shown::session::{SessionTexts, usages};
use crate::answer::Reply;
use crate::cluster;
use crate::execution::durations::Durations;
use crate::execution::{self, RUNS, Status, failures};
use crate::native;
use crate::packages::environment::environments;
use crate::plan::Mode;
use crate::registration::{self, Registration};
use crate::server::{Info, Sections};
use crate::settings::settings;
use crate::worker::memory::Memory;
use crate::worker::pool::workers;

/// Writes the sections: those of RedisGears 1.2 in its spelling, and the engine's own.
pub(crate) struct InfoSections;

impl Sections for InfoSections {
    fn fill(info: &Info) {
        let registrations = registration::list::all();
        let count = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
        let usages = usages();
        let texts = SessionTexts::new(&usages);
        if info.section("") {
            info.number("nexecutions", count(execution::list::all().len()));
            info.number("nregistrations", count(registrations.len()));
        }
        if info.section("regisrations") {
            for registration in &registrations {
                let session = texts.of(&registration.session);
                info.text(&registration.id, &line(registration, session));
            }
        }
        if info.section("plugins") {
            info.text("GearsPythonPlugin", "version=10000");
        }
        if info.section("python_stats") {
            let memory = workers().memory();
            info.number("TotalAllocated", memory.highest);
            info.number("PeakAllocated", memory.highest);
            info.number("CurrAllocated", memory.now);
        }
        let sessions = registration::list::sessions();
        if info.section("python_requirements") {
            for (name, users) in requirement::users(&sessions) {
                info.text(&name, &format!("sessions={users}"));
            }
        }
        if info.section("python_sessions") {
            for usage in &usages {
                info.text(&usage.session.name, texts.of(&usage.session));
            }
        }
        if info.section("engine") {
            info.text("version", env!("CARGO_PKG_VERSION"));
            let base = environments().base();
            info.text(
                "python",
                &base
                    .as_ref()
                    .map_or_else(String::new, |base| base.python.display().to_string()),
            );
            info.text(
                "python_version",
                base.as_ref().map_or("", |base| &base.version),
            );
        }
        if info.section("runs") {
            runs(info, &registrations);
        }
        if info.section("native") {
            let counted = native::counted();
            info.number("native_plans", counted.plans);
            info.number("native_calls", counted.calls);
            info.number("native_calls_given_back", counted.given_back);
            for (index, (reason, count)) in counted.reasons.iter().enumerate() {
                info.text(
                    &format!("native_reason_{}", index + 1),
                    &format!("{count} {reason}"),
                );
            }
        }
        if info.section("failures") {
            for (index, line) in failures::lines().iter().enumerate() {
                info.text(&format!("failure_{}", index + 1), line);
            }
        }
        if info.section("links") {
            links(info);
        }
        if info.section("workers") {
            let (started, gone) = workers().history();
            info.number("workers_started", started);
            info.number("workers_gone", gone);
            for worker in workers().all() {
                info.text(
                    &format!("worker_{}", worker.number),
                    &format!(
                        "pid={},state={},memory={},sessions={},in_hand={},requirements={}",
                        worker.pid,
                        worker.state(),
                        Memory::of(worker.pid).now,
                        worker.sessions.load(std::sync::atomic::Ordering::Relaxed),
                        worker.load(),
                        worker.environment.requirements.join(" "),
                    ),
                );
            }
        }
    }
}

/// Of each registration, and of the runs that belong to none: how many executions wait, how many run, and how long those took
/// that are over.
fn runs(info: &Info, registrations: &[Arc<Registration>]) {
    let executions = execution::list::all();
    let mut under_way: HashMap<Option<&str>, (u64, u64)> = HashMap::new();
    for execution in &executions {
        let id = execution.owner.as_ref().map(|_| execution.plan_id.as_str());
        let (queued, running) = under_way.entry(id).or_default();
        match execution.status() {
            Status::Created | Status::PendingReceive | Status::PendingRun => *queued += 1,
            Status::Running | Status::PendingCluster | Status::PendingTermination => *running += 1,
            Status::Done | Status::Aborted => {}
        }
    }
    let write = |name: &str, id, durations: &Durations, by: &str| {
        let (queued, running) = under_way.get(&id).copied().unwrap_or_default();
        let durations = durations.text();
        info.text(
            name,
            &format!("queued={queued},running={running},{durations}{by}"),
        );
    };
    write("batch", None, &RUNS, "");
    for registration in registrations {
        let id = registration.id.as_str();
        write(id, Some(id), &registration.durations, &by(registration));
    }
}

/// Who runs the functions of a registration: the server itself, Python or both, and why.
fn by(registration: &Registration) -> String {
    let (session, id) = (&registration.session, registration.id.as_str());
    if !settings().native_functions.is_on() {
        return ",by=python,why=NativeFunctions is off".to_owned();
    }
    let is_alone = cluster::topology().is_alone();
    // What runs on all shards runs as a whole without Python, or not.
    let is_spread = !is_alone && registration.plan.mode == Mode::Async;
    let functions = session.functions(id);
    let functions = functions.filter(|functions| !(is_spread && functions.are_in_part()));
    let is_native = functions.is_some_and(|functions| functions.run_here() || !is_alone);
    let why = session.needs_python(id);
    if is_native && why.is_none() {
        return ",by=native".to_owned();
    }
    let by = if is_native { "both" } else { "python" };
    let why = why.map_or_else(
        || "its script is not known".to_owned(),
        |why| why.to_string(),
    );
    let mut line = format!(",by={by},why=");
    failures::escape(why.as_bytes(), &mut line);
    line
}

/// A registration in one line: what RG.DUMPREGISTRATIONS says of it, in the order of RedisGears 1.2.
fn line(registration: &Registration, session: &str) -> String {
    let mut fields = vec![
        format!(
            "desc={}",
            registration.plan.description.as_deref().unwrap_or("None")
        ),
        format!("reader={}", registration.plan.reader.name()),
    ];
    let mut data = data(registration);
    let status = data
        .pop_if(|(name, _)| *name == "status")
        .map(|(_, status)| format!("status={}", text(&status)));
    for (name, value) in &data {
        let Reply::Array(arguments) = value else {
            fields.push(format!("{name}={}", text(value)));
            continue;
        };
        for pair in arguments.chunks_exact(2) {
            let name = text(&pair[0]);
            fields.push(format!("{name}={}", text(&pair[1])));
            if name == "stream" {
                fields.extend(status.clone());
            }
        }
    }
    // A comma ends a field.
    fields.push(format!("PD={}", session.replace(',', "|")));
    fields.join(",").replace(['\r', '\n'], " ")
}

fn text(reply: &Reply) -> String {
    match reply {
        Reply::Int(number) => number.to_string(),
        Reply::Double(number) => number.to_string(),
        Reply::Bulk(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Reply::Array(items) => {
            let items: Vec<String> = items.iter().map(text).collect();
            format!("[{}]", items.join("|"))
        }
        _ => "None".to_owned(),
    }
}

/// What the links to other shards do.
fn links(info: &Info) {
    let measured = cluster::measured();
    for (name, held) in [("taking", measured.taking), ("sending", measured.sending)] {
        info.number(&format!("longest_{name}_us"), held.clock);
        info.number(&format!("longest_{name}_processor_us"), held.processor);
    }
    info.text("own", cluster::topology().own);
    for shard in cluster::topology().others() {
        let (run, version) = cluster::run_of(shard.id).unwrap_or_default();
        info.text(
            &format!("shard_{}", shard.id),
            &format!(
                "address={}:{},failed={},run={run},version={version},pending={},unacknowledged={}",
                shard.host,
                shard.port,
                u8::from(shard.has_failed),
                cluster::pending(shard.id),
                cluster::unacknowledged(shard.id),
            ),
        );
    }
}
