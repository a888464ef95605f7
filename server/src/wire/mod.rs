//! What travels: frames over the WebSocket, and the bodies of the HTTP routes. Types only.

pub mod frames;
pub mod http;
