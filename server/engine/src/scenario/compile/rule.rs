//! Statements and verbs.

use super::Compiler;
use super::expr::{Around, Cx, base_of, boxed, name_innermost, status};
use super::names::{Decl, TAKEN};
use crate::scenario::model::{Base, GroupByX, Op, Place, Rule, S, Scope, SortKey, Thing, ToX, Ty, X};
use crate::scenario::rules::ast::{Assign, Ex, GroupBy, Kind, Stmt, StmtKind, To, Verb, Who};
use crate::scenario::rules::parse;
use crate::scenario::tree::Span;

impl Compiler<'_> {
    /// Compiles a rule text in its surroundings.
    pub fn rule(&mut self, text: &str, span: Span, around: Around) -> Rule {
        let told = self.faults.0.len();
        let stmts = parse::rule(text, span, self.faults);
        // Where blocks are too deep, what follows is read wrongly: one fault is enough.
        if let Some(i) = self.faults.0[told..].iter().position(|f| f.code == "B603") {
            self.faults.0.truncate(told + i + 1);
            return Vec::new();
        }
        let Some(stmts) = stmts else {
            return Vec::new();
        };
        let mut cx = Cx { c: self, a: around };
        cx.a.moment = true;
        let told = cx.c.faults.0.len();
        let rule = cx.block(&stmts);
        let frame = cx.a.frame;
        let too_many = usize::from(frame.regs) > crate::eval::REGISTERS;
        if too_many && !self.faults.0[told..].iter().any(|f| f.code == "B604") {
            self.faults.add("B604", Span { end: span.start, ..span }, &[&crate::eval::REGISTERS.to_string()]);
        }
        self.widest(frame);
        rule
    }
}

impl Cx<'_, '_> {
    pub fn block(&mut self, stmts: &[Stmt]) -> Rule {
        let locals = self.a.locals.len();
        let out = stmts.iter().filter_map(|s| self.stmt(s)).collect();
        self.a.locals.truncate(locals);
        out
    }

    fn stmt(&mut self, s: &Stmt) -> Option<S> {
        Some(match &s.kind {
            StmtKind::Let(name, ex) => {
                let (x, ty) = self.ex(ex, None);
                let (reg, local) = if ty.list {
                    let r = self.a.list_reg();
                    (r, X::ListReg(r))
                } else {
                    let r = self.a.reg();
                    (r, X::Reg(r))
                };
                if !self.c.names.find(name).is_empty() || self.a.locals.iter().any(|l| l.0 == *name) {
                    self.c.faults.add("N202", s.span, &[name]);
                }
                self.a.locals.push((name.clone(), ty, local));
                S::Let { reg, list: ty.list, x }
            }
            StmtKind::Assign(place, op, ex) => self.assign(place, *op, ex)?,
            StmtKind::If(arms, other) => {
                let mut out = Vec::new();
                for (cond, body) in arms {
                    let cond = self.bool(cond);
                    out.push((cond, self.block(body)));
                }
                S::If(out, self.block(other))
            }
            StmtKind::ForEach(name, set, body) => {
                // `for each s in seats where x of s > 3:` the name holds in the condition too.
                let (set, base) = self.set(&name_innermost(set, name), None);
                let (reg, body) = self.with_item(Some(name), &set, base, |cx| cx.block(body));
                S::ForEach { reg, set, body }
            }
            StmtKind::Repeat { times, until, body } => {
                let times = self.number(times);
                let until = until.as_ref().map(|u| self.bool(u));
                S::Repeat { times, until, body: self.block(body) }
            }
            StmtKind::Verb(v) => self.verb(v, s.span)?,
        })
    }

    // ------------------------------------------------------------ places

