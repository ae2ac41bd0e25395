//! What this server knows.

use std::sync::LazyLock;

use crate::registration::registry::Registry;

/// The engine of this server.
#[derive(Debug, Default)]
pub(crate) struct Engine {
    pub(crate) registry: Registry,
}

/// The engine of this server.
pub(crate) fn engine() -> &'static Engine {
    static ENGINE: LazyLock<Engine> = LazyLock::new(Engine::default);
    &ENGINE
}
