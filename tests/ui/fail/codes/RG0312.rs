// A value out of range

use redgrease::prelude::*;

fn main() {
    let gear = gear! {
        StreamReader().register("s*", batch=0)
    };
    let _ = gear.plan();
}
