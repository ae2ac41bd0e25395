//! What the engine says in INFO.

use super::shown::registration::data;
use super::shown::requirement;
use super::shown::session::{SessionTexts, usages};
use crate::answer::Reply;
use crate::execution;
use crate::packages::environment::environments;
use crate::registration::{self, Registration};
use crate::server::{Info, Sections};
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
        Reply::Bulk(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Reply::Array(items) => items.iter().map(text).collect::<Vec<_>>().join("|"),
        _ => "None".to_owned(),
    }
}
