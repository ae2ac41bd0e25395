//! `redgrease ls`: what is in the server, with the server's own names of the fields.

mod fetch;
mod order;
mod render;

use redgrease::RedisGears;
use serde_json::{Value, json};

use crate::args::{Format, Listing, LsArgs};
use crate::failure::Result;
use crate::server::Server;
use crate::table::table;
use crate::terminal::Terminal;
use crate::value::plain;

pub(crate) use fetch::fetch;
pub(crate) use render::{render, row};

/// How many executions are shown when nothing is said.
const USUAL_EXECUTIONS: usize = 20;

/// Prints a list.
pub(crate) fn run(args: &LsArgs, server: &Server, prefix: &str, terminal: Terminal) -> Result<()> {
    let mut con = server.connect()?;
    let what = match (args.what, args.failed) {
        (None, true) => Listing::Failures,
        (what, _) => what.unwrap_or_default(),
    };
    let mut items = items(&mut con, what, prefix)?;
    if args.failed {
        items.retain(|item| has_failed(what, item));
    }
    let rows = items.iter().map(|item| row(what, item)).collect();
    let (mut items, mut rows) = order::sort(what, items, rows, args)?;
    let total = items.len();
    let usual = match (what, args.format) {
        (Listing::Executions, Format::Text) => USUAL_EXECUTIONS,
        _ => 0,
    };
    let limit = args.limit.unwrap_or(usual);
    if limit > 0 {
        items.truncate(limit);
        rows.truncate(limit);
    }
    if args.format == Format::Json {
        // the only item of a list of fields is what it was
        let items = if what == Listing::Stats {
            vec![together(&items)]
        } else {
            items
        };
        let text = serde_json::to_string_pretty(&items).unwrap_or_default();
        return terminal.print(text);
    }
    if items.is_empty() {
        let failed = if args.failed && what != Listing::Failures {
            "failed "
        } else {
            ""
        };
        terminal.status("Empty", format_args!("no {failed}{}", noun(what)));
        return Ok(());
    }
    terminal.print(table(render::columns(what), &rows, terminal.width()))?;
    if items.len() < total {
        terminal.status(
            "Shown",
            format_args!(
                "{} of {total} {}; --limit 0 shows all",
                items.len(),
                noun(what)
            ),
        );
    }
    Ok(())
}

fn items(con: &mut RedisGears, what: Listing, prefix: &str) -> Result<Vec<Value>> {
    match what {
        Listing::Scripts => fetch::scripts(con, prefix),
        Listing::Stats => {
            let one = fetch(con, what)?;
            let fields = one.iter().filter_map(Value::as_object).flatten();
            Ok(fields
                .map(|(name, value)| json!({"name": name, "value": value}))
                .collect())
        }
        _ => fetch(con, what),
    }
}

/// Fields of one object, which were taken apart.
fn together(fields: &[Value]) -> Value {
    let pairs = fields
        .iter()
        .map(|field| (plain(&field["name"]), field["value"].clone()));
    Value::Object(pairs.collect())
}

/// Whether an item tells of a failure.
fn has_failed(what: Listing, item: &Value) -> bool {
    let is_positive = |value: &Value| value.as_i64().is_some_and(|number| number > 0);
    match what {
        Listing::Registrations => is_positive(&item["RegistrationData"]["numFailures"]),
        Listing::Executions => is_positive(&item["numErrors"]),
        _ => true,
    }
}

fn noun(what: Listing) -> &'static str {
    match what {
        Listing::Registrations => "registrations",
        Listing::Executions => "executions",
        Listing::Failures => "failures",
        Listing::Sessions => "sessions",
        Listing::Requirements => "requirements",
        Listing::Scripts => "scripts",
        Listing::Cluster => "cluster: the server stands alone",
        Listing::Stats => "stats",
    }
}

/// What a registration waits for: its trigger, its keys, its streams.
pub(crate) fn waits_for(item: &Value) -> String {
    let args = &item["RegistrationData"]["args"];
    let found = ["trigger", "regex", "stream", "prefix"]
        .iter()
        .find_map(|name| args[name].as_str());
    found.unwrap_or("-").to_string()
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
    line.lines().last().unwrap_or_default().to_string()
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
        insta::assert_snapshot!(render(Listing::Registrations, &items, None));
    }

    #[test]
    fn a_table_of_sessions() {
        let items = [json!({
            "ID": "area-437db0971ccda1e6", "sessionDescription": "redgrease /srv/area.py",
            "dead": "false", "requirements": ["numpy", "requests"], "registrations": ["0-1", "0-3"],
        })];
        insta::assert_snapshot!(render(Listing::Sessions, &items, None));
    }

    #[test]
    fn a_table_of_executions() {
        let items = [
            json!({"executionId": format!("{}-3", "0".repeat(40)), "status": "running", "registered": 0}),
            json!({"executionId": format!("{}-12", "0".repeat(40)), "status": "done", "registered": 1}),
        ];
        insta::assert_snapshot!(render(Listing::Executions, &items, None));
    }

    #[test]
    fn a_table_of_requirements() {
        let items = [json!({
            "GearReqVersion": 1, "Name": "numpy>=1.20", "IsDownloaded": "yes", "IsInstalled": "yes",
            "RefCount": 2, "Wheels": ["numpy-1.26.4-cp311-cp311-linux_x86_64.whl"],
        })];
        insta::assert_snapshot!(render(Listing::Requirements, &items, None));
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
        insta::assert_snapshot!(render(Listing::Scripts, &items, None));
    }

    #[test]
    fn a_table_of_stats() {
        let items = [
            json!({"name": "TotalAllocated", "value": 1_234_567}),
            json!({"name": "CurrAllocated", "value": 890}),
        ];
        insta::assert_snapshot!(render(Listing::Stats, &items, None));
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
        insta::assert_snapshot!(render(Listing::Cluster, &fetch::nodes(&answer), None));
        assert!(fetch::nodes(&json!("no cluster mode")).is_empty());
    }

    #[test]
    fn nodes_as_redis_knows_them() {
        let answer = "\
            a1 10.0.0.1:7000@17000 myself,master - 0 0 1 connected 0-5460 [7-<-b2]\n\
            b2 10.0.0.2:7000@17000,db2 master - 0 1426238316232 2 connected 5461-10922 16383\n\
            c3 10.0.0.3:7000@17000 slave a1 0 1426238316232 2 connected\n";
        let nodes = fetch::shards_of_redis(answer);
        insta::assert_snapshot!(render(Listing::Cluster, &nodes, None));
    }

    #[test]
    fn ids_outside_a_cluster_are_numbers() {
        assert_eq!(short_id(&format!("{}-7", "0".repeat(40))), "7");
        assert_eq!(short_id("a1b2-7"), "a1b2-7");
    }
}
