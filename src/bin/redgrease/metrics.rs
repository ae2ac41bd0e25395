//! `redgrease metrics`: what the engine counts, for Prometheus and its kin.

mod collect;
mod http;
mod text;

use crate::args::MetricsArgs;
use crate::failure::Result;
use crate::server::Server;
use crate::terminal::Terminal;

pub(crate) use collect::Seen;

/// Prints the metrics, or answers with them until Ctrl-C.
pub(crate) fn run(args: &MetricsArgs, server: &Server, terminal: Terminal) -> Result<()> {
    match &args.listen {
        Some(address) => http::listen(address, server, terminal),
        None => {
            let seen = Seen::look(&mut server.connect()?)?;
            terminal.print(text::of(Some(&seen)).trim_end())
        }
    }
}
