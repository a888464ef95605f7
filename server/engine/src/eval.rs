//! Reads expressions. Pure and total: whatever cannot be computed is `NONE`, nothing fails, nothing runs away.

use smallvec::SmallVec;

use crate::Viewer;
use crate::event::Spot;
use crate::id::SeatId;
use crate::scenario::model::{Arith, BIG, Base, Cmp, DEC, Fold, NONE, Scenario, Scope, Slot, SortKey, Val, X};
use crate::state::{Keys, State};
use crate::view::sees;

/// Registers of one expression or rule at most.
pub const REGISTERS: usize = 48;
/// Longest list.
const LONGEST: usize = 2_000;

/// Local names: items looked at, `let`s.
#[derive(Clone)]
pub struct Regs {
    pub n: [i64; REGISTERS],
    pub l: Vec<Vec<i64>>,
}

impl Default for Regs {
    fn default() -> Self {
        Regs { n: [NONE; REGISTERS], l: Vec::new() }
    }
}

impl Regs {
    /// For what is asked of each of several things: the thing comes first.
    #[must_use]
    pub fn of(item: i64) -> Self {
        let mut regs = Regs::default();
        regs.n[0] = item;
        regs
    }

    pub fn set_list(&mut self, reg: u16, list: Vec<i64>) {
        let reg = usize::from(reg);
        if self.l.len() <= reg {
            self.l.resize(reg + 1, Vec::new());
        }
        self.l[reg] = list;
    }
}

/// Whom a rule speaks about, and where.
#[derive(Clone, Copy, Debug)]
pub struct Ctx {
    pub me: i64,
    pub table: i64,
    pub team: i64,
    pub group: i64,
    pub strand: Option<u32>,
}

impl Ctx {
    pub const NOWHERE: Ctx = Ctx { me: NONE, table: NONE, team: NONE, group: NONE, strand: None };

    #[must_use]
    pub fn is_nowhere(&self) -> bool {
        self.me == NONE && self.table == NONE && self.team == NONE && self.group == NONE && self.strand.is_none()
    }

    /// A seat, and the table and team it belongs to.
    #[must_use]
    pub fn seat(st: &State, seat: u32) -> Ctx {
        let s = &st.seats[seat as usize];
        Ctx { me: i64::from(seat), table: i64::from(s.table), team: s.team, group: NONE, strand: st.strand_of(seat) }
    }

    /// An instance of a scope.
    #[must_use]
    pub fn of(sc: &Scenario, st: &State, scope: Scope, inst: u32) -> Ctx {
        let table = st.table_of(sc, scope, inst).map_or(NONE, i64::from);
        let mut cx = Ctx { table, ..Ctx::NOWHERE };
        match scope {
            Scope::Seat => cx = Ctx { strand: None, ..Ctx::seat(st, inst) },
            Scope::Team => cx.team = i64::from(inst),
            Scope::Group(_) => cx.group = i64::from(inst),
            _ => {}
        }
        cx
    }

    /// A strand: its table, team or group; nobody acts, but in the strand of one seat that seat.
    #[must_use]
    pub fn strand(sc: &Scenario, st: &State, strand: u32) -> Ctx {
        let s = &st.strands[strand as usize];
        let me = if s.scope == Scope::Seat { i64::from(s.inst) } else { NONE };
        Ctx { me, strand: Some(strand), ..Ctx::of(sc, st, s.scope, s.inst) }
    }

    /// A seat acting in a strand.
    #[must_use]
    pub fn acting(sc: &Scenario, st: &State, strand: u32, seat: u32) -> Ctx {
        let cx = Ctx::strand(sc, st, strand);
        let s = &st.seats[seat as usize];
        let team = if cx.team == NONE { s.team } else { cx.team };
        Ctx { me: i64::from(seat), table: i64::from(s.table), team, ..cx }
    }
}

/// Things of a set; few of them need no memory of their own.
type Few = SmallVec<[i64; 24]>;

/// Variables and values of a move's inputs.
pub type SoFar = SmallVec<[(u16, Val); 2]>;

/// Inputs of a move that is being made, before they are written.
pub type Pending<'a> = &'a [(u16, Val)];

pub struct Env<'a> {
    pub sc: &'a Scenario,
    pub st: &'a State,
    pub cx: Ctx,
    pub regs: &'a mut Regs,
    pub pending: Pending<'a>,
    /// Whose eyes: reading what this viewer may not see sets `hidden`.
    pub guard: Option<Viewer>,
    pub hidden: bool,
}

impl<'a> Env<'a> {
    pub fn new(sc: &'a Scenario, st: &'a State, cx: Ctx, regs: &'a mut Regs) -> Self {
        Env { sc, st, cx, regs, pending: &[], guard: None, hidden: false }
    }

    /// The same while a move is made: what has been answered so far is read as if it were written.
    pub fn given(sc: &'a Scenario, st: &'a State, cx: Ctx, regs: &'a mut Regs, pending: Pending<'a>) -> Self {
        Env { pending, ..Env::new(sc, st, cx, regs) }
    }

    pub fn yes(&mut self, x: &X) -> bool {
        self.num(x) == 1
    }

    pub fn val(&mut self, x: &X, list: bool) -> Val {
        if list { Val::L(self.list(x)) } else { Val::N(self.num(x)) }
    }

    // ------------------------------------------------------------ scalars

    /// What is at hand is read in place: half of all expressions are no more than that.
    #[inline(always)]
    #[allow(clippy::inline_always)]
    pub fn num(&mut self, x: &X) -> i64 {
        match x {
            X::K(n) => *n,
            X::Reg(r) => self.regs.n[usize::from(*r)],
            X::Me => self.own(self.cx.me),
            X::CtxTable => self.cx.table,
            x => self.computed(x),
        }
    }

    /// What conditions are mostly made of. The rest has a place of its own, so that this one stays small.
    fn computed(&mut self, x: &X) -> i64 {
        match x {
            X::Eq(a, b) => i64::from(self.num(a) == self.num(b)),
            X::And(a, b) => i64::from(self.num(a) == 1 && self.num(b) == 1),
            X::Or(a, b) => i64::from(self.num(a) == 1 || self.num(b) == 1),
            X::Not(a) => i64::from(self.num(a) != 1),
            X::Cmp(op, a, b) => {
                let (a, b) = (self.num(a), self.num(b));
                compared(*op, a, b)
            }
            X::Attr { list, col, item } => {
                let item = self.num(item);
                attr(self.sc, *list, *col, item)
            }
            X::Var { v, inst, keys } if self.is_plain(*v) => {
                let sc = self.sc;
                let def = &sc.vars[usize::from(*v)];
                def.slot.as_ref().and_then(|slot| self.in_rows(slot, inst, keys)).unwrap_or(def.start.num())
            }
            x => self.composed(x),
        }
    }

