//! The RedGrease engine: a Redis module that speaks the RedisGears 1.2 commands and runs Python in worker processes.
//!
//! Load it with `redis-server --loadmodule libredgrease_engine.so [name value ...]`. The module needs no Python itself: workers
//! run the interpreter that the argument `PythonExecutable` names, or `python3` from the `PATH`.
//!
//! The rooms of the house, the highest first; `docs/architecture.md` draws them and walks requests through them:
//!
//! * `module`: loading;
//! * `commands`: what clients call;
//! * `requests`: what running functions ask for;
//! * `registrar`: making a script's registrations stand;
//! * `persist`: registrations in database files, the append-only file and on replicas;
//! * `event`: what registrations wait for;
//! * `registration`, `execution`: plans that wait for events, and their runs;
//! * `cluster`: what this server is among others;
//! * `session`: the functions of a script;
//! * `source`, `native`: where records come from, and operations that need no Python;
//! * `worker`: processes that run Python;
//! * `packages`: interpreters and their packages;
//! * `settings`: options of the engine;
//! * `plan`: readers, operations and their arguments;
//! * `answer`: replies to clients;
//! * `record`: values, and batches of records;
//! * `base`: what every room uses;
//! * `server`: the server's module API, the only place with `unsafe`.

mod answer;
mod base;
mod cluster;
mod commands;
mod event;
mod execution;
mod module;
mod native;
mod packages;
mod persist;
mod plan;
mod record;
mod registrar;
mod registration;
mod requests;
mod server;
mod session;
pub mod settings;
mod source;
mod worker;
