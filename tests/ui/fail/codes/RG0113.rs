// A file without the function

use redgrease::prelude::*;

#[command(file = "../scripts/rg0113.py")]
fn f(url: &str) -> i64;

fn main() {
    let _ = f("");
}
