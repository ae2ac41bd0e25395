//! Tests of functions: their Python runs in a private server, and the typed value comes back.
//!
//! ```no_run
//! use redgrease::prelude::*;
//!
//! #[command]
//! fn total(prices: &[f64]) -> f64 {
//!     python! { return sum(prices) }
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // in a `#[test]`
//! let mut redis = redgrease::testing::Redis::start()?;
//! assert_eq!(redis.call(total::call(&[1.5, 2.0]))?, 3.5);
//! # Ok(()) }
//! ```
//!
//! `f::call(…)` is the call of any command, also of one that is bound to another server with
//! `on = …`: so a test need not know what the program is bound to.

use std::collections::BTreeSet;
use std::io;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use redgrease_core::client::{Call, Registrations};
use redgrease_core::error::Error;
use redis::{Cmd, Connection, ConnectionLike, RedisResult, Value};

use crate::embedded::{self, Server};

/// How many tests of one program may run at once.
const DATABASES: i64 = 4096;

/// How long a test waits for what functions do.
const PATIENCE: Duration = Duration::from_secs(60);

/// An empty Redis with the engine, for one test. It is a connection: commands of the `redis` crate and
/// `register` work on it.
///
/// The tests of a program share one server, which starts with the first of them; each has a database of
/// its own, where the functions that it calls run, too. What is registered is the server's, for all of
/// them: a function at events that one test has registered runs at those of the others as well, in the
/// database of each. Where that is in the way, [`alone`](Redis::alone) gives a server of its own.
///
/// ```no_run
/// use redgrease::prelude::*;
/// use redgrease::redis::Commands;
///
/// #[command]
/// fn visit(name: &str) -> i64 {
///     python! { return cmd.hincrby("visits", name, 1) }
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut redis = redgrease::testing::Redis::start()?;
/// let _: () = redis.hset("visits", "Ann", 41)?;
/// assert_eq!(redis.call(visit::call("Ann"))?, 42);
/// # Ok(()) }
/// ```
pub struct Redis {
    con: Connection,
    server: Arc<Server>,
    /// The database, where the server is shared.
    database: Option<i64>,
}

impl std::fmt::Debug for Redis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Redis")
            .field("server", &self.server.url())
            .field("database", &self.database)
            .finish_non_exhaustive()
    }
}

/// The server of all tests of a program, and the databases that tests use.
struct Shared {
    server: Weak<Server>,
    taken: BTreeSet<i64>,
}

static SHARED: Mutex<Shared> = Mutex::new(Shared {
    server: Weak::new(),
    taken: BTreeSet::new(),
});

impl Redis {
    /// An empty database of the server that the tests of this program share.
    ///
    /// Streams that functions are registered on, and runs over all keys, are about database 0: for these
    /// there is [`alone`](Self::alone).
    ///
    /// # Errors
    ///
    /// [`embedded::Error`]: what is missing for a private server, or why it did not start.
    pub fn start() -> Result<Self, embedded::Error> {
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        let server = match shared.server.upgrade() {
            Some(server) => server,
            None => {
                let databases = DATABASES.to_string();
                let builder = Server::builder().server_arg("--databases", databases);
                let server = Arc::new(builder.start()?);
                shared.server = Arc::downgrade(&server);
                shared.taken.clear();
                server
            }
        };
        let free = (1..DATABASES).find(|number| !shared.taken.contains(number));
        let database = free.ok_or_else(|| embedded::Error::Io {
            what: "a database for one more test".into(),
            source: io::Error::other(format!("{} are in use", DATABASES - 1)),
        })?;
        let mut con = server.connection()?;
        redis::cmd("SELECT")
            .arg(database)
            .exec(&mut con)
            .map_err(|error| embedded::Error::Client(error.into()))?;
        shared.taken.insert(database);
        Ok(Self {
            con,
            server,
            database: Some(database),
        })
    }

    /// A server for this test alone, in its database 0.
    ///
    /// # Errors
    ///
    /// As [`start`](Self::start).
    pub fn alone() -> Result<Self, embedded::Error> {
        let server = Arc::new(Server::start()?);
        Ok(Self {
            con: server.connection()?,
            server,
            database: None,
        })
    }

    /// The server that the functions run in: its address, its log.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// Runs a command and gives what it returned. The server gets the function first, if it does not
    /// have it.
    ///
    /// # Errors
    ///
    /// As [`Call::on`]: what the function raises, with the lines of the Rust file, as the error that it
    /// was written with.
    pub fn call<T, E: From<Error>>(&mut self, call: Call<T, E>) -> Result<T, E> {
        call.on(&mut self.con)
    }

    /// Waits until `reached` is true: until functions that run at events have done their work.
    ///
    /// ```no_run
    /// use redgrease::prelude::*;
    /// use redgrease::redis::Commands;
    ///
    /// #[keys_reader(prefix = "person:*", event_types = ["hset"])]
    /// fn index_person(record: Record) {
    ///     python! { cmd.sadd("people", record.key) }
    /// }
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let mut redis = redgrease::testing::Redis::start()?;
    /// index_person::register(&mut redis)?;
    /// let _: () = redis.hset("person:1", "name", "Ann")?;
    /// redis.until(&registrations![index_person], |redis| redis.sismember("people", "person:1"));
    /// # Ok(()) }
    /// ```
    ///
    /// # Panics
    ///
    /// When one of `functions` fails, with its traceback in the lines of the Rust file; when the
    /// connection does; after a minute, with the end of the server's log.
    #[track_caller]
    pub fn until(
        &mut self,
        functions: &Registrations,
        mut reached: impl FnMut(&mut Self) -> RedisResult<bool>,
    ) {
        let give_up = Instant::now() + PATIENCE;
        loop {
            match reached(self) {
                Ok(true) => return,
                Ok(false) => {}
                Err(error) => panic!("what is waited for cannot be asked: {error}"),
            }
            match functions.last_errors(&mut self.con) {
                Ok(errors) => {
                    if let Some((name, error)) = errors.first() {
                        panic!("`{name}` failed:\n{error}");
                    }
                }
                Err(error) => panic!("the functions cannot be asked for their errors: {error}"),
            }
            assert!(
                Instant::now() < give_up,
                "what is waited for did not come in {} s; the end of the server's log:\n{}",
                PATIENCE.as_secs(),
                self.server.end_of_log()
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let Some(database) = self.database else {
            return;
        };
        // a server that is gone has nothing to remove
        let _ = redis::cmd("FLUSHDB").exec(&mut self.con);
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if Weak::as_ptr(&shared.server) == Arc::as_ptr(&self.server) {
            shared.taken.remove(&database);
        }
    }
}

impl ConnectionLike for Redis {
    fn req_packed_command(&mut self, cmd: &[u8]) -> RedisResult<Value> {
        self.con.req_packed_command(cmd)
    }

    fn req_packed_commands(
        &mut self,
        cmd: &[u8],
        offset: usize,
        count: usize,
    ) -> RedisResult<Vec<Value>> {
        self.con.req_packed_commands(cmd, offset, count)
    }

    fn req_command(&mut self, cmd: &Cmd) -> RedisResult<Value> {
        self.con.req_command(cmd)
    }

    fn get_db(&self) -> i64 {
        self.database.unwrap_or_default()
    }

    fn check_connection(&mut self) -> bool {
        self.con.check_connection()
    }

    fn is_open(&self) -> bool {
        self.con.is_open()
    }
}
