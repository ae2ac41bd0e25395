//! What the server lists, each item as an object.

use redgrease::RedisGears;
use redgrease_core::nodes;
use serde_json::{Value, json};

use crate::args::Listing;
use crate::failure::Result;
use crate::index::Index;
use crate::info::Info;
use crate::value::{ask, object, plain};

/// What the server lists, each item as an object.
pub(crate) fn fetch(con: &mut RedisGears, what: Listing) -> Result<Vec<Value>> {
    if what == Listing::Failures {
        return failures(con);
    }
    let (command, nested): (&str, &[&str]) = match what {
        Listing::Registrations => ("RG.DUMPREGISTRATIONS", &["RegistrationData", "args"]),
        Listing::Executions => ("RG.DUMPEXECUTIONS", &[]),
        Listing::Sessions => ("RG.PYDUMPSESSIONS", &[]),
        Listing::Requirements => ("RG.PYDUMPREQS", &[]),
        Listing::Cluster => ("RG.INFOCLUSTER", &[]),
        Listing::Stats | Listing::Scripts | Listing::Failures => ("RG.PYSTATS", &[]),
    };
    // what this engine says beyond RedisGears, which refuses the word or does not look at it
    let detailed = match what {
        Listing::Executions => ask(con, &[command, "DETAILS"]).ok(),
        _ => None,
    };
    let answer = match detailed {
        Some(answer) => answer,
        None => ask(con, &[command])?,
    };
    Ok(match (what, answer) {
        (Listing::Cluster, answer) => match nodes(&answer) {
            nodes if nodes.is_empty() && con.is_cluster()? => nodes_of_redis(con)?,
            nodes => nodes,
        },
        (Listing::Stats, answer) => vec![object(answer, &[])],
        (Listing::Registrations, Value::Array(items)) => {
            let items = items.into_iter().map(|i| object(i, nested)).collect();
            with_executor(con, items)?
        }
        (_, Value::Array(items)) => items.into_iter().map(|i| object(i, nested)).collect(),
        (_, other) => vec![other],
    })
}

/// Registrations with who runs their functions, where the engine says that: `by`, and `why` it is Python.
fn with_executor(con: &mut RedisGears, mut items: Vec<Value>) -> Result<Vec<Value>> {
    let runs = Info::ask(con, &["runs"])?.items("runs", "");
    for item in &mut items {
        let said = runs.iter().find(|run| run["name"] == item["id"]);
        for name in ["by", "why"] {
            if let Some(value) = said.map(|run| &run[name]).filter(|one| one.is_string()) {
                item[name] = value.clone();
            }
        }
    }
    Ok(items)
}

/// The failures that the engine keeps, the newest first; where it keeps none, the last one of each
/// registration.
fn failures(con: &mut RedisGears) -> Result<Vec<Value>> {
    let kept = Info::ask(con, &["failures"])?.items("failures", "failure_");
    if !kept.is_empty() {
        return Ok(kept);
    }
    let registrations = fetch(con, Listing::Registrations)?;
    let failed = registrations
        .iter()
        .filter(|item| item["RegistrationData"]["lastError"].is_string());
    Ok(failed
        .map(|item| {
            let data = &item["RegistrationData"];
            json!({
                "registration": item["id"],
                "reader": item["reader"],
                "for": super::waits_for(item),
                "duration": data["lastRunDurationMS"],
                "error": data["lastError"],
            })
        })
        .collect())
}

/// The nodes of `RG.INFOCLUSTER`; the node that answered says so. None outside a cluster.
pub(super) fn nodes(answer: &Value) -> Vec<Value> {
    let Some([_, mine, _, _, nodes]) = answer.as_array().map(Vec::as_slice) else {
        return Vec::new();
    };
    let nodes = nodes.as_array().cloned().unwrap_or_default();
    nodes
        .into_iter()
        .map(|node| {
            let mut node = object(node, &[]);
            node["answered"] = json!(node["id"] == *mine);
            let (first, last) = (plain(&node["minHslot"]), plain(&node["maxHslot"]));
            node["slots"] = json!(format!("{first}-{last}"));
            node
        })
        .collect()
}

/// The nodes as Redis itself knows them, for an engine whose nodes do not know each other.
fn nodes_of_redis(con: &mut RedisGears) -> Result<Vec<Value>> {
    let answer: String = redis::cmd("CLUSTER").arg("NODES").query(con)?;
    Ok(shards_of_redis(&answer))
}

/// The primaries in an answer of `CLUSTER NODES`.
pub(super) fn shards_of_redis(answer: &str) -> Vec<Value> {
    let primaries = nodes::nodes(answer).filter(|node| node.is("master"));
    primaries
        .map(|node| {
            let ranges = node.slots.iter().map(|(first, last)| match first == last {
                true => first.to_string(),
                false => format!("{first}-{last}"),
            });
            json!({
                "id": node.id,
                "ip": node.host,
                "port": node.port,
                "slots": ranges.collect::<Vec<_>>().join(","),
                "answered": node.is("myself"),
            })
        })
        .collect()
}

/// The scripts that were loaded with this tool.
pub(super) fn scripts(con: &mut RedisGears, prefix: &str) -> Result<Vec<Value>> {
    let entries = Index::new(prefix).all(con)?;
    Ok(entries
        .into_iter()
        .map(|entry| {
            json!({
                "path": entry.path,
                "registrations": entry.registrations,
                "host": entry.host,
                "last_updated": entry.last_updated,
            })
        })
        .collect())
}
