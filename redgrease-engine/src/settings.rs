//! Configuration: the keys of RedisGears 1.2, the engine's own, and everything else that functions may read.

pub(crate) mod companion;
pub(crate) mod options;

use std::collections::BTreeMap;

use crate::answer::Reply;
use crate::server::{OptionValue, ServerOption};

/// When a key can be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    Runtime,
    LoadOnly,
}

/// Which part of the original owns a key; the two parts answer differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Owner {
    Core,
    Python,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Setting {
    Int { value: i64, least: i64 },
    Text(String),
    Texts(Vec<String>),
}

#[derive(Clone, Debug)]
struct Entry {
    name: &'static str,
    owner: Owner,
    change: Change,
    setting: Setting,
}

/// The configuration of one server.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    entries: Vec<Entry>,
    /// What no part of the engine knows, for the functions to read.
    extra: BTreeMap<Vec<u8>, Vec<u8>>,
}

impl Default for Config {
    fn default() -> Self {
        use Change::{LoadOnly, Runtime};
        use Owner::{Core, Python};
        let int = |value, least| Setting::Int { value, least };
        let none = || Setting::Text("none".to_owned());
        let text = || Setting::Text(String::new());
        let table = [
            ("MaxExecutions", Core, Runtime, int(1000, i64::MIN)),
            (
                "MaxExecutionsPerRegistration",
                Core,
                Runtime,
                int(100, i64::MIN),
            ),
            ("ProfileExecutions", Core, Runtime, int(0, i64::MIN)),
            ("ExecutionThreads", Core, LoadOnly, int(3, 1)),
            ("ExecutionMaxIdleTime", Core, Runtime, int(5000, 1)),
            ("SendMsgRetries", Core, Runtime, int(3, 0)),
            ("Plugin", Core, LoadOnly, Setting::Texts(Vec::new())),
            ("PythonAttemptTraceback", Python, Runtime, int(1, i64::MIN)),
            (
                "PythonInstallReqMaxIdleTime",
                Python,
                Runtime,
                int(30000, 1),
            ),
            (
                "OverridePythonAllocators",
                Python,
                LoadOnly,
                int(1, i64::MIN),
            ),
            ("CreateVenv", Python, LoadOnly, int(0, i64::MIN)),
            ("DownloadDeps", Python, LoadOnly, int(0, i64::MIN)),
            (
                "ForeceDownloadDepsOnEnterprise",
                Python,
                LoadOnly,
                int(0, i64::MIN),
            ),
            ("DependenciesUrl", Python, LoadOnly, none()),
            ("DependenciesSha256", Python, LoadOnly, none()),
            ("PythonInstallationDir", Python, LoadOnly, text()),
            ("PythonExecutable", Python, LoadOnly, text()),
            ("WorkersPerEnvironment", Python, LoadOnly, int(0, 0)),
            ("WorkerMemoryLimit", Python, LoadOnly, int(0, 0)),
            ("SyncDeadline", Python, Runtime, int(5000, 1)),
            ("AtomicDeadline", Python, Runtime, int(5000, 1)),
            ("AbortGrace", Python, Runtime, int(250, 1)),
            ("WheelDirectory", Python, LoadOnly, text()),
            ("StopWithProcess", Python, LoadOnly, int(0, 0)),
        ];
        Self {
            entries: table
                .into_iter()
                .map(|(name, owner, change, setting)| Entry {
                    name,
                    owner,
                    change,
                    setting,
                })
                .collect(),
            extra: BTreeMap::new(),
        }
    }
}

impl Config {
    /// Takes module arguments: names, not case-sensitive, and values by turns.
    ///
    /// # Errors
    /// What is wrong with the arguments.
    pub(crate) fn load(&mut self, arguments: &[Vec<u8>]) -> Result<(), String> {
        for pair in arguments.chunks(2) {
            let name = String::from_utf8_lossy(&pair[0]).into_owned();
            let Some(value) = pair.get(1) else {
                return Err(format!(
                    "the module argument {name} has no value: give `{name} <value>`"
                ));
            };
            match self
                .entries
                .iter_mut()
                .find(|entry| entry.name.eq_ignore_ascii_case(&name))
            {
                Some(entry) => {
                    if !entry.setting.set(value) {
                        return Err(format!(
                            "the module argument {} cannot be `{}`: give {}",
                            entry.name,
                            String::from_utf8_lossy(value),
                            entry.setting.wanted()
                        ));
                    }
                    if entry.owner == Owner::Python {
                        self.extra
                            .insert(entry.name.as_bytes().to_vec(), value.clone());
                    }
                }
                None => {
                    self.extra.insert(pair[0].clone(), value.clone());
                }
            }
        }
        Ok(())
    }

