//! `redgrease rm`, `abort`, `pause` and `resume`.

use serde_json::Value;

use crate::args::{AbortArgs, Listing, PauseArgs, RmArgs};
use crate::failure::{Exit, Failure, Result};
use crate::list::{fetch, has_ended, short_id, waits_for};
use crate::server::Server;
use crate::terminal::{Terminal, count};
use crate::value::{ask, plain};

/// `redgrease rm`.
pub(crate) fn rm(args: &RmArgs, server: &Server, terminal: Terminal) -> Result<()> {
    let mut con = server.connect()?;
    if args.executions {
        let all = fetch(&mut con, Listing::Executions)?;
        let ids = executions(&all, &args.names, args.all.then_some(&has_ended))?;
        return each(&ids, "Forgot", "execution", terminal, |id| {
            ask(&mut con, &["RG.DROPEXECUTION", id])
        });
    }
    let all = fetch(&mut con, Listing::Registrations)?;
    let ids = registrations(&all, &args.names, args.all, |_| true)?;
    each(&ids, "Removed", "registration", terminal, |id| {
        let mut words = vec!["RG.UNREGISTER", id];
        if args.abort_pending {
            words.push("ABORTPENDING");
        }
        ask(&mut con, &words)
    })
}

/// `redgrease abort`.
pub(crate) fn abort(args: &AbortArgs, server: &Server, terminal: Terminal) -> Result<()> {
    let mut con = server.connect()?;
    let all = fetch(&mut con, Listing::Executions)?;
    let goes_on = |item: &Value| !has_ended(item);
    let ids = executions(&all, &args.ids, args.all.then_some(&goes_on))?;
    each(&ids, "Aborted", "execution", terminal, |id| {
        ask(&mut con, &["RG.ABORTEXECUTION", id])
    })
}

/// `redgrease pause` and `redgrease resume`.
pub(crate) fn pause(
    args: &PauseArgs,
    resume: bool,
    server: &Server,
    terminal: Terminal,
) -> Result<()> {
    let mut con = server.connect()?;
    let all = fetch(&mut con, Listing::Registrations)?;
    let is_stream = |item: &Value| item["reader"] == "StreamReader";
    let ids = registrations(&all, &args.names, args.all, is_stream)?;
    let (verb, command) = if resume {
        ("Resumed", "RG.UNPAUSEREGISTRATIONS")
    } else {
        ("Paused", "RG.PAUSEREGISTRATIONS")
    };
    each(&ids, verb, "registration", terminal, |id| {
        ask(&mut con, &[command, id])
    })
}

/// Does something to each ID; goes on after a refusal.
fn each(
    ids: &[String],
    verb: &str,
    noun: &str,
    terminal: Terminal,
    mut work: impl FnMut(&str) -> Result<Value>,
) -> Result<()> {
    let mut failed = 0;
    for id in ids {
        match work(id) {
            Ok(_) if ids.len() <= 10 => terminal.status(verb, short_id(id)),
            Ok(_) => {}
            Err(failure) if failure.exit == Exit::Server => return Err(failure),
            Err(failure) => {
                failed += 1;
                terminal.failed("Failed", format_args!("{}: {failure}", short_id(id)));
            }
        }
    }
    if ids.len() != 1 {
        terminal.status(verb, count(ids.len() - failed, noun));
    }
    if failed > 0 {
        return Err(Failure::silent(Exit::Failed));
    }
    Ok(())
}

/// The IDs of the executions that the user named, or of all for which `all` holds.
fn executions(
    there: &[Value],
    names: &[String],
    all: Option<&dyn Fn(&Value) -> bool>,
) -> Result<Vec<String>> {
    let id = |item: &Value| plain(&item["executionId"]);
    if let Some(all) = all {
        return Ok(there.iter().filter(|item| all(item)).map(id).collect());
    }
    let ids: Vec<String> = there.iter().map(id).collect();
    let mut out = Vec::new();
    for name in names {
        let found: Vec<&String> = ids.iter().filter(|id| is_id(id, name)).collect();
        match found.as_slice() {
            [one] => out.push((*one).clone()),
            // the server may know it although it does not list it
            [] if name.contains('-') => out.push(name.clone()),
            [] => {
                return Err(
                    Failure::failed(format!("the server has no execution `{name}`"))
                        .help("`redgrease ls executions` lists them"),
                );
            }
            _ => return Err(ambiguous(name)),
        }
    }
    Ok(out)
}

