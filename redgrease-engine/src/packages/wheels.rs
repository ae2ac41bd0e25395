//! The shelf of wheels: the files that satisfy each requirement, kept below the installation directory, so that an
//! environment can be made again without an index, here or on a replica.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use redgrease_core::requirement::canonical;

use crate::base::fingerprint;
use crate::packages::Failure;
use crate::packages::environment::keep_private;
use crate::packages::environment::{Source, source};
use crate::record::value::{Value, decode, encode};

/// The version of the packed form; the one that RedisGears 1.2 shows, too.
pub(crate) const VERSION: i64 = 2;
/// The file that a directory has once it is complete: the requirement and the system that its wheels were made on.
const MARK: &str = "requirement.txt";

/// Tells directories apart that are being filled.
static NUMBERS: AtomicU64 = AtomicU64::new(0);

/// The wheels of one requirement and of what it needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wheels {
    pub(crate) directory: PathBuf,
    pub(crate) files: Vec<String>,
    /// The system that they were made on.
    pub(crate) system: String,
}

impl Wheels {
    /// What pip is asked to install for the requirement that these wheels were fetched for. One by address becomes its wheel
    /// here: the address may be gone, or never have been there for this machine.
    pub(crate) fn targets(&self, requirement: &str) -> Vec<String> {
        let address = |file: &String| {
            let path = self.directory.join(file);
            let path = std::path::absolute(&path).unwrap_or(path);
            file_address(&path)
        };
        match source(requirement) {
            Source::Index => vec![requirement.to_owned()],
            Source::Named {
                name,
                extras,
                marker,
            } => {
                let own = self.files.iter().find(|file| {
                    file.split('-').next().map(canonical).as_deref() == Some(&canonical(name))
                });
                // Without one the marker excludes this machine, and pip takes the address for nothing.
                vec![own.map_or_else(
                    || requirement.to_owned(),
                    |file| format!("{name}{extras} @ {} {marker}", address(file)),
                )]
            }
            // Which wheel is its own nobody says, but together they are what it needs.
            Source::Bare => self.files.iter().map(address).collect(),
        }
    }
}

/// A path as an address.
fn file_address(path: &Path) -> String {
    let mut address = "file://".to_owned();
    for &byte in path.as_os_str().as_encoded_bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            address.push(char::from(byte));
        } else {
            address.push_str(&format!("%{byte:02X}"));
        }
    }
    address
}

/// Where the wheels are.
#[derive(Debug)]
pub(crate) struct Shelf {
    directory: PathBuf,
}

impl Shelf {
    /// A shelf below the installation directory.
    pub(crate) fn new(installation: &Path) -> Self {
        Self {
            directory: installation.join("requirements"),
        }
    }

    /// The directory for a requirement in its normal spelling.
    fn place(&self, requirement: &str) -> PathBuf {
        let shown: String = requirement
            .chars()
            .take(80)
            .map(|c| {
                if c.is_ascii_alphanumeric() || "-.=<>!~".contains(c) {
                    c
                } else {
                    '_'
                }
            })
            .collect();
        let stamp = fingerprint(requirement.as_bytes());
        self.directory.join(format!("{shown}_{stamp:016x}"))
    }

