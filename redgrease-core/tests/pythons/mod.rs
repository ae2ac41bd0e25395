//! The Pythons of this machine.

use std::path::PathBuf;

use redgrease_core::python::PyVersion;

/// The Pythons of pyenv that are known as targets, or the path's.
pub(crate) fn all() -> Vec<PathBuf> {
    let root = std::env::var_os("PYENV_ROOT").map(PathBuf::from);
    let home = || Some(PathBuf::from(std::env::var_os("HOME")?).join(".pyenv"));
    let versions = root.or_else(home).map(|root| root.join("versions"));
    let mut found: Vec<PathBuf> = versions
        .and_then(|folder| std::fs::read_dir(folder).ok())
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            let version = name
                .rsplit_once('.')
                .and_then(|(v, _)| v.parse::<PyVersion>().ok());
            version.is_some()
        })
        .map(|entry| entry.path().join("bin/python3"))
        .filter(|python| python.exists())
        .collect();
    if found.is_empty() {
        found.push(PathBuf::from("python3"));
    }
    found
}
