//! A command whose answer another registration gives: `ask` waits, without holding up anybody,
//! until somebody sets the answer, or fails when the question is withdrawn.
//!
//! ```sh
//! cargo run --features embedded --example gears_future
//! ```

use std::error::Error;
use std::thread;
use std::time::{Duration, Instant};

use redgrease::PyExecuteOptions;
use redgrease::embedded;
use redgrease::prelude::*;
use redgrease::redis::Commands;

/// Three registrations of one script share its variables. (A `gear!` is one registration.)
const SCRIPT: &str = r#"
waiting = {}

def ask(arguments):
    question = arguments[1]
    # no answer can come between the look and the note that somebody waits
    with atomic():
        answer = execute("GET", "answer:" + question)
        if answer is not None:
            return answer
        execute("SADD", "questions", question)
        future = gearsFuture()
        waiting.setdefault(question, []).append(future)
    return future

def answered(record):
    question = record["key"].split(":", 1)[1]
    execute("SREM", "questions", question)
    for future in waiting.pop(question, []):
        future.continueRun(record["value"])

def withdrawn(record):
    question = record["key"].split(":", 1)[1]
    execute("SREM", "questions", question)
    for future in waiting.pop(question, []):
        future.continueFailed("'%s' was withdrawn" % question)

GearsBuilder("CommandReader").map(ask).register(trigger="ask", mode="async_local")
GearsBuilder("KeysReader").foreach(answered).register("answer:*", eventTypes=["set"], mode="async_local")
GearsBuilder("KeysReader").foreach(withdrawn).register("withdraw:*", eventTypes=["set"], mode="async_local")
"#;

fn main() -> Result<(), Box<dyn Error>> {
    let (_server, mut con) = embedded::connect()?;
    let session = PyExecuteOptions::new().id("gears-future").upgrade();
    con.pyexecute_options(SCRIPT, &session)?;

    let questions = ["who", "what", "when"];
    let askers = questions.map(|question| {
        let mut con = con.clone();
        thread::spawn(move || ask(question, &mut con))
    });
    wait_for_questions(questions.len(), &mut con)?;
    println!("{} questions wait; the server goes on", questions.len());

    let _: () = con.set("answer:what", "a whale")?;
    let _: () = con.set("answer:who", "Ishmael")?;
    let _: () = con.set("withdraw:when", "")?;
    for asker in askers {
        println!("{}", asker.join().map_err(|_| "an asker panicked")?);
    }
    println!("asked again, {}", ask("what", &mut con));

    for old in con.dumpregistrations()? {
        if old.session() == Some("gears-future") {
            con.unregister(old)?;
        }
    }
    let _: () = con.del(&["answer:who", "answer:what", "withdraw:when"])?;
    Ok(())
}

/// Blocks this connection until the answer is there.
fn ask(question: &str, con: &mut RedisGears) -> String {
    match con.trigger("ask", question) {
        Ok(answers) => format!("{question}: {}", answers[0]),
        Err(error) => format!("{question}: {error}"),
    }
}

fn wait_for_questions(number: usize, con: &mut RedisGears) -> Result<(), Box<dyn Error>> {
    let give_up = Instant::now() + Duration::from_secs(60);
    while con.scard::<_, usize>("questions")? < number {
        if Instant::now() > give_up {
            return Err("the questions did not reach the server".into());
        }
        thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}
