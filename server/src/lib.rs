//! The shell.

pub mod clock;
pub mod export;
pub mod journal;
pub mod limits;
pub mod net;
pub mod people;
pub mod scenario_files;
pub mod secret;
pub mod session;
pub mod trouble;
pub mod wire;
