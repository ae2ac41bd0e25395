//! Everything that `redgrease migrate` writes compiles: the scripts that a server took when they were recorded, and those in
//! tests, examples and the guide, as modules of one crate.
//!
//! One in eight is tried; all of them with `REDGREASE_MIGRATE=all`, as `make migrated` does.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[path = "../redgrease-core/tests/written/recorded.rs"]
mod recorded;
#[path = "../redgrease-core/tests/written/mod.rs"]
mod written;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Of how many scripts one is tried where not all are.
const ONE_OF: usize = 8;

#[test]
fn what_migrate_writes_compiles() {
    let mut scripts = written::scripts(&[
        "docs",
        "examples",
        "redgrease-core/tests",
        "redgrease-engine/tests",
        "tests",
    ]);
    scripts.extend(recorded::recorded());
    let step = match std::env::var("REDGREASE_MIGRATE").as_deref() {
        Ok("all") => 1,
        _ => ONE_OF,
    };
    let place = crate_of_programs();
    let (mut tried, mut modules) = (0, Vec::new());
    for script in scripts.iter().step_by(step) {
        tried += 1;
        // what has errors is refused, which the tests of the check look at
        if let Some(program) = migrated(script, &place) {
            let name = format!("p{}", modules.len());
            fs::write(place.join(format!("src/{name}.rs")), program).unwrap();
            modules.push(format!("pub mod {name};\n"));
        }
    }
    assert!(modules.len() * 2 > tried && tried * step > 1_000, "{tried}");
    fs::write(place.join("src/lib.rs"), modules.concat()).unwrap();
    println!("{tried} scripts, {} programs", modules.len());

    let done = Command::new(env!("CARGO"))
        .args(["check", "--quiet"])
        .current_dir(&place)
        .env("CARGO_TARGET_DIR", target())
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{errors}\nin {}", place.display());
}

/// Where cargo builds what this test belongs to, so that what the programs need is built there once.
fn target() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap()
}

/// An empty crate that may use redgrease.
fn crate_of_programs() -> PathBuf {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("migrated");
    let _ = fs::remove_dir_all(&place);
    fs::create_dir_all(place.join("src")).unwrap();
    let here = env!("CARGO_MANIFEST_DIR");
    let manifest = format!(
        "[package]\nname = \"migrated\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         [dependencies]\nredgrease = {{ path = {here:?} }}\n\n[workspace]\n\n\
         [lints.rust]\ndeprecated = \"allow\"\n"
    );
    fs::write(place.join("Cargo.toml"), manifest).unwrap();
    for file in ["Cargo.lock", "rust-toolchain.toml"] {
        fs::copy(Path::new(here).join(file), place.join(file)).unwrap();
    }
    place
}

/// The program of a script, if it is one.
fn migrated(script: &str, place: &Path) -> Option<String> {
    let path = place.join("script.py");
    fs::write(&path, script).unwrap();
    let done = Command::new(env!("CARGO_BIN_EXE_redgrease"))
        .arg("migrate")
        .arg(&path)
        .output()
        .unwrap();
    let text = String::from_utf8(done.stdout).unwrap();
    let program = text.replace("\nfn main()", "\npub fn main()");
    done.status.success().then_some(program)
}