    fn assign(&mut self, place: &Ex, op: Assign, ex: &Ex) -> Option<S> {
        if let (Kind::Name(n), Assign::Set) = (&*place.kind, op)
            && self.is_new(n)
        {
            // A name for a sum: told once, and known from here on.
            self.c.unknown_with(n, place.span, &format!("let {n} = …"));
            let (x, ty) = self.ex(ex, None);
            self.a.locals.push((n.clone(), ty, x));
            return None;
        }
        let (place_x, ty) = self.place(place)?;
        let op = match op {
            Assign::Set => Op::Set,
            Assign::Add => Op::Add,
            Assign::Sub => Op::Sub,
        };
        if let (Place::Status(_), Kind::Name(n)) = (&place_x, &*ex.kind)
            && let Some(s) = status(n)
        {
            return Some(S::Assign { place: place_x, op, x: X::K(s as i64), list: false });
        }
        let (x, have) = self.ex(ex, Some(ty.base));
        // A list takes a list, or one more thing with `+=`.
        let x = if ty.list && !have.list { X::List(vec![self.fit(ex.span, x, have, Ty::one(ty.base))]) } else { self.fit(ex.span, x, have, ty) };
        Some(S::Assign { place: place_x, op, x, list: ty.list })
    }

    fn is_new(&self, n: &str) -> bool {
        self.c.names.find(n).is_empty() && !TAKEN.contains(&n) && self.a.locals.iter().all(|l| l.0 != n)
    }

    /// What a rule may write to.
    pub fn place(&mut self, ex: &Ex) -> Option<(Place, Ty)> {
        let (subjects, told) = (self.a.subjects.len(), self.c.faults.0.len());
        let found = self.place_in(ex);
        self.a.subjects.truncate(subjects);
        // A name that is not known has been told already.
        if found.is_none() && self.c.faults.0.len() == told {
            self.c.faults.add("T314", ex.span, &[]);
        }
        found
    }

    fn place_in(&mut self, ex: &Ex) -> Option<(Place, Ty)> {
        match &*ex.kind {
            Kind::Of(a, b) => {
                let (x, ty) = self.ex(b, None);
                let (base, x) = match (ty.base, x) {
                    (Base::Role, X::K(role)) => (Base::Seat, X::RoleHolder { role: role as u32 }),
                    (Base::Item(l), x) => match self.one_token(l, &x) {
                        Some((k, token)) => (Base::Token(k), token),
                        None => (Base::Item(l), x),
                    },
                    (base, x) => (base, x),
                };
                self.a.push_said(base, x);
                self.place_in(a)
            }
            Kind::Name(n) => {
                let seat = |cx: &mut Self| cx.reach(Scope::Seat, n, ex.span);
                match n.as_str() {
                    "role" => return Some((Place::Role(seat(self)), Ty::one(Base::Role).opt())),
                    "team" => return Some((Place::Team(seat(self)), Ty::one(Base::Team).opt())),
                    "status" => return Some((Place::Status(seat(self)), Ty::one(Base::Status))),
                    "heading" => {
                        let token = self.a.subjects.iter().rev().find(|s| matches!(s.base, Base::Token(_)))?.x.clone();
                        return Some((Place::Heading(token), Ty::one(Base::Number)));
                    }
                    _ => {}
                }
                if let Some(Decl::Group(k)) = self.c.names.find(n).first().map(|d| d.0) {
                    return Some((Place::Group(k, seat(self)), Ty::one(Base::Group(k)).opt()));
                }
                self.place_var(ex)
            }
            Kind::Index(..) => self.place_var(ex),
            _ => None,
        }
    }

    fn place_var(&mut self, ex: &Ex) -> Option<(Place, Ty)> {
        match self.ex(ex, None) {
            (X::Var { v, .. }, _) if self.c.is_fixed(v) => None,
            (X::Var { v, inst, keys }, ty) => Some((Place::Var { v, inst: *inst, keys }, ty)),
            _ => None,
        }
    }

    // ------------------------------------------------------------ things in verbs

    /// A zone: its number and the instance meant.
    fn zone(&mut self, ex: &Ex) -> Option<(u16, X)> {
        match self.ex(ex, None).0 {
            X::ZoneTokens { zone, inst } => Some((zone, *inst)),
            X::Map { x, .. } if matches!(*x, X::ZoneTokens { .. }) => {
                self.c.faults.add("T326", ex.span, &[]);
                None
            }
            _ => {
                self.c.faults.add("T311", ex.span, &[]);
                None
            }
        }
    }

