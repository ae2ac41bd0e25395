//! The typed builder with `py!` callbacks; open gears that are used several times.

use redgrease::prelude::*;
use redgrease::{GearFunction, Mode, OpenGear, RegisterOptions};

fn counted(pattern: &str, least: i64) -> GearFunction<KeysReader, redgrease::ends::Run> {
    let words: OpenGear<KeysReader> = KeysReader::new(pattern).values().flatmap(py! { str.split });
    words
        .filter(py! { lambda word: len(word) >= 'least })
        .countby_self()
        .run()
}

#[test]
fn is_accepted() {
    let gear = counted("doc:*", 4);
    let script = gear.script(redgrease::__private::spec::Encoding::Pickle);
    assert!(
        script.text().contains("len(word) >= _least))(4)"),
        "{}",
        script.text()
    );

    let prefix = "user:";
    let define = py! {
        def rename(record):
            import re
            name = """first
            second
            third"""
            return re.sub(${format!("^{prefix}")}, "", record.key) + name
    };
    let records = KeysReader::new("*").records();
    let renamed = records.clone().map(define).sort().limit(3).run();
    let prelude = &renamed.plan().prelude[0];
    assert!(
        prelude
            .text
            .starts_with("def _py_0(_000):\n    def rename(record):\n        import re\n")
    );
    assert_eq!(
        renamed.plan().steps[1].arguments[0].value.text,
        "_py_0(\"^user:\")"
    );

    let registered = records
        .foreach(py! { lambda record: cmd.sadd("people", record.key) })
        .register(
            RegisterOptions::new("person:*")
                .event_types(["hset"])
                .mode(Mode::Sync),
        );
    assert!(registered.script().text().contains("eventTypes=[\"hset\"]"));

    let total = gear! { KeysReader("*").values() }
        .map(py! { int })
        .aggregate(0, py! { lambda total, number: total + number })
        .aggregateby(py! { str }, 0, py! { lambda key, a, b, c=1: a + b })
        .run();
    assert_eq!(total.plan().steps.len(), 4);

    let generated = PythonReader::new().run(py! {
        def numbers():
            for number in range(3):
                yield number
    });
    assert!(generated.plan().action.is_some());

    let _commands = CommandReader::new().args().register("trigger");
    let _shards = ShardsIDReader::new().count().run();
    let _stream = StreamReader::new("s").keys().distinct().run();
    let _keys = KeysOnlyReader::new("*")
        .batchgroupby(py! { len }, py! { lambda k, r: len(r) })
        .run();
}
