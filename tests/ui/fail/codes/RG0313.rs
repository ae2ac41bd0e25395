// A value that is not one of the choices

use redgrease::prelude::*;

fn main() {
    let gear = gear! {
        KeysReader().register("p*", mode="synchronous")
    };
    let _ = gear.plan();
}