    /// The wheels of a requirement, if they are all there.
    pub(crate) fn find(&self, requirement: &str) -> Option<Wheels> {
        let directory = self.place(requirement);
        let mark = fs::read_to_string(directory.join(MARK)).ok()?;
        let (name, system) = mark.split_once('\n')?;
        if name != requirement {
            return None;
        }
        let mut files: Vec<String> = fs::read_dir(&directory)
            .ok()?
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|name| name != MARK)
            .collect();
        files.sort();
        Some(Wheels {
            directory,
            files,
            system: system.trim_end().to_owned(),
        })
    }

    /// When the wheels of a requirement came, if they are there.
    pub(crate) fn since(&self, requirement: &str) -> Option<SystemTime> {
        let mark = self.place(requirement).join(MARK);
        fs::metadata(mark).ok()?.modified().ok()
    }

    /// Fills the place of a requirement: `fill` puts the files into a directory, which then takes that place, or leaves it
    /// to what came there meanwhile.
    ///
    /// # Errors
    /// What `fill` says, or that the directory cannot be written.
    pub(crate) fn put(
        &self,
        requirement: &str,
        system: &str,
        replace: bool,
        fill: impl FnOnce(&Path) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let place = self.place(requirement);
        // Made aside and moved, because another server may use the same installation directory.
        let aside = self.directory.join(format!(
            ".{:016x}-{}-{}",
            fingerprint(requirement.as_bytes()),
            std::process::id(),
            NUMBERS.fetch_add(1, Ordering::Relaxed)
        ));
        let failed = Failure::file(&place, "keep the wheels");
        let _ = fs::remove_dir_all(&aside);
        fs::create_dir_all(&aside)
            .and_then(|()| keep_private(&aside))
            .map_err(&failed)?;
        let filled = fill(&aside).and_then(|()| {
            fs::write(aside.join(MARK), format!("{requirement}\n{system}\n")).map_err(&failed)?;
            if !replace && self.find(requirement).is_some() {
                return fs::remove_dir_all(&aside).map_err(&failed);
            }
            let _ = fs::remove_dir_all(&place);
            fs::rename(&aside, &place).map_err(&failed)
        });
        if filled.is_err() {
            let _ = fs::remove_dir_all(&aside);
        }
        filled
    }

    /// A requirement with the content of its wheels, in one piece.
    ///
    /// # Errors
    /// When the wheels are not there or cannot be read.
    pub(crate) fn pack(&self, name: &str, requirement: &str) -> Result<Vec<u8>, Failure> {
        let wheels = self.find(requirement).ok_or_else(|| Failure::NoWheels {
            requirement: name.to_owned(),
            shelf: self.directory.clone(),
        })?;
        let mut files = Vec::with_capacity(wheels.files.len());
        for file in &wheels.files {
            let path = wheels.directory.join(file);
            let content = fs::read(&path).map_err(Failure::file(&path, "be read"))?;
            files.push(Value::Tuple(vec![Value::str(file), Value::Bytes(content)]));
        }
        let whole = Value::Tuple(vec![
            Value::Int(VERSION),
            Value::str(name),
            Value::str(wheels.system),
            Value::List(files),
        ]);
        let mut out = Vec::new();
        encode(&whole, &mut out);
        let sum = checksum(&out);
        out.extend(sum);
        Ok(out)
    }
}

/// What a packed requirement ends with, so that one that was damaged or cut on its way is not taken in.
fn checksum(bytes: &[u8]) -> [u8; 8] {
    let (words, rest) = bytes.as_chunks::<8>();
    // Eight bytes at a time: wheels may have hundreds of megabytes.
    let sum = words
        .iter()
        .fold(fingerprint(&bytes.len().to_le_bytes()), |sum, word| {
            (sum ^ u64::from_le_bytes(*word))
                .wrapping_mul(0x9e37_79b9_7f4a_7c15)
                .rotate_left(29)
        });
    (sum ^ fingerprint(rest)).to_le_bytes()
}

/// A requirement that came from elsewhere.
#[derive(Debug)]
pub(crate) struct Packed {
    pub(crate) name: String,
    system: String,
    files: Vec<(String, Vec<u8>)>,
}

impl Packed {
    /// The requirement in `bytes`; nothing when they are not one.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let (bytes, sum) = bytes.split_last_chunk()?;
        if checksum(bytes) != *sum {
            return None;
        }
        let mut parts = decode(bytes).ok()?.into_items()?.into_iter();
        if parts.next()?.as_int()? != VERSION {
            return None;
        }
        let name = parts.next()?.as_text()?;
        let system = parts.next()?.as_text()?;
        let mut files = Vec::new();
        for file in parts.next()?.into_items()? {
            let mut pair = file.into_items()?.into_iter();
            let file = pair.next()?.as_text()?;
            // Never a path: the file must land in the directory that it is meant for.
            if file.contains(['/', '\\', '\0']) || !file.ends_with(".whl") || file.starts_with('.')
            {
                return None;
            }
            match pair.next()? {
                Value::Bytes(content) => files.push((file, content)),
                _ => return None,
            }
        }
        Some(Self {
            name,
            system,
            files,
        })
    }

    /// Puts the wheels on the shelf, unless the same are there.
    ///
    /// # Errors
    /// When they cannot be written.
    pub(crate) fn unpack(&self, shelf: &Shelf, requirement: &str) -> Result<(), Failure> {
        let present = shelf.find(requirement);
        if present.is_some_and(|present| {
            self.files.iter().all(|(name, content)| {
                fs::read(present.directory.join(name)).is_ok_and(|known| known == *content)
            })
        }) {
            return Ok(());
        }
        shelf.put(requirement, &self.system, true, |directory| {
            self.files.iter().try_for_each(|(name, content)| {
                let path = directory.join(name);
                fs::write(&path, content).map_err(Failure::file(&path, "be written"))
            })
        })
    }
}

