use redgrease::prelude::*;

#[command]
fn text() -> String {
    python! {
        return """a
  b"""
    }
}

fn main() {
    let _ = text();
}
