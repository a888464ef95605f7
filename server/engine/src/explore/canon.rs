//! One number for a state, from what matters of it. Left out: the generator, the clock, what was told, seen and written.

use super::matters::Matters;
use crate::event::{Frame, Spot, Unit};
use crate::id::Millis;
use crate::scenario::model::{Base, Scenario, Scope, Val, ZoneKind};
use crate::state::{Running, State, Strand};

/// How the tokens of a scenario are told apart, and which columns are read: known before the search.
pub struct Canon {
    /// Of each kind of row.
    columns: Vec<Vec<usize>>,
    /// Tokens are told apart by number: something refers to one, or each has values of its own.
    by_number: bool,
    cells: bool,
    past: bool,
}

/// Two folds of 64 bits, each of a product of 128 (after Wang Yi's wyhash, public domain).
#[derive(Clone, Copy)]
struct Hash(u64, u64);

impl Hash {
    fn word(&mut self, w: u64) {
        let fold = |a: u64, b: u64| {
            let m = u128::from(a) * u128::from(b);
            (m as u64) ^ ((m >> 64) as u64)
        };
        self.0 = fold(self.0 ^ w, 0xA076_1D64_78BD_642F);
        self.1 = fold(self.1.rotate_left(17) ^ w ^ 0x1656_67B1_9E37_79F9, 0xE703_7ED1_A0B4_28DB);
    }
    fn num(&mut self, n: i64) {
        self.word(n as u64);
    }
    fn words(&mut self, all: impl IntoIterator<Item = u64>) {
        let mut n = 0;
        for w in all {
            self.word(w);
            n += 1;
        }
        self.word(0xFFFF_0000 ^ n);
    }
    fn val(&mut self, v: &Val) {
        match v {
            Val::N(n) => self.num(*n),
            Val::L(l) => self.words(l.iter().map(|n| *n as u64)),
        }
    }
    fn unit(&mut self, u: Unit) {
        self.word(scope(u.scope) << 32 | u64::from(u.inst));
    }
}

fn scope(s: Scope) -> u64 {
    match s {
        Scope::Session => 0,
        Scope::Table => 1,
        Scope::Team => 2,
        Scope::Seat => 3,
        Scope::Group(k) => 16 + u64::from(k),
        Scope::Token(k) => 1024 + u64::from(k),
    }
}

impl Canon {
    pub fn new(sc: &Scenario, m: &Matters) -> Self {
        let live = |v: &u16| m.vars[usize::from(*v)];
        let columns = sc.rows.iter().map(|r| (0..r.columns.len()).filter(|c| live(&r.columns[*c].0)).collect());
        let refers = |v: &crate::scenario::model::VarDef| matches!(v.ty.base, Base::Token(_)) || matches!(v.scope, Scope::Token(_));
        Canon {
            columns: columns.collect(),
            by_number: sc.vars.iter().enumerate().any(|(i, v)| m.asked(i as u16) && refers(v)),
            cells: sc.vars.iter().enumerate().any(|(i, v)| m.vars[i] && v.slot.is_none()),
            past: m.past.contains(&true),
        }
    }

    /// `passed`: seats whose answer the search has decided will not come.
    pub fn of(&self, sc: &Scenario, m: &Matters, st: &State, passed: u64) -> u128 {
        let mut h = Hash(0x2D35_8DCC_AA6C_78A5, 0x8BB8_4B93_962E_ACC9 ^ passed);
        h.word(st.stage as u64);
        self.people(m, st, &mut h);
        self.values(sc, m, st, &mut h);
        self.tokens(sc, m, st, &mut h);
        for s in st.strands.iter().enumerate().filter(|(_, s)| s.alive) {
            strand(sc, m, st, s, &mut h);
        }
        h.word(0xA5C5);
        for a in &st.asks {
            h.word(u64::from(a.mv) << 32 | u64::from(a.seat));
            h.word(u64::from(a.judge.unwrap_or(u32::MAX)));
            h.num(a.item);
            inputs(sc, m, a.mv, &a.inputs, &mut h);
        }
        for ((timer, inst), until) in &st.timers {
            h.word(u64::from(*timer) << 32 | u64::from(*inst));
            h.num((until - st.clock).max(0));
        }
        h.words(st.fired.iter().filter(|(_, on)| **on).map(|((t, inst), _)| u64::from(*t) << 32 | u64::from(*inst)));
        for (table, over) in st.over.iter() {
            h.word(u64::from(*table) << 32 | u64::from(over.ending));
        }
        h.words(st.injected.iter().map(|((i, t), n)| u64::from(*i) << 40 | u64::from(*t) << 16 | u64::from(*n)));
        u128::from(h.0) << 64 | u128::from(h.1)
    }

