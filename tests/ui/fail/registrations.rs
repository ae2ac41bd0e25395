use redgrease::prelude::*;

#[command]
fn one() -> i64 {
    python! { return 1 }
}

#[command(trigger = "one")]
fn uno() -> i64 {
    python! { return 1 }
}

#[keys_reader]
fn index(record: Record) {
    python! { log(record.key) }
}

fn plain() {}

mod more {
    pub(crate) fn plain() {}
}

fn main() {
    let _ = registrations![one, plain, more::plain];
    let _ = registrations![one, index, uno];
    let _ = registrations![index, one, index];
    let _ = registrations![index, missing, indx, more::plan];
    let _ = registrations![index one];
}
