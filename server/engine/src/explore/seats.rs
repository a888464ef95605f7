//! Names for seats that may be exchanged: of states that differ only in who sits where, all get the same.
//!
//! Seats are put in order by how they look: what is theirs, what names them. Whatever order comes out is right, because the state
//! is numbered under the new names, and two states have one number only if renaming makes them the same. A good order folds more.

use super::canon::{Canon, Hash, Seen};
use super::matters::Matters;
use super::order::Order;
use crate::event::{Spot, Unit};
use crate::scenario::model::{Base, KeyOf, Scenario, Scope, Val};

/// Seats whose names fit in a word.
const MOST: usize = 16;

/// Each seat's new number, and the seat of each new number, four bits each. With none, seats keep their own.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Names {
    of: u64,
    order: u64,
    many: u8,
}

impl Names {
    #[must_use]
    pub fn new(order: &[usize]) -> Self {
        let mut names = Names { many: order.len() as u8, ..Names::default() };
        for (name, seat) in order.iter().enumerate() {
            names.of |= (name as u64) << (4 * seat);
            names.order |= (*seat as u64) << (4 * name);
        }
        names
    }

    #[must_use]
    pub fn of(&self, seat: u32) -> u32 {
        if seat < u32::from(self.many) { (self.of >> (4 * seat) & 15) as u32 } else { seat }
    }

    #[must_use]
    pub fn num(&self, seat: i64) -> i64 {
        u32::try_from(seat).map_or(seat, |s| i64::from(self.of(s)))
    }

    /// So many seats, by their new numbers.
    pub fn order(&self, many: usize) -> impl Iterator<Item = usize> + use<> {
        let names = *self;
        (0..many).map(move |name| if name < usize::from(names.many) { (names.order >> (4 * name) & 15) as usize } else { name })
    }

    /// A bit for each seat.
    #[must_use]
    pub fn bits(&self, seats: u64) -> u64 {
        if self.many == 0 {
            return seats;
        }
        (0..u32::from(self.many)).filter(|s| seats >> s & 1 == 1).fold(0, |bits, s| bits | 1 << self.of(s))
    }

    /// Seats that stand for one another in two states which under their names are the same: of this one, and of the other.
    pub fn exchanged(self, other: Names) -> impl Iterator<Item = (usize, usize)> {
        self.order(usize::from(self.many)).zip(other.order(usize::from(other.many))).filter(|(a, b)| a != b)
    }
}

/// What there is to look at, known before the search.
pub struct Seats {
    /// Nobody's order is read.
    alike: bool,
    /// Values of seats that are not in the rows.
    cells: Vec<u16>,
    /// Variables that name seats.
    naming: Vec<u16>,
}

impl Seats {
    pub fn new(sc: &Scenario, m: &Matters, order: &Order) -> Self {
        let vars = || (0..sc.vars.len() as u16).filter(|v| m.vars[usize::from(*v)]);
        let def = |v: &u16| &sc.vars[usize::from(*v)];
        Seats {
            alike: order.seats.is_none(),
            cells: vars().filter(|v| def(v).slot.is_none() && def(v).scope == Scope::Seat).collect(),
            naming: vars().filter(|v| def(v).ty.base == Base::Seat || def(v).keys.contains(&KeyOf::Seat)).collect(),
        }
    }

    #[must_use]
    pub fn names(&self, canon: &Canon, s: &Seen<'_>) -> Names {
        let many = s.st.seats.len();
        if !self.alike || !(2..=MOST).contains(&many) {
            return Names::default();
        }
        let mut looks = self.looks(canon, s);
        let met = s.m.met && !s.st.met.is_empty();
        // Who is named by whom, and who has met whom, tells apart those who look the same, once and once more.
        for _ in 0..if self.naming.is_empty() && !met { 0 } else { 2 } {
            if twice(&looks).is_none() {
                break;
            }
            self.named(s, &mut looks);
        }
        // Where everybody has met as many, one goes first, and the others are looked at from there.
        while let Some(look) = twice(&looks).filter(|_| met) {
            if let Some(first) = looks.iter_mut().find(|l| **l == look) {
                *first = Hash::of([look, 1]).0;
            }
            self.named(s, &mut looks);
            self.named(s, &mut looks);
        }
        let mut order: Vec<usize> = (0..many).collect();
        order.sort_by_key(|seat| looks[*seat]);
        Names::new(&order)
    }

