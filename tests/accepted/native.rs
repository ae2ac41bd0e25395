//! What keeps the promise of `native = true`.

use redgrease::prelude::*;

#[command(native = true)]
fn area(width: f64, height: f64) -> f64 {
    python! {
        if width < 0 or height < 0:
            raise ValueError("no area")
        return width * height
    }
}

#[command(native = true, mode = "sync")]
fn visit(page: &str, by: Option<i64>) -> i64 {
    python! {
        count = execute("INCRBY", "visits:%s" % page, by or 1)
        log("%s was visited" % page)
        return count
    }
}

#[keys_reader(prefix = "user:*", native = true)]
fn seen(record: Record) {
    python! {
        if record.event == "set" and record.value is not None:
            execute("HSET", "seen", record.key, record["value"].upper())
    }
}

#[stream_reader(prefix = "orders", native = true)]
fn order(record: StreamRecord) {
    python! {
        fields = record.value
        for name in fields:
            execute("HSET", "order:" + record.id, name, fields[name])
    }
}

#[test]
fn is_accepted() {
    let _ = (area(2.0, 3.0), visit("index", None));
    let all = registrations![seen, order];
    assert_eq!(all.items().len(), 2);
    let _teams = gear! {
        #![native = true]
        KeysReader("user:*").map(lambda record: record["value"]["team"]).distinct().run()
    };
    let _names = gear! {
        #![native = true]
        <Vec<String>> KeysReader("user:*").map(lambda record: record["key"].split(":")[1]).run()
    };
}