    /// The options to offer to the server. `Plugin` is a list, which the server has no options for.
    pub(crate) fn options(&self) -> Vec<ServerOption> {
        self.entries
            .iter()
            .filter_map(|entry| {
                Some(ServerOption {
                    name: entry.name,
                    value: entry.setting.option()?,
                    changes: entry.change == Change::Runtime,
                })
            })
            .collect()
    }

    /// The value of an option of the server.
    pub(crate) fn option(&self, name: &str) -> Option<OptionValue> {
        self.entries
            .iter()
            .find(|entry| entry.name.eq_ignore_ascii_case(name))?
            .setting
            .option()
    }

    /// Takes a value from the server's configuration while the module is being loaded; one that does not change anything is
    /// as if it was not given.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn adopt(&mut self, name: &str, value: &[u8]) -> Result<(), String> {
        let unchanged = match self.option(name) {
            Some(OptionValue::Int { value: now, .. }) => now.to_string().as_bytes() == value,
            Some(OptionValue::Text(now)) => now.as_bytes() == value,
            None => false,
        };
        if unchanged {
            return Ok(());
        }
        self.load(&[name.as_bytes().to_vec(), value.to_vec()])
    }

    /// The value of an integer key.
    pub(crate) fn int(&self, name: &str) -> i64 {
        match self.entries.iter().find(|entry| entry.name == name) {
            Some(Entry {
                setting: Setting::Int { value, .. },
                ..
            }) => *value,
            _ => 0,
        }
    }

    /// The value of a text key.
    pub(crate) fn text(&self, name: &str) -> &str {
        match self.entries.iter().find(|entry| entry.name == name) {
            Some(Entry {
                setting: Setting::Text(value),
                ..
            }) => value,
            _ => "",
        }
    }

    /// Gives a text key its value, once the engine knows it.
    pub(crate) fn resolve(&mut self, name: &str, value: &str) {
        if let Some(entry) = self.entries.iter_mut().find(|entry| entry.name == name) {
            entry.setting = Setting::Text(value.to_owned());
        }
    }

    /// A value that functions may read: what was given and the core does not own.
    pub(crate) fn visible(&self, name: &[u8]) -> Option<Vec<u8>> {
        self.extra.get(name).cloned()
    }

    /// Answers RG.CONFIGGET for one key.
    pub(crate) fn get(&self, name: &[u8]) -> Reply {
        if let Some(entry) = self
            .entries
            .iter()
            .find(|entry| entry.name.as_bytes() == name)
        {
            return entry.setting.reply();
        }
        match self.extra.get(name) {
            Some(value) => Reply::bulk(value),
            None => {
                Reply::Error([b"(error) Unsupported config parameter: ".as_slice(), name].concat())
            }
        }
    }

    /// Answers RG.CONFIGSET for one pair.
    pub(crate) fn set(&mut self, name: &[u8], value: Option<&[u8]>) -> Reply {
        let shown = String::from_utf8_lossy(name).into_owned();
        let core = self.entries.iter_mut().find(|entry| {
            entry.owner == Owner::Core && entry.name.as_bytes().eq_ignore_ascii_case(name)
        });
        if let Some(entry) = core {
            if entry.change == Change::LoadOnly {
                return Reply::error(format!(
                    "(error) Config value {shown} not modifiable at runtime"
                ));
            }
            return match value {
                Some(value) if entry.setting.set(value) => Reply::Ok,
                _ => Reply::error(format!("(error) Failed setting config value {shown}")),
            };
        }
        let Some(value) = value else {
            return Reply::error(format!("(error) Value was not given to {shown}"));
        };
        let python = self
            .entries
            .iter_mut()
            .find(|entry| entry.owner == Owner::Python && entry.name.as_bytes() == name);
        if let Some(entry) = python {
            if entry.change == Change::LoadOnly {
                return Reply::error(format!("(error) {shown} is not configurable at runtime"));
            }
            // The original keeps any number of PythonAttemptTraceback but shows a truth value.
            if !entry.setting.set(value) {
                return Reply::error(format!(
                    "Failed setting config value for key '{shown}' with value '{}'",
                    String::from_utf8_lossy(value)
                ));
            }
            if entry.name == "PythonAttemptTraceback"
                && let Setting::Int { value, .. } = &mut entry.setting
            {
                *value = i64::from(*value != 0);
            }
        }
        self.extra.insert(name.to_vec(), value.to_vec());
        Reply::Simple("OK - value was saved in extra config dictionary".to_owned())
    }
}