    /// Tokens to move: one or several. An item's name stands for a token of it where the zone is said.
    fn tokens(&mut self, ex: &Ex) -> (X, bool) {
        let (x, ty) = self.ex(ex, None);
        if let Base::Item(l) = ty.base
            && let Some(kind) = self.c.kinds.iter().position(|k| k.list == l)
        {
            if !ty.list {
                return (self.tokens_of_item(kind as u16, x), true);
            }
            // Several items: a token of each, in that order.
            let reg = self.a.reg();
            let token = X::First(boxed(self.tokens_of_item(kind as u16, X::Reg(reg))));
            return (X::Map { set: boxed(x), reg, x: boxed(token) }, true);
        }
        if !matches!(ty.base, Base::Token(_) | Base::Any) {
            self.c.faults.add("T315", ex.span, &[&self.c.type_name(ty)]);
        }
        (x, ty.list)
    }

    fn tokens_of_item(&mut self, kind: u16, item: X) -> X {
        let table = self.a.table.then(|| boxed(X::CtxTable));
        let reg = self.a.reg();
        let is = X::Eq(boxed(X::TokenItem(boxed(X::Reg(reg)))), boxed(item));
        X::Where { set: boxed(X::AllTokens { kind, table }), reg, cond: boxed(is) }
    }

    fn people(&mut self, to: &To, span: Span) -> ToX {
        match to {
            To::Audience(who) => {
                let mut all: Vec<ToX> = who.iter().map(|w| self.audience_of(w, span)).collect();
                if all.len() == 1 { all.remove(0) } else { ToX::Many(all) }
            }
            To::People(ex) => {
                let (x, ty) = self.ex(ex, Some(Base::Seat));
                let x = if ty.list { x } else { X::List(vec![x]) };
                match ty.base {
                    Base::Team => ToX::Teams(x),
                    Base::Group(_) => ToX::Groups(x),
                    Base::Role => ToX::Roles(x),
                    Base::Seat | Base::Any => ToX::Seats(x),
                    _ => {
                        self.c.faults.add("T323", ex.span, &["seat", &self.c.type_name(ty)]);
                        ToX::Desk
                    }
                }
            }
        }
    }

    fn audience_of(&mut self, who: &Who, span: Span) -> ToX {
        match who {
            Who::All => ToX::All,
            Who::Desk | Who::Nobody => ToX::Desk,
            Who::Owner | Who::OnlyOwner => ToX::Owner,
            Who::Table => ToX::Table,
            Who::Role(Some(n)) => ToX::Roles(X::List(self.role_ids(&[(n.clone(), span)]).into_iter().map(|r| X::K(i64::from(r))).collect())),
            Who::Role(None) => ToX::Roles(X::List(vec![X::SeatRole(boxed(self.reach(Scope::Seat, "role", span)))])),
            Who::Team(None) => ToX::Teams(X::List(vec![self.reach(Scope::Team, "team", span)])),
            Who::Team(Some(n)) | Who::Group(n) => {
                let (x, ty) = self.name(n, span, Some(Base::Team));
                if ty.base == Base::Team { ToX::Teams(X::List(vec![x])) } else { ToX::Groups(X::List(vec![x])) }
            }
        }
    }

    fn thing(&mut self, ex: &Ex) -> Option<Thing> {
        if let Kind::Of(a, b) = &*ex.kind
            && matches!(&*a.kind, Kind::Name(n) if n == "role")
        {
            return Some(Thing::Role(self.one(b, Base::Seat)));
        }
        let x = self.each_tables(ex).unwrap_or_else(|| self.ex(ex, None).0);
        Some(match x {
            X::Var { v, inst, keys } => Thing::Var { v, inst: *inst, keys, passes: Vec::new() },
            X::Past { v, inst, keys, passes } => Thing::Var { v, inst: *inst, keys, passes },
            X::Value { v, inst, .. } => Thing::Value { v, inst: *inst },
            X::ZoneTokens { zone, inst } => Thing::Zone { zone, inst: *inst },
            X::SeatRole(s) => Thing::Role(*s),
            X::Map { set, x, .. } => self.mapped_thing(*set, *x)?,
            x => Thing::Token(x),
        })
    }

