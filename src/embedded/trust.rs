//! Whose files are taken without having been named: a module and an interpreter run as this user.

use std::fmt;
use std::path::Path;

/// Who may own what is found.
#[derive(Debug)]
pub(super) struct Trust {
    owners: Vec<u32>,
}

/// Why a file is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doubt {
    /// Anybody may write to the directory.
    OpenDirectory,
    /// Anybody may write to the file.
    OpenFile,
    /// It, or a directory above it, belongs to another user.
    Foreign,
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OpenDirectory => "anybody may write to that directory",
            Self::OpenFile => "anybody may write to it",
            Self::Foreign => "it belongs to another user",
        })
    }
}

#[cfg(unix)]
impl Trust {
    /// This user, the administrator, and who owns the program, since that one is trusted already.
    pub(super) fn of(program: &Path) -> Self {
        use std::os::unix::fs::MetadataExt as _;
        let this_user = Path::new("/proc/self");
        let owners = [this_user, program].map(|path| path.metadata().map(|data| data.uid()));
        let mut owners: Vec<u32> = owners.into_iter().flatten().collect();
        owners.push(0);
        Self { owners }
    }

    /// Whether others may put files into a directory, or into one that is not there.
    pub(super) fn dir(&self, dir: &Path) -> Result<(), Doubt> {
        self.one(dir, Doubt::OpenDirectory)
    }

    /// Whether others may change a file, or have made it.
    pub(super) fn file(&self, file: &Path) -> Result<(), Doubt> {
        self.one(file, Doubt::OpenFile)
    }

    /// Whether others may put another file at this path: [`Self::file`] and [`Self::dir`] for all
    /// directories above, where those of everybody's must keep their entries for the owners.
    pub(super) fn all_above(&self, file: &Path) -> Result<(), Doubt> {
        use std::os::unix::fs::MetadataExt as _;
        const STICKY: u32 = 0o1000;
        self.file(file)?;
        let mut above = file.ancestors().skip(1);
        above.next().map_or(Ok(()), |dir| self.dir(dir))?;
        for dir in above {
            let is_sticky = dir.metadata().is_ok_and(|data| data.mode() & STICKY != 0);
            match self.dir(dir) {
                Err(Doubt::OpenDirectory) if is_sticky => {}
                other => other?,
            }
        }
        Ok(())
    }

    fn one(&self, path: &Path, open: Doubt) -> Result<(), Doubt> {
        use std::os::unix::fs::MetadataExt as _;
        const OTHERS_WRITE: u32 = 0o002;
        let Ok(data) = path.metadata() else {
            return Ok(());
        };
        if data.mode() & OTHERS_WRITE != 0 {
            return Err(open);
        }
        if self.owners.contains(&data.uid()) {
            Ok(())
        } else {
            Err(Doubt::Foreign)
        }
    }
}

#[cfg(not(unix))]
impl Trust {
    pub(super) fn of(_program: &Path) -> Self {
        Self { owners: Vec::new() }
    }

    pub(super) fn dir(&self, _dir: &Path) -> Result<(), Doubt> {
        Ok(())
    }

    pub(super) fn file(&self, _file: &Path) -> Result<(), Doubt> {
        Ok(())
    }

    pub(super) fn all_above(&self, _file: &Path) -> Result<(), Doubt> {
        Ok(())
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn what_others_may_write_is_doubted() {
        let home = tempfile::tempdir().unwrap();
        let dir = home.path().join("dir");
        fs::create_dir(&dir).unwrap();
        let file = dir.join("file");
        fs::write(&file, "").unwrap();
        let set = |path: &Path, mode| {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        };
        let trust = Trust::of(Path::new("/nowhere"));
        let look = |dir_mode, file_mode| {
            set(&dir, dir_mode);
            set(&file, file_mode);
            (trust.dir(&dir), trust.file(&file), trust.all_above(&file))
        };
        assert_eq!(look(0o755, 0o644), (Ok(()), Ok(()), Ok(())));
        let open = Err(Doubt::OpenDirectory);
        assert_eq!(look(0o1777, 0o644), (open, Ok(()), open));
        let open = Err(Doubt::OpenFile);
        assert_eq!(look(0o755, 0o666), (Ok(()), open, open));
        assert_eq!(look(0o755, 0o644).0, Ok(()));
        let nobody = Trust { owners: Vec::new() };
        assert_eq!(nobody.file(&file), Err(Doubt::Foreign));
        // the directory for temporary files keeps entries for their owners; another may not
        set(home.path(), 0o777);
        assert_eq!(trust.all_above(&file), Err(Doubt::OpenDirectory));
        set(home.path(), 0o1777);
        assert_eq!(trust.all_above(&file), Ok(()));
    }
}
