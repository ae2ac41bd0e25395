//! The settings: command line, environment, configuration file, default, in this order.

mod file;

use std::path::{Path, PathBuf};
use std::time::Duration;

use glob::Pattern;
use redgrease_core::pyversion::PyVersion;
use regex_lite::Regex;

use crate::args::{LoadArgs, ServerArgs};
use crate::failure::{Failure, Result};
use crate::terminal::Terminal;
use file::{ConfigFile, Entry};

/// The long names of the options that a configuration file may set.
const NAMES: [&str; 13] = [
    "server",
    "port",
    "user",
    "password",
    "index-prefix",
    "recursive",
    "script-pattern",
    "requirements-pattern",
    "unblocking-pattern",
    "ignore",
    "watch",
    "python-version",
    "log-config",
];

/// The options that the Python package has, and so the short names in the environment.
const SHORT: [&str; 10] = [
    "config-file",
    "server",
    "port",
    "index-prefix",
    "recursive",
    "script-pattern",
    "requirements-pattern",
    "unblocking-pattern",
    "ignore",
    "watch",
];

/// How loading is to be done.
#[derive(Debug)]
pub(crate) struct LoadSettings {
    pub(crate) paths: Vec<PathBuf>,
    pub(crate) recursive: bool,
    pub(crate) script_pattern: Pattern,
    pub(crate) requirements_pattern: Pattern,
    pub(crate) unblocking: Regex,
    pub(crate) ignore: Vec<Pattern>,
    pub(crate) index_prefix: String,
    /// The quiet period; `None` when loading ends after the first time.
    pub(crate) watch: Option<Duration>,
    /// `None`: scripts are not checked.
    pub(crate) check: Option<PyVersion>,
    pub(crate) prune: bool,
}

/// The places that settings come from, beside the command line.
pub(crate) struct Layers {
    environment: fn(&str) -> Option<String>,
    file: ConfigFile,
    /// Whether the names that the Python package reads from the environment count.
    short_names: bool,
}

/// A setting and where it was found.
struct Found {
    value: String,
    origin: String,
}

impl Layers {
    /// Reads the configuration file; warns of names in it that mean nothing.
    pub(crate) fn read(args: &ServerArgs, short_names: bool, terminal: Terminal) -> Result<Self> {
        let mut layers = Self {
            environment: |name| std::env::var(name).ok().filter(|value| !value.is_empty()),
            file: ConfigFile::default(),
            short_names,
        };
        let path = match &args.config {
            Some(path) => Some(path.clone()),
            None => layers.short("config-file").map(|found| found.value.into()),
        };
        layers.file = match path {
            Some(path) => ConfigFile::read(&path)?,
            None => ConfigFile::read_defaults()?,
        };
        for entry in layers.file.unknown(&NAMES) {
            unknown_name(entry, terminal);
        }
        if let Some(found) = layers.find(None, "log-config") {
            terminal.warning(format_args!(
                "{}: log-config has no effect: it configured the logging of Python; see --quiet and --verbose",
                found.origin
            ));
        }
        Ok(layers)
    }

    /// The settings of the server that the command line leaves open.
    pub(crate) fn server(&self, args: &ServerArgs) -> Result<ServerArgs> {
        let text = |given: &Option<String>, name| self.find(given.clone(), name).map(|f| f.value);
        let port = match self.find(args.port.map(|port| port.to_string()), "port") {
            None => None,
            Some(found) => Some(found.parse("a port number, 1 to 65535", |text| {
                text.parse().ok().filter(|port| *port > 0)
            })?),
        };
        Ok(ServerArgs {
            server: text(&args.server, "server"),
            port,
            user: text(&args.user, "user"),
            password: text(&args.password, "password"),
            config: args.config.clone(),
        })
    }

