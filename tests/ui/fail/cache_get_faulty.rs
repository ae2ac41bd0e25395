use redgrease::prelude::*;

#[command]
fn cache_get(url: &str) -> Option<String> {
    python! {
        page = cmd.get(url)
        if page is None:
            cmd.rpush("wanted", url)
            popped = cmd.blpop("page:" + url, 10)
            return popped[1] if popped else None
        return page
    }
}

#[command]
fn by_another_way(url: &str) -> Option<String> {
    python! {
        popped = execute("BLPOP", "page:" + url, 10)
        return popped[1] if popped else None
    }
}

fn main() {
    let _ = (cache_get(""), by_another_way(""));
}
