//! The Python side of the server.

use redis::ToSingleRedisArg;

use super::{PyExecuteOptions, pyexecute};
use crate::client::data::{
    Failure, PyRequirementInfo, PyStats, RequirementExport, RequirementFilter, Session, Version,
};
use crate::client::reply::{ok, text};
use crate::client::request::Request;
use crate::client::value::FromReply;
use crate::error::{Error, Result};

/// `RG.PYSTATS`: memory of the Python runtime.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::requests;
///
/// assert_eq!(requests::py_stats().to_string(), "RG.PYSTATS");
/// ```
pub fn py_stats() -> Request<PyStats> {
    Request::new("RG.PYSTATS", PyStats::read)
}

/// `INFO rg_failures`: the last failures, the newest first; none where the server is not the engine.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::requests;
///
/// assert_eq!(requests::failures().to_string(), "INFO rg_failures");
/// ```
pub fn failures() -> Request<Vec<Failure>> {
    Request::new("INFO", Failure::read_all).arg("rg_failures")
}

/// `RG.PYDUMPREQS`: the Python packages that scripts asked for.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::requests;
///
/// assert_eq!(requests::py_dump_reqs().to_string(), "RG.PYDUMPREQS");
/// ```
pub fn py_dump_reqs() -> Request<Vec<PyRequirementInfo>> {
    Request::new("RG.PYDUMPREQS", PyRequirementInfo::read_all)
}

/// `RG.PYDUMPREQS`: the Python packages that `filter` takes.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::{RequirementFilter, requests};
///
/// let request = requests::py_dump_reqs_where(&RequirementFilter::new().name("numpy"));
/// assert_eq!(request.to_string(), "RG.PYDUMPREQS");
/// ```
pub fn py_dump_reqs_where(filter: &RequirementFilter) -> Request<Vec<PyRequirementInfo>> {
    let filter = filter.clone();
    py_dump_reqs().map(move |mut requirements| {
        requirements.retain(|requirement| filter.matches(requirement));
        requirements
    })
}

/// `RG.PYEXPORTREQ`: packs a Python package, named as it was asked for.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::requests;
///
/// let request = requests::py_export_req("numpy>=1.20");
/// assert_eq!(request.to_string(), "RG.PYEXPORTREQ numpy>=1.20");
/// ```
pub fn py_export_req(name: &str) -> Request<RequirementExport> {
    Request::new("RG.PYEXPORTREQ", RequirementExport::read).arg(name)
}

/// `RG.PYIMPORTREQ`: installs a package that another server packed.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::{RequirementExport, requests};
///
/// fn again(export: &RequirementExport) {
///     assert!(requests::py_import_req(export).to_string().starts_with("RG.PYIMPORTREQ"));
/// }
/// ```
pub fn py_import_req(export: &RequirementExport) -> Request<()> {
    Request::new("RG.PYIMPORTREQ", ok).arg(&export.chunks)
}

/// Which sessions `RG.PYDUMPSESSIONS` lists, and how much of them.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::requests::SessionOptions;
///
/// let options = SessionOptions::new().verbose().sessions(["nightly"]);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[must_use]
pub struct SessionOptions {
    dead: bool,
    verbose: bool,
    sessions: Vec<String>,
}

impl SessionOptions {
    /// All sessions, with the names of what they have.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only those whose place another has taken while executions still use them.
    pub fn dead(mut self) -> Self {
        self.dead = true;
        self
    }

    /// With all of their requirements and registrations.
    pub fn verbose(mut self) -> Self {
        self.verbose = true;
        self
    }

    /// Only these; one that does not exist is left out.
    pub fn sessions<S: Into<String>>(mut self, ids: impl IntoIterator<Item = S>) -> Self {
        self.sessions.extend(ids.into_iter().map(Into::into));
        self
    }
}

/// `RG.PYDUMPSESSIONS`: lists what scripts have made.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::{SessionOptions, requests};
///
/// let options = SessionOptions::new().verbose().sessions(["nightly"]);
/// let request = requests::py_dump_sessions(&options);
/// assert_eq!(request.to_string(), "RG.PYDUMPSESSIONS VERBOSE SESSIONS nightly");
/// ```
pub fn py_dump_sessions(options: &SessionOptions) -> Request<Vec<Session>> {
    let mut request = Request::new("RG.PYDUMPSESSIONS", Session::read_all);
    if options.dead {
        request = request.arg("DEAD");
    }
    if options.verbose {
        request = request.arg("VERBOSE");
    }
    if !options.sessions.is_empty() {
        request = request.arg("SESSIONS").arg(&options.sessions);
    }
    request
}

/// `RG.PYPROFILE STATS`: the profile of a session as text; needs `ProfileExecutions`.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::requests;
///
/// let request = requests::py_profile_stats("nightly");
/// assert_eq!(request.to_string(), "RG.PYPROFILE STATS nightly");
/// ```
pub fn py_profile_stats(session: impl ToSingleRedisArg) -> Request<String> {
    Request::new("RG.PYPROFILE", |value| text("the profile", value))
        .arg("STATS")
        .arg(session)
}

/// `RG.PYPROFILE RESET`: begins a session's profile anew.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::requests;
///
/// let request = requests::py_profile_reset("nightly");
/// assert_eq!(request.to_string(), "RG.PYPROFILE RESET nightly");
/// ```
pub fn py_profile_reset(session: impl ToSingleRedisArg) -> Request<()> {
    Request::new("RG.PYPROFILE", ok).arg("RESET").arg(session)
}

/// The version of Python in the server, which a small script tells.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::requests;
///
/// let answer = redis::parse_redis_value(b"*2\r\n*1\r\n+3.11.4\r\n*0\r\n")?;
/// assert!(requests::python_version().read(Ok(answer))?.minor > 6);
/// # Ok::<(), redgrease::Error>(())
/// ```
pub fn python_version() -> Request<Version> {
    const SCRIPT: &str = "import sys\n\
        GB('ShardsIDReader').map(lambda _: '%d.%d.%d' % sys.version_info[:3]).run()";
    pyexecute(SCRIPT, &PyExecuteOptions::new()).and_then(|outcome| {
        let versions = outcome.results()?.ok()?;
        // every shard of a cluster gives one
        let version = versions.into_iter().next().map(String::from_record);
        parse_version(&version.transpose()?.unwrap_or_default())
    })
}

fn parse_version(text: &str) -> Result<Version> {
    let mut parts = text.split('.').map(str::parse);
    match (parts.next(), parts.next(), parts.next()) {
        (Some(Ok(major)), Some(Ok(minor)), Some(Ok(patch))) => Ok(Version {
            major,
            minor,
            patch,
        }),
        _ => Err(Error::decode(
            "the version of Python",
            "three numbers",
            format!("`{text}`"),
        )),
    }
}
