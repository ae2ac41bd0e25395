//! Requirement files, with packages that these tests make themselves.

use std::process::Command;

use redgrease::embedded::{self, Server};

use crate::tool::{Place, eventually};

/// Writes a package of one module into a directory.
const WHEEL: &str = "\
import sys, zipfile
directory, version = sys.argv[1:]
info = 'tiny-%s.dist-info/' % version
with zipfile.ZipFile('%s/tiny-%s-py3-none-any.whl' % (directory, version), 'w') as wheel:
    wheel.writestr('tiny.py', 'VERSION = %r' % version)
    wheel.writestr(info + 'METADATA', 'Metadata-Version: 2.1\\nName: tiny\\nVersion: %s\\n' % version)
    wheel.writestr(info + 'WHEEL', 'Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
    wheel.writestr(info + 'RECORD', '')
";

const SCRIPT: &str =
    "import tiny\nGB('CommandReader').map(lambda _: tiny.VERSION).register(trigger='version')\n";

/// A server that installs from a directory with two versions of a package.
fn place() -> Place {
    let mut place = Place::empty();
    place.write("wheels/README", "for pip");
    let wheels = place.path().join("wheels");
    for version in ["1.0", "2.0"] {
        let mut python = Command::new(embedded::python().unwrap());
        let made = python
            .args(["-c", WHEEL])
            .arg(&wheels)
            .arg(version)
            .status();
        assert!(made.unwrap().success());
    }
    let server = Server::builder().module_arg("WheelDirectory", wheels.display().to_string());
    place.server = Some(server.start().unwrap());
    place
}

#[test]
fn packages_are_installed_before_the_scripts_that_need_them() {
    let place = place();
    place.write("s/requirements.txt", "# all\ntiny == 1.0\n");
    place.write("s/a.py", SCRIPT);
    let ran = place.run(&["s"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("Installed tiny == 1.0"), "{}", ran.err);
    assert_eq!(place.trigger("version").as_deref(), Some("1.0"));
    let table = place.ok(&["ls", "requirements"]);
    let row: Vec<&str> = table.lines().nth(1).unwrap().split_whitespace().collect();
    // how many sessions use it is the server's affair
    assert_eq!(row[..5].join(" "), "tiny == 1.0 yes yes", "{table}");
}

#[test]
fn packages_that_change_load_their_scripts_again() {
    let place = place();
    place.write("s/requirements.txt", "tiny==1.0\n");
    place.write("s/a.py", SCRIPT);
    let running = place.start(&["--watch", "0.2", "s"]);
    running.says("Watching");
    assert_eq!(place.trigger("version").as_deref(), Some("1.0"));
    place.write_by_rename("s/requirements.txt", "tiny==2.0\n");
    eventually(
        || place.trigger("version").as_deref() == Some("2.0"),
        || running.said(),
    );
}

#[test]
fn packages_alone_are_installed_for_later() {
    let place = place();
    place.write("requirements.txt", "tiny==2.0\n");
    let ran = place.run(&["requirements.txt"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("Installed tiny==2.0"), "{}", ran.err);
    place.write("requirements.txt", "tiny==3.0\n");
    let ran = place.run(&["requirements.txt"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    let message = "the server could not install tiny==3.0: ";
    assert!(ran.err.contains(message), "{}", ran.err);
}
