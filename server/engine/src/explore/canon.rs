//! One number for a state, from what matters of it. Left out: the generator, the clock, what was told, seen and written.
//!
//! What has no order, or none that anything reads, counts as a bag: the sum of its parts' numbers. Where seats may be exchanged
//! (`order`), they get other names first (`seats`), and every place where a seat is named goes through `Names`.

use super::matters::Matters;
use super::order::Order;
use super::seats::Names;
use crate::event::{Frame, Spot, Unit};
use crate::id::Millis;
use crate::scenario::model::{Base, KeyOf, Scenario, Scope, Val, ZoneKind};
use crate::state::{Running, State, Strand};

/// How the tokens of a scenario are told apart, and which columns are read: known before the search.
pub struct Canon {
    /// Of each kind of row.
    pub columns: Vec<Vec<usize>>,
    /// Tokens are told apart by number: something refers to one, or each has values of its own.
    by_number: bool,
    cells: bool,
    past: bool,
    /// Lists whose order is read; zones likewise.
    lists: Vec<bool>,
    zones: Vec<bool>,
}

/// A state, from what matters of it.
pub struct Seen<'a> {
    pub sc: &'a Scenario,
    pub m: &'a Matters,
    pub st: &'a State,
    /// Seats whose answer the search has decided will not come: a bit for each.
    pub passed: u64,
}

/// Two folds of 64 bits, each of a product of 128 (after Wang Yi's wyhash, public domain).
#[derive(Clone, Copy)]
pub struct Hash(pub u64, pub u64);

impl Hash {
    pub const NEW: Hash = Hash(0x2D35_8DCC_AA6C_78A5, 0x8BB8_4B93_962E_ACC9);

