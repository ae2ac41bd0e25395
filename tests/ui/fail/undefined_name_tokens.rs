use redgrease::prelude::*;

#[command]
fn cache_get(url: &str) -> Vec<u8> {
    python! {
        cached = cmd.get(urll)
        return cached or resp.content
    }
}

fn main() {
    let _ = cache_get("");
}
