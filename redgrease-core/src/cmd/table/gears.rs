//! The engine's own commands, as `cmd.gears.…`.

use crate::cmd::entry::{Entry, Reply, entry};

const OBJECT: Reply = Reply::new("an object with the server's fields", "$named(@)");
const OBJECTS: Reply = Reply::new(
    "list of objects with the server's fields",
    "[$named(r) for r in @]",
);

pub(super) const ENTRIES: &[Entry] = &[
    entry("gears.abortexecution", "id", "RG.ABORTEXECUTION").gives(Reply::OK),
    entry("gears.dropexecution", "id", "RG.DROPEXECUTION").gives(Reply::OK),
    entry("gears.dumpexecutions", "", "RG.DUMPEXECUTIONS").gives(OBJECTS),
    entry("gears.dumpregistrations", "", "RG.DUMPREGISTRATIONS").gives(OBJECTS),
    entry("gears.infocluster", "", "RG.INFOCLUSTER").gives(Reply::new(
        "an object with `my_id`, `my_run_id`, `shards`; None outside of a cluster",
        "$cluster_info(@)",
    )),
    entry("gears.pydumpreqs", "", "RG.PYDUMPREQS").gives(OBJECTS),
    entry("gears.pystats", "", "RG.PYSTATS").gives(OBJECT),
    entry("gears.refreshcluster", "", "RG.REFRESHCLUSTER").gives(Reply::OK),
    entry("gears.trigger", "trigger_name, *args", "RG.TRIGGER").gives(Reply::LIST),
    entry("gears.unregister", "id", "RG.UNREGISTER").gives(Reply::OK),
];
