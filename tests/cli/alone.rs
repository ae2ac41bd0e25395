//! The program alone, as `cargo install` leaves it: without the engine's module file beside it.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::tool::{Place, Running, function};

/// A directory with nothing but the program in it.
struct Alone {
    place: Place,
}

impl Alone {
    fn new() -> Self {
        let place = Place::empty();
        let program = PathBuf::from(env!("CARGO_BIN_EXE_redgrease"));
        let copy = place.path().join("redgrease");
        // a second name is enough, and quicker, where the file system allows it
        if fs::hard_link(&program, &copy).is_err() {
            fs::copy(&program, &copy).unwrap();
        }
        Self { place }
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(self.place.path().join("redgrease"));
        command.env_clear().current_dir(self.place.path());
        command.env("HOME", self.place.path().join("home"));
        for name in ["PATH", "REDIS_SERVER", "REDGREASE_PYTHON"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command.args(args);
        command
    }

    fn ok(&self, args: &[&str]) -> String {
        let ran = self.place.output(self.command(args).output().unwrap());
        assert_eq!(ran.code, 0, "{args:?}: {}", ran.err);
        ran.out
    }
}

#[test]
fn one_program_serves_loads_and_runs() {
    let alone = Alone::new();
    alone.place.write("a.py", &function("a", "A"));
    let mut server = Running::new(&mut alone.command(&["serve"]));
    let url = server.first_line();
    assert!(url.starts_with("redis://"), "{}", server.said());
    alone.ok(&["-s", &url, "a.py"]);
    assert_eq!(alone.ok(&["-s", &url, "trigger", "a"]), "A\n");
    let shards = ["-s", &url, "run", "-e", "ShardsIDReader().count()"];
    assert_eq!(alone.ok(&shards), "1\n");
    server.interrupt();
    assert_eq!(server.ends(), 0, "{}", server.said());
}

#[test]
fn the_module_is_written_where_it_is_wanted() {
    let alone = Alone::new();
    let path = alone.ok(&["engine", "path"]);
    let home = "home/.cache/redgrease/engine-";
    assert!(path.starts_with(home), "{path}");
    let cached = fs::read(alone.place.path().join(path.trim())).unwrap();

    let line = alone.ok(&["engine", "install", "modules"]);
    let start = "loadmodule modules/libredgrease_engine.so PythonExecutable ";
    assert!(line.starts_with(start), "{line}");
    let installed = alone.place.path().join("modules/libredgrease_engine.so");
    assert!(fs::read(installed).unwrap() == cached, "another module");

    let mut command = alone.command(&["engine", "path"]);
    command.env_remove("HOME");
    let ran = alone.place.output(command.output().unwrap());
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("set XDG_CACHE_HOME"), "{}", ran.err);
}

#[test]
fn a_place_where_nothing_may_be_written_is_said() {
    let alone = Alone::new();
    alone.place.write("file", "");
    let ran = alone.command(&["engine", "install", "file/modules"]);
    let ran = alone.place.output({ ran }.output().unwrap());
    assert_eq!(ran.code, 1);
    let start = "error: file/modules/libredgrease_engine.so: ";
    assert!(ran.err.starts_with(start), "{}", ran.err);
}
