//! The Python side of the server.

use redis::ToSingleRedisArg;

use super::{PyExecuteOptions, pyexecute};
use crate::client::data::{
    PyRequirementInfo, PyStats, RequirementExport, RequirementFilter, Session, Version,
};
use crate::client::reply::{ok, text};
use crate::client::request::Request;
use crate::client::value::FromReply;
use crate::error::{Error, Result};

/// `RG.PYSTATS`: memory of the Python runtime.
pub fn py_stats() -> Request<PyStats> {
    Request::new("RG.PYSTATS", PyStats::read)
}

/// `RG.PYDUMPREQS`: the Python packages that scripts asked for.
pub fn py_dump_reqs() -> Request<Vec<PyRequirementInfo>> {
    Request::new("RG.PYDUMPREQS", PyRequirementInfo::read_all)
}

/// `RG.PYDUMPREQS`: the Python packages that `filter` takes.
pub fn py_dump_reqs_where(filter: &RequirementFilter) -> Request<Vec<PyRequirementInfo>> {
    let filter = filter.clone();
    py_dump_reqs().map(move |mut requirements| {
        requirements.retain(|requirement| filter.matches(requirement));
        requirements
    })
}

/// `RG.PYEXPORTREQ`: packs a Python package, named as it was asked for.
pub fn py_export_req(name: &str) -> Request<RequirementExport> {
    Request::new("RG.PYEXPORTREQ", RequirementExport::read).arg(name)
}

/// `RG.PYIMPORTREQ`: installs a package that another server packed.
pub fn py_import_req(export: &RequirementExport) -> Request<()> {
    Request::new("RG.PYIMPORTREQ", ok).arg(&export.chunks)
}

/// Which sessions `RG.PYDUMPSESSIONS` lists, and how much of them.
///
/// ```
/// use redgrease_core::client::requests::SessionOptions;
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
pub fn py_profile_stats(session: impl ToSingleRedisArg) -> Request<String> {
    Request::new("RG.PYPROFILE", |value| text("the profile", value))
        .arg("STATS")
        .arg(session)
}

/// `RG.PYPROFILE RESET`: begins a session's profile anew.
pub fn py_profile_reset(session: impl ToSingleRedisArg) -> Request<()> {
    Request::new("RG.PYPROFILE", ok).arg("RESET").arg(session)
}

/// The version of Python in the server, which a small script tells.
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
