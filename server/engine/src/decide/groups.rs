//! Parting people into small groups, rotating roles, splitting into teams.

use super::Exec;
use crate::eval::{Ctx, Regs};
use crate::event::{Draw, Event};
use crate::id::SeatId;
use crate::scenario::model::{GroupByX, NONE, S, Val};
use crate::scenario::rules::ast::Leftover;
use crate::view::Status;

/// Random orders tried when repeats are to be avoided.
const TRIES: u32 = 200;

/// Exchanges of two people looked at in all these tries.
const EXCHANGES: usize = 400_000;

impl Exec<'_> {
    pub fn with_groups(&mut self, s: &S, cx: Ctx, regs: &mut Regs) {
        match s {
            S::Rotate { roles, among, lot } => {
                let among = self.seats_in(among, cx, regs);
                self.rotate(roles, among, *lot);
            }
            S::Split { of, teams, reg, key } => {
                let people = self.seats_in(of, cx, regs);
                let mut keyed: Vec<(i64, u32)> = Vec::new();
                for p in people {
                    regs.n[usize::from(*reg)] = i64::from(p);
                    let k = self.num(&key.x, cx, regs);
                    keyed.push((if key.down { -k } else { k }, p));
                }
                keyed.sort_by_key(|k| k.0);
                self.split(&keyed.into_iter().map(|k| k.1).collect::<Vec<_>>(), teams);
            }
            S::Group { of, kind, size, by, fresh, leftover } => {
                let people = self.seats_in(of, cx, regs);
                let size = size.as_ref().map(|x| self.num(x, cx, regs).max(1) as usize);
                self.end_groups(*kind, cx);
                let groups = self.parted(&people, *kind, size, by, *fresh, cx, regs);
                self.make_groups(*kind, groups, size, *leftover, cx);
            }
            S::Form { kind, with, into } => {
                let people = self.seats_in(with, cx, regs);
                if let Some(g) = self.make_group(*kind, &people)
                    && let Some(place) = into
                {
                    self.put_group(place, g, cx, regs);
                }
            }
            S::Dissolve(x) => {
                if let Ok(g) = u32::try_from(self.num(x, cx, regs)) {
                    self.emit(Event::Dissolved { group: g });
                }
            }
            S::Merge { from, into, n, leftover } => {
                let n = self.num(n, cx, regs).max(1) as usize;
                self.merge(*from, *into, n, *leftover, cx);
            }
            _ => {}
        }
    }

    fn seats_in(&mut self, x: &crate::scenario::model::X, cx: Ctx, regs: &mut Regs) -> Vec<u32> {
        self.list(x, cx, regs).into_iter().filter_map(|s| u32::try_from(s).ok()).filter(|s| (*s as usize) < self.st.seats.len()).collect()
    }

    fn put_group(&mut self, place: &crate::scenario::model::Place, g: u32, cx: Ctx, regs: &mut Regs) {
        if let crate::scenario::model::Place::Var { v, inst, .. } = place
            && let Ok(i) = u32::try_from(self.num(inst, cx, regs))
        {
            self.write(*v, i, &[], Val::N(i64::from(g)));
        }
    }

    /// Each role in turn to whoever has held it least; nobody gets two.
    fn rotate(&mut self, roles: &[u32], among: Vec<u32>, lot: bool) {
        let mut people = among;
        if lot {
            let list: Vec<i64> = people.iter().map(|p| i64::from(*p)).collect();
            people = self.shuffled(&list, Draw::Lot).into_iter().map(|p| p as u32).collect();
        }
        for role in roles {
            let held = |x: &Self, p: u32| x.st.held.get(&(p, *role)).copied().unwrap_or(0);
            let Some(at) = (0..people.len()).min_by_key(|i| (held(self, people[*i]), *i)) else {
                return;
            };
            let seat = SeatId(people.remove(at));
            self.emit(Event::RoleSet { seat, role: Some(*role) });
            self.refresh_asked(seat.0);
        }
    }

    /// Teams of equal size in order; the first ones take the odd.
    fn split(&mut self, people: &[u32], teams: &[u32]) {
        let n = teams.len().max(1);
        let mut at = 0;
        for (i, k) in teams.iter().enumerate() {
            let size = people.len() / n + usize::from(i < people.len() % n);
            for p in &people[at..at + size] {
                let team = self.st.seats[*p as usize].table * self.sc.teams.len() as u32 + k;
                self.emit(Event::TeamSet { seat: SeatId(*p), team: Some(team) });
            }
            at += size;
        }
        for p in people {
            self.refresh_asked(*p);
        }
    }

    /// Old groups of the kind end; whoever rested for it plays again.
    fn end_groups(&mut self, kind: u8, cx: Ctx) {
        for g in 0..self.st.groups.len() as u32 {
            let group = &self.st.groups[g as usize];
            let here = cx.table == NONE || i64::from(group.table) == cx.table;
            if group.alive && group.kind == kind && here {
                self.emit(Event::Dissolved { group: g });
            }
        }
        for s in 0..self.st.seats.len() as u32 {
            let seat = &self.st.seats[s as usize];
            let here = cx.table == NONE || i64::from(seat.table) == cx.table;
            if seat.status == Status::Resting && here {
                self.emit(Event::StatusSet { seat: SeatId(s), status: Status::Playing });
            }
        }
    }

    #[allow(clippy::too_many_arguments)] // one verb is what they are
    fn parted(&mut self, people: &[u32], kind: u8, size: Option<usize>, by: &GroupByX, fresh: bool, cx: Ctx, regs: &mut Regs) -> Vec<Vec<u32>> {
        if let Some(Val::L(order)) = self.prepared(|v| matches!(v, Val::L(_))) {
            let people: Vec<u32> = order.iter().map(|p| *p as u32).collect();
            self.drew(Draw::Group, order);
            return people.chunks(size.unwrap_or(2)).map(<[u32]>::to_vec).collect();
        }
        let mut keys: Vec<(i64, u32)> = Vec::new();
        if let GroupByX::Same(x, reg) | GroupByX::Mixed(x, reg) | GroupByX::Rank(x, reg) = by {
            for p in people {
                regs.n[usize::from(*reg)] = i64::from(*p);
                keys.push((self.num(x, cx, regs), *p));
            }
            keys.sort_by_key(|k| k.0);
        }
        let size_or = size.unwrap_or(people.len().max(1));
        match by {
            GroupByX::Lot => self.by_lot(people, kind, size_or, fresh),
            GroupByX::Order => people.chunks(size_or).map(<[u32]>::to_vec).collect(),
            GroupByX::Rank(..) => keys.iter().map(|k| k.1).collect::<Vec<_>>().chunks(size_or).map(<[u32]>::to_vec).collect(),
            GroupByX::Mixed(..) => {
                let n = (people.len() / size_or).max(1);
                let mut out = vec![Vec::new(); n];
                for (i, (_, p)) in keys.iter().enumerate() {
                    out[i % n].push(*p);
                }
                out
            }
            GroupByX::Same(..) => {
                let mut out: Vec<(i64, Vec<u32>)> = Vec::new();
                for (k, p) in keys.into_iter().filter(|k| k.0 != NONE) {
                    match out.last_mut() {
                        Some((last, group)) if *last == k && size.is_none_or(|s| group.len() < s) => group.push(p),
                        _ => out.push((k, vec![p])),
                    }
                }
                out.into_iter().map(|g| g.1).collect()
            }
        }
    }

    /// From random orders, each made better by exchanging two people as long as that helps; the first with the fewest repeats.
    fn by_lot(&mut self, people: &[u32], kind: u8, size: usize, fresh: bool) -> Vec<Vec<u32>> {
        let list: Vec<i64> = people.iter().map(|p| i64::from(*p)).collect();
        let met = if fresh { Met::of(&self.st, kind) } else { Met::default() };
        let mut best: Option<(u32, Vec<u32>)> = None;
        let mut left = EXCHANGES;
        for t in 0..if fresh { TRIES } else { 1 } {
            let mut order = list.clone();
            for i in (1..order.len()).rev() {
                let j = self.below(i as u64 + 1, u64::from(t) * 1_000 + i as u64) as usize;
                order.swap(i, j);
            }
            let mut order = self.sit_out_fairly(order.into_iter().map(|p| p as u32).collect(), size);
            if fresh {
                met.improve(&mut order, size, &mut left);
            }
            let repeats = order.chunks(size).map(|g| g.iter().map(|p| met.with(*p, g, *p)).sum::<u32>()).sum();
            if best.as_ref().is_none_or(|(r, _)| repeats < *r) {
                best = Some((repeats, order));
            }
            if left == 0 || best.as_ref().is_some_and(|(r, _)| *r == 0) {
                break;
            }
        }
        let order = best.map(|b| b.1).unwrap_or_default();
        self.drew(Draw::Group, order.iter().map(|p| i64::from(*p)).collect());
        order.chunks(size).map(<[u32]>::to_vec).collect()
    }

    /// Whoever is left over at the end is among those who rested least.
    fn sit_out_fairly(&self, order: Vec<u32>, size: usize) -> Vec<u32> {
        let left = order.len() % size;
        if left == 0 {
            return order;
        }
        let rested = |p: &u32| self.st.seats[*p as usize].rested;
        let mut by_rest: Vec<u32> = order.clone();
        by_rest.sort_by_key(rested);
        let out: Vec<u32> = by_rest.into_iter().take(left).collect();
        let mut order: Vec<u32> = order.into_iter().filter(|p| !out.contains(p)).collect();
        order.extend(out);
        order
    }

    fn make_groups(&mut self, kind: u8, mut groups: Vec<Vec<u32>>, size: Option<usize>, leftover: Leftover, cx: Ctx) {
        let _ = cx;
        let least = size.unwrap_or(self.sc.groups[usize::from(kind)].least as usize);
        let small: Vec<Vec<u32>> = groups.iter().filter(|g| g.len() < least).cloned().collect();
        groups.retain(|g| g.len() >= least);
        for people in small {
            match leftover {
                Leftover::Small => groups.push(people),
                Leftover::Join if !groups.is_empty() => {
                    for p in people {
                        let at = (0..groups.len()).min_by_key(|i| groups[*i].len()).unwrap_or(0);
                        groups[at].push(p);
                    }
                }
                Leftover::Observe => self.all_get(&people, Status::Observer),
                Leftover::Join | Leftover::Rest => {
                    self.all_get(&people, Status::Resting);
                    for p in people {
                        self.emit(Event::Rested { seat: SeatId(p) });
                    }
                }
            }
        }
        for g in groups {
            self.make_group(kind, &g);
        }
    }

    fn all_get(&mut self, people: &[u32], status: Status) {
        for p in people {
            self.emit(Event::StatusSet { seat: SeatId(*p), status });
        }
    }

    fn make_group(&mut self, kind: u8, people: &[u32]) -> Option<u32> {
        let first = *people.first()?;
        let group = self.st.groups.len() as u32;
        let mut members = people.to_vec();
        members.sort_unstable();
        let table = self.st.seats[first as usize].table;
        // Whoever is in another group of the kind leaves it.
        for m in &members {
            if self.st.seats[*m as usize].groups[usize::from(kind)] != NONE {
                self.emit(Event::GroupSet { seat: SeatId(*m), kind, group: None });
            }
        }
        self.emit(Event::Grouped { kind, group, table, members });
        self.starts_of(crate::scenario::model::Scope::Group(kind), group);
        Some(group)
    }

    fn merge(&mut self, from: u8, into: u8, n: usize, leftover: Leftover, cx: Ctx) {
        let alive = |g: &crate::state::Group| g.alive && g.kind == from && (cx.table == NONE || i64::from(g.table) == cx.table);
        let old: Vec<Vec<u32>> = self.st.groups.iter().filter(|g| alive(g)).map(|g| g.members.clone()).collect();
        self.end_groups(into, cx);
        let mut groups: Vec<Vec<u32>> = old.chunks(n).map(|c| c.concat()).collect();
        let odd = !old.len().is_multiple_of(n);
        if odd && groups.len() > 1 && leftover == Leftover::Join {
            let last = groups.pop().unwrap_or_default();
            if let Some(g) = groups.last_mut() {
                g.extend(last);
            }
        } else if odd && leftover != Leftover::Small && leftover != Leftover::Join {
            let last = groups.pop().unwrap_or_default();
            let status = if leftover == Leftover::Rest { Status::Resting } else { Status::Observer };
            self.all_get(&last, status);
        }
        for g in groups {
            self.make_group(into, &g);
        }
    }
}

