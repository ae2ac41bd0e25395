//! What the engine says in INFO.

use crate::engine::engine;
use crate::ffi::Info;
use crate::memory::Memory;

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
        let memory = engine.workers.memory();
        info.number("TotalAllocated", memory.highest);
        info.number("PeakAllocated", memory.highest);
        info.number("CurrAllocated", memory.now);
    }
    let sessions = registry.sessions();
    if info.section("python_requirements") {
        for (name, users) in crate::requirements::users(&sessions) {
            info.text(&name, &format!("sessions={users}"));
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
        let (started, gone) = engine.workers.history();
        info.number("workers_started", started);
        info.number("workers_gone", gone);
        for worker in engine.workers.all() {
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
