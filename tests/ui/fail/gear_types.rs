use redgrease::prelude::*;

fn main() {
    let open = gear! { KeysReader("*").values() };
    let mut con = RedisGears::open("redis://127.0.0.1/").unwrap();
    let _ = open.on(&mut con);
    let _ = open.run().map(py! { int });
    let _ = KeysOnlyReader::new("*").values();
    let _ = KeysOnlyReader::new("*").register("*");
    let _ = CommandReader::new().run();
}