/// How often each two have been in a group of a kind, squared: two new repeats are better than one pair a third time.
#[derive(Default)]
struct Met {
    people: usize,
    /// Person by person.
    times: Vec<u32>,
}

impl Met {
    fn of(st: &crate::state::State, kind: u8) -> Met {
        let people = st.seats.len();
        let mut times = vec![0; people * people];
        for ((_, a, b), n) in st.met.range((kind, 0, 0)..=(kind, u32::MAX, u32::MAX)) {
            let (a, b) = (*a as usize, *b as usize);
            times[a * people + b] = n * n;
            times[b * people + a] = n * n;
        }
        Met { people, times }
    }

    /// What it costs that somebody is in this group, in the place of one of it.
    fn with(&self, p: u32, group: &[u32], instead: u32) -> u32 {
        let cost = |q: &u32| self.times.get(p as usize * self.people + *q as usize).copied().unwrap_or(0);
        group.iter().filter(|q| **q != instead).map(cost).sum()
    }

    /// Exchanges people of two groups as long as there is less repeating; whoever is left over stays so.
    fn improve(&self, order: &mut [u32], size: usize, left: &mut usize) {
        let whole = order.len() - order.len() % size;
        let mut better = true;
        while better {
            better = false;
            for i in 0..whole {
                for j in (i / size + 1) * size..whole {
                    if *left == 0 {
                        return;
                    }
                    *left -= 1;
                    let (mine, other) = (&order[i / size * size..][..size], &order[j / size * size..][..size]);
                    let (a, b) = (order[i], order[j]);
                    let (now, then) = (self.with(a, mine, a) + self.with(b, other, b), self.with(b, mine, a) + self.with(a, other, b));
                    if then < now {
                        order.swap(i, j);
                        better = true;
                    }
                }
            }
        }
    }
}
