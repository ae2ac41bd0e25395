// An argument of the wrong type

use redgrease::prelude::*;

fn main() {
    let gear = gear! {
        KeysReader().register("p*", eventTypes="set")
    };
    let _ = gear.plan();
}
