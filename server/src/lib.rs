//! The shell.

pub mod wire;
