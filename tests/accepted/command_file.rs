//! The Python text in a file of its own.

use redgrease::prelude::*;

#[command(file = "scripts/distance.py")]
fn distance(x: f64, y: f64) -> f64;

#[test]
fn is_accepted() {
    let _call = distance(3.0, 4.0);
    assert!(distance::SPEC.function.def.contains("def square(x):"));
    assert!(
        distance::SPEC
            .function
            .file
            .ends_with("scripts/distance.py")
    );
}
