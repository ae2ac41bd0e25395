//! Finding scripts and requirement files.

use std::fs;
use std::path::{Path, PathBuf};

use glob::{MatchOptions, Pattern};

use crate::config::absolute;
use crate::failure::{Failure, Result};

/// What a file is to the tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Script,
    Requirements,
}

/// One of the paths that the user named.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Root {
    Directory(PathBuf),
    /// A file counts whatever its name is.
    File(PathBuf),
}

/// What was named on the command line, and which files of it count. The same rules hold for the
/// first scan and for every change that is watched.
#[derive(Debug)]
pub(crate) struct Sources {
    roots: Vec<Root>,
    pub(crate) recursive: bool,
    pub(crate) script_pattern: Pattern,
    pub(crate) requirements_pattern: Pattern,
    pub(crate) ignore: Vec<Pattern>,
}

/// The files that were found, each list in the order of the paths.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Files {
    pub(crate) requirements: Vec<PathBuf>,
    pub(crate) scripts: Vec<PathBuf>,
}

impl Sources {
    /// Takes the paths as they were given.
    pub(crate) fn new(
        paths: &[PathBuf],
        recursive: bool,
        script_pattern: Pattern,
        requirements_pattern: Pattern,
        ignore: Vec<Pattern>,
    ) -> Result<Self> {
        let mut roots = Vec::new();
        for path in paths {
            let data = fs::metadata(path).map_err(|error| Failure::io(path, &error))?;
            let root = if data.is_dir() {
                let full = path.canonicalize();
                Root::Directory(full.map_err(|error| Failure::io(path, &error))?)
            } else {
                Root::File(absolute(path)?)
            };
            if !roots.contains(&root) {
                roots.push(root);
            }
        }
        Ok(Self {
            roots,
            recursive,
            script_pattern,
            requirements_pattern,
            ignore,
        })
    }

    /// The directories to watch; single files are watched through their directory, because
    /// editors put a new file into the place of the old one.
    pub(crate) fn directories(&self) -> Vec<(&Path, bool)> {
        let mut out: Vec<(&Path, bool)> = Vec::new();
        for root in &self.roots {
            let (dir, recursive) = match root {
                Root::Directory(dir) => (dir.as_path(), self.recursive),
                Root::File(file) => (file.parent().unwrap_or(file), false),
            };
            match out.iter_mut().find(|(seen, _)| *seen == dir) {
                Some((_, seen)) => *seen |= recursive,
                None => out.push((dir, recursive)),
            }
        }
        out
    }

    /// All files that count, each once. A directory that is gone since it was named has none.
    pub(crate) fn scan(&self) -> Result<Files> {
        let mut files = Files::default();
        for root in &self.roots {
            match root {
                Root::File(file) => self.take(file, &mut files),
                Root::Directory(dir) if dir.is_dir() => self.scan_directory(dir, &mut files)?,
                Root::Directory(_) => {}
            }
        }
        Ok(files)
    }

    /// What the file at `path` is, if it counts; it need not be there any more.
    pub(crate) fn kind(&self, path: &Path) -> Option<Kind> {
        let counts = self.roots.iter().any(|root| match root {
            Root::File(file) => file == path,
            Root::Directory(dir) => self.counts_in(dir, path),
        });
        if !counts {
            return None;
        }
        let name = path.file_name()?.to_str()?;
        if self.requirements_pattern.matches(name) {
            return Some(Kind::Requirements);
        }
        let named = self.roots.contains(&Root::File(path.to_path_buf()));
        (named || self.script_pattern.matches(name)).then_some(Kind::Script)
    }

    /// Whether the requirement file holds what `script` needs: it stands in the script's directory
    /// or above, or was named itself.
    pub(crate) fn applies(&self, requirements: &Path, script: &Path) -> bool {
        self.roots.contains(&Root::File(requirements.to_path_buf()))
            || requirements
                .parent()
                .is_some_and(|dir| script.starts_with(dir))
    }

    /// Whether `path` stands below one of the directories, so that a script that was loaded from
    /// it and is gone belongs to these sources.
    pub(crate) fn covers(&self, path: &Path) -> bool {
        self.kind(path) == Some(Kind::Script)
    }

    fn scan_directory(&self, dir: &Path, files: &mut Files) -> Result<()> {
        let entries = fs::read_dir(dir).map_err(|error| Failure::io(dir, &error))?;
        let mut paths: Vec<PathBuf> = entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .collect();
        paths.sort();
        let mut directories = Vec::new();
        for path in paths {
            if path.is_dir() {
                directories.push(path);
            } else {
                self.take(&path, files);
            }
        }
        for path in directories {
            if self.recursive && !self.is_left_out(dir, &path) {
                self.scan_directory(&path, files)?;
            }
        }
        Ok(())
    }

    fn take(&self, path: &Path, files: &mut Files) {
        let list = match self.kind(path) {
            Some(Kind::Script) => &mut files.scripts,
            Some(Kind::Requirements) => &mut files.requirements,
            None => return,
        };
        if !list.iter().any(|known| known == path) {
            list.push(path.to_path_buf());
        }
    }

