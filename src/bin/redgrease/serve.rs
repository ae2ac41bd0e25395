//! `redgrease serve`: a private server with the engine.

use std::path::Path;
use std::time::{Duration, Instant};

use redgrease::embedded::{self, Cluster, Server};

use crate::args::ServeArgs;
use crate::doctor;
use crate::failure::{Exit, Failure, Result};
use crate::interrupt;
use crate::module;
use crate::terminal::Terminal;
use crate::version::Version;

/// What is served.
enum Serving {
    Server(Server),
    Cluster(Cluster),
}

impl Serving {
    fn servers(&self) -> Vec<&Server> {
        match self {
            Self::Server(server) => vec![server],
            Self::Cluster(cluster) => cluster.nodes().iter().collect(),
        }
    }
}

/// Runs a server, or a cluster of them, until Ctrl-C.
pub(crate) fn run(args: &ServeArgs, port: Option<u16>, terminal: Terminal) -> Result<()> {
    refuse_old_program()?;
    interrupt::listen()?;
    let python = match &args.python {
        Some(python) => python.clone(),
        None => embedded::python().map_err(not_started)?,
    };
    doctor::refuse_python(&python)?;
    let serving = start(args, port, &python, terminal)?;
    let servers = serving.servers();
    for server in &servers {
        terminal.print(server.url())?;
    }
    let ports: Vec<String> = servers.iter().map(|one| one.port().to_string()).collect();
    let ports = match ports.as_slice() {
        [port] => format!("port {port}"),
        ports => format!("ports {}", ports.join(", ")),
    };
    let data = match &args.dir {
        Some(dir) => format!("the data is kept in {}", dir.display()),
        None => "nothing is kept (see --dir)".to_string(),
    };
    terminal.status("Serving", format_args!("on {ports}; {data}; Ctrl-C ends"));
    if terminal.is_verbose() {
        for server in &servers {
            terminal.status("Log", server.log_file().display());
        }
    }
    let result = guard(&servers);
    stop(&servers, terminal);
    result
}

fn start(
    args: &ServeArgs,
    port: Option<u16>,
    python: &Path,
    terminal: Terminal,
) -> Result<Serving> {
    let engine = module::path()?;
    let mut engine_args = Vec::new();
    for argument in &args.engine_arg {
        engine_args.push(argument.split_once('=').ok_or_else(|| {
            Failure::usage(format!(
                "--engine-arg: expected NAME=VALUE, but found `{argument}`"
            ))
        })?);
    }
    // A server and a cluster are told the same things.
    macro_rules! told {
        ($builder:expr) => {{
            let mut builder = $builder.engine(engine).python(python);
            if let Some(port) = port {
                builder = builder.port(port);
            }
            if let Some(dir) = &args.dir {
                builder = builder.dir(dir).server_arg("--appendonly", "yes");
            }
            for (name, value) in engine_args {
                builder = builder.module_arg(name, value);
            }
            builder
        }};
    }
    let started = match args.cluster {
        None => {
            terminal.progress("Starting", "a server with the engine");
            told!(Server::builder()).start().map(Serving::Server)
        }
        Some(nodes) => {
            terminal.progress(
                "Starting",
                format_args!("a cluster of {nodes} servers with the engine"),
            );
            let cluster = told!(Cluster::builder().nodes(usize::from(nodes)));
            cluster.start().map(Serving::Cluster)
        }
    };
    started.map_err(not_started)
}

/// A server that is too old would only say that it cannot load the module.
fn refuse_old_program() -> Result<()> {
    let program = embedded::server_program().map_err(not_started)?;
    match Version::of_program(&program).filter(Version::is_too_old) {
        None => Ok(()),
        Some(version) => Err(Failure::new(
            Exit::Server,
            format!(
                "{} is {version}, which is too old for the engine: Redis 6.2 or newer, or Valkey, \
                 is needed",
                program.display()
            ),
        )
        .help("install a newer one, or set REDIS_SERVER to one")),
    }
}

/// Waits for Ctrl-C; fails when a server ends before.
fn guard(servers: &[&Server]) -> Result<()> {
    const LOOK: Duration = Duration::from_millis(500);
    while !interrupt::sleep(LOOK) {
        let gone = servers.iter().find(|server| !answers(server));
        if let Some(server) = gone
            && !interrupt::requested()
        {
            let log = last_lines(&server.log_file());
            return Err(Failure::new(
                Exit::Server,
                format!(
                    "the server on port {} ended; the end of its log:\n{log}",
                    server.port()
                ),
            ));
        }
    }
    Ok(())
}

fn answers(server: &Server) -> bool {
    server
        .connection()
        .is_ok_and(|mut con| match redis::cmd("PING").exec(&mut con) {
            Ok(()) => true,
            // a server that is busy, or asks for a password, is there
            Err(error) => !error.is_io_error(),
        })
}

/// Lets the servers write their data and end by themselves.
fn stop(servers: &[&Server], terminal: Terminal) {
    const PATIENCE: Duration = Duration::from_secs(10);
    const LOOK: Duration = Duration::from_millis(20);
    for server in servers {
        if let Ok(mut con) = server.connection() {
            // the connection breaks instead of an answer when all goes well
            let _ = redis::cmd("SHUTDOWN").exec(&mut con);
        }
    }
    let give_up = Instant::now() + PATIENCE;
    for server in servers {
        while server.connection().is_ok() && Instant::now() < give_up {
            std::thread::sleep(LOOK);
        }
    }
    let what = match servers {
        [_] => "the server",
        _ => "the cluster",
    };
    terminal.status("Stopped", what);
}

/// Why there is no server, with the remedy on a line of its own.
pub(crate) fn not_started(error: embedded::Error) -> Failure {
    match error {
        embedded::Error::Missing {
            part,
            looked,
            remedy,
        } => {
            let places: Vec<String> = looked
                .iter()
                .map(|place| format!("\n  - {place}"))
                .collect();
            Failure::new(
                Exit::Server,
                format!(
                    "{part} was not found; it was looked for as{}",
                    places.concat()
                ),
            )
            .help(remedy)
        }
        other => {
            let message = other.to_string();
            let is_taken = message.contains("Address already in use");
            let failure = Failure::new(Exit::Server, message);
            if is_taken {
                return failure.help(
                    "--port gives it another port; without, and without REDGREASE_PORT, it takes a \
                     free one",
                );
            }
            failure
        }
    }
}

fn last_lines(file: &Path) -> String {
    const LINES: usize = 12;
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(LINES)..].join("\n")
}
