//! The terminals of the documentation, run.

use std::fs;
use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use redgrease::embedded::{self, Server};
use tempfile::TempDir;

use crate::page::{self, Block, Page, root};

const PATIENCE: Duration = Duration::from_secs(120);
/// A command may build a program, on a busy machine.
const BUILD: Duration = Duration::from_secs(1800);
const PAUSE: Duration = Duration::from_millis(20);
const PORT: &str = "7911";

/// Where the pages install things, which are elsewhere in the test.
const INSTALLED_ENGINE: &str = "/usr/lib/redis/modules/libredgrease_engine.so";
const INSTALLED_PYTHON: &str = "/opt/redgrease/bin/python3";
const INSTALLED_DATA: &str = "/var/lib/redis";

/// Looked for once: a page makes the environment in which it might be found half done.
static PYTHON: LazyLock<PathBuf> = LazyLock::new(|| embedded::python().unwrap());

fn show(path: impl AsRef<Path>) -> String {
    path.as_ref().display().to_string()
}

/// A shell whose directory and exported variables last from one command to the next.
struct Terminal {
    // first, so that they end before their directory goes
    beside: Vec<Beside>,
    home: TempDir,
    port: String,
    _server: Option<Server>,
}

/// A command that goes on.
struct Beside {
    process: Child,
}

impl Drop for Beside {
    fn drop(&mut self) {
        if !matches!(self.process.try_wait(), Ok(None)) {
            return;
        }
        // the whole group: what the shell has started goes with it
        let group = format!("-{}", self.process.id());
        let _ = Command::new("kill").args(["-INT", "--", &group]).status();
        let begin = Instant::now();
        while matches!(self.process.try_wait(), Ok(None)) {
            if begin.elapsed() > PATIENCE {
                let _ = self.process.kill();
                let _ = self.process.wait();
                return;
            }
            std::thread::sleep(PAUSE);
        }
    }
}

/// A command and what it shall print.
#[derive(Debug, Default)]
struct Step {
    command: String,
    expected: Vec<String>,
}

/// The steps of a console block; lines after `> ` go on with the command before them.
fn steps(block: &Block, page: &Page) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for line in block.text.lines() {
        if let Some(command) = line.strip_prefix("$ ") {
            steps.push(Step {
                command: command.to_owned(),
                expected: Vec::new(),
            });
            continue;
        }
        let Some(step) = steps.last_mut() else {
            panic!("{}:{}: output before a command", page.name, block.line);
        };
        match line.strip_prefix("> ") {
            Some(more) if step.expected.is_empty() => {
                step.command.push('\n');
                step.command.push_str(more);
            }
            _ => step.expected.push(line.trim_end().to_owned()),
        }
    }
    steps
}

/// Whether a line fits; `…` stands for any text.
fn line_fits(expected: &str, line: &str) -> bool {
    let mut parts = expected.split('…');
    let Some(mut rest) = line.strip_prefix(parts.next().unwrap_or_default()) else {
        return false;
    };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else {
        return rest.is_empty();
    };
    for part in middle {
        let Some(place) = rest.find(part) else {
            return false;
        };
        rest = &rest[place + part.len()..];
    }
    rest.ends_with(last)
}

/// Whether lines fit; a line `…` stands for any lines.
fn fits(expected: &[String], lines: &[&str]) -> bool {
    match expected.split_first() {
        None => lines.is_empty(),
        Some((first, more)) if first.trim() == "…" => {
            (0..=lines.len()).any(|skipped| fits(more, &lines[skipped..]))
        }
        Some((first, more)) => lines
            .split_first()
            .is_some_and(|(line, rest)| line_fits(first, line.trim_end()) && fits(more, rest)),
    }
}

