//! The shell.

pub mod clock;
pub mod journal;
pub mod limits;
pub mod people;
pub mod secret;
pub mod trouble;
pub mod wire;
