//! Scripts that became Rust programs with `redgrease migrate`: each program does what its script did.
//!
//! `tests/moved/` has the scripts, and beside each the program that the tool writes, its `main` made visible. All of them are
//! compiled into this test, which starts itself again with the name of one. `REDGREASE_BLESS=1` takes the scripts of the guide
//! anew and writes the programs.
#![allow(clippy::unwrap_used, reason = "a test may panic")]
#![allow(
    deprecated,
    reason = "the documentation names an event `hmset`, which Redis does not have"
)]

#[path = "moved/answers.rs"]
mod answers;
#[path = "moved/programs.rs"]
mod programs;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use redgrease::embedded::Server;

/// How long a script or a program may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// How many scripts are tried at the same time.
const AT_ONCE: usize = 4;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [word, name] = arguments.as_slice()
        && word == "program"
    {
        return match programs::run(name) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{error}");
                ExitCode::FAILURE
            }
        };
    }
    if std::env::var_os("REDGREASE_BLESS").is_some() {
        bless();
        return ExitCode::SUCCESS;
    }
    let stale = stale();
    for line in &stale {
        eprintln!("{line}");
    }
    if !stale.is_empty() {
        eprintln!(
            "REDGREASE_BLESS=1 cargo test -p redgrease --features cli --test moved writes them"
        );
        return ExitCode::FAILURE;
    }
    let only = arguments.iter().find(|word| !word.starts_with('-'));
    let mut left = names();
    left.retain(|name| only.is_none_or(|only| name.contains(only.as_str())));
    all_answer(left)
}

/// Tries the programs, and says which do not what their script did.
fn all_answer(mut left: Vec<String>) -> ExitCode {
    left.reverse();
    let (left, failed) = (Mutex::new(left), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let Some(name) = left.lock().unwrap().pop() else {
                        break;
                    };
                    let began = Instant::now();
                    let is_done = std::panic::catch_unwind(|| one_answers(&name)).is_ok();
                    let word = if is_done { "ok" } else { "FAILED" };
                    println!("test {name} ... {word} ({:.1?})", began.elapsed());
                    if !is_done {
                        failed.lock().unwrap().push(name);
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap();
    if failed.is_empty() {
        return ExitCode::SUCCESS;
    }
    println!("failed: {}", failed.join(", "));
    ExitCode::FAILURE
}

/// The script and its program, each with a server of its own, give the same.
fn one_answers(name: &str) {
    let (old, new) = (Server::start().unwrap(), Server::start().unwrap());
    let mut tool = tool();
    tool.args(["--server", &old.url(), "run"])
        .arg(file(name, "py"));
    let (old_code, old_said) = ran(&mut tool, name);
    let mut program = Command::new(std::env::current_exe().unwrap());
    program.args(["program", name]).env("REDIS_URL", new.url());
    let (new_code, new_said) = ran(&mut program, name);
    assert_eq!((old_code, new_code), (0, 0), "{name}: {old_said}{new_said}");
    assert_eq!(new_said, old_said, "what {name} prints");
    let can_wait = fs::read_to_string(file(name, "py"))
        .unwrap()
        .contains("gearsFuture");
    let wanted = answers::answers(&old, can_wait);
    assert_eq!(
        answers::answers(&new, can_wait),
        wanted,
        "what the functions of {name} do"
    );
}

/// The exit code and the output of a program that ends in time.
fn ran(command: &mut Command, name: &str) -> (i32, String) {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    let to = |path: &Path| Stdio::from(fs::File::create(path).unwrap());
    let errors = dir.path().join("errors");
    let started = command
        .stdin(Stdio::null())
        .stdout(to(&out))
        .stderr(to(&errors))
        .spawn();
    let mut child = started.unwrap();
    let give_up = Instant::now() + PATIENCE;
    let code = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status.code().unwrap_or(-1);
        }
        if Instant::now() > give_up {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("{name} did not end in {PATIENCE:?}: {command:?}");
        }
        std::thread::sleep(Duration::from_millis(10));
    };
    if code != 0 {
        eprintln!("{name}: {}", fs::read_to_string(&errors).unwrap());
    }
    (code, fs::read_to_string(&out).unwrap())
}

