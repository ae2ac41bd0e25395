use redgrease::prelude::*;

#[command]
fn area(width: f64, height: f64) -> f64 {
    python! { return width * height }
}

#[command]
pub fn area(width: f64) -> f64 {
    python! { return width * width }
}

#[keys_reader]
fn changed(record: Record) {
    python! { log(record.key) }
}

#[keys_reader]
fn changed(record: Record) {
    python! { log(record.key) }
}

fn main() {
    let _ = area::script();
}
