//! The index in Redis: which script file has registered what.
//!
//! One hash for each script, at the prefix followed by the script's path, and a set of all paths at
//! the prefix itself. The field `registration_id` of the Python package's index is read too.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use redgrease::RedisGears;
use redgrease_core::hash::Fnv1a;

use crate::failure::Result;

/// What is known of one script.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) path: PathBuf,
    /// The IDs of all its registrations.
    pub(crate) registrations: Vec<String>,
    /// The machine it was loaded from.
    pub(crate) host: String,
    /// When it was loaded, as ISO 8601 in UTC.
    pub(crate) last_updated: String,
}

/// The index under one prefix.
#[derive(Debug, Clone)]
pub(crate) struct Index {
    prefix: String,
}

impl Index {
    pub(crate) fn new(prefix: &str) -> Self {
        Self {
            prefix: prefix.to_string(),
        }
    }

    fn key(&self, path: &Path) -> String {
        format!("{}{}", self.prefix, path.display())
    }

    /// The name of the session of a script: readable, and different for each path and prefix.
    pub(crate) fn session(&self, path: &Path) -> String {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let slug: String = stem
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
            .take(40)
            .collect();
        format!("{slug}-{:016x}", Fnv1a::of(self.key(path).as_bytes()))
    }

    pub(crate) fn get(&self, con: &mut RedisGears, path: &Path) -> Result<Option<Entry>> {
        let fields: HashMap<String, String> =
            redis::cmd("HGETALL").arg(self.key(path)).query(con)?;
        Ok((!fields.is_empty()).then(|| read(path, &fields)))
    }

    /// Writes the entry anew.
    pub(crate) fn put(
        &self,
        con: &mut RedisGears,
        path: &Path,
        session: &str,
        registrations: &[String],
    ) -> Result<()> {
        let key = self.key(path);
        redis::pipe()
            .atomic()
            .del(&key)
            .ignore()
            .hset_multiple(
                &key,
                &[
                    ("registrations", registrations.join(" ")),
                    ("session", session.to_string()),
                    ("host", host()),
                    ("last_updated", now()),
                ],
            )
            .ignore()
            .exec(con)?;
        Ok(redis::cmd("SADD")
            .arg(&self.prefix)
            .arg(path.display().to_string())
            .exec(con)?)
    }

    pub(crate) fn remove(&self, con: &mut RedisGears, path: &Path) -> Result<()> {
        redis::cmd("DEL").arg(self.key(path)).exec(con)?;
        Ok(redis::cmd("SREM")
            .arg(&self.prefix)
            .arg(path.display().to_string())
            .exec(con)?)
    }

    /// All entries, in the order of their paths.
    pub(crate) fn all(&self, con: &mut RedisGears) -> Result<Vec<Entry>> {
        let listed: Vec<String> = redis::cmd("SMEMBERS").arg(&self.prefix).query(con)?;
        let mut paths: BTreeSet<PathBuf> = listed.into_iter().map(PathBuf::from).collect();
        paths.extend(self.unlisted(con)?);
        let mut entries = Vec::new();
        for path in paths {
            // a key of another kind that happens to begin so is none of ours
            if let Ok(Some(entry)) = self.get(con, &path) {
                entries.push(entry);
            }
        }
        Ok(entries)
    }

    /// The paths of entries that the Python package has made, which keeps no list. Keys cannot be
    /// searched through a connection to a whole cluster.
    fn unlisted(&self, con: &mut RedisGears) -> Result<Vec<PathBuf>> {
        const AT_A_TIME: usize = 500;
        let pattern = format!("{}*", escaped(&self.prefix));
        let mut cursor = 0_u64;
        let mut paths = Vec::new();
        loop {
            let answer: redis::RedisResult<(u64, Vec<String>)> = redis::cmd("SCAN")
                .arg(cursor)
                .arg("MATCH")
                .arg(&pattern)
                .arg("COUNT")
                .arg(AT_A_TIME)
                .query(con);
            let (next, keys) = match answer {
                Ok(answer) => answer,
                Err(error) if error.kind() == redis::ErrorKind::Client => return Ok(paths),
                Err(error) => return Err(error.into()),
            };
            paths.extend(
                keys.iter()
                    .filter_map(|key| key.strip_prefix(&self.prefix))
                    .map(PathBuf::from),
            );
            cursor = next;
            if cursor == 0 {
                return Ok(paths);
            }
        }
    }
}

