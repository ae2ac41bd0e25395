use redgrease::prelude::*;

struct Shop;

impl Shop {
    #[command]
    fn price(&self, article: &str) -> f64 {
        python! { return float(cmd.get(article)) }
    }

    #[keys_reader]
    fn changed(self, record: Record) {
        python! { log(record.key) }
    }
}

fn main() {
    let _ = Shop.price("");
}