    #[inline(never)]
    fn composed(&mut self, x: &X) -> i64 {
        match x {
            X::CtxTeam => self.own(self.cx.team),
            X::CtxGroup(k) => {
                let group = self.ctx_group(*k);
                self.own(group)
            }
            X::Arith(op, a, b) => {
                let (a, b) = (self.num(a), self.num(b));
                calculated(*op, a, b)
            }
            X::If(c, a, b) => {
                if self.num(c) == 1 {
                    self.num(a)
                } else {
                    self.num(b)
                }
            }
            X::Otherwise(a, b) => {
                let n = self.num(a);
                if n == NONE { self.num(b) } else { n }
            }
            X::Neg(a) => map(self.num(a), |n| -n),
            X::Abs(a) => map(self.num(a), i64::abs),
            X::Floor(a) => map(self.num(a), |n| n.div_euclid(DEC)),
            X::Round(a) => map(self.num(a), |n| (n.abs() + DEC / 2) / DEC * n.signum()),
            X::ToDec(a) => map(self.num(a), |n| n.saturating_mul(DEC)),
            X::Var { .. } | X::Past { .. } | X::Value { .. } => self.stored(x),
            X::TokenItem(_)
            | X::TokenSpace(_)
            | X::TokenOwner { .. }
            | X::TokenPlayer(_)
            | X::TokenTable(_)
            | X::TokenHeading(_)
            | X::TokenText(_)
            | X::PerToken { .. }
            | X::OnlyToken { .. } => self.token(x),
            X::SpaceOf { .. }
            | X::SpaceNumber { .. }
            | X::SpaceCol { .. }
            | X::SpaceRow { .. }
            | X::SpaceAttr { .. }
            | X::Free { .. }
            | X::Fits { .. }
            | X::Distance { .. }
            | X::Way { .. }
            | X::Inline { .. } => self.space(x),
            X::SeatRole(_)
            | X::SeatTeam(_)
            | X::SeatTable(_)
            | X::SeatStatus(_)
            | X::SeatGroup(..)
            | X::TeamTable(_)
            | X::GroupTable(_)
            | X::TeamAt { .. }
            | X::TeamKind(_)
            | X::TableNumber(_)
            | X::RoleHolder { .. }
            | X::Held(..)
            | X::Met(..)
            | X::Rested(_)
            | X::Asked(_)
            | X::Done(_)
            | X::Present(_) => self.people(x),
            X::AnswerSeat(a) => map(self.num(a), |a| a >> 32),
            X::AnswerItem(a) => map(self.num(a), |a| if a & 0xffff_ffff == 0xffff_ffff { NONE } else { a & 0xffff_ffff }),
            X::Succeeds { mv, answer } => {
                let answer = self.num(answer);
                i64::from(answer != NONE && !self.st.verdicts.get(mv).is_some_and(|f| f.contains(&answer)))
            }
            X::Elapsed | X::Remaining | X::TimerOver(_) | X::MaySpeak | X::ChannelOpen(_) | X::Answered { .. } | X::Defaulted { .. } => {
                self.moment(x)
            }
            X::Length(_) | X::Same(..) | X::Contains(..) => self.text(x),
            _ => self.of_set(x),
        }
    }

    /// What is each reader's own cannot be said on a screen that is nobody's.
    fn own(&mut self, n: i64) -> i64 {
        if n == NONE {
            self.hidden |= matches!(self.guard, Some(crate::Viewer::Projector | crate::Viewer::Desk));
        }
        n
    }

    fn ctx_group(&self, kind: u8) -> i64 {
        if self.cx.group != NONE {
            let g = &self.st.groups[self.cx.group as usize];
            if g.kind == kind {
                return self.cx.group;
            }
        }
        self.seat(self.cx.me).map_or(NONE, |s| s.groups[usize::from(kind)])
    }

