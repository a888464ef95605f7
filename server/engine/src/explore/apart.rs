//! Do the passes of a loop over people touch one another? If not, they may come in any order.
//!
//! A pass may read and write what is its person's own. What is common to several it may only add to (numbers without a limit
//! between, lists and zones whose order nobody reads) or set to one and the same constant; and then no pass reads it. Statements
//! behind the condition that the person has a role which one person alone has are carried out once: they may move single cards.

use super::matters::Names;
use super::order::{Reader, conjuncts, shut};
use crate::scenario::model::{MoveDef, NONE, Op, Place, S, Scope, TimeoutDef, X, ZoneKind};
use crate::scenario::walk;

/// What a pass reads or writes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Thing {
    Var(u16),
    Zone(u16),
    Role,
    Team,
    Status,
    Group,
    /// Where pieces lie.
    Tokens,
    /// Who has answered.
    Done,
}

/// How something common is written; in any order it comes to the same only if all write it in one way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum How {
    Sum,
    More,
    Less,
    Add,
    Is(i64),
    /// One constant answer, filled in by time.
    As(u16),
}

/// The person of a pass.
#[derive(Clone, Copy)]
enum Own {
    Me,
    Reg(u16),
}

pub struct Apart<'o, 'a> {
    order: &'o Reader<'a>,
    own: Own,
    /// Inputs that hold one and the same constant for all.
    given: Vec<u16>,
    reads: Vec<(Thing, bool)>,
    own_writes: Vec<Thing>,
    common: Vec<(Thing, How)>,
    cards: Vec<(u16, i64)>,
    /// Whole zones are moved.
    hands: bool,
}

impl<'o, 'a> Apart<'o, 'a> {
    fn new(order: &'o Reader<'a>, own: Own) -> Self {
        Apart { order, own, given: Vec::new(), reads: Vec::new(), own_writes: Vec::new(), common: Vec::new(), cards: Vec::new(), hands: false }
    }

    pub fn of_loop(order: &'o Reader<'a>, reg: u16) -> Self {
        Apart::new(order, Own::Reg(reg))
    }

    /// The rule of a move, set off for one seat after the other. Shut answers are all written before; where time fills answers in,
    /// it looks for each seat at what may be answered then.
    pub fn of_move(order: &'o Reader<'a>, def: &MoveDef) -> Self {
        let mut apart = Apart::new(order, Own::Me);
        if def.timeout != TimeoutDef::Default {
            return apart;
        }
        for x in def.by.iter().chain(&def.when) {
            apart.read(x);
        }
        def.checks.iter().for_each(|c| apart.read(&c.cond));
        apart.own_writes.push(Thing::Done);
        for ask in &def.asks {
            walk::input(&ask.input, &mut |x| apart.read(x));
            ask.default.iter().for_each(|x| apart.read(x));
            if !shut(def) {
                apart.own_writes.push(Thing::Var(ask.var));
                if matches!(ask.default, Some(X::K(_))) {
                    apart.given.push(ask.var);
                }
            }
        }
        apart
    }

    /// Nothing in this rule depends on the order.
    pub fn holds(self, rule: &[S]) -> bool {
        let names = self.order.m.names(rule);
        self.holds_in(rule, &names)
    }

    pub fn holds_in(mut self, body: &[S], names: &Names) -> bool {
        body.iter().all(|s| self.statement(s, names, false)) && self.untouched() && self.asked_alike()
    }

    fn untouched(&self) -> bool {
        let read_alone = |(thing, mine): &(Thing, bool)| (*mine || !self.own_writes.contains(thing)) && self.common.iter().all(|(t, _)| t != thing);
        let one_way = |(thing, how): &(Thing, How)| !self.own_writes.contains(thing) && self.common.iter().all(|(t, h)| t != thing || h == how);
        let once = |card: &(u16, i64)| self.cards.iter().filter(|c| *c == card).count() == 1;
        let pieces = !self.hands || self.cards.is_empty();
        pieces && self.reads.iter().all(read_alone) && self.common.iter().all(one_way) && self.cards.iter().all(once)
    }

    /// Whoever changes role or team is looked at again by the phase that runs: that must not depend on what others are by then.
    fn asked_alike(&self) -> bool {
        let people = [Thing::Role, Thing::Team, Thing::Status];
        if !people.iter().any(|p| self.own_writes.contains(p)) {
            return true;
        }
        let mut who = Apart::new(self.order, Own::Me);
        self.order.sc.phases.iter().filter_map(|p| p.who.as_ref()).for_each(|x| who.read(x));
        who.reads.iter().all(|(thing, mine)| *mine || !people.contains(thing))
    }

