//! `redgrease engine doctor`: what is missing on this machine, each with its remedy.

use std::path::Path;
use std::process::Command;

use redgrease::GearsCommands as _;
use redgrease::embedded;

use crate::failure::{Exit, Failure, Result};
use crate::module;
use crate::serve::not_started;
use crate::server::Server;
use crate::terminal::{Paint, Terminal};
use crate::version::{Running, Version, numbers};

/// What the workers need beside Python itself, and what for.
const PACKAGES: [(&str, &str, bool); 4] = [
    (
        "cloudpickle",
        "the functions of scripts travel with it",
        true,
    ),
    (
        "greenlet",
        "without it calls from Python to the server cost more",
        false,
    ),
    (
        "venv",
        "scripts with requirements get an environment of their own",
        false,
    ),
    (
        "ensurepip",
        "scripts with requirements get an environment of their own",
        false,
    ),
];

const PYTHON: &str = "python";

/// What was seen of one part.
struct Finding {
    part: &'static str,
    state: State,
    text: String,
    remedy: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Good,
    Poor,
    Missing,
}

impl Finding {
    fn new(part: &'static str, state: State, text: impl Into<String>) -> Self {
        Self {
            part,
            state,
            text: text.into(),
            remedy: None,
        }
    }

    fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }
}

/// Looks at each part and prints what was seen.
pub(crate) fn run(server: &Server, terminal: Terminal) -> Result<()> {
    let mut findings = vec![redis_server(), engine()];
    findings.extend(python());
    let can_start = findings
        .iter()
        .all(|finding| finding.state != State::Missing);
    if can_start {
        terminal.progress("Trying", "a server with the engine");
        findings.push(trial());
    }
    findings.push(named_server(server));
    for finding in &findings {
        let mark = match finding.state {
            State::Good => terminal.paint_out(Paint::Good, "ok     "),
            State::Poor => terminal.paint_out(Paint::Warning, "note   "),
            State::Missing => terminal.paint_out(Paint::Bad, "missing"),
        };
        terminal.print(format_args!(
            "{mark}  {:<12} {}",
            finding.part, finding.text
        ))?;
        if let Some(remedy) = &finding.remedy {
            terminal.print(format_args!("{:22} {remedy}", ""))?;
        }
    }
    let missing = findings
        .iter()
        .filter(|f| f.state == State::Missing)
        .count();
    if missing > 0 {
        return Err(Failure::silent(Exit::Failed));
    }
    Ok(())
}

fn not_found(part: &'static str, error: embedded::Error) -> Finding {
    failed(part, State::Missing, not_started(error))
}

fn failed(part: &'static str, state: State, failure: Failure) -> Finding {
    let text = failure
        .message
        .replace("\n  - ", "\n                         ");
    let finding = Finding::new(part, state, text);
    match failure.help {
        Some(help) => finding.remedy(help),
        None => finding,
    }
}

fn redis_server() -> Finding {
    const PART: &str = "server";
    let program = match embedded::server_program() {
        Ok(program) => program,
        Err(error) => return not_found(PART, error),
    };
    let Some(version) = Version::of_program(&program) else {
        return Finding::new(
            PART,
            State::Missing,
            format!("{} does not run", program.display()),
        )
        .remedy("install it again, or set REDIS_SERVER to another one");
    };
    let text = format!("{}: {version}", program.display());
    if version.is_too_old() {
        return Finding::new(PART, State::Missing, format!("{text} is too old"))
            .remedy("the engine needs Redis 6.2 or newer, or Valkey");
    }
    Finding::new(PART, State::Good, text)
}