    /// In a strand of the session, what belongs to the tables is meant at every table.
    fn each_tables(&mut self, ex: &Ex) -> Option<X> {
        let Kind::Name(n) = &*ex.kind else { return None };
        let of_tables = self.c.names.find(n).iter().any(|(d, _)| self.c.decl_scope(*d) == Some(Scope::Table));
        if self.a.table || !of_tables || self.a.subjects.iter().any(|s| self.c.path(s.base, &s.x, Scope::Table).is_some()) {
            return None;
        }
        let (_, typed) = self.with_item(None, &X::Tables, Base::Table, |cx| cx.ex(ex, None));
        Some(match typed.0 {
            X::Var { v, keys, .. } => X::Var { v, inst: boxed(X::Tables), keys },
            X::Value { v, keys, .. } => X::Value { v, inst: boxed(X::Tables), keys },
            X::ZoneTokens { zone, .. } => X::ZoneTokens { zone, inst: boxed(X::Tables) },
            x => x,
        })
    }

    /// `reveal mio of members of c to c`: the variable of each of them.
    fn mapped_thing(&mut self, set: X, x: X) -> Option<Thing> {
        match x {
            X::Var { v, keys, .. } => Some(Thing::Var { v, inst: set, keys, passes: Vec::new() }),
            X::SeatRole(_) => Some(Thing::Role(set)),
            _ => None,
        }
    }

    fn with(&mut self, text: u16, given: &[(String, Ex)], span: Span) -> Vec<(u16, bool, X)> {
        let mut out = Vec::new();
        for (name, ex) in given {
            let (x, ty) = self.ex(ex, None);
            let reg = self.c.text_name(text, name, ty);
            out.push((reg, ty.list, x));
        }
        self.c.text_used.push((text, given.iter().map(|g| g.0.clone()).collect(), span));
        out
    }

    fn text(&mut self, ex: &Ex) -> Option<u16> {
        let Kind::Name(n) = &*ex.kind else {
            return None;
        };
        self.c.names.find(n).iter().find_map(|(d, _)| match d {
            Decl::Text(t) => Some(*t),
            _ => None,
        })
    }

    fn role_ids(&mut self, names: &[(String, Span)]) -> Vec<u32> {
        let mut out = Vec::new();
        for (n, span) in names {
            match self.c.names.find(n).iter().find_map(|(d, _)| if let Decl::Role(r) = d { Some(*r) } else { None }) {
                Some(r) => out.push(r),
                None => self.c.unknown(n, *span),
            }
        }
        out
    }

    fn kind_named(&mut self, n: &str, span: Span) -> u8 {
        let found = self.c.names.find(n).iter().find_map(|(d, _)| if let Decl::Group(k) = d { Some(*k) } else { None });
        found.unwrap_or_else(|| {
            self.c.unknown(n, span);
            0
        })
    }

    // ------------------------------------------------------------ verbs

