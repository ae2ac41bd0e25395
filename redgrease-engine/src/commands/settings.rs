//! Commands about settings.

use std::ffi::CStr;

use crate::answer::Reply;
use crate::server::{Command, Flag, Invocation};
use crate::settings::{Refusal, Saved, Shown, settings};

/// RG.CONFIGGET
pub(crate) struct ConfigGet;

impl Command for ConfigGet {
    const NAME: &'static CStr = c"rg.configget";

    fn run(call: Invocation<'_>) {
        let values = call.arguments[1..].iter().map(|name| get(name)).collect();
        Reply::Array(values).write(call.context);
    }
}

fn get(name: &[u8]) -> Reply {
    match settings().show(name) {
        Some(Shown::Number(number)) => Reply::Int(number),
        Some(Shown::Text(text)) => Reply::Bulk(text),
        Some(Shown::Texts(texts)) => Reply::bulks(texts),
        None => Reply::Error([b"(error) Unsupported config parameter: ".as_slice(), name].concat()),
    }
}

/// RG.CONFIGSET
pub(crate) struct ConfigSet;

impl Command for ConfigSet {
    const NAME: &'static CStr = c"rg.configset";
    const FLAGS: Flag = Flag::Admin;

    fn run(call: Invocation<'_>) {
        let pairs = call.arguments[1..]
            .chunks(2)
            .map(|pair| (pair[0].as_slice(), pair.get(1).map(Vec::as_slice)));
        let answers = settings().change(pairs).into_iter().map(answer).collect();
        Reply::Array(answers).write(call.context);
    }
}

fn answer(change: Result<Saved, Refusal>) -> Reply {
    match change {
        Ok(Saved::Core) => Reply::Ok,
        Ok(saved) => Reply::Simple(saved.to_string()),
        Err(refusal) => Reply::error(refusal.to_string()),
    }
}
