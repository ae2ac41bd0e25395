// A bracket without its partner

use redgrease::prelude::*;

#[command]
fn f(url: &str) -> i64 {
    r#"
    return cmd.mget([url, "other")
    "#
}

fn main() {
    let _ = f("");
}
