//! What guide_runtime_1.py did.
//!
//! In Cargo.toml: `redgrease = "0.1.0"`. The server is that of REDIS_URL.

use redgrease::prelude::*;

pub(crate) fn main() -> redgrease::Result<()> {
    let url = std::env::var("REDIS_URL").unwrap_or_else(|_| "redis://127.0.0.1/".into());
    let mut con = RedisGears::open(url)?;
    let outcome = con.pyexecute(r#"
waiting = {}

def ask(call):
    waiting[call[1]] = gearsFuture()
    return waiting[call[1]]

def answer(call):
    waiting.pop(call[1]).continueRun(call[2])
    return "told"

GB("CommandReader").map(ask).register(trigger="ask", mode="async_local")
GB("CommandReader").map(answer).register(trigger="answer", mode="async_local")
"#)?;
    if let redgrease::Outcome::Results(results) = outcome {
        for record in results.value {
            println!("{record}");
        }
        for error in results.errors {
            eprintln!("{error}");
        }
    }
    Ok(())
}