    /// What is each seat's own, whoever it names.
    fn looks(&self, canon: &Canon, s: &Seen<'_>) -> Vec<u64> {
        let (sc, st) = (s.sc, s.st);
        let mut looks: Vec<Hash> = vec![Hash::NEW; st.seats.len()];
        for (i, (seat, h)) in st.seats.iter().zip(&mut looks).enumerate() {
            h.word(u64::from(seat.table) << 16 | (seat.status as u64) << 1 | u64::from(seat.sitting_out) | (s.passed >> i & 1) << 12);
            h.num(seat.team);
            if s.m.role {
                h.num(seat.role);
            }
            seat.groups.iter().for_each(|g| h.num(*g));
            if s.m.rested {
                h.word(u64::from(seat.rested));
            }
            for v in &self.cells {
                for (keys, val) in st.written(*v, i as u32) {
                    h.word(u64::from(*v));
                    self.plain(sc, *v, keys, val, h);
                }
            }
        }
        for ((def, cols), rows) in
            sc.rows.iter().zip(&canon.columns).zip(&st.rows).filter(|((def, cols), _)| def.scope == Scope::Seat && !cols.is_empty())
        {
            for (row, h) in rows.chunks(def.columns.len()).zip(&mut looks) {
                for c in cols {
                    let seat = sc.vars[usize::from(def.columns[*c].0)].ty.base == Base::Seat;
                    h.num(if seat { row[*c].min(0) } else { row[*c] });
                }
            }
        }
        for ((zone, inst), list) in st.zones.iter().filter(|((zone, _), _)| sc.zones[usize::from(*zone)].scope == Scope::Seat) {
            looks[*inst as usize].word(u64::from(*zone));
            canon.zone(st, *zone, list, &mut looks[*inst as usize]);
        }
        for t in st.tokens.iter().filter(|t| sc.kinds[usize::from(t.kind)].per == Some(Scope::Seat)) {
            if let (Some(h), Spot::Space(board, space)) = (usize::try_from(t.owner).ok().and_then(|o| looks.get_mut(o)), t.at) {
                h.word(u64::from(t.kind) << 48 | u64::from(board) << 32 | u64::from(space));
            }
        }
        if s.m.held {
            for ((seat, role), n) in st.held.iter() {
                looks[*seat as usize].word(u64::from(*role) << 32 | u64::from(*n));
            }
        }
        self.in_phases(s, &mut looks);
        looks.into_iter().map(|h| h.0 ^ h.1.rotate_left(32)).collect()
    }

    /// Who is asked, who has answered, and what.
    fn in_phases(&self, s: &Seen<'_>, looks: &mut [Hash]) {
        let (sc, st) = (s.sc, s.st);
        let answer = |mv: u16, vals: &[Val], h: &mut Hash| {
            h.word(u64::from(mv));
            for (ask, val) in sc.moves[usize::from(mv)].asks.iter().zip(vals).filter(|(a, _)| s.m.asked(a.var)) {
                self.plain(sc, ask.var, &[], val, h);
            }
        };
        for (n, strand) in st.strands.iter().filter(|s| s.alive).enumerate() {
            let Some(run) = &strand.running else { continue };
            for (flag, list) in [(1, &run.asked[..]), (2, &run.done), (3, &run.hands)] {
                list.iter().for_each(|seat| looks[*seat as usize].word(n as u64 * 8 + flag));
            }
            let mut own: Vec<Vec<Hash>> = vec![Vec::new(); looks.len()];
            for a in run.sealed.iter().filter(|a| a.unit.scope == Scope::Seat) {
                let mut h = Hash::NEW;
                answer(a.mv, &a.inputs, &mut h);
                own[a.unit.inst as usize].push(h);
            }
            for (mv, _, unit, times) in run.made.iter().filter(|m| m.2.scope == Scope::Seat) {
                let Unit { inst, .. } = *unit;
                let times = if sc.moves[usize::from(*mv)].times.is_some() { *times } else { 1 };
                own[inst as usize].push(Hash::of([u64::from(*mv), u64::from(times)]));
            }
            own.into_iter().zip(looks.iter_mut()).filter(|(all, _)| !all.is_empty()).for_each(|(all, h)| h.bag(all));
            for (at, v) in run.versions.iter().enumerate() {
                looks[v.seat as usize].word(at as u64);
                answer(v.mv, &v.inputs, &mut looks[v.seat as usize]);
            }
        }
        for (at, a) in st.asks.iter().enumerate() {
            looks[a.seat as usize].word(at as u64 * 2);
            if let Some(judge) = a.judge {
                looks[judge as usize].word(at as u64 * 2 + 1);
            }
        }
    }