    /// How to load.
    pub(crate) fn load(&self, args: &LoadArgs) -> Result<LoadSettings> {
        let recursive = match self.find(args.recursive.clone(), "recursive") {
            None => false,
            Some(found) => found.parse("true or false", truth)?,
        };
        let watch = match self.find(args.watch.clone(), "watch") {
            None => None,
            Some(found) => found.parse("a number of seconds, or false", quiet_period)?,
        };
        let ignore = if args.ignore.is_empty() {
            let found = self.find(None, "ignore");
            found.unwrap_or_else(|| Found::default_value("_*")).list()
        } else {
            args.ignore.clone()
        };
        let check = self.python(&args.python_version)?;
        Ok(LoadSettings {
            paths: args.paths.clone(),
            recursive,
            script_pattern: self.pattern(&args.script_pattern, "script-pattern", "*.py")?,
            requirements_pattern: self.pattern(
                &args.requirements_pattern,
                "requirements-pattern",
                "*requirements*.txt",
            )?,
            unblocking: self
                .find(args.unblocking_pattern.clone(), "unblocking-pattern")
                .unwrap_or_else(|| Found::default_value("unblock"))
                .parse("a regular expression", |text| Regex::new(text).ok())?,
            ignore: ignore
                .iter()
                .map(|text| {
                    Pattern::new(text).map_err(|error| {
                        Failure::usage(format!("ignore: `{text}` is no glob pattern: {error}"))
                    })
                })
                .collect::<Result<_>>()?,
            index_prefix: self
                .find(args.index_prefix.clone(), "index-prefix")
                .map_or_else(|| "/redgrease/scripts".to_string(), |found| found.value),
            watch,
            check: (!args.no_check).then_some(check),
            prune: args.prune,
        })
    }

    /// The Python that scripts are checked for, by `check` as before loading.
    pub(crate) fn python(&self, given: &Option<String>) -> Result<PyVersion> {
        match self.find(given.clone(), "python-version") {
            None => Ok(PyVersion::NEWEST),
            Some(found) => found.parse("a Python version such as 3.11", |t| t.parse().ok()),
        }
    }

    fn pattern(&self, given: &Option<String>, name: &str, default: &str) -> Result<Pattern> {
        self.find(given.clone(), name)
            .unwrap_or_else(|| Found::default_value(default))
            .parse("a glob pattern such as *.py", |text| {
                Pattern::new(text).ok()
            })
    }

    fn find(&self, given: Option<String>, name: &str) -> Option<Found> {
        if let Some(value) = given {
            let variable = variable(name);
            return Some(Found {
                value,
                origin: format!("--{name} or REDGREASE_{variable}"),
            });
        }
        self.short(name).or_else(|| {
            let entry = self.file.get(name)?;
            Some(Found {
                value: entry.value.clone(),
                origin: entry.place(),
            })
        })
    }

    /// The environment under the short names of the Python package.
    fn short(&self, name: &str) -> Option<Found> {
        if !self.short_names || !SHORT.contains(&name) {
            return None;
        }
        let variable = variable(name);
        let value = (self.environment)(&variable)?;
        Some(Found {
            value,
            origin: format!("{variable} in the environment"),
        })
    }
}

impl Found {
    fn default_value(value: &str) -> Self {
        Self {
            value: value.to_string(),
            origin: "the default".to_string(),
        }
    }

    fn parse<T>(&self, expected: &str, read: impl Fn(&str) -> Option<T>) -> Result<T> {
        read(self.value.trim()).ok_or_else(|| {
            Failure::usage(format!(
                "{}: expected {expected}, but found `{}`",
                self.origin, self.value
            ))
        })
    }

    /// The items of `[a, b]` or `a,b`.
    fn list(&self) -> Vec<String> {
        file::items(&self.value)
    }
}

fn variable(name: &str) -> String {
    name.replace('-', "_").to_uppercase()
}

fn truth(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Some(true),
        "false" | "no" | "off" | "0" => Some(false),
        _ => None,
    }
}

/// The seconds of `--watch`; `true` is the usual five, `0` and `false` are none.
fn quiet_period(text: &str) -> Option<Option<Duration>> {
    const USUAL: Duration = Duration::from_secs(5);
    if let Ok(seconds) = text.parse::<f64>() {
        let duration = Duration::try_from_secs_f64(seconds).ok()?;
        return Some((!duration.is_zero()).then_some(duration));
    }
    truth(text).map(|wanted| wanted.then_some(USUAL))
}

