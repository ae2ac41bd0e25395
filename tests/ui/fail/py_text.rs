use redgrease::prelude::*;

fn main() {
    let _ = KeysReader::new("*").map(py! { lambda a a }).run();
    let _ = KeysReader::new("*").map(py! { lambda a: b }).run();
    let _ = KeysReader::new("*").map(py! { 3 }).run();
    let _ = KeysReader::new("*").map(py! { }).run();
}
