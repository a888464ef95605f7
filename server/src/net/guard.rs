//! What every request passes: who asks, from where, and whether the table of rights lets it in.

use super::SharedApp;
use super::access::{self, Act, Role};
use crate::people::{Account, SessionCard};
use crate::secret;
use crate::wire::http::Wrong;
use axum::extract::{MatchedPath, RawPathParams, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::net::IpAddr;
use std::sync::atomic::Ordering;
use uuid::Uuid;

/// The cookie of a sign-in.
pub const COOKIE: &str = "sofia";

/// The address at the other end of the wire; put there by the listener.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

/// Who asks.
#[derive(Clone, Debug)]
pub struct Caller {
    pub address: IpAddr,
    pub account: Option<Account>,
    pub roles: Vec<Role>,
    /// The session whose projector link was shown.
    pub screen_of: Option<Uuid>,
}

impl Caller {
    pub fn account(&self) -> Result<&Account, Wrong> {
        self.account.as_ref().ok_or(Wrong::Account)
    }

    /// Of this caller's own sessions, or watched from its projector; another's does not exist.
    pub fn owns(&self, card: &SessionCard) -> Result<(), Wrong> {
        let own = self.account.as_ref().is_some_and(|a| a.id == card.owner) || self.screen_of == Some(card.id);
        if own { Ok(()) } else { Err(Wrong::Absent) }
    }
}

/// Rights, and that a page of ours asks.
pub async fn rights(State(app): State<SharedApp>, params: RawPathParams, mut request: Request, next: Next) -> Response {
    app.gauges.requests_total.fetch_add(1, Ordering::Relaxed);
    let route = request.extensions().get::<MatchedPath>().map(|m| m.as_str().to_owned()).unwrap_or_default();
    let Some(act) = access::act_of(request.method().as_str(), &route) else {
        return Wrong::Absent.into_response();
    };
    if request.method() != Method::GET && request.method() != Method::HEAD && !origin_is_ours(&app, request.headers(), false) {
        app.gauges.failed_tries_total.fetch_add(1, Ordering::Relaxed);
        return Wrong::Origin.into_response();
    }
    let peer = request.extensions().get::<Peer>().map_or(IpAddr::from([0, 0, 0, 0]), |p| p.0);
    let session = params.iter().find(|(name, _)| *name == "id").and_then(|(_, id)| id.parse().ok());
    let found = caller(&app, peer, request.headers(), request.uri().query(), session, act).await;
    let caller = match found {
        Ok(caller) => caller,
        Err(wrong) => return wrong.into_response(),
    };
    if !caller.roles.iter().any(|role| access::allowed(*role, act)) {
        return if caller.account.is_some() { Wrong::Rights } else { Wrong::Account }.into_response();
    }
    request.extensions_mut().insert(caller);
    next.run(request).await
}

async fn caller(app: &SharedApp, peer: IpAddr, headers: &HeaderMap, query: Option<&str>, session: Option<Uuid>, act: Act) -> Result<Caller, Wrong> {
    let mut caller = Caller { address: real_address(app, peer, headers), account: None, roles: vec![Role::Anyone], screen_of: None };
    if peer.is_loopback() && !headers.contains_key("x-forwarded-for") {
        caller.roles.push(Role::House);
    }
    // Pages and codes are for anybody: no need to look further.
    if access::allowed(Role::Anyone, act) && act != Act::Ticket {
        return Ok(caller);
    }
    let house = app.registry.house();
    if let Some(token) = cookie(headers) {
        caller.account = house.people.signed_in(token, house.clock.wall()).await?;
        let roles = caller.account.iter().flat_map(|a| &a.roles);
        caller.roles.extend(roles.filter_map(|r| Role::of_account(r)));
    }
    if let Some(key) = query_value(query, "screen")
        && let Some(id) = session
        && let Some(card) = house.people.session(id).await?
        && secret::same(key.as_bytes(), card.screen_key().as_bytes())
    {
        caller.screen_of = Some(id);
        caller.roles.push(Role::Projector);
    }
    Ok(caller)
}

/// The value of our cookie.
pub fn cookie(headers: &HeaderMap) -> Option<&str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|v| v.to_str().ok());
    all.flat_map(|v| v.split(';')).find_map(|pair| pair.trim().split_once('=').filter(|(n, _)| *n == COOKIE).map(|(_, v)| v))
}

/// Tokens of ours need no decoding.
fn query_value<'a>(query: Option<&'a str>, name: &str) -> Option<&'a str> {
    query?.split('&').find_map(|pair| pair.split_once('=').filter(|(n, _)| *n == name).map(|(_, v)| v))
}

/// The last address a trusted proxy saw; anybody else's word is not taken.
fn real_address(app: &SharedApp, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    if !app.site.trusted_proxies.contains(&peer) {
        return peer;
    }
    let forwarded = headers.get_all("x-forwarded-for").iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(','));
    let hops: Vec<IpAddr> = forwarded.filter_map(|a| a.trim().parse().ok()).collect();
    hops.into_iter().rev().find(|a| !app.site.trusted_proxies.contains(a)).unwrap_or(peer)
}

/// Exactly our scheme, host and port, or one of the configured origins. Without the header only where a
/// browser would not send one.
pub fn origin_is_ours(app: &SharedApp, headers: &HeaderMap, required: bool) -> bool {
    let mut origins = headers.get_all(header::ORIGIN).iter();
    let Some(origin) = origins.next() else { return !required };
    let (Ok(origin), None) = (origin.to_str(), origins.next()) else { return false };
    if app.site.origins.iter().any(|o| o == origin) {
        return true;
    }
    let scheme = if app.site.secure { "https://" } else { "http://" };
    let host = headers.get(header::HOST).and_then(|h| h.to_str().ok()).unwrap_or_default();
    !host.is_empty() && origin.strip_prefix(scheme).is_some_and(|rest| rest.eq_ignore_ascii_case(host))
}

/// Headers of every answer: no script but ours, no frame but ours, nothing kept of what is personal.
pub async fn headers(State(app): State<SharedApp>, request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|h| h.to_str().ok()).filter(|h| is_plain_host(h)).map(str::to_owned);
    let api = request.uri().path().starts_with("/api/");
    let asset = request.uri().path().starts_with("/assets/");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
    // What a page is made of is no page: the rest would only be bytes on a slow network.
    if asset && headers.contains_key(header::CACHE_CONTROL) {
        return response;
    }
    if let Ok(policy) = HeaderValue::from_str(&content_policy(host.as_deref())) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
    headers.insert("permissions-policy", HeaderValue::from_static("camera=(), microphone=(), geolocation=()"));
    if app.site.secure {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    if api || !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

fn content_policy(host: Option<&str>) -> String {
    // Some browsers do not count ws: of the same host as 'self'.
    let sockets = host.map(|h| format!(" ws://{h} wss://{h}")).unwrap_or_default();
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'{sockets}; font-src 'self'; \
         manifest-src 'self'; media-src 'self' data: blob:; frame-src 'self'; worker-src 'self'; frame-ancestors 'self'; base-uri 'none'; \
         form-action 'self'; require-trusted-types-for 'script'; trusted-types svelte-trusted-html"
    )
}

fn is_plain_host(host: &str) -> bool {
    !host.is_empty() && host.len() < 256 && host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b':' | b'-' | b'[' | b']'))
}
