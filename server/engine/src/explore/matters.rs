//! What can make a difference: of two states that differ only in what nothing reads, one is enough.

use std::collections::BTreeSet;

use crate::scenario::model::{Agree, Base, EndsDef, Judge, MoveDef, Place, S, Scenario, Step, TimeoutDef, X};
use crate::scenario::walk;

/// What the rules of a scenario read, directly or through what they write.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Matters {
    /// Variables whose value lasts and is read.
    pub vars: Vec<bool>,
    /// Inputs that only their own move reads: they matter while it is made.
    pub own: Vec<bool>,
    /// Inputs that nothing but the end of their own phase reads: they matter while it runs.
    pub closing: Vec<bool>,
    /// Variables whose earlier passes are read.
    pub past: Vec<bool>,
    /// Computed values that something reads.
    pub values: Vec<bool>,
    /// Loops that only count their things: nobody reads which of them a pass is for.
    pub counted: Vec<bool>,
    /// The words of texts that people type.
    pub words: bool,
    pub held: bool,
    pub met: bool,
    pub rested: bool,
    /// Who has which role.
    pub role: bool,
    pub player: bool,
    pub heading: bool,
    pub defaulted: bool,
    pub elapsed: bool,
    /// Who has answered, or is asked, while others still think.
    pub done: bool,
    /// Something is drawn in a way that is not branched over.
    pub by_lot: bool,
}

impl Matters {
    #[must_use]
    pub fn new(sc: &Scenario) -> Self {
        let mut m = Matters {
            vars: vec![false; sc.vars.len()],
            own: vec![false; sc.vars.len()],
            closing: vec![false; sc.vars.len()],
            past: vec![false; sc.vars.len()],
            values: vec![false; sc.values.len()],
            counted: vec![true; sc.loops.len()],
            ..Matters::default()
        };
        let ends_here = ends_here(sc);
        let stay = stay(sc);
        // What is written matters once it is read, and then so does what it was computed from.
        loop {
            let before = m.clone();
            m.look(sc, &ends_here, stay);
            if m == before {
                return m;
            }
        }
    }

    fn look(&mut self, sc: &Scenario, ends_here: &[Vec<u16>], stay: bool) {
        for step in &sc.flow {
            if let Step::LoopStart { frame, list: Some(list), .. } = step {
                self.passes(sc, *frame, list, stay);
            } else {
                walk::step(step, &mut |x| self.read(sc, x, &Own::NONE));
            }
        }
        for (p, inputs) in sc.phases.iter().zip(ends_here) {
            for x in [&p.limit, &p.who, &p.speakers, &p.speech].into_iter().flatten() {
                self.read(sc, x, &Own::NONE);
            }
            self.ends(sc, &p.ends);
            self.rule(sc, &p.before, &Own::NONE);
            self.rule(sc, &p.after, &Own { closing: inputs, ..Own::NONE });
        }
        for def in &sc.moves {
            self.one_move(sc, def);
        }
        for t in &sc.triggers {
            self.read(sc, &t.when, &Own::NONE);
            self.rule(sc, &t.then, &Own::NONE);
        }
        for e in &sc.endings {
            e.when.iter().for_each(|x| self.read(sc, x, &Own::NONE));
        }
        for v in &sc.vars {
            v.starts.iter().for_each(|x| self.read(sc, x, &Own::NONE));
        }
        for z in &sc.zones {
            z.capacity.iter().for_each(|x| self.read(sc, x, &Own::NONE));
        }
        for l in sc.boards.iter().flat_map(|b| &b.lands) {
            self.rule(sc, &l.then, &Own::NONE);
        }
        for i in &sc.injects {
            self.rule(sc, &i.then, &Own::NONE);
        }
        self.rule(sc, &sc.people.welcome, &Own::NONE);
    }

    /// A loop over things. Where nobody reads whose pass it is, only how many there are makes a difference, and not their order.
    fn passes(&mut self, sc: &Scenario, frame: u16, list: &X, stay: bool) {
        let def = &sc.loops[usize::from(frame)];
        let all_come = stay || !matches!(def.item_base, Base::Seat | Base::Team);
        let read = def.name.is_some() || def.item.is_some_and(|v| self.vars[usize::from(v)]);
        if read || !all_come {
            self.counted[usize::from(frame)] = false;
        }
        let mut of = list;
        while let (true, X::Sorted { set, .. } | X::Turned { set, .. }) = (self.counted[usize::from(frame)], of) {
            of = set;
        }
        self.read(sc, of, &Own::NONE);
    }

