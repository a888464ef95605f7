//! Expressions: names resolved, types found, registers given out.

use super::Compiler;
use super::names::Decl;
use crate::scenario::model::{Arith, Base, Cmp, DEC, Fold, Frame, Scope, ShapeDef, SortKey, Status, Ty, X};
use crate::scenario::rules::ast::{Arg, Bin, Ex, Key, Kind};
use crate::scenario::tree::Span;

/// What a rule speaks about, nearest last.
#[derive(Clone, Debug)]
pub struct Subject {
    pub base: Base,
    pub x: X,
    /// Said with `of`, or surely of whoever acts: nobody takes it for another.
    pub sure: bool,
}

/// The inputs of the move whose rule is compiled.
#[derive(Clone, Debug)]
pub struct Own {
    pub vars: Vec<u16>,
    /// A group acts: there is no `me`.
    pub joint: bool,
    /// Subjects that stood there before the rule began.
    pub outside: usize,
    /// Shut until all have answered: then the answers of others are there to be compared.
    pub sealed: bool,
}

/// The surroundings in which one expression or rule is compiled.
#[derive(Clone, Debug, Default)]
pub struct Around {
    pub subjects: Vec<Subject>,
    pub locals: Vec<(String, Ty, X)>,
    pub it: Option<(Ty, X)>,
    pub here: Option<(u16, X)>,
    /// There is a seat that acts.
    pub me: bool,
    /// There is a table around.
    pub table: bool,
    /// Inputs of this move that are read without index although they have one answer for each item.
    pub answer_key: Option<X>,
    pub own: Option<Own>,
    pub frame: Frame,
    /// Plays: comparisons with `none` need no test, people are names.
    pub play: bool,
    /// Where passing time may be read.
    pub moment: bool,
}

pub type Typed = (X, Ty);

const NUM: Ty = Ty::one(Base::Number);
const BOOL: Ty = Ty::one(Base::Bool);

/// Registers of one rule or expression at most; `eval::REGISTERS` of them exist.
const REGISTERS: u16 = crate::eval::REGISTERS as u16;

impl Around {
    pub fn reg(&mut self) -> u16 {
        let r = self.frame.regs.min(REGISTERS - 1);
        self.frame.regs += 1;
        r
    }
    pub fn list_reg(&mut self) -> u16 {
        self.frame.lists += 1;
        self.frame.lists - 1
    }
    pub fn push(&mut self, base: Base, x: X) {
        self.subjects.push(Subject { base, x, sure: false });
    }
    /// What is said with `of`.
    pub fn push_said(&mut self, base: Base, x: X) {
        self.subjects.push(Subject { base, x, sure: true });
    }
}

pub fn boxed(x: X) -> Box<X> {
    Box::new(x)
}

/// One expression being compiled.
pub struct Cx<'a, 'c> {
    pub c: &'a mut Compiler<'c>,
    pub a: Around,
}

impl Cx<'_, '_> {
    // ------------------------------------------------------------ entry points

    pub fn bool(&mut self, ex: &Ex) -> X {
        let (x, ty) = self.ex(ex, Some(Base::Bool));
        self.must(ex.span, ty, BOOL);
        x
    }

    pub fn number(&mut self, ex: &Ex) -> X {
        let (x, ty) = self.ex(ex, Some(Base::Number));
        self.must(ex.span, ty, NUM);
        x
    }

    pub fn set(&mut self, ex: &Ex, want: Option<Base>) -> (X, Base) {
        self.set_over(ex, want, "")
    }

    /// A set over which a function goes.
    fn set_over(&mut self, ex: &Ex, want: Option<Base>, over: &str) -> (X, Base) {
        let (x, ty) = self.ex(ex, want);
        if ty.list {
            return (x, ty.base);
        }
        // One thing is a set of one; a condition or number is not.
        if !matches!(
            ty.base,
            Base::Seat | Base::Team | Base::Item(_) | Base::Token(_) | Base::Space(_) | Base::Any | Base::Role | Base::Group(_) | Base::Answer(_)
        ) {
            let example = self.for_seats(ex, over);
            self.c.faults.add("T323", ex.span, &["list", &self.c.type_name(ty), &example]);
        }
        (X::List(vec![x]), ty.base)
    }

    /// `max(offro)`: what was meant is of all of them.
    fn for_seats(&self, ex: &Ex, function: &str) -> String {
        match &*ex.kind {
            Kind::Name(n) if !function.is_empty() => format!("{function}({n} for seats)"),
            _ => String::new(),
        }
    }

    pub fn one(&mut self, ex: &Ex, base: Base) -> X {
        let (x, ty) = self.ex(ex, Some(base));
        self.fit(ex.span, x, ty, Ty::one(base))
    }

    fn must(&mut self, span: Span, have: Ty, want: Ty) {
        let ok = have.base == Base::Any && !have.list || have.base == want.base && have.list == want.list;
        if !ok {
            self.wanted(span, have, want);
        }
    }

    /// Tells what is wanted, and what is there.
    fn wanted(&mut self, span: Span, have: Ty, want: Ty) {
        let example = match want.base {
            _ if want.list => "",
            Base::Duration => "60 s",
            Base::Number if have.list => "count(…)",
            _ if have.list => "first(…)",
            _ => "",
        };
        self.c.faults.add("T323", span, &[&self.c.type_name(want), &self.c.type_name(have), example]);
    }

    /// Makes one type out of another where that is meant: number to decimal, role or token for its seat.
    pub fn fit(&mut self, span: Span, x: X, have: Ty, want: Ty) -> X {
        if have.base == want.base && have.list == want.list || have.base == Base::Any {
            return x;
        }
        match (have.base, want.base) {
            (Base::Number, Base::Decimal) if !have.list => X::ToDec(boxed(x)),
            (Base::Role, Base::Seat) if !have.list => match x {
                X::K(role) => X::RoleHolder { role: role as u32 },
                x => x,
            },
            (Base::Token(k), Base::Item(l)) if !have.list && self.c.kind_list(k) == l => X::TokenItem(boxed(x)),
            (Base::Item(l), Base::Token(_)) if !have.list => match self.one_token(l, &x) {
                Some((k, token)) if Base::Token(k) == want.base => token,
                _ => {
                    self.wanted(span, have, want);
                    x
                }
            },
            (_, Base::Any) => x,
            _ => {
                self.wanted(span, have, want);
                x
            }
        }
    }

    /// The name of an item stands for its token, where there is one of it.
    pub fn one_token(&mut self, list: u16, item: &X) -> Option<(u16, X)> {
        let kind = self.c.kinds.iter().position(|k| k.list == list)? as u16;
        let once = |i: &crate::scenario::model::ItemDef| i.qty == 1;
        let one = match item {
            X::K(i) => usize::try_from(*i).ok().and_then(|i| self.c.lists[usize::from(list)].items.get(i)).is_some_and(once),
            _ => self.c.lists[usize::from(list)].items.iter().all(once),
        };
        let table = self.a.table.then(|| boxed(X::CtxTable));
        let reg = self.a.reg();
        let is = X::Eq(boxed(X::TokenItem(boxed(X::Reg(reg)))), boxed(item.clone()));
        one.then(|| (kind, X::First(boxed(X::Where { set: boxed(X::AllTokens { kind, table }), reg, cond: boxed(is) }))))
    }

    // ------------------------------------------------------------ expressions

