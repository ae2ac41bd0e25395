// something that cannot be assigned to

use redgrease::prelude::*;

#[command]
fn f(url: &str) -> i64 {
    python! {
        len(url) = 5
    }
}

fn main() {
    let _ = f("");
}
