//! A web service whose handlers run Python in Redis: each request calls a `#[command]` through a
//! connection manager, which connects again by itself.
//!
//! ```sh
//! cargo run --features embedded,tokio --example axum_handler                   # asks itself, and ends
//! cargo run --features embedded,tokio --example axum_handler 127.0.0.1:3000    # serves
//! ```

use std::error::Error;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Router, routing};
use redgrease::embedded;
use redgrease::prelude::*;
use redgrease::redis;
use redgrease::redis::aio::{ConnectionManager, ConnectionManagerConfig};
use tokio::net::TcpListener;

/// Counts a visit; gives the number of visits and of different visitors.
#[command(replace = true)]
fn visit(page: &str, visitor: &str) -> (u64, u64) {
    python! {
        if not page.isalpha():
            raise ValueError(f "{page!r} is not the name of a page")
        cmd.pfadd("visitors:" + page, visitor)
        return cmd.incr("visits:" + page), cmd.pfcount("visitors:" + page)
    }
}

async fn show(
    State(mut con): State<ConnectionManager>,
    Path((page, visitor)): Path<(String, String)>,
) -> Result<String, Failure> {
    let (visits, visitors) = visit(&page, &visitor).on_async(&mut con).await?;
    Ok(format!("{page}: {visits} visits by {visitors} visitors"))
}

/// What goes wrong in Python is the client's fault here, all else is the server's.
struct Failure(redgrease::Error);

impl From<redgrease::Error> for Failure {
    fn from(error: redgrease::Error) -> Self {
        Self(error)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        match self.0 {
            redgrease::Error::Python(error) => (StatusCode::BAD_REQUEST, error.exception),
            error => (StatusCode::BAD_GATEWAY, error.to_string()),
        }
        .into_response()
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (_server, gears) = embedded::connect()?;
    // all requests share the connection, and Python may take longer than the half second that a
    // connection manager waits otherwise
    let patience = Some(Duration::from_secs(60));
    let config = ConnectionManagerConfig::new()
        .set_connection_timeout(patience)
        .set_response_timeout(patience);
    let mut con = ConnectionManager::new_with_config(gears.client().clone(), config).await?;
    visit::register_async(&mut con).await?;
    let app = Router::new()
        .route("/visit/{page}/{visitor}", routing::get(show))
        .with_state(con.clone());

    if let Some(address) = std::env::args().nth(1) {
        println!("curl http://{address}/visit/home/ann");
        axum::serve(TcpListener::bind(address).await?, app).await?;
        return Ok(());
    }

    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let service = tokio::spawn(async move { axum::serve(listener, app).await });
    for path in [
        "/visit/home/ann",
        "/visit/home/bob",
        "/visit/home/ann",
        "/visit/1984/ann",
    ] {
        let answer = tokio::task::spawn_blocking(move || get(address, path)).await??;
        println!("GET {path}\n    {answer}");
    }
    let visits = (0..50).map(|visitor| {
        let path = format!("/visit/crowd/visitor{}", visitor % 10);
        tokio::task::spawn_blocking(move || get(address, &path))
    });
    for answer in visits.collect::<Vec<_>>() {
        answer.await??;
    }
    println!(
        "after 50 requests at once: {:?}",
        visit("crowd", "eve").on_async(&mut con).await?
    );
    service.abort();

    let keys = [
        "visits:home",
        "visits:crowd",
        "visitors:home",
        "visitors:crowd",
    ];
    redis::cmd("DEL").arg(&keys).exec_async(&mut con).await?;
    registrations![visit].unregister_all_async(&mut con).await?;
    Ok(())
}

/// The status and the body of the answer to a request.
fn get(address: SocketAddr, path: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head.split(' ').nth(1).unwrap_or_default();
    Ok(format!("{status} {body}"))
}
