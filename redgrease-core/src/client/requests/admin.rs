//! Executions, registrations, settings and the cluster.

use std::collections::BTreeMap;

use redis::{ToRedisArgs, ToSingleRedisArg, Value};

use crate::client::data::{
    ClusterInfo, ExecLocality, ExecutionFilter, ExecutionInfo, ExecutionPlan, Module, Plugin,
    Registration, RegistrationFilter, RunProgress, ServerValue, Version,
};
use crate::client::reply::{list, ok};
use crate::client::request::Request;
use crate::error::{Error, Result, joined};

/// `RG.DUMPEXECUTIONS`: lists the executions that the server remembers.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::requests;
///
/// let answer = redis::parse_redis_value(b"*0\r\n")?;
/// assert!(requests::dump_executions().read(Ok(answer))?.is_empty());
/// # Ok::<(), redgrease::Error>(())
/// ```
pub fn dump_executions() -> Request<Vec<ExecutionInfo>> {
    Request::new("RG.DUMPEXECUTIONS", ExecutionInfo::read_all)
}

/// `RG.DUMPEXECUTIONS`: lists the executions that `filter` takes.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::{ExecutionFilter, requests};
///
/// let request = requests::dump_executions_where(&ExecutionFilter::new().status("done"));
/// assert_eq!(request.to_string(), "RG.DUMPEXECUTIONS");
/// ```
pub fn dump_executions_where(filter: &ExecutionFilter) -> Request<Vec<ExecutionInfo>> {
    let filter = filter.clone();
    dump_executions().map(move |mut executions| {
        executions.retain(|execution| filter.matches(execution));
        executions
    })
}

/// `RG.GETEXECUTION`: how far an execution is, by the ID of the shard. Without a locality a
/// cluster tells of all shards.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::{ExecId, ExecLocality, requests};
///
/// let id = ExecId { sequence: 7, ..ExecId::default() };
/// let request = requests::get_execution(&id, Some(ExecLocality::Cluster));
/// assert_eq!(request.to_string(), format!("RG.GETEXECUTION {id} CLUSTER"));
/// ```
pub fn get_execution(
    id: impl ToSingleRedisArg,
    locality: Option<ExecLocality>,
) -> Request<BTreeMap<String, ExecutionPlan>> {
    Request::new("RG.GETEXECUTION", ExecutionPlan::read_all)
        .arg(id)
        .arg(locality.map(ExecLocality::as_str))
}

/// `RG.GETEXECUTION … DETAILS`: how far a run is. RedisGears does not tell.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::requests;
///
/// assert_eq!(requests::progress("0-7").to_string(), "RG.GETEXECUTION 0-7 DETAILS");
/// ```
pub fn progress(id: impl ToSingleRedisArg) -> Request<RunProgress> {
    Request::new("RG.GETEXECUTION", RunProgress::read)
        .arg(id)
        .arg("DETAILS")
}

/// `RG.DROPEXECUTION`: forgets an execution that has ended.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::requests;
///
/// assert_eq!(requests::drop_execution("0-7").to_string(), "RG.DROPEXECUTION 0-7");
/// ```
pub fn drop_execution(id: impl ToSingleRedisArg) -> Request<()> {
    Request::new("RG.DROPEXECUTION", ok).arg(id)
}

/// `RG.ABORTEXECUTION`: stops an execution.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::requests;
///
/// assert_eq!(requests::abort_execution("0-7").to_string(), "RG.ABORTEXECUTION 0-7");
/// ```
pub fn abort_execution(id: impl ToSingleRedisArg) -> Request<()> {
    Request::new("RG.ABORTEXECUTION", ok).arg(id)
}

/// `RG.DUMPREGISTRATIONS`: lists what is registered.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::requests;
///
/// let answer = redis::parse_redis_value(b"*0\r\n")?;
/// assert!(requests::dump_registrations().read(Ok(answer))?.is_empty());
/// # Ok::<(), redgrease::Error>(())
/// ```
pub fn dump_registrations() -> Request<Vec<Registration>> {
    Request::new("RG.DUMPREGISTRATIONS", Registration::read_all)
}

/// `RG.DUMPREGISTRATIONS`: lists the registrations that `filter` takes.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::{RegistrationFilter, requests};
///
/// let filter = RegistrationFilter::new().reader("CommandReader").trigger("area");
/// let request = requests::dump_registrations_where(&filter);
/// assert_eq!(request.to_string(), "RG.DUMPREGISTRATIONS");
/// ```
pub fn dump_registrations_where(filter: &RegistrationFilter) -> Request<Vec<Registration>> {
    let filter = filter.clone();
    dump_registrations().map(move |mut registrations| {
        registrations.retain(|registration| filter.matches(registration));
        registrations
    })
}

/// `RG.UNREGISTER`: removes a registration; executions that run or wait may end.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::requests;
///
/// assert_eq!(requests::unregister("0-7").to_string(), "RG.UNREGISTER 0-7");
/// ```
pub fn unregister(id: impl ToSingleRedisArg) -> Request<()> {
    Request::new("RG.UNREGISTER", ok).arg(id)
}