    pub fn ex(&mut self, ex: &Ex, want: Option<Base>) -> Typed {
        match &*ex.kind {
            Kind::Number(n) => (X::K(*n), NUM),
            Kind::Decimal(d) => (X::K(*d), Ty::one(Base::Decimal)),
            Kind::Duration(d) => (X::K(*d), Ty::one(Base::Duration)),
            Kind::Yes => (X::K(1), BOOL),
            Kind::No => (X::K(0), BOOL),
            Kind::None => (X::K(crate::scenario::model::NONE), Ty::one(Base::Any).opt()),
            Kind::Name(n) => self.name(n, ex.span, want),
            Kind::All(n) => self.all(n, ex.span),
            Kind::Call(n, args) => self.call(n, args, ex.span, want),
            Kind::List(items) => self.list_of(items, want),
            Kind::Index(a, keys) => self.index(a, keys, want),
            Kind::Of(a, b) => self.of(a, b, ex.span, want),
            Kind::TokensOn(s) => self.tokens_on(s),
            Kind::Neg(a) => {
                let (x, ty) = self.ex(a, want);
                (X::Neg(boxed(x)), ty)
            }
            Kind::Not(a) => (X::Not(boxed(self.bool(a))), BOOL),
            Kind::Binary(op, a, b) => self.binary(*op, a, b, ex.span),
            Kind::Is { a, b, not } => {
                let x = self.is(a, b, ex.span);
                (if *not { X::Not(boxed(x)) } else { x }, BOOL)
            }
            Kind::In { a, b, not } => {
                let (set, base) = self.set(b, None);
                let (x, ty) = self.ex(a, Some(base));
                let x = self.fit(a.span, x, ty, Ty::one(base));
                let x = self.among(x, set, base);
                (if *not { X::Not(boxed(x)) } else { x }, BOOL)
            }
            Kind::Has { a, b, not } => {
                let (set, base) = self.set(a, None);
                let x = self.has(set, base, b);
                (if *not { X::Not(boxed(x)) } else { x }, BOOL)
            }
            Kind::Empty { a, not } => {
                let (set, _) = self.set(a, None);
                let x = X::Empty(boxed(set));
                (if *not { X::Not(boxed(x)) } else { x }, BOOL)
            }
            Kind::Otherwise(a, b) => {
                let (xa, ta) = self.ex(a, want);
                let (xb, tb) = self.ex(b, Some(ta.base));
                let (xa, xb, ty) = self.same(xa, ta, xb, tb, ex.span);
                (X::Otherwise(boxed(xa), boxed(xb)), Ty { opt: tb.opt, ..ty })
            }
            Kind::If(c, a, b) => {
                let c = self.bool(c);
                let (xa, ta) = self.ex(a, want);
                let (xb, tb) = self.ex(b, Some(ta.base));
                let (xa, xb, ty) = self.same(xa, ta, xb, tb, ex.span);
                (X::If(boxed(c), boxed(xa), boxed(xb)), Ty { opt: ta.opt || tb.opt, ..ty })
            }
            Kind::Over(timer) => {
                let t = self.c.timer(timer);
                self.c.timers_read.push((t, ex.span));
                (X::TimerOver(t), BOOL)
            }
            Kind::Range(a, b) => {
                let (a, b) = (self.number(a), self.number(b));
                (X::Range(boxed(a), boxed(b)), Ty::list(Base::Number))
            }
            Kind::Each(_, s) => {
                let (x, base) = self.set(s, want);
                (x, Ty::list(base))
            }
            Kind::Where(s, cond) => self.filtered(s, cond, want),
            Kind::Sorted(s, keys) => {
                let name = innermost_name(s);
                let (set, base) = self.set(s, want);
                let (reg, keys) = self.with_item(name.as_deref(), &set, base, |cx| cx.keys(keys));
                (X::Sorted { set: boxed(set), reg, keys }, Ty::list(base))
            }
            Kind::From(s, first) => {
                let (set, base) = self.set(s, want);
                let first = self.one(first, base);
                (X::Turned { set: boxed(set), first: boxed(first) }, Ty::list(base))
            }
            Kind::Except(s, out) => {
                let (set, base) = self.set(s, want);
                let (out, _) = self.set(out, Some(base));
                (X::Except { set: boxed(set), out: boxed(out) }, Ty::list(base))
            }
        }
    }

    fn list_of(&mut self, items: &[Ex], want: Option<Base>) -> Typed {
        let mut base = want.unwrap_or(Base::Any);
        let mut xs = Vec::new();
        for i in items {
            let (x, ty) = self.ex(i, (base != Base::Any).then_some(base));
            if base == Base::Any {
                base = ty.base;
            }
            xs.push(self.fit(i.span, x, ty, Ty::one(base)));
        }
        (X::List(xs), Ty::list(base))
    }

    fn filtered(&mut self, s: &Ex, cond: &Ex, want: Option<Base>) -> Typed {
        let name = innermost_name(s);
        let (set, base) = self.set(s, want);
        let (reg, cond) = self.with_item(name.as_deref(), &set, base, |cx| {
            // A name from further out does not take `it` away, unless it speaks of something around all this.
            if cx.a.it.is_none() {
                cx.a.it = cx.a.subjects.last().map(|s| (Ty::one(base), s.x.clone()));
            }
            cx.bool(cond)
        });
        (X::Where { set: boxed(set), reg, cond: boxed(cond) }, Ty::list(base))
    }

    /// Compiles something about each item of a set: the item is the nearest subject, or has a name.
    pub fn with_item<T>(&mut self, name: Option<&str>, set: &X, base: Base, f: impl FnOnce(&mut Self) -> T) -> (u16, T) {
        let reg = self.a.reg();
        if self.a.frame.regs > REGISTERS {
            self.c.faults.add("B604", Span::default(), &["48"]);
        }
        let (subjects, locals, it) = (self.a.subjects.len(), self.a.locals.len(), self.a.it.clone());
        let sure = of_actor(set);
        self.a.subjects.push(Subject { base, x: X::Reg(reg), sure });
        match name {
            Some(n) => self.a.locals.push((n.to_string(), Ty::one(base), X::Reg(reg))),
            None => self.a.it = Some((Ty::one(base), X::Reg(reg))),
        }
        let out = f(self);
        self.a.subjects.truncate(subjects);
        self.a.locals.truncate(locals);
        self.a.it = it;
        (reg, out)
    }

    pub fn keys(&mut self, keys: &[Key]) -> Vec<SortKey> {
        keys.iter().map(|k| SortKey { x: self.ex(&k.by, None).0, down: k.down }).collect()
    }

    /// Two things that stand for one another; `code` tells where they cannot.
    fn alike(&mut self, code: &'static str, (xa, ta): Typed, (xb, tb): Typed, span: Span) -> (X, X, Ty) {
        if ta.list || tb.list {
            let (xa, xb) = (as_list(xa, ta), as_list(xb, tb));
            let base = if ta.base == Base::Any { tb.base } else { ta.base };
            return (xa, xb, Ty::list(base));
        }
        match (ta.base, tb.base) {
            (a, b) if a == b => (xa, xb, ta),
            (Base::Any, _) => (xa, xb, tb),
            (_, Base::Any) => (xa, xb, ta),
            (Base::Number, Base::Decimal) => (X::ToDec(boxed(xa)), xb, tb),
            (Base::Decimal, Base::Number) => (xa, X::ToDec(boxed(xb)), ta),
            _ => {
                self.c.faults.add(code, span, &[&self.c.type_name(ta), &self.c.type_name(tb)]);
                (xa, xb, ta)
            }
        }
    }

    fn same(&mut self, xa: X, ta: Ty, xb: X, tb: Ty, span: Span) -> (X, X, Ty) {
        self.alike("T327", (xa, ta), (xb, tb), span)
    }

    fn binary(&mut self, op: Bin, a: &Ex, b: &Ex, span: Span) -> Typed {
        match op {
            Bin::And | Bin::Or => {
                let (x, y) = (self.bool(a), self.bool(b));
                return (if op == Bin::And { X::And(boxed(x), boxed(y)) } else { X::Or(boxed(x), boxed(y)) }, BOOL);
            }
            _ => {}
        }
        let (xa, ta) = self.ex(a, None);
        let (xb, tb) = self.ex(b, Some(ta.base));
        let told = self.c.faults.0.len();
        for (ex, ty) in [(a, ta), (b, tb)] {
            if ty.list || !matches!(ty.base, Base::Number | Base::Decimal | Base::Duration | Base::Any) {
                self.wanted(ex.span, ty, NUM);
            }
        }
        if self.c.faults.0.len() > told {
            return (X::K(crate::scenario::model::NONE), if comparison(op).is_some() { BOOL } else { NUM });
        }
        if let Some(cmp) = comparison(op) {
            let (xa, xb, _) = self.alike("T301", (xa, ta), (xb, tb), span);
            self.with_itself(&xa, &xb, span);
            return (X::Cmp(cmp, boxed(xa), boxed(xb)), BOOL);
        }
        self.arith(op, (xa, ta), (xb, tb), span)
    }

