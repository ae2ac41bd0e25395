use redgrease::prelude::*;

#[command]
fn behind(x: i64) -> i64 {
    python! {
        y = x + 1 // one more than before
        return y
    }
}

#[command]
fn alone(x: i64) -> i64 {
    python! {
        y = x + 1
        // one more than before
        return y
    }
}

#[command]
fn block(x: i64) -> i64 {
    python! {
        y = x + 1 /* one more */
        return y
    }
}

#[command]
fn lines(x: i64) -> i64 {
    python! {
        /* one more
           than before */
        return x + 1
    }
}

#[command]
fn word(x: i64) -> i64 {
    python! {
        y = x + 1 // more
        return y
    }
}

#[command]
fn division(x: i64) -> i64 {
    python! {
        y = x // 2
        return y +
    }
}

fn main() {
    let _ = gear! {
        // all keys
        KeysReader().count().run()
    };
    let _ = gear! {
        #[requirements = ["numpy"]]
        KeysReader().count().run()
    };
    let _ = gear! {
        #[1] is the first
        KeysReader().count().run()
    };
}
