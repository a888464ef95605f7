//! The catalogue, and the facilitator's sessions.

use super::access::Role;
use super::answer::{Body, id};
use super::entry::{self, Lang};
use super::guard::Caller;
use super::{SharedApp, qr};
use crate::limits;
use crate::people::SessionCard;
use crate::scenario_files::Folder;
use crate::session::{Wanted, engine_api as engine};
use crate::wire::http::{Bots, BotsAdded, NewSession, Offered, Opened, Rename, SessionFacts, SessionRow, Wrong};
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::Deserialize;
use sofia_engine::SeatId;
use sofia_engine::scenario::diagnostic::Severity;
use sofia_engine::view::Stage;
use std::sync::Arc;

// ---------------------------------------------------------------- scenarios

async fn folders(app: &SharedApp) -> Result<Vec<Folder>, Wrong> {
    let library = app.registry.house().library.clone();
    tokio::task::spawn_blocking(move || library.list()).await.map_err(|_| Wrong::Server)
}

async fn folder(app: &SharedApp, slug: &str) -> Result<Folder, Wrong> {
    folders(app).await?.into_iter().find(|f| f.slug == slug).ok_or(Wrong::Absent)
}

fn offered(folder: &Folder, lang: &str) -> Offered {
    let errors = folder.diagnostics.iter().filter(|d| d.severity == Severity::Error).count();
    Offered {
        slug: folder.slug.clone(),
        ok: folder.scenario.is_some(),
        card: folder.scenario.as_ref().map(|s| engine::card(s, lang)),
        errors: if folder.scenario.is_none() { errors.max(1) } else { errors },
        diagnostics: folder.diagnostics.to_vec(),
    }
}

pub async fn scenarios(State(app): State<SharedApp>, Query(query): Query<Lang>) -> Result<Json<Vec<Offered>>, Wrong> {
    let lang = query.lang.as_deref().unwrap_or("it");
    Ok(Json(folders(&app).await?.iter().map(|f| offered(f, lang)).collect()))
}

pub async fn scenario(State(app): State<SharedApp>, Path(slug): Path<String>, Query(query): Query<Lang>) -> Result<Json<Offered>, Wrong> {
    Ok(Json(offered(&folder(&app, &slug).await?, query.lang.as_deref().unwrap_or("it"))))
}

// ---------------------------------------------------------------- sessions

pub async fn open(State(app): State<SharedApp>, Extension(caller): Extension<Caller>, Body(ask): Body<NewSession>) -> Result<Json<Opened>, Wrong> {
    let owner = caller.account()?.id;
    let folder = folder(&app, &ask.scenario).await?;
    let scenario = folder.scenario.clone().ok_or(Wrong::Scenario)?;
    if ask.tables == 0 || ask.tables > limits::TABLES || ask.seats.is_some_and(|n| n == 0 || n as usize > limits::PEOPLE) {
        return Err(Wrong::Malformed);
    }
    let own = app.registry.house().people.sessions_of(owner).await?;
    if own.iter().filter(|s| !s.ended).count() >= limits::OPEN_SESSIONS {
        return Err(Wrong::Busy);
    }
    let lang = ask.lang.unwrap_or_else(|| "it".into());
    let title = title_of(&engine::card(&scenario, &lang), &folder.slug);
    let tables = if ask.alone { engine::smallest(&scenario).0 } else { ask.tables };
    let wanted = Wanted { owner, folder, title, tables, lang, set: ask.set, alone: ask.alone };
    let card = app.registry.open(wanted).await?;
    let seats = if ask.alone { entry::own_seats(&app, &card, ask.seats.unwrap_or_else(|| entry::fewest(&scenario))).await? } else { Vec::new() };
    tracing::info!(session = %card.id, "opened");
    Ok(Json(Opened { id: card.id.to_string(), code: card.code.unwrap_or_default(), seats }))
}

fn title_of(card: &sofia_engine::Card, slug: &str) -> String {
    let title = engine::plain(&card.title);
    if title.is_empty() { slug.to_owned() } else { title }
}

/// The scenario a session was made from, by the hash in its first commit.
pub async fn scenario_of(app: &SharedApp, card: &SessionCard) -> Option<Arc<sofia_engine::Scenario>> {
    let (house, session) = (app.registry.house().clone(), card.id);
    tokio::task::spawn_blocking(move || {
        let hash = crate::export::opening(house.journal.as_ref(), session)?.scenario;
        house.library.recall(&hash, || house.journal.scenario(&hash).ok().flatten())
    })
    .await
    .ok()?
}

async fn row(app: &SharedApp, card: &SessionCard) -> SessionRow {
    // Old sessions sleep; a list of them wakes none.
    if card.ended {
        let names = app.registry.house().people.crowd(card.id).await.map_or(0, |c| c.names.len());
        return SessionRow { stage: Stage::Ended, people: names as u32, damaged: false, ..blank_row(card) };
    }
    let facts = app.registry.facts(card.id).await;
    SessionRow {
        stage: facts.as_ref().map_or(Stage::Ended, |f| f.stage),
        people: facts.as_ref().map_or(0, |f| f.people as u32),
        damaged: facts.as_ref().map_or(true, |f| f.damaged),
        ..blank_row(card)
    }
}

