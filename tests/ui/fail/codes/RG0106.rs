// A statement outside of its place

use redgrease::prelude::*;

fn main() {
    let gear = gear! {
        return 5
        KeysReader().count().run()
    };
    let _ = gear.plan();
}
