//! Who may see what. The one place where secrets are decided.

use crate::Viewer;
use crate::event::{People, Secret, Spot};
use crate::scenario::model::{Aud, Audience, NONE, Scenario, Scope};
use crate::state::State;
use crate::view::Status;

/// Is this viewer among these people?
#[must_use]
pub fn among(st: &State, viewer: Viewer, people: &People) -> bool {
    match (people, viewer) {
        (_, Viewer::Desk) | (People::All, _) => true,
        (People::Desk, _) => false,
        (People::Table(t), Viewer::Seat(s)) => st.seats[s.ix()].table == *t,
        (People::Table(_), Viewer::Projector) => st.tables == 1,
        (People::Team(t), Viewer::Seat(s)) => st.seats[s.ix()].team == i64::from(*t),
        (People::Group(g), Viewer::Seat(s)) => st.groups.get(*g as usize).is_some_and(|g| g.members.contains(&s.0)),
        (People::Seats(l), Viewer::Seat(s)) => l.contains(&s.0),
        (_, Viewer::Projector) => false,
    }
}

fn widened(st: &State, viewer: Viewer, what: impl Fn(&Secret) -> bool) -> bool {
    st.widened.iter().any(|(w, to)| what(w) && among(st, viewer, to))
}

/// Does an audience, seen from an instance of a scope, hold this viewer?
#[must_use]
pub fn audience(sc: &Scenario, st: &State, viewer: Viewer, aud: &Audience, scope: Scope, inst: u32) -> bool {
    match viewer {
        Viewer::Desk => !aud.iter().any(|a| matches!(a, Aud::Nobody | Aud::OnlyOwner)),
        Viewer::Projector => aud.iter().any(|a| *a == Aud::All || *a == Aud::Table && (st.tables == 1 || scope == Scope::Session)),
        Viewer::Seat(s) => {
            if ghost_sees(sc, st, s.0, aud) {
                return true;
            }
            aud.iter().any(|a| seat_in(sc, st, s.0, a, scope, inst))
        }
    }
}

/// Those out of play see all cards, where the scenario lets them.
fn ghost_sees(sc: &Scenario, st: &State, seat: u32, aud: &Audience) -> bool {
    sc.people.ghosts_see_all && st.seats[seat as usize].status == Status::Ghost && !aud.iter().any(|a| matches!(a, Aud::Nobody | Aud::OnlyOwner))
}

fn seat_in(sc: &Scenario, st: &State, seat: u32, aud: &Aud, scope: Scope, inst: u32) -> bool {
    let me = &st.seats[seat as usize];
    let table = st.table_of(sc, scope, inst);
    let here = table.is_none_or(|t| t == me.table);
    let playing = me.status != Status::Observer && me.status != Status::Left;
    match aud {
        Aud::Nobody | Aud::Desk => false,
        Aud::All => true,
        Aud::Table => here,
        Aud::Owner | Aud::OnlyOwner => playing && st.in_scope(seat, scope, inst),
        Aud::Role(Some(r)) => playing && here && me.role == i64::from(*r),
        Aud::Role(None) => {
            let owner = (scope == Scope::Seat).then(|| st.seats.get(inst as usize)).flatten();
            playing && here && owner.is_some_and(|o| o.role != NONE && o.role == me.role)
        }
        Aud::Team(Some(k)) => playing && here && me.team != NONE && me.team % sc.teams.len().max(1) as i64 == i64::from(*k),
        Aud::Team(None) => playing && me.team != NONE && team_of(st, scope, inst) == me.team,
        Aud::Group(k) => {
            let mine = me.groups[usize::from(*k)];
            playing && mine != NONE && group_of(st, scope, inst, *k) == mine
        }
    }
}

fn team_of(st: &State, scope: Scope, inst: u32) -> i64 {
    match scope {
        Scope::Team => i64::from(inst),
        Scope::Seat => st.seats.get(inst as usize).map_or(NONE, |s| s.team),
        _ => NONE,
    }
}

