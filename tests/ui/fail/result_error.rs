use std::sync::LazyLock;

use redgrease::prelude::*;

static REDIS: LazyLock<RedisGears> = LazyLock::new(|| RedisGears::lazy("redis://127.0.0.1").unwrap());

#[command(on = REDIS)]
fn area(width: f64) -> Result<f64, String> {
    python! { return width * width }
}

fn main() {}
