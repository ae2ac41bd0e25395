// An undefined name

use redgrease::prelude::*;

#[command]
fn f(url: &str) -> i64 {
    python! {
        return urll
    }
}

fn main() {
    let _ = f("");
}
