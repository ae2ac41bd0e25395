//! What `redgrease check` says about scripts as they are found in repositories: nothing.

use std::path::Path;

use crate::tool::Place;

/// In `tests/scripts/gears` are scripts in the style of those that people have published: writing behind, caches, rate limits,
/// indexes, futures and threads, for RedisGears and for the Python package.
#[test]
fn scripts_that_people_write_have_no_errors() {
    let place = Place::empty();
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scripts/gears");
    let scripts = scripts.display().to_string();
    for python in ["3.7", "3.9", "3.12", "3.14"] {
        let ran = place.run(&["check", "--python-version", python, &scripts]);
        assert_eq!(ran.code, 0, "{python}: {}{}", ran.out, ran.err);
        assert!(ran.err.contains("Checked 30 scripts"), "{}", ran.err);
    }
}
