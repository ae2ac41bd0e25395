//! NumPy next to the data: statistics of time series in a gear, a trend as a command. The server
//! installs the package by itself when it is needed for the first time.
//!
//! ```sh
//! cargo run --features embedded --example numpy_gear
//! ```

use std::error::Error;
use std::time::Instant;

use redgrease::embedded;
use redgrease::prelude::*;
use redgrease::redis::{self, Commands};

const SENSORS: u32 = 4;
const READINGS: u32 = 1000;

/// Slope and offset of the line through the readings of a sensor.
#[command(requirements = ["numpy"], replace = true)]
fn trend(key: &str) -> (f64, f64) {
    python! {
        import numpy
        readings = numpy.array(cmd.lrange(key, 0, -1), dtype=float)
        slope, offset = numpy.polyfit(numpy.arange(len(readings)), readings, 1)
        return slope, offset
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let (_server, mut con) = embedded::connect()?;
    for sensor in 1..=SENSORS {
        let _: () = con.rpush(format!("sensor:{sensor}"), readings(sensor))?;
    }

    let started = Instant::now();
    let statistics = gear! {
        #![requirements = ["numpy"]]
        import numpy

        def statistics(record):
            readings = numpy.array(record.value, dtype=float)
            median, high = numpy.percentile(readings, [50, 95])
            return record.key, readings.mean(), readings.std(), median, high

        KeysReader("sensor:*").records(type="list").map(statistics).sort().run()
    };
    let rows: Vec<(String, f64, f64, f64, f64)> = statistics.on(&mut con)?.ok()?;
    eprintln!("first run, with installation: {:.1?}", started.elapsed());
    println!("sensor       mean      std   median     95 %");
    for (sensor, mean, std, median, high) in &rows {
        println!("{sensor} {mean:8.3} {std:8.3} {median:8.3} {high:8.3}");
    }

    println!(
        "mean of sensor:1, computed in Rust: {:.3}",
        mean(&readings(1))
    );
    for sensor in 1..=SENSORS {
        let (slope, offset) = trend(&format!("sensor:{sensor}")).on(&mut con)?;
        println!("sensor:{sensor} rises by {slope:.3} from {offset:.3}");
    }
    for package in con.pydumpreqs()? {
        println!("installed: {}", package.name);
    }

    registrations![trend].unregister_all(&mut con)?;
    let keys = (1..=SENSORS).map(|sensor| format!("sensor:{sensor}"));
    redis::cmd("DEL")
        .arg(keys.collect::<Vec<_>>())
        .exec(&mut con)?;
    Ok(())
}

/// A line with a wave on it that does not change its slope.
fn readings(sensor: u32) -> Vec<f64> {
    let line = |time| f64::from(sensor) * 0.25 * f64::from(time) + f64::from(10 * sensor);
    let wave = |time| [0.5, -0.5, -0.5, 0.5][time as usize % 4];
    (0..READINGS).map(|time| line(time) + wave(time)).collect()
}

fn mean(readings: &[f64]) -> f64 {
    readings.iter().sum::<f64>() / f64::from(READINGS)
}
