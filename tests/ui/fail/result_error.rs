use std::sync::LazyLock;

use redgrease::prelude::*;

static REDIS: LazyLock<RedisGears> = LazyLock::new(|| RedisGears::lazy("redis://127.0.0.1").unwrap());

#[command(on = REDIS)]
fn area(width: f64) -> Result<f64, String> {
    python! { return width * width }
}

/// Without `on`, too.
#[command]
fn circle(radius: f64) -> Result<f64, String> {
    python! { return radius * radius * 3.14159 }
}

fn main() {}
