//! The ways to run a gear: as text, with `gear!`, with the builder, in the background; and two
//! gears that grow from the same open one.
//!
//! ```sh
//! cargo run --features embedded --example basics
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;

use redgrease::embedded;
use redgrease::prelude::*;
use redgrease::redis::{self, Commands};

fn main() -> Result<(), Box<dyn Error>> {
    let (_server, mut con) = embedded::connect()?;

    println!("== A server with the engine is a Redis server");
    let _: () = con.set("basics:foo-fighter", 2021)?;
    let _: () = con.set("basics:bar-fighter", 63)?;
    let _: () = con.set("basics:baz-fighter", -747)?;
    let _: () = con.hset_multiple("basics:noodle", &[("spam", "eggs"), ("meaning", "42")])?;
    let _: () = con.rpush("basics:queue", &["first", "second"])?;
    let fighter: i64 = con.get("basics:foo-fighter")?;
    println!("basics:foo-fighter is {fighter}");
    match con.gears_version()? {
        Some(version) => println!("it answers as RedisGears {version}"),
        None => return Err("the server has no engine".into()),
    }
    println!("it runs Python {}", con.python_version()?);
    println!("an empty script does {:?}", con.pyexecute("")?);

    println!("\n== One sum, in four ways");
    println!("text:       {:?}", sum_by_text(&mut con)?);
    println!(
        "gear!:      {:?}",
        sum_by_macro("basics:*-fighter", &mut con)?
    );
    println!(
        "builder:    {:?}",
        sum_by_builder("basics:*-fighter", &mut con)?
    );
    println!("background: {:?}", sum_in_background(&mut con)?);

    println!("\n== Two gears from one open gear");
    keys_by_type(&mut con)?;

    println!("\n== A record that Python cannot take ends the run with an error");
    let numbers = gear! { <Vec<i64>> KeysReader("basics:*").values(type="string").map(int).run() };
    let _: () = con.set("basics:text", "many")?;
    for error in numbers.on(&mut con)?.errors {
        println!("{}", error.exception);
    }

    let keys: Vec<String> = con.keys("basics:*")?;
    redis::cmd("DEL").arg(keys).exec(&mut con)?;
    Ok(())
}

/// A script as RedisGears takes it; what it prints is read as the Rust type asks.
fn sum_by_text(con: &mut RedisGears) -> redgrease::Result<Option<i64>> {
    let script = r#"
builder = GearsBuilder("KeysReader")
builder.map(lambda record: int(record["value"]))
builder.aggregate(0, lambda total, x: total + x, lambda a, b: a + b)
builder.run("basics:*-fighter")
"#;
    con.pyexecute(script)?.decode()?.ok()
}

/// The same, checked by the Rust compiler, with a Rust variable in it.
fn sum_by_macro(pattern: &str, con: &mut RedisGears) -> redgrease::Result<Option<i64>> {
    gear! { KeysReader('pattern).values().map(int).aggregate(0, lambda total, x: total + x).run() }
        .on(con)?
        .ok()
}

/// The same as a chain of Rust calls, for gears that take shape at run time.
fn sum_by_builder(pattern: &str, con: &mut RedisGears) -> redgrease::Result<Option<i64>> {
    KeysReader::new(pattern)
        .values()
        .map(py! { int })
        .aggregate(0, py! { lambda total, x: total + x })
        .run()
        .on(con)?
        .ok()
}

/// Started now, asked for later.
fn sum_in_background(con: &mut RedisGears) -> redgrease::Result<Option<i64>> {
    let gear = gear! {
        KeysReader("basics:*-fighter").values().map(int).aggregate(0, lambda total, x: total + x).run()
    };
    let id = gear.start::<Option<i64>>(con)?;
    let sum = con.getresultsblocking(&id)?.decode()?.ok();
    con.dropexecution(&id)?;
    sum
}

/// An open gear has no end yet. It can be cloned, and each clone go on in its own way.
fn keys_by_type(con: &mut RedisGears) -> redgrease::Result<()> {
    let by_type = gear! {
        KeysReader("basics:*").aggregateby(
            lambda record: record["type"],
            set(),
            lambda _, keys, record: keys | {record["key"]},
            lambda _, keys, others: keys | others,
        )
    };

    let table = by_type
        .clone()
        .map(py! { lambda group: {group["key"]: group["value"]} })
        .aggregate(
            BTreeMap::<String, String>::new(),
            py! { lambda table, entry: {**table, **entry} },
        )
        .run();
    let table: BTreeMap<String, BTreeSet<String>> = table.on(con)?.ok()?;
    for (kind, keys) in &table {
        println!("{kind}: {keys:?}");
    }

    let commonest = by_type
        .map(py! { lambda group: (len(group["value"]), group["key"]) })
        .aggregate((0, ""), py! { max })
        .run();
    let (number, kind): (i64, String) = commonest.on(con)?.ok()?;
    println!("most common: {kind}, {number} keys");
    Ok(())
}
