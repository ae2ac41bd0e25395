use redgrease::prelude::*;

#[command(file = "scripts/distance.py")]
fn distance(x: f64, y: f64) -> f64;

#[command(file = "scripts/missing.py")]
fn missing() -> f64;

#[command(file = "scripts/distance.py")]
fn twice() -> f64 {
    python! { return 1.0 }
}

#[command]
fn nothing() -> f64;

fn main() {}
