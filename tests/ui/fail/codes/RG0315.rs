// A coroutine or a future where none is allowed

use redgrease::prelude::*;

fn main() {
    let gear = gear! {
        async def key(record):
            return record
        KeysReader().groupby(key).run()
    };
    let _ = gear.plan();
}
