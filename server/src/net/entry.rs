//! How people get in: the invitation, joining, coming back, and the ticket for the socket.

use super::SharedApp;
use super::answer::{Body, id};
use super::guard::Caller;
use super::sessions::scenario_of;
use super::tickets::Grant;
use crate::people::{SessionCard, words};
use crate::secret;
use crate::session::{Call, engine_api as engine};
use crate::wire::http::{Invite, Join, Joined, Return, Ticket, TicketAsk, WatchAs, Wrong};
use axum::extract::{Path, Query, State};
use axum::{Extension, Json};
use serde::Deserialize;
use sofia_engine::{SeatId, Viewer};
use std::sync::atomic::Ordering;

#[derive(Deserialize)]
pub struct Lang {
    #[serde(default)]
    pub lang: Option<String>,
}

/// The session of a join code; wrong codes cost a try.
async fn by_code(app: &SharedApp, caller: &Caller, typed: &str) -> Result<SessionCard, Wrong> {
    if !app.tries.may(&caller.address) {
        return Err(Wrong::Busy);
    }
    match app.registry.house().people.session_by_code(secret::clean_code(typed)).await? {
        Some(card) if !card.alone => Ok(card),
        _ => {
            app.tries.failed(&caller.address);
            app.gauges.failed_tries_total.fetch_add(1, Ordering::Relaxed);
            Err(Wrong::Code)
        }
    }
}

pub async fn invite(
    State(app): State<SharedApp>,
    Extension(caller): Extension<Caller>,
    Path(code): Path<String>,
    Query(query): Query<Lang>,
) -> Result<Json<Invite>, Wrong> {
    let card = by_code(&app, &caller, &code).await?;
    let facts = app.registry.facts(card.id).await?;
    let lang = query.lang.unwrap_or_else(|| card.lang.clone());
    let shown = scenario_of(&app, &card).await.ok_or(Wrong::Scenario)?.card(&lang);
    let taken = |nick: &str| facts.names.values().any(|n| crate::people::nick::folded(n) == crate::people::nick::folded(nick));
    Ok(Json(Invite {
        session: card.id.to_string(),
        title: engine::plain(&shown.title),
        summary: engine::plain(&shown.summary),
        themes: shown.themes,
        minutes: shown.minutes,
        tables: card.tables,
        stage: facts.stage,
        locked: facts.locked,
        full: facts.full,
        facilitator: app.registry.house().people.account_name(card.owner).await?,
        keeps_until: card.keeps_until,
        suggestions: words::suggestions(&lang, crate::limits::SUGGESTIONS, taken),
    }))
}

pub async fn join(State(app): State<SharedApp>, Extension(caller): Extension<Caller>, Body(ask): Body<Join>) -> Result<Json<Joined>, Wrong> {
    let card = by_code(&app, &caller, &ask.code).await?;
    let welcome = app.registry.join(card.id, ask.nick).await?;
    Ok(Json(Joined {
        session: card.id.to_string(),
        seat: welcome.seat,
        token: welcome.papers.token,
        personal: welcome.papers.personal,
        nick: welcome.nick,
    }))
}

pub async fn come_back(State(app): State<SharedApp>, Extension(caller): Extension<Caller>, Body(ask): Body<Return>) -> Result<Json<Joined>, Wrong> {
    let card = by_code(&app, &caller, &ask.code).await?;
    if !app.personal_tries.may(&card.id) {
        return Err(Wrong::Busy);
    }
    let Some((seat, papers, nick)) = app.registry.house().people.take_back(card.id, ask.personal).await? else {
        app.personal_tries.failed(&card.id);
        app.tries.failed(&caller.address);
        app.gauges.failed_tries_total.fetch_add(1, Ordering::Relaxed);
        return Err(Wrong::Code);
    };
    let seat = SeatId(seat);
    app.registry.call(card.id, Call::Moved { seat }).await?;
    Ok(Json(Joined { session: card.id.to_string(), seat, token: papers.token, personal: papers.personal, nick }))
}

pub async fn ticket(State(app): State<SharedApp>, Extension(caller): Extension<Caller>, Body(ask): Body<TicketAsk>) -> Result<Json<Ticket>, Wrong> {
    let (grant, token) = match ask {
        TicketAsk { token: Some(token), session: None, watch_as: None, screen: None } => seat_grant(&app, &caller, &token).await?,
        TicketAsk { token: None, session: Some(session), watch_as: Some(watch_as), screen: None } => {
            (account_grant(&app, &caller, &session, watch_as).await?, None)
        }
        TicketAsk { token: None, session: Some(session), watch_as: None, screen: Some(key) } => {
            (screen_grant(&app, &caller, &session, &key).await?, None)
        }
        _ => return Err(Wrong::Malformed),
    };
    // Wakes the session now, so that the socket opens at once.
    app.registry.line(grant.session).await?;
    Ok(Json(Ticket { ticket: app.tickets.issue(grant), token }))
}

async fn seat_grant(app: &SharedApp, caller: &Caller, token: &str) -> Result<(Grant, Option<String>), Wrong> {
    if !app.tries.may(&caller.address) {
        return Err(Wrong::Busy);
    }
    match app.registry.house().people.resume(token).await? {
        Some((session, seat, next)) => Ok((Grant { session, viewer: Viewer::Seat(SeatId(seat)) }, Some(next))),
        None => Err(wrong_key(app, caller)),
    }
}

async fn account_grant(app: &SharedApp, caller: &Caller, session: &str, watch_as: WatchAs) -> Result<Grant, Wrong> {
    if !caller.roles.contains(&super::access::Role::Facilitator) {
        return Err(if caller.account.is_some() { Wrong::Rights } else { Wrong::Account });
    }
    let card = app.registry.house().people.session(id(session)?).await?.ok_or(Wrong::Absent)?;
    caller.owns(&card)?;
    let viewer = match watch_as {
        WatchAs::Desk => Viewer::Desk,
        WatchAs::Screen => Viewer::Projector,
    };
    Ok(Grant { session: card.id, viewer })
}

async fn screen_grant(app: &SharedApp, caller: &Caller, session: &str, key: &str) -> Result<Grant, Wrong> {
    if !app.tries.may(&caller.address) {
        return Err(Wrong::Busy);
    }
    let card = app.registry.house().people.session(id(session)?).await?;
    match card {
        Some(card) if secret::same(key.as_bytes(), card.screen_key().as_bytes()) => Ok(Grant { session: card.id, viewer: Viewer::Projector }),
        _ => Err(wrong_key(app, caller)),
    }
}

/// The same answer for "absent" and "not yours".
fn wrong_key(app: &SharedApp, caller: &Caller) -> Wrong {
    app.tries.failed(&caller.address);
    app.gauges.failed_tries_total.fetch_add(1, Ordering::Relaxed);
    Wrong::Absent
}

/// The seats of a session that one person plays alone.
pub async fn own_seats(app: &SharedApp, card: &SessionCard, how_many: u32) -> Result<Vec<crate::wire::http::OwnSeat>, Wrong> {
    let mut seats = Vec::new();
    for nick in words::suggestions(&card.lang, how_many as usize, |_| false) {
        let welcome = app.registry.join(card.id, nick).await?;
        seats.push(crate::wire::http::OwnSeat { seat: welcome.seat, token: welcome.papers.token });
    }
    Ok(seats)
}

/// How many seats, when alone and nothing was said.
pub fn fewest(scenario: &sofia_engine::Scenario) -> u32 {
    let (tables, seats) = engine::smallest(scenario);
    tables * seats
}
