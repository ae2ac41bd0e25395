//! One expression, statements, all ends, typed.

use redgrease::__private::gear::function::{GearFunction, ends, readers};
use redgrease::prelude::*;

#[test]
fn is_accepted() {
    let run: GearFunction<readers::KeysReader, ends::Run> = gear! { KeysReader("*-fighter").values().map(int).aggregate(0, lambda a, x: a + x, lambda a, b: a + b).run() };
    assert_eq!(run.plan().steps.len(), 3);

    let registered: GearFunction<readers::StreamReader, ends::Register> = gear! {
        def loud(record):
            log(str(record))

        StreamReader().foreach(loud).register("transactions:*", batch=10, duration=30)
    };
    assert!(registered.script().text().contains("def loud(record):"));

    let open: GearFunction<readers::ShardsIDReader, ends::Open> =
        gear! { ShardsIDReader().map(str) };
    assert!(open.plan().action.is_none());

    let tuned = gear! {
        #![requirements = ["numpy"], python = "3.8", crate = redgrease]
        import numpy
        KeysReader().values().map(lambda v: (n := numpy.float64(v))).run()
    };
    assert_eq!(tuned.plan().requirements, ["numpy"]);
    assert_eq!(tuned.plan().prelude.len(), 1);

    let typed: GearFunction<readers::KeysReader, ends::RunAs<Vec<String>>> =
        gear! { <Vec<String>> KeysReader().keys().run() };
    let mut con = RedisGears::lazy("redis://127.0.0.1:1/").unwrap();
    let results: redgrease::Result<ExecutionResult<Vec<String>>> = typed.on(&mut con);
    assert!(results.is_err(), "no server listens there");

    let both = gear! {
        #![python = "3.11"]
        <Option<i64>>
        KeysReader().count().run()
    };
    let _: redgrease::Result<ExecutionResult<Option<i64>>> = both.on(&mut con);
    let _: redgrease::Result<ExecutionResult<i64>> =
        gear! { KeysReader().count().run() }.results().on(&mut con);

    let quoted = gear! {
        r#"
        def first(record):
            return f"{record['key'][0]}"  # don't mind the quotes

        KeysReader('doc:*').map(first).run()
        "#
    };
    assert!(quoted.plan().prelude[0].text.contains("record['key']"));
}
