//! The configuration file: lines of `name = value`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::{Failure, Result};

/// One line that sets something.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) value: String,
    file: PathBuf,
    line: usize,
}

impl Entry {
    /// `file:line`.
    pub(crate) fn place(&self) -> String {
        format!("{}:{}", self.file.display(), self.line)
    }
}

/// What the configuration files set.
#[derive(Debug, Default)]
pub(crate) struct ConfigFile {
    entries: Vec<Entry>,
}

impl ConfigFile {
    /// Reads one file, which must be there.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path).map_err(|error| Failure {
            message: format!(
                "the configuration file {}",
                Failure::io(path, &error).message
            ),
            ..Failure::usage("")
        })?;
        Self::parse(path, &text)
    }

    /// Reads the files at the usual places, if there are any; the nearest one goes before.
    pub(crate) fn read_defaults() -> Result<Self> {
        let mut system: Vec<PathBuf> = fs::read_dir("/etc/redgrease/conf.d")
            .map(|dir| dir.filter_map(|file| Some(file.ok()?.path())).collect())
            .unwrap_or_default();
        system.retain(|path| {
            path.extension()
                .is_some_and(|extension| extension == "conf")
        });
        system.sort();
        let mut all = Self::default();
        for path in system.iter().rev() {
            all.entries.splice(0..0, Self::read(path)?.entries);
        }
        let here = Path::new("redgrease.conf");
        if here.is_file() {
            all.entries.extend(Self::read(here)?.entries);
        }
        Ok(all)
    }

    /// Reads `name = value` and `name: value`; a name alone is `true`. Quotes around values, comment
    /// lines and `[section]` lines may stand there, so that a flat TOML file is good too.
    pub(crate) fn parse(file: &Path, text: &str) -> Result<Self> {
        let mut entries = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            let is_section = line.starts_with('[') && line.ends_with(']');
            if line.is_empty() || line.starts_with(['#', ';']) || is_section || line == "---" {
                continue;
            }
            let (name, value) = match line.split_once(['=', ':']) {
                Some((name, value)) => (name, without_comment(value.trim())),
                None => (line, "true"),
            };
            let name = name.trim().trim_start_matches("--").replace('_', "-");
            if name.is_empty() || name.contains(char::is_whitespace) {
                return Err(Failure::usage(format!(
                    "{}:{}: expected `name = value`, but found `{line}`",
                    file.display(),
                    index + 1
                )));
            }
            entries.push(Entry {
                name,
                value: unquoted(value).to_string(),
                file: file.to_path_buf(),
                line: index + 1,
            });
        }
        Ok(Self { entries })
    }

    /// The last line that sets `name`.
    pub(crate) fn get(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().rev().find(|entry| entry.name == name)
    }

    /// Lines whose name is not among `names`.
    pub(crate) fn unknown<'a>(&'a self, names: &'a [&str]) -> impl Iterator<Item = &'a Entry> {
        self.entries
            .iter()
            .filter(|entry| !names.contains(&entry.name.as_str()))
    }
}

/// The items of `[a, "b"]` or `a, b`.
pub(crate) fn items(text: &str) -> Vec<String> {
    let inner = text
        .trim()
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(text);
    inner
        .split(',')
        .map(|item| unquoted(item.trim()).to_string())
        .filter(|item| !item.is_empty())
        .collect()
}

fn unquoted(text: &str) -> &str {
    for quote in ['"', '\''] {
        let inner = text
            .strip_prefix(quote)
            .and_then(|rest| rest.strip_suffix(quote));
        if let Some(inner) = inner {
            return inner;
        }
    }
    text
}

/// Cuts ` # comment` off, unless it stands in quotes.
fn without_comment(value: &str) -> &str {
    if value.starts_with(['"', '\'']) {
        let end = value[1..]
            .find(&value[..1])
            .map_or(value.len(), |at| at + 2);
        return &value[..end];
    }
    value.split(" #").next().unwrap_or(value).trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str, name: &str) -> Option<String> {
        let file = ConfigFile::parse(Path::new("x.conf"), text).unwrap();
        file.get(name).map(|entry| entry.value.clone())
    }

    #[test]
    fn reads_the_forms_of_lines() {
        let text = "# comment\n[redgrease]\nserver = db # the big one\n--port: 7000\nrecursive\nindex_prefix=\"/a # b\"\n";
        assert_eq!(value(text, "server").as_deref(), Some("db"));
        assert_eq!(value(text, "port").as_deref(), Some("7000"));
        assert_eq!(value(text, "recursive").as_deref(), Some("true"));
        assert_eq!(value(text, "index-prefix").as_deref(), Some("/a # b"));
    }

    #[test]
    fn a_url_keeps_its_colons() {
        let text = "server = rediss://me:secret@db:6380/2\n";
        assert_eq!(
            value(text, "server").as_deref(),
            Some("rediss://me:secret@db:6380/2")
        );
    }

    #[test]
    fn the_last_line_counts() {
        assert_eq!(value("port = 1\nport = 2\n", "port").as_deref(), Some("2"));
    }

    #[test]
    fn a_line_that_is_none_is_reported() {
        let failure = ConfigFile::parse(Path::new("x.conf"), "\nfoo bar = 1\n").unwrap_err();
        assert_eq!(
            failure.message,
            "x.conf:2: expected `name = value`, but found `foo bar = 1`"
        );
    }

    #[test]
    fn items_of_lists() {
        assert_eq!(items("[a, \"b\"]"), ["a", "b"]);
        assert_eq!(items("a,b"), ["a", "b"]);
        assert_eq!(items(" one "), ["one"]);
    }
}
