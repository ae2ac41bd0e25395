//! Waiting inside of the server does not work: what a blocking command does there, what the
//! compiler says about it, and what to write instead.
//!
//! ```sh
//! cargo run --features embedded --example cache_get_faulty
//! ```

use std::error::Error;

use redgrease::PyExecuteOptions;
use redgrease::embedded;
use redgrease::prelude::*;
use redgrease::redis::Commands;

const PAGE: &str = "http://127.0.0.1/page";

/// The cache asks somebody else for a page and waits for it with BLPOP, or so it seems. A plain
/// script is text: nobody looks at it before it runs.
const FAULTY: &str = r#"
import time

def faulty(arguments):
    url = arguments[1]
    execute("RPUSH", "wanted", url)
    started = time.monotonic()
    popped = execute("BLPOP", "page:" + url, 100)
    waited = time.monotonic() - started
    return "%s, %s" % (popped, "at once" if waited < 50 else "after a long time")

GearsBuilder("CommandReader").map(faulty).register(trigger="faulty", mode="async_local")
"#;

/// The same function in Rust, and what the compiler answers.
const REFUSED: &str = include_str!("../tests/ui/fail/cache_get_faulty.rs");
const ANSWER: &str = include_str!("../tests/ui/fail/cache_get_faulty.stderr");

/// Says at once whether the page is there; if not, somebody is asked for it, once.
#[command(mode = "sync", replace = true)]
fn cache_get(url: &str) -> Option<String> {
    python! {
        page = cmd.get("page:" + url)
        if page is None and cmd.sadd("asked", url):
            cmd.rpush("wanted", url)
        return page
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let (_server, mut con) = embedded::connect()?;

    println!("== A script that waits a hundred seconds for a page");
    let session = PyExecuteOptions::new().id("cache-get-faulty").upgrade();
    con.pyexecute_options(FAULTY, &session)?;
    let answer = con.trigger("faulty", PAGE)?;
    println!("it got {}", answer[0]);
    let wanted: Option<String> = con.lpop("wanted", None)?;
    let _: () = con.rpush(format!("page:{PAGE}"), "<html>")?;
    println!(
        "now {} comes, and nobody takes it",
        wanted.ok_or("nobody asked")?
    );
    let _: () = con.del(format!("page:{PAGE}"))?;

    println!("\n== The compiler refuses the function");
    println!("{REFUSED}\n{ANSWER}");

    println!("== Answer at once, and let the client wait: only its connection is blocked");
    cache_get::register(&mut con)?;
    println!("first call: {:?}", cache_get(PAGE).on(&mut con)?);
    let fetcher = {
        let mut con = con.clone();
        std::thread::spawn(move || fetch(&mut con))
    };
    let arrived: Option<(String, String)> = con.blpop("arrived", 60.0)?;
    let (_, url) = arrived.ok_or("the page did not arrive")?;
    println!("{url} has arrived");
    println!("second call: {:?}", cache_get(PAGE).on(&mut con)?);
    fetcher.join().map_err(|_| "the fetcher panicked")??;

    registrations![cache_get].unregister_all(&mut con)?;
    for old in con.dumpregistrations()? {
        if old.session() == Some("cache-get-faulty") {
            con.unregister(old)?;
        }
    }
    let _: () = con.del(&[format!("page:{PAGE}"), "asked".to_string()])?;
    Ok(())
}

/// Fetches one wanted page. A client of Redis may wait.
fn fetch(con: &mut RedisGears) -> redgrease::Result<()> {
    let wanted: Option<(String, String)> = con.blpop("wanted", 60.0)?;
    if let Some((_, url)) = wanted {
        let _: () = con.set(format!("page:{url}"), "<html>")?;
        let _: () = con.rpush("arrived", url)?;
    }
    Ok(())
}
