use redgrease::prelude::*;

fn main() {
    let gear = gear! { KeysReader('patern).count().run() };
    let _ = gear.plan();
}
