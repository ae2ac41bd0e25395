//! The recorded exchanges: what a RedisGears 1.2.13 was asked and what it answered, byte for byte.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use crate::support::Value;

/// What the original did on an exchange.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Recorded {
    /// It answered this.
    Reply(Value),
    /// Its answer comes at a later `#READ` of the same connection.
    Deferred,
    /// It died.
    Crash,
    /// It had not answered when the recorder gave up.
    Silence,
}

/// What may differ in the reply of one exchange, beyond what [`mask`](crate::mask) allows everywhere.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) enum Freedom {
    /// Nothing.
    #[default]
    None,
    /// The records come in no particular order (SCAN order, hash order).
    Unordered,
    /// Which records come before the first error depends on SCAN order: those that come must be among the recorded ones.
    Subset,
    /// Records of key events in an asynchronous mode: the value is the one at the moment of reading, which comes after the event.
    Late,
    /// How often something has happened by now depends on the clock: that it has is compared, not how often.
    Clock,
    /// The payload says nothing (DUMP of a module type, a profile): only the kind of the reply is compared.
    Volatile,
}

/// One step of a recording.
#[derive(Clone, Debug)]
pub(crate) struct Exchange {
    pub(crate) command: Vec<Vec<u8>>,
    /// The node, in the recording of a cluster, and the number of the connection to it.
    pub(crate) connection: (u64, u64),
    pub(crate) recorded: Recorded,
    pub(crate) freedom: Freedom,
    pub(crate) note: String,
}

impl Exchange {
    /// The command's name in upper case; `#SLEEP`, `#READ` and `#RESTART` are steps of the recorder.
    pub(crate) fn name(&self) -> String {
        String::from_utf8_lossy(&self.command[0]).to_uppercase()
    }

    /// An argument as text; empty where there is none.
    pub(crate) fn argument(&self, at: usize) -> String {
        self.command
            .get(at)
            .map_or_else(String::new, |a| String::from_utf8_lossy(a).into_owned())
    }

    /// Whether it changes nothing, so that it can be asked again.
    pub(crate) fn only_looks(&self) -> bool {
        const LOOKS: [&str; 16] = [
            "EXISTS",
            "GET",
            "HGETALL",
            "INFO",
            "KEYS",
            "LRANGE",
            "RG.DUMPEXECUTIONS",
            "RG.DUMPREGISTRATIONS",
            "RG.GETEXECUTION",
            "RG.GETRESULTS",
            "RG.PYDUMPREQS",
            "RG.PYDUMPSESSIONS",
            "SMEMBERS",
            "XLEN",
            "XPENDING",
            "XRANGE",
        ];
        LOOKS.contains(&self.name().as_str())
    }

    /// Whether packages are fetched for it.
    pub(crate) fn installs(&self) -> bool {
        self.command
            .iter()
            .any(|a| a.eq_ignore_ascii_case(b"REQUIREMENTS"))
    }

    /// Whether the original answered something, or should have.
    pub(crate) fn is_compared(&self) -> bool {
        !matches!(self.name().as_str(), "#SLEEP" | "#RESTART")
            && self.recorded != Recorded::Deferred
    }
}

/// A file of exchanges, in order, on a server that starts empty.
#[derive(Clone, Debug)]
pub(crate) struct Recording {
    pub(crate) name: String,
    pub(crate) exchanges: Vec<Exchange>,
}

/// The directory of this test.
pub(crate) fn home() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance")
}

/// Every recording, by name.
pub(crate) fn recordings() -> Vec<Recording> {
    let data = home().join("data");
    let mut files: Vec<PathBuf> = fs::read_dir(&data)
        .unwrap_or_else(|e| panic!("{}: {e}", data.display()))
        .map(|entry| entry.expect("a readable directory").path())
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .collect();
    files.sort();
    files.iter().map(|path| read(path)).collect()
}

fn read(path: &Path) -> Recording {
    let name = path
        .file_stem()
        .expect("a file name")
        .to_string_lossy()
        .into_owned();
    let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let text = with_plain_names(text);
    let list: Vec<Json> =
        serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let exchanges = list
        .iter()
        .enumerate()
        .map(|(i, json)| exchange(json).unwrap_or_else(|e| panic!("{name}#{i}: {e}")))
        .collect();
    Recording { name, exchanges }
}

/// The nodes of a recorded cluster get names that say nothing: 39 zeros and a number, in the order in which they said theirs.
fn with_plain_names(mut text: String) -> String {
    const BEFORE: &str = "MyId\\r\\n$40\\r\\n";
    let mut names: Vec<String> = text
        .split(BEFORE)
        .skip(1)
        .filter_map(|rest| rest.get(..40).map(str::to_owned))
        .collect();
    let mut seen = std::collections::HashSet::new();
    names.retain(|name| seen.insert(name.clone()));
    for (number, name) in names.iter().enumerate() {
        text = text.replace(name, &format!("{number:040}"));
    }
    text
}

fn exchange(json: &Json) -> Result<Exchange, String> {
    let command: Vec<Vec<u8>> = json["cmd"]
        .as_array()
        .ok_or("cmd is not a list")?
        .iter()
        .map(|a| {
            a.as_str()
                .ok_or_else(|| "an argument is not a string".to_owned())
                .and_then(bytes)
        })
        .collect::<Result<_, _>>()?;
    if command.is_empty() {
        return Err("cmd is empty".into());
    }
    let recorded = match (json["reply"].as_str(), json["original"].as_str()) {
        (Some(reply), None) => {
            let raw = bytes(reply)?;
            match Value::parse(&raw)? {
                Some((value, used)) if used == raw.len() => Recorded::Reply(value),
                _ => return Err("the reply is not one RESP2 value".into()),
            }
        }
        (None, Some("crash")) => Recorded::Crash,
        (None, Some("silence")) => Recorded::Silence,
        (None, None) => Recorded::Deferred,
        _ => return Err("reply and original exclude each other".into()),
    };
    let freedom = match json["free"].as_str() {
        None => Freedom::None,
        Some("unordered") => Freedom::Unordered,
        Some("subset") => Freedom::Subset,
        Some("late") => Freedom::Late,
        Some("clock") => Freedom::Clock,
        Some("volatile") => Freedom::Volatile,
        Some(other) => return Err(format!("unknown freedom {other}")),
    };
    let note = json["note"].as_str().unwrap_or_default().to_owned();
    Ok(Exchange {
        command,
        connection: (
            json["port"].as_u64().unwrap_or(0),
            json["conn"].as_u64().unwrap_or(0),
        ),
        recorded,
        freedom,
        note,
    })
}

/// The files hold bytes as characters of the same number.
fn bytes(text: &str) -> Result<Vec<u8>, String> {
    text.chars()
        .map(|c| u8::try_from(u32::from(c)).map_err(|_| format!("the character {c:?} is no byte")))
        .collect()
}