    fn seat(&self, seat: i64) -> Option<&'a crate::state::Seat> {
        self.st.seats.get(usize::try_from(seat).ok()?)
    }

    // ------------------------------------------------------------ stored things

    fn stored(&mut self, x: &X) -> i64 {
        match x {
            X::Var { v, inst, keys } => {
                let inst = self.num(inst);
                let keys = self.keys(keys);
                self.var(*v, inst, &keys).num()
            }
            X::Past { .. } => self.past(x).map_or(NONE, |v| v.num()),
            X::Value { v, inst, keys } => {
                let inst = self.num(inst);
                let keys = self.keys(keys);
                self.value(*v, inst, &keys).num()
            }
            _ => NONE,
        }
    }

    /// Lies it in the rows, and is it read as it lies: for nobody's eyes, and not as it is being answered?
    fn is_plain(&self, v: u16) -> bool {
        let def = &self.sc.vars[usize::from(v)];
        def.slot.is_some() && self.guard.is_none() && (self.pending.is_empty() || !def.input)
    }

    /// What lies in the rows: no keys are put together.
    fn in_rows(&mut self, slot: &Slot, inst: &X, keys: &[X]) -> Option<i64> {
        let inst = u32::try_from(self.num(inst)).ok()?;
        let column = slot.at(keys.iter().map(|k| self.num(k)))?;
        self.st.number(slot, inst, column)
    }

    fn keys(&mut self, keys: &[X]) -> Keys {
        keys.iter().map(|k| self.num(k)).collect()
    }

    fn var(&mut self, v: u16, inst: i64, keys: &[i64]) -> Val {
        let Ok(i) = u32::try_from(inst) else {
            return nothing(self.sc.vars[usize::from(v)].ty.list);
        };
        if !self.pending.is_empty()
            && let Some((_, val)) = self.pending.iter().find(|(p, _)| *p == v)
            // Of several things, the one that is being answered for.
            && keys.first().is_none_or(|k| *k == self.regs.n[0])
        {
            return val.clone();
        }
        if let Some(viewer) = self.guard {
            self.hidden |= !sees::var(self.sc, self.st, viewer, v, i, keys);
        }
        self.st.cell(self.sc, v, i, keys)
    }

    /// A value is computed with its own eyes: its declared audience is the author's word.
    fn value(&mut self, v: u16, inst: i64, keys: &[i64]) -> Val {
        let def = &self.sc.values[usize::from(v)];
        let Ok(i) = u32::try_from(inst) else {
            return nothing(def.ty.list);
        };
        if let Some(viewer) = self.guard {
            self.hidden |= !sees::value(self.sc, self.st, viewer, v, i);
        }
        let mut regs = Regs::default();
        regs.n[0] = inst;
        for (k, key) in keys.iter().enumerate() {
            regs.n[1 + k] = *key;
        }
        let mut cx = Ctx::of(self.sc, self.st, def.scope, i);
        cx.strand = self.cx.strand;
        if cx.table == NONE {
            cx.table = self.cx.table;
        }
        Env::new(self.sc, self.st, cx, &mut regs).val(&def.is, def.ty.list)
    }

    fn past(&mut self, x: &X) -> Option<Val> {
        let X::Past { v, inst, keys, passes } = x else {
            return None;
        };
        let inst = u32::try_from(self.num(inst)).ok()?;
        let keys = self.keys(keys);
        let want: Vec<(i64, bool)> = passes.iter().map(|(p, item)| (self.num(p), *item)).collect();
        if let Some(viewer) = self.guard {
            self.hidden |= !sees::var(self.sc, self.st, viewer, *v, inst, &keys);
        }
        let def = &self.sc.vars[usize::from(*v)];
        let now: Vec<(i64, i64)> = def.history.iter().map(|l| self.pass(*l, def.scope, inst)).collect();
        if matches(&now, &want) {
            return Some(self.st.cell(self.sc, *v, inst, &keys));
        }
        // Passes not named are the running ones.
        let outer = &now[..now.len().saturating_sub(want.len())];
        let past = self.st.past.get(&(*v, inst))?;
        past.iter().find(|p| *p.keys == *keys && p.passes.starts_with(outer) && matches(&p.passes, &want)).map(|p| p.val.clone())
    }

    fn pass(&self, id: u16, scope: Scope, inst: u32) -> (i64, i64) {
        let lp = &self.sc.loops[usize::from(id)];
        let at = match lp.scope {
            Scope::Session => 0,
            s if s == scope => inst,
            Scope::Table => self.st.table_of(self.sc, scope, inst).unwrap_or(0),
            Scope::Team if scope == Scope::Seat => u32::try_from(self.st.seats[inst as usize].team).unwrap_or(u32::MAX),
            Scope::Group(k) if scope == Scope::Seat => u32::try_from(self.st.seats[inst as usize].groups[usize::from(k)]).unwrap_or(u32::MAX),
            _ => u32::try_from(self.cx.table).unwrap_or(0),
        };
        self.st.passes.get(&(id, at)).copied().unwrap_or((0, NONE))
    }

    fn token(&mut self, x: &X) -> i64 {
        if let X::PerToken { kind, owner } = x {
            let owner = self.num(owner);
            let token = u32::try_from(owner).ok().and_then(|o| self.st.per.get(&(*kind, o)));
            return token.map_or(NONE, |t| i64::from(*t));
        }
        if let X::OnlyToken { kind } = x {
            let table = self.cx.table;
            return self.tokens_of(*kind, table).next().unwrap_or(NONE);
        }
        let (X::TokenItem(a)
        | X::TokenSpace(a)
        | X::TokenPlayer(a)
        | X::TokenTable(a)
        | X::TokenText(a)
        | X::TokenHeading(a)
        | X::TokenOwner { token: a, .. }) = x
        else {
            return NONE;
        };
        let id = self.num(a);
        let Some(t) = usize::try_from(id).ok().and_then(|i| self.st.tokens.get(i)) else {
            return NONE;
        };
        match x {
            X::TokenItem(_) => {
                if let Some(viewer) = self.guard {
                    self.hidden |= !sees::token(self.sc, self.st, viewer, id as u32);
                }
                i64::from(t.item)
            }
            X::TokenPlayer(_) => t.player,
            X::TokenText(_) => {
                if let Some(viewer) = self.guard {
                    self.hidden |= !sees::token(self.sc, self.st, viewer, id as u32);
                }
                match &t.answer {
                    Some((_, val)) => val.num(),
                    None => attr(self.sc, self.sc.kinds[usize::from(t.kind)].list, NAME_TEXT, i64::from(t.item)),
                }
            }
            X::TokenTable(_) => self.st.table_of(self.sc, Scope::Token(t.kind), id as u32).map_or(self.cx.table, i64::from),
            X::TokenHeading(_) => t.heading,
            X::TokenSpace(_) => match t.at {
                Spot::Space(_, s) => i64::from(s),
                _ => NONE,
            },
            X::TokenOwner { scope, .. } => match (self.sc.kinds[usize::from(t.kind)].per, t.at) {
                (Some(_), _) => t.owner,
                (None, Spot::Zone(z, i)) if self.sc.zones[usize::from(z)].scope == *scope => i64::from(i),
                _ => NONE,
            },
            _ => NONE,
        }
    }

    fn tokens_of(&self, kind: u16, table: i64) -> impl Iterator<Item = i64> + 'a {
        let (sc, st) = (self.sc, self.st);
        st.tokens.iter().enumerate().filter_map(move |(i, t)| {
            let here = t.kind == kind && t.at != Spot::Gone;
            let mine = table == NONE || st.table_of(sc, Scope::Token(kind), i as u32).is_none_or(|x| i64::from(x) == table);
            (here && mine).then_some(i as i64)
        })
    }

    // ------------------------------------------------------------ boards

    fn space(&mut self, x: &X) -> i64 {
        match x {
            X::SpaceOf { board, inst, n } => {
                let (inst, n) = (self.num(inst), self.num(n));
                space_numbered(self.sc, *board, inst, n)
            }
            X::SpaceNumber { board, space } => self.space_def(*board, space).map_or(NONE, |s| s.n),
            X::SpaceCol { board, space } => self.space_def(*board, space).map_or(NONE, |s| s.col),
            X::SpaceRow { board, space } => self.space_def(*board, space).map_or(NONE, |s| s.row),
            X::SpaceAttr { board, col, space } => self.space_def(*board, space).and_then(|s| s.attrs.get(usize::from(*col)).copied()).unwrap_or(NONE),
            X::Free { board, space } => {
                let s = self.num(space);
                i64::from(s != NONE && self.on_space(*board, s).next().is_none())
            }
            X::Fits { board, token, space } => {
                let (t, s) = (self.num(token), self.num(space));
                i64::from(t != NONE && s != NONE && crate::cells::fits(self.sc, &self.st.tokens, t as usize, *board, s as u32))
            }
            X::Distance { board, a, b } => {
                let (a, b) = (self.num(a), self.num(b));
                self.distance(*board, a, b)
            }
            X::Inline { board, a, b, c } => self.inline(*board, [a, b, c]),
            X::Way { board, a, b, reg, cond } => {
                let (a, b) = (self.num(a), self.num(b));
                self.way(*board, a, b, *reg, cond)
            }
            _ => NONE,
        }
    }

    fn space_def(&mut self, board: u16, space: &X) -> Option<&'a crate::scenario::model::SpaceDef> {
        let s = usize::try_from(self.num(space)).ok()?;
        let def = &self.sc.boards[usize::from(board)];
        def.spaces.get(s % def.spaces.len().max(1))
    }

    fn on_space(&self, board: u16, space: i64) -> impl Iterator<Item = i64> + 'a {
        let (sc, at) = (self.sc, Spot::Space(board, space as u32));
        let there =
            move |t: &crate::state::Token| t.at == at || sc.kinds[usize::from(t.kind)].wide && crate::cells::is_on(sc, t, board, space as u32);
        self.st.tokens.iter().enumerate().filter(move |(_, t)| there(t)).map(|(i, _)| i as i64)
    }

    fn inline(&mut self, board: u16, spaces: [&X; 3]) -> i64 {
        let [Some(a), Some(b), Some(c)] = spaces.map(|s| self.space_def(board, s).map(|d| (d.col, d.row))) else {
            return 0;
        };
        i64::from((b.0 - a.0) * (c.1 - a.1) == (c.0 - a.0) * (b.1 - a.1))
    }

    fn distance(&self, board: u16, a: i64, b: i64) -> i64 {
        if a == NONE || b == NONE {
            return NONE;
        }
        self.spread(board, a, u32::MAX).into_iter().find(|(s, _)| *s == b).map_or(NONE, |(_, d)| i64::from(d))
    }

    /// Spaces reached from one, with their distance, nearest first.
    fn spread(&self, board: u16, from: i64, most: u32) -> Vec<(i64, u32)> {
        let def = &self.sc.boards[usize::from(board)];
        let n = def.spaces.len() as i64;
        let base = from - from % n;
        let mut seen = vec![(from, 0)];
        let mut next = 0;
        while let Some((s, d)) = seen.get(next).copied() {
            next += 1;
            if d >= most {
                continue;
            }
            for (t, _) in &def.spaces[(s % n) as usize].next {
                let t = base + i64::from(*t);
                if !seen.iter().any(|(x, _)| *x == t) {
                    seen.push((t, d + 1));
                }
            }
        }
        seen
    }

    /// From space to space, over those of which the condition holds; the two ends are not looked at.
    fn way(&mut self, board: u16, a: i64, b: i64, reg: u16, cond: &X) -> i64 {
        if a == NONE || b == NONE {
            return 0;
        }
        let sc = self.sc;
        let spaces = &sc.boards[usize::from(board)].spaces;
        let n = spaces.len() as i64;
        let base = a - a % n;
        let (mut seen, mut next) = (vec![a], 0);
        while let Some(s) = seen.get(next).copied() {
            next += 1;
            for (t, _) in &spaces[(s % n) as usize].next {
                let t = base + i64::from(*t);
                if t == b {
                    return 1;
                }
                if !seen.contains(&t) && self.holds(reg, t, cond) {
                    seen.push(t);
                }
            }
        }
        i64::from(a == b)
    }

    // ------------------------------------------------------------ people

    fn people(&mut self, x: &X) -> i64 {
        match x {
            X::SeatRole(s) => {
                let s = self.num(s);
                if let (Some(viewer), Ok(seat)) = (self.guard, u32::try_from(s)) {
                    self.hidden |= !sees::role(self.sc, self.st, viewer, seat);
                }
                self.seat(s).map_or(NONE, |s| s.role)
            }
            X::SeatTeam(s) => {
                let s = self.num(s);
                self.seat(s).map_or(NONE, |s| s.team)
            }
            X::SeatTable(s) => {
                let s = self.num(s);
                self.seat(s).map_or(NONE, |s| i64::from(s.table))
            }
            X::SeatStatus(s) => {
                let s = self.num(s);
                self.seat(s).map_or(NONE, |s| s.status as i64)
            }
            X::SeatGroup(k, s) => {
                let s = self.num(s);
                self.seat(s).map_or(NONE, |s| s.groups[usize::from(*k)])
            }
            X::TeamTable(t) => map(self.num(t), |t| t / (self.sc.teams.len() as i64).max(1)),
            X::GroupTable(g) => {
                let g = self.num(g);
                usize::try_from(g).ok().and_then(|g| self.st.groups.get(g)).map_or(NONE, |g| i64::from(g.table))
            }
            X::TeamAt { k, table } => {
                let (k, n) = (i64::from(*k), self.sc.teams.len() as i64);
                map(self.num(table), |t| t * n + k)
            }
            X::TeamKind(t) => map(self.num(t), |t| t % (self.sc.teams.len() as i64).max(1)),
            X::TableNumber(t) => map(self.num(t), |t| t + 1),
            X::RoleHolder { role } => {
                let table = self.cx.table;
                let mut all = self.st.seats.iter().enumerate();
                let held = all.find(|(_, s)| s.role == i64::from(*role) && (table == NONE || i64::from(s.table) == table));
                held.map_or(NONE, |(i, _)| i as i64)
            }
            X::Held(role, s) => {
                let (role, s) = (self.num(role), self.num(s));
                self.st.held.get(&(s as u32, role as u32)).map_or(0, |n| i64::from(*n))
            }
            X::Met(k, a, b) => {
                let (a, b) = (self.num(a) as u32, self.num(b) as u32);
                self.st.met.get(&(*k, a.min(b), a.max(b))).map_or(0, |n| i64::from(*n))
            }
            X::Rested(s) => {
                let s = self.num(s);
                self.seat(s).map_or(0, |s| i64::from(s.rested))
            }
            X::Asked(s) => {
                let s = self.num(s) as u32;
                i64::from(self.running_of(s).is_some_and(|r| r.asked.contains(&s)))
            }
            X::Done(s) => {
                let s = self.num(s) as u32;
                i64::from(self.running_of(s).is_some_and(|r| r.done.contains(&s)))
            }
            X::Present(s) => {
                let s = self.num(s);
                i64::from(self.seat(s).is_some_and(|s| s.here))
            }
            _ => NONE,
        }
    }

    fn running_of(&self, seat: u32) -> Option<&'a crate::state::Running> {
        let strand = self.st.strand_of(seat)?;
        self.st.strands[strand as usize].running.as_ref()
    }

    fn moment(&mut self, x: &X) -> i64 {
        let running = self.cx.strand.and_then(|s| self.st.strands[s as usize].running.as_ref());
        match x {
            X::MaySpeak => i64::from(running.is_none_or(|r| self.may_speak(r))),
            X::ChannelOpen(c) => {
                let table = u32::try_from(self.cx.table).unwrap_or(0);
                let listed = running.is_some_and(|r| self.sc.phases[usize::from(r.phase)].channels.contains(c));
                i64::from(self.st.channels.get(&(*c, table)).copied().unwrap_or(listed))
            }
            X::Elapsed => running.map_or(0, |r| (self.st.clock - r.opened) / 1000),
            X::Remaining => running.and_then(|r| r.deadline).map_or(0, |d| (d - self.st.clock).max(0) / 1000),
            X::TimerOver(t) => {
                let inst = u32::try_from(self.cx.table).unwrap_or(0);
                i64::from(self.st.timers.get(&(*t, inst)).is_some_and(|until| *until <= self.st.clock))
            }
            X::Answered { v, inst } => {
                let inst = self.num(inst);
                let def = &self.sc.vars[usize::from(*v)];
                if let (false, Ok(i)) = (def.keys.is_empty(), u32::try_from(inst)) {
                    // One answer for each of several things: any of them.
                    return i64::from(self.st.written(*v, i).next().is_some());
                }
                let val = self.var(*v, inst, &[]);
                i64::from(val != def.start)
            }
            X::Defaulted { v, inst } => {
                let inst = self.num(inst) as u32;
                i64::from(self.st.defaulted.get(&(*v, inst)).copied().unwrap_or(false))
            }
            _ => NONE,
        }
    }

    /// As the phase says: everybody, nobody, or whoever has the floor; and of those, who may speak at all.
    fn may_speak(&mut self, run: &crate::state::Running) -> bool {
        let sc = self.sc;
        let def = &sc.phases[usize::from(run.phase)];
        let right = match def.talk {
            crate::view::Talk::Free => true,
            crate::view::Talk::Silent => false,
            _ => run.floor.map(i64::from) == Some(self.cx.me),
        };
        right && def.speakers.as_ref().is_none_or(|x| self.yes(x))
    }

    // ------------------------------------------------------------ texts

    fn text(&mut self, x: &X) -> i64 {
        match x {
            X::Length(a) => {
                let a = self.num(a);
                self.words(a).map_or(NONE, |t| t.chars().count() as i64)
            }
            X::Same(a, b) => {
                let (a, b) = (self.num(a), self.num(b));
                i64::from(matches!((self.words(a), self.words(b)), (Some(a), Some(b)) if plain(&a) == plain(&b)))
            }
            X::Contains(a, b) => {
                let (a, b) = (self.num(a), self.num(b));
                let (Some(a), Some(b)) = (self.words(a), self.words(b)) else {
                    return 0;
                };
                i64::from(!plain(&b).is_empty() && plain(&a).contains(&plain(&b)))
            }
            _ => NONE,
        }
    }

    fn words(&self, code: i64) -> Option<String> {
        if code == NONE {
            return None;
        }
        if code >= 0 {
            return self.st.text(code).map(str::to_string);
        }
        if let Some((text, n)) = word_code(code) {
            let text = self.words(text)?;
            return one_word(&text, n).map(str::to_string);
        }
        let (list, item, col) = text_code(code);
        let item = self.sc.lists[list].items.get(item)?;
        let words = match col {
            0 => &item.name,
            1 => &item.text,
            c => match item.attrs.get(c - 2)? {
                crate::scenario::model::AttrVal::Text(w) => w,
                crate::scenario::model::AttrVal::N(_) => return None,
            },
        };
        Some(crate::view::prose::plain_words(words.of(0)?))
    }

    // ------------------------------------------------------------ sets to scalars

    fn of_set(&mut self, x: &X) -> i64 {
        match x {
            X::Count(s) => self.count(s, |_, _| true),
            X::CountIf { set, reg, cond } => self.count(set, |env, i| env.holds(*reg, i, cond)),
            X::Fold { op, set, reg, x, decimal } => self.fold(*op, set, *reg, x, *decimal),
            X::First(s) => {
                let mut first = NONE;
                self.visit(s, &mut |_, i| {
                    first = i;
                    false
                });
                first
            }
            X::Last(s) => self.few(s).last().copied().unwrap_or(NONE),
            X::Nth(n, s) => {
                let (n, list) = (self.num(n), self.few(s));
                if n == NONE || list.is_empty() {
                    return NONE;
                }
                list[(n - 1).rem_euclid(list.len() as i64) as usize]
            }
            X::Index(a, s) => {
                let a = self.num(a);
                self.few(s).iter().position(|i| *i == a).map_or(NONE, |i| i as i64 + 1)
            }
            X::Next { x, set, back, base } => {
                let x = self.num(x);
                let list = self.few(set);
                let n = list.len();
                if let Some(i) = list.iter().position(|y| *y == x) {
                    return list[if *back { (i + n - 1) % n } else { (i + 1) % n }];
                }
                // Who is not in the list any more keeps her place: the one who sits next to it is meant.
                let (least, most) = (list.iter().min(), list.iter().max());
                let found = match back {
                    _ if x == NONE || !matches!(base, Base::Seat | Base::Team) => None,
                    true => list.iter().filter(|y| **y < x).max().or(most),
                    false => list.iter().filter(|y| **y > x).min().or(least),
                };
                found.copied().unwrap_or(NONE)
            }
            X::RankOf { x, set, reg, keys } => {
                let x = self.num(x);
                let list = self.few(set);
                let mine = self.sort_key(*reg, x, keys);
                let better = list.into_iter().filter(|i| *i != x && self.sort_key(*reg, *i, keys) < mine).count();
                better as i64 + 1
            }
            X::In(a, s) => {
                let a = self.num(a);
                i64::from(self.has(s, a))
            }
            X::Empty(s) => i64::from(!self.has_so_many(s, 1)),
            X::EqList(a, b) => {
                let (a, b) = (self.list(a), self.list(b));
                i64::from(a == b)
            }
            X::Tier { v, sizes, item } => {
                let (list, item) = (self.list(v), self.num(item));
                let Some(at) = list.iter().position(|i| *i == item) else {
                    return NONE;
                };
                let mut left = at as u32;
                for (t, size) in sizes.iter().enumerate() {
                    if left < *size {
                        return t as i64 + 1;
                    }
                    left -= size;
                }
                NONE
            }
            X::Points { v, item } => {
                let (given, item) = (self.list(v), self.num(item));
                given.chunks_exact(2).find(|pair| pair[0] == item).map_or(NONE, |pair| pair[1])
            }
            _ => NONE,
        }
    }

    fn holds(&mut self, reg: u16, item: i64, cond: &X) -> bool {
        self.regs.n[usize::from(reg)] = item;
        self.num(cond) == 1
    }

    fn fold(&mut self, op: Fold, set: &X, reg: u16, x: &X, decimal: bool) -> i64 {
        if matches!(op, Fold::Any | Fold::All) {
            // Ends as soon as one decides.
            let one = op == Fold::Any;
            let through = self.visit(set, &mut |env, i| env.holds(reg, i, x) != one);
            return i64::from(through != one);
        }
        let mut vals = Few::new();
        self.visit(set, &mut |env, i| {
            env.regs.n[usize::from(reg)] = i;
            match env.num(x) {
                NONE => {}
                n => vals.push(n),
            }
            true
        });
        let scale = if decimal { 1 } else { DEC };
        match op {
            Fold::Any | Fold::All => NONE,
            Fold::Sum => vals.iter().fold(0i64, |a, b| a.saturating_add(*b)).clamp(-BIG * DEC, BIG * DEC),
            _ if vals.is_empty() => NONE,
            Fold::Min => *vals.iter().min().unwrap_or(&NONE),
            Fold::Max => *vals.iter().max().unwrap_or(&NONE),
            Fold::Mean => {
                let sum: i128 = vals.iter().map(|v| i128::from(*v) * i128::from(scale)).sum();
                rounded(sum, vals.len() as i128)
            }
            Fold::Median => {
                vals.sort_unstable();
                let (a, b) = (vals[(vals.len() - 1) / 2], vals[vals.len() / 2]);
                rounded((i128::from(a) + i128::from(b)) * i128::from(scale), 2)
            }
        }
    }

    fn sort_key(&mut self, reg: u16, item: i64, keys: &[SortKey]) -> Vec<i64> {
        self.regs.n[usize::from(reg)] = item;
        keys.iter()
            .map(|k| {
                let n = self.num(&k.x);
                match (n == NONE, k.down) {
                    (true, _) => i64::MAX,
                    (false, true) => -n,
                    (false, false) => n,
                }
            })
            .collect()
    }

    // ------------------------------------------------------------ sets

    /// Has a set so many things?
    pub fn has_so_many(&mut self, set: &X, so_many: i64) -> bool {
        let mut n = 0;
        so_many <= 0
            || !self.visit(set, &mut |_, _| {
                n += 1;
                n < so_many
            })
    }

    /// Is it in the set? Of a part of a set only the one in question is looked at.
    pub fn has(&mut self, set: &X, item: i64) -> bool {
        match set {
            X::AllItems(l) => (0..self.sc.lists[usize::from(*l)].items.len() as i64).contains(&item),
            X::Where { set, reg, cond } => self.has(set, item) && self.holds(*reg, item, cond),
            _ => !self.visit(set, &mut |_, i| i != item),
        }
    }

    fn count(&mut self, set: &X, holds: impl Fn(&mut Self, i64) -> bool) -> i64 {
        let mut n = 0;
        self.visit(set, &mut |env, i| {
            n += i64::from(holds(env, i));
            true
        });
        n
    }

    /// Goes through a set without writing it out where it is a plain one. `f` says whether to go on; `false`: it did not.
    fn visit(&mut self, set: &X, f: &mut dyn FnMut(&mut Self, i64) -> bool) -> bool {
        match set {
            X::AllItems(l) => (0..self.sc.lists[usize::from(*l)].items.len() as i64).all(|i| f(self, i)),
            X::Where { set, reg, cond } => self.visit(set, &mut |env, i| !env.holds(*reg, i, cond) || f(env, i)),
            X::Seats(t) | X::Everyone(t) => {
                let t = t.as_ref().map_or(NONE, |t| self.num(t));
                self.seated(t, matches!(set, X::Everyone(_))).all(|i| f(self, i))
            }
            X::Range(a, b) => {
                let (a, b) = (self.num(a), self.num(b));
                a == NONE || b == NONE || (a..=b.min(a.saturating_add(LONGEST as i64 - 1))).all(|i| f(self, i))
            }
            _ => self.list(set).into_iter().all(|i| f(self, i)),
        }
    }

    /// A list as one reader may know it: of the things of which the reader may not know whether they belong to it, none.
    pub fn known(&mut self, x: &X) -> Vec<i64> {
        match x {
            X::Where { set, reg, cond } => {
                let (mut out, mut unknown) = (Vec::new(), false);
                for i in self.known(set) {
                    let before = std::mem::take(&mut self.hidden);
                    let belongs = self.holds(*reg, i, cond);
                    let hidden = std::mem::replace(&mut self.hidden, before);
                    unknown |= hidden;
                    if belongs && !hidden {
                        out.push(i);
                    }
                }
                // Where nothing is known it is not said that there is nothing.
                self.hidden |= out.is_empty() && unknown;
                out
            }
            X::Map { set, reg, x } => {
                let items = self.known(set);
                items
                    .into_iter()
                    .map(|i| {
                        self.regs.n[usize::from(*reg)] = i;
                        self.num(x)
                    })
                    .filter(|n| *n != NONE)
                    .collect()
            }
            x => self.list(x),
        }
    }

    /// A set that is only looked through.
    fn few(&mut self, set: &X) -> Few {
        let mut out = Few::new();
        self.visit(set, &mut |_, i| {
            out.push(i);
            out.len() < LONGEST
        });
        out
    }

    pub fn list(&mut self, x: &X) -> Vec<i64> {
        let mut out = match x {
            X::List(items) => {
                let mut out = Vec::new();
                for i in items {
                    match self.num(i) {
                        NONE => {}
                        n => out.push(n),
                    }
                }
                out
            }
            X::ListReg(r) => self.regs.l.get(usize::from(*r)).cloned().unwrap_or_default(),
            X::Range(a, b) => {
                let (a, b) = (self.num(a), self.num(b));
                if a == NONE || b == NONE { Vec::new() } else { (a..=b.min(a.saturating_add(LONGEST as i64))).collect() }
            }
            X::Var { v, inst, keys } => {
                let inst = self.num(inst);
                let keys = self.keys(keys);
                listed(self.var(*v, inst, &keys))
            }
            X::Past { .. } => self.past(x).map(listed).unwrap_or_default(),
            X::Value { v, inst, keys } => {
                let inst = self.num(inst);
                let keys = self.keys(keys);
                listed(self.value(*v, inst, &keys))
            }
            X::If(c, a, b) => {
                if self.num(c) == 1 {
                    self.list(a)
                } else {
                    self.list(b)
                }
            }
            X::Otherwise(a, b) => {
                let l = self.list(a);
                if l.is_empty() { self.list(b) } else { l }
            }
            X::Seats(_) | X::Others(_) | X::Everyone(_) | X::Teams(_) | X::Tables | X::Members { .. } | X::AllGroups { .. } => self.crowd(x),
            X::AllItems(l) => (0..self.sc.lists[usize::from(*l)].items.len() as i64).collect(),
            X::AllRoles => (0..self.sc.roles.len() as i64).collect(),
            X::AllTokens { kind, table } => {
                let table = table.as_ref().map_or(NONE, |t| self.num(t));
                self.tokens_of(*kind, table).collect()
            }
            X::ZoneTokens { .. } | X::Places { .. } | X::Spaces { .. } | X::TokensOn { .. } | X::Neighbours { .. } | X::Reach { .. } => {
                self.places(x)
            }
            _ => self.derived(x),
        };
        out.truncate(LONGEST);
        out
    }

    fn crowd(&mut self, x: &X) -> Vec<i64> {
        let st = self.st;
        match x {
            X::Seats(t) => {
                let t = t.as_ref().map_or(NONE, |t| self.num(t));
                self.seated(t, false).collect()
            }
            X::Others(t) => {
                let t = t.as_ref().map_or(NONE, |t| self.num(t));
                let me = self.cx.me;
                self.seated(t, false).filter(|s| *s != me).collect()
            }
            X::Everyone(t) => {
                let t = t.as_ref().map_or(NONE, |t| self.num(t));
                self.seated(t, true).collect()
            }
            X::Teams(t) => {
                let t = t.as_ref().map_or(NONE, |t| self.num(t));
                let n = self.sc.teams.len() as i64;
                let all = 0..n * i64::from(st.tables);
                all.filter(|i| (t == NONE || i / n == t) && st.seats.iter().any(|s| s.team == *i && s.counts())).collect()
            }
            X::Tables => (0..i64::from(st.tables)).filter(|t| st.at_table(*t as u32).next().is_some()).collect(),
            X::Members { scope, inst, but_me } => {
                let inst = self.num(inst);
                let me = self.cx.me;
                let Ok(i) = u32::try_from(inst) else {
                    return Vec::new();
                };
                st.members(*scope, i).into_iter().map(i64::from).filter(|s| !(*but_me && *s == me)).collect()
            }
            X::AllGroups { kind } => {
                let table = self.cx.table;
                let mine = |g: &&crate::state::Group| g.alive && g.kind == *kind && (table == NONE || i64::from(g.table) == table);
                st.groups.iter().enumerate().filter(|(_, g)| mine(g)).map(|(i, _)| i as i64).collect()
            }
            _ => Vec::new(),
        }
    }

    /// People of a table (or all), with or without those who are out of play.
    fn seated(&self, table: i64, all: bool) -> impl Iterator<Item = i64> + 'a {
        use crate::view::Status;
        let here = move |s: &crate::state::Seat| {
            (table == NONE || i64::from(s.table) == table) && (s.counts() || all && !matches!(s.status, Status::Observer))
        };
        self.st.seats.iter().enumerate().filter(move |(_, s)| here(s)).map(|(i, _)| i as i64)
    }

    fn places(&mut self, x: &X) -> Vec<i64> {
        match x {
            X::ZoneTokens { zone, inst } => {
                let Ok(i) = u32::try_from(self.num(inst)) else {
                    return Vec::new();
                };
                if let Some(viewer) = self.guard {
                    self.hidden |= !sees::zone(self.sc, self.st, viewer, *zone, i);
                }
                self.st.zones.get(&(*zone, i)).map(|l| l.iter().map(|t| i64::from(*t)).collect()).unwrap_or_default()
            }
            X::Places { zone, inst } => {
                let Ok(i) = u32::try_from(self.num(inst)) else {
                    return Vec::new();
                };
                (1..=self.st.zones.get(&(*zone, i)).map_or(0, Vec::len) as i64).collect()
            }
            X::Spaces { board, inst } => {
                let inst = self.num(inst).max(0);
                let n = self.sc.boards[usize::from(*board)].spaces.len() as i64;
                (inst * n..(inst + 1) * n).collect()
            }
            X::TokensOn { board, space } => {
                let s = self.num(space);
                if s == NONE { Vec::new() } else { self.on_space(*board, s).collect() }
            }
            X::Neighbours { board, space, label } => {
                let s = self.num(space);
                let def = &self.sc.boards[usize::from(*board)];
                let n = def.spaces.len() as i64;
                if s == NONE {
                    return Vec::new();
                }
                let next = &def.spaces[(s % n) as usize].next;
                let fits = |l: &Option<String>| label.is_none() || l == label;
                next.iter().filter(|(_, l)| fits(l)).map(|(t, _)| s - s % n + i64::from(*t)).collect()
            }
            X::Reach { board, space, n } => {
                let (s, n) = (self.num(space), self.num(n));
                if s == NONE || n == NONE {
                    return Vec::new();
                }
                self.spread(*board, s, u32::try_from(n).unwrap_or(0)).into_iter().skip(1).map(|(s, _)| s).collect()
            }
            _ => Vec::new(),
        }
    }

    fn derived(&mut self, x: &X) -> Vec<i64> {
        match x {
            X::Where { .. } => self.few(x).into_vec(),
            X::Sorted { set, reg, keys } => {
                let items = self.list(set);
                let mut keyed: Vec<(Vec<i64>, i64)> = items.into_iter().map(|i| (self.sort_key(*reg, i, keys), i)).collect();
                keyed.sort_by(|a, b| a.0.cmp(&b.0));
                keyed.into_iter().map(|(_, i)| i).collect()
            }
            X::Turned { set, first } => {
                let mut items = self.list(set);
                let first = self.num(first);
                if let Some(i) = items.iter().position(|x| *x == first) {
                    items.rotate_left(i);
                }
                items
            }
            X::Except { set, out } => {
                let mut items = self.list(set);
                let out = self.list(out);
                items.retain(|i| !out.contains(i));
                items
            }
            X::Map { set, reg, x } => {
                let items = self.list(set);
                let mut out = Vec::with_capacity(items.len());
                for i in items {
                    self.regs.n[usize::from(*reg)] = i;
                    match self.num(x) {
                        NONE => {}
                        n => out.push(n),
                    }
                }
                out
            }
            X::Distinct(s) => {
                let mut out = Vec::new();
                for i in self.list(s) {
                    if !out.contains(&i) {
                        out.push(i);
                    }
                }
                out
            }
            X::Union(sets) => {
                let mut out = Vec::new();
                for s in sets {
                    for i in self.list(s) {
                        if !out.contains(&i) {
                            out.push(i);
                        }
                    }
                }
                out
            }
            X::Best { n, set, reg, keys, least } => self.best(n, set, *reg, keys, *least),
            X::Shares(v) => self.list(v).into_iter().skip(1).step_by(2).collect(),
            X::WordsOf(a) => {
                let a = self.num(a);
                let n = self.words(a).map_or(0, |t| all_words(&t).count());
                (0..n as i64).map(|i| make_word_code(a, i)).collect()
            }
            X::AllAnswers(mv) => self.answers_to(*mv),
            X::Most { set } => {
                let items = self.list(set);
                let often = |x: &i64| items.iter().filter(|y| *y == x).count();
                let top = items.iter().map(often).max().unwrap_or(0);
                let mut out = Vec::new();
                for i in &items {
                    if often(i) == top && !out.contains(i) {
                        out.push(*i);
                    }
                }
                out
            }
            _ => Vec::new(),
        }
    }

    /// Answers to a move that were given or filled in: by seat (or group), then item.
    fn answers_to(&self, mv: u16) -> Vec<i64> {
        let def = &self.sc.moves[usize::from(mv)];
        let Some(first) = def.asks.first() else { return Vec::new() };
        let var = &self.sc.vars[usize::from(first.var)];
        let (sc, st) = (self.sc, self.st);
        let mut out = Vec::new();
        for inst in 0..st.instances(sc, var.scope) {
            let here = self.cx.table == NONE || st.table_of(sc, var.scope, inst).is_none_or(|t| i64::from(t) == self.cx.table);
            if !here {
                continue;
            }
            let code = |item: i64| i64::from(inst) << 32 | item & 0xffff_ffff;
            if def.answers.is_none() {
                if st.cell(sc, first.var, inst, &[]) != var.start {
                    out.push(code(0xffff_ffff));
                }
                continue;
            }
            let given = st.written(first.var, inst).filter(|(_, v)| **v != var.start);
            out.extend(given.filter_map(|(k, _)| k.first()).map(|k| code(*k)));
        }
        out
    }

    /// The n highest (or lowest), with all ties for the last place; whoever has no key is left out.
    fn best(&mut self, n: &X, set: &X, reg: u16, keys: &[SortKey], least: bool) -> Vec<i64> {
        let n = usize::try_from(self.num(n)).unwrap_or(0);
        let items = self.list(set);
        let mut keyed: Vec<(Vec<i64>, i64)> = Vec::new();
        for i in items {
            self.regs.n[usize::from(reg)] = i;
            let key: Vec<i64> = keys.iter().map(|k| self.num(&k.x)).collect();
            if !key.contains(&NONE) {
                keyed.push((key, i));
            }
        }
        if n == 0 || keyed.is_empty() {
            return Vec::new();
        }
        let mut order: Vec<Vec<i64>> = keyed.iter().map(|(k, _)| k.clone()).collect();
        order.sort_unstable();
        if !least {
            order.reverse();
        }
        let last = order[n.min(order.len()) - 1].clone();
        keyed.retain(|(k, _)| if least { *k <= last } else { *k >= last });
        // The first is the best; equals stay as they were.
        keyed.sort_by(|(a, _), (b, _)| if least { a.cmp(b) } else { b.cmp(a) });
        keyed.into_iter().map(|(_, i)| i).collect()
    }
}

