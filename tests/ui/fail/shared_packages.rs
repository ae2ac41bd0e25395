#![deny(deprecated)]

use redgrease::prelude::*;

python_module! {
    pub mod arrays {
        import numpy
        import pandas as pd

        def total(values):
            return float(numpy.sum(values))
    }

    pub mod plain {
        import math

        try:
            import numpy
        except ImportError:
            numpy = None

        def root(x):
            return math.sqrt(x)
    }
}

use arrays::total;

#[command(uses = [total])]
fn sum(values: &[f64]) -> f64 {
    python! { return total(values) }
}

#[keys_reader(uses = [self::arrays::total])]
fn event(record: Record) {
    python! { log(record.key + str(total([1]))) }
}

#[command(uses = [plain::root])]
fn rooted(x: f64) -> f64 {
    python! { return root(x) }
}

#[command(trigger = "required", uses = [arrays::total], requirements = ["numpy", "pandas"])]
fn required(values: &[f64]) -> f64 {
    python! { return total(values) }
}

fn main() {
    let _ = (sum(&[]), rooted(1.0), required(&[]));
}
