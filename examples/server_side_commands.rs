//! Redis commands inside of a function: when an annotation is stored, its image is fetched and
//! stored beside it. The images come from a small HTTP server in this program.
//!
//! ```sh
//! cargo run --features embedded --example server_side_commands
//! ```

use std::error::Error;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use redgrease::embedded;
use redgrease::prelude::*;
use redgrease::redis::{self, Commands};

/// Downloads the image of a new annotation, once for all annotations of that image.
#[keys_reader(prefix = "annotation:*", event_types = ["hset"], key_types = ["hash"])]
fn download_image(annotation: Record) {
    python! {
        from urllib.request import urlopen

        image = "image:" + annotation.value["image_id"]
        with atomic():
            mine = cmd.hsetnx(image, "state", "loading")
        if not mine:
            cmd.rpush("downloads", f "{annotation.key}: {image} is known")
            return

        url = cmd.hget(image, "url")
        log(f "fetching {url} for {annotation.key}")
        try:
            with urlopen(url, timeout=60) as response:
                data = response.read()
        except OSError as error:
            cmd.hset(image, mapping={"state": "failed", "error": str(error)})
            cmd.rpush("downloads", f "{annotation.key}: {image} failed with {error}")
            return
        cmd.hset(image, mapping={"state": "there", "data": data})
        cmd.rpush("downloads", f "{annotation.key}: {image} has {len(data)} bytes")
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let (_server, mut con) = embedded::connect()?;
    let origin = Origin::start()?;
    for (id, path) in [
        ("cat", "cat.jpg"),
        ("dog", "dog.jpg"),
        ("unicorn", "none.txt"),
    ] {
        let url = format!("http://{}/{path}", origin.address);
        let _: () = con.hset(format!("image:{id}"), "url", url)?;
    }
    println!("{:?}", download_image::register(&mut con)?);

    for (number, image) in ["cat", "dog", "cat", "unicorn"].iter().enumerate() {
        let _: () = con.hset(format!("annotation:{number}"), "image_id", image)?;
        // the download goes on in the background; its last command wakes this one
        let done: Option<(String, String)> = con.blpop("downloads", 60.0)?;
        let (_, report) = done.ok_or("the download did not end")?;
        println!("{report}");
    }

    for id in ["cat", "dog"] {
        let data: Vec<u8> = con.hget(format!("image:{id}"), "data")?;
        assert_eq!(
            data,
            image(&format!("/{id}.jpg")),
            "the bytes arrive as they are"
        );
    }
    println!(
        "the HTTP server was asked {} times",
        origin.requests.load(Ordering::Relaxed)
    );

    registrations![download_image].unregister_all(&mut con)?;
    let keys = ["image:cat", "image:dog", "image:unicorn"];
    let annotations = (0..4).map(|number| format!("annotation:{number}"));
    let mut delete = redis::cmd("DEL");
    delete
        .arg(&keys)
        .arg(annotations.collect::<Vec<_>>())
        .exec(&mut con)?;
    Ok(())
}

/// An HTTP server with images.
struct Origin {
    address: String,
    requests: Arc<AtomicU32>,
}

impl Origin {
    fn start() -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?.to_string();
        let requests = Arc::new(AtomicU32::new(0));
        let counter = Arc::clone(&requests);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                counter.fetch_add(1, Ordering::Relaxed);
                if let Err(error) = answer(stream) {
                    eprintln!("the HTTP server: {error}");
                }
            }
        });
        Ok(Self { address, requests })
    }
}

fn image(path: &str) -> Vec<u8> {
    let bytes = (0..=u8::MAX).cycle().take(path.len() * 1000);
    [b"\xff\xd8\xff", bytes.collect::<Vec<_>>().as_slice()].concat()
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
    let path = request.split(' ').nth(1).unwrap_or_default();
    let (status, content) = match path.ends_with(".jpg") {
        true => ("200 OK", image(path)),
        false => ("404 Not Found", Vec::new()),
    };
    let length = content.len();
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    )?;
    stream.write_all(&content)
}