fn compared(op: Cmp, a: i64, b: i64) -> i64 {
    if a == NONE || b == NONE {
        return 0;
    }
    i64::from(match op {
        Cmp::Lt => a < b,
        Cmp::Le => a <= b,
        Cmp::Gt => a > b,
        Cmp::Ge => a >= b,
    })
}

fn calculated(op: Arith, a: i64, b: i64) -> i64 {
    if a == NONE || b == NONE {
        return NONE;
    }
    let n = match op {
        Arith::Add => a.saturating_add(b),
        Arith::Sub => a.saturating_sub(b),
        Arith::Mul => a.saturating_mul(b),
        Arith::Div => a.checked_div_euclid(b).unwrap_or(0),
        Arith::Mod => a.checked_rem_euclid(b).unwrap_or(0),
        Arith::MulDec => rounded(i128::from(a) * i128::from(b), i128::from(DEC)),
        Arith::DivDec => rounded(i128::from(a) * i128::from(DEC), i128::from(b)),
        Arith::Min => a.min(b),
        Arith::Max => a.max(b),
    };
    n.clamp(-BIG * DEC, BIG * DEC)
}

fn map(n: i64, f: impl Fn(i64) -> i64) -> i64 {
    if n == NONE { NONE } else { f(n) }
}

fn nothing(list: bool) -> Val {
    if list { Val::L(Vec::new()) } else { Val::N(NONE) }
}