    fn verb(&mut self, v: &Verb, span: Span) -> Option<S> {
        Some(match v {
            Verb::Move { what, to, bottom } => self.verb_move(what, to, *bottom)?,
            Verb::Advance { what, by, end } => {
                let (what, _) = self.tokens(what);
                S::Advance { what, by: self.number(by), end: *end }
            }
            Verb::Swap(a, b) => self.verb_swap(a, b)?,
            Verb::Deal { n, from, zone, to } => self.verb_deal(n, from, zone, to.as_ref(), span)?,
            Verb::Draw { n, from, to } => S::Draw { n: self.number(n), from: self.zone(from)?, to: self.zone(to)? },
            Verb::Shuffle(z) => match self.ex(z, None).0 {
                X::ZoneTokens { zone, inst } => S::ShuffleZone { zone, inst: *inst },
                X::Var { v, inst, keys } => S::ShuffleVar(Place::Var { v, inst: *inst, keys }),
                _ => {
                    self.c.faults.add("T311", z.span, &[]);
                    return None;
                }
            },
            Verb::Make { n, item, zone } => {
                let n = self.number(n);
                let (zone, inst) = self.zone(zone)?;
                let kind = self.c.zones[usize::from(zone)].holds;
                let item = self.one(item, Base::Item(self.c.kind_list(kind)));
                self.c.kinds_made.push(kind);
                S::Make { n, kind, item, zone, inst }
            }
            Verb::Remove(x) => {
                let (what, list) = self.tokens(x);
                S::Remove { what, list }
            }
            Verb::Roll { n, faces, into } => {
                let n = self.number(n);
                let faces = faces.as_ref().map(|f| self.number(f));
                let (into, ty) = self.place(into)?;
                S::Roll { n, faces, into, list: ty.list }
            }
            Verb::Pick { n, of, weighing, into } => {
                let n = self.number(n);
                let (of, base) = self.set(of, None);
                let weighing = weighing.as_ref().map(|w| {
                    let (reg, x) = self.with_item(None, &of, base, |cx| cx.number(w));
                    (x, reg)
                });
                let (into, ty) = self.place(into)?;
                S::Pick { n, of, weighing, into, list: ty.list }
            }
            Verb::Rank { of, keys, lot, into } => {
                let (of, base) = self.set(of, None);
                let (reg, keys) = self.with_item(None, &of, base, |cx| cx.keys(keys));
                S::Rank { of, reg, keys, lot: *lot, into: self.place(into)?.0 }
            }
            Verb::Rotate { roles, among, lot } => {
                let roles = self.role_ids(roles);
                S::Rotate { roles, among: self.set(among, Some(Base::Seat)).0, lot: *lot }
            }
            Verb::Split { of, teams, key } => self.verb_split(of, teams, key),
            Verb::Send { seat, table } => S::Send { seat: self.one(seat, Base::Seat), table: self.one(table, Base::Table) },
            Verb::Reveal { what, to } => {
                let what = self.thing(what)?;
                self.c.revealed.add(&what);
                S::Reveal { what, to: self.people(to, span) }
            }
            Verb::Conceal(x) => S::Conceal(self.thing(x)?),
            Verb::Show { what, with, to } => {
                let Some(text) = self.text(what) else {
                    return self.show_value(what, to, span);
                };
                let with = self.with(text, with, span);
                S::ShowText { text, with, to: self.people(to, span) }
            }
            Verb::Note { text, with } => {
                let Some(t) = self.text(text) else {
                    self.no_text(text);
                    return None;
                };
                S::Note { text: t, with: self.with(t, with, span) }
            }
            Verb::Group { .. } | Verb::Form { .. } | Verb::Dissolve(_) | Verb::Merge { .. } => self.verb_groups(v, span)?,
            _ => self.verb_flow(v, span)?,
        })
    }

    fn no_text(&mut self, what: &Ex) {
        let name = if let Kind::Name(n) = &*what.kind { n.as_str() } else { "" };
        self.c.faults.add("N212", what.span, &[name]);
    }

    /// `show punti of s to me`: what it is now, once, under its name. A text of the house carries it.
    fn show_value(&mut self, what: &Ex, to: &To, span: Span) -> Option<S> {
        let told = self.c.faults.0.len();
        let (x, ty) = self.ex(what, None);
        if ty.base == Base::Any && !ty.list {
            // A bare name that is of nothing is meant for a text: that is told, and nothing else.
            if matches!(&*what.kind, Kind::Name(_)) {
                self.c.faults.0.truncate(told);
            }
            if self.c.faults.0.len() == told {
                self.no_text(what);
            }
            return None;
        }
        let (name, whose) = match &*what.kind {
            Kind::Of(a, b) => (a, Some(b)),
            _ => (what, None),
        };
        let owner = whose.and_then(|b| match self.ex(b, None) {
            (x, Ty { base: Base::Seat, list: false, .. }) if !matches!(x, X::Me) => Some(x),
            _ => None,
        });
        let name = match &*name.kind {
            Kind::Index(a, _) => a,
            _ => name,
        };
        let name = if let Kind::Name(n) = &*name.kind { n.clone() } else { String::new() };
        let text = self.c.house_text(&name, crate::scenario::compile::say_of(ty.base), ty.list, owner.is_some());
        let mut with = vec![(0, ty.list, x)];
        with.extend(owner.map(|o| (u16::from(!ty.list), false, o)));
        Some(S::ShowText { text, with, to: self.people(to, span) })
    }

    fn verb_move(&mut self, what: &Ex, to: &Ex, bottom: bool) -> Option<S> {
        let (what, list) = self.tokens(what);
        let (x, ty) = self.ex(to, None);
        Some(match (x, ty.base) {
            (X::ZoneTokens { zone, inst }, _) => S::MoveToZone { what, list, zone, inst: *inst, bottom },
            (x, Base::Space(board)) if !ty.list => S::MoveToSpace { what, list, board, space: x },
            (X::Map { x, .. }, _) if matches!(*x, X::ZoneTokens { .. }) => {
                self.c.faults.add("T326", to.span, &[]);
                return None;
            }
            (_, Base::Space(_)) => {
                self.c.faults.add("T326", to.span, &[]);
                return None;
            }
            _ => {
                self.c.faults.add("T311", to.span, &[]);
                return None;
            }
        })
    }

