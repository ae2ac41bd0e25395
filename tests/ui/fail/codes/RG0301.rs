// A text that does not end in a gear expression

use redgrease::prelude::*;

fn main() {
    let gear = gear! {
        print(1)
    };
    let _ = gear.plan();
}