fn listed(v: Val) -> Vec<i64> {
    match v {
        Val::L(l) => l,
        Val::N(NONE) => Vec::new(),
        Val::N(n) => vec![n],
    }
}

/// Rounded once, halves away from zero; by nothing gives nothing.
fn rounded(a: i128, b: i128) -> i64 {
    if b == 0 {
        return 0;
    }
    let half = b.abs() / 2;
    let n = (a.abs() + half) / b.abs() * a.signum() * b.signum();
    n.clamp(i128::from(-BIG * DEC), i128::from(BIG * DEC)) as i64
}

/// The last passes must be the wanted ones (innermost last).
fn matches(passes: &[(i64, i64)], want: &[(i64, bool)]) -> bool {
    want.len() <= passes.len()
        && passes[passes.len() - want.len()..].iter().zip(want).all(|((n, item), (w, by_item))| if *by_item { item == w } else { n == w })
}

/// Column that stands for an item's text; `u16::MAX` stands for its name.
const NAME_TEXT: u16 = u16::MAX - 1;

#[must_use]
pub fn attr(sc: &Scenario, list: u16, col: u16, item: i64) -> i64 {
    let Some(def) = usize::try_from(item).ok().and_then(|i| sc.lists[usize::from(list)].items.get(i)) else {
        return NONE;
    };
    match col {
        u16::MAX => return make_text_code(usize::from(list), item as usize, 0),
        NAME_TEXT => return make_text_code(usize::from(list), item as usize, 1),
        _ => {}
    }
    match def.attrs.get(usize::from(col)) {
        Some(crate::scenario::model::AttrVal::N(n)) => *n,
        Some(crate::scenario::model::AttrVal::Text(_)) => make_text_code(usize::from(list), item as usize, usize::from(col) + 2),
        None => NONE,
    }
}

