use std::time::Duration;

use redgrease::prelude::*;

#[command]
fn elapsed() -> Duration {
    python! { return 1 }
}

fn main() {}
