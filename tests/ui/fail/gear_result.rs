use std::time::Duration;

use redgrease::prelude::*;

fn main() {
    let _ = gear! { <Vec<String>> KeysReader().keys() };
    let _ = gear! { <i64> KeysReader().register("*") };
    let _ = gear! { <Duration> KeysReader().count().run() };
    let _ = gear! { <Vec< KeysReader().count().run() };
}
