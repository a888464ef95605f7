//! The routes. Each stands in the table of rights too; one that does not is never reached.

use super::{SharedApp, account, assets, entry, guard, journals, sessions, socket};
use crate::limits;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, patch, post};
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;

pub fn router(app: SharedApp) -> Router {
    let api = Router::new()
        .route("/api/signin", post(account::sign_in))
        .route("/api/first", post(account::first))
        .route("/api/signout", post(account::sign_out))
        .route("/api/account", get(account::account))
        .route("/api/scenarios", get(sessions::scenarios))
        .route("/api/scenarios/{slug}", get(sessions::scenario))
        .route("/api/sessions", get(sessions::list).post(sessions::open))
        .route("/api/sessions/{id}", get(sessions::facts))
        .route("/api/sessions/{id}/qr.svg", get(sessions::join_qr))
        .route("/api/qr.svg", get(sessions::any_qr))
        .route("/api/invite/{code}", get(entry::invite))
        .route("/api/join", post(entry::join))
        .route("/api/return", post(entry::come_back))
        .route("/api/ticket", post(entry::ticket))
        .route("/api/sessions/{id}/timeline", get(journals::timeline))
        .route("/api/sessions/{id}/export.jsonl", get(journals::jsonl))
        .route("/api/sessions/{id}/export.csv", get(journals::csv))
        .route("/api/sessions/{id}/verify", get(journals::verify))
        .route("/api/sessions/{id}/bots", post(sessions::bots))
        .route("/api/sessions/{id}/people", patch(sessions::rename))
        .route("/api/sessions/{id}/people/{seat}", delete(sessions::erase))
        .route("/img/{name}", get(assets::picture))
        .route("/", get(assets::page))
        .route("/{*path}", get(assets::page))
        .route("/metrics", get(metrics))
        .layer(CompressionLayer::new().quality(CompressionLevel::Precise(5)))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, limits::REQUEST))
        .layer(RequestBodyLimitLayer::new(limits::BODY_BYTES));
    Router::new()
        .merge(api)
        .route("/ws", get(socket::upgrade))
        .route("/healthz", get(async || "ok"))
        .route_layer(from_fn_with_state(app.clone(), guard::rights))
        .layer(from_fn_with_state(app.clone(), guard::headers))
        .with_state(app)
}

async fn metrics(State(app): State<SharedApp>, _request: Request) -> Response {
    let text = app.gauges.render(app.registry.awake());
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response()
}
