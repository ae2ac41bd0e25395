use redgrease::prelude::*;

#[command]
fn nothing(None: i64) -> i64 {
    python! { return 1 }
}

#[command]
fn method(self) -> i64 {
    python! { return 1 }
}

#[keys_reader]
fn event(&self) {
    python! { log("no record") }
}

mod inner {
    #[redgrease::command]
    fn of_none(&self, x: i64) -> i64 {
        python! { return x }
    }
}

mod shared {
    redgrease::python_module! {
        pub mod shop {
            def total(x):
                return x
        }
    }
}

#[command(using = [shared::shop::total])]
fn sum(x: i64) -> i64 {
    python! { return total(x) }
}

#[command(helpers = [shared::shop::total])]
fn same(x: i64) -> i64 {
    python! { return total(x) }
}

#[rustfmt::skip]
mod outer { trait Sells { #[redgrease::command] fn sold(x: i64) -> i64 { python! { return x } } } }

#[rustfmt::skip]
mod lines { trait Sells {
    #[redgrease::command]
    fn sold(x: i64) -> i64 { python! { return x } }
} }

fn main() {
    let _ = nothing(1);
}
