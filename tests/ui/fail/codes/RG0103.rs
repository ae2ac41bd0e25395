// A string without an end

use redgrease::prelude::*;

#[command]
fn f(url: &str) -> i64 {
    r#"
    return "hello
    "#
}

fn main() {
    let _ = f("");
}
