use redgrease::prelude::*;

#[command(trigerr = "t", replace = true, replace = false, speed = 3)]
fn keys() {
    python! { pass }
}

#[command(trigger = name, replace = "yes", mode = "asink", requirements = "numpy", python = "2.7", inorder = 1)]
fn values() {
    python! { pass }
}

#[command(mode)]
fn no_value() {
    python! { pass }
}

#[command("name", 3)]
fn no_name() {
    python! { pass }
}

#[stream_reader("orders")]
fn no_name_of_stream(record: StreamRecord) {
    python! { log(str(record)) }
}

#[stream_reader(stream = "orders")]
fn other_name(record: StreamRecord) {
    python! { log(str(record)) }
}

#[command(deadline = 0)]
fn no_time() {
    python! { pass }
}

#[command(deadline = "1 s", timeout = 5)]
fn other_time() {
    python! { pass }
}

#[keys_reader(deadline = 5)]
fn never_called(record: Record) {
    python! { log(str(record)) }
}

fn main() {
    let _ = (keys(), values(), no_value(), no_name(), no_time(), other_time());
}
