use redgrease::prelude::*;

/// A module is Python's.
#[command(native = true)]
fn dump(url: &str) -> String {
    python! {
        import json
        return json.dumps({"url": url})
    }
}

/// What the server answered may have no order.
#[command(native = true)]
fn ordered(key: &str) -> Vec<String> {
    python! {
        return sorted(execute("SMEMBERS", key))
    }
}

/// A record is its fields.
#[keys_reader(prefix = "user:*", native = true)]
fn seen(record: Record) {
    python! {
        log(str(record))
    }
}

#[stream_reader(prefix = "orders", native = true)]
fn order(record: StreamRecord) {
    python! {
        for name, value in record.value.items():
            with atomic():
                execute("HSET", record.id, name, value)
    }
}

#[command(native = "yes")]
fn no_flag() {
    python! { pass }
}

fn main() {
    let _ = (dump(""), ordered(""), no_flag());
    let _ = gear! {
        #![native = true]
        KeysReader("user:*").map(lambda record: open(record["key"])).run()
    };
    // What was done cannot be done again for a record that only Python can put into a set.
    let _ = gear! {
        #![native = true]
        KeysReader("user:*").foreach(lambda record: execute("INCR", "seen")).distinct().run()
    };
    let _ = py! {
        #![native = true]
        lambda record: record
    };
}