    fn people(&self, m: &Matters, st: &State, h: &mut Hash) {
        for s in &st.seats {
            h.word(u64::from(s.table) << 16 | (s.status as u64) << 1 | u64::from(s.sitting_out));
            h.num(s.team);
            h.num(s.role);
            s.groups.iter().for_each(|g| h.num(*g));
            if m.rested {
                h.word(u64::from(s.rested));
            }
        }
        for g in st.groups.iter() {
            h.word(u64::from(g.table) << 9 | u64::from(g.kind) << 1 | u64::from(g.alive));
            h.words(g.members.iter().map(|m| u64::from(*m)));
        }
        if m.held {
            h.words(st.held.iter().map(|((s, r), n)| u64::from(*s) << 40 | u64::from(*r) << 20 | u64::from(*n)));
        }
        if m.met {
            h.words(st.met.iter().map(|((k, a, b), n)| u64::from(*k) << 56 | u64::from(*a) << 40 | u64::from(*b) << 20 | u64::from(*n)));
        }
        if m.defaulted {
            h.words(st.defaulted.iter().filter(|(_, on)| **on).map(|((v, i), _)| u64::from(*v) << 32 | u64::from(*i)));
        }
    }

    fn values(&self, sc: &Scenario, m: &Matters, st: &State, h: &mut Hash) {
        for ((def, cols), rows) in sc.rows.iter().zip(&self.columns).zip(&st.rows).filter(|((_, cols), _)| !cols.is_empty()) {
            for row in rows.chunks(def.columns.len()) {
                for c in cols {
                    self.value(sc, m, st, def.columns[*c].0, row[*c], h);
                }
            }
        }
        if self.cells {
            for ((v, inst, keys), val) in st.cells.iter().filter(|((v, _, _), _)| m.vars[usize::from(*v)]) {
                // A value that is as it was at the start is as if it had never been written.
                if *val != sc.vars[usize::from(*v)].start {
                    h.word(u64::from(*v) << 32 | u64::from(*inst));
                    keys.iter().for_each(|k| h.num(*k));
                    h.val(val);
                }
            }
            h.word(0xCE11);
        }
        if self.past {
            for ((v, inst), all) in st.past.iter().filter(|((v, _), _)| m.past[usize::from(*v)]) {
                h.word(u64::from(*v) << 32 | u64::from(*inst));
                for p in all {
                    p.passes.iter().for_each(|(n, item)| h.words([*n as u64, *item as u64]));
                    p.keys.iter().for_each(|k| h.num(*k));
                    h.val(&p.val);
                }
            }
        }
    }

    /// A typed text is its words, or only whether there is one.
    fn value(&self, sc: &Scenario, m: &Matters, st: &State, var: u16, n: i64, h: &mut Hash) {
        if sc.vars[usize::from(var)].ty.base == Base::Text && n >= 0 {
            match st.text(n).filter(|_| m.words) {
                Some(text) => h.words(text.bytes().map(u64::from)),
                None => h.word(1),
            }
        } else {
            h.num(n);
        }
    }

    fn tokens(&self, sc: &Scenario, m: &Matters, st: &State, h: &mut Hash) {
        if st.tokens.is_empty() {
            return;
        }
        let what = |t: u32| {
            let t2 = &st.tokens[t as usize];
            let face = u64::from(t2.kind) << 32 | u64::from(t2.item);
            if self.by_number { u64::from(t) << 48 | face } else { face }
        };
        for ((zone, inst), list) in st.zones.iter() {
            h.word(u64::from(*zone) << 32 | u64::from(*inst));
            let mut faces: Vec<u64> = list.iter().map(|t| what(*t)).collect();
            if sc.zones[usize::from(*zone)].kind == ZoneKind::Pool {
                faces.sort_unstable();
            }
            h.words(faces);
        }
        let mut placed: Vec<[u64; 4]> = Vec::new();
        for (i, t) in st.tokens.iter().enumerate() {
            let at = match t.at {
                Spot::Space(b, s) => u64::from(b) << 32 | u64::from(s),
                Spot::Zone(..) if m.player || m.heading || t.owner >= 0 => u64::MAX,
                Spot::Zone(..) => continue,
                Spot::Gone => u64::MAX - 1,
            };
            let player = if m.player { t.player as u64 } else { 0 };
            let heading = if m.heading { t.heading as u64 } else { 0 };
            placed.push([what(i as u32), at, t.owner as u64, player.wrapping_mul(31).wrapping_add(heading)]);
        }
        placed.sort_unstable();
        placed.iter().for_each(|p| h.words(*p));
    }
}