/// The IDs of the registrations that the user named by ID, number, session, or by what they are for: a trigger, a stream,
/// keys.
fn registrations(
    there: &[Value],
    names: &[String],
    all: bool,
    counts: impl Fn(&Value) -> bool,
) -> Result<Vec<String>> {
    let id = |item: &Value| plain(&item["id"]);
    if all {
        return Ok(there.iter().filter(|item| counts(item)).map(id).collect());
    }
    let mut out = Vec::new();
    for name in names {
        let by_id: Vec<&Value> = there.iter().filter(|item| is_id(&id(item), name)).collect();
        if by_id.len() > 1 {
            return Err(ambiguous(name));
        }
        let of_session = format!("'sessionName':'{name}'");
        let by_name = there.iter().filter(|item| {
            (name != "-" && waits_for(item) == *name) || plain(&item["PD"]).contains(&of_session)
        });
        let found: Vec<&Value> = if by_id.is_empty() {
            by_name.collect()
        } else {
            by_id
        };
        if found.is_empty() {
            let failure = Failure::failed(format!("the server has no registration `{name}`"));
            let known: Vec<String> = there.iter().map(waits_for).collect();
            let meant = redgrease_core::suggest::nearest(name, known.iter().map(String::as_str));
            return Err(match meant {
                Some(meant) => failure.help(format!("did you mean `{meant}`?")),
                None => failure.help("`redgrease ls` lists them"),
            });
        }
        out.extend(found.into_iter().map(id));
    }
    out.dedup();
    Ok(out)
}

/// Whether `name` is the ID, or the number at its end.
fn is_id(id: &str, name: &str) -> bool {
    id == name
        || id
            .rsplit_once('-')
            .is_some_and(|(_, number)| number == name)
}

fn ambiguous(name: &str) -> Failure {
    Failure::failed(format!(
        "`{name}` is the number of more than one on this cluster"
    ))
    .help("give the whole ID, as `ls` shows it")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn there() -> Vec<Value> {
        let item = |id: &str, trigger: &str, session: &str| {
            json!({"id": id, "reader": "CommandReader", "PD": format!("{{'sessionName':'{session}', …}}"),
                   "RegistrationData": {"args": {"trigger": trigger}}})
        };
        let stream = json!({"id": "00-9", "reader": "StreamReader", "PD": "{'sessionName':'s3', …}",
            "RegistrationData": {"args": {"stream": "orders:*"}}});
        vec![
            stream,
            item("00-1", "area", "s1"),
            item("00-4", "volume", "s1"),
            item("00-7", "7", "s2"),
        ]
    }

    fn named(names: &[&str]) -> Result<Vec<String>> {
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        registrations(&there(), &names, false, |_| true)
    }

    #[test]
    fn registrations_have_many_names() {
        assert_eq!(named(&["00-1"]).unwrap(), ["00-1"]);
        assert_eq!(named(&["4"]).unwrap(), ["00-4"]);
        assert_eq!(named(&["area"]).unwrap(), ["00-1"]);
        assert_eq!(named(&["s1"]).unwrap(), ["00-1", "00-4"]);
        assert_eq!(named(&["orders:*"]).unwrap(), ["00-9"]);
        let failure = named(&["aera"]).unwrap_err();
        assert_eq!(failure.help.as_deref(), Some("did you mean `area`?"));
    }

    #[test]
    fn all_can_be_limited() {
        let is_volume = |item: &Value| item["RegistrationData"]["args"]["trigger"] == "volume";
        assert_eq!(
            registrations(&there(), &[], true, is_volume).unwrap(),
            ["00-4"]
        );
    }
}
