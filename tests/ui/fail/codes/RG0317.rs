// A prefix that looks like a pattern

#![deny(deprecated)]

use redgrease::prelude::*;

fn main() {
    let gear = gear! {
        KeysReader().register("user:?")
    };
    let _ = gear.plan();
}
