use std::time::Duration;

use redgrease::prelude::*;

#[command]
fn wait(time: Duration) -> i64 {
    python! { return time }
}

#[command]
fn waits(name: &str, times: &[Duration]) {
    python! { log(name + str(times)) }
}

fn main() {}
