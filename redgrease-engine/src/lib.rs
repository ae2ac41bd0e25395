//! The RedGrease engine: a Redis module that speaks the RedisGears 1.2 commands and runs Python in worker processes.
//!
//! Load it with `redis-server --loadmodule libredgrease_engine.so [name value ...]`. The module needs no Python itself: workers
//! run the interpreter that the argument `PythonExecutable` names, or `python3` from the `PATH`.
//!
//! The way of a request through the modules:
//!
//! * `ffi`: the server's module API, the only place with `unsafe`;
//! * `commands`: what clients call;
//! * `session`, `plan`, `registration`, `registry`, `execution`: what scripts make and the server keeps;
//! * `executor`, `readers`, `native`: running a plan, in the engine as far as it needs no Python;
//! * `calls`, `worker`, `outbox`, `wire`, `value`, `records`: the rest of the plan in a worker process;
//! * `persist`: registrations in database files, the append-only file and on replicas;
//! * `companion`: a server that ends with another process;
//! * `environment`, `install`, `wheels`, `requirements`: the interpreters of the workers and their packages.

mod calls;
mod cluster;
mod commands;
mod companion;
mod config;
mod engine;
mod environment;
mod execution;
mod executor;
mod ffi;
mod hooks;
mod info;
mod install;
mod key_events;
mod memory;
mod module;
mod native;
mod options;
mod outbox;
mod persist;
mod plan;
mod readers;
mod records;
mod registration;
mod registry;
mod reply;
mod requests;
mod requirements;
mod session;
mod spawner;
mod timer;
mod value;
mod wheels;
mod wire;
mod worker;
