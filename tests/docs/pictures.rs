//! The pictures are those that their script draws.

use std::path::Path;
use std::process::Command;

#[test]
fn the_pictures_are_as_they_are_drawn() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/pictures/draw.py");
    let python = redgrease::embedded::python().unwrap();
    let ran = Command::new(python)
        .arg(script)
        .arg("--check")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{said}run docs/pictures/draw.py");
}
