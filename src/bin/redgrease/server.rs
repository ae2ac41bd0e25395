//! The server that the user names, and the connection to it.

use std::path::PathBuf;
use std::time::Duration;

use redgrease::RedisGears;
use redis::{Client, ConnectionAddr, ConnectionInfo, IntoConnectionInfo};

use crate::args::ServerArgs;
use crate::failure::{Exit, Failure, Result, plain};
use crate::version::Running;

const HOST: &str = "localhost";
const PORT: u16 = 6379;
const PATIENCE: Duration = Duration::from_secs(5);

/// Where the server is and how to get in.
#[derive(Debug, Clone)]
pub(crate) struct Server {
    info: ConnectionInfo,
}

impl Server {
    /// Reads host, `host:port` or a whole address. What the address itself says goes before
    /// `--port`, `--user` and `--password`.
    pub(crate) fn new(args: &ServerArgs) -> Result<Self> {
        let text = args.server.as_deref().unwrap_or(HOST).trim();
        let info = if text.contains("://") {
            from_url(text)?
        } else if text.starts_with('/') {
            bare(ConnectionAddr::Unix(PathBuf::from(text)))?
        } else {
            let (host, port) = host_and_port(text)?;
            bare(ConnectionAddr::Tcp(
                host,
                port.or(args.port).unwrap_or(PORT),
            ))?
        };
        let info = with_port(info, text, args.port);
        let mut settings = info.redis_settings().clone();
        if let (None, Some(user)) = (settings.username(), &args.user) {
            settings = settings.set_username(user);
        }
        if let (None, Some(password)) = (settings.password(), &args.password) {
            settings = settings.set_password(password);
        }
        Ok(Self {
            info: info.set_redis_settings(settings),
        })
    }

    /// The address without the password.
    pub(crate) fn url(&self) -> String {
        let settings = self.info.redis_settings();
        let user = settings
            .username()
            .map_or_else(String::new, |user| format!("{user}@"));
        let database = match settings.db() {
            0 => String::new(),
            number => number.to_string(),
        };
        match self.info.addr() {
            ConnectionAddr::Unix(path) => format!("unix://{}", path.display()),
            ConnectionAddr::TcpTls { host, port, .. } => {
                format!("rediss://{user}{}:{port}/{database}", bracketed(host))
            }
            ConnectionAddr::Tcp(host, port) => {
                format!("redis://{user}{}:{port}/{database}", bracketed(host))
            }
            other => other.to_string(),
        }
    }

    /// Connects, or says why it cannot.
    pub(crate) fn connect(&self) -> Result<RedisGears> {
        let client = Client::open(self.info.clone())?;
        let reached = client
            .get_connection_with_timeout(PATIENCE)
            .and_then(|mut con| redis::cmd("PING").exec(&mut con));
        match reached {
            Ok(()) => RedisGears::open(self.info.clone()).map_err(Failure::from),
            Err(error) => Err(self.unreachable(error)),
        }
    }

    /// Says of a command that the server does not know why that is.
    pub(crate) fn explain(&self, failure: Failure) -> Failure {
        let Some(command) = &failure.unknown else {
            return failure;
        };
        match self.connect() {
            Ok(mut con) => Running::ask(&mut con).lacks(&self.url(), command),
            Err(failure) => failure,
        }
    }

    fn unreachable(&self, error: redis::RedisError) -> Failure {
        let url = self.url();
        match error.kind() {
            redis::ErrorKind::Parse => {
                return Failure::new(
                    Exit::Server,
                    format!("what answers at {url} does not speak as Redis does"),
                )
                .help(self.advice(&error));
            }
            redis::ErrorKind::InvalidClientConfig => {
                return Failure::usage(format!("--server: {url}: {}", plain(&error)))
                    .help("SSL_CERT_FILE names a file with the certificates to trust");
            }
            _ => {}
        }
        if error.is_connection_refusal() || error.is_io_error() || error.is_timeout() {
            let reason = if error.is_timeout() {
                format!("it did not answer within {} s", PATIENCE.as_secs())
            } else {
                plain(&error)
            };
            return Failure::new(Exit::Server, format!("no server at {url}: {reason}"))
                .help(self.advice(&error));
        }
        let mut failure = Failure::from(error);
        failure.message = format!("{url}: {}", failure.message);
        failure
    }

