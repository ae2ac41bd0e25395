//! Executions, registrations, settings and the cluster.

use std::collections::BTreeMap;

use redis::{ToRedisArgs, ToSingleRedisArg, Value};

use crate::client::data::{
    ClusterInfo, ExecLocality, ExecutionFilter, ExecutionInfo, ExecutionPlan, Module, Plugin,
    Registration, RegistrationFilter, ServerValue, Version,
};
use crate::client::reply::{list, ok};
use crate::client::request::Request;
use crate::error::{Error, Result, joined};

/// `RG.DUMPEXECUTIONS`: lists the executions that the server remembers.
pub fn dump_executions() -> Request<Vec<ExecutionInfo>> {
    Request::new("RG.DUMPEXECUTIONS", ExecutionInfo::read_all)
}

/// `RG.DUMPEXECUTIONS`: lists the executions that `filter` takes.
pub fn dump_executions_where(filter: &ExecutionFilter) -> Request<Vec<ExecutionInfo>> {
    let filter = filter.clone();
    dump_executions().map(move |mut executions| {
        executions.retain(|execution| filter.matches(execution));
        executions
    })
}

/// `RG.GETEXECUTION`: how far an execution is, by the ID of the shard. Without a locality a
/// cluster tells of all shards.
pub fn get_execution(
    id: impl ToSingleRedisArg,
    locality: Option<ExecLocality>,
) -> Request<BTreeMap<String, ExecutionPlan>> {
    Request::new("RG.GETEXECUTION", ExecutionPlan::read_all)
        .arg(id)
        .arg(locality.map(ExecLocality::as_str))
}

/// `RG.DROPEXECUTION`: forgets an execution that has ended.
pub fn drop_execution(id: impl ToSingleRedisArg) -> Request<()> {
    Request::new("RG.DROPEXECUTION", ok).arg(id)
}

/// `RG.ABORTEXECUTION`: stops an execution.
pub fn abort_execution(id: impl ToSingleRedisArg) -> Request<()> {
    Request::new("RG.ABORTEXECUTION", ok).arg(id)
}

/// `RG.DUMPREGISTRATIONS`: lists what is registered.
pub fn dump_registrations() -> Request<Vec<Registration>> {
    Request::new("RG.DUMPREGISTRATIONS", Registration::read_all)
}

/// `RG.DUMPREGISTRATIONS`: lists the registrations that `filter` takes.
pub fn dump_registrations_where(filter: &RegistrationFilter) -> Request<Vec<Registration>> {
    let filter = filter.clone();
    dump_registrations().map(move |mut registrations| {
        registrations.retain(|registration| filter.matches(registration));
        registrations
    })
}

/// `RG.UNREGISTER`: removes a registration; executions that run or wait may end.
pub fn unregister(id: impl ToSingleRedisArg) -> Request<()> {
    Request::new("RG.UNREGISTER", ok).arg(id)
}

/// `RG.UNREGISTER … ABORTPENDING`: removes a registration and its executions that wait.
pub fn unregister_abort_pending(id: impl ToSingleRedisArg) -> Request<()> {
    unregister(id).arg("ABORTPENDING")
}

/// `RG.PAUSEREGISTRATIONS`: a stream registration takes no more entries.
pub fn pause_registrations(id: impl ToSingleRedisArg) -> Request<()> {
    Request::new("RG.PAUSEREGISTRATIONS", ok).arg(id)
}

/// `RG.UNPAUSEREGISTRATIONS`: a stream registration goes on, also one that was aborted.
pub fn unpause_registrations(id: impl ToSingleRedisArg) -> Request<()> {
    Request::new("RG.UNPAUSEREGISTRATIONS", ok).arg(id)
}

/// `RG.CLEARREGISTRATIONSSTATS`: sets the counters of all registrations to zero.
pub fn clear_registrations_stats() -> Request<()> {
    Request::new("RG.CLEARREGISTRATIONSSTATS", ok)
}

/// `RG.CONFIGGET`: settings by name, in the order of `names`; one that the server does not know is
/// [`ServerValue::Error`].
pub fn config_get(names: impl ToRedisArgs) -> Request<Vec<ServerValue>> {
    Request::new("RG.CONFIGGET", |value| {
        let values = list("the settings", value)?;
        Ok(values.into_iter().map(ServerValue::from).collect())
    })
    .arg(names)
}

/// `RG.CONFIGSET`: changes settings, given as names and values in turn.
pub fn config_set(pairs: impl ToRedisArgs) -> Request<()> {
    Request::new("RG.CONFIGSET", |value| {
        list("the settings", value)?.into_iter().try_for_each(set)
    })
    .arg(pairs)
}

/// What the server says to one setting.
fn set(answer: Value) -> Result<()> {
    match answer {
        Value::ServerError(error) => {
            let message = joined(error.code(), error.details());
            Err(Error::Engine {
                message: message.trim_start_matches("(error) ").to_string(),
            })
        }
        // also `OK - value was saved in extra config dictionary`
        answer => ok(answer),
    }
}

/// `RG.INFOCLUSTER`: the cluster as the engine sees it; `None` outside a cluster.
pub fn info_cluster() -> Request<Option<ClusterInfo>> {
    Request::new("RG.INFOCLUSTER", ClusterInfo::read)
}

/// `RG.REFRESHCLUSTER`: the engine looks again at who is in the cluster.
pub fn refresh_cluster() -> Request<()> {
    Request::new("RG.REFRESHCLUSTER", ok)
}

/// `RG.DUMPPLUGINS`: the plug-ins of the engine.
pub fn dump_plugins() -> Request<Vec<Plugin>> {
    Request::new("RG.DUMPPLUGINS", Plugin::read_all)
}

/// `MODULE LIST`: the modules of the server.
pub fn module_list() -> Request<Vec<Module>> {
    Request::new("MODULE", Module::read_all).arg("LIST")
}

/// `MODULE LIST`: the version of the engine; `None` when the server has none.
pub fn gears_version() -> Request<Option<Version>> {
    module_list().map(|modules| {
        let engine = modules.into_iter().find(Module::is_engine);
        engine.map(|engine| engine.version)
    })
}
