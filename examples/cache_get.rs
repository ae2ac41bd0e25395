//! A cache as a Redis command: fetch a page once, answer from Redis afterwards, forget it after a
//! while. Called from Rust, and as any other client calls it.
//!
//! ```sh
//! cargo run --features embedded --example cache_get
//! ```

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use redgrease::embedded;
use redgrease::prelude::*;
use redgrease::redis::{self, Commands};

static REDIS: OnceLock<RedisGears> = OnceLock::new();

/// The server that the command is bound to.
fn server() -> &'static RedisGears {
    REDIS.get().expect("main connects first")
}

/// The page at `url`, from Redis when it was fetched less than `seconds` ago; `None` when there is
/// no such page.
#[command(on = *server(), requirements = ["requests"], replace = true)]
fn cache_get(url: &str, seconds: u32) -> Option<Vec<u8>> {
    python! {
        import requests

        cached = cmd.get(url)
        if cached is not None:
            cmd.hincrby("cache:stats", "hits", 1)
            return cached

        response = requests.get(url, timeout=60)
        log(f "{url} answered {response.status_code}")
        if response.status_code != 200:
            cmd.hincrby("cache:stats", "failures", 1)
            return None
        cmd.hincrby("cache:stats", "misses", 1)
        cmd.set(url, response.content, ex=seconds)
        return response.content
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let (_private, mut con) = embedded::connect()?;
    REDIS.set(con.clone()).expect("it is set only here");
    let origin = origin()?;

    let pages = Vec::from_iter((1..=5).map(|number| format!("{origin}/page/{number}")));

    // the first call installs `requests` in an environment of its own and registers the function
    let started = Instant::now();
    let missing = cache_get(&format!("{origin}/missing"), 600)?;
    eprintln!("first call, with installation: {:.1?}", started.elapsed());
    println!("a page that is not there: {missing:?}");

    let (miss, hit) = (mean_time(&pages)?, mean_time(&pages)?);
    println!(
        "miss: {miss:.2?}, hit: {hit:.2?} on average of {} pages",
        pages.len()
    );
    println!("ratio: {:.0}", miss.as_secs_f64() / hit.as_secs_f64());

    // redis-cli RG.TRIGGER cache_get http://… 600
    let mut trigger = redis::cmd("RG.TRIGGER");
    trigger.arg("cache_get").arg(&pages[0]).arg(600);
    let records: Vec<Vec<u8>> = trigger.query(&mut con)?;
    assert_eq!(records, [content(&pages[0])]);
    println!("any other client gets the same {} bytes", records[0].len());

    let stats: BTreeMap<String, u32> = con.hgetall("cache:stats")?;
    println!("{stats:?}");
    for registration in con.dumpregistrations()? {
        if registration.trigger() == Some("cache_get") {
            println!("needs {:?}", registration.requirements());
        }
    }

    registrations![cache_get].unregister_all(&mut con)?;
    redis::cmd("DEL")
        .arg("cache:stats")
        .arg(pages)
        .exec(&mut con)?;
    Ok(())
}

/// How long a call takes on average; a page has the content that the HTTP server gives it.
fn mean_time(urls: &[String]) -> Result<Duration, Box<dyn Error>> {
    let started = Instant::now();
    for url in urls {
        let page = cache_get(url, 600)?.ok_or("the page is there")?;
        assert_eq!(page, content(url), "bytes that are no text survive");
    }
    Ok(started.elapsed() / u32::try_from(urls.len())?)
}

/// A small HTTP server that takes its time; its address.
fn origin() -> Result<String, Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = format!("http://{}", listener.local_addr()?);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            if let Err(error) = answer(stream) {
                eprintln!("the HTTP server: {error}");
            }
        }
    });
    Ok(address)
}

/// Bytes that are no text, other ones for each page.
fn content(url: &str) -> Vec<u8> {
    let name = url.rsplit('/').next().unwrap_or_default();
    [b"\x89PAGE\0\xff ", name.as_bytes()].concat()
}

fn answer(mut stream: TcpStream) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    // all of the request is read, so that the connection can be closed
    while lines
        .next()
        .transpose()?
        .is_some_and(|line| !line.is_empty())
    {}
    thread::sleep(Duration::from_millis(50));
    let path = request.split(' ').nth(1).unwrap_or_default();
    let (status, content) = match path.starts_with("/page/") {
        true => ("200 OK", content(path)),
        false => ("404 Not Found", Vec::new()),
    };
    let length = content.len();
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    )?;
    stream.write_all(&content)
}
