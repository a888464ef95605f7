//! Whose order is read: seats whose order and numbers nothing reads may be exchanged, lists and zones count as bags.
//!
//! **Why exchanging is right.** Let a state have its seats renumbered everywhere: their places, values, answers, and wherever one
//! is named. If no rule can tell, then whatever can happen in the one state can happen in the other under the new numbers, and
//! leads again to states that differ only in numbers; so both get stuck, end and go round in the same way, and one is enough.
//! A rule can tell only by the order in which people are listed, which is that of their numbers. So this goes through all that is
//! read and asks: is a result taken from the *order* of a list (`first`, `next`, the third …), and does that order come from
//! seats? A loop over people does not read their order if its passes do not touch one another (`apart`). The rules that many
//! answers set off one after the other when a phase closes are such loops too. What is dealt when the play begins needs no proof:
//! every outcome of it is a state of its own, which the search has seen come about. Where there is a doubt, the answer is no.

use super::apart::Apart;
use super::matters::{Matters, Names, every_statement};
use crate::scenario::model::{
    Agree, AskDef, Base, DealBy, EndsDef, Fold, GroupByX, InputDef, Judge, MoreSeats, MoveDef, Place, S, Scenario, Scope, SortKey, Step, Tie,
    TimeoutDef, VarDef, X, ZoneKind,
};
use crate::scenario::walk;
use crate::view::{Mode, Talk};

/// Whose order is read.
pub struct Order {
    /// Where it makes a difference who is who: the id of a phase, a move, a trigger. `None`: seats may be exchanged.
    pub seats: Option<String>,
    /// Lists.
    pub vars: Vec<bool>,
    pub zones: Vec<bool>,
    /// Something refers to a piece, or each has values of its own: pieces are told apart by their numbers.
    pub by_number: bool,
}

impl Order {
    #[must_use]
    pub fn new(sc: &Scenario, m: &Matters) -> Self {
        let reader = Reader::new(sc, m);
        Order { seats: reader.seats, vars: reader.vars, zones: reader.zones, by_number: reader.by_number }
    }
}

pub struct Reader<'a> {
    pub sc: &'a Scenario,
    pub m: &'a Matters,
    seats: Option<String>,
    pub vars: Vec<bool>,
    pub zones: Vec<bool>,
    pub by_number: bool,
    /// Roles that one person at a table has at most, from the start to the end.
    pub single: Vec<bool>,
    /// Kinds of which there come new ones for one person after the other, in the order of seats.
    made: Vec<bool>,
    /// What is being looked at.
    at: String,
    /// The lists that a rule gives names to.
    lets: Vec<(u16, &'a X)>,
}

impl<'a> Reader<'a> {
    fn new(sc: &'a Scenario, m: &'a Matters) -> Self {
        let refers = |v: &VarDef| matches!(v.ty.base, Base::Token(_)) || matches!(v.scope, Scope::Token(_));
        let mut order = Reader {
            sc,
            m,
            seats: None,
            vars: vec![false; sc.vars.len()],
            zones: sc.zones.iter().map(|z| matches!(z.kind, ZoneKind::Stack)).collect(),
            by_number: sc.vars.iter().enumerate().any(|(i, v)| m.asked(i as u16) && refers(v)),
            single: single(sc),
            made: sc.kinds.iter().map(|k| k.per == Some(Scope::Seat)).collect(),
            at: String::new(),
            lets: Vec::new(),
        };
        every_statement(sc, &mut |s| {
            let zone = match s {
                S::Make { zone, .. } | S::Gather { zone, .. } => Some(*zone),
                S::Draw { from, .. } | S::Deal { from, .. } => Some(from.0),
                _ => None,
            };
            let makes = |z: u16| !matches!(s, S::Draw { .. } | S::Deal { .. }) || sc.zones[usize::from(z)].kind == ZoneKind::Source;
            if let Some(z) = zone.filter(|z| makes(*z)) {
                order.made[usize::from(sc.zones[usize::from(z)].holds)] = true;
            }
        });
        // Once the order of a list is read, so is that of what it was filled from.
        loop {
            let before = (order.seats.is_some(), order.vars.clone(), order.zones.clone());
            order.look();
            if before == (order.seats.is_some(), order.vars.clone(), order.zones.clone()) {
                return order;
            }
        }
    }

    /// Here it makes a difference who is who.
    fn tells(&mut self) {
        if self.seats.is_none() {
            self.seats = Some(self.at.clone());
        }
    }

