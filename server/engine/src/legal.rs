//! Legal moves: what bots play among.

use std::borrow::Cow;

use smallvec::SmallVec;

use crate::command::{Answers, SeatAct};
use crate::decide::{Chance, Exec, mix, sample};
use crate::eval::Regs;
use crate::id::SeatId;
use crate::scenario::model::{NONE, Scenario};
use crate::state::State;
use crate::view::{Mode, Stage, Status};

/// Tries at an answer that also passes the checks.
const TRIES: u32 = 20;

/// A random legal act of a seat that has something to do now; `None`: it waits.
#[must_use]
pub fn random_move(sc: &Scenario, st: &State, seat: SeatId, rng: &mut u64) -> Option<SeatAct> {
    let me = st.seats.get(seat.ix())?;
    if st.stage != Stage::Play || st.paused.is_some() || me.status != Status::Playing {
        return None;
    }
    if let Some(ask) = st.asks.iter().find(|a| a.judge == Some(seat.0)) {
        return Some(judged(sc, st, ask, seat, rng));
    }
    let strand = st.strand_of(seat.0)?;
    let run = st.strands[strand as usize].running.as_ref()?;
    if run.frozen {
        return None;
    }
    let phase = &sc.phases[usize::from(run.phase)];
    if run.floor == Some(seat.0) {
        return Some(SeatAct::Spoken);
    }
    let asked = run.asked.contains(&seat.0) && !run.done.contains(&seat.0);
    if asked && phase.ack {
        return Some(SeatAct::Ack);
    }
    if !asked {
        return None;
    }
    let x = Exec::new(sc, Cow::Borrowed(st), st.clock, Chance::Seed);
    let moves: SmallVec<[u16; 8]> =
        phase.moves.iter().copied().filter(|m| !sc.moves[usize::from(*m)].extra && !sc.moves[usize::from(*m)].by_desk).collect();
    let start = if moves.is_empty() { 0 } else { mix(*rng) as usize % moves.len() };
    for i in 0..moves.len() {
        if let Some(act) = one_move(&x, strand, moves[(start + i) % moves.len()], seat, rng) {
            return Some(act);
        }
    }
    None
}

/// A random extra move (a note, a sheet laid on the table) that a seat may make besides what it is asked for.
#[must_use]
pub fn random_extra(sc: &Scenario, st: &State, seat: SeatId, rng: &mut u64) -> Option<SeatAct> {
    let strand = st.strand_of(seat.0)?;
    let run = st.strands[strand as usize].running.as_ref().filter(|r| !r.frozen)?;
    let x = Exec::new(sc, Cow::Borrowed(st), st.clock, Chance::Seed);
    let phase = &sc.phases[usize::from(run.phase)];
    let moves: SmallVec<[u16; 8]> =
        phase.moves.iter().copied().filter(|m| sc.moves[usize::from(*m)].extra && !sc.moves[usize::from(*m)].by_desk).collect();
    let start = if moves.is_empty() { 0 } else { mix(*rng) as usize % moves.len() };
    let turned = || (0..moves.len()).map(|i| moves[(start + i) % moves.len()]);
    // What a small group has come together for goes before the rest.
    let of_group = |m: &u16| matches!(sc.moves[usize::from(*m)].joint, Some(crate::scenario::model::Scope::Group(_)));
    turned().filter(of_group).chain(turned().filter(|m| !of_group(m))).find_map(|m| {
        let mine = sc.moves[usize::from(m)].by.is_some() || run.asked.contains(&seat.0);
        mine.then(|| one_move(&x, strand, m, seat, rng))?
    })
}

