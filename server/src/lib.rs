//! The shell of sofia: everything around the engine that touches the world.
//!
//! `cli` → `net` → `session` → `journal`, `wire`, `people`; never the other way. The rules are in `sofia-engine`.

pub mod cli;
pub mod clock;
pub mod config;
pub mod export;
pub mod journal;
pub mod limits;
pub mod net;
pub mod people;
pub mod scenario_files;
pub mod script;
pub mod secret;
pub mod session;
pub mod trouble;
pub mod wire;