    fn look(&mut self) {
        let sc = self.sc;
        self.at = "flow".into();
        if self.m.by_lot || self.m.defaulted || sc.boards.iter().any(|b| b.scope == Scope::Seat) {
            self.tells();
        }
        for step in &sc.flow {
            match step {
                Step::LoopStart { frame, list: Some(list), .. } => {
                    if !self.m.counted[usize::from(*frame)] {
                        self.ordered(list);
                    }
                    self.x(list);
                }
                Step::Fork { scope: Scope::Seat, .. } => self.tells(),
                _ => walk::step(step, &mut |x| self.x(x)),
            }
        }
        for (v, def) in sc.vars.iter().enumerate().filter(|(v, _)| self.m.asked(*v as u16)) {
            self.at.clone_from(&def.id);
            let Some(x) = &def.starts else { continue };
            if def.scope == Scope::Seat && sc.loops.iter().any(|l| l.fresh.contains(&(v as u16))) {
                self.tells();
            }
            if self.vars[v] {
                self.ordered(x);
            }
            self.x(x);
        }
        for (_, def) in sc.values.iter().enumerate().filter(|(v, _)| self.m.values[*v]) {
            self.at.clone_from(&def.id);
            self.x(&def.is);
        }
        for z in &sc.zones {
            z.capacity.iter().for_each(|x| self.x(x));
        }
        self.phases();
        for t in &sc.triggers {
            self.at.clone_from(&t.id);
            if matches!(t.scope, Scope::Seat | Scope::Token(_)) {
                self.tells();
            }
            self.x(&t.when);
            self.rule(&t.then);
        }
        for e in &sc.endings {
            self.at.clone_from(&e.id);
            e.when.iter().for_each(|x| self.x(x));
        }
        for l in sc.boards.iter().flat_map(|b| &b.lands) {
            self.at.clone_from(&l.id);
            self.rule(&l.then);
        }
        for i in &sc.injects {
            self.at.clone_from(&i.id);
            self.rule(&i.then);
        }
    }

    fn phases(&mut self) {
        let sc = self.sc;
        for p in &sc.phases {
            self.at.clone_from(&p.id);
            // The word goes round by the order of seats, and so does what each seat's own clock fills in.
            if p.talk == Talk::InTurn || p.limit_each {
                self.tells();
            }
            for x in [&p.limit, &p.who, &p.speakers, &p.speech].into_iter().flatten() {
                self.x(x);
            }
            self.ends(&p.ends);
            self.rule(&p.before);
            self.rule(&p.after);
        }
        for def in &sc.moves {
            self.at.clone_from(&def.id);
            self.one_move(def);
        }
    }

    fn ends(&mut self, ends: &'a EndsDef) {
        match ends {
            EndsDef::When(x) | EndsDef::Done(x) => self.x(x),
            EndsDef::Any(all) => all.iter().for_each(|e| self.ends(e)),
            EndsDef::AllDone | EndsDef::Desk | EndsDef::Time | EndsDef::AtOnce => {}
        }
    }

    // ------------------------------------------------------------ moves

    fn one_move(&mut self, def: &'a MoveDef) {
        for x in def.by.iter().chain(&def.when).chain(&def.times).chain(def.answers.as_ref().map(|a| &a.1)) {
            self.x(x);
        }
        for ask in def.asks.iter().chain(&def.replies) {
            self.ask(def, ask);
        }
        for check in &def.checks {
            self.x(&check.cond);
        }
        // The first who is there stands for all.
        if matches!(&def.agree, Agree::Number(x) if !matches!(x, X::K(_))) {
            self.tells();
        }
        if let Some(Judge::Seat(x)) = &def.accept {
            self.x(x);
        }
        if let Tie::Seat(x) = &def.tie {
            self.x(x);
        }
        self.rule(&def.rule);
        self.rule(&def.if_no);
        if !def.extra && !def.by_desk && !self.in_any_order(def) {
            self.tells();
        }
    }

    fn ask(&mut self, def: &'a MoveDef, ask: &'a AskDef) {
        walk::input(&ask.input, &mut |x| self.x(x));
        ask.default.iter().for_each(|x| self.x(x));
        let v = usize::from(ask.var);
        // Versions of one answer are the same only in the same order.
        if def.joint.is_some() && self.sc.vars[v].ty.list {
            self.vars[v] = true;
        }
        match &ask.input {
            // So many points for the first, so many for the second.
            InputDef::Share { over, .. } => {
                self.vars[v] = true;
                self.ordered(over);
            }
            InputDef::Choice { of, .. } | InputDef::Any { of, .. } if self.vars[v] => self.ordered(of),
            _ => {}
        }
    }

