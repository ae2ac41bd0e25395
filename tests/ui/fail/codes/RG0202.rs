// something redgrease does not have on the server

use redgrease::prelude::*;

#[command]
fn f(url: &str) -> i64 {
    python! {
        return redgrease.hashtag4()
    }
}

fn main() {
    let _ = f("");
}
