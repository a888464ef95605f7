//! The browser client: its files, and its one page for each of its routes.

use super::SharedApp;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// The client's own routes; the path says which screen, the page is always the same.
fn is_client_route(path: &str) -> bool {
    let mut parts = path.trim_matches('/').split('/');
    let (first, second, rest) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
    match (first, second, rest) {
        ("" | "t" | "desk" | "journals" | "scenarios" | "signin" | "access" | "glossary" | "help", None, None) => true,
        ("j" | "desk" | "screen" | "debrief" | "journals" | "scenarios" | "alone" | "print", Some(id), None) => !id.is_empty(),
        _ => false,
    }
}

pub async fn page(request: Request) -> Response {
    let path = request.uri().path();
    // No path of a visitor reaches the disk: assets are looked up by name in the program itself.
    if let Some(asset) = sofia_web::asset(path.trim_start_matches('/')) {
        return serve(asset, request.headers());
    }
    if is_client_route(path) {
        return match sofia_web::asset("index.html") {
            Some(asset) => serve(asset, request.headers()),
            None => (StatusCode::SERVICE_UNAVAILABLE, "sofia: il programma per il browser non è incluso. / The browser client is not included.")
                .into_response(),
        };
    }
    (StatusCode::NOT_FOUND, "sofia: pagina inesistente. / No such page.").into_response()
}

/// A picture of a scenario, by the name that a view has told.
pub async fn picture(State(app): State<SharedApp>, Path(name): Path<String>) -> Response {
    let kind = match name.rsplit('.').next().unwrap_or_default() {
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "svg" => "image/svg+xml",
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    let Some(bytes) = app.registry.house().library.picture(&name) else { return StatusCode::NOT_FOUND.into_response() };
    let cache = (header::CACHE_CONTROL, "private, max-age=31536000, immutable");
    ([(header::CONTENT_TYPE, kind), cache], bytes.to_vec()).into_response()
}

fn serve(asset: sofia_web::Asset, asked: &HeaderMap) -> Response {
    let cache = if asset.immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
    let known = asked.get(header::IF_NONE_MATCH).and_then(|v| v.to_str().ok());
    let common = [(header::ETAG, asset.etag.clone()), (header::CACHE_CONTROL, cache.to_owned())];
    if known.is_some_and(|k| k.split(',').any(|e| e.trim().trim_start_matches("W/") == asset.etag)) {
        return (StatusCode::NOT_MODIFIED, common).into_response();
    }
    (common, [(header::CONTENT_TYPE, asset.content_type)], asset.bytes.into_owned()).into_response()
}

#[cfg(test)]
mod tests {
    use super::is_client_route;

    #[test]
    fn only_the_clients_routes_get_the_page() {
        for path in ["/", "/t", "/j/K7P2MX", "/desk", "/desk/1", "/journals", "/journals/1", "/signin", "/alone/1"] {
            assert!(is_client_route(path), "{path}");
        }
        for path in ["/x", "/j", "/j/", "/desk/1/2", "/../etc/passwd", "/api/none", "/assets/none.js"] {
            assert!(!is_client_route(path), "{path}");
        }
    }
}
