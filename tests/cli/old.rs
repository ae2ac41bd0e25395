//! Servers that are older than the tool.

use redgrease::embedded::Server;

use crate::stub::Stub;
use crate::tool::{Place, PlainRedis, Ran, function};

/// A server with RedisGears 1.0.6, which knows no sessions.
fn old_gears(server: &Server) -> Stub {
    Stub::before(server.port(), |words| {
        let name = words[0].to_uppercase();
        let has = |option: &str| words.iter().any(|word| word == option);
        match name.as_str() {
            "RG.PYEXECUTE" if has("ID") => Some("-Unknown arguments were given: ID\r\n".into()),
            "RG.PYDUMPSESSIONS" => Some(format!("-ERR unknown command '{name}'\r\n")),
            "MODULE" => {
                Some("*1\r\n*4\r\n$4\r\nname\r\n$2\r\nrg\r\n$3\r\nver\r\n:10006\r\n".into())
            }
            _ => None,
        }
    })
}

fn run(place: &Place, stub: &Stub, args: &[&str]) -> Ran {
    place.run(&[&["-s", &stub.url()], args].concat())
}

#[test]
fn scripts_are_replaced_without_sessions() {
    let place = Place::with_server();
    let stub = old_gears(place.server.as_ref().unwrap());
    place.write("other.py", &function("other", "not ours"));
    place.ok(&["other.py"]);
    place.write("s/x.py", &(function("a", "old") + &function("b", "old")));
    let ran = run(&place, &stub, &["s"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(
        ran.err.contains("Loaded s/x.py: 2 registrations"),
        "{}",
        ran.err
    );
    assert!(
        ran.err.contains("the server has no named sessions"),
        "{}",
        ran.err
    );

    place.write("s/x.py", &(function("a", "new") + &function("c", "new")));
    assert_eq!(run(&place, &stub, &["s"]).code, 0);
    assert_eq!(place.trigger("a").as_deref(), Some("new"));
    assert_eq!(place.trigger("b"), None);
    assert_eq!(place.trigger("c").as_deref(), Some("new"));
    assert_eq!(place.trigger("other").as_deref(), Some("not ours"));

    place.remove("s/x.py");
    place.write("s/y.py", "GB().count().run()\n");
    let ran = run(&place, &stub, &["s"]);
    assert!(
        ran.err.contains("Removed s/x.py: 2 registrations"),
        "{}",
        ran.err
    );
    assert_eq!(place.registrations(), 1);
}

#[test]
fn what_needs_a_newer_redisgears_says_so() {
    let place = Place::with_server();
    let stub = old_gears(place.server.as_ref().unwrap());
    let ran = run(&place, &stub, &["ls", "sessions"]);
    assert_eq!(ran.code, 3);
    assert_eq!(
        ran.err,
        format!(
            "error: the server at {} has RedisGears 1.0.6, which is too old for \
             `RG.PYDUMPSESSIONS`: 1.2 or newer is needed\n  help: load RedisGears 1.2 or the engine \
             of redgrease in its place; `redgrease engine info` shows how\n",
            stub.url()
        )
    );
    let ran = run(&place, &stub, &["engine", "doctor"]);
    assert!(ran.out.contains("RedisGears 1.0.6"), "{}", ran.out);
    assert!(
        ran.out.contains("need RedisGears 1.2 or the engine"),
        "{}",
        ran.out
    );
}

#[test]
fn a_redis_that_is_too_old_for_the_engine_says_so() {
    let place = Place::empty();
    place.write("a.py", &function("a", "A"));
    let redis = PlainRedis::start(&[]);
    let stub = Stub::before(redis.port, |words| {
        let info = "# Server\r\nredis_version:6.0.16\r\n";
        let asks = words[0].eq_ignore_ascii_case("INFO");
        asks.then(|| format!("${}\r\n{info}\r\n", info.len()))
    });
    for args in [&["ls"][..], &["a.py"], &["trigger", "a"]] {
        let ran = run(&place, &stub, args);
        assert_eq!(ran.code, 3, "{args:?}: {}", ran.err);
        let reason =
            "is Redis 6.0.16, which has no engine and is too old for it: Redis 6.2 or newer";
        assert!(ran.err.contains(reason), "{args:?}: {}", ran.err);
        assert!(
            ran.err.contains("help: upgrade it"),
            "{args:?}: {}",
            ran.err
        );
    }
}

#[test]
fn an_old_program_is_not_started() {
    let place = Place::empty();
    place.program(
        "old-redis",
        "echo 'Redis server v=6.0.16 sha=00000000:0 malloc=libc bits=64'",
    );
    let run = |args: &[&str]| {
        let mut command = place.command(args);
        place.output(command.env("REDIS_SERVER", "old-redis").output().unwrap())
    };
    let ran = run(&["serve"]);
    assert_eq!(ran.code, 3);
    assert_eq!(
        ran.err,
        "error: old-redis is Redis 6.0.16, which is too old for the engine: Redis 6.2 or newer, or \
         Valkey, is needed\n  help: install a newer one, or set REDIS_SERVER to one\n"
    );
    let ran = run(&["engine", "doctor"]);
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("Redis 6.0.16 is too old"), "{}", ran.out);
}
