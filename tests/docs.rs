//! What the documentation says, done: its links are followed, its Python is compiled, its commands
//! are run and print what stands below them.
//!
//! * A block with the language `console` is a terminal: lines after `$ ` are run, the other lines
//!   are what they print. `…` stands for any text in a line, a line of it for any lines. A command
//!   that ends with `&` goes on beside the others.
//! * `7911` is the port of the server that is there for each page; it is another one in the test.
//! * A block after a line that ends with a file name and a colon, such as `` `src/main.rs`: ``, is
//!   written to that file.
//! * Blocks with the language `sh` are run in the getting-started page, elsewhere only read.
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot be set up shall stop with the place"
)]

#[path = "docs/links.rs"]
mod links;
#[path = "docs/page.rs"]
mod page;
#[path = "docs/pictures.rs"]
mod pictures;
#[path = "docs/python.rs"]
mod python;
#[path = "docs/terminal.rs"]
mod terminal;
