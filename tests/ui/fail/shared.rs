use redgrease::prelude::*;

python_module! {
    pub mod shop {
        RATE = 0.2

        def total(prices):
            return sum(prices) * (1 + RAT)

        class match_: pass
    }
}

python_module! {
    mod bank {
        def total(account):
            return account
    }

    mod right {
        def area(x):
            return x * x
    }
}

#[command(uses = [shop::total, bank::total])]
fn both(x: i64) -> i64 {
    python! { return total([x]) }
}

#[command(uses = [right::area])]
fn area(x: i64) -> i64 {
    python! { return area(x) }
}

use right::area as square;

#[command(uses = [square])]
fn renamed(x: i64) -> i64 {
    python! { return square(x) }
}

#[command(uses = right::area)]
fn no_list(x: i64) -> i64 {
    python! { return x }
}

python_module! {
    RATE = 0.2
}

python_module! {
    #![requirements = ["numpy"]]
    mod packages {
        import numpy
    }
}

python_module! {
    mod empty {}
}

fn main() {}
