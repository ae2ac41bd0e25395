// missing or surplus arguments

use redgrease::prelude::*;

fn main() {
    let gear = gear! {
        KeysReader().map().run()
    };
    let _ = gear.plan();
}
