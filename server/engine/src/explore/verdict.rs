//! What may be said after a search: what is certain is a fault, the rest is only told.

use serde::Serialize;

use super::{Found, Place};
use crate::scenario::model::Scenario;
use crate::simulate::Tally;

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Phase,
    Move,
    Ending,
    Card,
    /// A place at the table that never acts.
    Seat,
    Stuck,
    Endless,
    Runaway,
}

#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    pub kind: Kind,
    /// Id in the scenario; the number of a seat; the phases of a place.
    pub id: String,
    /// Proven by looking at everything; otherwise it was only not met.
    pub certain: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

/// `wide`: the same search with the desk free to close phases before their time. `played`: sessions of bots, of every size.
/// Whatever was met in any of them is not missed.
#[must_use]
pub fn verdict(sc: &Scenario, found: &Found, wide: Option<&Found>, played: &[Tally]) -> Vec<Finding> {
    let mut out = Vec::new();
    let mut place = |kind, place: &Option<Place>| {
        if let Some(p) = place {
            out.push(Finding { kind, id: p.phases.join(", "), certain: true, place: Some(p.clone()) });
        }
    };
    place(Kind::Stuck, &found.stuck);
    place(Kind::Endless, &found.endless);
    place(Kind::Runaway, &found.runaway);
    let certain = found.complete() && wide.is_some_and(Found::complete);
    let mut never = |kind, id: String, sure: bool| out.push(Finding { kind, id, certain: certain && sure, place: None });
    let searches = || [Some(found), wide].into_iter().flatten().map(|f| &f.reached);
    for (i, p) in sc.phases.iter().enumerate() {
        if !searches().any(|r| r.phases[i]) && !played.iter().any(|t| t.opened[i] > 0) {
            never(Kind::Phase, p.id.clone(), true);
        }
    }
    for (i, e) in sc.endings.iter().enumerate() {
        if !searches().any(|r| r.endings[i]) && !played.iter().any(|t| t.endings[i] > 0) {
            never(Kind::Ending, e.id.clone(), true);
        }
    }
    for (i, m) in sc.moves.iter().enumerate() {
        // Bots do not play the desk's moves.
        if !searches().any(|r| r.moves[i]) && !played.iter().any(|t| t.made[i] > 0) {
            never(Kind::Move, m.id.clone(), true);
        }
    }
    for (k, kind) in sc.kinds.iter().enumerate() {
        let starts = sc.zones.iter().filter(|z| usize::from(z.holds) == k).flat_map(|z| &z.start);
        let mut items: Vec<u32> = starts.map(|s| s.0).collect();
        items.sort_unstable();
        items.dedup();
        for item in items.into_iter().map(|i| i as usize) {
            if !searches().any(|r| r.cards[k][item]) && !played.iter().any(|t| t.drawn[k][item] > 0) {
                never(Kind::Card, format!("{}: {}", kind.id, sc.lists[usize::from(kind.list)].items[item].id), true);
            }
        }
    }
    for seat in 0..found.reached.seats.len() {
        if !searches().any(|r| r.seats[seat]) {
            never(Kind::Seat, (seat + 1).to_string(), true);
        }
    }
    out
}