impl Terminal {
    fn new(page: &Page) -> Self {
        let home = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(root(), home.path().join("redgrease")).unwrap();
        let serves = page.blocks.iter().any(|block| {
            matches!(block.language.as_str(), "console" | "sh")
                && (block.text.contains("redgrease serve") || block.text.contains("redis-server "))
        });
        let (port, server) = if serves {
            (free_port(), None)
        } else {
            let server = Server::builder().python(&*PYTHON).start().unwrap();
            (server.port().to_string(), Some(server))
        };
        Self {
            home,
            port,
            _server: server,
            beside: Vec::new(),
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// The directory in which the next command runs.
    fn directory(&self) -> PathBuf {
        let last = fs::read_to_string(self.file(".directory")).unwrap_or_default();
        let last = Path::new(last.trim_end()).to_owned();
        if last.is_dir() {
            last
        } else {
            self.home.path().to_owned()
        }
    }

    fn shell(&self, script: &str) -> Command {
        let tool = Path::new(env!("CARGO_BIN_EXE_redgrease")).parent().unwrap();
        let python = &*PYTHON;
        let path = std::env::var("PATH").unwrap();
        let path = format!(
            "{}:{}:{path}",
            tool.display(),
            python.parent().unwrap().display()
        );
        let state = self.home.path().display();
        let script = format!(
            "[ -f {state}/.variables ] && . {state}/.variables\n\
             trap 'pwd > {state}/.directory; export -p > {state}/.variables' EXIT\n{script}\n"
        );
        let mut command = Command::new("bash");
        command
            .args(["-c", &script])
            .current_dir(self.directory())
            .env("PATH", path)
            .env("REDGREASE_PORT", &self.port)
            .env("REDGREASE_PYTHON", python)
            .env("REDGREASE_ENGINE", embedded::engine_file().unwrap())
            // redis-cli prints as on a terminal
            .env("FAKETTY", "1")
            // what cargo builds here finds its dependencies built, as `tests/packages.rs` builds them
            .env(
                "CARGO_TARGET_DIR",
                Path::new(env!("CARGO_TARGET_TMPDIR")).join("programs"),
            )
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            .env("CARGO_INCREMENTAL", "0")
            .env("CARGO_NET_OFFLINE", "true")
            .env("CARGO_TERM_COLOR", "never")
            .stdin(Stdio::null());
        for name in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "REDIS_URL"] {
            command.env_remove(name);
        }
        command
    }

    /// Writes a file that the page shows.
    fn write(&self, name: &str, text: &str) {
        let path = self.directory().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let text = text
            .replace(PORT, &self.port)
            .replace(INSTALLED_ENGINE, &show(embedded::engine_file().unwrap()))
            .replace(INSTALLED_PYTHON, &show(&*PYTHON))
            .replace(INSTALLED_DATA, &show(self.home.path()));
        fs::write(path, text).unwrap();
    }

    /// Runs a command to its end; what it prints on both outputs, and its code.
    fn run(&self, command: &str) -> (String, i32) {
        let log = self.file(".output");
        let out = fs::File::create(&log).unwrap();
        let mut beside = Beside {
            process: self
                .shell(&command.replace(PORT, &self.port))
                .stdout(out.try_clone().unwrap())
                .stderr(out)
                .process_group(0)
                .spawn()
                .unwrap(),
        };
        let begin = Instant::now();
        loop {
            if let Some(status) = beside.process.try_wait().unwrap() {
                return (self.printed(&log), status.code().unwrap_or(-1));
            }
            assert!(
                begin.elapsed() < BUILD,
                "`{command}` goes on for ever; it printed\n{}",
                self.printed(&log)
            );
            std::thread::sleep(PAUSE);
        }
    }

    /// What is in a log, with the port and the paths that the page has.
    fn printed(&self, log: &Path) -> String {
        let here = self.home.path().canonicalize().unwrap();
        String::from_utf8_lossy(&fs::read(log).unwrap())
            .replace(&self.port, PORT)
            .replace(&format!("{}/", here.display()), "")
    }

    /// Starts a command that goes on, and waits until it has printed what it shall.
    fn start(&mut self, command: &str, expected: &[String], place: &str) {
        let log = self.file(&format!(".beside{}", self.beside.len()));
        let out = fs::File::create(&log).unwrap();
        let process = self
            .shell(&format!("exec {}", command.replace(PORT, &self.port)))
            .stdout(out.try_clone().unwrap())
            .stderr(out)
            .process_group(0)
            .spawn()
            .unwrap();
        self.beside.push(Beside { process });
        let begin = Instant::now();
        loop {
            let printed = self.printed(&log);
            let lines: Vec<&str> = printed.lines().collect();
            if fits(expected, &lines) {
                return;
            }
            assert!(
                begin.elapsed() < PATIENCE,
                "{place}: `{command}` printed\n{printed}\nand not\n{}",
                expected.join("\n")
            );
            std::thread::sleep(PAUSE);
        }
    }

    fn console(&mut self, block: &Block, page: &Page) {
        let place = format!("{}:{}", page.name, block.line);
        for step in steps(block, page) {
            if let Some(command) = step.command.strip_suffix('&') {
                self.start(command, &step.expected, &place);
                continue;
            }
            let (printed, _) = self.run(&step.command);
            let lines: Vec<&str> = printed.lines().collect();
            assert!(
                fits(&step.expected, &lines),
                "{place}: `{}` printed\n{printed}\nand not\n{}",
                step.command,
                step.expected.join("\n")
            );
        }
    }

    fn script(&self, block: &Block, page: &Page) {
        let place = format!("{}:{}", page.name, block.line);
        let (printed, code) = self.run(&format!("set -e\n{}", block.text));
        assert_eq!(code, 0, "{place}: it ended with {code}:\n{printed}");
    }
}

fn free_port() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port().to_string()
}

/// Does what a page says, block by block.
fn follow(name: &str, with_scripts: bool) {
    let page = Page::named(name);
    let mut terminal = Terminal::new(&page);
    let mut run = 0;
    for block in &page.blocks {
        if let Some(file) = &block.file {
            terminal.write(file, &block.text);
        }
        match block.language.as_str() {
            "console" => terminal.console(block, &page),
            "sh" if with_scripts => terminal.script(block, &page),
            _ => continue,
        }
        run += 1;
    }
    assert!(run > 0, "{name} has nothing to run");
}

/// A test for each page with a terminal, and one that all have theirs.
macro_rules! pages {
    ($($test:ident = $page:literal),* $(,)?) => {
        $(
            #[test]
            fn $test() {
                follow($page, $page == "docs/getting-started.md");
            }
        )*

        #[test]
        fn every_page_with_a_terminal_is_run() {
            let pages: Vec<String> = page::all()
                .into_iter()
                .filter(|page| page.blocks.iter().any(|block| block.language == "console"))
                .map(|page| page.name)
                .collect();
            let mut tested = [$($page),*];
            tested.sort_unstable();
            assert_eq!(pages, tested);
        }
    };
}

pages! {
    command_line_tool = "docs/cli.md",
    complete_index = "docs/complete-index.md",
    debugging = "docs/debugging.md",
    deployment = "docs/deployment.md",
    events = "docs/events.md",
    exactly_once = "docs/exactly-once.md",
    getting_started = "docs/getting-started.md",
    operations = "docs/operations.md",
    readers = "docs/readers.md",
    readme = "README.md",
    runtime = "docs/runtime.md",
    sessions = "docs/sessions.md",
    watching = "docs/watching.md",
}
