//! A raw string holds all of Python; an ordinary string works too.

use redgrease::prelude::*;

#[command(python = "3.8")]
fn greet(name: &str) -> String {
    r#"
    if (n := len(name)) > 10:
        name = name[:10]  # don't be long: {n}
    return f'hello {name}'
    "#
}

#[command]
fn twice(x: i64) -> i64 {
    "y = 2\nreturn x * y"
}

#[test]
fn is_accepted() {
    assert!(greet::SPEC.function.def.contains("return f'hello {name}'"));
    assert_eq!(
        twice::SPEC.function.def,
        "def twice(x):\n    y = 2\n    return x * y\n"
    );
}
