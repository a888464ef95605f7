//! Runs a rule: statements and verbs, each change an event.

use super::{Exec, Jump};
use crate::eval::{Ctx, Regs};
use crate::event::{Draw, Event, Frame, People, Secret, Spot};
use crate::id::{SeatId, TableId};
use crate::scenario::model::{Aud, Base, NONE, Op, Place, S, Scope, ShapeDef, Thing, ToX, Val, X, ZoneKind};
use crate::scenario::rules::ast::AtEnd;
use crate::state::Keys;
use crate::view::Status;

impl Exec<'_> {
    pub fn rule(&mut self, rule: &[S], cx: Ctx, regs: &mut Regs) {
        for s in rule {
            if self.steps == 0 {
                return;
            }
            self.steps -= 1;
            self.stmt(s, cx, regs);
        }
    }

    fn stmt(&mut self, s: &S, cx: Ctx, regs: &mut Regs) {
        match s {
            S::Let { reg, list, x } => {
                if *list {
                    let l = self.list(x, cx, regs);
                    regs.set_list(*reg, l);
                } else {
                    regs.n[usize::from(*reg)] = self.num(x, cx, regs);
                }
            }
            S::Assign { place, op, x, list } => self.assign(place, *op, x, *list, cx, regs),
            S::If(arms, other) => {
                for (cond, body) in arms {
                    if self.yes(cond, cx, regs) {
                        return self.rule(body, cx, regs);
                    }
                }
                self.rule(other, cx, regs);
            }
            S::ForEach { reg, set, body } => {
                for item in self.list(set, cx, regs) {
                    regs.n[usize::from(*reg)] = item;
                    self.rule(body, cx, regs);
                }
            }
            S::Repeat { times, until, body } => {
                for _ in 0..self.num(times, cx, regs).clamp(0, 1_000) {
                    self.rule(body, cx, regs);
                    if self.steps == 0 || until.as_ref().is_some_and(|u| self.yes(u, cx, regs)) {
                        return;
                    }
                }
            }
            S::MoveToZone { .. }
            | S::MoveToSpace { .. }
            | S::Advance { .. }
            | S::SwapTokens(..)
            | S::Deal { .. }
            | S::Draw { .. }
            | S::ShuffleZone { .. }
            | S::Make { .. }
            | S::Gather { .. }
            | S::Sign { .. }
            | S::Remove { .. } => self.with_tokens(s, cx, regs),
            S::Roll { .. } | S::Pick { .. } | S::Rank { .. } | S::ShuffleVar(_) => self.with_chance(s, cx, regs),
            S::Rotate { .. } | S::Group { .. } | S::Form { .. } | S::Dissolve(_) | S::Merge { .. } | S::Split { .. } => self.with_groups(s, cx, regs),
            S::Reveal { .. } | S::Conceal(_) | S::ShowText { .. } | S::Note { .. } => self.telling(s, cx, regs),
            _ => self.with_flow(s, cx, regs),
        }
    }

    // ------------------------------------------------------------ assignments

    fn assign(&mut self, place: &Place, op: Op, x: &X, list: bool, cx: Ctx, regs: &mut Regs) {
        let val = if list { Val::L(self.list(x, cx, regs)) } else { Val::N(self.num(x, cx, regs)) };
        let val = match op {
            Op::Set => val,
            _ => self.changed(place, op, val, cx, regs),
        };
        self.put(place, val, cx, regs);
    }

    fn changed(&mut self, place: &Place, op: Op, by: Val, cx: Ctx, regs: &mut Regs) -> Val {
        let old = self.get(place, cx, regs);
        match (old, by, op) {
            (Val::N(a), Val::N(b), _) if a == NONE || b == NONE => Val::N(a),
            (Val::N(a), Val::N(b), Op::Add) => Val::N(a.saturating_add(b)),
            (Val::N(a), Val::N(b), _) => Val::N(a.saturating_sub(b)),
            (Val::L(mut a), Val::L(b), Op::Add) => {
                // Things are in a list once; numbers as often as they come.
                let again = matches!(place, Place::Var { v, .. } if matches!(self.sc.vars[usize::from(*v)].ty.base, Base::Number | Base::Decimal | Base::Duration));
                for x in b {
                    if again || !a.contains(&x) {
                        a.push(x);
                    }
                }
                Val::L(a)
            }
            (Val::L(mut a), Val::L(b), _) => {
                a.retain(|x| !b.contains(x));
                Val::L(a)
            }
            (old, _, _) => old,
        }
    }

    fn get(&mut self, place: &Place, cx: Ctx, regs: &mut Regs) -> Val {
        match place {
            Place::Var { v, inst, keys } => {
                let inst = self.num(inst, cx, regs);
                let keys: Keys = keys.iter().map(|k| self.num(k, cx, regs)).collect();
                u32::try_from(inst).map_or(Val::N(NONE), |i| self.st.cell(self.sc, *v, i, &keys))
            }
            Place::Role(s) => Val::N(self.seat_of(s, cx, regs).map_or(NONE, |s| self.st.seats[s as usize].role)),
            Place::Team(s) => Val::N(self.seat_of(s, cx, regs).map_or(NONE, |s| self.st.seats[s as usize].team)),
            Place::Group(k, s) => Val::N(self.seat_of(s, cx, regs).map_or(NONE, |s| self.st.seats[s as usize].groups[usize::from(*k)])),
            Place::Status(s) => Val::N(self.seat_of(s, cx, regs).map_or(NONE, |s| self.st.seats[s as usize].status as i64)),
            Place::Heading(t) => Val::N(self.token_of(t, cx, regs).map_or(NONE, |t| self.st.tokens[t as usize].heading)),
        }
    }

    fn seat_of(&mut self, x: &X, cx: Ctx, regs: &mut Regs) -> Option<u32> {
        let s = u32::try_from(self.num(x, cx, regs)).ok()?;
        ((s as usize) < self.st.seats.len()).then_some(s)
    }

    fn token_of(&mut self, x: &X, cx: Ctx, regs: &mut Regs) -> Option<u32> {
        let t = u32::try_from(self.num(x, cx, regs)).ok()?;
        ((t as usize) < self.st.tokens.len()).then_some(t)
    }

    fn put(&mut self, place: &Place, val: Val, cx: Ctx, regs: &mut Regs) {
        match place {
            Place::Var { v, inst, keys } => {
                let inst = self.num(inst, cx, regs);
                let keys: Keys = keys.iter().map(|k| self.num(k, cx, regs)).collect();
                if let Ok(i) = u32::try_from(inst) {
                    self.write(*v, i, &keys, val);
                }
            }
            Place::Role(s) => {
                if let Some(seat) = self.seat_of(s, cx, regs) {
                    self.emit(Event::RoleSet { seat: SeatId(seat), role: u32::try_from(val.num()).ok() });
                    self.refresh_asked(seat);
                }
            }
            Place::Team(s) => {
                if let Some(seat) = self.seat_of(s, cx, regs) {
                    self.emit(Event::TeamSet { seat: SeatId(seat), team: u32::try_from(val.num()).ok() });
                    self.refresh_asked(seat);
                }
            }
            Place::Group(k, s) => {
                if let Some(seat) = self.seat_of(s, cx, regs) {
                    self.emit(Event::GroupSet { seat: SeatId(seat), kind: *k, group: u32::try_from(val.num()).ok() });
                    self.refresh_asked(seat);
                }
            }
            Place::Status(s) => {
                if let (Some(seat), Some(status)) = (self.seat_of(s, cx, regs), status_of(val.num())) {
                    self.emit(Event::StatusSet { seat: SeatId(seat), status });
                    self.refresh_asked(seat);
                }
            }
            Place::Heading(t) => {
                if let Some(token) = self.token_of(t, cx, regs) {
                    self.emit(Event::Headed { token, dir: val.num().signum() });
                }
            }
        }
    }

    /// Writes a variable, within its range.
    pub fn write(&mut self, v: u16, inst: u32, keys: &[i64], val: Val) {
        let def = &self.sc.vars[usize::from(v)];
        let val = match (val, def.range) {
            (Val::N(n), Some((a, b))) if n != NONE => Val::N(n.clamp(a, b)),
            (val, _) => val,
        };
        if self.st.cell(self.sc, v, inst, keys) != val {
            self.emit(Event::Set { var: v, inst, keys: Keys::new(keys), val });
        }
    }

    // ------------------------------------------------------------ tokens

    fn with_tokens(&mut self, s: &S, cx: Ctx, regs: &mut Regs) {
        match s {
            S::MoveToZone { what, list, zone, inst, bottom } => {
                let Ok(i) = u32::try_from(self.num(inst, cx, regs)) else {
                    return;
                };
                for t in self.these(what, *list, cx, regs) {
                    self.token_to(t, Spot::Zone(*zone, i), *bottom, cx);
                }
            }
            S::MoveToSpace { what, list, board, space } => {
                let Ok(space) = u32::try_from(self.num(space, cx, regs)) else {
                    return;
                };
                for t in self.these(what, *list, cx, regs) {
                    let from = self.st.tokens[t as usize].at;
                    self.token_to(t, Spot::Space(*board, space), false, cx);
                    if self.chain > 0 && from != self.st.tokens[t as usize].at {
                        self.emit(Event::Walked { token: t, board: *board, spaces: vec![space] });
                    }
                    self.land(t, cx);
                }
            }
            S::Advance { what, by, end } => {
                let by = self.num(by, cx, regs);
                if let (Some(t), true) = (self.token_of(what, cx, regs), by != NONE) {
                    self.advance(t, by, *end, cx);
                }
            }
            S::SwapTokens(a, b) => self.swap_tokens(a, b, cx, regs),
            S::Deal { n, from, zone, to } => self.deal(n, from, *zone, to, cx, regs),
            S::Draw { n, from, to } => {
                let (n, from_i, to_i) = (self.num(n, cx, regs), self.num(&from.1, cx, regs), self.num(&to.1, cx, regs));
                if let (Ok(f), Ok(t)) = (u32::try_from(from_i), u32::try_from(to_i)) {
                    for _ in 0..n.max(0) {
                        self.draw((from.0, f), (to.0, t), cx);
                    }
                }
            }
            S::ShuffleZone { zone, inst } => {
                if let Ok(i) = u32::try_from(self.num(inst, cx, regs)) {
                    self.shuffle_zone(*zone, i);
                }
            }
            S::Make { n, kind, item, zone, inst } => {
                let (n, item, inst) = (self.num(n, cx, regs), self.num(item, cx, regs), self.num(inst, cx, regs));
                let (there, most) = self.room_for(*kind, *zone, inst);
                if let (Ok(item), Ok(inst)) = (u32::try_from(item), u32::try_from(inst)) {
                    for _ in 0..n.clamp(0, (most - there).max(0)) {
                        self.emit(Event::TokenMade { kind: *kind, item, owner: None, at: Spot::Zone(*zone, inst) });
                    }
                }
            }
            S::Gather { var, zone, inst, unsigned } => {
                if let Ok(i) = u32::try_from(self.num(inst, cx, regs)) {
                    self.gather(*var, *zone, i, *unsigned, cx);
                }
            }
            S::Sign { zone, inst } => {
                if let Ok(inst) = u32::try_from(self.num(inst, cx, regs)) {
                    self.emit(Event::Signed { zone: *zone, inst });
                }
            }
            S::Remove { what, list } => {
                for t in self.these(what, *list, cx, regs) {
                    self.emit(Event::TokenMoved { token: t, to: Spot::Gone, bottom: false, by: None });
                }
            }
            _ => {}
        }
    }

    /// A card for each answer, in an order that tells nothing.
    fn gather(&mut self, var: u16, zone: u16, inst: u32, unsigned: bool, cx: Ctx) {
        let def = &self.sc.vars[usize::from(var)];
        let mut found: Vec<(u32, Val)> = Vec::new();
        for i in 0..self.st.instances(self.sc, def.scope) {
            let here = cx.table == NONE || self.st.table_of(self.sc, def.scope, i).is_none_or(|t| i64::from(t) == cx.table);
            if !here {
                continue;
            }
            if def.keys.is_empty() {
                found.push((i, self.st.cell(self.sc, var, i, &[])));
            } else {
                found.extend(self.st.written(var, i).map(|(_, v)| (i, v.clone())));
            }
        }
        found.retain(|(_, v)| *v != def.start);
        // By who has answered, so that a play can lay the order out by name; several of one are told apart by their place.
        let one_each = def.keys.is_empty();
        let order: Vec<i64> = found.iter().enumerate().map(|(at, (i, _))| if one_each { i64::from(*i) } else { at as i64 }).collect();
        for k in self.shuffled(&order, Draw::Shuffle) {
            let (i, val) = found[order.iter().position(|o| *o == k).unwrap_or(0)].clone();
            let author = (def.scope == Scope::Seat).then_some(i);
            let kind = self.sc.zones[usize::from(zone)].holds;
            self.emit(Event::Gathered { kind, at: Spot::Zone(zone, inst), var, val, author, signed: !unsigned });
        }
    }

    /// Judges all answers to a move together: round after round from the verdicts of the round before, until nothing changes.
    fn resolve(&mut self, m: u16, cx: Ctx) {
        let sc = self.sc;
        let Some(fails) = &sc.moves[usize::from(m)].fails else { return };
        let all = self.list(&X::AllAnswers(m), cx, &mut Regs::default());
        let mut st = self.st.clone().into_owned();
        let mut held: Vec<i64> = Vec::new();
        let mut settled = false;
        for _ in 0..2 {
            let mut last_change: Vec<(i64, u32)> = Vec::new();
            st.verdicts.insert(m, held.clone());
            for round in 0..ROUNDS {
                let now: Vec<i64> = all.iter().copied().filter(|a| held.contains(a) || fails_now(sc, &st, fails, *a, cx)).collect();
                let before = st.verdicts.insert(m, now.clone()).unwrap_or_default();
                let changed: Vec<i64> = all.iter().copied().filter(|a| before.contains(a) != now.contains(a)).collect();
                settled = changed.is_empty();
                if settled {
                    break;
                }
                last_change.extend(changed.into_iter().map(|a| (a, round)));
            }
            if settled {
                break;
            }
            // What went to and fro to the end fails for good.
            held.extend(last_change.iter().filter(|c| c.1 + 10 >= ROUNDS).map(|c| c.0));
            held.sort_unstable();
            held.dedup();
        }
        if !settled {
            self.emit(Event::Stopped { what: sc.moves[usize::from(m)].id.clone() });
        }
        let mut failed = st.verdicts.remove(&m).unwrap_or_default();
        failed.extend(held.into_iter().filter(|h| !failed.contains(h)).collect::<Vec<_>>());
        self.emit(Event::Resolved { mv: m, fails: failed });
    }

    /// Pieces of a kind at the table of a zone, those of sources aside, and how many there may be.
    fn room_for(&self, kind: u16, zone: u16, inst: i64) -> (i64, i64) {
        let table = |x: &Self, at: Spot| match at {
            Spot::Zone(z, i) => x.st.table_of(x.sc, x.sc.zones[usize::from(z)].scope, i),
            Spot::Space(b, s) => x.st.table_of(x.sc, x.sc.boards[usize::from(b)].scope, s / x.sc.boards[usize::from(b)].spaces.len().max(1) as u32),
            Spot::Gone => None,
        };
        let mine = table(self, Spot::Zone(zone, u32::try_from(inst).unwrap_or(0)));
        let source = |at: Spot| matches!(at, Spot::Zone(z, _) if self.sc.zones[usize::from(z)].kind == ZoneKind::Source);
        let counts = |t: &&crate::state::Token| t.kind == kind && t.at != Spot::Gone && !source(t.at) && table(self, t.at) == mine;
        (self.st.tokens.iter().filter(counts).count() as i64, i64::from(self.sc.kinds[usize::from(kind)].most))
    }

    fn these(&mut self, what: &X, list: bool, cx: Ctx, regs: &mut Regs) -> Vec<u32> {
        let found = if list { self.list(what, cx, regs) } else { vec![self.num(what, cx, regs)] };
        found.into_iter().filter_map(|t| u32::try_from(t).ok()).filter(|t| (*t as usize) < self.st.tokens.len()).collect()
    }

    /// Puts a token somewhere, if there is room.
    fn token_to(&mut self, token: u32, to: Spot, bottom: bool, cx: Ctx) {
        let from = self.st.tokens[token as usize].at;
        if from == to && matches!(to, Spot::Space(..)) {
            return;
        }
        if let Spot::Zone(z, i) = to
            && from != to
        {
            let def = &self.sc.zones[usize::from(z)];
            let size = self.st.zones.get(&(z, i)).map_or(0, Vec::len) as i64;
            if let Some(cap) = &def.capacity {
                let around = Ctx { strand: cx.strand, ..Ctx::of(self.sc, &self.st, def.scope, i) };
                if size >= self.num(cap, around, &mut Regs::default()) {
                    return;
                }
            }
        }
        let by = u32::try_from(cx.me).ok();
        self.emit(Event::TokenMoved { token, to, bottom, by });
    }

    fn swap_tokens(&mut self, a: &X, b: &X, cx: Ctx, regs: &mut Regs) {
        let (Some(a), Some(b)) = (self.token_of(a, cx, regs), self.token_of(b, cx, regs)) else {
            return;
        };
        let (at, bt) = (self.st.tokens[a as usize].at, self.st.tokens[b as usize].at);
        let by = u32::try_from(cx.me).ok();
        self.emit(Event::TokenMoved { token: a, to: bt, bottom: false, by });
        self.emit(Event::TokenMoved { token: b, to: at, bottom: false, by });
        self.land(a, cx);
        self.land(b, cx);
    }

    /// What the landing space does; its moves land again, until none applies or the chain is long enough.
    fn land(&mut self, token: u32, cx: Ctx) {
        let Spot::Space(board, space) = self.st.tokens[token as usize].at else {
            return;
        };
        let def = &self.sc.boards[usize::from(board)];
        let lands = &def.spaces[space as usize % def.spaces.len()].land;
        if self.chain >= def.chain && !lands.is_empty() {
            self.emit(Event::Stopped { what: def.id.clone() });
            return;
        }
        self.chain += 1;
        for l in lands {
            let mut regs = Regs::default();
            regs.n[0] = i64::from(token);
            regs.n[1] = i64::from(space);
            self.rule(&def.lands[usize::from(*l)].then, cx, &mut regs);
        }
        self.chain -= 1;
    }

    fn advance(&mut self, token: u32, by: i64, end: AtEnd, cx: Ctx) {
        self.walk_token(token, by, end);
        self.land(token, cx);
    }

    /// Along a path or ring, in the direction of the token's heading; `bounce` turns it at an end.
    fn walk_token(&mut self, token: u32, by: i64, end: AtEnd) {
        let Spot::Space(board, space) = self.st.tokens[token as usize].at else {
            return;
        };
        let def = &self.sc.boards[usize::from(board)];
        let n = def.spaces.len() as i64;
        let base = i64::from(space) - i64::from(space) % n;
        let ring = matches!(def.shape, ShapeDef::Ring(_)) || end == AtEnd::Wrap;
        let mut at = i64::from(space) % n;
        let mut dir = self.st.tokens[token as usize].heading.signum() * by.signum();
        let mut turned = false;
        let mut way = Vec::new();
        for _ in 0..by.abs().min(1_000) {
            let mut next = at + dir;
            if ring {
                next = next.rem_euclid(n);
            } else if !(0..n).contains(&next) {
                match end {
                    AtEnd::Bounce => {
                        dir = -dir;
                        turned = !turned;
                        next = at + dir;
                    }
                    _ => break,
                }
            }
            at = next;
            way.push((base + at) as u32);
        }
        if turned {
            let dir = -self.st.tokens[token as usize].heading;
            self.emit(Event::Headed { token, dir });
        }
        if let Some(last) = way.last().copied() {
            self.emit(Event::TokenMoved { token, to: Spot::Space(board, last), bottom: false, by: None });
            self.emit(Event::Walked { token, board, spaces: way });
        }
    }

    fn deal(&mut self, n: &X, from: &(u16, X), zone: u16, to: &X, cx: Ctx, regs: &mut Regs) {
        let (n, from_i) = (self.num(n, cx, regs), self.num(&from.1, cx, regs));
        let Ok(from_i) = u32::try_from(from_i) else {
            return;
        };
        let to = self.list(to, cx, regs);
        for _ in 0..n.max(0) {
            for t in &to {
                if let Ok(t) = u32::try_from(*t) {
                    self.draw((from.0, from_i), (zone, t), cx);
                }
            }
        }
    }

    /// The top of a stack or row, one by chance from a pool, one by its mix from a source.
    fn draw(&mut self, from: (u16, u32), to: (u16, u32), cx: Ctx) {
        let def = &self.sc.zones[usize::from(from.0)];
        if def.kind == ZoneKind::Source {
            return self.draw_copy(from, to);
        }
        if self.st.zones.get(&from).is_none_or(Vec::is_empty) {
            self.refill(from);
        }
        let Some(tokens) = self.st.zones.get(&from).filter(|t| !t.is_empty()).cloned() else {
            return;
        };
        let token = if def.kind == ZoneKind::Pool {
            let all: Vec<i64> = tokens.iter().map(|t| i64::from(*t)).collect();
            self.one_of(&all, Draw::Draw) as u32
        } else {
            tokens[tokens.len() - 1]
        };
        self.token_to(token, Spot::Zone(to.0, to.1), false, cx);
    }

    /// A source never runs out: what comes is a copy of one of the pieces of its mix.
    fn draw_copy(&mut self, from: (u16, u32), to: (u16, u32)) {
        let mix = self.st.zones.get(&from).cloned().unwrap_or_default();
        let items: Vec<i64> = mix.iter().map(|t| i64::from(self.st.tokens[*t as usize].item)).collect();
        let item = self.one_of(&items, Draw::Draw);
        if let Ok(item) = u32::try_from(item) {
            let kind = self.sc.zones[usize::from(from.0)].holds;
            self.emit(Event::TokenMade { kind, item, owner: None, at: Spot::Zone(to.0, to.1) });
        }
    }

    /// `short = "refill scartati"`: the other zone is shuffled in.
    fn refill(&mut self, zone: (u16, u32)) {
        let Some(other) = self.sc.zones[usize::from(zone.0)].refill else {
            return;
        };
        let tokens = self.st.zones.get(&(other, zone.1)).cloned().unwrap_or_default();
        for token in tokens {
            self.emit(Event::TokenMoved { token, to: Spot::Zone(zone.0, zone.1), bottom: false, by: None });
        }
        self.shuffle_zone(zone.0, zone.1);
    }

    pub fn shuffle_zone(&mut self, zone: u16, inst: u32) {
        let Some(tokens) = self.st.zones.get(&(zone, inst)).cloned() else {
            return;
        };
        let list: Vec<i64> = tokens.iter().map(|t| i64::from(*t)).collect();
        let tokens = self.shuffled(&list, Draw::Shuffle).into_iter().map(|t| t as u32).collect();
        self.emit(Event::TokensOrdered { zone, inst, tokens });
    }

    // ------------------------------------------------------------ chance

    fn with_chance(&mut self, s: &S, cx: Ctx, regs: &mut Regs) {
        match s {
            S::Roll { n, faces, into, list } => {
                let n = self.num(n, cx, regs).clamp(0, 100);
                let faces = faces.as_ref().map_or(6, |f| self.num(f, cx, regs)).max(1);
                let mut dice = Vec::new();
                for i in 0..n {
                    let d = match self.prepared(|v| matches!(v, Val::N(_))) {
                        Some(Val::N(d)) => d,
                        _ => self.below(faces as u64, i as u64) as i64 + 1,
                    };
                    dice.push(d);
                }
                self.drew(Draw::Dice, dice.clone());
                let id = |n: i64| u32::try_from(n).ok();
                if self.seen_by_the_table(into) {
                    self.emit(Event::Rolled { table: id(cx.table).unwrap_or(0), seat: id(cx.me), team: id(cx.team), dice: dice.clone() });
                }
                // A number takes what they show together.
                let val = if *list { Val::L(dice) } else { Val::N(dice.iter().sum()) };
                self.put(into, val, cx, regs);
            }
            S::Pick { n, of, weighing, into, list } => {
                let n = self.num(n, cx, regs).max(0) as usize;
                let from = self.list(of, cx, regs);
                let picked = self.pick(n, from, weighing.as_ref(), cx, regs);
                let val = if *list { Val::L(picked) } else { Val::N(picked.first().copied().unwrap_or(NONE)) };
                self.put(into, val, cx, regs);
            }
            S::Rank { of, reg, keys, lot, into } => {
                let mut items = self.list(of, cx, regs);
                if *lot {
                    items = self.shuffled(&items, Draw::Lot);
                }
                let mut keyed: Vec<(Vec<i64>, i64)> = Vec::new();
                for i in items {
                    regs.n[usize::from(*reg)] = i;
                    let key = keys.iter().map(|k| if k.down { -self.num(&k.x, cx, regs) } else { self.num(&k.x, cx, regs) }).collect();
                    keyed.push((key, i));
                }
                keyed.sort_by(|a, b| a.0.cmp(&b.0));
                self.put(into, Val::L(keyed.into_iter().map(|k| k.1).collect()), cx, regs);
            }
            S::ShuffleVar(place) => {
                if let Val::L(list) = self.get(place, cx, regs) {
                    let list = self.shuffled(&list, Draw::Shuffle);
                    self.put(place, Val::L(list), cx, regs);
                }
            }
            _ => {}
        }
    }

    /// Dice that fall where not everybody sees them are no news.
    fn seen_by_the_table(&self, into: &Place) -> bool {
        let Place::Var { v, .. } = into else { return true };
        self.sc.vars[usize::from(*v)].seen.iter().any(|a| matches!(a, Aud::Table | Aud::All))
    }

    fn pick(&mut self, n: usize, mut from: Vec<i64>, weighing: Option<&(X, u16)>, cx: Ctx, regs: &mut Regs) -> Vec<i64> {
        let mut out = Vec::new();
        while out.len() < n && !from.is_empty() {
            let got = match weighing {
                None => self.one_of(&from, Draw::Pick),
                Some((x, reg)) => {
                    let weights: Vec<u64> = from
                        .iter()
                        .map(|i| {
                            regs.n[usize::from(*reg)] = *i;
                            u64::try_from(self.num(x, cx, regs)).unwrap_or(0)
                        })
                        .collect();
                    self.weighed(&from, &weights)
                }
            };
            from.retain(|x| *x != got);
            out.push(got);
        }
        out
    }

    fn weighed(&mut self, from: &[i64], weights: &[u64]) -> i64 {
        let total: u64 = weights.iter().sum();
        if total == 0 {
            return self.one_of(from, Draw::Pick);
        }
        let mut k = self.below(total, 0);
        let at = weights.iter().position(|w| {
            let here = k < *w;
            k = k.saturating_sub(*w);
            here
        });
        let got = match self.prepared(|v| from.contains(&v.num())) {
            Some(Val::N(n)) => n,
            _ => from[at.unwrap_or(0)],
        };
        self.drew(Draw::Pick, vec![got]);
        got
    }

    // ------------------------------------------------------------ telling

    fn telling(&mut self, s: &S, cx: Ctx, regs: &mut Regs) {
        match s {
            S::Reveal { what, to } => {
                let to = self.people_of(to, cx, regs);
                for what in self.secrets(what, cx, regs) {
                    self.emit(Event::Widened { what, to: to.clone() });
                }
            }
            S::Conceal(what) => {
                for what in self.secrets(what, cx, regs) {
                    self.emit(Event::Concealed { what });
                }
            }
            S::ShowText { text, with, to } => {
                let vals = self.told_vals(*text, with, cx, regs);
                let to = self.people_of(to, cx, regs);
                self.emit(Event::Told { text: *text, vals, to });
            }
            S::Note { text, with } => {
                let vals = self.told_vals(*text, with, cx, regs);
                self.emit(Event::Noted { text: *text, vals, table: u32::try_from(cx.table).unwrap_or(0) });
            }
            _ => {}
        }
    }

    /// The places of a text, computed now, with what is handed over.
    fn told_vals(&mut self, text: u16, with: &[(u16, bool, X)], cx: Ctx, regs: &mut Regs) -> Vec<Val> {
        let mut own = Regs::default();
        for (reg, list, x) in with {
            if *list {
                let l = self.list(x, cx, regs);
                own.set_list(*reg, l);
            } else {
                own.n[usize::from(*reg)] = self.num(x, cx, regs);
            }
        }
        let sc = self.sc;
        sc.texts[usize::from(text)].places.iter().map(|p| crate::eval::Env::new(sc, &self.st, cx, &mut own).val(&p.x, p.list)).collect()
    }

    fn people_of(&mut self, to: &ToX, cx: Ctx, regs: &mut Regs) -> People {
        match to {
            ToX::All => People::All,
            ToX::Desk => People::Desk,
            ToX::Table => u32::try_from(cx.table).map_or(People::All, People::Table),
            ToX::Owner => People::Seats(u32::try_from(cx.me).into_iter().collect()),
            ToX::Seats(x) => People::Seats(self.list(x, cx, regs).into_iter().filter_map(|s| u32::try_from(s).ok()).collect()),
            ToX::Teams(x) => {
                let teams = self.list(x, cx, regs);
                match teams.as_slice() {
                    [t] => u32::try_from(*t).map_or(People::Seats(Vec::new()), People::Team),
                    _ => People::Seats(teams.iter().filter_map(|t| u32::try_from(*t).ok()).flat_map(|t| self.st.members(Scope::Team, t)).collect()),
                }
            }
            ToX::Groups(x) => {
                let groups = self.list(x, cx, regs);
                match groups.as_slice() {
                    [g] => u32::try_from(*g).map_or(People::Seats(Vec::new()), People::Group),
                    _ => People::Seats(groups.iter().filter_map(|g| self.st.groups.get(*g as usize)).flat_map(|g| g.members.clone()).collect()),
                }
            }
            ToX::Roles(x) => {
                let roles = self.list(x, cx, regs);
                let here = |s: u32| cx.table == NONE || i64::from(self.st.seats[s as usize].table) == cx.table;
                let holds = |s: &&u32| here(**s) && self.st.seats[**s as usize].role != NONE && roles.contains(&self.st.seats[**s as usize].role);
                let all: Vec<u32> = (0..self.st.seats.len() as u32).collect();
                People::Seats(all.iter().filter(holds).copied().collect())
            }
            ToX::Many(many) => {
                let mut seats = Vec::new();
                for one in many {
                    match self.people_of(one, cx, regs) {
                        People::All => return People::All,
                        People::Desk => {}
                        People::Seats(l) => seats.extend(l),
                        People::Table(t) => seats.extend(self.st.members(Scope::Table, t)),
                        People::Team(t) => seats.extend(self.st.members(Scope::Team, t)),
                        People::Group(g) => seats.extend(self.st.groups[g as usize].members.clone()),
                    }
                }
                seats.sort_unstable();
                seats.dedup();
                People::Seats(seats)
            }
        }
    }

    fn secrets(&mut self, what: &Thing, cx: Ctx, regs: &mut Regs) -> Vec<Secret> {
        let many = |x: &Self, e: &X, regs: &mut Regs| -> Vec<u32> {
            let is_set = matches!(
                e,
                X::Members { .. } | X::Tables | X::Seats(_) | X::Others(_) | X::Everyone(_) | X::Where { .. } | X::List(_) | X::Sorted { .. }
            );
            let found = if is_set { x.list(e, cx, regs) } else { vec![x.num(e, cx, regs)] };
            found.into_iter().filter_map(|n| u32::try_from(n).ok()).collect()
        };
        match what {
            Thing::Var { v, inst, keys, .. } => {
                let keys: Keys = keys.iter().map(|k| self.num(k, cx, regs)).collect();
                many(self, inst, regs).into_iter().map(|i| Secret::Var(*v, i, keys.to_vec())).collect()
            }
            Thing::Value { v, inst } => many(self, inst, regs).into_iter().map(|i| Secret::Value(*v, i)).collect(),
            Thing::Zone { zone, inst } => many(self, inst, regs).into_iter().map(|i| Secret::Zone(*zone, i)).collect(),
            Thing::Token(x) => many(self, x, regs).into_iter().map(Secret::Token).collect(),
            Thing::Role(x) => many(self, x, regs).into_iter().map(Secret::Role).collect(),
        }
    }

    // ------------------------------------------------------------ flow and time

    fn with_flow(&mut self, s: &S, cx: Ctx, regs: &mut Regs) {
        match s {
            S::SwapPlaces(a, b) => {
                let (va, vb) = (self.get(a, cx, regs), self.get(b, cx, regs));
                self.put(a, vb, cx, regs);
                self.put(b, va, cx, regs);
            }
            S::Send { seat, table } => {
                let (seat, table) = (self.num(seat, cx, regs), self.num(table, cx, regs));
                if let (Ok(s), Ok(t)) = (u32::try_from(seat), u32::try_from(table))
                    && (s as usize) < self.st.seats.len()
                    && t < self.st.tables
                {
                    self.emit(Event::SeatedAt { seat: SeatId(s), table: TableId(t) });
                    self.refresh_asked(s);
                }
            }
            S::GiveFloor(x, time) => {
                let seat = self.seat_of(x, cx, regs);
                let until = time.as_ref().map(|t| self.num(t, cx, regs)).filter(|t| *t != NONE).map(|t| self.st.clock + t.max(0));
                if let (Some(strand), Some(_)) = (cx.strand, seat) {
                    self.emit(Event::Floor { strand, seat, until });
                }
            }
            S::TakeFloor => {
                if let Some(strand) = cx.strand {
                    self.emit(Event::Floor { strand, seat: None, until: None });
                }
            }
            S::StartTimer(t, d) => {
                let until = self.st.clock + self.num(d, cx, regs).max(0);
                self.emit(Event::Timer { timer: *t, inst: u32::try_from(cx.table).unwrap_or(0), until: Some(until) });
            }
            S::StopTimer(t) => self.emit(Event::Timer { timer: *t, inst: u32::try_from(cx.table).unwrap_or(0), until: None }),
            S::Extend(d) => {
                let by = self.num(d, cx, regs);
                if let Some(strand) = cx.strand {
                    self.extend_strand(strand, by);
                }
            }
            S::Resolve(m) => self.resolve(*m, cx),
            S::Channel(channel, on) => {
                let tables = u32::try_from(cx.table).map_or_else(|_| (0..self.st.tables).collect::<Vec<_>>(), |t| vec![t]);
                for table in tables {
                    self.emit(Event::Channel { channel: *channel, table, on: *on });
                }
            }
            S::ClosePhase => self.jump = Some(Jump::Close),
            S::GoTo(p) => self.jump = Some(Jump::To(*p)),
            S::Again => self.jump = Some(Jump::Again),
            S::LeaveLoop => self.jump = Some(Jump::Leave),
            S::Finish { ending, people } => {
                let people = people.as_ref().map(|p| self.list(p, cx, regs));
                let table = if self.sc.endings[usize::from(*ending)].scope == Scope::Session { None } else { u32::try_from(cx.table).ok() };
                self.finish(*ending, table, people);
            }
            _ => {}
        }
    }

    /// The time of the phase, and of the blocks around it.
    pub fn extend_strand(&mut self, strand: u32, by: i64) {
        let s = &self.st.strands[strand as usize];
        let deadline = s.running.as_ref().and_then(|r| r.deadline);
        let (pc, frames) = (s.pc, s.frames.clone());
        if let Some(d) = deadline {
            let at = Some((d + by).max(self.st.clock));
            self.emit(Event::Deadline { strand, at });
        }
        if frames.iter().any(|f| matches!(f, Frame::Within { .. })) {
            let now = self.st.clock;
            let later = |f: Frame| match f {
                Frame::Within { out, until } => Frame::Within { out, until: (until + by).max(now) },
                f => f,
            };
            self.emit(Event::At { strand, pc, frames: frames.into_iter().map(later).collect() });
        }
    }
}

/// Rounds of `resolve` before what still changes is held.
const ROUNDS: u32 = 50;

fn fails_now(sc: &crate::scenario::model::Scenario, st: &crate::state::State, fails: &X, answer: i64, cx: Ctx) -> bool {
    let mut regs = Regs::default();
    regs.n[0] = answer;
    crate::eval::Env::new(sc, st, cx, &mut regs).yes(fails)
}

#[must_use]
pub fn status_of(n: i64) -> Option<Status> {
    [Status::Playing, Status::Resting, Status::Ghost, Status::Out, Status::Observer, Status::Left].into_iter().find(|s| *s as i64 == n)
}
