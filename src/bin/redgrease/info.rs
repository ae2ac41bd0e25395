//! What the engine says in INFO.

use redgrease::RedisGears;
use redis::ConnectionLike as _;
use serde_json::{Map, Value, json};

use crate::failure::{Failure, Result};

/// The sections of the engine: their names without `rg_`, and their fields in the server's order.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Info {
    sections: Vec<(String, Vec<(String, String)>)>,
}

impl Info {
    /// Asks for the sections of these names; one that the server does not have is empty.
    pub(crate) fn ask(con: &mut RedisGears, sections: &[&str]) -> Result<Self> {
        let mut all = Self::default();
        // servers before Redis 7.0 take one name at a time
        for section in sections {
            let mut command = redis::cmd("INFO");
            command.arg(format!("rg_{section}"));
            let answer = con.req_command(&command).map_err(Failure::from)?;
            all.sections.extend(Self::read(&text(&answer)).sections);
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

/// Undoes `\x2c`.
fn unescaped(text: &str) -> String {
    let mut parts = text.split("\\x");
    let mut out = parts.next().unwrap_or_default().to_string();
    for part in parts {
        let code = part
            .get(..2)
            .and_then(|code| u8::from_str_radix(code, 16).ok());
        match code {
            Some(code) => {
                out.push(char::from(code));
                out.push_str(&part[2..]);
            }
            None => {
                out.push_str("\\x");
                out.push_str(part);
            }
        }
    }
    out
}

/// The text of the answer; that of one node where a cluster answers with all.
fn text(answer: &redis::Value) -> String {
    match answer {
        redis::Value::BulkString(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        redis::Value::VerbatimString { text, .. } | redis::Value::SimpleString(text) => {
            text.clone()
        }
        redis::Value::Map(nodes) => nodes.first().map(|(_, one)| text(one)).unwrap_or_default(),
        redis::Value::Array(nodes) => nodes.first().map(text).unwrap_or_default(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
