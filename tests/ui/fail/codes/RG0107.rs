// `await` outside of an `async def`

use redgrease::prelude::*;

#[command]
fn f(url: &str) -> i64 {
    python! {
        import asyncio
        await asyncio.sleep(1)
        return url
    }
}

fn main() {
    let _ = f("");
}