fn blank_row(card: &SessionCard) -> SessionRow {
    SessionRow {
        id: card.id.to_string(),
        scenario: card.slug.clone(),
        title: card.title.clone(),
        opened_at: card.opened_at,
        stage: Stage::Lobby,
        tables: card.tables,
        people: 0,
        code: card.code.clone(),
        damaged: false,
        own: true,
    }
}

pub async fn list(State(app): State<SharedApp>, Extension(caller): Extension<Caller>) -> Result<Json<Vec<SessionRow>>, Wrong> {
    let (people, reader) = (&app.registry.house().people, caller.account()?.id);
    let mut rows = Vec::new();
    if caller.roles.contains(&Role::Facilitator) {
        for card in &people.sessions_of(reader).await? {
            rows.push(row(&app, card).await);
        }
    }
    if caller.roles.contains(&Role::Supervisor) {
        let others: Vec<SessionCard> = people.ended_sessions().await?.into_iter().filter(|c| c.owner != reader).collect();
        if !others.is_empty() {
            tracing::info!(reader, sessions = others.len(), "a supervisor reads the list of sessions");
        }
        for card in &others {
            rows.push(SessionRow { own: false, ..row(&app, card).await });
        }
    }
    Ok(Json(rows))
}

/// A session of this caller; another's does not exist.
pub async fn own(app: &SharedApp, caller: &Caller, session: &str) -> Result<SessionCard, Wrong> {
    let card = app.registry.house().people.session(id(session)?).await?.ok_or(Wrong::Absent)?;
    caller.owns(&card)?;
    Ok(card)
}

fn join_url(app: &SharedApp, card: &SessionCard) -> Option<String> {
    card.code.as_ref().map(|code| format!("{}/j/{code}", app.site.address))
}

pub async fn facts(
    State(app): State<SharedApp>,
    Extension(caller): Extension<Caller>,
    Path(session): Path<String>,
) -> Result<Json<SessionFacts>, Wrong> {
    let card = own(&app, &caller, &session).await?;
    let names = app.registry.facts(card.id).await.map(|f| f.names).unwrap_or_default();
    Ok(Json(SessionFacts {
        row: row(&app, &card).await,
        lang: card.lang.clone(),
        address: app.site.address.clone(),
        join_url: join_url(&app, &card),
        screen: format!("/screen/{}#{}", card.id, card.screen_key()),
        keeps_until: card.keeps_until,
        names: names.into_iter().map(|(seat, name)| (seat.to_string(), name)).collect(),
    }))
}

// ---------------------------------------------------------------- pictures

fn picture(text: &str) -> Result<Response, Wrong> {
    let svg = qr::svg(text).ok_or(Wrong::Malformed)?;
    Ok(([(header::CONTENT_TYPE, "image/svg+xml")], svg).into_response())
}

pub async fn join_qr(State(app): State<SharedApp>, Extension(caller): Extension<Caller>, Path(session): Path<String>) -> Result<Response, Wrong> {
    let card = own(&app, &caller, &session).await?;
    picture(&join_url(&app, &card).ok_or(Wrong::Ended)?)
}

#[derive(Deserialize)]
pub struct PathOnly {
    u: String,
}

/// Our own address and a path: never a picture of somebody else's link.
pub async fn any_qr(State(app): State<SharedApp>, Query(query): Query<PathOnly>) -> Result<Response, Wrong> {
    let plain =
        query.u.starts_with('/') && !query.u.starts_with("//") && query.u.len() <= 200 && query.u.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    if !plain {
        return Err(Wrong::Malformed);
    }
    picture(&format!("{}{}", app.site.address, query.u))
}

// ---------------------------------------------------------------- people

pub async fn bots(
    State(app): State<SharedApp>,
    Extension(caller): Extension<Caller>,
    Path(session): Path<String>,
    Body(ask): Body<Bots>,
) -> Result<Json<BotsAdded>, Wrong> {
    let card = own(&app, &caller, &session).await?;
    if ask.n as usize > limits::PEOPLE {
        return Err(Wrong::Malformed);
    }
    Ok(Json(BotsAdded { added: app.registry.add_bots(card.id, ask.table, ask.n).await? }))
}

pub async fn rename(
    State(app): State<SharedApp>,
    Extension(caller): Extension<Caller>,
    Path(session): Path<String>,
    Body(ask): Body<Rename>,
) -> Result<StatusCode, Wrong> {
    let card = own(&app, &caller, &session).await?;
    app.registry.rename(card.id, ask.seat, ask.nick).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub async fn erase(
    State(app): State<SharedApp>,
    Extension(caller): Extension<Caller>,
    Path((session, seat)): Path<(String, String)>,
) -> Result<StatusCode, Wrong> {
    let card = own(&app, &caller, &session).await?;
    let seat = seat.parse().map_err(|_| Wrong::Absent)?;
    app.registry.erase(card.id, SeatId(seat)).await?;
    tracing::info!(session = %card.id, "a person was erased");
    Ok(StatusCode::NO_CONTENT)
}