    fn verb_swap(&mut self, a: &Ex, b: &Ex) -> Option<S> {
        let (xa, ta) = self.ex(a, None);
        if matches!(ta.base, Base::Token(_)) && !ta.list {
            let (xb, _) = self.ex(b, None);
            return Some(S::SwapTokens(xa, xb));
        }
        Some(S::SwapPlaces(self.place(a)?.0, self.place(b)?.0))
    }

    fn verb_deal(&mut self, n: &Ex, from: &Ex, zone: &str, to: Option<&Ex>, span: Span) -> Option<S> {
        let n = self.number(n);
        let from = self.zone(from)?;
        let found = self.c.names.find(zone).iter().find_map(|(d, _)| if let Decl::Zone(z) = d { Some(*z) } else { None });
        let Some(z) = found else {
            self.c.unknown(zone, span);
            return None;
        };
        let base = base_of(self.c.zones[usize::from(z)].scope);
        let to = match to {
            Some(s) => self.set(s, Some(base)).0,
            None => X::Seats(self.a.table.then(|| boxed(X::CtxTable))),
        };
        self.enough_cards(&n, from.0, &to, span);
        Some(S::Deal { n, from, zone: z, to })
    }

    /// A fixed number for every seat, from a deck that is never filled again.
    fn enough_cards(&mut self, n: &X, from: u16, to: &X, span: Span) {
        let zone = &self.c.zones[usize::from(from)];
        let there: i64 = zone.start.iter().map(|s| i64::from(s.1)).sum();
        let refilled = self.c.nodes("zone").iter().any(|n| n.id == zone.id && n.get("short").is_some());
        let most = self.c.people_node().map_or(&[][..], |p| p.list("seats")).get(1).map(|v| v.kind.clone());
        let (X::K(n), X::Seats(_), Some(crate::scenario::tree::ValueKind::Int(seats))) = (n, to, most) else { return };
        let source = zone.kind == crate::scenario::model::ZoneKind::Source;
        if there > 0 && !refilled && !source && n * seats > there {
            self.c.faults.add("P703", span, &[&seats.to_string(), &(n * seats).to_string(), &there.to_string()]);
        }
    }

    fn verb_split(&mut self, of: &Ex, teams: &[(String, Span)], key: &crate::scenario::rules::ast::Key) -> S {
        let (of, base) = self.set(of, Some(Base::Seat));
        let mut ids = Vec::new();
        for (n, span) in teams {
            match self.c.names.find(n).iter().find_map(|(d, _)| if let Decl::Team(t) = d { Some(*t) } else { None }) {
                Some(t) => ids.push(t),
                None => self.c.unknown(n, *span),
            }
        }
        let (reg, x) = self.with_item(None, &of, base, |cx| cx.ex(&key.by, None).0);
        S::Split { of, teams: ids, reg, key: SortKey { x, down: key.down } }
    }

    fn verb_groups(&mut self, v: &Verb, span: Span) -> Option<S> {
        Some(match v {
            Verb::Group { of, kind, size, by, fresh, leftover } => {
                let kind = self.kind_named(kind, span);
                let (of, base) = self.set(of, Some(Base::Seat));
                let size = size.as_ref().map(|s| self.number(s));
                let key = |cx: &mut Self, ex: &Ex| {
                    let (reg, x) = cx.with_item(None, &of, base, |cx| cx.ex(ex, None).0);
                    (x, reg)
                };
                let by = match by {
                    GroupBy::Lot => GroupByX::Lot,
                    GroupBy::Order => GroupByX::Order,
                    GroupBy::Same(x) => {
                        let (x, reg) = key(self, x);
                        GroupByX::Same(x, reg)
                    }
                    GroupBy::Mixed(x) => {
                        let (x, reg) = key(self, x);
                        GroupByX::Mixed(x, reg)
                    }
                    GroupBy::Rank(x) => {
                        let (x, reg) = key(self, x);
                        GroupByX::Rank(x, reg)
                    }
                };
                S::Group { of, kind, size, by, fresh: *fresh, leftover: *leftover }
            }
            Verb::Form { kind, with, into } => {
                let kind = self.kind_named(kind, span);
                let sets = with.iter().map(|w| self.set(w, Some(Base::Seat)).0).collect();
                let into = match into {
                    Some(p) => Some(self.place(p)?.0),
                    None => None,
                };
                S::Form { kind, with: X::Union(sets), into }
            }
            Verb::Dissolve(g) => S::Dissolve(self.dissolved(g)),
            Verb::Merge { from, into, n, leftover } => {
                let (from, into) = (self.kind_named(from, span), self.kind_named(into, span));
                S::Merge { from, into, n: self.number(n), leftover: *leftover }
            }
            _ => return None,
        })
    }

