// reader sugar out of its place

use redgrease::prelude::*;

fn main() {
    let gear = gear! {
        KeysReader().map(str).values().run()
    };
    let _ = gear.plan();
}