/// Texts of the scenario travel as negative codes: list, item, column (0 the name, 1 the text, then attributes).
#[must_use]
pub fn make_text_code(list: usize, item: usize, col: usize) -> i64 {
    -1 - ((list as i64) << 40 | (item as i64) << 16 | col as i64)
}

#[must_use]
pub fn text_code(code: i64) -> (usize, usize, usize) {
    let n = -1 - code;
    ((n >> 40) as usize, ((n >> 16) & 0xff_ffff) as usize, (n & 0xffff) as usize)
}

/// Marks the codes of single words.
const WORD: i64 = 1 << 60;
const OF_SCENARIO: i64 = 1 << 59;

/// One word of a text: the text's code and the word's place, in one code.
#[must_use]
pub fn make_word_code(text: i64, n: i64) -> i64 {
    let n = n & 0xfff;
    if text >= 0 {
        return -1 - (WORD | text << 12 | n);
    }
    let (list, item, col) = text_code(text);
    -1 - (WORD | OF_SCENARIO | (list as i64) << 36 | (item as i64) << 20 | (col as i64 & 0xff) << 12 | n)
}

/// The text of which a code is one word, and which.
#[must_use]
pub fn word_code(code: i64) -> Option<(i64, usize)> {
    let n = -1 - code;
    if code >= 0 || n & WORD == 0 {
        return None;
    }
    let (place, rest) = ((n & 0xfff) as usize, (n & !(WORD | OF_SCENARIO)) >> 12);
    if n & OF_SCENARIO == 0 {
        return Some((rest, place));
    }
    Some((make_text_code((rest >> 24) as usize, ((rest >> 8) & 0xffff) as usize, (rest & 0xff) as usize), place))
}