    fn arith(&mut self, op: Bin, (xa, ta): Typed, (xb, tb): Typed, span: Span) -> Typed {
        let opt = ta.opt || tb.opt;
        if op == Bin::Div {
            let dec = |x, t: Ty| {
                if t.base == Base::Decimal { x } else { X::ToDec(boxed(x)) }
            };
            return (X::Arith(Arith::DivDec, boxed(dec(xa, ta)), boxed(dec(xb, tb))), Ty { opt, ..Ty::one(Base::Decimal) });
        }
        // A time may be multiplied by a number.
        if (ta.base == Base::Duration) != (tb.base == Base::Duration) && matches!(op, Bin::Mul | Bin::IntDiv) {
            let arith = if op == Bin::Mul { Arith::Mul } else { Arith::Div };
            return (X::Arith(arith, boxed(xa), boxed(xb)), Ty::one(Base::Duration));
        }
        let (xa, xb, ty) = self.same(xa, ta, xb, tb, span);
        let decimal = ty.base == Base::Decimal;
        let arith = match op {
            Bin::Add => Arith::Add,
            Bin::Sub => Arith::Sub,
            Bin::Mul if decimal => Arith::MulDec,
            Bin::Mul => Arith::Mul,
            Bin::IntDiv => Arith::Div,
            _ => Arith::Mod,
        };
        let ty = if op == Bin::IntDiv { NUM } else { Ty { opt, ..ty } };
        (X::Arith(arith, boxed(xa), boxed(xb)), ty)
    }

    /// `is`: both sides of one type; an option is looked up in the list the other side has.
    fn is(&mut self, a: &Ex, b: &Ex, span: Span) -> X {
        let (first, second) = if self.ambiguous(a) { (b, a) } else { (a, b) };
        let (xa, ta) = self.ex(first, None);
        let (xb, tb) = self.ex(second, Some(ta.base));
        match (ta.base, tb.base) {
            (Base::Team, Base::Team) if !ta.list && !tb.list => {
                self.with_itself(&xa, &xb, span);
                return same_team(xa, xb);
            }
            (Base::Token(k), Base::Item(l)) if self.c.kind_list(k) == l => {
                return X::Eq(boxed(X::TokenItem(boxed(xa))), boxed(xb));
            }
            (Base::Item(l), Base::Token(k)) if self.c.kind_list(k) == l => {
                return X::Eq(boxed(xa), boxed(X::TokenItem(boxed(xb))));
            }
            (Base::Text, Base::Text) if !ta.list && !tb.list => {
                self.with_itself(&xa, &xb, span);
                return same_words(xa, xb);
            }
            (Base::Seat, Base::Role) if !ta.list => {
                return X::Eq(boxed(xa), boxed(self.fit(span, xb, tb, Ty::one(Base::Seat))));
            }
            (Base::Role, Base::Seat) if !tb.list => {
                return X::Eq(boxed(self.fit(span, xa, ta, Ty::one(Base::Seat))), boxed(xb));
            }
            _ => {}
        }
        if ta.list != tb.list && ta.base != Base::Any && tb.base != Base::Any {
            self.c.faults.add("T301", span, &[&self.c.type_name(ta), &self.c.type_name(tb)]);
        }
        let lists = ta.list || tb.list;
        let (xa, xb, _) = self.alike("T301", (xa, ta), (xb, tb), span);
        self.with_itself(&xa, &xb, span);
        if lists { X::EqList(boxed(xa), boxed(xb)) } else { X::Eq(boxed(xa), boxed(xb)) }
    }

    /// `seats where offerta > offerta`: both are of the seat looked at. Judged by the printed form: this runs at load.
    fn with_itself(&mut self, a: &X, b: &X, span: Span) {
        if !self.a.play && !matches!(a, X::K(_)) && format!("{a:?}") == format!("{b:?}") {
            self.c.faults.add("W308", span, &[]);
        }
    }

    fn ambiguous(&self, ex: &Ex) -> bool {
        matches!(&*ex.kind, Kind::Name(n) if self.a.locals.iter().all(|l| l.0 != *n) && self.c.names.find(n).iter().all(|(d, _)| matches!(d, Decl::Item(..))))
    }

    fn has(&mut self, set: X, base: Base, b: &Ex) -> X {
        // `dadi has 6`, `mano has re` (a token by its item).
        let want = match base {
            Base::Token(k) => Base::Item(self.c.kind_list(k)),
            b => b,
        };
        let (x, ty) = self.ex(b, Some(want));
        if let (Base::Token(_), Base::Item(_)) = (base, ty.base) {
            let reg = self.a.reg();
            let items = X::Map { set: boxed(set), reg, x: boxed(X::TokenItem(boxed(X::Reg(reg)))) };
            return X::In(boxed(x), boxed(items));
        }
        let x = self.fit(b.span, x, ty, Ty::one(base));
        self.among(x, set, base)
    }

    /// Is it one of the set? Of texts, whether the same words are.
    fn among(&mut self, x: X, set: X, base: Base) -> X {
        if base != Base::Text {
            return X::In(boxed(x), boxed(set));
        }
        let reg = self.a.reg();
        let same = same_words(X::Reg(reg), x);
        X::Fold { op: Fold::Any, set: boxed(set), reg, x: boxed(same), decimal: false }
    }

    // ------------------------------------------------------------ names

    /// A bare name: a local, a word of the language, an attribute of the nearest subject, or a declared thing.
    pub fn name(&mut self, n: &str, span: Span, want: Option<Base>) -> Typed {
        if let Some((_, ty, x)) = self.a.locals.iter().rev().find(|l| l.0 == n) {
            return (x.clone(), *ty);
        }
        if let Some(typed) = self.word(n, span) {
            return typed;
        }
        let subjects = self.a.subjects.clone();
        for s in subjects.iter().rev() {
            if let Some(typed) = self.attribute(n, s.base, &s.x) {
                return typed;
            }
        }
        let found = self.c.names.find(n).to_vec();
        let pick = found.iter().find(|(d, _)| want.is_some_and(|w| self.c.decl_base(*d) == Some(w))).or(found.first());
        match pick {
            Some((d, _)) => self.declared(*d, n, span),
            None => self.space_named(n, span, want).unwrap_or_else(|| {
                self.c.unknown(n, span);
                (X::K(crate::scenario::model::NONE), Ty::one(Base::Any))
            }),
        }
    }

    /// A bare name of a space: of the board that is wanted, else of the only board that has it.
    fn space_named(&mut self, n: &str, span: Span, want: Option<Base>) -> Option<Typed> {
        let has = |b: &u16| self.c.boards[usize::from(*b)].spaces.iter().any(|s| s.id.eq_ignore_ascii_case(n));
        let boards: Vec<u16> = (0..self.c.boards.len() as u16).filter(has).collect();
        let board = match (want, boards.as_slice()) {
            (Some(Base::Space(b)), _) if boards.contains(&b) => b,
            (_, [b]) => *b,
            _ => return None,
        };
        let at = self.c.boards[usize::from(board)].spaces.iter().position(|s| s.id.eq_ignore_ascii_case(n))?;
        let number = self.c.boards[usize::from(board)].spaces[at].n;
        let inst = self.reach(self.c.boards[usize::from(board)].scope, n, span);
        Some((X::SpaceOf { board, inst: boxed(inst), n: boxed(X::K(number)) }, Ty::one(Base::Space(board))))
    }

