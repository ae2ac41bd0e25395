use redgrease::prelude::*;

fn main() {
    let _ = KeysReader::new("*").values().aggregate(0, py! { lambda a: a }).run();
    let _ = KeysReader::new("*").map(py! { lambda a, b: a }).run();
}