    // ------------------------------------------------------------ reading

    fn mine(&self, x: &X) -> bool {
        match (self.own, x) {
            (Own::Me, X::Me) => true,
            (Own::Reg(r), X::Reg(q)) => r == *q,
            _ => false,
        }
    }

    fn read(&mut self, x: &X) {
        let mut all = Vec::new();
        walk::each(x, &mut |x| all.push(x));
        for x in all {
            self.read_one(x);
        }
    }

    fn read_one(&mut self, x: &X) {
        let me = matches!(self.own, Own::Me);
        match x {
            X::Var { v, inst, .. } | X::Past { v, inst, .. } | X::Answered { v, inst } | X::Defaulted { v, inst } => {
                let mine = self.mine(inst);
                self.reads.push((Thing::Var(*v), mine));
            }
            X::Value { v, .. } => {
                // Whose value it is, is not followed: what it reads may be anybody's.
                let before = self.own;
                self.own = Own::Reg(u16::MAX);
                self.read(&self.order.sc.values[usize::from(*v)].is);
                self.own = before;
            }
            X::SeatRole(s) => self.reads.push((Thing::Role, self.mine(s))),
            X::SeatTeam(s) => self.reads.push((Thing::Team, self.mine(s))),
            X::SeatStatus(s) => self.reads.push((Thing::Status, self.mine(s))),
            X::SeatGroup(_, s) => self.reads.push((Thing::Group, self.mine(s))),
            X::CtxTeam => self.reads.push((Thing::Team, me)),
            X::CtxGroup(_) => self.reads.push((Thing::Group, me)),
            X::Seats(_) | X::Others(_) | X::Everyone(_) | X::Tables | X::Rested(_) | X::Present(_) => {
                self.reads.push((Thing::Status, false));
            }
            X::Asked(_) | X::Done(_) | X::MaySpeak => self.reads.push((Thing::Done, false)),
            X::Teams(_) => self.reads.extend([(Thing::Status, false), (Thing::Team, false)]),
            X::Members { scope, .. } => {
                self.reads.push((Thing::Status, false));
                match scope {
                    Scope::Team => self.reads.push((Thing::Team, false)),
                    Scope::Group(_) => self.reads.push((Thing::Group, false)),
                    _ => {}
                }
            }
            X::RoleHolder { .. } | X::Held(..) => self.reads.push((Thing::Role, false)),
            X::Met(..) | X::AllGroups { .. } | X::GroupTable(_) => self.reads.push((Thing::Group, false)),
            X::ZoneTokens { zone, inst } | X::Places { zone, inst } => {
                let mine = self.mine(inst);
                self.reads.push((Thing::Zone(*zone), mine));
            }
            X::AllTokens { .. }
            | X::TokensOn { .. }
            | X::OnlyToken { .. }
            | X::TokenSpace(_)
            | X::TokenTable(_)
            | X::TokenPlayer(_)
            | X::TokenHeading(_)
            | X::Free { .. }
            | X::Fits { .. }
            | X::Way { .. } => self.reads.push((Thing::Tokens, false)),
            _ => {}
        }
    }

    // ------------------------------------------------------------ writing

    /// `alone`: one person at most comes here. `false`: this depends on the order, or cannot be told.
    fn statement(&mut self, s: &S, names: &Names, alone: bool) -> bool {
        if !self.order.m.counts(s, names) {
            return true;
        }
        match s {
            S::Let { x, .. } => {
                self.read(x);
                true
            }
            S::If(arms, other) => {
                arms.iter().all(|(cond, body)| {
                    self.read(cond);
                    let alone = alone || self.of_one(cond);
                    body.iter().all(|s| self.statement(s, names, alone))
                }) && other.iter().all(|s| self.statement(s, names, alone))
            }
            S::ForEach { set, body, .. } => {
                self.read(set);
                body.iter().all(|s| self.statement(s, names, false))
            }
            S::Assign { place, op, x, list } => {
                self.read(x);
                self.place(place) || self.var(place, *op, x, *list)
            }
            S::Roll { n, faces, into, .. } => {
                self.read(n);
                faces.iter().for_each(|x| self.read(x));
                self.place(into)
            }
            S::Pick { n, of, weighing: None, into, .. } => {
                self.read(n);
                self.read(of);
                self.place(into)
            }
            S::ShuffleVar(place) => self.place(place),
            S::MoveToZone { what, zone, inst, .. } => self.moved(what, alone) && self.arrives(*zone, inst),
            S::Remove { what, .. } => self.moved(what, false),
            S::Draw { n, from, to } => {
                // A source never runs out, and loses nothing.
                self.read(n);
                self.read(&from.1);
                let source = self.order.sc.zones[usize::from(from.0)].kind == ZoneKind::Source;
                self.common.push((Thing::Tokens, How::Add));
                source && self.numberless() && self.arrives(to.0, &to.1)
            }
            _ => false,
        }
    }

