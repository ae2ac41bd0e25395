//! What the engine says in INFO.

use redgrease::RedisGears;
use redgrease::client::data::unescaped;
use redis::ConnectionLike as _;
use serde_json::{Map, Value, json};

use crate::failure::{Failure, Result};

/// The sections of the engine: their names without `rg_`, and their fields in the server's order.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Info {
    sections: Vec<(String, Vec<(String, String)>)>,
}

/// What the names of links begin with.
pub(crate) const LINK: &str = "shard_";
/// What the names of maxima begin with.
const LONGEST: &str = "longest_";

impl Info {
    /// Asks for the sections of these names; one that the server does not have is empty.
    pub(crate) fn ask(con: &mut RedisGears, sections: &[&str]) -> Result<Self> {
        let mut all = Self::default();
        // servers before Redis 7.0 take one name at a time
        for section in sections {
            let mut command = redis::cmd("INFO");
            command.arg(format!("rg_{section}"));
            let answer = con.req_command(&command).map_err(Failure::from)?;
            let nodes: Vec<Self> = texts(&answer).iter().map(|text| Self::read(text)).collect();
            all.sections.extend(Self::of_all(nodes).sections);
        }
        Ok(all)
    }

    /// Reads the text of INFO.
    pub(crate) fn read(text: &str) -> Self {
        let mut sections: Vec<(String, Vec<(String, String)>)> = Vec::new();
        for line in text.lines() {
            if let Some(name) = line.strip_prefix("# ") {
                let name = name.strip_prefix("rg_").unwrap_or(name);
                sections.push((name.to_string(), Vec::new()));
            } else if let (Some((name, value)), Some((_, fields))) =
                (line.split_once(':'), sections.last_mut())
            {
                let name = name.strip_prefix("rg_").unwrap_or(name);
                fields.push((name.to_string(), value.to_string()));
            }
        }
        Self { sections }
    }

    /// What all nodes of a cluster say: sums of numbers, the highest of those that are maxima, and the workers, failures and
    /// links of all.
    pub(crate) fn of_all(nodes: Vec<Self>) -> Self {
        let mut nodes = nodes.into_iter().map(Self::with_ends);
        let mut all = nodes.next().unwrap_or_default();
        for node in nodes {
            for (name, fields) in node.sections {
                match all.sections.iter_mut().find(|(known, _)| *known == name) {
                    Some((_, known)) => join(&name, known, fields),
                    None => all.sections.push((name, fields)),
                }
            }
        }
        all
    }

    /// Says in each link of a node that it begins there.
    fn with_ends(mut self) -> Self {
        let own = self.get("links", "own").unwrap_or_default().to_string();
        let links = self.sections.iter_mut().filter(|(name, _)| name == "links");
        for (name, value) in links.flat_map(|(_, fields)| fields) {
            if name.starts_with(LINK) {
                *value = format!("from={own},{value}");
            }
        }
        self
    }

    /// The fields of a section.
    pub(crate) fn section(&self, name: &str) -> &[(String, String)] {
        let found = self.sections.iter().find(|(known, _)| known == name);
        found.map_or(&[], |(_, fields)| fields)
    }

    /// A field of a section.
    pub(crate) fn get(&self, section: &str, field: &str) -> Option<&str> {
        let fields = self.section(section);
        let found = fields.iter().find(|(name, _)| name == field);
        found.map(|(_, value)| value.as_str())
    }

    /// The fields of a section whose names begin so, each `a=1,b=2` as an object with the rest of
    /// its name as `name`.
    pub(crate) fn items(&self, section: &str, prefix: &str) -> Vec<Value> {
        let fields = self.section(section).iter();
        fields
            .filter_map(|(name, value)| Some((name.strip_prefix(prefix)?, value)))
            .map(|(name, value)| {
                let mut item = Map::from_iter([("name".to_string(), json!(name))]);
                item.extend(pairs(value));
                Value::Object(item)
            })
            .collect()
    }
}

/// Puts the fields of a section on another node to those that are known.
fn join(section: &str, known: &mut Vec<(String, String)>, more: Vec<(String, String)>) {
    // These are numbered on each node: what is the first one there is another one.
    let numbered = match section {
        "workers" => "worker_",
        "failures" => "failure_",
        _ => "",
    };
    for (name, value) in more {
        // a link has two ends, and each node tells of its own
        if section == "links" && name.starts_with(LINK) {
            known.push((name, value));
            continue;
        }
        let number = name.strip_prefix(numbered).map(str::parse::<u64>);
        if !numbered.is_empty() && matches!(number, Some(Ok(_))) {
            let is_one = |(name, _): &&(String, String)| {
                let number = name.strip_prefix(numbered).map(str::parse::<u64>);
                matches!(number, Some(Ok(_)))
            };
            let count = known.iter().filter(is_one).count();
            known.push((format!("{numbered}{}", count + 1), value));
            continue;
        }
        match known.iter_mut().find(|(other, _)| *other == name) {
            Some((_, longest)) if name.starts_with(LONGEST) => {
                *longest = highest(longest, &value);
            }
            Some((_, sum_of_both)) if section != "engine" => {
                *sum_of_both = sum(sum_of_both, &value);
            }
            Some(_) => {}
            None => known.push((name, value)),
        }
    }
    if section == "failures" {
        let time = |value: &str| {
            pairs(value)
                .find(|(name, _)| name == "time")
                .and_then(|(_, time)| time.as_i64())
        };
        known.sort_by_key(|(_, value)| std::cmp::Reverse(time(value)));
    }
}

