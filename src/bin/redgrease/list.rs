//! `redgrease ls`: what is in the server, with the server's own names of the fields.

use redgrease::RedisGears;
use serde_json::{Value, json};

use crate::args::{Format, Listing, LsArgs};
use crate::failure::Result;
use crate::index::Index;
use crate::server::Server;
use crate::table::{shortened, table};
use crate::terminal::Terminal;
use crate::value::{ask, object, plain};

const LONGEST: usize = 60;

/// Prints a list.
pub(crate) fn run(args: &LsArgs, server: &Server, prefix: &str, terminal: Terminal) -> Result<()> {
    let mut con = server.connect()?;
    let items = match args.what {
        Listing::Scripts => scripts(&mut con, prefix)?,
        what => fetch(&mut con, what)?,
    };
    if args.format == Format::Json {
        let text = serde_json::to_string_pretty(&items).unwrap_or_default();
        return terminal.print(text);
    }
    if items.is_empty() {
        terminal.status("Empty", format_args!("no {}", noun(args.what)));
        return Ok(());
    }
    terminal.print(render(args.what, &items))
}

/// What the server lists, each item as an object.
pub(crate) fn fetch(con: &mut RedisGears, what: Listing) -> Result<Vec<Value>> {
    let (command, nested): (&str, &[&str]) = match what {
        Listing::Registrations => ("RG.DUMPREGISTRATIONS", &["RegistrationData", "args"]),
        Listing::Executions => ("RG.DUMPEXECUTIONS", &[]),
        Listing::Sessions => ("RG.PYDUMPSESSIONS", &[]),
        Listing::Requirements => ("RG.PYDUMPREQS", &[]),
        Listing::Cluster => ("RG.INFOCLUSTER", &[]),
        Listing::Stats | Listing::Scripts => ("RG.PYSTATS", &[]),
    };
    Ok(match (what, ask(con, &[command])?) {
        (Listing::Cluster, answer) => match nodes(&answer) {
            nodes if nodes.is_empty() && con.is_cluster()? => nodes_of_redis(con)?,
            nodes => nodes,
        },
        (Listing::Stats, answer) => vec![object(answer, &[])],
        (_, Value::Array(items)) => items.into_iter().map(|i| object(i, nested)).collect(),
        (_, other) => vec![other],
    })
}

