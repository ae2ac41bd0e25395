// A callback that cannot be called

use redgrease::prelude::*;

fn main() {
    let gear = gear! {
        def parse(record):
            return record
        KeysReader().map(parse()).run()
    };
    let _ = gear.plan();
}
