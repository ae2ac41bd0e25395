// What rustc refuses between single quotes is no capture.

use redgrease::prelude::*;

#[command]
fn quoted(name: &str) -> String {
    python! { return 'abc' + name }
}

fn main() {
    let gear = gear! { KeysReader('user').count().run() };
    let _ = (quoted(""), gear);
}