    /// What to do about a server that cannot be reached.
    fn advice(&self, error: &redis::RedisError) -> &'static str {
        let speaks_tls = matches!(self.info.addr(), ConnectionAddr::TcpTls { .. });
        let reason = plain(error);
        if speaks_tls && (reason.contains("certificate") || reason.contains("PEM")) {
            "SSL_CERT_FILE names a file with the certificates to trust in place of the system's"
        } else if error.is_connection_refusal() || reason.contains("lookup") {
            "`redgrease serve` starts one; --server and --port name another"
        } else if speaks_tls {
            "the address of a server without TLS begins with redis://"
        } else if error.is_timeout() {
            "is the address right, and does no firewall stand between?"
        } else {
            "the address of a server with TLS begins with rediss://"
        }
    }
}

fn from_url(text: &str) -> Result<ConnectionInfo> {
    text.into_connection_info().map_err(|error| {
        Failure::usage(format!(
            "--server: {} is no address of a server: {}",
            without_password(text),
            plain(&error)
        ))
        .help(
            "it looks like redis://user:password@host:6379/0, rediss://… with TLS, or unix:///path",
        )
    })
}

/// The address `addr` with nothing else said.
fn bare(addr: ConnectionAddr) -> Result<ConnectionInfo> {
    addr.into_connection_info().map_err(Failure::from)
}

/// Puts `port` into an address that names none.
fn with_port(info: ConnectionInfo, text: &str, port: Option<u16>) -> ConnectionInfo {
    let authority = text
        .split_once("://")
        .map_or("", |(_, rest)| rest.split(['/', '?']).next().unwrap_or(""));
    let host = authority.rsplit('@').next().unwrap_or("");
    let names_port = host.rsplit(']').next().unwrap_or("").contains(':');
    let Some(port) = port.filter(|_| !authority.is_empty() && !names_port) else {
        return info;
    };
    let mut addr = info.addr().clone();
    match &mut addr {
        ConnectionAddr::Tcp(_, old) | ConnectionAddr::TcpTls { port: old, .. } => *old = port,
        _ => {}
    }
    info.set_addr(addr)
}

fn host_and_port(text: &str) -> Result<(String, Option<u16>)> {
    if let Some(rest) = text.strip_prefix('[') {
        // an IPv6 address in brackets
        let (host, port) = rest.split_once(']').unwrap_or((rest, ""));
        return Ok((host.to_string(), read_port(port.trim_start_matches(':'))?));
    }
    match text.split_once(':') {
        Some((host, port)) if !port.contains(':') => Ok((host.to_string(), read_port(port)?)),
        _ => Ok((text.to_string(), None)),
    }
}

fn read_port(text: &str) -> Result<Option<u16>> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| {
        Failure::usage(format!(
            "--server: expected a port number, 1 to 65535, but found `{text}`"
        ))
    })
}

fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_string();
    };
    match rest.rsplit_once('@') {
        Some((_, host)) => format!("{scheme}://…@{host}"),
        None => url.to_string(),
    }
}

fn bracketed(host: &str) -> String {
    if host.contains(':') {
        format!("[{host}]")
    } else {
        host.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(server: &str, port: Option<u16>) -> String {
        let args = ServerArgs {
            server: (!server.is_empty()).then(|| server.to_string()),
            port,
            ..ServerArgs::default()
        };
        Server::new(&args).map_or_else(|failure| failure.message, |server| server.url())
    }

    #[test]
    fn reads_hosts_ports_and_addresses() {
        assert_eq!(url("", None), "redis://localhost:6379/");
        assert_eq!(url("", Some(7)), "redis://localhost:7/");
        assert_eq!(url("db", Some(7)), "redis://db:7/");
        assert_eq!(url("db:8", Some(7)), "redis://db:8/");
        assert_eq!(url("::1", None), "redis://[::1]:6379/");
        assert_eq!(url("[::1]:8", None), "redis://[::1]:8/");
        assert_eq!(url("/run/redis.sock", None), "unix:///run/redis.sock");
        assert_eq!(url("rediss://me:pw@db:8/2", None), "rediss://me@db:8/2");
        assert_eq!(url("redis://db", Some(9)), "redis://db:9/");
        assert_eq!(url("redis://db:8/1", Some(9)), "redis://db:8/1");
    }

    #[test]
    fn says_what_is_wrong_without_the_password() {
        let message = url("http://me:secret@db", None);
        assert!(message.contains("http://…@db"), "{message}");
        assert!(!message.contains("secret"), "{message}");
        assert!(url("db:x", None).contains("found `x`"));
    }

    #[test]
    fn options_fill_in_what_the_address_leaves_open() {
        let args = ServerArgs {
            server: Some("redis://db".into()),
            user: Some("me".into()),
            password: Some("pw".into()),
            ..ServerArgs::default()
        };
        let server = Server::new(&args).unwrap();
        assert_eq!(server.info.redis_settings().username(), Some("me"));
        assert_eq!(server.info.redis_settings().password(), Some("pw"));
    }
}
