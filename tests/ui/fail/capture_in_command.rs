use redgrease::prelude::*;

const PREFIX: &str = "user:";

#[command]
fn user(name: &str) -> Option<String> {
    python! {
        return cmd.get('PREFIX + name)
    }
}

fn main() {
    let _ = (user(""), PREFIX);
}
