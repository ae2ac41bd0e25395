//! The processes that run Python, and the links between the nodes of a cluster, as INFO tells of them.

use serde_json::{Value, json};

use crate::info::{Info, LINK};
use crate::table::{Column, table};
use crate::terminal::count;
use crate::value::plain;

/// One line about all workers; none where the server does not tell of workers.
pub(super) fn summary(info: &Info) -> Option<String> {
    let started = info.get("workers", "workers_started")?;
    let gone = info.get("workers", "workers_gone").unwrap_or("0");
    let workers = info.items("workers", "worker_");
    let busy = workers.iter().filter(|one| one["state"] == "busy").count();
    let memory = workers
        .iter()
        .filter_map(|one| one["memory"].as_u64())
        .sum();
    Some(format!(
        "{}, {busy} busy, {}; {started} started, {gone} gone",
        count(workers.len(), "worker"),
        bytes(memory)
    ))
}

/// The table of workers.
pub(super) fn workers(info: &Info, width: Option<usize>) -> Option<String> {
    fields(&info.items("workers", "worker_"), "WORKER", width)
}

/// The table of links, and how long one held a server at most.
pub(super) fn links(info: &Info, width: Option<usize>) -> Option<String> {
    // a node is known by the beginning of its name
    const NAME: usize = 8;
    let short = |id: &Value| plain(id).chars().take(NAME).collect::<String>();
    let links: Vec<Value> = info
        .items("links", LINK)
        .iter()
        .map(|link| {
            let state = match (&link["failed"], plain(&link["run"]).as_str()) {
                (failed, _) if *failed == 1 => "failed",
                (_, "") => "down",
                _ => "up",
            };
            json!({
                "name": short(&link["from"]),
                "to": short(&link["name"]),
                "address": link["address"],
                "state": state,
                "engine": link["version"],
                "pending": link["pending"],
                "unacknowledged": bytes(link["unacknowledged"].as_u64().unwrap_or(0)),
            })
        })
        .collect();
    let table = fields(&links, "LINK FROM", width)?;
    let longest = |what: &str| {
        let value = info.get("links", &format!("longest_{what}_processor_us"));
        value.unwrap_or("-").to_string()
    };
    Some(format!(
        "{table}\nlongest hold of a server: taking {} µs, sending {} µs",
        longest("taking"),
        longest("sending")
    ))
}

/// A column for each field that one of the items has.
fn fields(items: &[Value], first: &str, width: Option<usize>) -> Option<String> {
    let mut keys: Vec<&str> = Vec::new();
    for key in items
        .iter()
        .filter_map(Value::as_object)
        .flat_map(|item| item.keys())
    {
        let is_said = items.iter().any(|item| !plain(&item[key]).is_empty());
        if is_said && key != "name" && !keys.contains(&key.as_str()) {
            keys.push(key);
        }
    }
    if items.is_empty() {
        return None;
    }
    // what one looks for first
    const FIRST: [&str; 7] = [
        "to", "pid", "address", "state", "memory", "sessions", "in_hand",
    ];
    keys.sort_by_key(|key| {
        FIRST
            .iter()
            .position(|known| known == key)
            .unwrap_or(FIRST.len())
    });
    let titles: Vec<String> = keys
        .iter()
        .map(|key| key.replace('_', " ").to_uppercase())
        .collect();
    let mut columns = vec![Column::new(first).cut(8)];
    for (rank, title) in (1..).zip(&titles) {
        columns.push(Column::new(title).cut(8).rank(rank));
    }
    let cell = |item: &Value, key: &str| match (key, item[key].as_u64()) {
        ("memory", Some(number)) => bytes(number),
        _ => plain(&item[key]),
    };
    let row = |item: &Value| {
        let fields = keys.iter().map(|key| cell(item, key));
        [plain(&item["name"])].into_iter().chain(fields).collect()
    };
    let rows: Vec<Vec<String>> = items.iter().map(row).collect();
    Some(table(&columns, &rows, width))
}

/// A size in its largest unit.
fn bytes(number: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    let mut size = number as f64 / 1000.0;
    let mut unit = 0;
    while size >= 1000.0 && unit + 1 < UNITS.len() {
        size /= 1000.0;
        unit += 1;
    }
    format!("{size:.1} {}", UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    const INFO: &str = "# rg_workers\nrg_workers_started:3\nrg_workers_gone:1\n\
        rg_worker_2:pid=71,state=busy,memory=15511552,sessions=1,in_hand=4,requirements=\n\
        rg_worker_3:pid=72,state=idle,memory=9000000,sessions=0,in_hand=0,requirements=numpy\n\
        # rg_links\nrg_longest_taking_us:400\nrg_longest_taking_processor_us:70\nrg_longest_sending_us:900\n\
        rg_longest_sending_processor_us:200\nrg_own:c3a1b2\n\
        rg_shard_a100000000000000:address=10.0.0.2:7000,failed=0,run=77,version=0.1.0,pending=0,unacknowledged=0\n\
        rg_shard_b1:address=10.0.0.3:7000,failed=1,run=,version=,pending=2,unacknowledged=70000\n";

    #[test]
    fn workers_and_links_have_the_columns_that_info_has() {
        let info = Info::read(INFO);
        assert_eq!(
            summary(&info).as_deref(),
            Some("2 workers, 1 busy, 24.5 MB; 3 started, 1 gone")
        );
        assert_eq!(
            workers(&info, None).unwrap(),
            "WORKER  PID  STATE  MEMORY   SESSIONS  IN HAND  REQUIREMENTS\n\
             \x20    2   71  busy   15.5 MB         1        4\n\
             \x20    3   72  idle   9.0 MB          0        0  numpy"
        );
        let all = Info::of_all(vec![Info::read(INFO)]);
        assert_eq!(
            links(&all, None).unwrap(),
            "LINK FROM  TO        ADDRESS        STATE   ENGINE  PENDING  UNACKNOWLEDGED\n\
             c3a1b2     a1000000  10.0.0.2:7000  up      0.1.0         0  0.0 kB\n\
             c3a1b2     b1        10.0.0.3:7000  failed                2  70.0 kB\n\
             longest hold of a server: taking 70 µs, sending 200 µs"
        );
        assert_eq!(summary(&Info::default()), None);
        assert_eq!(workers(&Info::default(), None), None);
    }
}
