#![deny(deprecated)]

use redgrease::prelude::*;

#[command]
fn area(width: f64, height: f64) -> f64 {
    python! {
        unused = 3
        return width * height
    }
}

fn main() {
    let _ = area(1.0, 2.0);
}