    pub fn word(&mut self, w: u64) {
        let fold = |a: u64, b: u64| {
            let m = u128::from(a) * u128::from(b);
            (m as u64) ^ ((m >> 64) as u64)
        };
        self.0 = fold(self.0 ^ w, 0xA076_1D64_78BD_642F);
        self.1 = fold(self.1.rotate_left(17) ^ w ^ 0x1656_67B1_9E37_79F9, 0xE703_7ED1_A0B4_28DB);
    }
    pub fn num(&mut self, n: i64) {
        self.word(n as u64);
    }
    pub fn words(&mut self, all: impl IntoIterator<Item = u64>) {
        let mut n = 0;
        for w in all {
            self.word(w);
            n += 1;
        }
        self.word(0xFFFF_0000 ^ n);
    }
    /// Things without an order.
    pub fn bag(&mut self, all: impl IntoIterator<Item = Hash>) {
        let (mut sum, mut n) = (Hash(0, 0), 0);
        for h in all {
            sum.0 = sum.0.wrapping_add(h.0);
            sum.1 = sum.1.wrapping_add(h.1);
            n += 1;
        }
        self.word(sum.0);
        self.word(sum.1);
        self.word(0xBA60_0000 ^ n);
    }
    /// One of a bag.
    pub fn of(all: impl IntoIterator<Item = u64>) -> Hash {
        let mut h = Hash::NEW;
        all.into_iter().for_each(|w| h.word(w));
        h
    }
    fn unit(&mut self, u: Unit, names: &Names) {
        let inst = if u.scope == Scope::Seat { names.of(u.inst) } else { u.inst };
        self.word(scope(u.scope) << 32 | u64::from(inst));
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
    pub fn new(sc: &Scenario, m: &Matters, order: &Order) -> Self {
        let live = |v: &u16| m.vars[usize::from(*v)];
        let columns = sc.rows.iter().map(|r| (0..r.columns.len()).filter(|c| live(&r.columns[*c].0)).collect());
        Canon {
            columns: columns.collect(),
            by_number: order.by_number,
            cells: sc.vars.iter().enumerate().any(|(i, v)| m.vars[i] && v.slot.is_none()),
            past: m.past.contains(&true),
            lists: order.vars.clone(),
            zones: sc.zones.iter().zip(&order.zones).map(|(z, read)| *read && z.kind != ZoneKind::Pool).collect(),
        }
    }

    pub fn of(&self, s: &Seen<'_>, names: &Names) -> u128 {
        let mut h = Hash::NEW;
        h.word(names.bits(s.passed));
        h.word(s.st.stage as u64);
        self.people(s, names, &mut h);
        self.values(s, names, &mut h);
        self.tokens(s, names, &mut h);
        for strand in s.st.strands.iter().enumerate().filter(|(_, s)| s.alive) {
            self.strand(s, names, strand, &mut h);
        }
        h.word(0xA5C5);
        for a in &s.st.asks {
            h.word(u64::from(a.mv) << 32 | u64::from(names.of(a.seat)));
            h.word(u64::from(a.judge.map_or(u32::MAX, |j| names.of(j))));
            h.num(self.item(s, a.mv, a.item, names));
            self.inputs(s, a.mv, &a.inputs, names, &mut h);
        }
        rest(s.st, &mut h);
        u128::from(h.0) << 64 | u128::from(h.1)
    }

    fn people(&self, s: &Seen<'_>, names: &Names, h: &mut Hash) {
        let (st, m) = (s.st, s.m);
        for seat in names.order(st.seats.len()) {
            let s = &st.seats[seat];
            h.word(u64::from(s.table) << 16 | (s.status as u64) << 1 | u64::from(s.sitting_out));
            h.num(s.team);
            if m.role {
                h.num(s.role);
            }
            s.groups.iter().for_each(|g| h.num(*g));
            if m.rested {
                h.word(u64::from(s.rested));
            }
        }
        for g in st.groups.iter() {
            h.word(u64::from(g.table) << 9 | u64::from(g.kind) << 1 | u64::from(g.alive));
            h.bag(g.members.iter().map(|m| Hash::of([u64::from(names.of(*m))])));
        }
        if m.held {
            h.bag(st.held.iter().map(|((s, r), n)| Hash::of([u64::from(names.of(*s)), u64::from(*r), u64::from(*n)])));
        }
        if m.met {
            h.bag(st.met.iter().map(|((k, a, b), n)| {
                let (a, b) = (names.of(*a), names.of(*b));
                Hash::of([u64::from(*k), u64::from(a.min(b)), u64::from(a.max(b)), u64::from(*n)])
            }));
        }
        if m.defaulted {
            // Whose answer time has filled in tells seats apart: then they are not exchanged.
            h.words(st.defaulted.iter().filter(|(_, on)| **on).map(|((v, i), _)| u64::from(*v) << 32 | u64::from(*i)));
        }
    }

    // ------------------------------------------------------------ values

    fn values(&self, s: &Seen<'_>, names: &Names, h: &mut Hash) {
        let (sc, st) = (s.sc, s.st);
        for ((def, cols), rows) in sc.rows.iter().zip(&self.columns).zip(&st.rows).filter(|((_, cols), _)| !cols.is_empty()) {
            let width = def.columns.len();
            let mut row = |at: usize| {
                for c in cols {
                    self.value(s, def.columns[*c].0, rows[at * width + *c], names, h);
                }
            };
            if def.scope == Scope::Seat {
                names.order(rows.len() / width).for_each(&mut row);
            } else {
                (0..rows.len() / width).for_each(row);
            }
        }
        if self.cells {
            let read = st.cells.iter().filter(|((v, _, _), _)| s.m.vars[usize::from(*v)]);
            // A value that is as it was at the start is as if it had never been written.
            h.bag(read.filter(|((v, _, _), val)| **val != sc.vars[usize::from(*v)].start).map(|((v, inst, keys), val)| {
                let mut h = Hash::of([u64::from(*v) << 32 | u64::from(self.instance(sc, *v, *inst, names))]);
                self.keys(sc, *v, keys, names, &mut h);
                self.val(sc, *v, val, names, &mut h);
                h
            }));
        }
        if self.past {
            h.bag(st.past.iter().filter(|((v, _), _)| s.m.past[usize::from(*v)]).map(|((v, inst), all)| {
                let mut h = Hash::of([u64::from(*v) << 32 | u64::from(self.instance(sc, *v, *inst, names))]);
                let loops = &sc.vars[usize::from(*v)].history;
                for p in all {
                    for ((n, item), l) in p.passes.iter().zip(loops) {
                        let seat = sc.loops[usize::from(*l)].item_base == Base::Seat;
                        h.words([*n as u64, (if seat { names.num(*item) } else { *item }) as u64]);
                    }
                    self.keys(sc, *v, &p.keys, names, &mut h);
                    self.val(sc, *v, &p.val, names, &mut h);
                }
                h
            }));
        }
    }

    fn instance(&self, sc: &Scenario, var: u16, inst: u32, names: &Names) -> u32 {
        if sc.vars[usize::from(var)].scope == Scope::Seat { names.of(inst) } else { inst }
    }

    fn keys(&self, sc: &Scenario, var: u16, keys: &[i64], names: &Names, h: &mut Hash) {
        let of = &sc.vars[usize::from(var)].keys;
        for (i, key) in keys.iter().enumerate() {
            h.num(if of.get(i) == Some(&KeyOf::Seat) { names.num(*key) } else { *key });
        }
    }

    /// A typed text is its words, or only whether there is one.
    fn value(&self, s: &Seen<'_>, var: u16, n: i64, names: &Names, h: &mut Hash) {
        match s.sc.vars[usize::from(var)].ty.base {
            Base::Text if n >= 0 => match s.st.text(n).filter(|_| s.m.words) {
                Some(text) => h.words(text.bytes().map(u64::from)),
                None => h.word(1),
            },
            Base::Seat => h.num(names.num(n)),
            _ => h.num(n),
        }
    }

    fn val(&self, sc: &Scenario, var: u16, val: &Val, names: &Names, h: &mut Hash) {
        let seat = sc.vars[usize::from(var)].ty.base == Base::Seat;
        let name = |n: &i64| (if seat { names.num(*n) } else { *n }) as u64;
        match val {
            Val::N(n) => h.word(name(n)),
            Val::L(l) if self.lists[usize::from(var)] => h.words(l.iter().map(name)),
            Val::L(l) => h.bag(l.iter().map(|n| Hash::of([name(n)]))),
        }
    }

    // ------------------------------------------------------------ tokens

    fn what(&self, st: &State, t: u32) -> u64 {
        let token = &st.tokens[t as usize];
        let face = u64::from(token.kind) << 32 | u64::from(token.item);
        if self.by_number { u64::from(t) << 48 | face } else { face }
    }

    /// What lies in a zone, bottom first if that matters.
    pub fn zone(&self, st: &State, zone: u16, list: &[u32], h: &mut Hash) {
        if self.zones[usize::from(zone)] {
            h.words(list.iter().map(|t| self.what(st, *t)));
        } else {
            h.bag(list.iter().map(|t| Hash::of([self.what(st, *t)])));
        }
    }

    fn tokens(&self, s: &Seen<'_>, names: &Names, h: &mut Hash) {
        let (sc, st, m) = (s.sc, s.st, s.m);
        if st.tokens.is_empty() {
            return;
        }
        h.bag(st.zones.iter().map(|((zone, inst), list)| {
            let inst = if sc.zones[usize::from(*zone)].scope == Scope::Seat { names.of(*inst) } else { *inst };
            let mut h = Hash::of([u64::from(*zone) << 32 | u64::from(inst)]);
            self.zone(st, *zone, list, &mut h);
            h
        }));
        h.bag(st.tokens.iter().enumerate().filter_map(|(i, t)| {
            let at = match t.at {
                Spot::Space(b, s) => u64::from(b) << 32 | u64::from(s),
                Spot::Zone(..) if m.player || m.heading || t.owner >= 0 => u64::MAX,
                Spot::Zone(..) => return None,
                Spot::Gone => u64::MAX - 1,
            };
            let of_seat = sc.kinds[usize::from(t.kind)].per == Some(Scope::Seat);
            let owner = if of_seat { names.num(t.owner) } else { t.owner };
            let player = if m.player { names.num(t.player) as u64 } else { 0 };
            let heading = if m.heading { t.heading as u64 } else { 0 };
            Some(Hash::of([self.what(st, i as u32), at, owner as u64, player, heading]))
        }));
    }

    // ------------------------------------------------------------ strands

    fn strand(&self, seen: &Seen<'_>, names: &Names, (n, s): (usize, &Strand), h: &mut Hash) {
        let (sc, st) = (seen.sc, seen.st);
        h.word(scope(s.scope) << 40 | u64::from(s.inst) << 1 | u64::from(s.waits));
        // Strands that are over leave no trace: a parent is counted among those alive.
        let parent = s.parent.map_or(u64::MAX, |p| st.strands[..(p as usize).min(n)].iter().filter(|s| s.alive).count() as u64);
        h.word(parent);
        h.word(u64::from(s.pc));
        for f in &s.frames {
            match f {
                Frame::Loop { id, n, times, list } => {
                    h.words([u64::from(*id), *n as u64, *times as u64]);
                    let seat = sc.loops[usize::from(*id)].item_base == Base::Seat;
                    let list = if seen.m.counted[usize::from(*id)] { &[] } else { list.as_slice() };
                    h.words(list.iter().map(|i| (if seat { names.num(*i) } else { *i }) as u64));
                }
                Frame::Within { out, until } => h.words([u64::from(*out), (until - st.clock).max(0) as u64]),
                Frame::Skip { out } => h.words([u64::from(*out)]),
            }
        }
        if let Some(run) = &s.running {
            self.running(seen, names, run, h);
        }
    }

    fn running(&self, s: &Seen<'_>, names: &Names, run: &Running, h: &mut Hash) {
        let (sc, st) = (s.sc, s.st);
        let left = |until: Millis| (until - st.clock).max(0) as u64;
        let seat = |s: &u32| u64::from(names.of(*s));
        let floor = run.floor.map_or(u64::from(u32::MAX), |f| seat(&f));
        h.words([u64::from(run.phase), run.deadline.map_or(u64::MAX, left), u64::from(run.frozen), floor]);
        h.word(run.floor_until.map_or(u64::MAX, left));
        h.words(run.hands.iter().map(seat));
        h.words(run.clocks.iter().flat_map(|(s, at)| [seat(s), left(*at)]));
        if s.m.elapsed {
            h.num(st.clock - run.opened);
        }
        h.bag(run.asked.iter().map(|s| Hash::of([seat(s)])));
        h.bag(run.done.iter().map(|s| Hash::of([seat(s)])));
        h.bag(run.sealed.iter().map(|a| {
            let mut h = Hash::of([u64::from(a.mv), self.item(s, a.mv, a.item, names) as u64]);
            h.unit(a.unit, names);
            self.inputs(s, a.mv, &a.inputs, names, &mut h);
            h
        }));
        for v in &run.versions {
            h.word(u64::from(v.mv) << 33 | u64::from(v.held) << 32 | seat(&v.seat));
            h.unit(v.unit, names);
            h.num(self.item(s, v.mv, v.item, names));
            self.inputs(s, v.mv, &v.inputs, names, h);
        }
        h.word(0x7E25);
        h.bag(run.made.iter().map(|(mv, item, unit, times)| {
            // How often is asked only where it is bounded.
            let times = if sc.moves[usize::from(*mv)].times.is_some() { *times } else { 1 };
            let mut h = Hash::of([u64::from(*mv), self.item(s, *mv, *item, names) as u64, u64::from(times)]);
            h.unit(*unit, names);
            h
        }));
        for ask in sc.phases[usize::from(run.phase)].moves.iter().flat_map(|mv| &sc.moves[usize::from(*mv)].asks) {
            let var = usize::from(ask.var);
            if s.m.closing[var] && !s.m.vars[var] {
                let (scope, many) = (sc.vars[var].scope, st.instances(sc, sc.vars[var].scope) as usize);
                let mut one = |inst: usize| self.val(sc, ask.var, &st.cell(sc, ask.var, inst as u32, &[]), names, h);
                if scope == Scope::Seat { names.order(many).for_each(one) } else { (0..many).for_each(&mut one) }
            }
        }
    }

    /// The thing that an answer is about.
    fn item(&self, s: &Seen<'_>, mv: u16, item: i64, names: &Names) -> i64 {
        let seat = s.sc.moves[usize::from(mv)].answers.as_ref().is_some_and(|a| a.2 == Base::Seat);
        if seat { names.num(item) } else { item }
    }

    /// Of an answer, what anything reads.
    fn inputs(&self, s: &Seen<'_>, mv: u16, vals: &[Val], names: &Names, h: &mut Hash) {
        let def = &s.sc.moves[usize::from(mv)];
        for (ask, val) in def.asks.iter().zip(vals).filter(|(a, _)| s.m.asked(a.var)) {
            match val {
                Val::N(n) if s.sc.vars[usize::from(ask.var)].ty.base == Base::Text => h.num((*n).min(0)),
                v => self.val(s.sc, ask.var, v, names, h),
            }
        }
    }
}

fn rest(st: &State, h: &mut Hash) {
    for ((timer, inst), until) in &st.timers {
        h.word(u64::from(*timer) << 32 | u64::from(*inst));
        h.num((until - st.clock).max(0));
    }
    // Seats have no triggers of their own where they are exchanged.
    h.words(st.fired.iter().filter(|(_, on)| **on).map(|((t, inst), _)| u64::from(*t) << 32 | u64::from(*inst)));
    for (table, over) in st.over.iter() {
        h.word(u64::from(*table) << 32 | u64::from(over.ending));
    }
    h.words(st.injected.iter().map(|((i, t), n)| u64::from(*i) << 40 | u64::from(*t) << 16 | u64::from(*n)));
}