    fn counts_in(&self, dir: &Path, path: &Path) -> bool {
        let Ok(inside) = path.strip_prefix(dir) else {
            return false;
        };
        let depth = inside.components().count();
        (self.recursive || depth == 1) && !self.is_left_out(dir, path)
    }

    /// Whether any part of the path below `dir` is hidden or ignored.
    fn is_left_out(&self, dir: &Path, path: &Path) -> bool {
        const OPTIONS: MatchOptions = MatchOptions {
            case_sensitive: true,
            require_literal_separator: false,
            require_literal_leading_dot: false,
        };
        let inside = path.strip_prefix(dir).unwrap_or(path);
        let mut parts = inside
            .components()
            .map(|part| part.as_os_str().to_string_lossy());
        let whole = inside.to_string_lossy();
        parts.any(|part| {
            part.starts_with('.') || self.ignore.iter().any(|p| p.matches_with(&part, OPTIONS))
        }) || self.ignore.iter().any(|p| p.matches_with(&whole, OPTIONS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(paths: &[PathBuf], recursive: bool) -> Sources {
        let pattern = |text: &str| Pattern::new(text).unwrap();
        Sources::new(
            paths,
            recursive,
            pattern("*.py"),
            pattern("*requirements*.txt"),
            vec![pattern("_*"), pattern("old/*")],
        )
        .unwrap()
    }

    fn tree(files: &[&str]) -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        for file in files {
            let path = root.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        (dir, root)
    }

    fn names(root: &Path, paths: &[PathBuf]) -> Vec<String> {
        let short = |path: &PathBuf| path.strip_prefix(root).unwrap().display().to_string();
        paths.iter().map(short).collect()
    }

    #[test]
    fn finds_scripts_and_requirements_by_their_names() {
        let (_guard, root) = tree(&[
            "b.py",
            "a.py",
            "_c.py",
            ".d.py",
            "e.txt",
            "requirements.txt",
            "sub/f.py",
        ]);
        let files = sources(std::slice::from_ref(&root), false).scan().unwrap();
        assert_eq!(names(&root, &files.scripts), ["a.py", "b.py"]);
        assert_eq!(names(&root, &files.requirements), ["requirements.txt"]);
    }

    #[test]
    fn goes_down_but_not_into_what_is_left_out() {
        let (_guard, root) = tree(&[
            "a.py",
            "sub/b.py",
            "_x/c.py",
            ".venv/d.py",
            "old/e.py",
            "sub/deep/dev-requirements.txt",
        ]);
        let files = sources(std::slice::from_ref(&root), true).scan().unwrap();
        assert_eq!(names(&root, &files.scripts), ["a.py", "sub/b.py"]);
        assert_eq!(
            names(&root, &files.requirements),
            ["sub/deep/dev-requirements.txt"]
        );
    }

    #[test]
    fn a_file_that_is_named_counts_whatever_its_name_is() {
        let (_guard, root) = tree(&["_a.gear", "b.py"]);
        let sources = sources(&[root.join("_a.gear")], false);
        let files = sources.scan().unwrap();
        assert_eq!(names(&root, &files.scripts), ["_a.gear"]);
        assert_eq!(sources.kind(&root.join("b.py")), None);
        assert_eq!(sources.directories(), [(root.as_path(), false)]);
    }

    #[test]
    fn watching_follows_the_rules_of_the_scan() {
        let (_guard, root) = tree(&["a.py", "sub/b.py"]);
        let flat = sources(std::slice::from_ref(&root), false);
        assert_eq!(flat.kind(&root.join("new.py")), Some(Kind::Script));
        assert_eq!(flat.kind(&root.join("_new.py")), None);
        assert_eq!(flat.kind(&root.join("sub/b.py")), None);
        assert_eq!(flat.kind(&root.join("new.py.swp")), None);
        let deep = sources(std::slice::from_ref(&root), true);
        assert_eq!(deep.kind(&root.join("sub/new.py")), Some(Kind::Script));
        assert_eq!(deep.kind(&root.join(".git/new.py")), None);
    }

    #[test]
    fn requirements_hold_for_their_directory_and_below() {
        let (_guard, root) = tree(&[
            "requirements.txt",
            "a.py",
            "sub/requirements.txt",
            "sub/b.py",
        ]);
        let sources = sources(std::slice::from_ref(&root), true);
        let applies =
            |file: &str, script: &str| sources.applies(&root.join(file), &root.join(script));
        assert!(applies("requirements.txt", "a.py"));
        assert!(applies("requirements.txt", "sub/b.py"));
        assert!(applies("sub/requirements.txt", "sub/b.py"));
        assert!(!applies("sub/requirements.txt", "a.py"));
    }

    #[test]
    fn a_path_that_is_not_there_is_an_error() {
        let pattern = Pattern::new("*").unwrap();
        let failure = Sources::new(
            &[PathBuf::from("/nowhere/x.py")],
            false,
            pattern.clone(),
            pattern,
            Vec::new(),
        )
        .unwrap_err();
        assert_eq!(failure.message, "/nowhere/x.py: no such file or directory");
    }
}