fn all_words(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace().map(|w| w.trim_matches(|c: char| !c.is_alphanumeric())).filter(|w| !w.is_empty())
}

#[must_use]
pub fn one_word(text: &str, n: usize) -> Option<&str> {
    all_words(text).nth(n)
}

/// Case, accents and spaces aside.
fn plain(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric()).map(bare).collect()
}

fn bare(c: char) -> char {
    match c {
        'à' | 'á' | 'â' | 'ä' => 'a',
        'è' | 'é' | 'ê' | 'ë' => 'e',
        'ì' | 'í' | 'î' | 'ï' => 'i',
        'ò' | 'ó' | 'ô' | 'ö' => 'o',
        'ù' | 'ú' | 'û' | 'ü' => 'u',
        'ç' => 'c',
        'ñ' => 'n',
        c => c,
    }
}

/// Space number `n` of an instance of a board (its own number on a path or ring).
#[must_use]
pub fn space_numbered(sc: &Scenario, board: u16, inst: i64, n: i64) -> i64 {
    let def = &sc.boards[usize::from(board)];
    if n == NONE {
        return NONE;
    }
    def.spaces.iter().position(|s| s.n == n).map_or(NONE, |i| inst.max(0) * def.spaces.len() as i64 + i as i64)
}

/// A seat as an id, if it is one.
#[must_use]
pub fn seat_id(n: i64) -> Option<SeatId> {
    u32::try_from(n).ok().map(SeatId)
}

/// What a type's values name.
#[must_use]
pub fn scope_of(base: Base) -> Option<Scope> {
    Some(match base {
        Base::Seat => Scope::Seat,
        Base::Team => Scope::Team,
        Base::Table => Scope::Table,
        Base::Group(k) => Scope::Group(k),
        Base::Token(k) => Scope::Token(k),
        _ => return None,
    })
}
