//! What functions ask of the world outside.

use std::fmt;
use std::sync::Arc;

use super::value::Value;

/// The world outside of a function.
pub trait Host {
    /// Runs a command of the server: its words, and what it gave or the text of its error.
    ///
    /// # Errors
    /// The text of the exception that the function gets.
    fn execute(&mut self, words: &[Word]) -> Result<Value, String>;
    /// Runs a command that changes nothing, for a call that may begin again afterwards; gives nothing where somebody would see
    /// that it runs twice.
    ///
    /// # Errors
    /// The text of the exception that the function gets.
    fn read(&mut self, words: &[Word]) -> Result<Option<Value>, String> {
        self.execute(words).map(Some)
    }
    /// Writes a line to the server's log.
    fn log(&mut self, level: &str, message: &str);
    /// A text whose slot this shard owns.
    fn hashtag(&mut self) -> Arc<str>;
    /// A value of the configuration.
    fn config(&mut self, name: &str) -> Value;
    /// Inside a hook: runs the next hook or the command, with these words after its name.
    ///
    /// # Errors
    /// The text of the exception that the function gets.
    fn call_next(&mut self, words: &[Word]) -> Result<Value, String>;
    /// The command that raised the event, if one did.
    fn command(&mut self) -> Option<Value>;
    /// Replaces the reply of the command that raised the event.
    ///
    /// # Errors
    /// The text of the exception that the function gets.
    fn override_reply(&mut self, reply: &Value) -> Result<(), String>;
    /// Called now and then while a function runs.
    ///
    /// # Errors
    /// When it has to stop.
    fn go_on(&mut self) -> Result<(), Halt>;
}

/// Why a function has to stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Halt {
    /// Somebody aborted it: it gets the exception that workers raise then.
    Aborted,
    /// It ends at once, and this is the error that its caller gets.
    Ended(String),
}

/// One word of a command.
#[derive(Clone, Debug)]
pub enum Word {
    /// Text.
    Text(Arc<str>),
    /// Bytes.
    Bytes(Arc<[u8]>),
}

impl AsRef<[u8]> for Word {
    fn as_ref(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Bytes(bytes) => bytes,
        }
    }
}

/// The functions of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Service {
    Execute,
    /// `execute` of a command that changes nothing.
    Read,
    Log,
    /// `redgrease.log`, which takes any message.
    LogAny,
    Hashtag,
    Hashtag3,
    Config,
    ConfigOr,
    CallNext,
    Command,
    Override,
}

/// A row of the table of services.
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) service: Service,
    /// Whether something happens outside, after which a call cannot begin again.
    pub(super) has_effect: bool,
    /// Whether it gives what the server answers, in which texts may be that are no UTF-8.
    pub(super) replies: bool,
}

const fn row(name: &'static str, service: Service, has_effect: bool, replies: bool) -> Row {
    Row {
        name,
        service,
        has_effect,
        replies,
    }
}

/// The services by the names that the engine gives them.
pub(super) static SERVICES: &[Row] = &[
    row("execute", Service::Execute, true, true),
    row("log", Service::Log, true, false),
    row("redgrease.log", Service::LogAny, true, false),
    row("hashtag", Service::Hashtag, false, false),
    row("hashtag3", Service::Hashtag3, false, false),
    row("configGet", Service::Config, false, true),
    row("gearsConfigGet", Service::ConfigOr, false, true),
    row("call_next", Service::CallNext, true, true),
    row("get_command", Service::Command, false, true),
    row("override_reply", Service::Override, true, false),
];

/// Commands that change nothing, whatever stands behind their names, wait for nothing, and answer the same to the same.
static READS: &[&str] = &[
    "BITCOUNT",
    "BITPOS",
    "EXISTS",
    "EXPIRETIME",
    "GET",
    "GETBIT",
    "GETRANGE",
    "HEXISTS",
    "HGET",
    "HGETALL",
    "HKEYS",
    "HLEN",
    "HMGET",
    "HSTRLEN",
    "HVALS",
    "LINDEX",
    "LLEN",
    "LPOS",
    "LRANGE",
    "MGET",
    "PEXPIRETIME",
    "PTTL",
    "SCARD",
    "SDIFF",
    "SINTER",
    "SISMEMBER",
    "SMEMBERS",
    "SMISMEMBER",
    "STRLEN",
    "SUBSTR",
    "SUNION",
    "TTL",
    "TYPE",
    "XLEN",
    "XRANGE",
    "XREVRANGE",
    "ZCARD",
    "ZCOUNT",
    "ZLEXCOUNT",
    "ZMSCORE",
    "ZRANGE",
    "ZRANGEBYLEX",
    "ZRANGEBYSCORE",
    "ZRANK",
    "ZREVRANGE",
    "ZREVRANGEBYLEX",
    "ZREVRANGEBYSCORE",
    "ZREVRANK",
    "ZSCORE",
];

/// Whether a command changes nothing, so that it may run again.
pub(super) fn is_read(name: &str) -> bool {
    READS.iter().any(|read| read.eq_ignore_ascii_case(name))
}

impl fmt::Debug for dyn Host + '_ {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Host")
    }
}

/// Nothing outside: functions that ask for something get errors.
#[derive(Debug, Default)]
pub struct Nowhere;

impl Host for Nowhere {
    fn execute(&mut self, _: &[Word]) -> Result<Value, String> {
        Err("there is no server".to_owned())
    }

    fn log(&mut self, _: &str, _: &str) {}

    fn hashtag(&mut self) -> Arc<str> {
        "".into()
    }

    fn config(&mut self, _: &str) -> Value {
        Value::None
    }

    fn call_next(&mut self, _: &[Word]) -> Result<Value, String> {
        Err("Can not get CommandHook ctx".to_owned())
    }

    fn command(&mut self) -> Option<Value> {
        None
    }

    fn override_reply(&mut self, _: &Value) -> Result<(), String> {
        Err("Can not get command ctx".to_owned())
    }

    fn go_on(&mut self) -> Result<(), Halt> {
        Ok(())
    }
}