fn group_of(st: &State, scope: Scope, inst: u32, kind: u8) -> i64 {
    match scope {
        Scope::Group(k) if k == kind => i64::from(inst),
        // What a pair has is seen by the four in which both sit.
        Scope::Group(_) => {
            let theirs = st.groups.get(inst as usize).map_or(&[][..], |g| &g.members);
            let one = |m: &u32| st.seats[*m as usize].groups[usize::from(kind)];
            let group = theirs.first().map_or(NONE, one);
            if theirs.iter().all(|m| one(m) == group) { group } else { NONE }
        }
        Scope::Seat => st.seats.get(inst as usize).map_or(NONE, |s| s.groups[usize::from(kind)]),
        _ => NONE,
    }
}

/// The debrief's key: the desk and the projector may see what was sealed, except what is nobody's or its owner's alone.
fn uncovered(st: &State, viewer: Viewer, aud: &Audience) -> bool {
    st.uncovered && viewer != Viewer::Desk && !aud.iter().any(|a| matches!(a, Aud::Nobody | Aud::OnlyOwner | Aud::Desk))
}

#[must_use]
pub fn var(sc: &Scenario, st: &State, viewer: Viewer, v: u16, inst: u32, keys: &[i64]) -> bool {
    let def = &sc.vars[usize::from(v)];
    // A scope that reaches one's own seat: what a token carries is seen with the token.
    if let Scope::Token(_) = def.scope
        && !token(sc, st, viewer, inst)
    {
        return false;
    }
    // What somebody keeps private is for the people it is meant for, and for no screen of the house.
    if def.private {
        return matches!(viewer, Viewer::Seat(_)) && audience(sc, st, viewer, &def.seen, def.scope, inst);
    }
    audience(sc, st, viewer, &def.seen, def.scope, inst)
        || uncovered(st, viewer, &def.seen)
        || widened(st, viewer, |w| matches!(w, Secret::Var(x, i, k) if *x == v && *i == inst && (k.is_empty() || k == keys)))
}

#[must_use]
pub fn value(sc: &Scenario, st: &State, viewer: Viewer, v: u16, inst: u32) -> bool {
    let def = &sc.values[usize::from(v)];
    audience(sc, st, viewer, &def.seen, def.scope, inst) || uncovered(st, viewer, &def.seen) || widened(st, viewer, |w| *w == Secret::Value(v, inst))
}

#[must_use]
pub fn zone(sc: &Scenario, st: &State, viewer: Viewer, z: u16, inst: u32) -> bool {
    let def = &sc.zones[usize::from(z)];
    audience(sc, st, viewer, &def.seen, def.scope, inst) || uncovered(st, viewer, &def.seen) || widened(st, viewer, |w| *w == Secret::Zone(z, inst))
}

/// A token's face.
#[must_use]
pub fn token(sc: &Scenario, st: &State, viewer: Viewer, t: u32) -> bool {
    let Some(token) = st.tokens.get(t as usize) else {
        return false;
    };
    let there = match token.at {
        Spot::Zone(z, i) => zone(sc, st, viewer, z, i),
        Spot::Space(b, s) => space(sc, st, viewer, b, s),
        Spot::Gone => false,
    };
    there || widened(st, viewer, |w| *w == Secret::Token(t))
}

#[must_use]
pub fn board(sc: &Scenario, st: &State, viewer: Viewer, b: u16, inst: u32) -> bool {
    let def = &sc.boards[usize::from(b)];
    audience(sc, st, viewer, &def.seen, def.scope, inst)
}

/// What stands on a space: as on its board, unless the space says otherwise.
#[must_use]
pub fn space(sc: &Scenario, st: &State, viewer: Viewer, b: u16, s: u32) -> bool {
    let def = &sc.boards[usize::from(b)];
    let n = def.spaces.len().max(1) as u32;
    match def.spaces.get((s % n) as usize).and_then(|s| s.seen.as_ref()) {
        Some(seen) => audience(sc, st, viewer, seen, def.scope, s / n),
        None => board(sc, st, viewer, b, s / n),
    }
}

/// Which role a seat holds.
#[must_use]
pub fn role(sc: &Scenario, st: &State, viewer: Viewer, seat: u32) -> bool {
    let Some(s) = st.seats.get(seat as usize) else {
        return false;
    };
    let Ok(r) = usize::try_from(s.role) else {
        return true;
    };
    if viewer == Viewer::Seat(crate::SeatId(seat)) {
        return true;
    }
    audience(sc, st, viewer, &sc.roles[r].seen, Scope::Seat, seat)
        || uncovered(st, viewer, &sc.roles[r].seen)
        || widened(st, viewer, |w| *w == Secret::Role(seat))
}
