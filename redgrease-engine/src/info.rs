//! What the engine says in INFO.

use crate::commands::admin::memory_of_workers;
use crate::engine::engine;
use crate::ffi::Info;

/// Writes the sections: those of RedisGears 1.2 in its spelling, and the engine's own.
pub(crate) fn fill(info: &Info) {
    let engine = engine();
    let registry = &engine.registry;
    let registrations = registry.registrations();
    let count = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
    if info.section("") {
        info.number("nexecutions", count(registry.executions().len()));
        info.number("nregistrations", count(registrations.len()));
    }
    if info.section("regisrations") {
        for registration in &registrations {
            let statistics = registration.statistics();
            info.text(
                &registration.id,
                &format!(
                    "reader={},desc={},mode={},numTriggered={},numSuccess={},numFailures={},numAborted={}",
                    registration.plan.reader.name(),
                    registration.plan.description.as_deref().unwrap_or("null"),
                    registration.plan.mode.name(),
                    statistics.triggered,
                    statistics.succeeded,
                    statistics.failed,
                    statistics.aborted,
                ),
            );
        }
    }
    if info.section("plugins") {
        info.text("GearsPythonPlugin", "version=10000");
    }
    if info.section("python_stats") {
        let (current, peak) = memory_of_workers();
        let bytes = |value: i64| u64::try_from(value).unwrap_or(0);
        info.number("TotalAllocated", bytes(peak));
        info.number("PeakAllocated", bytes(peak));
        info.number("CurrAllocated", bytes(current));
    }
    let sessions = registry.sessions();
    if info.section("python_requirements") {
        for session in &sessions {
            for name in &session.requirements {
                info.text(name, &format!("session={}", session.name));
            }
        }
    }
    if info.section("python_sessions") {
        for session in &sessions {
            info.text(
                &session.name,
                &format!(
                    "description={}",
                    session.description.as_deref().unwrap_or("null")
                ),
            );
        }
    }
    if info.section("engine") {
        info.text("version", env!("CARGO_PKG_VERSION"));
        let base = engine.environments.base();
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
        for worker in engine.workers.all() {
            info.text(
                &format!("worker_{}", worker.number),
                &format!(
                    "pid={},sessions={},in_hand={},requirements={}",
                    worker.pid,
                    worker.sessions.load(std::sync::atomic::Ordering::Relaxed),
                    worker.load(),
                    worker.environment.requirements.join(" "),
                ),
            );
        }
    }
}
