//! In a module, in a function, behind a `cfg`, out of a `macro_rules`.

mod inner {
    use redgrease::prelude::*;

    #[command]
    pub(crate) fn hidden(x: i64) -> i64 {
        python! { return x }
    }
}

macro_rules! lookup {
    ($name:ident, $prefix:literal, $default:expr) => {
        #[redgrease::command]
        fn $name(key: &str) -> String {
            python! {
                found = cmd.get($prefix + key)
                if found is None:
                    return $default
                return found
            }
        }
    };
}

lookup!(user, "user:", "no" + "body");
lookup!(group, "group:", "none");

#[redgrease::command]
#[cfg(any())]
fn absent(x: NoSuchType) -> NoSuchType {
    python! { return x }
}

#[test]
fn is_accepted() {
    use redgrease::prelude::*;

    #[command]
    fn local(x: i64) -> i64 {
        python! { return x }
    }

    let _call = (local(1), inner::hidden(2), user("a"));
    assert!(inner::hidden::script().text().contains("def hidden(x):"));
    assert!(
        user::SPEC.function.def.contains("cmd.get(\"user:\" + key)"),
        "{}",
        user::SPEC.function.def
    );
    assert!(
        user::SPEC.function.def.contains("(\"no\" + \"body\")"),
        "{}",
        user::SPEC.function.def
    );
    assert!(group::SPEC.function.def.contains("return \"none\""));
}
