// An unknown reader

use redgrease::prelude::*;

fn main() {
    let gear = gear! {
        KeyReader().count().run()
    };
    let _ = gear.plan();
}
