//! Seating people in a real server: sign in, open sessions, join, connect, begin.

use super::http::Http;
use super::progress::Progress;
use super::wire::Wire;
use super::{Fault, Shape};
use crate::limits;
use serde_json::{Value, json};
use std::path::Path;
use std::rc::Rc;

/// The embedded scenario: six seats in turn, one small move, no end.
const SCENARIO: [(&str, &str); 2] = [("scenario.toml", include_str!("scenario/scenario.toml")), ("it.md", include_str!("scenario/it.md"))];
pub const SLUG: &str = "giro-di-tavolo";

/// Writes the scenario into a folder of scenarios.
pub fn write_scenario(folder: &Path) -> Result<(), Fault> {
    let failed = |e| Fault::new(format!("non posso scrivere lo scenario di prova: {e}"), format!("cannot write the load scenario: {e}"));
    let own = folder.join(SLUG);
    std::fs::create_dir_all(&own).map_err(failed)?;
    SCENARIO.iter().try_for_each(|(name, text)| std::fs::write(own.join(name), text)).map_err(failed)
}

/// How the facilitator gets in.
#[derive(Clone, Debug)]
pub enum Pass {
    /// The key of a first start; makes an account.
    FirstKey(String),
    Password {
        name: String,
        password: String,
    },
}

pub async fn sign_in(http: &mut Http, pass: &Pass) -> Result<(), Fault> {
    let reply = match pass {
        Pass::FirstKey(key) => http.post("/api/first", &json!({ "key": key, "name": "Misura", "password": "misura di prova" })).await?,
        Pass::Password { name, password } => http.post("/api/signin", &json!({ "name": name, "password": password })).await?,
    };
    http.cookie = reply.cookie;
    Ok(())
}

/// One session with its people at their tables; the first table has number `table` among all.
struct Room {
    id: String,
    people: Vec<Wire>,
    table: usize,
}

/// How many sessions hold so many tables, and how many tables each has at most.
pub fn spread(shape: &Shape) -> (usize, usize) {
    let least = shape.tables.div_ceil(TABLES_PER_SESSION);
    let sessions = shape.sessions.unwrap_or_else(|| shape.tables.min(limits::OPEN_SESSIONS)).clamp(least, shape.tables);
    (sessions, shape.tables.div_ceil(sessions))
}

const TABLES_PER_SESSION: usize = 12;

/// People seated, and the sessions they sit in.
pub struct House {
    pub seated: Vec<super::driver::Seated>,
    pub sessions: Vec<String>,
    /// Kept open when a desk is to look on.
    desks: Vec<Wire>,
}

/// Everybody at a table, everything begun, nobody has moved.
pub async fn seat_all(http: &Http, shape: &Shape, progress: Rc<Progress>) -> Result<House, Fault> {
    let (sessions, _) = spread(shape);
    progress.begin(sessions * shape.people * shape.tables.div_ceil(sessions));
    let mut rooms = Vec::new();
    let mut table = 0;
    for session in 0..sessions {
        // The first ones take what does not divide.
        let tables = shape.tables / sessions + usize::from(session < shape.tables % sessions);
        rooms.push(tokio::task::spawn_local(room(http.clone(), tables, shape.clone(), table, progress.clone())));
        table += tables;
    }
    let mut house = House { seated: Vec::new(), sessions: Vec::new(), desks: Vec::new() };
    for room in rooms {
        let (room, desk) = room.await.map_err(|e| super::plain(&e))??;
        for mut wire in room.people {
            let (first, at) = fresh_view(&mut wire).await?;
            house.seated.push(super::driver::Seated { wire, table: room.table + at, first });
        }
        house.sessions.push(room.id);
        if shape.desk {
            house.desks.push(desk);
        }
    }
    progress.end();
    Ok(house)
}