    fn declared(&mut self, d: Decl, n: &str, span: Span) -> Typed {
        match d {
            Decl::Var(v) => {
                let def = &self.c.vars[usize::from(v)];
                let (scope, ty, keys, input) = (def.scope, def.ty, def.keys.len(), def.input);
                let inst = self.reach(scope, n, span);
                self.whose_input(v, n, span);
                let mut key_xs = Vec::new();
                if keys == 1
                    && let (true, Some(key)) = (input, self.a.answer_key.clone())
                {
                    key_xs.push(key);
                } else if keys > 0 {
                    self.c.faults.add("N205", span, &[n]);
                }
                (self.read(X::Var { v, inst: boxed(inst), keys: key_xs }), ty)
            }
            Decl::Value(v) => {
                let def = &self.c.values[usize::from(v)];
                let (scope, ty) = (def.scope, def.ty);
                let inst = self.reach(scope, n, span);
                (X::Value { v, inst: boxed(inst), keys: Vec::new() }, ty)
            }
            Decl::Item(l, i) => (X::K(i64::from(i)), Ty::one(Base::Item(l))),
            Decl::Role(r) => (X::K(i64::from(r)), Ty::one(Base::Role)),
            Decl::Team(k) => {
                let table = if self.a.table { X::CtxTable } else { X::K(0) };
                (X::TeamAt { k, table: boxed(table) }, Ty::one(Base::Team))
            }
            Decl::Group(k) => (self.reach(Scope::Group(k), n, span), Ty::one(Base::Group(k)).opt()),
            Decl::Zone(z) => {
                let (scope, holds) = (self.c.zones[usize::from(z)].scope, self.c.zones[usize::from(z)].holds);
                let inst = self.reach(scope, n, span);
                (X::ZoneTokens { zone: z, inst: boxed(inst) }, Ty::list(Base::Token(holds)))
            }
            Decl::Kind(k) => match self.c.kinds[usize::from(k)].per {
                Some(scope) => {
                    let owner = self.reach(scope, n, span);
                    (X::PerToken { kind: k, owner: boxed(owner) }, Ty::one(Base::Token(k)))
                }
                None => (X::OnlyToken { kind: k }, Ty::one(Base::Token(k))),
            },
            Decl::Status(s) => (X::K(s as i64), Ty::one(Base::Status)),
            Decl::Person(p) => (X::K(i64::from(p)), Ty::one(Base::Seat)),
            Decl::Timer(t) => (X::K(i64::from(t)), Ty::one(Base::Any)),
            Decl::Board(b) => {
                let inst = self.reach(self.c.boards[usize::from(b)].scope, n, span);
                (X::Spaces { board: b, inst: boxed(inst) }, Ty::list(Base::Space(b)))
            }
            Decl::List(_) | Decl::Text(_) | Decl::Channel(_) => {
                self.c.faults.add("N207", span, &[n]);
                (X::K(0), Ty::one(Base::Any))
            }
        }
    }

    /// The instance of a scope that the nearest subject belongs to.
    pub fn reach(&mut self, scope: Scope, n: &str, span: Span) -> X {
        if scope == Scope::Session {
            return X::K(0);
        }
        for s in self.a.subjects.iter().rev() {
            if let Some(x) = self.c.path(s.base, &s.x, scope) {
                return x;
            }
        }
        match scope {
            Scope::Table if self.a.table => X::CtxTable,
            _ => {
                self.c.faults.add("N203", span, &[n, self.c.scope_name(scope)]);
                X::K(crate::scenario::model::NONE)
            }
        }
    }

    /// An input of this very move, said bare about somebody else: nobody has it there, or another's answer is read.
    fn whose_input(&mut self, v: u16, n: &str, span: Span) {
        let Some(own) = self.a.own.clone().filter(|o| o.vars.contains(&v)) else { return };
        let scope = self.c.vars[usize::from(v)].scope;
        let reaches = |s: &&Subject| self.c.path(s.base, &s.x, scope).is_some();
        let (outer, inner) = self.a.subjects.split_at(own.outside);
        if !matches!(scope, Scope::Seat | Scope::Team | Scope::Group(_)) || !outer.iter().any(|s| reaches(&s)) {
            return;
        }
        let Some(other) = inner.iter().rev().find(reaches).filter(|s| !s.sure) else { return };
        // Answers given in secret are compared once all are there.
        if own.sealed && !matches!(other.base, Base::Token(_)) {
            return;
        }
        let item = self.a.locals.iter().rev().find(|l| matches!((&l.2, &other.x), (X::Reg(a), X::Reg(b)) if a == b));
        let item = item.map_or("it", |l| l.0.as_str()).to_string();
        if own.joint {
            self.c.faults.add("W309", span, &[n, &item]);
        } else {
            self.c.faults.add("W307", span, &[n, &item]);
        }
    }

    fn word(&mut self, n: &str, span: Span) -> Option<Typed> {
        let table = || Some(boxed(X::CtxTable));
        let here = if self.a.table { table() } else { None };
        Some(match n {
            "me" => {
                if !self.a.me {
                    self.c.faults.add("N208", span, &[]);
                }
                (X::Me, Ty::one(Base::Seat))
            }
            "it" => match self.a.it.clone() {
                Some((ty, x)) => (x, ty),
                None => {
                    self.c.faults.add("N209", span, &[]);
                    (X::K(crate::scenario::model::NONE), Ty::one(Base::Any))
                }
            },
            "here" => {
                let (board, x) = self.a.here.clone()?;
                (x, Ty::one(Base::Space(board)))
            }
            "seats" => (X::Seats(here), Ty::list(Base::Seat)),
            "others" => (X::Others(here), Ty::list(Base::Seat)),
            "everyone" => (X::Everyone(here), Ty::list(Base::Seat)),
            "teams" => (X::Teams(here), Ty::list(Base::Team)),
            "tables" => (X::Tables, Ty::list(Base::Table)),
            "team" => (self.reach(Scope::Team, n, span), Ty::one(Base::Team).opt()),
            "table" => (self.reach(Scope::Table, n, span), Ty::one(Base::Table)),
            "role" | "status" => {
                let seat = self.reach(Scope::Seat, n, span);
                self.attribute(n, Base::Seat, &seat)?
            }
            "elapsed" | "remaining" => {
                if !self.a.moment {
                    self.c.faults.add("T305", span, &[n]);
                }
                (if n == "elapsed" { X::Elapsed } else { X::Remaining }, NUM)
            }
            _ => return None,
        })
    }

    /// An attribute of a thing, by its type.
    pub fn attribute(&mut self, n: &str, base: Base, x: &X) -> Option<Typed> {
        let b = || boxed(x.clone());
        if let Base::Answer(m) = base {
            return self.of_answer(m, n, x);
        }
        Some(match (base, n) {
            (Base::Seat, "role") => (X::SeatRole(b()), Ty::one(Base::Role).opt()),
            (Base::Seat, "team") => (X::SeatTeam(b()), Ty::one(Base::Team).opt()),
            (Base::Seat, "table") => (X::SeatTable(b()), Ty::one(Base::Table)),
            (Base::Seat, "status") => (X::SeatStatus(b()), Ty::one(Base::Status)),
            (Base::Team, "table") => (X::TeamTable(b()), Ty::one(Base::Table)),
            (Base::Group(_), "table") => (X::GroupTable(b()), Ty::one(Base::Table)),
            (Base::Table, "number") => (X::TableNumber(b()), NUM),
            (Base::Token(_), "item") => {
                let Base::Token(k) = base else { return None };
                (X::TokenItem(b()), Ty::one(Base::Item(self.c.kind_list(k))))
            }
            (Base::Token(k), "place") => (X::TokenSpace(b()), Ty::one(Base::Space(self.c.board_of(k)))),
            (Base::Token(k), "owner") => {
                let scope = self.c.owner_scope(k)?;
                (X::TokenOwner { scope, token: b() }, Ty::one(base_of(scope)).opt())
            }
            (Base::Token(_), "player") => (X::TokenPlayer(b()), Ty::one(Base::Seat).opt()),
            (Base::Token(_), "heading") => (X::TokenHeading(b()), NUM),
            (Base::Space(board), "n") => (X::SpaceNumber { board, space: b() }, NUM),
            (Base::Space(board), "col") => (X::SpaceCol { board, space: b() }, NUM),
            (Base::Space(board), "row") => (X::SpaceRow { board, space: b() }, NUM),
            (Base::Space(board), _) => {
                let cols = &self.c.boards.get(usize::from(board))?.cols;
                let col = cols.iter().position(|c| c.id == n)?;
                let ty = cols[col].ty;
                self.at_this_table(X::SpaceAttr { board, col: col as u16, space: b() }, ty)
            }
            (Base::Token(k), _) => {
                return self.item_attr(self.c.kind_list(k), n, X::TokenItem(b()));
            }
            (Base::Item(l), _) => return self.item_attr(l, n, x.clone()),
            _ => return None,
        })
    }

