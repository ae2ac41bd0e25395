//! What the engine's worker gives to scripts is what the check takes for given, and the module `redgrease` there is the
//! text that is written into generated scripts.
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot run its Python has failed"
)]

mod pythons;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use redgrease_core::python::given_names;
use redgrease_core::script::module_text;

const WORKER: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../redgrease-engine/python/redgrease_worker/given.py"
);

const HEAD: &str = "\
# What redgrease gives to scripts. Written by the test `given` of redgrease-core, with REDGREASE_WRITE_PAGES=1.
from not_main import *
";

#[test]
fn the_worker_has_the_text_of_generated_scripts() {
    let text = format!("{HEAD}{}", module_text());
    if std::env::var_os("REDGREASE_WRITE_PAGES").is_some() {
        std::fs::write(WORKER, &text).unwrap();
    }
    let written = std::fs::read_to_string(WORKER).unwrap_or_default();
    assert!(
        written == text,
        "{WORKER} is not current: run the test with REDGREASE_WRITE_PAGES=1"
    );
}

#[test]
fn the_check_knows_the_names_that_the_worker_gives() {
    let list = "\
import sys
sys.path.insert(0, sys.argv[1])
from redgrease_worker import ambient, builtin, scope
names = scope.install()
builtin.install(names)
code = compile('dir()', '<string>', 'exec')
names.update(ambient.found_by(code))
print(' '.join(names))";
    let folder = Path::new(WORKER).parent().and_then(Path::parent).unwrap();
    for python in pythons::all() {
        let output = Command::new(&python)
            .args(["-c", list])
            .arg(folder)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}: {said}", python.display());
        let given = String::from_utf8(output.stdout).unwrap();
        let given: BTreeSet<&str> = given.split_whitespace().collect();
        let known: BTreeSet<&str> = given_names().collect();
        let missing: Vec<_> = known.difference(&given).collect();
        assert!(missing.is_empty(), "the worker does not give {missing:?}");
        let unknown: Vec<_> = given.difference(&known).collect();
        assert!(unknown.is_empty(), "the check does not know {unknown:?}");
    }
}