/// The system that wheels are made on here, such as `debian12`.
pub(crate) fn system() -> String {
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let field = |name: &str| {
        release
            .lines()
            .find_map(|line| line.strip_prefix(name))
            .map(|value| value.trim_matches('"').to_owned())
    };
    field("ID=").map_or_else(
        || std::env::consts::OS.to_owned(),
        |id| id + &field("VERSION_ID=").unwrap_or_default(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shelf(name: &str) -> Shelf {
        let directory =
            std::env::temp_dir().join(format!("redgrease-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&directory);
        Shelf::new(&directory)
    }

    #[test]
    fn wheels_travel_from_shelf_to_shelf() {
        let (here, there) = (shelf("here"), shelf("there"));
        assert_eq!(here.find("idna==3.4"), None);
        here.put("idna==3.4", "plan9", false, |directory| {
            fs::write(directory.join("idna-3.4-py3-none-any.whl"), b"\0content")
                .map_err(Failure::file(directory, "be written"))
        })
        .expect("it is put");
        let packed = here.pack("Idna==3.4", "idna==3.4").expect("it packs");
        for damaged in 0..packed.len() {
            let mut other = packed.clone();
            other[damaged] ^= 0x40;
            assert!(Packed::parse(&other).is_none(), "byte {damaged}");
            assert!(
                Packed::parse(&packed[..damaged]).is_none(),
                "{damaged} bytes"
            );
        }
        assert!(Packed::parse(&packed.repeat(2)).is_none());
        let packed = Packed::parse(&packed).expect("it parses");
        assert_eq!(packed.name, "Idna==3.4");
        packed.unpack(&there, "idna==3.4").expect("it unpacks");
        let found = there.find("idna==3.4").expect("it is there");
        assert_eq!(found.files, ["idna-3.4-py3-none-any.whl"]);
        assert_eq!(found.system, "plan9");
        let content = fs::read(found.directory.join(&found.files[0])).expect("it reads");
        assert_eq!(content, b"\0content");
        for shelf in [here, there] {
            fs::remove_dir_all(shelf.directory.parent().expect("it has one")).expect("it goes");
        }
    }

    #[test]
    fn a_requirement_by_address_is_installed_from_its_wheel() {
        let wheels = Wheels {
            directory: "/a b".into(),
            files: ["idna-3-py3.whl", "My_Pkg-1.0+x-py3.whl"]
                .map(str::to_owned)
                .to_vec(),
            system: String::new(),
        };
        let own = "file:///a%20b/My_Pkg-1.0%2Bx-py3.whl";
        for (requirement, wanted) in [
            ("my-pkg>=1", vec!["my-pkg>=1".to_owned()]),
            ("my-pkg@https://gone/x", vec![format!("my-pkg @ {own} ")]),
            (
                "my-pkg[x] @ git+ssh://gone ; os_name == 'nt'",
                vec![format!("my-pkg[x] @ {own} ; os_name == 'nt'")],
            ),
            (
                "other@https://gone/x",
                vec!["other@https://gone/x".to_owned()],
            ),
            (
                "https://gone/x.whl",
                vec!["file:///a%20b/idna-3-py3.whl".to_owned(), own.to_owned()],
            ),
        ] {
            assert_eq!(wheels.targets(requirement), wanted, "{requirement}");
        }
    }

    #[test]
    fn a_packed_file_stays_in_its_directory() {
        for name in ["../a.whl", "/etc/a.whl", ".a.whl", "a.py", "a\0.whl"] {
            let value = Value::Tuple(vec![
                Value::Int(VERSION),
                Value::str("a"),
                Value::str("linux"),
                Value::List(vec![Value::Tuple(vec![
                    Value::str(name),
                    Value::Bytes(Vec::new()),
                ])]),
            ]);
            let mut bytes = Vec::new();
            encode(&value, &mut bytes);
            bytes.extend(checksum(&bytes));
            assert!(Packed::parse(&bytes).is_none(), "{name}");
        }
        assert!(Packed::parse(b"garbage").is_none());
    }
}