    /// Answers that open together, and those that time fills in, set off their rules by the order of seats: is it all the same?
    fn in_any_order(&mut self, def: &'a MoveDef) -> bool {
        let names = self.m.names(&def.rule);
        let idle = !def.rule.iter().any(|s| self.m.counts(s, &names));
        let filled = def.timeout == TimeoutDef::Default;
        if def.joint.is_some() {
            // By the order of units, but for what time fills in: there the unit of the first seat comes first.
            let by_time = def.each || filled || matches!(def.timeout, TimeoutDef::Most | TimeoutDef::Draft);
            let alone = idle && !others_answers(def);
            return !by_person(def) && (shut(def) || !by_time || alone || self.one_unit(def));
        }
        if !filled && (idle || !shut(def)) {
            return true;
        }
        let per_seat = def.answers.as_ref().is_some_and(|a| a.2 == Base::Seat);
        !per_seat && Apart::of_move(self, def).holds(&def.rule)
    }

    /// Only one unit at a time answers: the strand's own, or the one that is asked for by name.
    fn one_unit(&self, def: &MoveDef) -> bool {
        let m = self.sc.moves.iter().position(|d| std::ptr::eq(d, def)).unwrap_or(0) as u16;
        let of_strand = |p: &crate::scenario::model::PhaseDef| Some(p.scope) == def.joint;
        let named = |x: &X| {
            let mine = |x: &X| matches!(x, X::CtxTeam) || matches!(x, X::SeatTeam(s) if matches!(**s, X::Me));
            let mut one = false;
            conjuncts(x, &mut |x| {
                if let X::Eq(a, b) = x {
                    one |= mine(a) && !of_me(b) || mine(b) && !of_me(a);
                }
            });
            one
        };
        let asks_one = |p: &crate::scenario::model::PhaseDef| p.who.iter().chain(&def.by).any(named);
        self.sc.phases.iter().filter(|p| p.moves.contains(&m)).all(|p| of_strand(p) || def.joint == Some(Scope::Team) && asks_one(p))
    }

    // ------------------------------------------------------------ expressions

    fn x(&mut self, x: &'a X) {
        walk::each(x, &mut |x| self.one(x));
    }

    fn one(&mut self, x: &'a X) {
        match x {
            // After somebody who is missing comes whoever sits next.
            X::Next { base: Base::Seat, .. } => self.tells(),
            X::First(s) | X::Last(s) | X::Nth(_, s) | X::Index(_, s) | X::Next { set: s, .. } | X::Tier { v: s, .. } => self.ordered(s),
            X::EqList(a, b) => {
                self.ordered(a);
                self.ordered(b);
            }
            X::Points { v, .. } | X::Shares(v) if !self.over_items(v) => self.tells(),
            X::Sorted { keys, .. } | X::RankOf { keys, .. } | X::Best { keys, .. } => self.keys(keys),
            X::Fold { op: Fold::Min | Fold::Max | Fold::Median, x, .. } if !self.number(x) => self.tells(),
            X::OnlyToken { kind } if self.made[usize::from(*kind)] => self.tells(),
            X::RoleHolder { role } if !self.single[*role as usize] || self.sc.people.tables[1] > 1 => self.tells(),
            X::AllAnswers(_) | X::AnswerSeat(_) | X::AnswerItem(_) | X::Succeeds { .. } => self.tells(),
            _ => {}
        }
    }

    /// Points given to rows of a list: no person stands among them.
    fn over_items(&self, points: &X) -> bool {
        let (X::Var { v, .. } | X::Past { v, .. }) = points else { return false };
        self.sc.moves.iter().flat_map(|m| &m.asks).any(|a| a.var == *v && matches!(a.base, Base::Item(_)))
    }

    /// Things in the order of people would tell people apart.
    fn keys(&mut self, keys: &'a [SortKey]) {
        if !keys.iter().all(|k| self.number(&k.x)) {
            self.tells();
        }
    }

