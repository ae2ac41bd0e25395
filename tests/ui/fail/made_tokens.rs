// Python whose tokens another macro made stands in no file; a string literal does not need to.

use redgrease::prelude::*;

respan::respan! {
    #[command]
    fn tokens() -> i64 {
        python! { return 1 }
    }

    #[command]
    fn text() -> i64 {
        "return 1"
    }

    fn gear() {
        let _ = gear! { KeysReader().count().run() };
        let _ = gear! { "KeysReader().count().run()" };
        let _ = py! { str.upper };
    }
}

fn main() {
    let _ = tokens();
    let _ = text();
    gear();
}
