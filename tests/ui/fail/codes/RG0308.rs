// An action that the reader cannot do

use redgrease::prelude::*;

fn main() {
    let gear = gear! {
        CommandReader().run()
    };
    let _ = gear.plan();
}
