use redgrease::prelude::*;

#[command]
fn area(width: f64, height: f64) -> f64 {
    python! {
        if width > 0
            return width * height
        return 0.0
    }
}

fn main() {
    let _ = area(1.0, 2.0);
}
