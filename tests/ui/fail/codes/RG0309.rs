// something after `run` or `register`

use redgrease::prelude::*;

fn main() {
    let gear = gear! {
        KeysReader().run().count()
    };
    let _ = gear.plan();
}
