// An unknown keyword argument

use redgrease::prelude::*;

fn main() {
    let gear = gear! {
        StreamReader().register("s*", batchsize=10)
    };
    let _ = gear.plan();
}
