//! The number pi, from darts that are thrown inside of the server: a `PythonReader` has no data
//! but what its generator makes.
//!
//! ```sh
//! cargo run --features embedded --example monte_carlo_pi
//! ```

use std::error::Error;
use std::f64::consts::PI;

use redgrease::embedded;
use redgrease::prelude::*;

fn main() -> Result<(), Box<dyn Error>> {
    let (_server, mut con) = embedded::connect()?;
    for throws in [1_000_u32, 10_000, 100_000] {
        let hits = hits(throws, &mut con)?;
        let estimate = 4.0 * f64::from(hits) / f64::from(throws);
        let error = (estimate - PI).abs();
        println!("{throws:7} throws, {hits:6} hits: {estimate:.5}, off by {error:.5}");
    }
    Ok(())
}

/// Throws darts at a square; how many hit the quarter of the circle in it.
///
/// In a cluster each shard would throw its share: the reader runs on every shard, and `aggregate`
/// brings the sums of the shards together.
fn hits(throws: u32, con: &mut RedisGears) -> redgrease::Result<u32> {
    let hits: Option<u32> = gear! {
        from random import Random

        def darts():
            random = Random("pi" + hashtag())
            for _ in range('throws):
                yield random.random(), random.random()

        PythonReader()
            .filter(lambda dart: dart[0] ** 2 + dart[1] ** 2 < 1)
            .map(lambda _: 1)
            .aggregate(0, lambda hits, one: hits + one, lambda hits, others: hits + others)
            .run(darts)
    }
    .on(con)?
    .ok()?;
    Ok(hits.unwrap_or(0))
}