    /// Of an answer one reads its seat, the item it is about, and every input.
    fn of_answer(&mut self, m: u16, n: &str, x: &X) -> Option<Typed> {
        let b = || boxed(x.clone());
        if n == "seat" {
            return Some((X::AnswerSeat(b()), Ty::one(Base::Seat)));
        }
        let item = self.c.move_items.get(usize::from(m)).cloned().flatten();
        if let Some((name, base)) = &item
            && name == n
        {
            return Some((X::AnswerItem(b()), Ty::one(*base)));
        }
        let node = self.c.nodes("move").get(usize::from(m)).copied()?;
        if !node.map("ask").iter().any(|e| e.key == n) {
            return None;
        }
        let v = self.c.vars.iter().position(|v| v.id == n && v.input)? as u16;
        let keys = if item.is_some() { vec![X::AnswerItem(b())] } else { Vec::new() };
        let ty = self.c.vars[usize::from(v)].ty;
        Some((self.read(X::Var { v, inst: boxed(X::AnswerSeat(b())), keys }), Ty { opt: false, ..ty }))
    }

    fn item_attr(&self, list: u16, n: &str, item: X) -> Option<Typed> {
        let cols = &self.c.lists.get(usize::from(list))?.cols;
        let col = cols.iter().position(|c| c.id == n)?;
        Some(self.at_this_table(X::Attr { list, col: col as u16, item: boxed(item) }, cols[col].ty))
    }

    /// A file names a team once; whoever reads it means that team of the own table.
    fn at_this_table(&self, x: X, ty: Ty) -> Typed {
        if ty.base != Base::Team || !self.a.table {
            return (x, ty);
        }
        let teams = X::K(self.c.teams.len() as i64);
        let first = X::Arith(Arith::Mul, boxed(X::CtxTable), boxed(teams));
        (X::Arith(Arith::Add, boxed(first), boxed(x)), ty)
    }

    // ------------------------------------------------------------ a of b

    fn of(&mut self, a: &Ex, b: &Ex, span: Span, want: Option<Base>) -> Typed {
        if let Kind::Name(n) = &*a.kind {
            match n.as_str() {
                // In plays, what a slip says is a thing to be seen or not.
                "text" if self.a.play => {
                    if let (x, Ty { base: Base::Token(_), list: false, .. }) = self.ex(b, None) {
                        return (X::TokenText(boxed(x)), Ty::one(Base::Text).opt());
                    }
                }
                "members" | "others" => return self.members(n == "others", b),
                "spaces" => return self.ex(b, None),
                "places" => return self.places(b),
                _ => {}
            }
        }
        let (xb, tb) = self.ex(b, None);
        if tb.list {
            // `mio of members of c`: the list of what each of them has.
            let reg = self.a.reg();
            let (x, ty) = self.owned(a, tb.base, &X::Reg(reg), span, want);
            return (X::Map { set: boxed(xb), reg, x: boxed(x) }, Ty::list(ty.base));
        }
        let (x, ty) = self.owned(a, tb.base, &xb, span, want);
        (x, Ty { opt: ty.opt || tb.opt, ..ty })
    }

    /// `a` with `b` as the nearest subject; what belongs to `b`'s table or team is reached through it.
    fn owned(&mut self, a: &Ex, base: Base, x: &X, span: Span, want: Option<Base>) -> Typed {
        let (base, x) = match (base, x) {
            (Base::Role, X::K(role)) if !matches!(&*a.kind, Kind::Name(n) if n == "name" || n == "text") => {
                (Base::Seat, X::RoleHolder { role: *role as u32 })
            }
            _ => (base, x.clone()),
        };
        if let Kind::Name(n) = &*a.kind {
            if let Some(typed) = self.attribute(n, base, &x) {
                return typed;
            }
            // `place of lepre`: what only a token has is asked of the item's token.
            if let Base::Item(l) = base
                && n != "name"
                && n != "text"
                && let Some((k, token)) = self.one_token(l, &x)
                && (self.attribute(n, Base::Token(k), &token).is_some()
                    || self.c.names.find(n).iter().any(|(d, _)| self.c.decl_scope(*d) == Some(Scope::Token(k))))
            {
                return self.owned(a, Base::Token(k), &token, span, want);
            }
            let known = self.c.names.find(n).first().map(|(d, _)| *d);
            if let Some(d) = known.filter(|d| self.c.decl_scope(*d).is_some_and(|s| self.c.path(base, &x, s).is_none())) {
                let scope = self.c.decl_scope(d).unwrap_or(Scope::Session);
                if scope != Scope::Session {
                    self.c.faults.add("N210", span, &[n, self.c.scope_name(scope)]);
                    return (X::K(crate::scenario::model::NONE), Ty::one(Base::Any));
                }
            }
            if known.is_none() && !["team", "role", "table", "status"].contains(&n.as_str()) {
                self.c.unknown(n, a.span);
                return (X::K(crate::scenario::model::NONE), Ty::one(Base::Any));
            }
        }
        self.a.push_said(base, x);
        let typed = self.ex(a, want);
        self.a.subjects.pop();
        typed
    }

    fn members(&mut self, but_me: bool, b: &Ex) -> Typed {
        let (x, ty) = self.ex(b, None);
        let scope = match ty.base {
            Base::Team => Scope::Team,
            Base::Table => Scope::Table,
            Base::Group(k) => Scope::Group(k),
            _ => {
                self.c.faults.add("T323", b.span, &["group", &self.c.type_name(ty)]);
                Scope::Table
            }
        };
        (X::Members { scope, inst: boxed(x), but_me }, Ty::list(Base::Seat))
    }

    fn places(&mut self, b: &Ex) -> Typed {
        match self.ex(b, None).0 {
            X::ZoneTokens { zone, inst } => (X::Places { zone, inst }, Ty::list(Base::Number)),
            _ => {
                self.c.faults.add("T311", b.span, &[]);
                (X::List(Vec::new()), Ty::list(Base::Number))
            }
        }
    }

    fn tokens_on(&mut self, s: &Ex) -> Typed {
        let (x, ty) = self.ex(s, None);
        let Base::Space(board) = ty.base else {
            self.c.faults.add("T323", s.span, &["space", &self.c.type_name(ty)]);
            return (X::List(Vec::new()), Ty::list(Base::Any));
        };
        let kind = self.c.kind_on(board);
        (X::TokensOn { board, space: boxed(x) }, Ty::list(Base::Token(kind)))
    }

    pub fn all(&mut self, n: &str, span: Span) -> Typed {
        if n == "role" {
            return (X::AllRoles, Ty::list(Base::Role));
        }
        for (d, _) in self.c.names.find(n).to_vec() {
            match d {
                Decl::List(l) => return (X::AllItems(l), Ty::list(Base::Item(l))),
                Decl::Kind(k) => {
                    let table = self.a.table.then(|| boxed(X::CtxTable));
                    return (X::AllTokens { kind: k, table }, Ty::list(Base::Token(k)));
                }
                Decl::Group(k) => return (X::AllGroups { kind: k }, Ty::list(Base::Group(k))),
                _ => {}
            }
        }
        if let Some(m) = self.c.move_ids.iter().position(|m| m == n) {
            return (X::AllAnswers(m as u16), Ty::list(Base::Answer(m as u16)));
        }
        self.c.unknown(n, span);
        (X::List(Vec::new()), Ty::list(Base::Any))
    }