    /// A result that is surely no person.
    fn number(&self, x: &X) -> bool {
        let sc = self.sc;
        match x {
            X::Var { v, .. } | X::Past { v, .. } => !matches!(sc.vars[usize::from(*v)].ty.base, Base::Seat | Base::Any),
            X::Value { v, .. } => !matches!(sc.values[usize::from(*v)].ty.base, Base::Seat | Base::Any),
            X::Attr { list, col, .. } => sc.lists[usize::from(*list)].cols.get(usize::from(*col)).is_none_or(|c| c.ty.base != Base::Seat),
            X::If(_, a, b) | X::Otherwise(a, b) => self.number(a) && self.number(b),
            X::Fold { op, x, .. } => matches!(op, Fold::Sum | Fold::Mean | Fold::Any | Fold::All) || self.number(x),
            X::K(_)
            | X::Arith(..)
            | X::Neg(_)
            | X::Abs(_)
            | X::Floor(_)
            | X::Round(_)
            | X::ToDec(_)
            | X::Cmp(..)
            | X::Eq(..)
            | X::EqList(..)
            | X::Not(_)
            | X::And(..)
            | X::Or(..)
            | X::In(..)
            | X::Empty(_)
            | X::Count(_)
            | X::CountIf { .. }
            | X::Index(..)
            | X::RankOf { .. }
            | X::Held(..)
            | X::Met(..)
            | X::Rested(_)
            | X::SeatRole(_)
            | X::SeatTeam(_)
            | X::TeamKind(_)
            | X::TableNumber(_)
            | X::TokenItem(_)
            | X::TokenHeading(_)
            | X::SpaceNumber { .. }
            | X::SpaceCol { .. }
            | X::SpaceRow { .. }
            | X::Distance { .. }
            | X::Tier { .. }
            | X::Points { .. }
            | X::Length(_)
            | X::Elapsed
            | X::Remaining => true,
            _ => false,
        }
    }

    /// The order of a list is read.
    fn ordered(&mut self, x: &'a X) {
        match x {
            X::Teams(_) | X::Tables | X::AllItems(_) | X::AllRoles | X::AllGroups { .. } | X::Range(..) | X::List(_) => {}
            X::Places { .. } | X::Spaces { .. } | X::Neighbours { .. } | X::Reach { .. } | X::WordsOf(_) => {}
            X::AllTokens { kind, .. } if !self.made[usize::from(*kind)] => {}
            X::TokensOn { .. } if !self.made.contains(&true) => {}
            X::ZoneTokens { zone, .. } => self.zones[usize::from(*zone)] = true,
            X::Var { v, .. } | X::Past { v, .. } => self.vars[usize::from(*v)] = true,
            X::Value { v, .. } => {
                let sc = self.sc;
                self.ordered(&sc.values[usize::from(*v)].is);
            }
            X::ListReg(r) => {
                let lists: Vec<&'a X> = self.lets.iter().filter(|(reg, _)| reg == r).map(|(_, x)| *x).collect();
                if lists.is_empty() {
                    self.tells();
                }
                lists.into_iter().for_each(|x| self.ordered(x));
            }
            X::Where { set, .. }
            | X::Sorted { set, .. }
            | X::Turned { set, .. }
            | X::Except { set, .. }
            | X::Map { set, .. }
            | X::Distinct(set)
            | X::Best { set, .. }
            | X::Most { set } => self.ordered(set),
            X::If(_, a, b) | X::Otherwise(a, b) => {
                self.ordered(a);
                self.ordered(b);
            }
            X::Union(all) => all.iter().for_each(|x| self.ordered(x)),
            _ => self.tells(),
        }
    }

    // ------------------------------------------------------------ rules

    fn rule(&mut self, rule: &'a [S]) {
        let names = self.m.names(rule);
        self.lets.clear();
        lists(rule, &mut self.lets);
        self.body(rule, &names);
    }

    fn body(&mut self, rule: &'a [S], names: &Names) {
        for s in rule {
            if self.m.counts(s, names) {
                self.statement(s, names);
                walk::reads(s, &mut |x| self.x(x));
                walk::inside(s, &mut |body| self.body(body, names));
            }
        }
    }

    /// Pieces are drawn from the top, but for pools and sources.
    fn off_the_top(&mut self, zone: u16) {
        self.zones[usize::from(zone)] |= !matches!(self.sc.zones[usize::from(zone)].kind, ZoneKind::Pool | ZoneKind::Source);
    }

