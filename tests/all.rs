//! The integration tests: one binary, one module per theme. They wait for known frames, never for time.

mod entry;
mod harness;
mod journal;
mod kill;
mod program;
mod rights;
mod samples;
mod schema;
mod script;
mod sessions;
mod tidy;
mod typescript;
