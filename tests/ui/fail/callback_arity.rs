use redgrease::prelude::*;

fn main() {
    let gear = gear! {
        KeysReader("*-fighter").values().map(int).aggregate(0, lambda a: a + 1, lambda a, b: a + b).run()
    };
    let _ = gear.plan();
}