    fn statement(&mut self, s: &'a S, names: &Names) {
        match s {
            S::Assign { place: Place::Var { v, .. }, list: true, x, .. } if self.vars[usize::from(*v)] => self.ordered(x),
            S::ForEach { reg, set, body } if !Apart::of_loop(self, *reg).holds_in(body, names) => self.ordered(set),
            S::MoveToZone { what, list: true, zone, .. } if self.zones[usize::from(*zone)] => self.ordered(what),
            S::MoveToSpace { what, list: true, .. } => self.ordered(what),
            S::Draw { from, .. } => self.off_the_top(from.0),
            S::Deal { from, to, .. } => {
                self.off_the_top(from.0);
                if self.sc.zones[usize::from(from.0)].kind != ZoneKind::Source {
                    self.ordered(to);
                }
            }
            S::Rank { of, keys, lot, into, .. } => {
                self.keys(keys);
                if let (false, Place::Var { v, .. }) = (*lot, into)
                    && self.vars[usize::from(*v)]
                {
                    self.ordered(of);
                }
            }
            S::Rotate { among, lot: false, .. } => self.ordered(among),
            S::Group { by: GroupByX::Lot, .. } => {}
            S::Group { of, .. } | S::Split { of, .. } => self.ordered(of),
            S::Gather { .. } | S::Resolve(_) => self.tells(),
            _ => {}
        }
    }
}

/// Roles that are dealt once, to one person of a table, and stay with that person.
fn single(sc: &Scenario) -> Vec<bool> {
    let mut stay = sc.people.deal == DealBy::Start && sc.people.more_seats != MoreSeats::Repeat;
    // At each table; so no rule may go over the people of several.
    stay &= !sc.people.together && sc.triggers.iter().all(|t| t.scope != Scope::Session);
    every_statement(sc, &mut |s| {
        let role = |p: &Place| matches!(p, Place::Role(_));
        stay &= match s {
            S::Assign { place, .. } => !role(place),
            S::SwapPlaces(a, b) => !role(a) && !role(b),
            S::Rotate { .. } | S::Send { .. } => false,
            _ => true,
        };
    });
    sc.roles.iter().map(|r| stay && !r.rest && matches!(r.count, None | Some(X::K(1)))).collect()
}

fn lists<'a>(rule: &'a [S], out: &mut Vec<(u16, &'a X)>) {
    for s in rule {
        if let S::Let { reg, list: true, x } = s {
            out.push((*reg, x));
        }
        walk::inside(s, &mut |body| lists(body, out));
    }
}

/// In a joint answer it makes a difference who begins: what one may choose, or whether one may at all.
fn by_person(def: &MoveDef) -> bool {
    let mut found = def.by.iter().chain(&def.when).any(personal);
    if !def.each {
        for ask in &def.asks {
            walk::input(&ask.input, &mut |x| found |= personal(x));
        }
        found |= def.checks.iter().any(|c| personal(&c.cond));
    }
    found
}

/// Not the same for all of one team, group or table.
fn personal(x: &X) -> bool {
    match x {
        X::SeatTeam(s) | X::SeatTable(s) | X::SeatGroup(_, s) if matches!(**s, X::Me) => false,
        X::Me | X::Others(_) | X::Members { but_me: true, .. } => true,
        _ => {
            let mut found = false;
            walk::parts(x, &mut |x| found |= personal(x));
            found
        }
    }
}

/// What may be answered depends on what other units have answered to the same.
fn others_answers(def: &MoveDef) -> bool {
    let own = |inst: &X| matches!(inst, X::CtxTeam | X::CtxGroup(_) | X::CtxTable);
    let mut found = false;
    let mut look = |x: &X| {
        walk::each(x, &mut |x| match x {
            X::Var { v, inst, .. } => found |= !own(inst) && def.asks.iter().any(|a| a.var == *v),
            X::Value { .. } => found = true,
            _ => {}
        });
    };
    for ask in &def.asks {
        walk::input(&ask.input, &mut look);
        ask.default.iter().for_each(&mut look);
    }
    def.by.iter().chain(&def.when).chain(def.checks.iter().map(|c| &c.cond)).for_each(look);
    found
}

/// Its answers stay shut until the phase closes.
pub fn shut(def: &MoveDef) -> bool {
    matches!(def.mode, Mode::Sealed | Mode::Final)
}

/// What must all hold.
pub fn conjuncts<'a>(x: &'a X, f: &mut dyn FnMut(&'a X)) {
    if let X::And(a, b) = x {
        conjuncts(a, f);
        conjuncts(b, f);
    } else {
        f(x);
    }
}

/// Different for each who looks.
fn of_me(x: &X) -> bool {
    let mut found = false;
    walk::each(x, &mut |x| found |= matches!(x, X::Me | X::CtxTeam | X::CtxGroup(_) | X::Others(_) | X::Members { but_me: true, .. } | X::Reg(_)));
    found
}
