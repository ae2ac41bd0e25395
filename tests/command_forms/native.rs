//! What `native = true` promises, on a real server: no worker runs it.

use redgrease::prelude::*;
use redgrease::redis::{self, Commands};

use crate::common::{gears, start, wait_until};

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
        cmd.sadd("pages", page)
        return count
    }
}

#[keys_reader(prefix = "user:*", event_types = ["set"], native = true)]
fn seen(record: Record) {
    python! {
        if record.value is not None:
            execute("HSET", "seen", record.key, record["value"].upper())
    }
}

#[stream_reader(prefix = "orders", native = true)]
fn order(record: StreamRecord) {
    python! {
        fields = record.value
        for name in fields:
            execute("HSET", "order", name, fields[name])
    }
}

/// The lines of INFO.
fn info(con: &mut RedisGears) -> String {
    redis::cmd("INFO").arg("everything").query(con).unwrap()
}

fn counted(con: &mut RedisGears, name: &str) -> u64 {
    let said = info(con);
    let line = said.lines().find_map(|line| {
        let (found, number) = line.split_once(':')?;
        found.ends_with(name).then_some(number)
    });
    line.unwrap_or_else(|| panic!("no {name} in {said}"))
        .trim()
        .parse()
        .unwrap()
}

#[test]
fn what_is_promised_runs_in_the_server() {
    let server = start();
    let mut con = gears(&server);
    registrations![area, visit, seen, order]
        .register_all(&mut con)
        .unwrap();
    let said = info(&mut con);
    let by = said.lines().filter(|line| line.contains(",by="));
    let by: Vec<&str> = by.collect();
    assert_eq!(by.len(), 4, "{said}");
    for line in by {
        assert!(line.trim_end().ends_with(",by=native"), "{line}");
    }

    assert!((area(2.0, 3.5).on(&mut con).unwrap() - 7.0).abs() < f64::EPSILON);
    let refused = area(-1.0, 1.0).on(&mut con).unwrap_err().to_string();
    assert!(refused.contains("no area"), "{refused}");
    assert_eq!(visit("index", None).on(&mut con).unwrap(), 1);
    assert_eq!(visit("index", Some(4)).on(&mut con).unwrap(), 5);
    assert_eq!(con.smembers::<_, Vec<String>>("pages").unwrap(), ["index"]);
    assert_eq!(counted(&mut con, "native_calls"), 4);

    let () = con.set("user:1", "Ada").unwrap();
    wait_until("the event of the key", || {
        con.hget::<_, _, Option<String>>("seen", "user:1")
            .unwrap()
            .as_deref()
            == Some("ADA")
    });
    let _: String = con.xadd("orders", "*", &[("item", "pen")]).unwrap();
    wait_until("the entry of the stream", || {
        con.hget::<_, _, Option<String>>("order", "item")
            .unwrap()
            .as_deref()
            == Some("pen")
    });
    wait_until("both are counted", || {
        counted(&mut con, "native_calls") == 6
    });

    let () = con.set("user:2", "Bob").unwrap();
    let run = gear! {
        #![native = true]
        <Vec<String>> KeysReader("user:*").map(lambda record: record["key"].split(":")[1]).run()
    };
    let mut names = run.on(&mut con).unwrap().value;
    names.sort();
    assert_eq!(names, ["1", "2"]);
    assert_eq!(counted(&mut con, "native_calls"), 8);
    assert_eq!(counted(&mut con, "native_calls_given_back"), 0);
}
