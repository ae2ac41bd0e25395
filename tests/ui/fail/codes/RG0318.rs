// A pattern that `register` does not use

#![deny(deprecated)]

use redgrease::prelude::*;

fn main() {
    let gear = gear! {
        KeysReader("user:*").register()
    };
    let _ = gear.plan();
}
