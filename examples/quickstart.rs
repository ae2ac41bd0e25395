//! The quickstart: normal commands, counting keys in three ways, a sum, a word count over a novel,
//! and a cache written as a Redis command.
//!
//! ```sh
//! make demo
//! ```
//!
//! It starts a private server with the engine, or uses the one that `REDIS_URL` names.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use redgrease::PyValue;
use redgrease::embedded::Server;
use redgrease::prelude::*;
use redgrease::redis::{self, Commands};

static REDIS: OnceLock<RedisGears> = OnceLock::new();

/// The server that the commands below are bound to.
fn redis_server() -> &'static RedisGears {
    REDIS.get().expect("main connects before it calls anything")
}

/// Fetch `url`, answering from Redis when it is there.
#[command(on = *redis_server(), requirements = ["requests"], replace = true)]
pub fn cache_get(url: &str) -> Vec<u8> {
    python! {
        import requests
        cached = cmd.get(url)
        if cached is not None:
            return cached
        response = requests.get(url)
        if response.status_code != 200:
            return b""
        cmd.set(url, response.content)
        return response.content
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    // the private server stops when this goes out of scope
    let (_server, mut con) = connect()?;
    REDIS.set(con.clone()).expect("it is set only here");

    basic_commands(&mut con)?;
    count_keys(&mut con)?;
    sum_of_fighters(&mut con)?;
    word_count(&mut con)?;
    cache()?;
    Ok(())
}

fn connect() -> Result<(Option<Server>, RedisGears), Box<dyn Error>> {
    if let Ok(url) = std::env::var("REDIS_URL") {
        println!("Using the server at {url}");
        return Ok((None, RedisGears::open(url)?));
    }
    let server = Server::start()?;
    println!("Started a private server at {}", server.url());
    let con = server.gears()?;
    Ok((Some(server), con))
}

fn basic_commands(con: &mut RedisGears) -> Result<(), Box<dyn Error>> {
    println!("\n== Normal Redis commands, and the first RG commands");
    let _: () = redis::cmd("FLUSHALL").query(con)?;

    let _: () = con.set("Foo-fighter", 2021)?;
    let _: () = con.set("Bar-fighter", 63)?;
    let _: () = con.set("Baz-fighter", -747)?;
    let _: () = con.hset_multiple("noodle", &[("spam", "eggs"), ("meaning", "8")])?;
    let _: i64 = con.hincr("noodle", "meaning", 34)?;
    let _: String = redis::cmd("XADD")
        .arg("transactions:0")
        .arg("*")
        .arg(&[("msg", "First"), ("from", "0")])
        .arg(&[("to", "2"), ("amount", "1000")])
        .query(con)?;

    println!("Python in the server: {:?}", con.pystats()?);
    println!("Registered functions: {:?}", con.dumpregistrations()?);
    println!("Running nothing gives: {:?}", con.pyexecute("")?);
    println!("All records:");
    for record in con
        .pyexecute("GearsBuilder('KeysReader').run()")?
        .results()?
        .value
    {
        println!("  {record}");
    }
    Ok(())
}

fn count_keys(con: &mut RedisGears) -> Result<(), Box<dyn Error>> {
    println!("\n== The number of keys, asked in three ways");
    let dbsize: i64 = redis::cmd("DBSIZE").query(con)?;
    println!("DBSIZE:               {dbsize}");

    let script = con.pyexecute("GearsBuilder('KeysReader').count().run()")?;
    let count: Option<i64> = script.decode()?.value;
    println!("a script in a string: {}", count.unwrap_or(0));

    let count: Option<i64> = gear! { KeysReader().count().run() }.on(con)?.value;
    println!("a gear:               {}", count.unwrap_or(0));
    Ok(())
}

fn sum_of_fighters(con: &mut RedisGears) -> Result<(), Box<dyn Error>> {
    let pattern = "*-fighter";
    let sum: Option<i64> = gear! {
        KeysReader('pattern).values().map(int).aggregate(0, lambda a, x: a + x).run()
    }
    .on(con)?
    .value;
    println!(
        "\n== The sum of the values of all {pattern} keys: {}",
        sum.unwrap_or(0)
    );
    Ok(())
}

fn word_count(con: &mut RedisGears) -> Result<(), Box<dyn Error>> {
    let text = include_str!("data/persuasion.txt");
    println!(
        "\n== Word count of a novel of {} kilobytes, one key for each paragraph",
        text.len() / 1000
    );
    let paragraphs = text
        .split("\n\n")
        .map(str::trim)
        .filter(|text| !text.is_empty());
    let mut stored = 0;
    for (number, paragraph) in paragraphs.enumerate() {
        let _: () = con.set(format!("novel:{number}"), paragraph)?;
        stored = number + 1;
    }

    let started = Instant::now();
    let counts: Vec<BTreeMap<String, PyValue>> = gear! {
        KeysReader("novel:*").values().flatmap(str.split).countby().run()
    }
    .on(con)?
    .value;
    let took = started.elapsed();

    let mut words = Vec::new();
    for entry in counts {
        let (key, value) = (&entry["key"], &entry["value"]);
        if let (PyValue::String(word), PyValue::I64(count)) = (key, value) {
            words.push((*count, word.clone()));
        }
    }
    words.sort_unstable_by(|a, b| b.cmp(a));
    let total: i64 = words.iter().map(|(count, _)| count).sum();
    println!(
        "{stored} paragraphs, {total} words, {} different ones, in {took:.0?}",
        words.len()
    );
    for (count, word) in words.iter().take(8) {
        println!("  {count:6} {word}");
    }
    Ok(())
}

fn cache() -> Result<(), Box<dyn Error>> {
    const PAGES: u32 = 5;
    println!("\n== A cache as a Redis command: cache_get against a small HTTP server");
    let origin = Origin::start()?;
    println!("(the HTTP server takes {:?} for a page)", Origin::DELAY);

    // the first call installs `requests` on the server and registers the function
    let started = Instant::now();
    cache_get(&origin.page(0))?;
    println!("first call, with installation: {:.1?}", started.elapsed());

    let pages: Vec<String> = (1..=PAGES).map(|number| origin.page(number)).collect();
    let miss = mean_time(&pages)?;
    let hit = mean_time(&pages)?;
    println!("miss: {miss:.2?} on average of {PAGES} pages");
    println!("hit:  {hit:.2?}");
    println!("ratio: {:.0}", miss.as_secs_f64() / hit.as_secs_f64());
    Ok(())
}

fn mean_time(pages: &[String]) -> Result<Duration, Box<dyn Error>> {
    let started = Instant::now();
    for page in pages {
        let content = cache_get(page)?;
        assert_eq!(content, Origin::content(page), "the cache gives the page");
    }
    Ok(started.elapsed() / u32::try_from(pages.len())?)
}

/// A small HTTP server that takes its time.
struct Origin {
    address: String,
}

impl Origin {
    const DELAY: Duration = Duration::from_millis(50);

    fn start() -> Result<Self, Box<dyn Error>> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = format!("http://{}", listener.local_addr()?);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if let Err(error) = Self::answer(stream) {
                    eprintln!("the HTTP server: {error}");
                }
            }
        });
        Ok(Self { address })
    }

    fn page(&self, number: u32) -> String {
        format!("{}/page/{number}", self.address)
    }

    /// Bytes that are no text, a different page for each path.
    fn content(page: &str) -> Vec<u8> {
        let path = page.rsplit('/').next().unwrap_or_default();
        [b"\x89PAGE\0\xff ", path.as_bytes()].concat()
    }

    fn answer(mut stream: TcpStream) -> std::io::Result<()> {
        let mut request = String::new();
        BufReader::new(&stream).read_line(&mut request)?;
        let path = request.split(' ').nth(1).unwrap_or_default();
        thread::sleep(Self::DELAY);
        let content = Self::content(path);
        write!(
            stream,
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            content.len()
        )?;
        stream.write_all(&content)
    }
}
