//! The built browser client.

use std::borrow::Cow;

/// A file of the client, as it is served.
pub struct Asset {
    pub bytes: Cow<'static, [u8]>,
    pub content_type: &'static str,
    pub etag: String,
    pub immutable: bool,
}

/// The file at `path`, without a leading slash.
#[must_use]
pub fn asset(_path: &str) -> Option<Asset> {
    None
}
