use redgrease::prelude::*;

fn main() {
    let gear = gear! { KeysReader().values().map(itn).run() };
    let _ = gear.plan();
}