    fn ends(&mut self, sc: &Scenario, ends: &EndsDef) {
        match ends {
            EndsDef::When(x) | EndsDef::Done(x) => self.read(sc, x, &Own::NONE),
            EndsDef::Any(all) => all.iter().for_each(|e| self.ends(sc, e)),
            EndsDef::AllDone | EndsDef::Desk | EndsDef::Time | EndsDef::AtOnce => {}
        }
    }

    fn one_move(&mut self, sc: &Scenario, def: &MoveDef) {
        for x in def.by.iter().chain(&def.when).chain(&def.times).chain(def.answers.as_ref().map(|a| &a.1)) {
            self.read(sc, x, &Own::NONE);
        }
        let mut inputs: Vec<u16> = Vec::new();
        for ask in def.asks.iter().chain(&def.replies) {
            walk::input(&ask.input, &mut |x| self.read(sc, x, &Own { made: &inputs, ..Own::NONE }));
            ask.default.iter().for_each(|x| self.read(sc, x, &Own::NONE));
            inputs.push(ask.var);
        }
        let own = Own { made: &inputs, ..Own::NONE };
        for check in &def.checks {
            self.read(sc, &check.cond, &own);
        }
        if let Agree::Number(x) = &def.agree {
            self.read(sc, x, &Own::NONE);
        }
        if let Some(Judge::Seat(x)) = &def.accept {
            self.read(sc, x, &own);
        }
        if let crate::scenario::model::Tie::Seat(x) = &def.tie {
            self.read(sc, x, &Own::NONE);
        }
        self.rule(sc, &def.rule, &own);
        self.rule(sc, &def.if_no, &own);
        self.by_lot |= def.timeout == TimeoutDef::Random;
    }

    /// Reads what makes a difference in a rule.
    fn rule(&mut self, sc: &Scenario, rule: &[S], own: &Own<'_>) {
        let names = self.names(rule);
        self.body(sc, rule, own, &names);
    }

    fn body(&mut self, sc: &Scenario, rule: &[S], own: &Own<'_>, names: &Names) {
        for s in rule.iter().filter(|s| self.counts(s, names)).collect::<Vec<_>>() {
            walk::inside(s, &mut |body| self.body(sc, body, own, names));
            walk::reads(s, &mut |x| self.read(sc, x, own));
            match s {
                S::Advance { .. } => self.heading = true,
                S::Rotate { .. } => self.held = true,
                S::Group { fresh, .. } => {
                    self.met |= fresh;
                    self.rested = true;
                }
                _ => {}
            }
        }
    }

    /// The local names of a rule that something reads which makes a difference.
    #[must_use]
    pub fn names(&self, rule: &[S]) -> Names {
        let mut names = Names::default();
        loop {
            let before = names.len();
            self.name(rule, &mut names);
            if names.len() == before {
                return names;
            }
        }
    }

    fn name(&self, rule: &[S], names: &mut Names) {
        for s in rule {
            walk::inside(s, &mut |body| self.name(body, names));
            if self.counts(s, names) {
                let mut read = Vec::new();
                walk::reads(s, &mut |x| walk::each(x, &mut |x| read.extend(if let X::Reg(r) | X::ListReg(r) = x { Some(*r) } else { None })));
                names.extend(read);
            }
        }
    }

    /// Does a statement, or one inside it, make a difference?
    #[must_use]
    pub fn counts(&self, s: &S, names: &Names) -> bool {
        let mut inner = false;
        walk::inside(s, &mut |body| inner |= body.iter().any(|s| self.counts(s, names)));
        inner || self.changes(s, names)
    }

    /// Does a statement change anything that is read?
    fn changes(&self, s: &S, names: &Names) -> bool {
        let live = |p: &Place| if let Place::Var { v, .. } = p { self.asked(*v) } else { true };
        match s {
            S::If(..) | S::ForEach { .. } | S::Repeat { .. } => false,
            S::Reveal { .. } | S::Conceal(_) | S::ShowText { .. } | S::Note { .. } => false,
            S::Let { reg, .. } => names.contains(reg),
            S::Assign { place, .. }
            | S::ShuffleVar(place)
            | S::Roll { into: place, .. }
            | S::Pick { into: place, .. }
            | S::Rank { into: place, .. } => live(place),
            _ => true,
        }
    }

