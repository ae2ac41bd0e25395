// A callback with the wrong number of parameters

use redgrease::prelude::*;

fn main() {
    let gear = gear! {
        KeysReader().accumulate(lambda record: record).run()
    };
    let _ = gear.plan();
}
