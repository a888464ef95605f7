//! Reading the record: timeline, exports, verification. Every reading by a supervisor is logged.

use super::SharedApp;
use super::access::Role;
use super::answer::id;
use super::entry::Lang;
use super::guard::Caller;
use super::sessions::scenario_of;
use crate::export;
use crate::journal::{self, Commit, Row};
use crate::people::{Crowd, SessionCard};
use crate::session::engine_api as engine;
use crate::wire::http::{Verified, Wrong};
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};

/// Whose journal it is, and whether this reader may see names.
async fn readable(app: &SharedApp, caller: &Caller, session: &str) -> Result<(SessionCard, bool), Wrong> {
    let card = app.registry.house().people.session(id(session)?).await?.ok_or(Wrong::Absent)?;
    if caller.owns(&card).is_ok() {
        return Ok((card, true));
    }
    if caller.roles.contains(&Role::Supervisor) {
        let reader = caller.account()?.id;
        tracing::info!(session = %card.id, reader, "a supervisor reads a journal");
        return Ok((card, false));
    }
    Err(Wrong::Absent)
}

async fn rows(app: &SharedApp, card: &SessionCard) -> Result<Vec<Row>, Wrong> {
    let (journal, session) = (app.registry.house().journal.clone(), card.id);
    tokio::task::spawn_blocking(move || journal.read(session, 0)).await.ok().and_then(Result::ok).ok_or(Wrong::Server)
}

async fn commits(app: &SharedApp, card: &SessionCard) -> Result<(Vec<Commit>, Crowd), Wrong> {
    let crowd = app.registry.house().people.crowd(card.id).await?;
    let rows = rows(app, card).await?;
    let commits = export::commits(card.id, &rows, &crowd, &card.key).map_err(|_| Wrong::Damaged)?;
    Ok((commits, crowd))
}

pub async fn timeline(
    State(app): State<SharedApp>,
    Extension(caller): Extension<Caller>,
    Path(session): Path<String>,
    Query(query): Query<Lang>,
) -> Result<Json<serde_json::Value>, Wrong> {
    let (card, with_names) = readable(&app, &caller, &session).await?;
    let scenario = scenario_of(&app, &card).await.ok_or(Wrong::Scenario)?;
    let (commits, crowd) = commits(&app, &card).await?;
    let lang = query.lang.unwrap_or_else(|| card.lang.clone());
    let timeline = tokio::task::spawn_blocking(move || engine::timeline(&scenario, &commits, &lang)).await;
    let mut timeline = serde_json::to_value(timeline.map_err(|_| Wrong::Server)?).map_err(|_| Wrong::Server)?;
    // The report knows seats; nicknames are put in only for who may read them.
    for seat in timeline["seats"].as_array_mut().into_iter().flatten() {
        let nick = seat["seat"].as_u64().and_then(|n| crowd.names.get(&(n as u32))).filter(|_| with_names);
        seat["nick"] = nick.map_or(serde_json::Value::Null, |n| n.as_str().into());
    }
    Ok(Json(timeline))
}

fn download(name: &str, kind: &'static str, bytes: Vec<u8>) -> Response {
    let disposition = format!("attachment; filename=\"{name}\"");
    ([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, disposition)], bytes).into_response()
}

pub async fn jsonl(State(app): State<SharedApp>, Extension(caller): Extension<Caller>, Path(session): Path<String>) -> Result<Response, Wrong> {
    let (card, _) = readable(&app, &caller, &session).await?;
    let lines = export::jsonl(&rows(&app, &card).await?);
    Ok(download(&format!("sofia-{}.jsonl", card.id), "application/x-ndjson", lines))
}

pub async fn csv(State(app): State<SharedApp>, Extension(caller): Extension<Caller>, Path(session): Path<String>) -> Result<Response, Wrong> {
    let (card, with_names) = readable(&app, &caller, &session).await?;
    let (commits, crowd) = commits(&app, &card).await?;
    let names = if with_names { crowd.names } else { Default::default() };
    let scenario = scenario_of(&app, &card).await;
    let table = export::csv(scenario.as_deref(), &commits, &names).map_err(|_| Wrong::Server)?;
    Ok(download(&format!("sofia-{}.csv", card.id), "text/csv; charset=utf-8", table))
}

pub async fn verify(
    State(app): State<SharedApp>,
    Extension(caller): Extension<Caller>,
    Path(session): Path<String>,
) -> Result<Json<Verified>, Wrong> {
    let (card, _) = readable(&app, &caller, &session).await?;
    let journal = app.registry.house().journal.clone();
    let verdict = tokio::task::spawn_blocking(move || journal::verify(journal.as_ref(), card.id)).await;
    let verdict = verdict.ok().and_then(Result::ok).ok_or(Wrong::Server)?;
    Ok(Json(Verified {
        ok: verdict.broken_at.is_none(),
        commits: verdict.good.seq,
        fingerprint: journal::fingerprint(&verdict.good.hash),
        broken_at: verdict.broken_at,
    }))
}