fn unknown_name(entry: &Entry, terminal: Terminal) {
    terminal.warning(format_args!(
        "{}: there is no option `{}`; the line has no effect",
        entry.place(),
        entry.name
    ));
    if let Some(meant) = redgrease_core::suggest::nearest(&entry.name, NAMES) {
        terminal.help(format_args!("did you mean `{meant}`?"));
    }
}

/// A path that does not change with the current directory. Links in the last part stay, so that a
/// file whose link is pointed elsewhere is still the same script.
pub(crate) fn absolute(path: &Path) -> Result<PathBuf> {
    let full = std::path::absolute(path).map_err(|error| Failure::io(path, &error))?;
    let (Some(parent), Some(name)) = (full.parent(), full.file_name()) else {
        return Ok(full);
    };
    if matches!(
        path.components().next_back(),
        Some(std::path::Component::ParentDir)
    ) {
        return full
            .canonicalize()
            .map_err(|error| Failure::io(path, &error));
    }
    match parent.canonicalize() {
        Ok(parent) => Ok(parent.join(name)),
        Err(error) => Err(Failure::io(path, &error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layers(environment: fn(&str) -> Option<String>, file: &str) -> Layers {
        Layers {
            environment,
            file: ConfigFile::parse(Path::new("redgrease.conf"), file).unwrap(),
            short_names: true,
        }
    }

    #[test]
    fn the_command_line_goes_before_the_environment_before_the_file_before_the_default() {
        let environment = |name: &str| (name == "INDEX_PREFIX").then(|| "env".to_string());
        let settings = layers(
            environment,
            "index-prefix = file\nscript-pattern = *.gear\n",
        );
        let mut args = LoadArgs::default();
        let loaded = settings.load(&args).unwrap();
        assert_eq!(loaded.index_prefix, "env");
        assert_eq!(loaded.script_pattern.as_str(), "*.gear");
        assert_eq!(loaded.requirements_pattern.as_str(), "*requirements*.txt");
        args.index_prefix = Some("line".to_string());
        assert_eq!(settings.load(&args).unwrap().index_prefix, "line");
    }

    #[test]
    fn short_names_count_for_loading_only() {
        let environment = |name: &str| (name == "PORT").then(|| "7001".to_string());
        let mut settings = layers(environment, "port = 7002");
        let args = ServerArgs::default();
        assert_eq!(settings.server(&args).unwrap().port, Some(7001));
        settings.short_names = false;
        assert_eq!(settings.server(&args).unwrap().port, Some(7002));
    }

    #[test]
    fn the_name_of_the_user_is_not_that_of_the_database() {
        let environment = |name: &str| {
            ["USER", "PYTHON_VERSION"]
                .contains(&name)
                .then(|| "x".to_string())
        };
        let settings = layers(environment, "");
        assert_eq!(settings.server(&ServerArgs::default()).unwrap().user, None);
        assert!(settings.load(&LoadArgs::default()).is_ok());
    }

    #[test]
    fn watching_takes_seconds_and_truth() {
        let seconds = |text| quiet_period(text).unwrap().map(|d| d.as_secs_f64());
        assert_eq!(seconds("0.5"), Some(0.5));
        assert_eq!(seconds("0"), None);
        assert_eq!(seconds("true"), Some(5.0));
        assert_eq!(seconds("false"), None);
        assert!(quiet_period("-1").is_none());
        assert!(quiet_period("soon").is_none());
    }

    #[test]
    fn a_bad_value_names_its_place() {
        let settings = layers(|_| None, "# mine\nrecursive = perhaps\n");
        let failure = settings.load(&LoadArgs::default()).unwrap_err();
        assert_eq!(
            failure.message,
            "redgrease.conf:2: expected true or false, but found `perhaps`"
        );
    }

    #[test]
    fn several_patterns_are_ignored() {
        let settings = layers(|_| None, "ignore = [\"_*\", test_*]\n");
        let ignore = settings.load(&LoadArgs::default()).unwrap().ignore;
        let texts: Vec<&str> = ignore.iter().map(Pattern::as_str).collect();
        assert_eq!(texts, ["_*", "test_*"]);
    }
}
