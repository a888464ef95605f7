//! The built browser client, embedded in the program.

use std::borrow::Cow;
use std::fmt::Write as _;

use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "$OUT_DIR/dist"]
struct Dist;

/// A file of the client, as it is served.
pub struct Asset {
    pub bytes: Cow<'static, [u8]>,
    pub content_type: &'static str,
    /// Strong and quoted, ready for the header.
    pub etag: String,
    /// The name carries a hash of the content: a browser may keep it for good.
    pub immutable: bool,
}

/// The file at `path`, relative to the root and without a leading slash (`index.html`, `assets/…`).
#[must_use]
pub fn asset(path: &str) -> Option<Asset> {
    let path = path.trim_start_matches('/');
    let file = Dist::get(path)?;
    let mut etag = String::with_capacity(34);
    etag.push('"');
    for byte in &file.metadata.sha256_hash()[..16] {
        let _ = write!(etag, "{byte:02x}");
    }
    etag.push('"');
    Some(Asset { bytes: file.data, content_type: content_type(path), etag, immutable: path.starts_with("assets/") })
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "webmanifest" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "woff2" => "font/woff2",
        "mp4" => "video/mp4",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::asset;

    #[test]
    fn the_page_is_there_and_has_no_inline_script() {
        let page = asset("/index.html").expect("index.html is embedded");
        assert_eq!(page.content_type, "text/html; charset=utf-8");
        assert!(!page.immutable && page.etag.len() == 34);
        let text = String::from_utf8(page.bytes.into_owned()).expect("UTF-8");
        assert!(!text.contains("<script>") && !text.contains("style="), "{text}");
        assert!(asset("assets/nothing.js").is_none());
        assert!(asset("../Cargo.toml").is_none());
    }
}
