use redgrease::prelude::*;

fn main() {
    let gear = gear! { KeysReader("*").map(lambda x x["value"]).run() };
    let _ = gear.plan();
}
