//! What the server lists, each item as an object.

use redgrease::RedisGears;
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
        (_, Value::Array(items)) => items.into_iter().map(|i| object(i, nested)).collect(),
        (_, other) => vec![other],
    })
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
    Ok(answer.lines().filter_map(node_of_redis).collect())
}

/// Reads `ID IP:PORT@BUS FLAGS PRIMARY PING PONG EPOCH LINK SLOTS…`; replicas are left out.
pub(super) fn node_of_redis(line: &str) -> Option<Value> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [id, address, flags, _, _, _, _, _, slots @ ..] = words.as_slice() else {
        return None;
    };
    let (ip, port) = address.split('@').next()?.rsplit_once(':')?;
    let has = |flag| flags.split(',').any(|known| known == flag);
    // slots that move to another node stand in brackets
    let slots: Vec<&&str> = slots.iter().filter(|s| !s.starts_with('[')).collect();
    let slots: Vec<String> = slots.iter().map(ToString::to_string).collect();
    has("master").then(|| {
        json!({
            "id": id,
            "ip": ip,
            "port": port.parse::<u16>().unwrap_or_default(),
            "slots": slots.join(","),
            "answered": has("myself"),
        })
    })
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