/// Opens a session, lets people join and connect, begins.
async fn room(http: Http, tables: usize, shape: Shape, table: usize, progress: Rc<Progress>) -> Result<(Room, Wire), Fault> {
    let opened = http.post("/api/sessions", &json!({ "scenario": SLUG, "tables": tables, "lang": "it" })).await?.json;
    let id = word(&opened, "id");
    let code = word(&opened, "code");
    let mut people = Vec::with_capacity(tables * shape.people);
    for n in 0..tables * shape.people {
        let joined = http.post("/api/join", &json!({ "code": code, "nick": format!("Persona {n}") })).await?.json;
        let ticket = http.post("/api/ticket", &json!({ "token": word(&joined, "token") })).await?.json;
        people.push(connect(&http, &word(&ticket, "ticket")).await?);
        progress.step();
    }
    let ticket = http.post("/api/ticket", &json!({ "session": id, "as": "desk" })).await?.json;
    let mut desk = connect(&http, &word(&ticket, "ticket")).await?;
    desk_act(&mut desk, "begin").await?;
    Ok((Room { id, people, table }, desk))
}

fn word(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_default().to_owned()
}

async fn connect(http: &Http, ticket: &str) -> Result<Wire, Fault> {
    let mut wire = Wire::open(http, &format!("/ws?ticket={ticket}")).await?;
    view(&mut wire).await?;
    Ok(wire)
}

async fn view(wire: &mut Wire) -> Result<Vec<u8>, Fault> {
    wire.send(r#"{"t":"hello"}"#).await.map_err(|e| super::plain(&e))?;
    wire.next(|f| f.starts_with(br#"{"t":"view""#)).await.map_err(|e| super::plain(&e))
}

/// After the beginning the table is certain; the view also tells whose turn it is.
async fn fresh_view(wire: &mut Wire) -> Result<(Vec<u8>, usize), Fault> {
    let frame = view(wire).await?;
    let parsed: Value = serde_json::from_slice(&frame).map_err(|e| super::plain(&e))?;
    let me = &parsed["parts"]["me"];
    let table = me["table"].as_u64().filter(|_| me["status"] == "playing");
    let table = table.ok_or_else(|| Fault::new("una persona non ha trovato posto a un tavolo", "somebody found no place at a table"))?;
    Ok((frame, (table as usize).saturating_sub(1)))
}

/// One press of a button at the desk, answered.
async fn desk_act(desk: &mut Wire, act: &str) -> Result<(), Fault> {
    desk.send(&json!({ "t": "desk", "id": act, "act": { "do": act } }).to_string()).await.map_err(|e| super::plain(&e))?;
    let answer = desk.next(|f| f.starts_with(br#"{"t":"ok""#) || f.starts_with(br#"{"t":"no""#)).await.map_err(|e| super::plain(&e))?;
    if answer.starts_with(br#"{"t":"ok""#) {
        return Ok(());
    }
    let answer = String::from_utf8_lossy(&answer);
    Err(Fault::new(format!("il server rifiuta «{act}»: {answer}"), format!("the server refuses \"{act}\": {answer}")))
}

/// A server that is not ours is left tidy: no session of the measurement stays open.
pub async fn close_all(http: &Http, sessions: &[String]) -> Result<(), Fault> {
    for id in sessions {
        let ticket = http.post("/api/ticket", &json!({ "session": id, "as": "desk" })).await?.json;
        let mut desk = connect(http, &word(&ticket, "ticket")).await?;
        desk_act(&mut desk, "end").await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_load_scenario_has_no_faults() {
        let files = SCENARIO.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
        let loaded = sofia_engine::load(&files);
        assert!(loaded.scenario.is_some() && loaded.diagnostics.is_empty(), "{:?}", loaded.diagnostics);
    }

    #[test]
    fn tables_are_spread_over_sessions() {
        let shape = |tables, sessions| Shape { tables, people: 6, sessions, desk: false };
        assert_eq!(spread(&shape(10, None)), (10, 1));
        assert_eq!(spread(&shape(100, None)), (50, 2));
        assert_eq!(spread(&shape(100, Some(1))), (9, 12));
    }
}
