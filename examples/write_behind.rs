//! Write-behind: clients change hashes in Redis at full speed, a function on a stream brings the
//! changes to SQLite in batches. While the database is away it tries again, for an hour at most; what
//! the database refuses goes to a stream, and so does what was given up.
//!
//! ```sh
//! cargo run --features embedded --example write_behind
//! ```

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use redgrease::client::RegistrationFilter;
use redgrease::embedded;
use redgrease::prelude::*;
use redgrease::redis::{self, Commands};
use redgrease::{PyExecuteOptions, Replace};

const STREAM: &str = "changes";
const REFUSED: &str = "changes:refused";
const GIVEN_UP: &str = "changes:given-up";

/// Runs inside of the command that changes the person: nothing is lost between the two.
#[keys_reader(prefix = "person:*", event_types = ["hset", "hincrby", "del"], mode = "sync")]
fn capture(record: Record) {
    python! {
        import json
        cmd.xadd("changes", {"key": record.key, "person": json.dumps(record.value)})
    }
}

/// What is in the database, which is a file on the machine of the server.
#[command(replace = true)]
fn people(database: &str) -> Vec<(String, String, i64)> {
    python! {
        import sqlite3
        con = sqlite3.connect(database)
        try:
            return con.execute("SELECT key, name, age FROM people ORDER BY key").fetchall()
        finally:
            con.close()
    }
}

/// Brings the changes to the database, each batch in one transaction.
fn register_writer(database: &str, con: &mut RedisGears) -> redgrease::Result<()> {
    let writer = gear! {
        import json
        import sqlite3

        TABLE = """
            CREATE TABLE IF NOT EXISTS people (
                key TEXT PRIMARY KEY,
                name TEXT NOT NULL,
                age INTEGER NOT NULL CHECK (age BETWEEN 0 AND 150))
        """

        def write(db, change):
            person = json.loads(change["person"])
            if person is None:
                db.execute("DELETE FROM people WHERE key = ?", [change["key"]])
                return
            values = [change["key"], person.get("name"), person.get("age")]
            db.execute("INSERT OR REPLACE INTO people VALUES (?, ?, ?)", values)

        def write_all(changes):
            refused = []
            # an exception here or at the commit fails the batch, which is tried again
            db = sqlite3.connect('database)
            try:
                with db:
                    db.execute(TABLE)
                    for change in changes:
                        try:
                            write(db, change)
                        except sqlite3.IntegrityError as error:
                            refused.append(dict(change, reason=str(error)))
            finally:
                db.close()
            # once each: with the acknowledgement of the batch, or not at all
            with transaction() as t:
                for change in refused:
                    fields = [part for field in change.items() for part in field]
                    t.execute("XADD", ${REFUSED}, "*", *fields)
                t.acknowledge()

        StreamReader()
            .values()
            .accumulate(lambda changes, change: (changes or []) + [change])
            .foreach(write_all)
            .register(
                ${STREAM},
                batch=100,
                duration=50,
                onFailedPolicy="retry",
                onFailedRetryInterval=1,
                # what fails for an hour is set aside, and the changes behind it go on
                onFailedTries=3600,
                onFailedStream=${GIVEN_UP},
            )
    };
    let session = PyExecuteOptions::new().id("write-behind");
    writer.on_with(con, &session, Replace::Replace)?;
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let (_server, mut con) = embedded::connect()?;
    let directory = tempfile::tempdir()?;
    let disk = directory.path().join("disk");
    let database = disk.join("people.sqlite").display().to_string();
    register_writer(&database, &mut con)?;
    registrations![capture, people].register_all(&mut con)?;

    println!("== The database is away");
    for (id, name, age) in [
        (1, "Ann", "27"),
        (2, "Bob", "31"),
        (3, "Old", "270"),
        (4, "Eve", "19"),
    ] {
        let _: () = con.hset_multiple(format!("person:{id}"), &[("name", name), ("age", age)])?;
    }
    let retries = |state: &State| state.status == "WAITING_FOR_RETRY_ON_FAILURE";
    let state = wait_until(&mut con, retries)?;
    println!("{}: {}", state.status, state.error.unwrap_or_default());
    println!("{} changes wait", state.waiting);

    println!("== It comes back");
    fs::create_dir(&disk)?;
    let done = |state: &State| state.waiting == 0 && state.status == "OK";
    let state = wait_until(&mut con, done)?;
    println!("{}: {} changes wait", state.status, state.waiting);
    show(&database, &mut con)?;

    println!("== More changes");
    let _: () = con.hincr("person:1", "age", 1)?;
    let _: () = con.hset("person:3", "age", 72)?;
    let _: () = con.del("person:2")?;
    wait_until(&mut con, done)?;
    show(&database, &mut con)?;

    println!("== What was refused");
    let entries: Vec<(String, BTreeMap<String, String>)> = redis::cmd("XRANGE")
        .arg(REFUSED)
        .arg("-")
        .arg("+")
        .query(&mut con)?;
    for (_, change) in entries {
        println!("{change:?}");
    }

    registrations![capture, people].unregister_all(&mut con)?;
    for old in con.dumpregistrations()? {
        if old.session() == Some("write-behind") {
            con.unregister(old)?;
        }
    }
    let _: () = con.del(&["person:1", "person:3", "person:4", STREAM, REFUSED])?;
    Ok(())
}

fn show(database: &str, con: &mut RedisGears) -> redgrease::Result<()> {
    for (key, name, age) in people(database).on(con)? {
        println!("{key} {name} {age}");
    }
    Ok(())
}

/// How the writer is doing.
struct State {
    waiting: usize,
    status: String,
    error: Option<String>,
}

/// Asks the server how the writer is doing until `wanted` is true.
fn wait_until(
    con: &mut RedisGears,
    wanted: impl Fn(&State) -> bool,
) -> Result<State, Box<dyn Error>> {
    let give_up = Instant::now() + Duration::from_secs(60);
    while Instant::now() < give_up {
        // worked off entries leave the stream
        let waiting = redis::cmd("XLEN").arg(STREAM).query(con)?;
        let of_stream = RegistrationFilter::new().stream(STREAM);
        let writer = con.dumpregistrations_where(&of_stream)?.pop();
        let data = writer.ok_or("the writer is not registered")?.data;
        let state = State {
            waiting,
            status: data.status.unwrap_or_default(),
            error: data.last_error.map(|error| error.exception),
        };
        if wanted(&state) {
            return Ok(state);
        }
        thread::sleep(Duration::from_millis(20));
    }
    Err("the writer did not get there; see the server's log".into())
}