/// `RG.UNREGISTER … ABORTPENDING`: removes a registration and its executions that wait.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::requests;
///
/// let request = requests::unregister_abort_pending("0-7");
/// assert_eq!(request.to_string(), "RG.UNREGISTER 0-7 ABORTPENDING");
/// ```
pub fn unregister_abort_pending(id: impl ToSingleRedisArg) -> Request<()> {
    unregister(id).arg("ABORTPENDING")
}

/// `RG.PAUSEREGISTRATIONS`: a stream registration takes no more entries.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::requests;
///
/// assert_eq!(requests::pause_registrations("0-7").to_string(), "RG.PAUSEREGISTRATIONS 0-7");
/// ```
pub fn pause_registrations(id: impl ToSingleRedisArg) -> Request<()> {
    Request::new("RG.PAUSEREGISTRATIONS", ok).arg(id)
}

/// `RG.UNPAUSEREGISTRATIONS`: a stream registration goes on, also one that was aborted.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::requests;
///
/// let request = requests::unpause_registrations("0-7");
/// assert_eq!(request.to_string(), "RG.UNPAUSEREGISTRATIONS 0-7");
/// ```
pub fn unpause_registrations(id: impl ToSingleRedisArg) -> Request<()> {
    Request::new("RG.UNPAUSEREGISTRATIONS", ok).arg(id)
}

/// `RG.CLEARREGISTRATIONSSTATS`: sets the counters of all registrations to zero.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::requests;
///
/// let request = requests::clear_registrations_stats();
/// assert_eq!(request.to_string(), "RG.CLEARREGISTRATIONSSTATS");
/// ```
pub fn clear_registrations_stats() -> Request<()> {
    Request::new("RG.CLEARREGISTRATIONSSTATS", ok)
}

/// `RG.CONFIGGET`: settings by name, in the order of `names`; one that the server does not know is
/// [`ServerValue::Error`].
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::requests;
///
/// let answer = redis::parse_redis_value(b"*1\r\n:1000\r\n")?;
/// let values = requests::config_get(&["MaxExecutions"]).read(Ok(answer))?;
/// assert_eq!(values[0].as_int(), Some(1000));
/// # Ok::<(), redgrease::Error>(())
/// ```
pub fn config_get(names: impl ToRedisArgs) -> Request<Vec<ServerValue>> {
    Request::new("RG.CONFIGGET", |value| {
        let values = list("the settings", value)?;
        Ok(values.into_iter().map(ServerValue::from).collect())
    })
    .arg(names)
}

/// `RG.CONFIGSET`: changes settings, given as names and values in turn.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::requests;
///
/// let request = requests::config_set(("MaxExecutions", 500));
/// assert_eq!(request.to_string(), "RG.CONFIGSET MaxExecutions 500");
/// ```
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
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::requests;
///
/// let answer = redis::parse_redis_value(b"+no cluster mode\r\n")?;
/// assert_eq!(requests::info_cluster().read(Ok(answer))?, None);
/// # Ok::<(), redgrease::Error>(())
/// ```
pub fn info_cluster() -> Request<Option<ClusterInfo>> {
    Request::new("RG.INFOCLUSTER", ClusterInfo::read)
}

/// `RG.REFRESHCLUSTER`: the engine looks again at who is in the cluster.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::requests;
///
/// assert_eq!(requests::refresh_cluster().to_string(), "RG.REFRESHCLUSTER");
/// ```
pub fn refresh_cluster() -> Request<()> {
    Request::new("RG.REFRESHCLUSTER", ok)
}

/// `RG.DUMPPLUGINS`: the plug-ins of the engine.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::requests;
///
/// assert_eq!(requests::dump_plugins().to_string(), "RG.DUMPPLUGINS");
/// ```
pub fn dump_plugins() -> Request<Vec<Plugin>> {
    Request::new("RG.DUMPPLUGINS", Plugin::read_all)
}

/// `MODULE LIST`: the modules of the server.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::requests;
///
/// assert_eq!(requests::module_list().to_string(), "MODULE LIST");
/// ```
pub fn module_list() -> Request<Vec<Module>> {
    crate::client::request::module_list()
}

/// `MODULE LIST`: the version of the engine; `None` when the server has none.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::requests;
///
/// let answer = redis::parse_redis_value(b"*1\r\n*4\r\n+name\r\n+rg\r\n+ver\r\n:10213\r\n")?;
/// let version = requests::gears_version().read(Ok(answer))?;
/// assert_eq!(version.map(|version| version.to_string()).as_deref(), Some("1.2.13"));
/// # Ok::<(), redgrease::Error>(())
/// ```
pub fn gears_version() -> Request<Option<Version>> {
    module_list().map(|modules| {
        let engine = modules.into_iter().find(Module::is_engine);
        engine.map(|engine| engine.version)
    })
}
