//! What a watcher of the house may count: numbers only, no names, no codes, no contents.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

macro_rules! gauges {
    ($($(#[doc = $help:literal])* $name:ident: $kind:literal,)*) => {
        #[derive(Default)]
        pub struct Gauges { $($(#[doc = $help])* pub $name: AtomicU64,)* }

        impl Gauges {
            /// The text format that Prometheus reads.
            #[must_use]
            pub fn render(&self, sessions: usize) -> String {
                let mut out = String::new();
                $(
                    let name = concat!("sofia_", stringify!($name));
                    let help = concat!($($help),*).trim();
                    let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {}\n{name} {}", $kind, self.$name.load(Ordering::Relaxed));
                )*
                let _ = writeln!(out, "# HELP sofia_sessions_awake Sessions with a running task.\n# TYPE sofia_sessions_awake gauge\nsofia_sessions_awake {sessions}");
                out
            }
        }
    };
}

gauges! {
    /// Open WebSockets.
    sockets: "gauge",
    /// Open network connections.
    connections: "gauge",
    /// Frames from browsers.
    frames_in_total: "counter",
    /// Frames to browsers.
    frames_out_total: "counter",
    /// Frames refused for their form, rate or rights.
    frames_refused_total: "counter",
    /// HTTP requests.
    requests_total: "counter",
    /// Wrong codes, passwords, tickets and origins.
    failed_tries_total: "counter",
}

/// Counts one thing while it lives.
pub struct Counted<'a>(&'a AtomicU64);

impl<'a> Counted<'a> {
    #[must_use]
    pub fn new(gauge: &'a AtomicU64) -> Self {
        gauge.fetch_add(1, Ordering::Relaxed);
        Self(gauge)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_what_prometheus_reads() {
        let gauges = Gauges::default();
        let held = Counted::new(&gauges.sockets);
        assert!(gauges.render(3).contains("# TYPE sofia_sockets gauge\nsofia_sockets 1\n"));
        drop(held);
        assert!(gauges.render(3).contains("sofia_sockets 0\n"));
        assert!(gauges.render(3).contains("sofia_sessions_awake 3\n"));
    }
}