fn strand(sc: &Scenario, m: &Matters, st: &State, (n, s): (usize, &Strand), h: &mut Hash) {
    h.word(scope(s.scope) << 40 | u64::from(s.inst) << 1 | u64::from(s.waits));
    // Strands that are over leave no trace: a parent is counted among those alive.
    let parent = s.parent.map_or(u64::MAX, |p| st.strands[..(p as usize).min(n)].iter().filter(|s| s.alive).count() as u64);
    h.word(parent);
    h.word(u64::from(s.pc));
    for f in &s.frames {
        match f {
            Frame::Loop { id, n, times, list } => {
                h.words([u64::from(*id), *n as u64, *times as u64]);
                h.words(list.iter().map(|i| *i as u64));
            }
            Frame::Within { out, until } => h.words([u64::from(*out), (until - st.clock).max(0) as u64]),
            Frame::Skip { out } => h.words([u64::from(*out)]),
        }
    }
    if let Some(run) = &s.running {
        running(sc, m, st, run, h);
    }
}

fn running(sc: &Scenario, m: &Matters, st: &State, run: &Running, h: &mut Hash) {
    let left = |until: Millis| (until - st.clock).max(0) as u64;
    h.words([u64::from(run.phase), run.deadline.map_or(u64::MAX, left), u64::from(run.frozen), u64::from(run.floor.unwrap_or(u32::MAX))]);
    h.word(run.floor_until.map_or(u64::MAX, left));
    h.words(run.hands.iter().map(|h| u64::from(*h)));
    h.words(run.clocks.iter().flat_map(|(seat, at)| [u64::from(*seat), left(*at)]));
    if m.elapsed {
        h.num(st.clock - run.opened);
    }
    h.words(run.asked.iter().map(|s| u64::from(*s)));
    h.words(run.done.iter().map(|s| u64::from(*s)));
    let mut sealed: Vec<_> = run.sealed.iter().collect();
    sealed.sort_by_key(|a| (a.unit, a.item, a.mv));
    for a in sealed {
        h.word(u64::from(a.mv));
        h.unit(a.unit);
        h.num(a.item);
        inputs(sc, m, a.mv, &a.inputs, h);
    }
    h.word(0x5EA1);
    for v in &run.versions {
        h.word(u64::from(v.mv) << 33 | u64::from(v.held) << 32 | u64::from(v.seat));
        h.unit(v.unit);
        h.num(v.item);
        inputs(sc, m, v.mv, &v.inputs, h);
    }
    h.word(0x7E25);
    let mut made: Vec<_> = run.made.iter().collect();
    made.sort_by_key(|x| (x.0, x.2, x.1));
    for (mv, item, unit, times) in made {
        // How often is asked only where it is bounded.
        let times = if sc.moves[usize::from(*mv)].times.is_some() { *times } else { 1 };
        h.words([u64::from(*mv), *item as u64, u64::from(times)]);
        h.unit(*unit);
    }
    for ask in sc.phases[usize::from(run.phase)].moves.iter().flat_map(|mv| &sc.moves[usize::from(*mv)].asks) {
        let var = usize::from(ask.var);
        if m.closing[var] && !m.vars[var] {
            for inst in 0..st.instances(sc, sc.vars[var].scope) {
                h.val(&st.cell(sc, ask.var, inst, &[]));
            }
        }
    }
}

/// Of an answer, what anything reads.
fn inputs(sc: &Scenario, m: &Matters, mv: u16, vals: &[Val], h: &mut Hash) {
    let def = &sc.moves[usize::from(mv)];
    for (ask, val) in def.asks.iter().zip(vals).filter(|(a, _)| m.asked(a.var)) {
        match val {
            Val::N(n) if sc.vars[usize::from(ask.var)].ty.base == Base::Text => h.num((*n).min(0)),
            v => h.val(v),
        }
    }
}