fn engine() -> Finding {
    const PART: &str = "engine";
    let path = match module::path() {
        Ok(path) => path,
        Err(failure) => return failed(PART, State::Missing, failure),
    };
    let text = path.display().to_string();
    if !is_executable(&path) {
        return Finding::new(PART, State::Missing, format!("{text} may not be executed")).remedy(
            format!("`chmod +x {text}`: newer servers load no module without"),
        );
    }
    Finding::new(PART, State::Good, text)
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    const ANYBODY: u32 = 0o111;
    path.metadata()
        .is_ok_and(|data| data.permissions().mode() & ANYBODY != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &Path) -> bool {
    path.is_file()
}

fn python() -> Vec<Finding> {
    let program = match embedded::python() {
        Ok(program) => program,
        Err(error) => return vec![not_found(PYTHON, error)],
    };
    let interpreter = interpreter(&program);
    if interpreter.state == State::Missing {
        return vec![interpreter];
    }
    let missing = |package| missing_package(&program, package);
    let missing = PACKAGES.iter().filter_map(missing);
    [interpreter].into_iter().chain(missing).collect()
}

fn interpreter(program: &Path) -> Finding {
    let version = output(
        program,
        &["-c", "import platform; print(platform.python_version())"],
    );
    let Some(version) = version.map(|text| text.trim().to_string()) else {
        let text = format!("{} does not run", program.display());
        return Finding::new(PYTHON, State::Missing, text)
            .remedy("set REDGREASE_PYTHON to an interpreter that does");
    };
    let text = format!("{} {version}", program.display());
    if numbers(&version) < vec![3, 7] {
        return Finding::new(PYTHON, State::Missing, format!("{text} is too old"))
            .remedy("set REDGREASE_PYTHON to CPython 3.7 or newer");
    }
    Finding::new(PYTHON, State::Good, text)
}

/// Refuses an interpreter that cannot run functions, as a server would only say in its log.
pub(crate) fn refuse_python(program: &Path) -> Result<()> {
    let needed = PACKAGES.iter().filter(|(_, _, needed)| *needed);
    let packages = needed.filter_map(|package| missing_package(program, package));
    let mut findings = [interpreter(program)].into_iter().chain(packages);
    match findings.find(|finding| finding.state == State::Missing) {
        None => Ok(()),
        Some(finding) => {
            Err(Failure::new(Exit::Server, finding.text).help(finding.remedy.unwrap_or_default()))
        }
    }
}

fn missing_package(python: &Path, package: &(&'static str, &str, bool)) -> Option<Finding> {
    let (name, reason, needed) = package;
    if output(python, &["-c", &format!("import {name}")]).is_some() {
        return None;
    }
    let state = if *needed { State::Missing } else { State::Poor };
    let remedy = match *name {
        "venv" | "ensurepip" => NO_VENV.to_string(),
        name => remedy(python, name),
    };
    let text = format!("{} has no {name}: {reason}", python.display());
    Some(Finding::new(name, state, text).remedy(remedy))
}

const NO_VENV: &str = "install the rest of Python (Debian, Ubuntu: `apt install python3-venv`)";

/// How a package gets to an interpreter: with its own pip, unless the system keeps that one for its
/// own packages; an environment is good everywhere.
fn remedy(python: &Path, package: &str) -> String {
    const KEPT_BY_THE_SYSTEM: &str = "import os, sys, sysconfig\n\
        mark = os.path.join(sysconfig.get_path('stdlib'), 'EXTERNALLY-MANAGED')\n\
        sys.exit(sys.prefix != sys.base_prefix or not os.path.exists(mark))";
    let name = python.display();
    let environment =
        format!("`{name} -m venv .venv && .venv/bin/python3 -m pip install cloudpickle greenlet`");
    let has = |script: &str| output(python, &["-c", script]).is_some();
    let mut remedies = Vec::new();
    if has("import pip") && !has(KEPT_BY_THE_SYSTEM) {
        remedies.push(format!("`{name} -m pip install {package}`"));
    }
    if python == Path::new("/usr/bin/python3") && Path::new("/usr/bin/apt").exists() {
        remedies.push(format!("`apt install python3-{package}`"));
    }
    remedies.push(if has("import venv, ensurepip") {
        format!("for this directory alone, {environment}")
    } else {
        format!("{NO_VENV}; then, for this directory alone, {environment}")
    });
    remedies.join("; or, ")
}

/// Starts a server and lets Python answer.
fn trial() -> Finding {
    const PART: &str = "trial";
    const SCRIPT: &str =
        "import sys\nGB('ShardsIDReader').map(lambda _: sys.version.split()[0]).run()";
    let engine = module::path().unwrap_or_default();
    let builder = embedded::Server::builder().engine(engine);
    let answer = builder.start().and_then(|server| {
        let mut con = server.gears()?;
        con.pyexecute(SCRIPT)
            .and_then(redgrease::Outcome::results)
            .map_err(embedded::Error::Client)
    });
    match answer {
        Ok(results) => match (results.value.first(), results.errors.first()) {
            (Some(version), None) => Finding::new(
                PART,
                State::Good,
                format!("a function ran in Python {version}"),
            ),
            (_, error) => Finding::new(
                PART,
                State::Missing,
                format!(
                    "a function failed: {}",
                    error.map_or("no result", |e| &e.exception)
                ),
            ),
        },
        Err(error) => Finding::new(
            PART,
            State::Missing,
            format!("a server did not work: {error}"),
        ),
    }
}

/// The server that --server names, which need not be there.
fn named_server(server: &Server) -> Finding {
    const PART: &str = "--server";
    let url = server.url();
    let mut con = match server.connect() {
        Ok(con) => con,
        Err(failure) => return failed(PART, State::Poor, failure),
    };
    let running = Running::ask(&mut con);
    let Some(gears) = running.gears() else {
        let lack = running.lacks(&url, "RG.PYEXECUTE");
        return Finding::new(PART, State::Poor, lack.message).remedy(lack.help.unwrap_or_default());
    };
    let text = format!("{url} has the commands of RedisGears {gears}");
    if running.has_old_gears() {
        return Finding::new(PART, State::Poor, text)
            .remedy("sessions, for one, need RedisGears 1.2 or the engine");
    }
    Finding::new(PART, State::Good, text)
}

/// What a program prints, when it ends well.
fn output(program: &Path, args: &[&str]) -> Option<String> {
    let output = Command::new(program).args(args).output().ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}
