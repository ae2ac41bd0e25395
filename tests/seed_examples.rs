//! The examples of the RedGrease documentation, with its Python as it is there: quotes are double
//! and f-strings have a blank after the `f`, because Rust reads the text first.

#![allow(
    deprecated,
    reason = "the documentation names an event `hmset`, which Redis does not have"
)]

use redgrease::__private::spec::Encoding;
use redgrease::client::registrations::Registrations;
use redgrease::prelude::*;
use redgrease::{GearFunction, ends, registrations};

/// The script of a gear that runs.
fn runs<R: redgrease::__private::gear::function::readers::ReaderType>(
    gear: &GearFunction<R, ends::Run>,
) -> String {
    gear.script(Encoding::Pickle).text().to_owned()
}

/// The script of a gear that waits for events.
fn registers<R: redgrease::__private::gear::function::readers::ReaderType>(
    gear: &GearFunction<R, ends::Register>,
) -> String {
    gear.script().text().to_owned()
}

fn assert_has(script: &str, part: &str) {
    assert!(script.contains(part), "no `{part}` in\n{script}");
}

#[test]
fn word_count() {
    let classic = gear! {
        gb = GearsBuilder()
        gb.map(lambda x: x["value"]) # map records to "sentence" values
        gb.flatmap(lambda x: x.split()) # split sentences to words
        gb.countby() # count word
        gb.run()
    };
    assert_has(&runs(&classic), "x.split()");
    let short = gear! { KeysReader().values().flatmap(str.split).countby().run() };
    assert_has(&runs(&short), "str.split");
    let built = KeysReader::new("*")
        .values()
        .flatmap(py! { str.split })
        .countby_self()
        .run();
    assert_eq!(built.plan().steps.len(), short.plan().steps.len());
}

#[test]
fn delete_by_key_prefix() {
    let classic = gear! {
        gb = GearsBuilder()
        gb.map(lambda x: x["key"])
        gb.foreach(lambda x: execute("DEL", x))
        gb.count()
        gb.run("delete_me:*")
    };
    assert_has(&runs(&classic), "delete_me:*");
    let short = gear! {
        delete_fun = KeysReader().keys().foreach(cmd.delete).count()
        delete_fun.run("delete_me:*")
    };
    assert_has(&runs(&short), "cmd.delete");
}

#[test]
fn basic_stream_processing() {
    let classic = gear! {
        gb = GearsBuilder("StreamReader")
        gb.foreach(
            lambda x: execute("HMSET", x["id"], *sum([[k, v] for k, v in x.items()], []))
        )
        gb.register("mystream")
    };
    assert_has(&registers(&classic), "HMSET");
    let short = gear! {
        StreamReader().foreach(lambda x: cmd.hmset(x["id"], x)).register( # write to Redis Hash
            "mystream"
        )
    };
    assert_has(&registers(&short), "mystream");
}

#[test]
fn automatic_expiry() {
    let classic = gear! {
        gb = GB()
        gb.foreach(lambda x: execute("EXPIRE", x["key"], 3600))
        gb.register("*", mode="sync", readValue=False)
    };
    assert_has(&registers(&classic), "readValue=False");
    let short = gear! {
        expire = KeysReader().keys().foreach(lambda x: cmd.expire(x, 3600))
        expire.register("*", mode="sync", readValue=False)
    };
    assert_has(&registers(&short), "mode=\"sync\"");
}

#[test]
fn keyspace_notifications() {
    let capture = gear! {
        KeysReader().keys().foreach(
            lambda key: cmd.xadd(f "expired:{hashtag()}", {"key": key})
        ).register(prefix="*", mode="sync", eventTypes=["expired"], readValue=False)
    };
    assert_has(&registers(&capture), "eventTypes=[\"expired\"]");
    // In a string all of Python can be written, here the quotes inside of an f-string.
    let process = gear! {
        r#"
        def process(x):
            """
            Processes a message from the local expiration stream
            """
            log(f"Key '{x['value']['key']}' expired at {x['id'].split('-')[0]}")

        StreamReader().foreach(process).register(prefix="expired:*", batch=100, duration=1)
        "#
    };
    assert_has(&registers(&process), "batch=100");
}

