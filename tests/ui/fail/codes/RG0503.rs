// A function that gives nothing back

use redgrease::prelude::*;

#[command]
fn forgotten(url: &str) -> i64 {
    python! {
        count = cmd.incr(url)
        log(str(count))
    }
}

#[command]
fn several(url: &str) -> Vec<String> {
    python! {
        for part in url.split("/"):
            yield part
    }
}

fn main() {
    let _ = forgotten("");
    let _ = several("");
}
