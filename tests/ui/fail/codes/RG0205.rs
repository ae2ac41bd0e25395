// An import that the server may not have

#![deny(deprecated)]

use redgrease::prelude::*;

#[command]
fn f(url: &str) -> f64 {
    python! {
        import numpy
        return numpy.mean([len(url)])
    }
}

fn main() {
    let _ = f("");
}
