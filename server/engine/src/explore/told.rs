//! A way through a session in words like those of a play.

use serde::Serialize;

use super::steps::Step;
use crate::command::{Answer, Answers, Command, DeskAct, SeatAct};
use crate::id::SeatId;
use crate::scenario::model::{AskDef, Base, BoardDef, InputDef, Scenario, ShapeDef, SpaceDef};
use crate::state::State;

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// Counted from 1.
    Seat(u32),
    Desk,
    Clock,
}

/// Who does what: `vota voto = subito`, in the names of the scenario.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Told {
    pub who: Who,
    pub what: String,
}

/// `None`: nothing is done.
pub fn told(sc: &Scenario, st: &State, step: &Step) -> Option<Told> {
    let Step::Does(command) = step else { return None };
    Some(match command {
        Command::Seat { seat, act } => Told { who: Who::Seat(seat.0 + 1), what: seat_act(sc, st, act) },
        Command::Desk { act } => Told { who: Who::Desk, what: desk_act(sc, st, act) },
        _ => Told { who: Who::Clock, what: "time".into() },
    })
}

/// The line of a play that does the same, where people are called p1, p2, …; `None`: no play says it.
#[must_use]
pub fn line(sc: &Scenario, st: &State, command: &Command) -> Option<String> {
    let person = |seat: &SeatId| name_of(i64::from(seat.0));
    Some(match command {
        Command::Seat { seat, act } => {
            let colon = if matches!(act, SeatAct::Back { .. } | SeatAct::Judge { .. } | SeatAct::Leave) { "" } else { ":" };
            format!("{}{colon} {}", person(seat), seat_act(sc, st, act))
        }
        Command::Desk { act: DeskAct::Begin } => return None,
        Command::Desk { act } => format!("desk: {}", desk_act(sc, st, act)),
        Command::Presence { seat, here } => format!("{} {}", person(seat), if *here { "returns" } else { "drops" }),
        Command::Open { .. } | Command::Join { .. } | Command::Tick => return None,
    })
}

/// What a person is called in such lines.
#[must_use]
pub fn name_of(seat: i64) -> String {
    format!("p{}", seat + 1)
}

fn seat_act(sc: &Scenario, st: &State, act: &SeatAct) -> String {
    match act {
        SeatAct::Move { name, item, inputs } => made(sc, st, name, *item, inputs),
        SeatAct::Back { name, item, of } => format!("backs {} of {}", made(sc, st, name, *item, &Answers::new()), name_of(i64::from(of.0))),
        SeatAct::Ack => "ack".into(),
        SeatAct::Spoken => "spoken".into(),
        SeatAct::Hand { up } => if *up { "hand up" } else { "hand down" }.into(),
        SeatAct::Judge { ask, yes, .. } => judged(sc, st, *ask, *yes),
        SeatAct::Reopen { name, .. } => format!("reopens {name}"),
        SeatAct::Help { .. } | SeatAct::SitOut { .. } | SeatAct::Leave => "leaves".into(),
    }
}

fn desk_act(sc: &Scenario, st: &State, act: &DeskAct) -> String {
    match act {
        DeskAct::Begin => "begin".into(),
        DeskAct::Pick { choice, .. } => format!("picks {}", choice + 1),
        DeskAct::Move { name, inputs, .. } => made(sc, st, name, None, inputs),
        DeskAct::Judge { ask, yes, .. } => judged(sc, st, *ask, *yes),
        DeskAct::Inject { inject, .. } => format!("inject {inject}"),
        _ => "next".into(),
    }
}

fn judged(sc: &Scenario, st: &State, ask: u32, yes: bool) -> String {
    let name = st.asks.iter().find(|a| a.ask == ask).map_or("", |a| sc.moves[usize::from(a.mv)].id.as_str());
    format!("{} {name}", if yes { "accepts" } else { "declines" })
}

fn made(sc: &Scenario, st: &State, name: &str, item: Option<i64>, inputs: &Answers) -> String {
    let def = sc.moves.iter().find(|m| m.id == name);
    let asks = def.map(|m| m.asks.as_slice()).unwrap_or_default();
    let one = |a: &AskDef| inputs.get(&a.id).map(|answer| format!("{} = {}", a.id, said(sc, st, a, answer)));
    let all: Vec<String> = asks.iter().filter_map(one).collect();
    let base = def.and_then(|m| m.answers.as_ref()).map_or(Base::Number, |(_, _, base)| *base);
    let about = item.map_or_else(String::new, |n| format!("[{}]", thing(sc, st, base, n)));
    format!("{name}{about} {}", all.join(", ")).trim_end().to_string()
}

fn said(sc: &Scenario, st: &State, ask: &AskDef, answer: &Answer) -> String {
    let numbers = matches!(ask.input, InputDef::Number { .. } | InputDef::Share { .. });
    let base = if numbers { Base::Number } else { ask.base };
    let list = |l: &[i64]| format!("[{}]", l.iter().map(|n| thing(sc, st, base, *n)).collect::<Vec<_>>().join(", "));
    match answer {
        Answer::Yes(yes) => if *yes { "yes" } else { "no" }.into(),
        Answer::Number(n) => thing(sc, st, base, *n),
        Answer::Decimal(f) => f.to_string(),
        Answer::Text(t) => format!("\"{t}\""),
        Answer::List(l) => list(l),
        Answer::Tiers(tiers) => list(&tiers.concat()),
    }
}

fn thing(sc: &Scenario, st: &State, base: Base, n: i64) -> String {
    let at = usize::try_from(n).unwrap_or(usize::MAX);
    let found = match base {
        Base::Item(l) => sc.lists[usize::from(l)].items.get(at).map(|i| i.id.clone()),
        Base::Token(k) => {
            st.tokens.get(at).and_then(|t| sc.lists[usize::from(sc.kinds[usize::from(k)].list)].items.get(t.item as usize)).map(|i| i.id.clone())
        }
        Base::Role => sc.roles.get(at).map(|r| r.id.clone()),
        Base::Team => sc.teams.get(at % sc.teams.len().max(1)).map(|t| t.id.clone()),
        Base::Space(b) => {
            let board = &sc.boards[usize::from(b)];
            board.spaces.get(at % board.spaces.len().max(1)).map(|s| space(board, s))
        }
        Base::Seat => Some(name_of(n)),
        _ => None,
    };
    found.unwrap_or_else(|| n.to_string())
}

fn space(board: &BoardDef, s: &SpaceDef) -> String {
    match board.shape {
        ShapeDef::Graph => s.id.clone(),
        ShapeDef::Grid { .. } => format!("{}[{}, {}]", board.id, s.col, s.row),
        ShapeDef::Path { .. } | ShapeDef::Ring(_) => format!("{}[{}]", board.id, s.n),
    }
}
