// `global` and `nonlocal`

use redgrease::prelude::*;

#[command]
fn f(url: &str) -> i64 {
    python! {
        def add():
            nonlocal total
            total = 1
        add()
        return url
    }
}

fn main() {
    let _ = f("");
}
