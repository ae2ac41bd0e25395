use redgrease::prelude::*;

#[command]
fn cache_get(url: &str) -> Vec<u8> {
    r#"
    cached = cmd.get(urll)
    return cached or resp.content
    "#
}

#[command]
fn escaped() -> i64 {
    "x = 1\nreturn y"
}

fn main() {
    let _ = (cache_get(""), escaped());
}
