//! A way through a session in words like those of a play.

use serde::Serialize;

use super::steps::Step;
use crate::command::{Answer, Answers, Command, DeskAct, SeatAct};
use crate::scenario::model::{AskDef, Base, InputDef, Scenario};
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

fn seat_act(sc: &Scenario, st: &State, act: &SeatAct) -> String {
    match act {
        SeatAct::Move { name, inputs, .. } => made(sc, st, name, inputs),
        SeatAct::Back { name, .. } => format!("backs {name}"),
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
        DeskAct::Move { name, inputs, .. } => made(sc, st, name, inputs),
        DeskAct::Judge { ask, yes, .. } => judged(sc, st, *ask, *yes),
        DeskAct::Inject { inject, .. } => format!("inject {inject}"),
        _ => "next".into(),
    }
}

fn judged(sc: &Scenario, st: &State, ask: u32, yes: bool) -> String {
    let name = st.asks.iter().find(|a| a.ask == ask).map_or("", |a| sc.moves[usize::from(a.mv)].id.as_str());
    format!("{} {name}", if yes { "accepts" } else { "refuses" })
}

fn made(sc: &Scenario, st: &State, name: &str, inputs: &Answers) -> String {
    let asks = sc.moves.iter().find(|m| m.id == name).map(|m| m.asks.as_slice()).unwrap_or_default();
    let one = |a: &AskDef| inputs.get(&a.id).map(|answer| format!("{} = {}", a.id, said(sc, st, a, answer)));
    let all: Vec<String> = asks.iter().filter_map(one).collect();
    format!("{name} {}", all.join(", ")).trim_end().to_string()
}

fn said(sc: &Scenario, st: &State, ask: &AskDef, answer: &Answer) -> String {
    let list = |l: &[i64]| l.iter().map(|n| thing(sc, st, ask, *n)).collect::<Vec<_>>().join(", ");
    match answer {
        Answer::Yes(yes) => if *yes { "yes" } else { "no" }.into(),
        Answer::Number(n) => thing(sc, st, ask, *n),
        Answer::Decimal(f) => f.to_string(),
        Answer::Text(_) => "…".into(),
        Answer::List(l) => format!("[{}]", list(l)),
        Answer::Tiers(tiers) => tiers.iter().map(|t| format!("[{}]", list(t))).collect(),
    }
}

fn thing(sc: &Scenario, st: &State, ask: &AskDef, n: i64) -> String {
    let at = usize::try_from(n).unwrap_or(usize::MAX);
    let found = match ask.base {
        _ if matches!(ask.input, InputDef::Number { .. } | InputDef::Share { .. }) => None,
        Base::Item(l) => sc.lists[usize::from(l)].items.get(at).map(|i| i.id.clone()),
        Base::Token(k) => {
            st.tokens.get(at).and_then(|t| sc.lists[usize::from(sc.kinds[usize::from(k)].list)].items.get(t.item as usize)).map(|i| i.id.clone())
        }
        Base::Role => sc.roles.get(at).map(|r| r.id.clone()),
        Base::Space(b) => {
            let spaces = &sc.boards[usize::from(b)].spaces;
            spaces.get(at % spaces.len().max(1)).map(|s| s.id.clone())
        }
        Base::Seat => Some(format!("{}", n + 1)),
        _ => None,
    };
    found.unwrap_or_else(|| n.to_string())
}
