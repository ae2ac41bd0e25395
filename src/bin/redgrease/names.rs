//! `redgrease names`, which completions call: names that are on the server.

use serde_json::Value;

use crate::args::{Kind, Listing, NamesArgs, ServerArgs, value_in};
use crate::config::Layers;
use crate::failure::Result;
use crate::list::{fetch, has_ended, short_id};
use crate::server::Server;
use crate::settings;
use crate::terminal::Terminal;
use crate::value::plain;

/// Prints one name in a line; nothing where no server answers.
pub(crate) fn run(
    args: &NamesArgs,
    layers: &Layers,
    server: &ServerArgs,
    terminal: Terminal,
) -> Result<()> {
    let mut names = match args.kind {
        Kind::Settings => settings::names().map(str::to_string).collect(),
        kind => on_server(kind, layers, &named_in(&args.words, server)).unwrap_or_default(),
    };
    names.sort_unstable();
    names.dedup();
    for name in names {
        terminal.print(name)?;
    }
    Ok(())
}

/// The server that the unfinished line names.
fn named_in(words: &[String], server: &ServerArgs) -> ServerArgs {
    let mut named = server.clone();
    named.server = value_in(words, "server", 's').or(named.server);
    named.user = value_in(words, "user", '\0').or(named.user);
    named.password = value_in(words, "password", '\0').or(named.password);
    let port = value_in(words, "port", 'p').and_then(|port| port.parse().ok());
    named.port = port.or(named.port);
    named
}

fn on_server(kind: Kind, layers: &Layers, server: &ServerArgs) -> Result<Vec<String>> {
    let mut con = Server::new(&layers.server(server)?)?.connect()?;
    if kind == Kind::Executions {
        let all = fetch(&mut con, Listing::Executions)?;
        let under_way = all.iter().filter(|item| !has_ended(item));
        return Ok(under_way.map(|item| id(&item["executionId"])).collect());
    }
    let all = fetch(&mut con, Listing::Registrations)?;
    let trigger = |item: &Value| {
        item["RegistrationData"]["args"]["trigger"]
            .as_str()
            .map(str::to_string)
    };
    Ok(match kind {
        Kind::Triggers => all.iter().filter_map(trigger).collect(),
        Kind::Streams => all
            .iter()
            .filter(|item| item["reader"] == "StreamReader")
            .map(|item| id(&item["id"]))
            .collect(),
        _ => all
            .iter()
            .flat_map(|item| [Some(id(&item["id"])), trigger(item)])
            .flatten()
            .collect(),
    })
}

fn id(id: &Value) -> String {
    short_id(&plain(id))
}
