use redgrease::prelude::*;

#[command]
struct Area;

fn main() {
    let _ = Area;
}
