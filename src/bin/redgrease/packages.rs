//! The packages that requirement files name, and which of them the server has.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use redgrease::client::requests::PyExecuteOptions;
use redgrease::{Error, GearsCommands as _, RedisGears};

use crate::failure::{Failure, Result};
use crate::progress::{Progress, Work};
use crate::requirements;
use crate::scan::Sources;
use crate::terminal::Terminal;

/// The packages of all requirement files.
#[derive(Debug, Default)]
pub(crate) struct Packages {
    files: BTreeMap<PathBuf, Vec<String>>,
    /// Sets of packages that the server has installed.
    installed: BTreeSet<Vec<String>>,
}

impl Packages {
    /// Reads a requirement file; a file that is gone holds nothing. Says whether its packages are
    /// others than before.
    pub(crate) fn read(&mut self, path: &Path, terminal: Terminal) -> Result<bool> {
        let specs = if path.exists() {
            requirements::read(path, terminal)?
        } else {
            Vec::new()
        };
        let before = self.files.insert(path.to_path_buf(), specs.clone());
        Ok(before.unwrap_or_default() != specs)
    }

    /// The packages that the files name for a script, each once.
    pub(crate) fn of(&self, script: &Path, sources: &Sources) -> Vec<String> {
        let files = self.files.iter();
        let files = files.filter(|(file, _)| sources.applies(file, script));
        once(files.flat_map(|(_, specs)| specs))
    }

    /// The packages of all files, each once.
    pub(crate) fn all(&self) -> Vec<String> {
        once(self.files.values().flatten())
    }

    /// A server that was started again has nothing of what was installed.
    pub(crate) fn forget_installed(&mut self) {
        self.installed.clear();
    }

    /// Sends the packages ahead of the script, so that what takes long is seen and said once.
    pub(crate) fn install(
        &mut self,
        con: &RedisGears,
        packages: &[String],
        reason: &str,
        progress: Progress,
        terminal: Terminal,
    ) -> Result<()> {
        let mut set = packages.to_vec();
        set.sort();
        if set.is_empty() || self.installed.contains(&set) {
            return Ok(());
        }
        let list = packages.join(", ");
        let work = Work {
            verb: "Installing",
            progress,
            what: format!("{list} for {reason}"),
        };
        let options = PyExecuteOptions::new().requirements(packages.iter().cloned());
        let mut con = con.clone();
        let install = move || con.pyexecute_options("", &options);
        match work.run(terminal, || work.leave(), install)? {
            Ok(_) => {
                terminal.status("Installed", list);
                self.installed.insert(set);
                Ok(())
            }
            Err(Error::Engine { message }) => Err(Failure::failed(format!(
                "the server could not install {list}: {message}"
            ))
            .help("the log of the server holds the output of pip")),
            Err(error) => Err(error.into()),
        }
    }
}

fn once<'a>(specs: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    specs.filter(|spec| seen.insert(*spec)).cloned().collect()
}
