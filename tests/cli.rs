//! The command line tool as a user runs it: the real program against real servers.
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot be set up shall stop with the place"
)]

#[path = "cli/alone.rs"]
mod alone;
#[path = "cli/check.rs"]
mod check;
#[path = "cli/help.rs"]
mod help;
#[path = "cli/interrupt.rs"]
mod interrupt;
#[path = "cli/load.rs"]
mod load;
#[path = "cli/manage.rs"]
mod manage;
#[path = "cli/metrics.rs"]
mod metrics;
#[path = "cli/migrate.rs"]
mod migrate;
#[path = "cli/nodes.rs"]
mod nodes;
#[path = "cli/old.rs"]
mod old;
#[path = "cli/pages.rs"]
mod pages;
#[path = "cli/pty.rs"]
mod pty;
#[path = "cli/requirements.rs"]
mod requirements;
#[path = "cli/run.rs"]
mod run;
#[path = "cli/serve.rs"]
mod serve;
#[path = "cli/server.rs"]
mod server;
#[path = "cli/stub.rs"]
mod stub;
#[path = "cli/tool.rs"]
mod tool;
#[path = "cli/watch.rs"]
mod watch;