    /// A value without the seats it names.
    fn plain(&self, sc: &Scenario, var: u16, keys: &[i64], val: &Val, h: &mut Hash) {
        let def = &sc.vars[usize::from(var)];
        let seat = def.ty.base == Base::Seat;
        for (key, of) in keys.iter().zip(&def.keys) {
            h.num(if *of == KeyOf::Seat { 0 } else { *key });
        }
        let plain = |n: i64| if seat { n.min(0) } else { n };
        match val {
            Val::N(n) => h.num(plain(*n)),
            Val::L(l) => h.bag(l.iter().map(|n| Hash::of([plain(*n) as u64]))),
        }
    }

    /// Adds to each look by what, and by whom, a seat is named, whom it names, and whom it has met.
    fn named(&self, s: &Seen<'_>, looks: &mut [u64]) {
        let (sc, st) = (s.sc, s.st);
        let mut more: Vec<(u64, u64)> = vec![(0, 0); looks.len()];
        for v in &self.naming {
            let def = &sc.vars[usize::from(*v)];
            for inst in 0..st.instances(sc, def.scope) {
                // By whom: a seat, or something that all have in common.
                let by = if def.scope == Scope::Seat { looks[inst as usize] } else { u64::from(inst) };
                let own = |more: &mut Vec<(u64, u64)>, whom: i64, place: u64| {
                    let Some(look) = usize::try_from(whom).ok().and_then(|w| looks.get(w)) else { return };
                    let named = Hash::of([u64::from(*v), place, by]);
                    more[whom as usize].0 = more[whom as usize].0.wrapping_add(named.0);
                    if def.scope == Scope::Seat {
                        let names = Hash::of([u64::from(*v), place, *look]);
                        more[inst as usize].1 = more[inst as usize].1.wrapping_add(names.1);
                    }
                };
                if let Some(slot) = &def.slot {
                    if def.ty.base == Base::Seat {
                        for (column, _) in slot.columns() {
                            own(&mut more, st.number(slot, inst, column).unwrap_or(-1), column as u64);
                        }
                    }
                    continue;
                }
                for (keys, val) in st.written(*v, inst) {
                    for (key, _) in keys.iter().zip(&def.keys).filter(|(_, of)| **of == KeyOf::Seat) {
                        own(&mut more, *key, Hash::of([val.num() as u64]).0);
                    }
                    match val {
                        _ if def.ty.base != Base::Seat => {}
                        Val::N(n) => own(&mut more, *n, 1),
                        Val::L(l) => l.iter().for_each(|n| own(&mut more, *n, 2)),
                    }
                }
            }
        }
        for ((kind, a, b), n) in s.m.met.then(|| st.met.iter()).into_iter().flatten() {
            for (one, other) in [(*a as usize, *b as usize), (*b as usize, *a as usize)] {
                let met = Hash::of([u64::from(*kind) << 32 | u64::from(*n), looks[other]]);
                more[one].1 = more[one].1.wrapping_add(met.1);
            }
        }
        for (look, (named, names)) in looks.iter_mut().zip(more) {
            *look = Hash::of([*look, named, names]).0;
        }
    }
}

/// A look that two have, the least of these.
fn twice(looks: &[u64]) -> Option<u64> {
    let mut sorted = looks.to_vec();
    sorted.sort_unstable();
    sorted.windows(2).find(|w| w[0] == w[1]).map(|w| w[0])
}