    /// New pieces take their numbers in the order in which they come: nobody may know a piece by its number.
    fn numberless(&self) -> bool {
        !self.order.by_number
    }

    fn of_one(&self, cond: &X) -> bool {
        let mut one = false;
        conjuncts(cond, &mut |x| {
            if let X::Eq(a, b) = x
                && let (X::SeatRole(s), X::K(role)) | (X::K(role), X::SeatRole(s)) = (&**a, &**b)
            {
                one |= self.mine(s) && usize::try_from(*role).ok().and_then(|r| self.order.single.get(r)).copied().unwrap_or(false);
            }
        });
        one
    }

    /// Something of the person's own.
    fn place(&mut self, place: &Place) -> bool {
        let (thing, mine) = match place {
            Place::Var { v, inst, keys } => {
                keys.iter().for_each(|k| self.read(k));
                (Thing::Var(*v), self.order.sc.vars[usize::from(*v)].scope == Scope::Seat && self.mine(inst))
            }
            Place::Role(s) => (Thing::Role, self.mine(s)),
            Place::Team(s) => (Thing::Team, self.mine(s)),
            Place::Status(s) => (Thing::Status, self.mine(s)),
            Place::Group(..) | Place::Heading(_) => return false,
        };
        if mine {
            self.own_writes.push(thing);
        }
        mine
    }

    /// Something common to several.
    fn var(&mut self, place: &Place, op: Op, x: &X, list: bool) -> bool {
        let Place::Var { v, inst, keys } = place else { return false };
        self.read(inst);
        keys.iter().for_each(|k| self.read(k));
        let free = self.order.sc.vars[usize::from(*v)].range.is_none();
        let how = match (op, x) {
            (Op::Add, _) if list && !self.order.vars[usize::from(*v)] => How::Add,
            _ if list => return false,
            (Op::Set, X::K(n)) => How::Is(*n),
            (Op::Set, X::Var { v: input, inst, .. }) if self.mine(inst) && self.given.contains(input) => How::As(*input),
            (Op::Set, _) => return false,
            _ if free => How::Sum,
            (Op::Add, X::K(n)) if *n != NONE && *n >= 0 => How::More,
            (Op::Sub, X::K(n)) if *n >= 0 => How::Less,
            _ => return false,
        };
        self.common.push((Thing::Var(*v), how));
        true
    }

    /// All that lies in a zone of one's own, or a single card that nobody else moves.
    fn moved(&mut self, what: &X, alone: bool) -> bool {
        self.common.push((Thing::Tokens, How::Add));
        match what {
            X::ZoneTokens { zone, inst } if self.order.sc.zones[usize::from(*zone)].scope == Scope::Seat && self.mine(inst) => {
                self.own_writes.push(Thing::Zone(*zone));
                self.hands = true;
                true
            }
            _ => match card(what) {
                Some(card) if alone => {
                    self.cards.push(card);
                    true
                }
                _ => false,
            },
        }
    }

    fn arrives(&mut self, zone: u16, inst: &X) -> bool {
        let def = &self.order.sc.zones[usize::from(zone)];
        if def.scope == Scope::Seat && self.mine(inst) {
            self.own_writes.push(Thing::Zone(zone));
            return true;
        }
        self.read(inst);
        self.common.push((Thing::Zone(zone), How::Add));
        def.capacity.is_none() && (def.kind == ZoneKind::Pool || !self.order.zones[usize::from(zone)])
    }
}

/// The one piece of an item: kind and item.
fn card(x: &X) -> Option<(u16, i64)> {
    let set = if let X::First(set) = x { set } else { x };
    let X::Where { set, cond, reg } = set else { return None };
    let (X::AllTokens { kind, .. }, X::Eq(a, b)) = (&**set, &**cond) else { return None };
    match (&**a, &**b) {
        (X::TokenItem(t), X::K(item)) if matches!(**t, X::Reg(r) if r == *reg) => Some((*kind, *item)),
        _ => None,
    }
}
