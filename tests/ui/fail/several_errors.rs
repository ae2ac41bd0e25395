// One run tells of all errors, in syntax and in names, and rustc adds nothing.

use redgrease::prelude::*;

#[command(requirement = ["numpy"], replace = 1)]
fn total(key: &str, limit: i64) -> i64 {
    python! {
        total = 0
        for value in cmd.lrange(key, 0, -1):
            total += = int(value)
            if total > limit:
                return totall
        print(keyy)
        cmd.sett(key, total)
        return total limit
    }
}

fn main() -> redgrease::Result<()> {
    let mut con = RedisGears::open("redis://127.0.0.1/")?;
    let all: i64 = total("key", 3).on(&mut con)?;
    let gear = gear! {
        def double(x y):
            return x * 2
        KeysReader(patern).map(double).mapp(int).aggregate(0, lambda a: a).run(colect=True)
    };
    let _: Option<i64> = gear.on(&mut con)?.ok()?;
    println!("{all}");
    Ok(())
}