    // ------------------------------------------------------------ x[k]

    fn index(&mut self, a: &Ex, keys: &[Ex], want: Option<Base>) -> Typed {
        let Kind::Name(n) = &*a.kind else {
            self.c.faults.add("T312", a.span, &[]);
            return self.ex(a, want);
        };
        for (d, _) in self.c.names.find(n).to_vec() {
            match d {
                Decl::Board(board) => return self.space_at(board, keys, a.span),
                Decl::Var(v) => return self.indexed_var(v, n, keys, a.span),
                Decl::Value(v) => {
                    let def = &self.c.values[usize::from(v)];
                    let (scope, ty, dims) = (def.scope, def.ty, def.keys.clone());
                    let inst = self.reach(scope, n, a.span);
                    let keys = keys.iter().zip(dims).map(|(k, d)| self.one(k, d.base())).collect();
                    return (X::Value { v, inst: boxed(inst), keys }, ty);
                }
                _ => {}
            }
        }
        self.c.unknown(n, a.span);
        (X::K(0), Ty::one(Base::Any))
    }

    fn space_at(&mut self, board: u16, keys: &[Ex], span: Span) -> Typed {
        let ty = Ty::one(Base::Space(board));
        let scope = self.c.boards[usize::from(board)].scope;
        let inst = self.reach(scope, "tabellone", span);
        if let Some(Kind::Name(n)) = keys.first().map(|k| &*k.kind)
            && let Some(i) = self.c.boards[usize::from(board)].spaces.iter().position(|s| s.id == *n)
        {
            let n = self.c.boards[usize::from(board)].spaces[i].n;
            return (X::SpaceOf { board, inst: boxed(inst), n: boxed(X::K(n)) }, ty);
        }
        let xs: Vec<X> = keys.iter().map(|k| self.number(k)).collect();
        let n = match (&self.c.boards[usize::from(board)].shape, xs.as_slice()) {
            (ShapeDef::Grid { cols, .. }, [c, r]) => {
                // Spaces of a grid are numbered row by row from 1.
                let row = X::Arith(Arith::Mul, boxed(X::Arith(Arith::Sub, boxed(r.clone()), boxed(X::K(1)))), boxed(X::K(i64::from(*cols))));
                let n = X::Arith(Arith::Add, boxed(row), boxed(c.clone()));
                // Beyond the edge there is nothing, and not the next row.
                let from = X::Cmp(Cmp::Ge, boxed(c.clone()), boxed(X::K(1)));
                let to = X::Cmp(Cmp::Le, boxed(c.clone()), boxed(X::K(i64::from(*cols))));
                X::If(boxed(X::And(boxed(from), boxed(to))), boxed(n), boxed(X::K(crate::scenario::model::NONE)))
            }
            (_, [n]) => n.clone(),
            _ => {
                self.c.faults.add("T313", span, &[]);
                X::K(0)
            }
        };
        (X::SpaceOf { board, inst: boxed(inst), n: boxed(n) }, ty)
    }

    fn indexed_var(&mut self, v: u16, n: &str, keys: &[Ex], span: Span) -> Typed {
        let def = &self.c.vars[usize::from(v)];
        let (scope, ty, dims, history) = (def.scope, def.ty, def.keys.clone(), def.history.clone());
        let inst = boxed(self.reach(scope, n, span));
        let mut key_xs = Vec::new();
        for (k, d) in keys.iter().zip(&dims) {
            key_xs.push(self.one(k, d.base()));
        }
        let rest = &keys[dims.len().min(keys.len())..];
        if rest.is_empty() {
            return (self.read(X::Var { v, inst, keys: key_xs }), ty);
        }
        if rest.len() > history.len() {
            self.c.faults.add("N211", span, &[n]);
            return (self.read(X::Var { v, inst, keys: key_xs }), ty);
        }
        let loops = &history[history.len() - rest.len()..];
        let mut passes = Vec::new();
        for (k, l) in rest.iter().zip(loops) {
            self.c.loops[usize::from(*l)].remembers = true;
            let base = self.c.loops[usize::from(*l)].item_base;
            let (x, ty) = self.ex(k, None);
            let by_item = ty.base != Base::Number;
            if by_item && ty.base != base {
                self.wanted(k.span, ty, Ty::one(base));
            }
            passes.push((x, by_item));
        }
        (self.read(X::Past { v, inst, keys: key_xs, passes }), ty.opt())
    }

    // ------------------------------------------------------------ functions

