use redgrease::prelude::*;

struct Shop;

impl Shop {
    #[command]
    fn price(article: &str) -> f64 {
        python! { return float(cmd.get(article)) }
    }

    #[keys_reader]
    pub fn changed(record: Record) {
        python! { log(record.key) }
    }
}

trait Sells<T>
where
    T: Copy,
{
    #[command]
    fn sold(article: &str) -> i64 {
        python! { return int(cmd.get(article)) }
    }
}

#[rustfmt::skip]
impl Shop { #[command] fn name() -> String { python! { return "shop" } } }

fn main() {
    let _ = Shop::price("");
}
