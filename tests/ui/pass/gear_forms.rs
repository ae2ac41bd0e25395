//! One expression, statements, all ends, typed.

use redgrease::__private::gear::function::{GearFunction, ends, readers};
use redgrease::prelude::*;

fn main() {
    let run: GearFunction<readers::KeysReader, ends::Run> =
        gear! { KeysReader("*-fighter").values().map(int).aggregate(0, lambda a, x: a + x, lambda a, b: a + b).run() };
    assert_eq!(run.plan().steps.len(), 3);

    let registered: GearFunction<readers::StreamReader, ends::Register> = gear! {
        def loud(record):
            log(str(record))

        StreamReader().foreach(loud).register("transactions:*", batch=10, duration=30)
    };
    assert!(registered.script().text().contains("def loud(record):"));

    let open: GearFunction<readers::ShardsIDReader, ends::Open> = gear! { ShardsIDReader().map(str) };
    assert!(open.plan().action.is_none());

    let tuned = gear! {
        #![requirements = ["numpy"], python = "3.8", crate = redgrease]
        import numpy
        KeysReader().values().map(lambda v: (n := numpy.float64(v))).run()
    };
    assert_eq!(tuned.plan().requirements, ["numpy"]);
    assert_eq!(tuned.plan().prelude.len(), 1);
}
