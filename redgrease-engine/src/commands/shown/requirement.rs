//! Requirements as clients see them.

use std::sync::Arc;

use crate::answer::Reply;
use crate::packages::environment::environments;
use crate::packages::known::{names, normal};
use crate::packages::wheels::VERSION;
use crate::session::Session;

fn count_users(sessions: &[Arc<Session>], name: &str) -> usize {
    sessions
        .iter()
        .filter(|session| {
            session
                .named_requirements()
                .iter()
                .any(|known| known == name)
        })
        .count()
}

/// All requirements, each with the number of sessions that have it.
pub(crate) fn users(sessions: &[Arc<Session>]) -> Vec<(String, usize)> {
    names()
        .into_iter()
        .map(|name| {
            let users = count_users(sessions, &name);
            (name, users)
        })
        .collect()
}

fn yes_or_no(value: bool) -> Reply {
    Reply::bulk(if value { "yes" } else { "no" })
}

/// A requirement as RG.PYDUMPREQS shows it.
pub(crate) fn describe(name: &str, sessions: &[Arc<Session>]) -> Reply {
    let environments = environments();
    let requirement = normal(name);
    let wheels = environments.shelf().find(&requirement);
    let known = names().iter().any(|one| one == name);
    Reply::map(vec![
        ("GearReqVersion", Reply::Int(VERSION)),
        ("Name", Reply::bulk(name)),
        ("IsDownloaded", yes_or_no(wheels.is_some())),
        ("IsInstalled", yes_or_no(environments.have(&requirement))),
        (
            "CompiledOs",
            Reply::bulk(wheels.as_ref().map_or("", |wheels| &wheels.system)),
        ),
        (
            "Wheels",
            wheels.as_ref().map_or_else(
                || Reply::bulk("Requirement was not yet downloaded so wheels are not available"),
                |wheels| Reply::bulks(&wheels.files),
            ),
        ),
        (
            "Path",
            Reply::bulk(
                wheels.map_or_else(String::new, |wheels| wheels.directory.display().to_string()),
            ),
        ),
        (
            "RefCount",
            Reply::count(count_users(sessions, name) + usize::from(known)),
        ),
        ("IsInReqDictionary", yes_or_no(known)),
    ])
}

/// The requirements of a session as DUMPREGISTRATIONS shows them, in a text that looks like Python and is not.
pub(crate) fn session_text(session: &Session) -> String {
    let shown: Vec<String> = session
        .requirements
        .iter()
        .map(|name| {
            let wheels = environments().shelf().find(&normal(name));
            let (path, files) = wheels.map_or_else(Default::default, |wheels| {
                let files: Vec<String> = wheels
                    .files
                    .iter()
                    .map(|file| format!("'{file}'"))
                    .collect();
                (wheels.directory.display().to_string(), files.join(", "))
            });
            format!("{{'name':'{name}', 'basePath':'{path}', 'wheels':[{files}]}}")
        })
        .collect();
    shown.join(",")
}
