//! An execution in the server whose results are waited for.

use redgrease::{ExecId, ExecutionResult, GearsCommands as _, RawRecord, RedisGears};

use crate::failure::{Exit, Failure, Result};
use crate::interrupt;
use crate::progress::Work;
use crate::terminal::Terminal;

/// Waits for the results and lets the server forget the execution. Ctrl-C aborts it.
pub(crate) fn wait(
    con: &RedisGears,
    id: &ExecId,
    work: &Work,
    terminal: Terminal,
) -> Result<ExecutionResult<Vec<RawRecord>>> {
    // each thread that uses a handle at the same time has a connection of its own
    let mut waiting = con.clone();
    let mut aborting = con.clone();
    let awaited = id.clone();
    let results = work.run(
        terminal,
        || {
            terminal.status(
                "Aborting",
                format_args!("{id}; Ctrl-C again leaves at once"),
            );
            if let Err(error) = aborting.abortexecution(id) {
                terminal.error(&Failure::from(error));
            }
            Ok(())
        },
        move || waiting.getresultsblocking(&awaited),
    )?;
    let results = results?;
    con.clone().dropexecution(id)?;
    if interrupt::requested() {
        return Err(Failure::new(
            Exit::Interrupted,
            "stopped; the execution was aborted",
        ));
    }
    Ok(results)
}
