// An unknown operation

use redgrease::prelude::*;

fn main() {
    let gear = gear! {
        KeysReader().mapp(str).run()
    };
    let _ = gear.plan();
}
