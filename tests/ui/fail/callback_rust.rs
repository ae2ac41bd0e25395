use redgrease::prelude::*;

fn main() {
    let _ = KeysReader::new("*").map(|x| x).run();
    let _ = KeysReader::new("*").map("lambda x: x").run();
    let _ = KeysReader::new("*").values().aggregate(0, |a: i64, b: i64| a + b).run();
    let _ = KeysReader::new("*").filter(str::is_empty).run();
}
