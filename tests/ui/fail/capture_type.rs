use redgrease::prelude::*;

fn main() {
    let age = std::time::Duration::from_secs(1);
    let gear = gear! { KeysReader().values().filter(lambda v: v > 'age).run() };
    let _ = gear.plan();
}
