//! How far a change is seen: does a person look beyond the own table, and which tables do these events concern?

use crate::event::{Event, People};
use crate::scenario::model::{AskDef, InputDef, Scenario, Scope, Words, X};
use crate::state::State;

/// Tables at which a seat may see something new after these events; `None`: it may be anywhere.
/// `st` is the state after them. Wide rather than narrow, like `touched`.
#[must_use]
pub fn tables_touched(sc: &Scenario, st: &State, events: &[Event]) -> Option<Vec<u32>> {
    if !sc.apart || st.messages.len() >= crate::evolve::MESSAGES_KEPT {
        return None;
    }
    let of = |scope, inst| st.table_of(sc, scope, inst);
    let of_seat = |seat: u32| of(Scope::Seat, seat);
    let of_strand = |strand: u32| st.strands.get(strand as usize).and_then(|s| of(s.scope, s.inst));
    let mut out = Vec::new();
    for e in events {
        let table = match e {
            Event::Drew { .. }
            | Event::Wrote { .. }
            | Event::Fired { .. }
            | Event::Noted { .. }
            | Event::Marked { .. }
            | Event::Nudged { .. }
            | Event::Bookmarked { .. }
            | Event::Stopped { .. } => continue,
            Event::Here { seat, .. } | Event::Help { seat, .. } | Event::Bot { seat, .. } | Event::Rested { seat } => of_seat(seat.0)?,
            Event::Set { var, inst, .. } | Event::Emptied { var, inst } => of(sc.vars[usize::from(*var)].scope, *inst)?,
            Event::Pass { id, inst, .. } => of(sc.loops[usize::from(*id)].scope, *inst)?,
            Event::Rolled { table, .. } => *table,
            Event::Told { to: People::Table(table), .. } => *table,
            Event::At { strand, .. }
            | Event::Waits { strand }
            | Event::PhaseOpened { strand, .. }
            | Event::PhaseClosed { strand }
            | Event::AskedSet { strand, .. }
            | Event::DoneSet { strand, .. }
            | Event::Frozen { strand }
            | Event::Deadline { strand, .. }
            | Event::Floor { strand, .. }
            | Event::Hand { strand, .. }
            | Event::Sealed { strand, .. }
            | Event::Unsealed { strand, .. }
            | Event::Version { strand, .. }
            | Event::VersionsGone { strand, .. }
            | Event::Made { strand, .. } => of_strand(*strand)?,
            _ => return None,
        };
        if !out.contains(&table) {
            out.push(table);
        }
    }
    Some(out)
}

/// Does everything that a view of a seat computes stay at that seat's table? Told once, when a scenario is compiled.
/// What is not known to stay there counts as looking beyond it.
pub fn stays_apart(sc: &Scenario) -> bool {
    let asks = |asks: &[AskDef]| asks.iter().all(|a| words(sc, &a.label) && input(sc, &a.input));
    let one = |x: &Option<X>| x.as_ref().is_none_or(|x| near(sc, x));
    sc.roles.iter().all(|r| words(sc, &r.name) && words(sc, &r.public) && words(sc, &r.brief))
        && sc.teams.iter().all(|t| words(sc, &t.name) && words(sc, &t.brief))
        && sc.lists.iter().flat_map(|l| &l.items).all(|i| words(sc, &i.name) && words(sc, &i.text))
        && sc.zones.iter().all(|z| words(sc, &z.name))
        && sc.boards.iter().all(|b| words(sc, &b.name) && b.lands.iter().all(|l| words(sc, &l.label)))
        && sc.vars.iter().all(|v| words(sc, &v.name))
        && sc.values.iter().all(|v| words(sc, &v.name) && near(sc, &v.is))
        && sc.phases.iter().all(|p| {
            words(sc, &p.title) && words(sc, &p.text) && p.also.iter().all(|(x, w)| near(sc, x) && words(sc, w)) && (!p.cover || one(&p.who))
        })
        && sc.moves.iter().all(|m| {
            let checks = m.checks.iter().chain(&m.warns).all(|c| words(sc, &c.words));
            let said = words(sc, &m.label) && words(sc, &m.help) && words(sc, &m.why) && checks;
            let each = m.answers.as_ref().is_none_or(|(_, set, _)| own(set));
            said && each && one(&m.by) && one(&m.when) && one(&m.times) && asks(&m.asks) && asks(&m.replies)
        })
        && sc.endings.iter().all(|e| words(sc, &e.title) && words(sc, &e.text))
        && sc.injects.iter().all(|i| words(sc, &i.title) && words(sc, &i.text))
        && sc.panels.is_empty()
        && sc.pages.iter().all(|p| words(sc, &p.title) && words(sc, &p.text) && p.questions.iter().all(|w| words(sc, w)))
}