    fn call(&mut self, n: &str, args: &[Arg], span: Span, want: Option<Base>) -> Typed {
        match (n, args) {
            ("abs" | "floor" | "round", [a]) => self.rounding(n, a),
            ("min" | "max", [a, b]) if a.over.is_none() => {
                let (xa, ta) = self.ex(&a.value, None);
                let (xb, tb) = self.ex(&b.value, None);
                let (xa, xb, ty) = self.same(xa, ta, xb, tb, span);
                (X::Arith(if n == "min" { Arith::Min } else { Arith::Max }, boxed(xa), boxed(xb)), ty)
            }
            ("sum" | "mean" | "median" | "min" | "max" | "any" | "all", [a]) => self.fold(n, a),
            ("count", [a]) if a.over.is_none() => (X::Count(boxed(self.set_over(&a.value, None, n).0)), NUM),
            ("count", [a]) => (X::Count(boxed(self.arg_set(a).0)), NUM),
            ("first" | "last", [a]) => {
                let (set, base) = self.arg_set(a);
                (if n == "first" { X::First(boxed(set)) } else { X::Last(boxed(set)) }, Ty::one(base).opt())
            }
            ("nth", [k, s]) => {
                let k = self.number(&k.value);
                let (set, base) = self.set(&s.value, want);
                (X::Nth(boxed(k), boxed(set)), Ty::one(base).opt())
            }
            ("distinct", [a]) => {
                let (set, base) = self.arg_set(a);
                (X::Distinct(boxed(set)), Ty::list(base))
            }
            ("union", _) => {
                let sets: Vec<(X, Base)> = args.iter().map(|a| self.arg_set(a)).collect();
                let base = sets.first().map_or(Base::Any, |s| s.1);
                (X::Union(sets.into_iter().map(|s| s.0).collect()), Ty::list(base))
            }
            ("index" | "next" | "previous", [a, s]) => {
                let (set, base) = self.set(&s.value, None);
                let x = self.one(&a.value, base);
                match n {
                    "index" => (X::Index(boxed(x), boxed(set)), NUM.opt()),
                    _ => (X::Next { x: boxed(x), set: boxed(set), back: n == "previous", base }, Ty::one(base).opt()),
                }
            }
            ("best" | "least", _) => self.best(n == "least", args, span),
            ("rank", [a, s]) => {
                let name = innermost_name(&s.value);
                let (set, base) = self.set(&s.value, None);
                let (reg, keys) = self.with_item(name.as_deref(), &set, base, |cx| cx.keys(&s.by));
                let x = self.one(&a.value, base);
                (X::RankOf { x: boxed(x), set: boxed(set), reg, keys }, NUM)
            }
            ("most", [a]) => {
                let (set, base) = self.arg_set(a);
                (X::Most { set: boxed(set) }, Ty::list(base))
            }
            ("held", [r, s]) => (X::Held(boxed(self.one(&r.value, Base::Role)), boxed(self.one(&s.value, Base::Seat))), NUM),
            ("met", [k, a, b]) => {
                let kind = self.group_kind(&k.value);
                (X::Met(kind, boxed(self.one(&a.value, Base::Seat)), boxed(self.one(&b.value, Base::Seat))), NUM)
            }
            ("rested", [s]) => (X::Rested(boxed(self.one(&s.value, Base::Seat))), NUM),
            ("asked" | "done" | "present", [s]) => {
                let s = boxed(self.one(&s.value, Base::Seat));
                (
                    match n {
                        "asked" => X::Asked(s),
                        "done" => X::Done(s),
                        _ => X::Present(s),
                    },
                    BOOL,
                )
            }
            ("answered" | "defaulted", [v, s]) => {
                let seat = self.one(&s.value, Base::Seat);
                let v = self.input_var(&v.value);
                let scope = self.c.vars[usize::from(v)].scope;
                let inst = boxed(self.c.path(Base::Seat, &seat, scope).unwrap_or(seat));
                (if n == "answered" { X::Answered { v, inst } } else { X::Defaulted { v, inst } }, BOOL)
            }
            ("tier", [t, c]) => self.tier(t, c),
            ("position", [o, c]) => {
                let (o, ty) = self.ex(&o.value, None);
                let c = self.one(&c.value, ty.base);
                (X::Index(boxed(c), boxed(o)), NUM.opt())
            }
            ("points", [p, c]) => self.points(p, c),
            ("neighbours" | "reach", [s] | [s, _]) => self.around_space(n, s, args.get(1)),
            ("distance", [a, b]) => match self.space_arg(a) {
                (xa, Some(board)) => {
                    let xb = self.space_arg(b).0;
                    (X::Distance { board, a: boxed(xa), b: boxed(xb) }, NUM.opt())
                }
                _ => (X::K(0), NUM),
            },
            ("free", [s]) => match self.space_arg(s) {
                (x, Some(board)) => (X::Free { board, space: boxed(x) }, BOOL),
                _ => (X::K(0), BOOL),
            },
            ("fits", [t, s]) => match (self.token_arg(&t.value), self.space_arg(s)) {
                (token, (space, Some(board))) => (X::Fits { board, token: boxed(token), space: boxed(space) }, BOOL),
                _ => (X::K(0), BOOL),
            },
            ("inline", [a, b, c]) => {
                let (xa, board) = self.space_arg(a);
                let (xb, xc) = (self.space_arg(b).0, self.space_arg(c).0);
                (X::Inline { board: board.unwrap_or(0), a: boxed(xa), b: boxed(xb), c: boxed(xc) }, BOOL)
            }
            ("same" | "contains", [a, b]) => {
                let (a, b) = (boxed(self.text_arg(a)), boxed(self.text_arg(b)));
                (if n == "same" { X::Same(a, b) } else { X::Contains(a, b) }, BOOL)
            }
            ("words", [a]) => (X::WordsOf(boxed(self.text_arg(a))), Ty::list(Base::Text)),
            ("succeeds", [a]) => {
                let (x, ty) = self.ex(&a.value, None);
                match ty.base {
                    Base::Answer(mv) if !ty.list => (X::Succeeds { mv, answer: boxed(x) }, BOOL),
                    _ => {
                        self.c.faults.add("T323", a.value.span, &["answer", &self.c.type_name(ty)]);
                        (X::K(0), BOOL)
                    }
                }
            }
            ("path", [a, b, c]) => match self.space_arg(a) {
                (xa, Some(board)) => {
                    let xb = self.space_arg(b).0;
                    let (reg, cond) = self.with_item(None, &xa, Base::Space(board), |cx| cx.bool(&c.value));
                    (X::Way { board, a: boxed(xa), b: boxed(xb), reg, cond: boxed(cond) }, BOOL)
                }
                _ => (X::K(0), BOOL),
            },
            ("length", [a]) => (X::Length(boxed(self.text_arg(a))), NUM.opt()),
            ("random" | "dice" | "roll", _) => {
                self.c.faults.add("T306", span, &[n]);
                (X::K(0), NUM)
            }
            _ => {
                let about = args.first().map_or(Ty::one(Base::Any), |a| self.arg_type(a));
                self.c.unknown_function(n, args.len(), about, span);
                (X::K(crate::scenario::model::NONE), Ty::one(Base::Any))
            }
        }
    }

    /// Of what kind an argument is; what is wrong in it is told elsewhere.
    fn arg_type(&mut self, a: &Arg) -> Ty {
        let told = self.c.faults.0.len();
        let ty = match &a.over {
            Some(_) => Ty::list(Base::Any),
            None => self.ex(&a.value, None).1,
        };
        self.c.faults.0.truncate(told);
        ty
    }

    fn rounding(&mut self, n: &str, a: &Arg) -> Typed {
        let (x, ty) = self.ex(&a.value, None);
        match (n, ty.base) {
            ("abs", _) => (X::Abs(boxed(x)), ty),
            (_, Base::Decimal) => (if n == "floor" { X::Floor(boxed(x)) } else { X::Round(boxed(x)) }, Ty { opt: ty.opt, ..NUM }),
            _ => (x, ty),
        }
    }

    /// `X for SET`, or a set by itself.
    fn arg_set(&mut self, a: &Arg) -> (X, Base) {
        let Some((name, over)) = &a.over else {
            return self.set(&a.value, None);
        };
        let (set, base, reg, x, ty) = self.mapped(name.as_deref(), over, &a.value);
        let _ = base;
        (X::Map { set: boxed(set), reg, x: boxed(x) }, ty.base)
    }

    /// Compiles `x for name in S where …`: the name holds in x and in the condition.
    fn mapped(&mut self, name: Option<&str>, over: &Ex, value: &Ex) -> (X, Base, u16, X, Ty) {
        let named_over;
        let over = match name {
            Some(n) => {
                named_over = name_innermost(over, n);
                &named_over
            }
            None => over,
        };
        let (set, base) = self.set(over, None);
        let own = name.map(str::to_string).or_else(|| innermost_name(over));
        let (reg, (x, ty)) = self.with_item(own.as_deref(), &set, base, |cx| cx.ex(value, None));
        (set, base, reg, x, ty)
    }

    fn fold(&mut self, n: &str, a: &Arg) -> Typed {
        let op = match n {
            "sum" => Fold::Sum,
            "mean" => Fold::Mean,
            "median" => Fold::Median,
            "min" => Fold::Min,
            "max" => Fold::Max,
            "any" => Fold::Any,
            _ => Fold::All,
        };
        let (set, reg, x, ty) = match &a.over {
            Some((name, over)) => {
                let (set, _, reg, x, ty) = self.mapped(name.as_deref(), over, &a.value);
                (set, reg, x, ty)
            }
            None => {
                let (set, base) = self.set_over(&a.value, None, n);
                let reg = self.a.reg();
                (set, reg, X::Reg(reg), Ty::one(base))
            }
        };
        if ty.list {
            self.wanted(a.value.span, ty, NUM);
        }
        let decimal = ty.base == Base::Decimal;
        let out = match op {
            Fold::Any | Fold::All => {
                self.must(a.value.span, ty, BOOL);
                BOOL
            }
            Fold::Mean | Fold::Median => Ty::one(Base::Decimal).opt(),
            Fold::Sum => Ty::one(ty.base),
            _ => Ty::one(ty.base).opt(),
        };
        (X::Fold { op, set: boxed(set), reg, x: boxed(x), decimal }, out)
    }

    fn best(&mut self, least: bool, args: &[Arg], span: Span) -> Typed {
        let (n, s) = match args {
            [s] => (X::K(1), s),
            [n, s] => (self.number(&n.value), s),
            _ => {
                self.c.unknown_function("best", args.len(), Ty::list(Base::Any), span);
                return (X::List(Vec::new()), Ty::list(Base::Any));
            }
        };
        let (set, base) = self.set(&s.value, None);
        let name = innermost_name(&s.value);
        let (reg, keys) = self.with_item(name.as_deref(), &set, base, |cx| cx.keys(&s.by));
        (X::Best { n: boxed(n), set: boxed(set), reg, keys, least }, Ty::list(base))
    }

    fn group_kind(&mut self, ex: &Ex) -> u8 {
        if let Kind::Name(n) = &*ex.kind {
            for (d, _) in self.c.names.find(n) {
                if let Decl::Group(k) = d {
                    return *k;
                }
            }
            self.c.unknown(n, ex.span);
        }
        0
    }

