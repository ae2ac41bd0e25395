use redgrease::prelude::*;

fn main() {
    let gear = gear! { KeysReader("*-fighter").values().mapp(int).count().run() };
    let _ = gear.plan();
}
