// Python syntax

use redgrease::prelude::*;

#[command]
fn f(url: &str) -> i64 {
    python! {
        if url && url != "":
            return url
    }
}

fn main() {
    let _ = f("");
}
