// Arguments that do not go together

use redgrease::prelude::*;

fn main() {
    let gear = gear! {
        StreamReader().register("s*", mode="sync", onFailedPolicy="retry")
    };
    let _ = gear.plan();
}