#[test]
fn reliable_keyspace_notifications() {
    let classic = gear! {
        GearsBuilder().foreach(
            lambda x: execute(
                "XADD", "notifications-stream", "*", *sum([[k, v] for k, v in x.items()], [])
            )
        ).register(prefix="person:*", eventTypes=["hset", "hmset"], mode="sync")
    };
    assert_has(&registers(&classic), "notifications-stream");
    let short = gear! {
        KeysReader().foreach(lambda x: cmd.xadd("notifications-stream", x)).register(
            prefix="person:*", eventTypes=["hset", "hmset"], mode="sync"
        )
    };
    assert_has(&registers(&short), "cmd.xadd");
}

#[test]
fn basics() {
    let all = gear! { GearsBuilder("KeysReader").run() };
    assert_has(&runs(&all), "GearsBuilder('KeysReader'");
    let count = gear! { KeysReader().count().run() };
    assert_eq!(count.plan().steps.len(), 1);
    let sum = gear! {
        from operator import add
        KeysReader("*-fighter").values().map(int).aggregate(0, add).run()
    };
    assert_has(&runs(&sum), "*-fighter");
}

#[test]
fn server_side_commands() {
    let gear = gear! {
        import redgrease
        import requests

        def download_image(annotation):
            img_id = annotation["image_id"]
            img_key = f "image:{img_id}"
            if redgrease.cmd.hexists(img_key, "image_data"):
                return img_key
            redgrease.log(f "Downloading image for annotation: {annotation}")
            image_url = redgrease.cmd.hget(img_key, "url")
            response = requests.get(image_url)
            redgrease.cmd.hset(img_key, "image_data", bytes(response.content))
            return img_key

        redgrease.KeysReader().values(type="hash", event="hset").foreach(
            download_image, requirements=["requests"]
        ).register("annotation:*")
    };
    let script = registers(&gear);
    assert_has(&script, "HEXISTS");
    assert_eq!(gear.plan().requirements, ["requests"]);
}