fn read(path: &Path, fields: &HashMap<String, String>) -> Entry {
    let field = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
    let ids = field("registrations").split_whitespace();
    let single = field("registration_id").split_whitespace();
    Entry {
        path: path.to_path_buf(),
        registrations: ids.chain(single).map(str::to_string).collect(),
        host: field("host").to_string(),
        last_updated: field("last_updated").to_string(),
    }
}

/// The name of this machine; empty when it has none.
pub(crate) fn host() -> String {
    ["/proc/sys/kernel/hostname", "/etc/hostname"]
        .iter()
        .find_map(|file| std::fs::read_to_string(file).ok())
        .or_else(|| {
            let output = std::process::Command::new("hostname").output().ok()?;
            String::from_utf8(output.stdout).ok()
        })
        .map(|name| name.trim().to_string())
        .unwrap_or_default()
}

/// Writes the characters that mean something in a pattern so that they mean themselves.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '*' | '?' | '[' | ']' | '\\' | '^') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

fn now() -> String {
    iso8601(
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default(),
    )
}

/// The time since 1970 as `2026-11-22T16:32:56.123456+00:00`.
fn iso8601(since: Duration) -> String {
    const DAY: u64 = 86_400;
    let seconds = since.as_secs();
    let (year, month, day) = date(seconds / DAY);
    let time = seconds % DAY;
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.{:06}+00:00",
        time / 3600,
        time / 60 % 60,
        time % 60,
        since.subsec_micros()
    )
}

/// The date of a day that is counted from 1970-01-01.
fn date(days: u64) -> (u64, u64, u64) {
    let is_leap = |year: u64| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    let mut left = days;
    let mut year = 1970;
    loop {
        let length = if is_leap(year) { 366 } else { 365 };
        if left < length {
            break;
        }
        left -= length;
        year += 1;
    }
    let february = if is_leap(year) { 29 } else { 28 };
    let lengths = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = 1;
    for length in lengths {
        if left < length {
            break;
        }
        left -= length;
        month += 1;
    }
    (year, month, left + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_in_iso8601() {
        let time = Duration::new(1_795_365_176, 42_000);
        assert_eq!(iso8601(time), "2026-11-22T16:32:56.000042+00:00");
        assert_eq!(iso8601(Duration::ZERO), "1970-01-01T00:00:00.000000+00:00");
        assert_eq!(date(11_016), (2000, 2, 29));
        assert_eq!(date(11_017), (2000, 3, 1));
    }

    #[test]
    fn sessions_have_names_that_the_server_takes() {
        let index = Index::new("/redgrease/scripts");
        let name = index.session(Path::new("/srv/new orders.v2.py"));
        assert!(name.starts_with("new_orders_v2-"), "{name}");
        assert!(
            name.chars()
                .all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
        );
        assert_ne!(name, index.session(Path::new("/srv/b/new orders.v2.py")));
        assert_ne!(
            name,
            Index::new("x").session(Path::new("/srv/new orders.v2.py"))
        );
    }

    #[test]
    fn reads_the_index_of_the_python_package() {
        let fields = HashMap::from([("registration_id".to_string(), "0-1".to_string())]);
        assert_eq!(read(Path::new("/a.py"), &fields).registrations, ["0-1"]);
    }

    #[test]
    fn a_prefix_is_no_pattern() {
        assert_eq!(escaped("/a*[b]"), "/a\\*\\[b\\]");
    }
}
