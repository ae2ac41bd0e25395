// Something that values of these types cannot do

use redgrease::prelude::*;

#[command]
fn f(url: &str, count: i64) -> i64 {
    python! {
        total = cmd.get(url) + 1
        return total + len(count)
    }
}

fn main() {
    let _ = f("", 1);
}