    fn dissolved(&mut self, g: &Ex) -> X {
        let (x, ty) = self.ex(g, None);
        if !matches!(ty.base, Base::Group(_)) {
            self.c.faults.add("T323", g.span, &["group", &self.c.type_name(ty)]);
        }
        x
    }

    fn verb_flow(&mut self, v: &Verb, span: Span) -> Option<S> {
        Some(match v {
            Verb::GiveFloor(s, time) => {
                let time = time.as_ref().map(|t| self.one(t, Base::Duration));
                S::GiveFloor(self.one(s, Base::Seat), time)
            }
            Verb::TakeFloor => S::TakeFloor,
            Verb::StartTimer(n, d) => {
                let t = self.c.timer(n);
                self.c.timers_started.push(t);
                S::StartTimer(t, self.one(d, Base::Duration))
            }
            Verb::StopTimer(n) => S::StopTimer(self.c.timer(n)),
            Verb::Extend(d) => S::Extend(self.one(d, Base::Duration)),
            Verb::ClosePhase => S::ClosePhase,
            Verb::GoTo(n, span) => match self.c.phase_named(n) {
                Some(p) => S::GoTo(p),
                None => {
                    self.c.unknown_phase(n, *span);
                    return None;
                }
            },
            Verb::Again => S::Again,
            Verb::LeaveLoop => S::LeaveLoop,
            Verb::Finish { ending, span, people } => {
                let Some(e) = self.c.ending_ids.iter().position(|x| x == ending) else {
                    self.c.unknown_ending(ending, *span);
                    return None;
                };
                let people = people.as_ref().map(|p| match self.set(p, Some(Base::Seat)) {
                    (x, Base::Team) => members_of(x),
                    (x, _) => x,
                });
                S::Finish { ending: e as u16, people }
            }
            Verb::Gather { input, into, unsigned } => {
                let var = self.c.vars.iter().position(|v| v.id == *input && v.input);
                let Some(var) = var else {
                    self.c.unknown(input, span);
                    return None;
                };
                let (zone, inst) = self.zone(into)?;
                self.c.kinds_made.push(self.c.zones[usize::from(zone)].holds);
                S::Gather { var: var as u16, zone, inst, unsigned: *unsigned }
            }
            Verb::Sign(z) => {
                let (zone, inst) = self.zone(z)?;
                S::Sign { zone, inst }
            }
            Verb::Resolve(n, span) => match self.c.nodes("move").iter().position(|m| m.id == *n) {
                Some(m) if self.c.nodes("move")[m].get("fails").is_some() => S::Resolve(m as u16),
                Some(_) => {
                    self.c.faults.add("T316", *span, &[n]);
                    return None;
                }
                None => {
                    self.c.unknown_move(n, *span);
                    return None;
                }
            },
            Verb::OpenChannel(n) | Verb::CloseChannel(n) => {
                let found = self.c.names.find(n).iter().find_map(|(d, _)| if let Decl::Channel(c) = d { Some(*c) } else { None });
                let Some(c) = found else {
                    self.c.unknown(n, span);
                    return None;
                };
                S::Channel(c, matches!(v, Verb::OpenChannel(_)))
            }
            _ => return None,
        })
    }
}

/// Everybody in a set of teams.
fn members_of(teams: X) -> X {
    let all = X::Everyone(None);
    let reg = crate::eval::REGISTERS as u16 - 1;
    X::Where { set: boxed(all), reg, cond: boxed(X::In(boxed(X::SeatTeam(boxed(X::Reg(reg)))), boxed(teams))) }
}
