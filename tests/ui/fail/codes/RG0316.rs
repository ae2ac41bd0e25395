// An event that never comes

#![deny(deprecated)]

use redgrease::prelude::*;

fn main() {
    let gear = gear! {
        KeysReader().register("p*", eventTypes=["hmset"])
    };
    let _ = gear.plan();
}