    fn read(&mut self, sc: &Scenario, x: &X, own: &Own<'_>) {
        let mut values = Vec::new();
        walk::each(x, &mut |x| match x {
            X::Var { v, inst, .. } => {
                let here = matches!(**inst, X::Me | X::CtxTable | X::CtxTeam | X::CtxGroup(_));
                if here && own.made.contains(v) {
                    self.own[usize::from(*v)] = true;
                } else if own.closing.contains(v) {
                    self.closing[usize::from(*v)] = true;
                } else {
                    self.vars[usize::from(*v)] = true;
                }
            }
            X::Answered { v, .. } => self.vars[usize::from(*v)] = true,
            X::Past { v, .. } => {
                self.vars[usize::from(*v)] = true;
                self.past[usize::from(*v)] = true;
            }
            X::Value { v, .. } => values.push(*v),
            X::SeatRole(_) | X::RoleHolder { .. } => self.role = true,
            X::Held(..) => self.held = true,
            X::Met(..) => self.met = true,
            X::Rested(_) => self.rested = true,
            X::TokenPlayer(_) => self.player = true,
            X::TokenHeading(_) => self.heading = true,
            X::Defaulted { .. } => self.defaulted = true,
            X::Elapsed | X::Remaining => self.elapsed = true,
            X::Asked(_) | X::Done(_) => self.done = true,
            X::Length(_) | X::Same(..) | X::Contains(..) => self.words = true,
            _ => {}
        });
        for v in values {
            if !std::mem::replace(&mut self.values[usize::from(v)], true) {
                self.read(sc, &sc.values[usize::from(v)].is, &Own::NONE);
            }
        }
    }

    /// Does it make a difference what is answered here?
    #[must_use]
    pub fn asked(&self, var: u16) -> bool {
        self.vars[usize::from(var)] || self.own[usize::from(var)] || self.closing[usize::from(var)]
    }
}

/// Local names, by their registers.
pub type Names = BTreeSet<u16>;

/// Inputs whose values do not outlast what is being looked at.
struct Own<'a> {
    /// Of the move that is being made.
    made: &'a [u16],
    /// Of the phase that is being closed.
    closing: &'a [u16],
}

impl Own<'_> {
    const NONE: Own<'static> = Own { made: &[], closing: &[] };
}

/// Nobody goes out, rests, or changes team: whoever is in a set when a loop begins is still there at their pass.
fn stay(sc: &Scenario) -> bool {
    let mut stay = true;
    every_statement(sc, &mut |s| {
        let person = |p: &Place| matches!(p, Place::Status(_) | Place::Team(_) | Place::Group(..));
        let moves = match s {
            S::Assign { place, .. } => person(place),
            S::SwapPlaces(a, b) => person(a) || person(b),
            S::Group { .. } | S::Merge { .. } | S::Split { .. } | S::Send { .. } => true,
            _ => false,
        };
        stay &= !moves;
    });
    stay
}

/// Every statement of every rule that can run in a search.
pub fn every_statement<'a>(sc: &'a Scenario, f: &mut dyn FnMut(&'a S)) {
    let mut rules: Vec<&[S]> = Vec::new();
    rules.extend(sc.phases.iter().flat_map(|p| [p.before.as_slice(), &p.after]));
    rules.extend(sc.moves.iter().flat_map(|m| [m.rule.as_slice(), &m.if_no]));
    rules.extend(sc.triggers.iter().map(|t| t.then.as_slice()));
    rules.extend(sc.injects.iter().map(|i| i.then.as_slice()));
    rules.extend(sc.boards.iter().flat_map(|b| &b.lands).map(|l| l.then.as_slice()));
    while let Some(rule) = rules.pop() {
        for s in rule {
            f(s);
            walk::inside(s, &mut |body| rules.push(body));
        }
    }
}

/// For each phase the inputs that are empty when it opens: where it is played once, or each pass of its loop empties them.
fn ends_here(sc: &Scenario) -> Vec<Vec<u16>> {
    let mut jumps = false;
    every_statement(sc, &mut |s| jumps |= matches!(s, S::GoTo(_) | S::Again));
    let mut out = vec![Vec::new(); sc.phases.len()];
    let mut depth = 0;
    for step in &sc.flow {
        match step {
            Step::LoopStart { .. } => depth += 1,
            Step::LoopUntil { .. } => depth -= 1,
            Step::Phase(p) if !jumps => {
                let asks = sc.phases[usize::from(*p)].moves.iter().flat_map(|m| &sc.moves[usize::from(*m)].asks);
                let fresh = |var: &u16| sc.vars[usize::from(*var)].keys.is_empty() && (depth == 0 || !sc.vars[usize::from(*var)].history.is_empty());
                out[usize::from(*p)] = asks.map(|a| a.var).filter(fresh).collect();
            }
            _ => {}
        }
    }
    out
}
