use redgrease::prelude::*;

#[command]
fn add_up(first: i64, second: i64) -> i64 {
    python! { return first + second }
}

#[command]
fn greet(name: &str) -> String {
    python! { return "hello " + name }
}

fn main() {
    let mut con = RedisGears::open("redis://127.0.0.1/").unwrap();
    let _ = add_up.register(&mut con);
    let _ = greet.script().text();
}