/// The nodes of `RG.INFOCLUSTER`; the node that answered says so. None outside a cluster.
fn nodes(answer: &Value) -> Vec<Value> {
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
fn node_of_redis(line: &str) -> Option<Value> {
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

fn scripts(con: &mut RedisGears, prefix: &str) -> Result<Vec<Value>> {
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

fn noun(what: Listing) -> &'static str {
    match what {
        Listing::Registrations => "registrations",
        Listing::Executions => "executions",
        Listing::Sessions => "sessions",
        Listing::Requirements => "requirements",
        Listing::Scripts => "scripts",
        Listing::Cluster => "cluster: the server stands alone",
        Listing::Stats => "stats",
    }
}

/// The table of a list.
pub(crate) fn render(what: Listing, items: &[Value]) -> String {
    match what {
        Listing::Registrations => rows(
            &[
                "ID",
                "READER",
                "FOR",
                "MODE",
                "RUNS",
                "OK",
                "FAILED",
                "AVG MS",
                "LAST ERROR",
            ],
            items,
            |item| {
                let data = &item["RegistrationData"];
                vec![
                    short_id(&plain(&item["id"])),
                    plain(&item["reader"]),
                    waits_for(item),
                    plain(&data["mode"]),
                    plain(&data["numTriggered"]),
                    plain(&data["numSuccess"]),
                    plain(&data["numFailures"]),
                    rounded(&data["avgRunDurationMS"]),
                    last_line(&data["lastError"]),
                ]
            },
        ),
        Listing::Executions => rows(&["ID", "STATUS", "BY"], items, |item| {
            let registered = item["registered"] == json!(1);
            let by = if registered { "registration" } else { "run" };
            vec![
                short_id(&plain(&item["executionId"])),
                plain(&item["status"]),
                by.to_string(),
            ]
        }),
        Listing::Sessions => rows(
            &[
                "ID",
                "REGISTRATIONS",
                "REQUIREMENTS",
                "STATE",
                "DESCRIPTION",
            ],
            items,
            |item| {
                let is_dead = item["dead"] == json!("true") || item["dead"] == json!(1);
                vec![
                    plain(&item["ID"]),
                    number_of(&item["registrations"]),
                    shortened(&or_hyphen(&plain(&item["requirements"])), LONGEST),
                    if is_dead { "dead" } else { "linked" }.to_string(),
                    shortened(&plain(&item["sessionDescription"]), LONGEST),
                ]
            },
        ),
        Listing::Requirements => rows(
            &["NAME", "DOWNLOADED", "INSTALLED", "USED BY"],
            items,
            |item| {
                vec![
                    plain(&item["Name"]),
                    plain(&item["IsDownloaded"]),
                    plain(&item["IsInstalled"]),
                    plain(&item["RefCount"]),
                ]
            },
        ),
        Listing::Scripts => rows(
            &["PATH", "REGISTRATIONS", "HOST", "LOADED"],
            items,
            |item| {
                let loaded = plain(&item["last_updated"]);
                vec![
                    plain(&item["path"]),
                    number_of(&item["registrations"]),
                    or_hyphen(&plain(&item["host"])),
                    loaded.split('.').next().unwrap_or_default().to_string(),
                ]
            },
        ),
        Listing::Cluster => rows(&["ID", "ADDRESS", "SLOTS", "ANSWERED"], items, |item| {
            vec![
                plain(&item["id"]),
                format!("{}:{}", plain(&item["ip"]), plain(&item["port"])),
                plain(&item["slots"]),
                if item["answered"] == json!(true) {
                    "yes"
                } else {
                    ""
                }
                .to_string(),
            ]
        }),
        Listing::Stats => fields(items),
    }
}

fn rows(titles: &[&str], items: &[Value], row: impl Fn(&Value) -> Vec<String>) -> String {
    let rows: Vec<Vec<String>> = items.iter().map(row).collect();
    table(titles, &rows)
}

/// One line for each field of the only item.
fn fields(items: &[Value]) -> String {
    let pairs: Vec<Vec<String>> = items
        .iter()
        .filter_map(Value::as_object)
        .flatten()
        .map(|(name, value)| vec![name.clone(), plain(value)])
        .collect();
    table(&["NAME", "VALUE"], &pairs)
}

/// What a registration waits for: its trigger, its keys, its streams.
pub(crate) fn waits_for(item: &Value) -> String {
    let args = &item["RegistrationData"]["args"];
    let found = ["trigger", "regex", "stream", "prefix"]
        .iter()
        .find_map(|name| args[name].as_str());
    shortened(found.unwrap_or("-"), LONGEST)
}

/// Whether an execution is over.
pub(crate) fn has_ended(execution: &Value) -> bool {
    ["done", "aborted"].contains(&plain(&execution["status"]).as_str())
}

/// An ID without the part that all have in common outside a cluster.
pub(crate) fn short_id(id: &str) -> String {
    match id.split_once('-') {
        Some((shard, number)) if shard.bytes().all(|byte| byte == b'0') => number.to_string(),
        _ => id.to_string(),
    }
}

/// The exception, which stands in the last line of a traceback.
pub(crate) fn last_line(error: &Value) -> String {
    let Some(text) = error.as_str() else {
        return "-".to_string();
    };
    let exception = redgrease::PythonError::parse(text).map(|error| error.exception);
    let line = exception.unwrap_or_else(|| text.trim().to_string());
    shortened(line.lines().last().unwrap_or_default(), LONGEST)
}

/// A number with at most three digits after the point.
pub(crate) fn rounded(value: &Value) -> String {
    let text = plain(value);
    match text.parse::<f64>() {
        Ok(number) if number.fract() == 0.0 => format!("{number:.0}"),
        Ok(number) => format!("{number:.2}"),
        Err(_) => text,
    }
}

fn number_of(list: &Value) -> String {
    list.as_array().map_or(0, Vec::len).to_string()
}

fn or_hyphen(text: &str) -> String {
    if text.is_empty() { "-" } else { text }.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_of_registrations() {
        let zeros = "0".repeat(40);
        let items = [
            json!({
                "id": format!("{zeros}-1"), "reader": "CommandReader", "desc": null,
                "RegistrationData": {
                    "mode": "async", "numTriggered": 12, "numSuccess": 11, "numFailures": 1,
                    "avgRunDurationMS": "1.2345",
                    "lastError": "['Traceback (most recent call last):\\n', 'ValueError: bad\\n']",
                    "args": {"trigger": "area", "inorder": 0},
                },
            }),
            json!({
                "id": format!("{zeros}-14"), "reader": "KeysReader", "desc": null,
                "RegistrationData": {
                    "mode": "sync", "numTriggered": 0, "numSuccess": 0, "numFailures": 0,
                    "avgRunDurationMS": "0", "lastError": null,
                    "args": {"regex": "user:*", "eventTypes": ["hset"]},
                },
            }),
        ];
        insta::assert_snapshot!(render(Listing::Registrations, &items));
    }

    #[test]
    fn a_table_of_sessions() {
        let items = [json!({
            "ID": "area-437db0971ccda1e6", "sessionDescription": "redgrease /srv/area.py",
            "dead": "false", "requirements": ["numpy", "requests"], "registrations": ["0-1", "0-3"],
        })];
        insta::assert_snapshot!(render(Listing::Sessions, &items));
    }

    #[test]
    fn a_table_of_executions() {
        let items = [
            json!({"executionId": format!("{}-3", "0".repeat(40)), "status": "running", "registered": 0}),
            json!({"executionId": format!("{}-12", "0".repeat(40)), "status": "done", "registered": 1}),
        ];
        insta::assert_snapshot!(render(Listing::Executions, &items));
    }

    #[test]
    fn a_table_of_requirements() {
        let items = [json!({
            "GearReqVersion": 1, "Name": "numpy>=1.20", "IsDownloaded": "yes", "IsInstalled": "yes",
            "RefCount": 2, "Wheels": ["numpy-1.26.4-cp311-cp311-linux_x86_64.whl"],
        })];
        insta::assert_snapshot!(render(Listing::Requirements, &items));
    }

    #[test]
    fn a_table_of_scripts() {
        let items = [
            json!({
                "path": "/srv/area.py", "registrations": ["0-1", "0-3"], "host": "web1",
                "last_updated": "2026-11-22T16:32:56.123456+00:00",
            }),
            json!({
                "path": "/srv/sub/old.py", "registrations": ["0-7"], "host": "",
                "last_updated": "2021-01-01T00:00:00.000000+00:00",
            }),
        ];
        insta::assert_snapshot!(render(Listing::Scripts, &items));
    }

    #[test]
    fn a_table_of_stats() {
        let items = [json!({"TotalAllocated": 1_234_567, "CurrAllocated": 890})];
        insta::assert_snapshot!(render(Listing::Stats, &items));
    }

    #[test]
    fn nodes_of_a_cluster() {
        let node = |id: &str, low: u32| {
            json!([
                "id",
                id,
                "ip",
                "127.0.0.1",
                "port",
                7000,
                "unixSocket",
                "None",
                "runid",
                "r",
                "minHslot",
                low,
                "maxHslot",
                low + 8191,
                "pendingMessages",
                0
            ])
        };
        let answer = json!(["MyId", "b", "MyRunId", "r", [node("a", 0), node("b", 8192)]]);
        insta::assert_snapshot!(render(Listing::Cluster, &nodes(&answer)));
        assert!(nodes(&json!("no cluster mode")).is_empty());
    }

    #[test]
    fn nodes_as_redis_knows_them() {
        let answer = "\
            a1 10.0.0.1:7000@17000 myself,master - 0 0 1 connected 0-5460 [7-<-b2]\n\
            b2 10.0.0.2:7000@17000,db2 master - 0 1426238316232 2 connected 5461-10922 16383\n\
            c3 10.0.0.3:7000@17000 slave a1 0 1426238316232 2 connected\n";
        let nodes: Vec<Value> = answer.lines().filter_map(node_of_redis).collect();
        insta::assert_snapshot!(render(Listing::Cluster, &nodes));
    }

    #[test]
    fn ids_outside_a_cluster_are_numbers() {
        assert_eq!(short_id(&format!("{}-7", "0".repeat(40))), "7");
        assert_eq!(short_id("a1b2-7"), "a1b2-7");
    }
}