    fn input_var(&mut self, ex: &Ex) -> u16 {
        if let Kind::Name(n) = &*ex.kind {
            for (d, _) in self.c.names.find(n) {
                if let Decl::Var(v) = d {
                    return *v;
                }
            }
            self.c.unknown(n, ex.span);
        }
        0
    }

    fn tier(&mut self, t: &Arg, c: &Arg) -> Typed {
        let (v, ty) = self.ex(&t.value, None);
        let sizes = match &v {
            X::Var { v, .. } | X::Past { v, .. } => self.c.tier_sizes.get(v).cloned().unwrap_or_default(),
            _ => Vec::new(),
        };
        let item = self.one(&c.value, ty.base);
        (X::Tier { v: boxed(v), sizes, item: boxed(item) }, NUM.opt())
    }

    fn points(&mut self, p: &Arg, c: &Arg) -> Typed {
        let (v, _) = self.ex(&p.value, None);
        let v = if let X::Shares(v) = v { v } else { boxed(v) };
        let (item, _) = self.ex(&c.value, None);
        (X::Points { v, item: boxed(item) }, NUM.opt())
    }

    /// A value as it is read: of points shared out, the numbers.
    fn read(&self, x: X) -> X {
        match &x {
            X::Var { v, .. } | X::Past { v, .. } if self.c.shares.contains(v) => X::Shares(boxed(x)),
            _ => x,
        }
    }

    fn space_arg(&mut self, a: &Arg) -> (X, Option<u16>) {
        let (x, ty) = self.ex(&a.value, None);
        match ty.base {
            Base::Space(b) if !ty.list => (x, Some(b)),
            _ => {
                self.c.faults.add("T323", a.value.span, &["space", &self.c.type_name(ty)]);
                (x, None)
            }
        }
    }

    /// A token, or the name of an item of which there is one.
    fn token_arg(&mut self, ex: &Ex) -> X {
        let (x, ty) = self.ex(ex, None);
        match ty.base {
            Base::Token(_) if !ty.list => x,
            Base::Item(l) if !ty.list => self.one_token(l, &x).map_or(x, |(_, token)| token),
            _ => {
                self.c.faults.add("T315", ex.span, &[&self.c.type_name(ty)]);
                x
            }
        }
    }

    fn around_space(&mut self, n: &str, s: &Arg, second: Option<&Arg>) -> Typed {
        let (x, board) = self.space_arg(s);
        let board = board.unwrap_or(0);
        let ty = Ty::list(Base::Space(board));
        if n == "reach" {
            let steps = second.map_or(X::K(1), |a| self.number(&a.value));
            return (X::Reach { board, space: boxed(x), n: boxed(steps) }, ty);
        }
        let label = second.and_then(|a| match &*a.value.kind {
            Kind::Name(n) => Some(n.clone()),
            _ => None,
        });
        (X::Neighbours { board, space: boxed(x), label }, ty)
    }

    /// A text: typed by a person, or `name`, `text` of something.
    fn text_arg(&mut self, a: &Arg) -> X {
        if let Some(x) = self.words_of(&a.value) {
            return x;
        }
        let (x, ty) = self.ex(&a.value, Some(Base::Text));
        self.must(a.value.span, ty, Ty::one(Base::Text));
        x
    }

    /// `name of x`, or a bare `name` of the nearest subject, as a text code.
    fn words_of(&mut self, ex: &Ex) -> Option<X> {
        let (n, subject) = match &*ex.kind {
            Kind::Name(n) if n == "name" || n == "text" => {
                let s = self.a.subjects.last()?.clone();
                (n.clone(), (s.x, Ty::one(s.base)))
            }
            Kind::Of(a, b) => match &*a.kind {
                Kind::Name(n) if n == "name" || n == "text" => (n.clone(), self.ex(b, None)),
                _ => return None,
            },
            _ => return None,
        };
        let (list, item) = match subject.1.base {
            Base::Item(l) => {
                if n == "text" {
                    self.must_have_texts(l, ex.span);
                }
                (l, subject.0)
            }
            Base::Token(_) if n == "text" => return Some(X::TokenText(boxed(subject.0))),
            Base::Token(k) => (self.c.kind_list(k), X::TokenItem(boxed(subject.0))),
            _ => return None,
        };
        // A column beyond the attributes stands for the name or the text.
        let col = if n == "name" { u16::MAX } else { u16::MAX - 1 };
        Some(X::Attr { list, col, item: boxed(item) })
    }
}

fn comparison(op: Bin) -> Option<Cmp> {
    Some(match op {
        Bin::Lt => Cmp::Lt,
        Bin::Le => Cmp::Le,
        Bin::Gt => Cmp::Gt,
        Bin::Ge => Cmp::Ge,
        _ => return None,
    })
}

/// A set of what the one who acts has or is: its own hand, its own group.
fn of_actor(set: &X) -> bool {
    match set {
        X::Where { set, .. } | X::Sorted { set, .. } | X::Turned { set, .. } | X::Except { set, .. } => of_actor(set),
        X::ZoneTokens { inst, .. } | X::Members { inst, .. } => matches!(**inst, X::Me | X::CtxTeam | X::CtxGroup(_)),
        _ => false,
    }
}

fn as_list(x: X, ty: Ty) -> X {
    if ty.list { x } else { X::List(vec![x]) }
}

/// A team of the scenario compares by kind, so that it means the same at every table.
/// Two texts are the same when their words are; nothing is the same as nothing.
fn same_words(a: X, b: X) -> X {
    let same = X::Same(boxed(a.clone()), boxed(b.clone()));
    X::Or(boxed(X::Eq(boxed(a), boxed(b))), boxed(same))
}

fn same_team(a: X, b: X) -> X {
    match (a, b) {
        (X::TeamAt { k, .. }, x) | (x, X::TeamAt { k, .. }) => X::Eq(boxed(X::TeamKind(boxed(x))), boxed(X::K(i64::from(k)))),
        (a, b) => X::Eq(boxed(a), boxed(b)),
    }
}

/// The name given to the item of the innermost set of nested clauses.
pub fn innermost_name(ex: &Ex) -> Option<String> {
    match &*ex.kind {
        Kind::Each(n, _) => Some(n.clone()),
        Kind::Where(s, _) | Kind::Sorted(s, _) | Kind::From(s, _) | Kind::Except(s, _) => innermost_name(s),
        _ => None,
    }
}

/// Puts a name to the item of the innermost set, so that `where` and `sorted by` know it too.
pub fn name_innermost(ex: &Ex, name: &str) -> Ex {
    let kind = match &*ex.kind {
        Kind::Where(s, c) => Kind::Where(name_innermost(s, name), c.clone()),
        Kind::Sorted(s, k) => Kind::Sorted(name_innermost(s, name), k.clone()),
        Kind::From(s, f) => Kind::From(name_innermost(s, name), f.clone()),
        Kind::Except(s, o) => Kind::Except(name_innermost(s, name), o.clone()),
        Kind::Each(..) => return ex.clone(),
        _ => Kind::Each(name.to_string(), ex.clone()),
    };
    Ex { span: ex.span, kind: Box::new(kind) }
}

#[must_use]
pub fn base_of(scope: Scope) -> Base {
    match scope {
        Scope::Seat => Base::Seat,
        Scope::Team => Base::Team,
        Scope::Table => Base::Table,
        Scope::Group(k) => Base::Group(k),
        Scope::Token(k) => Base::Token(k),
        Scope::Session => Base::Any,
    }
}

/// A decimal literal in ten-thousandths, from a TOML float.
#[must_use]
pub fn decimal(f: f64) -> i64 {
    (f * DEC as f64).round() as i64
}

#[must_use]
pub fn status(n: &str) -> Option<Status> {
    Some(match n {
        "playing" => Status::Playing,
        "resting" => Status::Resting,
        "ghost" => Status::Ghost,
        "out" => Status::Out,
        "observer" => Status::Observer,
        "left" => Status::Left,
        _ => return None,
    })
}
