//! The packages as cargo makes them: whole, without what only the repository needs, and enough for a
//! program elsewhere.
#![cfg(feature = "embedded")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use redgrease::embedded::Server;

const CRATES: [&str; 4] = [
    "redgrease-core",
    "redgrease-macros",
    "redgrease-engine",
    "redgrease",
];
const VERSION: &str = env!("CARGO_PKG_VERSION");

fn cargo(dir: &Path, target: &Path) -> Command {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(dir).env("CARGO_TARGET_DIR", target);
    // nobody looks into what it builds, or builds it again after a change
    cargo.env("CARGO_PROFILE_DEV_DEBUG", "0");
    cargo.env("CARGO_INCREMENTAL", "0");
    cargo
}

fn succeeds(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}:\n{errors}");
    String::from_utf8(output.stdout).unwrap()
}

/// Makes the packages and unpacks them; gives the directories.
fn unpacked(target: &Path, dir: &Path) -> Vec<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    // what is not committed is packaged too, and the program below shows that they can be built
    let mut package = cargo(here, target);
    package.args(["package", "--quiet", "--no-verify", "--allow-dirty"]);
    for name in CRATES {
        package.args(["--package", name]);
    }
    succeeds(&mut package);
    let unpack = |name: &&str| {
        let name = format!("{name}-{VERSION}");
        let file = target.join("package").join(format!("{name}.crate"));
        succeeds(Command::new("tar").arg("xzf").arg(file).arg("-C").arg(dir));
        dir.join(name)
    };
    CRATES.iter().map(unpack).collect()
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

fn is_whole(package: &Path) {
    let manifest = fs::read_to_string(package.join("Cargo.toml")).unwrap();
    for field in [
        "license = ",
        "readme = ",
        "repository = ",
        "documentation = ",
        "description = ",
        "[package.metadata.docs.rs]",
    ] {
        assert!(manifest.contains(field), "{field} in {}", package.display());
    }
    for file in ["README.md", "LICENSE-MIT", "LICENSE-APACHE"] {
        let length = fs::metadata(package.join(file)).unwrap().len();
        assert!(length > 100, "{file} in {}", package.display());
    }
    for file in files(package) {
        let inner = file.strip_prefix(package).unwrap();
        let is_test = ["tests", "snapshots", "benches", "examples", "target"];
        let is_test = inner
            .iter()
            .any(|part| is_test.iter().any(|test| part == *test));
        assert!(!is_test, "{} is for the repository", file.display());
    }
}

/// The first program of the README, with the addresses of this test.
fn program_of_the_readme(redis: &str, http: &str) -> String {
    let readme = include_str!("../README.md");
    let (_, rest) = readme.split_once("```rust,no_run\n").unwrap();
    let (program, _) = rest.split_once("```").unwrap();
    let moved = program
        .replace("redis://127.0.0.1/", redis)
        .replace("http://127.0.0.1:8000/", http);
    assert!(moved.contains(redis) && moved.contains(http), "{moved}");
    moved
}

/// Answers every request with the same page; gives its address.
fn http_server(page: &'static str) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            let mut lines = BufReader::new(client.try_clone().unwrap()).lines();
            while lines
                .next()
                .is_some_and(|line| line.is_ok_and(|line| !line.is_empty()))
            {}
            let length = page.len();
            // the client may have gone
            let _ = write!(
                &client,
                "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{page}"
            );
        }
    });
    url
}

#[test]
fn a_program_elsewhere_is_built_from_the_packages_and_runs() {
    let dir = tempfile::tempdir().unwrap();
    // the page about getting started has its program built there too
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("programs");
    let packages = unpacked(&target, dir.path());
    for package in &packages {
        is_whole(package);
    }

    let page = "a page of some length";
    let server = Server::start().unwrap();
    let program = dir.path().join("program");
    fs::create_dir_all(program.join("src")).unwrap();
    let source = program_of_the_readme(&server.url(), &http_server(page));
    fs::write(program.join("src/main.rs"), source).unwrap();
    let patches: String = CRATES
        .iter()
        .zip(&packages)
        .map(|(name, path)| format!("{name} = {{ path = {path:?} }}\n"))
        .collect();
    let manifest = format!(
        "[package]\nname = \"program\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         [dependencies]\nredgrease = \"{VERSION}\"\n\n[patch.crates-io]\n{patches}"
    );
    fs::write(program.join("Cargo.toml"), manifest).unwrap();
    // the versions that this repository is tested with
    let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock");
    fs::copy(lock, program.join("Cargo.lock")).unwrap();
    let mut run = cargo(&program, &target);
    let printed = succeeds(run.args(["run", "--quiet"]));
    assert_eq!(printed.trim(), format!("{} bytes", page.len()));
}