/// Reads `a=1,b=2`; numbers become numbers.
fn pairs(text: &str) -> impl Iterator<Item = (String, Value)> + '_ {
    text.split(',').filter_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        let value = match value.parse::<i64>() {
            Ok(number) => json!(number),
            Err(_) => json!(unescaped(value)),
        };
        Some((name.to_string(), value))
    })
}

/// The texts of the answer: one, or one of each node of a cluster.
fn texts(answer: &redis::Value) -> Vec<String> {
    match answer {
        redis::Value::BulkString(bytes) => vec![String::from_utf8_lossy(bytes).into_owned()],
        redis::Value::VerbatimString { text, .. } | redis::Value::SimpleString(text) => {
            vec![text.clone()]
        }
        redis::Value::Map(nodes) => nodes.iter().flat_map(|(_, one)| texts(one)).collect(),
        redis::Value::Array(nodes) => nodes.iter().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

/// The higher one of two numbers; where one is none, the other one.
fn highest(first: &str, second: &str) -> String {
    let number = |text: &str| text.parse::<u64>().ok();
    if number(second) > number(first) {
        second.to_string()
    } else {
        first.to_string()
    }
}

/// The sums of two texts of numbers, or of two `a=1,b=2`; where they are no numbers, the first.
fn sum(first: &str, second: &str) -> String {
    if let (Ok(one), Ok(two)) = (first.parse::<u64>(), second.parse::<u64>()) {
        return (one + two).to_string();
    }
    let others: Vec<(&str, &str)> = second
        .split(',')
        .filter_map(|pair| pair.split_once('='))
        .collect();
    let pairs = first.split(',').map(|pair| {
        let other = pair.split_once('=').and_then(|(name, value)| {
            let (_, other) = others.iter().find(|(known, _)| *known == name)?;
            Some(format!("{name}={}", sum(value, other)))
        });
        other.unwrap_or_else(|| pair.to_string())
    });
    pairs.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_are_put_together() {
        let node = |text: &str| Info::read(text);
        let all = Info::of_all(vec![
            node(
                "# rg_runs\r\nrg_batch:queued=1,le_1=2\r\n# rg_workers\r\nrg_workers_started:2\r\nrg_worker_1:pid=7\r\n",
            ),
            node(
                "# rg_runs\r\nrg_batch:queued=3,le_1=4\r\nrg_x:queued=1\r\n# rg_workers\r\nrg_workers_started:1\r\nrg_worker_1:pid=8\r\n",
            ),
            node(
                "# rg_links\r\nrg_longest_taking_us:70\r\nrg_own:a\r\nrg_shard_b:pending=1\r\nrg_shard_c:pending=0\r\n",
            ),
            node(
                "# rg_links\r\nrg_longest_taking_us:300\r\nrg_own:b\r\nrg_shard_a:pending=2\r\nrg_shard_c:pending=5\r\n",
            ),
            node("# rg_failures\r\nrg_failure_1:time=5,error=a\r\n"),
            node("# rg_failures\r\nrg_failure_1:time=9,error=b\r\n"),
        ]);
        assert_eq!(all.get("runs", "batch"), Some("queued=4,le_1=6"));
        assert_eq!(all.get("runs", "x"), Some("queued=1"));
        assert_eq!(all.get("workers", "workers_started"), Some("3"));
        let pids: Vec<Value> = all
            .items("workers", "worker_")
            .into_iter()
            .map(|worker| worker["pid"].clone())
            .collect();
        assert_eq!(pids, [json!(7), json!(8)]);
        assert_eq!(all.get("links", "longest_taking_us"), Some("300"));
        let links = all.items("links", LINK);
        let links: Vec<_> = links
            .iter()
            .map(|link| format!("{} {} {}", link["from"], link["name"], link["pending"]))
            .collect();
        let wanted = [
            r#""a" "b" 1"#,
            r#""a" "c" 0"#,
            r#""b" "a" 2"#,
            r#""b" "c" 5"#,
        ];
        assert_eq!(links, wanted);
        let failures = all.items("failures", "failure_");
        assert_eq!(
            (&failures[0]["error"], &failures[1]["error"]),
            (&json!("b"), &json!("a"))
        );
    }

    #[test]
    fn sections_fields_and_their_parts_are_read() {
        let info = Info::read(
            "# rg_workers\r\nrg_workers_started:2\r\nrg_worker_1:pid=7,state=idle,requirements=\r\n\
             \r\n# rg_failures\r\nrg_failure_1:time=5,for=a\\x2cb,error=x\\x0ay\\x5c\r\n",
        );
        assert_eq!(info.get("workers", "workers_started"), Some("2"));
        assert_eq!(info.get("workers", "none"), None);
        assert_eq!(
            info.items("workers", "worker_"),
            [json!({"name": "1", "pid": 7, "state": "idle", "requirements": ""})]
        );
        let failures = info.items("failures", "failure_");
        assert_eq!(failures[0]["for"], "a,b");
        assert_eq!(failures[0]["error"], "x\ny\\");
        assert!(info.section("nothing").is_empty());
    }
}
