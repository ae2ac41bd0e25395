//! Gears in texts that are known only at run time.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use redgrease::ends::{Register, Run};
use redgrease::prelude::*;
use redgrease::redis::Commands;
use redgrease::{Error, GearFunction};

use common::{gears, start};

fn count_of(con: &mut RedisGears, text: &str) -> redgrease::Result<Option<i64>> {
    let gear: GearFunction<KeysReader, Run> = text.parse()?;
    gear.on(con)?.ok()
}

#[test]
fn texts_run_when_they_are_right() {
    let server = start();
    let mut con = gears(&server);
    let _: () = con.set("number:1", 40).unwrap();
    let _: () = con.set("number:2", 2).unwrap();
    let sum = "def number(r):\n    return int(r['value'])\n\
        KeysReader('number:*').map(number).aggregate(0, lambda a, x: a + x).run()";
    assert_eq!(count_of(&mut con, sum).unwrap(), Some(42));
    let mutable = "gb = GearsBuilder()\ngb.filter(lambda r: r['key'] == 'number:1')\n\
        gb.count()\ngb.run('number:*')";
    assert_eq!(count_of(&mut con, mutable).unwrap(), Some(1));

    let wrong = "KeysReader('*').map(lambda a, b: a).count().run()";
    let error = count_of(&mut con, wrong).unwrap_err();
    assert!(matches!(error, Error::GearText(_)), "{error:?}");
    assert!(
        error.to_string().contains("calls `op` with 1 argument"),
        "{error}"
    );

    let text = "CommandReader().args().map(len).register(trigger='lengths')";
    let gear: GearFunction<CommandReader, Register> = text.parse().unwrap();
    gear.on(&mut con).unwrap();
    let registered = con.dumpregistrations().unwrap();
    assert_eq!(registered[0].trigger(), Some("lengths"));
}
