//! What a server is, and what it is too old for.

use std::path::Path;
use std::process::Command;

use redgrease::RedisGears;

use crate::failure::{Exit, Failure};
use crate::value::{object, reply};

/// The oldest Redis that loads the engine; every Valkey does.
const OLDEST_REDIS: [u32; 2] = [6, 2];
/// The oldest RedisGears that knows all the commands, as its module says it.
const OLDEST_GEARS: i64 = 10_200;

/// A server by name and number, such as `Redis 7.0.15`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Version {
    pub(crate) name: String,
    pub(crate) number: String,
}

impl Version {
    /// The version of a server program.
    pub(crate) fn of_program(program: &Path) -> Option<Self> {
        let output = Command::new(program).arg("--version").output().ok()?;
        Self::in_output(&String::from_utf8_lossy(&output.stdout))
    }

    /// Reads `Redis server v=7.0.15 sha=…`.
    fn in_output(text: &str) -> Option<Self> {
        let (name, rest) = text.split_once(" server v=")?;
        Some(Self {
            name: name.trim().to_string(),
            number: rest.split_whitespace().next()?.to_string(),
        })
    }

    /// Reads the section `server` of INFO.
    fn in_info(info: &str) -> Option<Self> {
        let field = |name: &str| {
            info.lines()
                .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
                .map(|value| value.trim().to_string())
        };
        let valkey = field("valkey_version").map(|number| ("Valkey", number));
        let (name, number) = valkey.or_else(|| Some(("Redis", field("redis_version")?)))?;
        Some(Self {
            name: name.to_string(),
            number,
        })
    }

    /// Whether the engine cannot be loaded into it.
    pub(crate) fn is_too_old(&self) -> bool {
        self.name == "Redis" && numbers(&self.number).as_slice() < OLDEST_REDIS.as_slice()
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.name, self.number)
    }
}

/// A running server.
#[derive(Debug, Default)]
pub(crate) struct Running {
    pub(crate) server: Option<Version>,
    /// Its modules with their numbers, such as `("rg", 10213)`.
    modules: Vec<(String, i64)>,
}

impl Running {
    /// Asks a server; what the user may not see stays unknown.
    pub(crate) fn ask(con: &mut RedisGears) -> Self {
        let info: redis::RedisResult<String> = redis::cmd("INFO").arg("server").query(con);
        let modules: redis::RedisResult<Vec<redis::Value>> =
            redis::cmd("MODULE").arg("LIST").query(con);
        let module = |module: &redis::Value| {
            let module = object(reply(module), &[]);
            let name = module["name"].as_str()?.to_string();
            Some((name, module["ver"].as_i64().unwrap_or_default()))
        };
        Self {
            server: info.ok().and_then(|info| Version::in_info(&info)),
            modules: modules
                .unwrap_or_default()
                .iter()
                .filter_map(module)
                .collect(),
        }
    }

    fn module(&self, name: &str) -> Option<i64> {
        let module = self.modules.iter().find(|(known, _)| known == name);
        module.map(|(_, number)| *number)
    }

    /// The version of RedisGears that it has or, with the engine, stands for.
    pub(crate) fn gears(&self) -> Option<String> {
        self.module("rg").map(|number| {
            let (major, minor, patch) = (number / 10_000, number / 100 % 100, number % 100);
            format!("{major}.{minor}.{patch}")
        })
    }

    pub(crate) fn has_old_gears(&self) -> bool {
        self.module("rg")
            .is_some_and(|number| number < OLDEST_GEARS)
    }

    /// Why the server at `url` does not know a command, and what to do.
    pub(crate) fn lacks(&self, url: &str, command: &str) -> Failure {
        const UPGRADE: &str = "upgrade it, then `redgrease engine info` shows how to load the \
                               engine; `redgrease serve` starts another server that has it";
        const LOAD: &str = "`redgrease serve` starts a server that has it; `redgrease engine \
                            info` shows how to load it into another one";
        let version = self.server.clone().unwrap_or_default();
        let failure = |message: String, help: &str| Failure::new(Exit::Server, message).help(help);
        match (self.gears(), self.has_old_gears()) {
            (Some(gears), true) => failure(
                format!(
                    "the server at {url} has RedisGears {gears}, which is too old for `{command}`: \
                     1.2 or newer is needed"
                ),
                "load RedisGears 1.2 or the engine of redgrease in its place; `redgrease engine \
                 info` shows how",
            ),
            (Some(gears), false) => failure(
                format!("the server at {url} has RedisGears {gears}, but not `{command}`"),
                "its administrator may have renamed the command",
            ),
            _ if self.module("redisgears_2").is_some() => failure(
                format!("the server at {url} has RedisGears 2, which runs no Python"),
                LOAD,
            ),
            _ if self.server.as_ref().is_some_and(Version::is_too_old) => failure(
                format!(
                    "the server at {url} is {version}, which has no engine and is too old for it: \
                     Redis 6.2 or newer, or Valkey, is needed"
                ),
                UPGRADE,
            ),
            _ => failure(
                format!("the server at {url} does not know `{command}`: it has no engine"),
                LOAD,
            ),
        }
    }
}

/// The first two numbers of a version.
pub(crate) fn numbers(version: &str) -> Vec<u32> {
    version
        .split('.')
        .take(2)
        .map_while(|part| part.parse().ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn running(server: &str, number: &str, modules: &[(&str, i64)]) -> Running {
        Running {
            server: Some(Version {
                name: server.to_string(),
                number: number.to_string(),
            }),
            modules: modules
                .iter()
                .map(|(name, number)| ((*name).to_string(), *number))
                .collect(),
        }
    }

    #[test]
    fn programs_and_servers_say_their_version() {
        let program = Version::in_output("Redis server v=6.0.16 sha=00000000:0 bits=64\n").unwrap();
        assert_eq!(program.to_string(), "Redis 6.0.16");
        assert!(program.is_too_old());
        let valkey =
            "# Server\r\nserver_name:valkey\r\nredis_version:7.2.4\r\nvalkey_version:8.0.1\r\n";
        assert_eq!(
            Version::in_info(valkey).unwrap().to_string(),
            "Valkey 8.0.1"
        );
        let redis = Version::in_info("redis_version:6.2.0\r\n").unwrap();
        assert_eq!(redis.to_string(), "Redis 6.2.0");
        assert!(!redis.is_too_old());
    }

    #[test]
    fn versions_are_compared_by_number() {
        assert!(numbers("3.11.7") > numbers("3.7"));
        assert!(numbers("7.0.15") >= vec![6, 2]);
        assert!(numbers("6.0.16") < vec![6, 2]);
    }

    #[test]
    fn what_a_server_lacks_has_a_reason() {
        let reason = |server: Running| server.lacks("redis://db/", "RG.PYDUMPSESSIONS").message;
        let gears = [("rg", 10_006)];
        assert!(
            reason(running("Redis", "6.0.9", &gears))
                .contains("RedisGears 1.0.6, which is too old")
        );
        assert!(
            reason(running("Redis", "6.0.9", &[]))
                .contains("Redis 6.0.9, which has no engine and is too old")
        );
        assert!(reason(running("Redis", "7.2.1", &[])).ends_with("it has no engine"));
        assert!(
            reason(running("Redis", "7.2.1", &[("redisgears_2", 20_000)]))
                .contains("runs no Python")
        );
        assert!(
            reason(running("Redis", "7.2.1", &[("rg", 10_213)]))
                .contains("but not `RG.PYDUMPSESSIONS`")
        );
    }
}
