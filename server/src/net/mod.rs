//! HTTP, sockets and rights: the only rooms that know axum and tungstenite.

pub mod access;
mod account;
mod answer;
mod assets;
mod entry;
mod guard;
mod journals;
mod listen;
pub mod metrics;
pub mod qr;
mod router;
mod sessions;
mod socket;
mod tickets;
mod tries;

pub use listen::{Server, Tls, load_tls, serve};

use crate::session::Registry;
use std::net::IpAddr;
use std::sync::Arc;
use tickets::Tickets;
use tries::Tries;
use uuid::Uuid;

/// How this server is reached.
#[derive(Clone, Debug, Default)]
pub struct Site {
    /// Where people reach it: "http://192.168.1.20:8080".
    pub address: String,
    /// Speaks TLS by itself.
    pub secure: bool,
    /// Further origins that are ours (behind a proxy).
    pub origins: Vec<String>,
    /// Only these may say for whom they ask.
    pub trusted_proxies: Vec<IpAddr>,
    pub sockets_per_address: usize,
    /// Commands a second of one seat, where a measurement lifts the limit.
    pub seat_commands: Option<f64>,
}

/// What every request may use.
pub struct App {
    pub registry: Registry,
    pub site: Site,
    tickets: Tickets,
    tries: Tries<IpAddr>,
    personal_tries: Tries<Uuid>,
    pub gauges: metrics::Gauges,
}

pub type SharedApp = Arc<App>;

impl App {
    #[must_use]
    pub fn new(registry: Registry, site: Site) -> SharedApp {
        let clock = registry.house().clock.clone();
        let each = crate::limits::FAILED_PERSONAL_CODES;
        Arc::new(Self {
            tickets: Tickets::new(clock.clone()),
            tries: tries::by_address(clock.clone()),
            personal_tries: Tries::new(clock, each, 100.0 * each),
            gauges: metrics::Gauges::default(),
            registry,
            site,
        })
    }
}
