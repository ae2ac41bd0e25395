// syntax newer than the target Python

use redgrease::prelude::*;

#[command]
fn f(url: &str) -> i64 {
    python! {
        if (size := len(url)) > 3:
            return size
        return 0
    }
}

fn main() {
    let _ = f("");
}