fn words(sc: &Scenario, words: &Words) -> bool {
    words.0.iter().flatten().flat_map(|p| &p.places).all(|p| near(sc, &p.x))
}

fn input(sc: &Scenario, input: &InputDef) -> bool {
    match input {
        InputDef::YesNo | InputDef::Drawing => true,
        InputDef::Number { from: a, to: b, .. } | InputDef::Share { total: a, over: b } => near(sc, a) && near(sc, b),
        InputDef::Text { max: x, .. } | InputDef::Order(x) | InputDef::Tiers { of: x, .. } => near(sc, x),
        InputDef::Choice { least, most, of } => near(sc, least) && near(sc, most) && near(sc, of),
        InputDef::Any { of, weighing } => near(sc, of) && weighing.as_ref().is_none_or(|(a, _, b)| own(of) && near(sc, a) && near(sc, b)),
    }
}

/// Whoever reads, at the table of the reader.
fn here(x: &X) -> bool {
    matches!(x, X::Me | X::CtxTable | X::CtxTeam | X::CtxGroup(_) | X::Reg(_))
}

/// A set of which each one is at the table of the reader, or at no table.
fn own(x: &X) -> bool {
    match x {
        X::Seats(Some(a)) | X::Others(Some(a)) | X::Everyone(Some(a)) | X::Teams(Some(a)) => matches!(**a, X::CtxTable),
        X::AllItems(_) | X::AllRoles | X::Range(..) => true,
        X::Where { set, .. } | X::Except { set, .. } => own(set),
        _ => false,
    }
}

fn near(sc: &Scenario, x: &X) -> bool {
    match x {
        X::K(_) | X::Reg(_) | X::ListReg(_) | X::Me | X::CtxTable | X::CtxTeam | X::CtxGroup(_) | X::AllItems(_) | X::AllRoles => true,
        // What belongs to the session is told to all when it changes.
        X::Var { v, inst, keys } => (here(inst) || sc.vars[usize::from(*v)].scope == Scope::Session) && keys.iter().all(|x| near(sc, x)),
        X::Value { inst, keys, .. } => here(inst) && keys.iter().all(|x| near(sc, x)),
        X::SeatRole(a) | X::SeatTeam(a) | X::SeatTable(a) | X::SeatStatus(a) | X::SeatGroup(_, a) => here(a),
        X::Asked(a) | X::Done(a) | X::Present(a) => here(a),
        X::Seats(_) | X::Others(_) | X::Everyone(_) | X::Teams(_) => own(x),
        X::Attr { item: a, .. }
        | X::Not(a)
        | X::Neg(a)
        | X::Abs(a)
        | X::Floor(a)
        | X::Round(a)
        | X::ToDec(a)
        | X::Count(a)
        | X::Empty(a)
        | X::First(a)
        | X::Last(a)
        | X::Distinct(a) => near(sc, a),
        X::And(a, b)
        | X::Or(a, b)
        | X::Arith(_, a, b)
        | X::Cmp(_, a, b)
        | X::Eq(a, b)
        | X::EqList(a, b)
        | X::In(a, b)
        | X::Otherwise(a, b)
        | X::Nth(a, b)
        | X::Index(a, b)
        | X::Range(a, b)
        | X::Except { set: a, out: b } => near(sc, a) && near(sc, b),
        X::Where { set, cond: x, .. } | X::CountIf { set, cond: x, .. } | X::Fold { set, x, .. } => own(set) && near(sc, x),
        X::If(a, b, c) => near(sc, a) && near(sc, b) && near(sc, c),
        X::List(all) | X::Union(all) => all.iter().all(|x| near(sc, x)),
        _ => false,
    }
}
