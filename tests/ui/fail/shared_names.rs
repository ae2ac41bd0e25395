use redgrease::prelude::*;

python_module! {
    mod right {
        RATE = 0.2

        def area(x):
            return x * x
    }
}

#[command(uses = [right::aera, RATE])]
fn misspelt(x: i64) -> i64 {
    python! { return aera(x) }
}

fn main() {
    let _ = gear! {
        #![uses = [right::aera]]
        KeysReader().map(aera).run()
    };
}