#[test]
fn first_class_gears() {
    let records = gear! {
        def schedule(record):
            status = record.value.get("status", "new")
            redgrease.log(f "Scheduling {status!r} record: {record.key}")
            if status == "new":
                record.value["status"] = "pending"
                redgrease.cmd.hset(record.key, "status", "pending")
                redgrease.cmd.xadd("to_be_processed", {"record": record.key})
            return record

        redgrease.KeysReader().records(type="hash").foreach(schedule).register(
            "record:*", eventTypes=["hset"]
        )
    };
    assert_has(&registers(&records), "to_be_processed");

    let open: redgrease::OpenGear<KeysReader> =
        gear! { redgrease.KeysReader("record:*").records(type="hash") };
    let status = "failed";
    let failed = open
        .clone()
        .filter(py! { lambda record: record.value.get("status", None) == 'status })
        .run();
    assert_has(&runs(&failed), "(\"failed\")");
    let counted = open
        .countby(py! { lambda r: r.value.get("status", "unknown") })
        .map(py! { lambda r: {r["key"]: r["value"]} })
        .aggregate(
            std::collections::BTreeMap::<String, i64>::new(),
            py! { lambda a, r: dict(a, **r) },
        )
        .run();
    assert_has(&runs(&counted), "dict(a, **r)");

    let processed = gear! {
        def process(item):
            redgrease.log(f "processing {item}")
            success = len(item["record"]) % 3
            redgrease.cmd.hset(item["record"], "status", "success" if success else "failed")

        redgrease.StreamReader().values().foreach(process, requirements=["numpy"]).register("to_be_processed")
    };
    assert_eq!(processed.plan().requirements, ["numpy"]);
}

#[test]
fn keys_by_type() {
    let by_type = gear! {
        KeysReader().aggregateby(
            lambda record: record["type"],
            set(),
            lambda _, acc, rec: acc | set([rec["key"]]),
            lambda _, acc, lacc: acc | lacc,
        )
    };
    let dictionary = by_type
        .clone()
        .map(py! { lambda record: {record["key"]: record["value"]} })
        .aggregate(
            std::collections::BTreeMap::<String, String>::new(),
            py! { lambda acc, rec: {**acc, **rec} },
        )
        .run();
    assert_has(&runs(&dictionary), "{**acc, **rec}");
    let raw = gear! { GearsBuilder("KeysReader").map(lambda x: x["type"]).countby().run() };
    assert_has(&runs(&raw), "x[\"type\"]");
}

#[test]
fn runtime_functions() {
    let oldest = gear! {
        def age(x):
            """ Extracts the age from a person """
            return int(x["value"]["age"])

        def cas(x):
            """ Checks and sets the current maximum """
            k = "age:maximum"
            v = execute("GET", k)   # read the current value
            v = int(v) if v else 0  # initialize to 0 if none
            if x > v:               # if a new maximum found
                execute("SET", k, x) # set key to new value

        gb = GearsBuilder()
        gb.map(age)
        gb.foreach(cas)
        gb.register("person:*")
    };
    assert_has(&registers(&oldest), "age:maximum");

    let transaction = gear! {
        from redgrease import atomic, GB, hashtag

        def transaction(_):
            with atomic():
                execute("INCR", f "{{{hashtag()}}}:foo")
                execute("INCR", f "{{{hashtag()}}}:bar")

        gb = GB("ShardsIDReader")
        gb.foreach(transaction)
        gb.run()
    };
    assert_has(&runs(&transaction), "with atomic():");

    let configuration = gear! {
        from redgrease import configGet, gearsConfigGet
        foo = configGet("ProfileExecutions")
        bar = gearsConfigGet("foo", default="bar")
        ShardsIDReader().map(lambda _: (foo, bar, hashtag3())).run()
    };
    assert_has(&runs(&configuration), "ProfileExecutions");

    let logged = gear! { GB().foreach(lambda x: log(str(x), level="debug")).run() };
    assert_has(&runs(&logged), "level=\"debug\"");

    let awaited = gear! {
        import asyncio

        async def c(r):
            await asyncio.sleep(1)
            return r

        GB("ShardsIDReader").map(c).run()
    };
    assert_has(&runs(&awaited), "async def c(r):");
}

#[test]
fn sugar() {
    let reader = gear! {
        from redgrease import GearsBuilder, ReaderType
        GearsBuilder(ReaderType.KeysReader).run()
    };
    assert_has(&runs(&reader), "KeysReader");
    let mode = gear! {
        from redgrease import KeysReader, TriggerMode
        KeysReader().register(mode=TriggerMode.AsyncLocal)
    };
    assert_has(&registers(&mode), "mode=");
    let types = gear! {
        from redgrease import KeysReader, KeyType
        KeysReader().register(keyTypes=[KeyType.List, KeyType.Set, KeyType.ZSet])
    };
    assert_has(&registers(&types), "keyTypes=");
    let policy = gear! {
        from redgrease import StreamReader, FailurePolicy
        StreamReader().register(onFailedPolicy=FailurePolicy.Abort)
    };
    assert_has(&registers(&policy), "onFailedPolicy=");
    let level = gear! {
        from redgrease import KeysOnlyReader, LogLevel
        KeysOnlyReader().map(lambda k: log(f "Processing key: {k}", level=LogLevel.Debug)).run()
    };
    assert_has(&runs(&level), "Processing key");
    let supervisors = gear! {
        def supervisor(user):
            return user.get("supervisor", user["id"])

        KeysReader("user:*").values().countby(supervisor).run()
    };
    assert_has(&runs(&supervisors), "supervisor");
}

/// The cache of the quickstart.
#[command(requirements = ["requests"], replace = false)]
fn cache_get(url: &str) -> Vec<u8> {
    python! {
        import requests

        # Check if the url is already in the cache,
        # And if so, simply return the cached result.
        if redgrease.cmd.exists(url):
            return bytes(redgrease.cmd.get(url))

        # Otherwise fetch the url.
        response = requests.get(url)

        # Return nothing if request fails
        if response.status_code != 200:
            return bytes()

        # If ok, set the cache data and return.
        response_data = bytes(response.content)
        redgrease.cmd.set(url, response_data)

        return response_data
    }
}

#[command]
fn foo(arg1: &str, arg2: &str) {
    r#"redgrease.log(f"Pretending to do something with {arg1} and {arg2}")"#
}

#[keys_reader(prefix = "person:*", event_types = ["hset", "hmset"], mode = "sync")]
fn notify(record: Record) {
    python! { cmd.xadd("notifications-stream", {"key": record.key, "event": record.event}) }
}

#[test]
fn commands() {
    assert_eq!(cache_get::SPEC.requirements, ["requests"]);
    assert_has(cache_get::script().text(), "def cache_get(url):");
    let _calls = (cache_get("http://127.0.0.1/"), foo("this", "that"));
    let all: Registrations = registrations![cache_get, foo, notify];
    assert_eq!(all.items().len(), 3);
}
