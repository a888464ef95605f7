//! The built browser client.
