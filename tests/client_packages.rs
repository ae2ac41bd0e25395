//! Python packages through the client: asked for, listed, exported, imported.
#![cfg(feature = "embedded")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::path::Path;

use redgrease::PyExecuteOptions;
use redgrease::client::RequirementFilter;
use redgrease::embedded::Server;
use redgrease::prelude::*;

use common::{gears, wheel};

const SCRIPT: &str = "import rgpack\nGB('ShardsIDReader').map(lambda _: rgpack.answer).run()";

#[test]
fn a_package_travels_from_server_to_server() {
    let wheels = tempfile::tempdir().unwrap();
    wheel(wheels.path(), "rgpack");
    let options = PyExecuteOptions::new().requirements(["rgpack==1.0"]);
    let server = start_with(wheels.path());
    let mut con = gears(&server);
    let answer = con.pyexecute_options(SCRIPT, &options).unwrap();
    assert_eq!(answer.decode::<i64>().unwrap().value, 42);
    let export = con.pyexportreq("rgpack==1.0").unwrap();
    assert_eq!(export.info.name, "rgpack==1.0");
    assert!(export.info.is_installed);
    assert_eq!(export.info.wheels, ["rgpack-1.0-py3-none-any.whl"]);
    assert!(con.pyexportreq("rgpack").is_err());
    drop(server);

    let nothing = tempfile::tempdir().unwrap();
    let server = start_with(nothing.path());
    let mut con = gears(&server);
    let refused = con.pyexecute_options(SCRIPT, &options).unwrap_err();
    assert!(refused.is_requirements_failed(), "{refused}");
    let mut broken = export.clone();
    broken.chunks[0].truncate(10);
    assert!(con.pyimportreq(&broken).is_err());
    con.pyimportreq(&export).unwrap();
    let answer = con.pyexecute_options(SCRIPT, &options).unwrap();
    assert_eq!(answer.decode::<i64>().unwrap().value, 42);

    let installed = RequirementFilter::new().name("rgpack").is_installed(true);
    let listed = con.pydumpreqs_where(&installed).unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].name, "rgpack==1.0");
    let missing = RequirementFilter::new().is_downloaded(false);
    assert_eq!(con.pydumpreqs_where(&missing).unwrap(), []);
}

/// A server that finds packages nowhere but in `wheels`.
fn start_with(wheels: &Path) -> Server {
    Server::builder()
        .module_arg("WheelDirectory", wheels.display().to_string())
        .start()
        .unwrap_or_else(|error| panic!("no server without an index:\n{error}"))
}
