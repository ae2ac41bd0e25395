// A requirement that pip would not understand

use redgrease::prelude::*;

fn main() {
    let gear = gear! {
        KeysReader().map(str, requirements=["requests => 2"]).run()
    };
    let _ = gear.plan();
}
