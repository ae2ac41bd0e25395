use redgrease::prelude::*;

fn main() {
    let _ = gear! {
        r#"
        KeysReader('*').mapp(int).run()
        "#
    };
    let _ = KeysReader::new("*").map(py! { r#"lambda x: y"# });
}