fn tool() -> Command {
    Command::new(env!("CARGO_BIN_EXE_redgrease"))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/moved")
}

fn file(name: &str, kind: &str) -> PathBuf {
    root().join(format!("{name}.{kind}"))
}

/// The scripts that there are.
fn names() -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(root())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|kind| kind == "py"))
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_string())
        .collect();
    names.sort();
    names
}

/// The program that the tool writes for a script.
fn moved(name: &str) -> String {
    let done = tool()
        .arg("migrate")
        .arg(file(name, "py"))
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{name}: {errors}");
    let text = String::from_utf8(done.stdout).unwrap();
    // so that what stands around can call it
    text.replace("\nfn main()", "\npub(crate) fn main()")
}

/// The scripts in the pages of the guide that a server understands, and their names.
fn of_the_guide() -> Vec<(String, String)> {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let mut out = Vec::new();
    for entry in fs::read_dir(docs).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|kind| kind != "md") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let page = path
            .file_stem()
            .unwrap()
            .to_str()
            .unwrap()
            .replace('-', "_");
        let blocks = text.split("```python\n").skip(1);
        for (number, block) in blocks.enumerate() {
            let script = block.split("```").next().unwrap();
            // the others are for a plain interpreter, or pieces; in a list their blocks are indented
            let is_script = script.contains("GB(")
                && (script.contains(".register(") || script.contains(".run("))
                && !script.contains("from plain import")
                && !script.starts_with(' ');
            // some show what an error looks like
            if is_script && is_right(script) {
                out.push((format!("guide_{page}_{}", number + 1), script.to_string()));
            }
        }
    }
    out.sort();
    out
}

fn is_right(script: &str) -> bool {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("script.py");
    fs::write(&path, script).unwrap();
    tool()
        .arg("check")
        .arg(path)
        .output()
        .unwrap()
        .status
        .success()
}

/// What of `tests/moved` is not as it should be.
fn stale() -> Vec<String> {
    let mut out = Vec::new();
    let guide = of_the_guide();
    assert!(guide.len() >= 8, "{guide:?}");
    for (name, script) in &guide {
        if fs::read_to_string(file(name, "py")).ok().as_ref() != Some(script) {
            out.push(format!("{name}.py is not what the page of the guide has"));
        }
    }
    for name in names() {
        if name.starts_with("guide_") && !guide.iter().any(|(known, _)| *known == name) {
            out.push(format!("{name}.py is on no page of the guide"));
        }
        if fs::read_to_string(file(&name, "rs")).ok() != Some(moved(&name)) {
            out.push(format!("{name}.rs is not what `redgrease migrate` writes"));
        }
    }
    if fs::read_to_string(root().join("programs.rs")).ok() != Some(list()) {
        out.push("programs.rs does not list the programs".to_string());
    }
    out
}

fn bless() {
    for name in names() {
        if name.starts_with("guide_") {
            fs::remove_file(file(&name, "py")).unwrap();
            let _ = fs::remove_file(file(&name, "rs"));
        }
    }
    for (name, script) in of_the_guide() {
        fs::write(file(&name, "py"), script).unwrap();
    }
    for name in names() {
        fs::write(file(&name, "rs"), moved(&name)).unwrap();
    }
    fs::write(root().join("programs.rs"), list()).unwrap();
}

/// The text of `programs.rs`.
fn list() -> String {
    let mut out = "//! All programs; written by the test that runs them.\n".to_string();
    let mut arms = String::new();
    for name in names() {
        let _ = write!(out, "\n#[rustfmt::skip]\nmod {name};");
        let _ = writeln!(arms, "        {name:?} => {name}::main(),");
    }
    let _ = write!(
        out,
        "\n\n/// Runs the program of this name.\npub(crate) fn run(name: &str) -> redgrease::Result<()> {{\n    \
         match name {{\n{arms}        _ => panic!(\"no program {{name}}\"),\n    }}\n}}\n"
    );
    out
}
