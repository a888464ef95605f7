//! Signing in and out.

use super::SharedApp;
use super::answer::Body;
use super::guard::{self, COOKIE, Caller};
use crate::limits;
use crate::people::{self, nick};
use crate::wire::http::{Account, FirstStart, SignIn, Wrong};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::{Extension, Json};
use std::sync::atomic::Ordering;

type SignedIn = (StatusCode, [(HeaderName, String); 1]);

/// Not readable by scripts, never sent along from another site.
fn cookie(app: &SharedApp, value: &str, seconds: u64) -> SignedIn {
    let secure = if app.site.secure { "; Secure" } else { "" };
    let cookie = format!("{COOKIE}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}");
    (StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)])
}

async fn signed_in(app: &SharedApp, account: &people::Account) -> Result<SignedIn, Wrong> {
    let house = app.registry.house();
    let token = house.people.sign_in(account.id, house.clock.wall()).await?;
    Ok(cookie(app, &token, limits::SIGN_IN.as_secs()))
}

fn failed(app: &SharedApp, caller: &Caller) -> Wrong {
    app.tries.failed(&caller.address);
    app.gauges.failed_tries_total.fetch_add(1, Ordering::Relaxed);
    Wrong::Account
}

pub async fn sign_in(State(app): State<SharedApp>, Extension(caller): Extension<Caller>, Body(ask): Body<SignIn>) -> Result<SignedIn, Wrong> {
    if !app.tries.may(&caller.address) {
        return Err(Wrong::Busy);
    }
    if ask.password.len() > 4 * limits::PASSWORD_CHARS.end() {
        return Err(failed(&app, &caller));
    }
    let found = app.registry.house().people.check_password(ask.name.trim().to_owned(), ask.password).await?;
    match found {
        Some(account) => signed_in(&app, &account).await,
        None => Err(failed(&app, &caller)),
    }
}

pub async fn first(State(app): State<SharedApp>, Extension(caller): Extension<Caller>, Body(ask): Body<FirstStart>) -> Result<SignedIn, Wrong> {
    if !app.tries.may(&caller.address) {
        return Err(Wrong::Busy);
    }
    let name = nick::clean(&ask.name).ok_or(Wrong::Nick)?;
    if !limits::PASSWORD_CHARS.contains(&ask.password.chars().count()) {
        return Err(Wrong::Malformed);
    }
    match app.registry.house().people.first_account(&ask.key, name, ask.password).await? {
        Some(account) => signed_in(&app, &account).await,
        None => Err(failed(&app, &caller)),
    }
}

pub async fn sign_out(State(app): State<SharedApp>, headers: HeaderMap) -> Result<SignedIn, Wrong> {
    if let Some(token) = guard::cookie(&headers) {
        app.registry.house().people.sign_out(token).await?;
    }
    Ok(cookie(&app, "", 0))
}

pub async fn account(Extension(caller): Extension<Caller>) -> Result<Json<Account>, Wrong> {
    let account = caller.account()?;
    Ok(Json(Account { name: account.name.clone(), roles: account.roles.clone() }))
}