impl Setting {
    fn set(&mut self, raw: &[u8]) -> bool {
        let Ok(text) = std::str::from_utf8(raw) else {
            return false;
        };
        match self {
            Self::Int { value, least } => match text.parse::<i64>() {
                Ok(parsed) if parsed >= *least => {
                    *value = parsed;
                    true
                }
                _ => false,
            },
            Self::Text(value) => {
                text.clone_into(value);
                true
            }
            Self::Texts(values) => {
                values.push(text.to_owned());
                true
            }
        }
    }

    /// What it takes, for who gave something else.
    fn wanted(&self) -> String {
        match self {
            Self::Int { least, .. } => format!("a whole number, {least} or greater"),
            Self::Text(_) | Self::Texts(_) => "a text in UTF-8".to_owned(),
        }
    }

    fn option(&self) -> Option<OptionValue> {
        match self {
            Self::Int { value, least } => Some(OptionValue::Int {
                value: *value,
                least: *least,
            }),
            Self::Text(text) => Some(OptionValue::Text(text.clone())),
            Self::Texts(_) => None,
        }
    }

    fn reply(&self) -> Reply {
        match self {
            Self::Int { value, .. } => Reply::Int(*value),
            Self::Text(value) => Reply::bulk(value),
            Self::Texts(values) => Reply::bulks(values),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(reply: &Reply) -> String {
        match reply {
            Reply::Ok => "+OK".to_owned(),
            Reply::Simple(text) => format!("+{text}"),
            Reply::Error(text) => format!("-{}", String::from_utf8_lossy(text)),
            Reply::Int(value) => format!(":{value}"),
            Reply::Bulk(text) => String::from_utf8_lossy(text).into_owned(),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn names_are_case_sensitive_only_to_read() {
        let mut config = Config::default();
        assert_eq!(text(&config.set(b"maxexecutions", Some(b"9"))), "+OK");
        assert_eq!(text(&config.get(b"MaxExecutions")), ":9");
        assert_eq!(
            text(&config.get(b"maxexecutions")),
            "-(error) Unsupported config parameter: maxexecutions"
        );
    }

    #[test]
    fn each_kind_of_key_has_its_own_refusal() {
        let mut config = Config::default();
        for (name, value, expected) in [
            (
                "ExecutionThreads",
                "9",
                "-(error) Config value ExecutionThreads not modifiable at runtime",
            ),
            (
                "CreateVenv",
                "1",
                "-(error) CreateVenv is not configurable at runtime",
            ),
            (
                "MaxExecutions",
                "abc",
                "-(error) Failed setting config value MaxExecutions",
            ),
            (
                "ExecutionMaxIdleTime",
                "0",
                "-(error) Failed setting config value ExecutionMaxIdleTime",
            ),
            (
                "PythonAttemptTraceback",
                "abc",
                "-Failed setting config value for key 'PythonAttemptTraceback' with value 'abc'",
            ),
            (
                "foo",
                "bar",
                "+OK - value was saved in extra config dictionary",
            ),
        ] {
            assert_eq!(
                text(&config.set(name.as_bytes(), Some(value.as_bytes()))),
                expected
            );
        }
        assert_eq!(text(&config.get(b"foo")), "bar");
        assert_eq!(
            text(&config.set(b"foo", None)),
            "-(error) Value was not given to foo"
        );
    }

    #[test]
    fn module_arguments_fill_known_and_unknown_keys() {
        let mut config = Config::default();
        let arguments = [
            "executionthreads",
            "5",
            "Plugin",
            "a.so",
            "Plugin",
            "b.so",
            "Greeting",
            "hi",
        ]
        .map(|text| text.as_bytes().to_vec());
        config.load(&arguments).expect("loads");
        assert_eq!(config.int("ExecutionThreads"), 5);
        assert_eq!(config.visible(b"Greeting"), Some(b"hi".to_vec()));
        for (arguments, says) in [
            (
                &["Lonely"][..],
                "Lonely has no value: give `Lonely <value>`",
            ),
            (
                &["executionthreads", "0"],
                "ExecutionThreads cannot be `0`: give a whole number, 1 or greater",
            ),
            (
                &["SyncDeadline", "soon"],
                "SyncDeadline cannot be `soon`: give a whole number, 1 or greater",
            ),
            (
                &["AbortGrace", "-1"],
                "AbortGrace cannot be `-1`: give a whole number, 1 or greater",
            ),
        ] {
            let arguments: Vec<Vec<u8>> = arguments
                .iter()
                .map(|text| text.as_bytes().to_vec())
                .collect();
            assert_eq!(
                config.load(&arguments),
                Err(format!("the module argument {says}"))
            );
        }
    }
}
