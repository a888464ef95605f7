//! The flow: from lines to steps with jumps.

use std::collections::BTreeMap;

use super::Compiler;
use super::expr::{Around, Cx, name_innermost};
use super::names::Decl;
use crate::scenario::model::{Base, LoopDef, NONE, Scope, Step, Ty, Val, VarDef, X};
use crate::scenario::rules::ast::{Ex, Flow, FlowKind};
use crate::scenario::tree::Span;

/// Deepest nesting of the flow.
const DEPTH: u32 = 8;

/// Where in the flow a phase stands, found before expressions are compiled.
#[derive(Clone, Debug, Default)]
pub struct Spotted {
    pub scope: Option<Scope>,
    /// All loops around, outermost first.
    pub frames: Vec<u16>,
    /// Those under `as`.
    pub loops: Vec<u16>,
    pub depth: u32,
    pub order: u32,
}

impl Compiler<'_> {
    /// First walk: finds where phases stand and declares loops, so that every name is known.
    pub fn scout(&mut self, flow: &[Flow], root: Scope) -> BTreeMap<String, Spotted> {
        let mut found = BTreeMap::new();
        let mut at = Spotted { scope: Some(root), ..Spotted::default() };
        let mut order = 0;
        self.scout_lines(flow, &mut at, &mut found, &mut order);
        found
    }

    fn scout_lines(&mut self, flow: &[Flow], at: &mut Spotted, found: &mut BTreeMap<String, Spotted>, order: &mut u32) {
        at.depth += 1;
        if at.depth > DEPTH + 1 {
            let span = flow.first().map_or(Span::default(), |f| f.span);
            self.faults.add("F408", span, &["8"]);
        }
        for line in flow {
            match &line.kind {
                FlowKind::Phase(p) => self.scout_phase(p, line.span, at, found, order),
                FlowKind::DeskPicks(names) => {
                    for (n, span) in names {
                        self.scout_phase(n, *span, at, found, order);
                    }
                }
                FlowKind::Repeat { most, name, until, body, .. } => {
                    self.scout_loop(name.as_deref(), None, !most && until.is_none(), line.span, body, (at, found, order));
                }
                FlowKind::ForEach { item, name, body, .. } => {
                    self.scout_loop(name.as_deref(), Some(item), true, line.span, body, (at, found, order));
                }
                FlowKind::Each { what, body } => {
                    let outer = at.scope;
                    at.scope = Some(self.each_scope(what, line.span));
                    self.scout_lines(body, at, found, order);
                    at.scope = outer;
                }
                FlowKind::Within { body, .. } | FlowKind::DeskMaySkip(body) => self.scout_lines(body, at, found, order),
                FlowKind::If(arms, other) => {
                    for (_, body) in arms {
                        self.scout_lines(body, at, found, order);
                    }
                    self.scout_lines(other, at, found, order);
                }
            }
        }
        at.depth -= 1;
    }

    fn scout_phase(&mut self, p: &str, span: Span, at: &Spotted, found: &mut BTreeMap<String, Spotted>, order: &mut u32) {
        if !self.phase_ids.iter().any(|x| x == p) {
            self.unknown_phase(p, span);
        } else if found.contains_key(p) {
            self.faults.add("F401", span, &[p]);
        } else {
            *order += 1;
            found.insert(p.to_string(), Spotted { order: *order, ..at.clone() });
        }
    }

    fn scout_loop(
        &mut self,
        name: Option<&str>,
        item: Option<&str>,
        promised: bool,
        span: Span,
        body: &[Flow],
        (at, found, order): (&mut Spotted, &mut BTreeMap<String, Spotted>, &mut u32),
    ) {
        let scope = at.scope.unwrap_or(Scope::Table);
        let id = self.loops.len() as u16;
        let label = name.map_or_else(|| format!("_loop{id}"), str::to_string);
        let count = self.hidden(&label, scope, Ty::one(Base::Number), Val::N(0));
        if let Some(n) = name {
            self.names.add(n, Decl::Var(count), span, self.faults);
        }
        let item_var = item.map(|n| {
            let v = self.hidden(n, scope, Ty::one(Base::Any), Val::N(NONE));
            self.names.add(n, Decl::Var(v), span, self.faults);
            v
        });
        let mut around = at.loops.clone();
        around.push(id);
        self.loops.push(LoopDef {
            name: name.map(str::to_string),
            promised,
            count,
            item: item_var,
            item_base: Base::Number,
            scope,
            fresh: Vec::new(),
            around,
            remembers: false,
        });
        at.frames.push(id);
        if name.is_some() {
            at.loops.push(id);
        }
        self.scout_lines(body, at, found, order);
        at.frames.pop();
        if name.is_some() {
            at.loops.pop();
        }
    }

    /// A variable of the house: a loop's count or item.
    fn hidden(&mut self, id: &str, scope: Scope, ty: Ty, start: Val) -> u16 {
        let v = self.vars.len() as u16;
        self.vars.push(VarDef { id: id.to_string(), scope, ty, start, seen: vec![crate::scenario::model::Aud::Table], ..VarDef::empty() });
        v
    }

    fn each_scope(&mut self, what: &str, span: Span) -> Scope {
        match what {
            "table" => Scope::Table,
            "team" => Scope::Team,
            "seat" => Scope::Seat,
            _ => match self.group_ids.iter().position(|g| g == what) {
                Some(k) => Scope::Group(k as u8),
                None => {
                    self.unknown(what, span);
                    Scope::Table
                }
            },
        }
    }

    /// Types of the items of `for each`, which names inside need.
    pub fn type_loops(&mut self, flow: &[Flow], root: Scope) {
        let mut next = 0;
        self.type_lines(flow, root, &mut next, &mut Vec::new());
    }

    fn type_lines(&mut self, flow: &[Flow], scope: Scope, next: &mut u16, frames: &mut Vec<u16>) {
        for line in flow {
            match &line.kind {
                FlowKind::Repeat { body, .. } => {
                    frames.push(*next);
                    *next += 1;
                    self.type_lines(body, scope, next, frames);
                    frames.pop();
                }
                FlowKind::ForEach { item, of, body, .. } => {
                    let id = *next;
                    *next += 1;
                    let around = self.strand_around(scope, frames);
                    let before = self.faults.0.len();
                    let (_, base) = Cx { c: self, a: around }.set(&name_innermost(of, item), None);
                    // The same faults are told again when the steps are made.
                    self.faults.0.truncate(before);
                    self.loops[usize::from(id)].item_base = base;
                    if let Some(v) = self.loops[usize::from(id)].item {
                        self.vars[usize::from(v)].ty = Ty::one(base);
                    }
                    frames.push(id);
                    self.type_lines(body, scope, next, frames);
                    frames.pop();
                }
                FlowKind::Each { what, body } => {
                    let before = self.faults.0.len();
                    let inner = self.each_scope(what, line.span);
                    self.faults.0.truncate(before);
                    self.type_lines(body, inner, next, frames);
                }
                FlowKind::Within { body, .. } | FlowKind::DeskMaySkip(body) => self.type_lines(body, scope, next, frames),
                FlowKind::If(arms, other) => {
                    for (_, body) in arms {
                        self.type_lines(body, scope, next, frames);
                    }
                    self.type_lines(other, scope, next, frames);
                }
                FlowKind::Phase(_) | FlowKind::DeskPicks(_) => {}
            }
        }
    }

    /// What rules of a strand speak about when nobody acts: its scope, and the items of the loops around.
    pub fn strand_around(&self, scope: Scope, frames: &[u16]) -> Around {
        let mut a = Around { table: scope != Scope::Session, ..Around::default() };
        match scope {
            Scope::Session => {}
            Scope::Table => a.push(Base::Table, X::CtxTable),
            Scope::Team => a.push(Base::Team, X::CtxTeam),
            Scope::Group(k) => a.push(Base::Group(k), X::CtxGroup(k)),
            Scope::Seat | Scope::Token(_) => {
                a.push(Base::Seat, X::Me);
                a.me = true;
            }
        }
        for f in frames {
            let lp = &self.loops[usize::from(*f)];
            if let Some(v) = lp.item
                && matches!(lp.item_base, Base::Seat | Base::Team | Base::Table | Base::Group(_) | Base::Token(_) | Base::Item(_) | Base::Space(_))
            {
                let inst = self.scope_inst(lp.scope, scope);
                a.push(lp.item_base, X::Var { v, inst: Box::new(inst), keys: Vec::new() });
            }
        }
        a
    }

    /// The instance of a strand's outer scope, from inside it.
    fn scope_inst(&self, want: Scope, _from: Scope) -> X {
        match want {
            Scope::Session => X::K(0),
            Scope::Table => X::CtxTable,
            Scope::Team => X::CtxTeam,
            Scope::Group(k) => X::CtxGroup(k),
            Scope::Seat | Scope::Token(_) => X::Me,
        }
    }

    // ------------------------------------------------------------ steps

    pub fn steps(&mut self, flow: &[Flow], root: Scope) -> Vec<Step> {
        let mut out = Vec::new();
        let mut next = 0;
        self.step_lines(flow, root, &mut next, &mut Vec::new(), &mut out);
        out.push(Step::End);
        out
    }

    fn step_lines(&mut self, flow: &[Flow], scope: Scope, next: &mut u16, frames: &mut Vec<u16>, out: &mut Vec<Step>) {
        for line in flow {
            match &line.kind {
                FlowKind::Phase(p) => {
                    if let Some(p) = self.phase_named(p) {
                        out.push(Step::Phase(p));
                    }
                }
                FlowKind::Repeat { times, until, body, .. } => {
                    let times = self.flow_number(times, scope, frames);
                    self.step_loop(Some(times), None, until.as_ref(), body, scope, (next, frames, out));
                }
                FlowKind::ForEach { item, of, body, .. } => {
                    let around = self.strand_around(scope, frames);
                    let mut cx = Cx { c: self, a: around };
                    let list = cx.set(&name_innermost(of, item), None).0;
                    let frame = cx.a.frame;
                    self.widest(frame);
                    self.step_loop(None, Some(list), None, body, scope, (next, frames, out));
                }
                FlowKind::Each { what, body } => {
                    let inner = self.each_scope(what, line.span);
                    let at = out.len();
                    out.push(Step::End);
                    self.step_lines(body, inner, next, frames, out);
                    out.push(Step::StrandEnd);
                    out[at] = Step::Fork { scope: inner, body: at as u32 + 1, join: out.len() as u32 };
                }
                FlowKind::Within { time, body } => {
                    let time = self.flow_time(time, scope, frames);
                    let at = out.len();
                    out.push(Step::End);
                    self.step_lines(body, scope, next, frames, out);
                    out.push(Step::WithinEnd);
                    out[at] = Step::WithinStart { time, out: out.len() as u32 };
                }
                FlowKind::DeskMaySkip(body) => {
                    let at = out.len();
                    out.push(Step::End);
                    self.step_lines(body, scope, next, frames, out);
                    out.push(Step::SkipEnd);
                    out[at] = Step::SkipStart { out: out.len() as u32 };
                }
                FlowKind::If(arms, other) => self.step_if(arms, other, scope, (next, frames, out)),
                FlowKind::DeskPicks(names) => self.step_picks(names, out),
            }
        }
    }

    fn step_loop(
        &mut self,
        times: Option<X>,
        list: Option<X>,
        until: Option<&Ex>,
        body: &[Flow],
        scope: Scope,
        (next, frames, out): (&mut u16, &mut Vec<u16>, &mut Vec<Step>),
    ) {
        let frame = *next;
        *next += 1;
        out.push(Step::LoopStart { frame, times, list });
        let head = out.len();
        out.push(Step::End);
        frames.push(frame);
        self.step_lines(body, scope, next, frames, out);
        let until = until.map(|u| self.flow_cond(u, scope, frames));
        frames.pop();
        let back = head as u32;
        out.push(Step::LoopUntil { frame, until, back, out: out.len() as u32 + 1 });
        out[head] = Step::LoopNext { frame, out: out.len() as u32 };
    }

    fn step_if(&mut self, arms: &[(Ex, Vec<Flow>)], other: &[Flow], scope: Scope, (next, frames, out): (&mut u16, &mut Vec<u16>, &mut Vec<Step>)) {
        let mut ends = Vec::new();
        for (cond, body) in arms {
            let cond = self.flow_cond(cond, scope, frames);
            let at = out.len();
            out.push(Step::End);
            self.step_lines(body, scope, next, frames, out);
            ends.push(out.len());
            out.push(Step::End);
            out[at] = Step::Branch { cond, no: out.len() as u32 };
        }
        self.step_lines(other, scope, next, frames, out);
        for at in ends {
            out[at] = Step::Jump(out.len() as u32);
        }
    }

    fn step_picks(&mut self, names: &[(String, Span)], out: &mut Vec<Step>) {
        let at = out.len();
        out.push(Step::End);
        let mut choices = Vec::new();
        let mut ends = Vec::new();
        for (n, _) in names {
            let Some(p) = self.phase_named(n) else {
                continue;
            };
            choices.push((p, out.len() as u32));
            out.push(Step::Phase(p));
            ends.push(out.len());
            out.push(Step::End);
        }
        for e in ends {
            out[e] = Step::Jump(out.len() as u32);
        }
        out[at] = Step::DeskPicks { choices };
    }

    fn flow_cond(&mut self, ex: &Ex, scope: Scope, frames: &[u16]) -> X {
        let around = self.strand_around(scope, frames);
        let mut cx = Cx { c: self, a: around };
        let x = cx.bool(ex);
        let frame = cx.a.frame;
        self.widest(frame);
        x
    }

    fn flow_number(&mut self, ex: &Ex, scope: Scope, frames: &[u16]) -> X {
        let around = self.strand_around(scope, frames);
        Cx { c: self, a: around }.number(ex)
    }

    fn flow_time(&mut self, ex: &Ex, scope: Scope, frames: &[u16]) -> X {
        let around = self.strand_around(scope, frames);
        Cx { c: self, a: around }.one(ex, Base::Duration)
    }
}