fn one_move(x: &Exec<'_>, strand: u32, m: u16, seat: SeatId, rng: &mut u64) -> Option<SeatAct> {
    let def = &x.sc.moves[usize::from(m)];
    let run = x.st.strands[strand as usize].running.as_ref()?;
    let unit = x.unit(strand, def, seat.0)?;
    // Where people answer together, whoever comes later mostly backs what is there.
    if def.joint.is_some() && !def.each {
        if run.versions.iter().any(|v| v.mv == m && v.unit == unit && v.seat == seat.0) {
            return first_version(run, &def.id, m, unit, seat);
        }
        if let Some(v) = run.versions.iter().find(|v| v.mv == m && v.unit == unit) {
            return Some(SeatAct::Back { name: def.id.clone(), item: item_of(v.item), of: SeatId(v.seat) });
        }
    }
    // Where each fills an own part: whoever has, agrees to the whole when it is there and stands, and else looks for another part.
    let part = |seat: u32| run.versions.iter().find(|v| v.mv == m && v.unit == unit && v.seat == seat);
    if let (true, Some(v)) = (def.each, part(seat.0)) {
        let whole = x.together(strand, unit).iter().all(|s| part(*s).is_some());
        if !whole || v.held {
            return None;
        }
        if x.part_fits(strand, m, v.item, unit, seat.0, &v.inputs) {
            return Some(SeatAct::Back { name: def.id.clone(), item: item_of(v.item), of: seat });
        }
    }
    for item in x.items(strand, def, seat.0) {
        if x.has_answered(strand, m, item, seat.0) || !x.has_button(strand, def, seat.0, item) {
            continue;
        }
        for _ in 0..TRIES {
            *rng = mix(rng.wrapping_add(0x9E37_79B9_7F4A_7C15));
            let cx = x.move_ctx(strand, def, seat.0);
            let Some(vals) = sample(x.sc, &x.st, def, cx, item, rng) else {
                break;
            };
            let part = || vals.iter().map(|v| v.val.clone()).collect::<Vec<_>>();
            let holds = if def.each { x.part_fits(strand, m, item, unit, seat.0, &part()) } else { checks_hold(x, def, cx, item, &vals) };
            if !holds {
                continue;
            }
            let inputs: Answers = def.asks.iter().zip(vals).map(|(a, v)| (a.id.clone(), v.answer)).collect();
            return Some(SeatAct::Move { name: def.id.clone(), item: item_of(item), inputs });
        }
    }
    None
}

/// Two who hold different versions: the later one comes round to the earlier.
fn first_version(run: &crate::state::Running, name: &str, m: u16, unit: crate::event::Unit, seat: SeatId) -> Option<SeatAct> {
    let first = run.versions.iter().filter(|v| v.mv == m && v.unit == unit).min_by_key(|v| (v.seat, v.n))?;
    let mine = run.versions.iter().find(|v| v.mv == m && v.unit == unit && v.seat == seat.0)?;
    if first.seat == seat.0 || first.inputs == mine.inputs {
        return None;
    }
    Some(SeatAct::Back { name: name.to_string(), item: item_of(first.item), of: SeatId(first.seat) })
}

fn checks_hold(x: &Exec<'_>, def: &crate::scenario::model::MoveDef, cx: crate::eval::Ctx, item: i64, vals: &[crate::decide::Sample]) -> bool {
    let pending: Vec<_> = def.asks.iter().map(|a| a.var).zip(vals.iter().map(|v| v.val.clone())).collect();
    let mut regs = Regs::of(item);
    let mut env = crate::eval::Env::given(x.sc, &x.st, cx, &mut regs, &pending);
    def.mode == Mode::Consent || def.checks.iter().all(|c| env.yes(&c.cond))
}

fn item_of(item: i64) -> Option<i64> {
    (item != NONE).then_some(item)
}

fn judged(sc: &Scenario, st: &State, ask: &crate::state::Ask, seat: SeatId, rng: &mut u64) -> SeatAct {
    *rng = mix(rng.wrapping_add(1));
    let def = &sc.moves[usize::from(ask.mv)];
    let mut inputs = Answers::new();
    if !def.replies.is_empty() {
        let mut reply = def.clone();
        reply.asks.clone_from(&def.replies);
        let cx = crate::eval::Ctx::seat(st, seat.0);
        if let Some(vals) = sample(sc, st, &reply, cx, ask.item, rng) {
            inputs = def.replies.iter().zip(vals).map(|(a, v)| (a.id.clone(), v.answer)).collect();
        }
    }
    SeatAct::Judge { ask: ask.ask, yes: true, inputs, reason: String::new() }
}
