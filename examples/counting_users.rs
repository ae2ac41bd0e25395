//! Questions about users that are stored as hashes: how many are active, who may do what, and
//! which of them are broken.
//!
//! ```sh
//! cargo run --features embedded --example counting_users
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;

use redgrease::embedded;
use redgrease::prelude::*;
use redgrease::redis::{self, Commands};

const USERS: [(&str, &str, &str); 6] = [
    ("ann", "1", "read,write"),
    ("bob", "0", "read"),
    ("eve", "1", "read,audit"),
    ("joe", "1", ""),
    ("kim", "yes", "read"),
    ("liz", "1", "admin,read,write"),
];

fn main() -> Result<(), Box<dyn Error>> {
    let (_server, mut con) = embedded::connect()?;
    for (name, active, permissions) in USERS {
        let fields = [("active", active), ("permissions", permissions)];
        let _: () = con.hset_multiple(format!("user:{name}"), &fields)?;
    }

    // the keys are enough for a reader: the function asks for the two fields that it needs
    let users = gear! {
        def user(key):
            name = key.split(":")[1]
            active, permissions = cmd.hmget(key, "active", "permissions")
            try:
                active = bool(int(active))
            except ValueError as error:
                # raised from here, it would end the run at the first broken user
                return {"name": name, "error": str(error), "active": False, "permissions": set()}
            permissions = {name for name in permissions.split(",") if name}
            return {"name": name, "active": active, "permissions": permissions}

        KeysOnlyReader("user:*").map(user)
    };
    let active = users.clone().filter(py! { lambda user: user["active"] });

    let count: Option<u32> = active.clone().count().run().on(&mut con)?.ok()?;
    println!("active users: {}", count.unwrap_or(0));
    let broken: Vec<(String, String)> = users
        .clone()
        .filter(py! { lambda user: "error" in user })
        .map(py! { lambda user: (user["name"], user["error"]) })
        .run()
        .on(&mut con)?
        .ok()?;
    for (name, error) in broken {
        println!("{name} is broken: {error}");
    }

    let permissions: BTreeSet<String> = active
        .clone()
        .flatmap(py! { lambda user: list(user["permissions"]) })
        .distinct()
        .run()
        .on::<Vec<String>>(&mut con)?
        .ok()?
        .into_iter()
        .collect();
    println!("permissions of active users: {permissions:?}");

    let holders: Vec<(String, BTreeSet<String>)> = active
        .flatmap(py! { lambda user: [(name, user["name"]) for name in user["permissions"]] })
        .groupby(
            py! { lambda pair: pair[0] },
            py! { lambda _, names, pair: (names or set()) | {pair[1]} },
        )
        .map(py! { lambda group: (group["key"], group["value"]) })
        .run()
        .on(&mut con)?
        .ok()?;
    for (permission, names) in BTreeMap::from_iter(holders) {
        println!("{permission}: {}", Vec::from_iter(names).join(", "));
    }

    let needed = ["read", "write"];
    let able: Vec<String> = users
        .filter(py! { lambda user: user["permissions"].issuperset('needed) })
        .map(py! { lambda user: user["name"] })
        .sort()
        .run()
        .on(&mut con)?
        .ok()?;
    println!("may {}: {}", needed.join(" and "), able.join(", "));

    let keys = USERS.map(|(name, ..)| format!("user:{name}"));
    redis::cmd("DEL").arg(&keys).exec(&mut con)?;
    Ok(())
}
