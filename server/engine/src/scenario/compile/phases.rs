//! Phases, moves and their inputs.

use std::collections::BTreeMap;

use super::Compiler;
use super::expr::{Around, Own, base_of};
use super::flow::Spotted;
use crate::scenario::model::{
    Agree, AskDef, Base, CheckDef, EndsDef, InputDef, Judge, MoveDef, PhaseDef, Rule, S, Scope, Tie, TimeoutDef, Ty, Val, X,
};
use crate::scenario::rules::ast::{Flow, Input};
use crate::scenario::rules::{parse, phrase};
use crate::scenario::tree::{Entry, Node, Span, Value, ValueKind};
use crate::view::{Mode, Talk};

impl<'t> Compiler<'t> {
    /// Types of values and inputs, found in a few rounds since they may speak of each other; faults are told later.
    pub fn find_types(&mut self, flow: &[Flow], root: Scope) {
        let faults = self.faults.0.len();
        for _ in 0..3 {
            self.type_loops(flow, root);
            self.type_values();
            self.type_inputs();
        }
        self.faults.0.truncate(faults);
    }

    fn type_values(&mut self) {
        for (i, n) in self.nodes("value").into_iter().enumerate() {
            let around = self.value_around(i, n);
            let Some(ex) = n.get("is").and_then(|v| self.parsed(v)) else {
                continue;
            };
            let ty = self.with(around, |cx| cx.ex(&ex, None).1);
            self.values[i].ty = ty;
        }
    }

    pub fn value_around(&mut self, i: usize, n: &Node) -> Around {
        let mut a = self.instance_around(self.values[i].scope);
        for (name, key) in self.each(n) {
            let reg = a.reg();
            a.locals.push((name, Ty::one(key.base()), X::Reg(reg)));
        }
        a
    }

    /// Where something is computed for an instance of a scope: register 0 is that instance.
    pub fn instance_around(&self, scope: Scope) -> Around {
        let mut a = Around { table: scope != Scope::Session, me: scope == Scope::Seat, ..Around::default() };
        let reg = a.reg();
        if scope != Scope::Session {
            a.push(base_of(scope), X::Reg(reg));
        }
        a
    }

    fn type_inputs(&mut self) {
        let mut items = Vec::new();
        for m in self.nodes("move") {
            let around = self.move_around_plain(m);
            let item = self.answers_of(m, &around).map(|a| (a.0, a.2));
            let answers = item.as_ref().map(|a| a.1);
            items.push(item);
            for key in ["ask", "reply"] {
                for e in m.map(key) {
                    let Some(v) = self.vars.iter().position(|v| v.id == e.key && v.input) else {
                        continue;
                    };
                    let Some((text, span)) = input_text(&e.value) else {
                        continue;
                    };
                    let Some(input) = phrase::input(text, span, self.faults) else {
                        continue;
                    };
                    let set = match &input {
                        Input::Choice { of, .. } | Input::Any { of, .. } | Input::Order(of) | Input::Tiers { of, .. } => Some(of.clone()),
                        Input::Share { over, .. } => Some(over.clone()),
                        _ => None,
                    };
                    let base = set.map_or(Base::Any, |s| self.with(around.clone(), |cx| cx.set(&s, None).1));
                    let ty = Self::input_type(&input, base);
                    // What an input gives is known before values are compiled.
                    match &input {
                        Input::Tiers { sizes, .. } => {
                            let sizes = sizes.iter().map(|s| u32::try_from(*s).unwrap_or(0)).collect();
                            self.tier_sizes.insert(v as u16, sizes);
                        }
                        Input::Share { .. } => {
                            self.shares.insert(v as u16);
                        }
                        _ => {}
                    }
                    if let Some(base) = answers {
                        self.vars[v].keys = vec![key_of(base)];
                    }
                    self.vars[v].ty = ty;
                    self.vars[v].start = if ty.list { Val::L(Vec::new()) } else { self.vars[v].start.clone() };
                }
            }
        }
        self.move_items = items;
    }

    /// Surroundings good enough to find types.
    fn move_around_plain(&mut self, m: &'t Node) -> Around {
        let mut a = Around { table: true, me: true, ..Around::default() };
        a.push(Base::Table, X::CtxTable);
        a.push(Base::Seat, X::Me);
        a.reg();
        if let Some((name, _, base)) = self.answers_of(m, &a) {
            a.locals.push((name, Ty::one(base), X::Reg(0)));
        }
        a
    }

    /// `answers = "each x in SET"`: name, set, type.
    fn answers_of(&mut self, m: &Node, around: &Around) -> Option<(String, X, Base)> {
        let (text, span) = m.text("answers")?;
        let ex = parse::expression(text, span, self.faults)?;
        let name = innermost(&ex).unwrap_or_else(|| "it".to_string());
        let (x, base) = self.with(around.clone(), |cx| cx.set(&ex, None));
        Some((name, x, base))
    }

    // ------------------------------------------------------------ phases

    pub fn compile_phases(&mut self, spots: &BTreeMap<String, Spotted>) -> (Vec<PhaseDef>, Vec<MoveDef>) {
        let mut phases = Vec::new();
        let mut moves = Vec::new();
        for n in self.nodes("phase") {
            let Some(spot) = spots.get(&n.id) else {
                self.faults.add("F402", n.span, &[&n.id]);
                phases.push(self.phase(n, &Spotted { scope: Some(Scope::Table), ..Spotted::default() }));
                continue;
            };
            phases.push(self.phase(n, spot));
        }
        let all = self.nodes("move");
        for m in &all {
            let parent = m.parent.map(|p| &self.tree.nodes[p]).filter(|p| p.kind == "phase");
            let spot = parent.and_then(|p| spots.get(&p.id)).cloned().unwrap_or(Spotted { scope: Some(Scope::Table), ..Spotted::default() });
            let id = moves.len() as u16;
            if let Some(p) = parent.and_then(|p| self.phase_named(&p.id)) {
                phases[usize::from(p)].moves.push(id);
            }
            let mut def = self.compile_move(m, &spot);
            if parent.is_none() {
                self.stands_alone(m, &mut def, id, &mut phases);
            }
            moves.push(def);
        }
        self.compile_channels(&mut phases, &mut moves);
        for (p, n) in phases.iter().zip(self.nodes("phase")) {
            self.check_ends(p, n, &moves);
        }
        (phases, moves)
    }

    fn stands_alone(&mut self, m: &Node, def: &mut MoveDef, id: u16, phases: &mut [PhaseDef]) {
        def.always = m.text("in").is_some_and(|t| t.0 == "always");
        for v in m.list("in") {
            let Some((t, span)) = v.text() else { continue };
            match self.phase_named(t) {
                Some(p) => {
                    def.phases.push(p);
                    phases[usize::from(p)].moves.push(id);
                }
                None => self.unknown_phase(t, span),
            }
        }
        if def.always {
            for p in phases {
                p.moves.push(id);
            }
        }
    }

    /// A phase that waits for people needs something they can do.
    fn check_ends(&mut self, p: &PhaseDef, n: &Node, moves: &[MoveDef]) {
        // What else ends it may be enough.
        let waits = p.ends.waits_for_people() && !matches!(&p.ends, EndsDef::Any(all) if !all.iter().all(EndsDef::waits_for_people));
        let can = p.ack || p.talk == Talk::InTurn || p.moves.iter().any(|m| !moves[usize::from(*m)].extra);
        if waits && !can {
            self.faults.add("F403", n.get("ends").map_or(n.span, |v| v.span), &[]);
        }
        if p.cover && !matches!(p.ends, EndsDef::Time) {
            self.faults.add("F406", n.get("ends").map_or(n.span, |v| v.span), &[]);
        }
    }

    fn phase(&mut self, n: &'t Node, spot: &Spotted) -> PhaseDef {
        let scope = spot.scope.unwrap_or(Scope::Table);
        let strand = self.strand_around(scope, &spot.frames);
        let mut me = strand.clone();
        me.me = true;
        me.push(Base::Seat, X::Me);
        me.moment = true;
        let (title, text) = self.section_words("phase", &n.id, &me);
        let note = self.child_words("phase", &n.id, "note", &strand);
        let mut also = Vec::new();
        for e in n.map("also") {
            let Some(ex) = self.parsed(&e.value) else {
                continue;
            };
            let x = self.with(me.clone(), |cx| cx.bool(&ex));
            also.push((x, self.child_words("phase", &n.id, &e.key, &me)));
        }
        let talk = match n.text("talk").map_or("free", |t| t.0) {
            "silent" => Talk::Silent,
            "queue" => Talk::Queue,
            "in turn" => Talk::InTurn,
            "desk" => Talk::Desk,
            _ => Talk::Free,
        };
        let limit = self.limit(n, "limit", &strand);
        let same_for_all = also.is_empty() && self.same_for_all(&title) && self.same_for_all(&text);
        PhaseDef {
            id: n.id.clone(),
            ends: self.ends(n, &strand),
            limit: limit.as_ref().map(|l| l.0.clone()),
            limit_each: limit.as_ref().is_some_and(|l| l.1),
            limit_fixed: limit.as_ref().is_some_and(|l| l.2),
            who: self.who_acts(n, &me),
            cover: n.bool("cover").unwrap_or(false),
            desk_opens: n.text("opens").is_some_and(|t| t.0 == "desk"),
            before: self.key_rule(n, "before", strand.clone()),
            after: self.key_rule(n, "after", strand.clone()),
            ack: n.bool("ack").unwrap_or(false),
            talk,
            speakers: self.key_bool(n, "speakers", &me),
            speech: self.limit(n, "speech", &strand).map(|l| l.0),
            panels: self.panels_named(n),
            channels: self.channels_named(n),
            also,
            stuck: self.stuck(n),
            moves: Vec::new(),
            has_words: !title.is_empty(),
            same_for_all,
            title,
            text,
            note,
            scope,
            loops: spot.loops.clone(),
            depth: spot.depth,
            turn: self.turn(spot),
        }
    }

    /// Do these words read the same for everybody at the table? Judged by the printed form of their places: this runs at load,
    /// and whatever is not known to be open counts as personal.
    fn same_for_all(&self, words: &crate::scenario::model::Words) -> bool {
        let places = words.0.iter().flatten().flat_map(|p| &p.places);
        places.map(|p| format!("{:?}", p.x)).all(|x| !PERSONAL.iter().any(|w| has_word(&x, w)) && self.reads_open(&x))
    }

    fn reads_open(&self, x: &str) -> bool {
        use crate::scenario::model::Aud;
        let open = |a: &crate::scenario::model::Audience| a.iter().any(|a| matches!(a, Aud::Table | Aud::All));
        let numbers = |mark: &str| -> Vec<usize> {
            x.match_indices(mark).filter_map(|(i, _)| x[i + mark.len()..].split(',').next()?.trim().parse().ok()).collect()
        };
        let vars = numbers("Var { v: ").into_iter().chain(numbers("Past { v: "));
        vars.into_iter().all(|v| open(&self.vars[v].seen)) && numbers("Value { v: ").into_iter().all(|v| open(&self.values[v].seen))
    }

    /// Whose turn it is: the innermost loop over teams or seats around.
    fn turn(&self, spot: &Spotted) -> Option<(u16, Base)> {
        spot.frames.iter().rev().find_map(|f| {
            let lp = &self.loops[usize::from(*f)];
            lp.item.filter(|_| matches!(lp.item_base, Base::Team | Base::Seat)).map(|v| (v, lp.item_base))
        })
    }

    fn ends(&mut self, n: &Node, strand: &Around) -> EndsDef {
        let Some((text, span)) = n.text("ends") else {
            return EndsDef::Desk;
        };
        let clauses = phrase::ends(text, span, self.faults).unwrap_or_else(|| vec![phrase::Ends::Desk]);
        let mut all: Vec<EndsDef> = clauses
            .iter()
            .map(|c| match c {
                phrase::Ends::AllDone => EndsDef::AllDone,
                phrase::Ends::Done(n) => EndsDef::Done(self.with(strand.clone(), |cx| cx.number(n))),
                phrase::Ends::Time => EndsDef::Time,
                phrase::Ends::AtOnce => EndsDef::AtOnce,
                phrase::Ends::When(ex) | phrase::Ends::OrWhen(ex) => EndsDef::When(self.with(strand.clone(), |cx| cx.bool(ex))),
                phrase::Ends::Desk => EndsDef::Desk,
            })
            .collect();
        if all.len() == 1 { all.remove(0) } else { EndsDef::Any(all) }
    }

    /// A time; whether every seat has a clock of its own; whether the desk may not extend it.
    fn limit(&mut self, n: &Node, key: &str, strand: &Around) -> Option<(X, bool, bool)> {
        let (text, span) = n.text(key)?;
        let limit = phrase::limit(text, span, self.faults)??;
        Some((self.with(strand.clone(), |cx| cx.one(&limit.time, Base::Duration)), limit.each, limit.fixed))
    }

    fn who_acts(&mut self, n: &Node, me: &Around) -> Option<X> {
        let (text, _) = n.text("who")?;
        if text.trim() == "all" {
            return Some(X::K(1));
        }
        self.key_bool(n, "who", me)
    }

    fn panels_named(&mut self, n: &Node) -> Vec<u16> {
        let mut out = Vec::new();
        for v in n.list("panels") {
            let Some((t, span)) = v.text() else { continue };
            match self.panel_ids.iter().position(|p| p == t) {
                Some(p) => out.push(p as u16),
                None => self.unknown(t, span),
            }
        }
        out
    }

    fn channels_named(&mut self, n: &Node) -> Vec<u16> {
        let ids: Vec<String> = self.nodes("channel").iter().map(|c| c.id.clone()).collect();
        let mut out = Vec::new();
        for (t, span) in n.list("channels").iter().filter_map(|v| v.text()) {
            match ids.iter().position(|c| c == t) {
                Some(c) => out.push(c as u16),
                None => self.unknown(t, span),
            }
        }
        out
    }

    fn stuck(&mut self, n: &Node) -> Option<u16> {
        let (text, span) = n.text("stuck")?;
        if text == "skip" {
            return None;
        }
        match self.ending_ids.iter().position(|e| e == text) {
            Some(e) => Some(e as u16),
            None => {
                self.unknown_ending(text, span);
                None
            }
        }
    }

    // ------------------------------------------------------------ moves

    fn compile_move(&mut self, m: &'t Node, spot: &Spotted) -> MoveDef {
        let scope = spot.scope.unwrap_or(Scope::Table);
        let joint = m.text("joint").map(|(t, span)| self.scope_of_word(t, span));
        let by_desk = m.text("by").is_some_and(|t| t.0 == "desk");
        let each = m.text("fill").is_some_and(|t| t.0 == "each");
        let mut strand = self.strand_around(scope, &spot.frames);
        strand.reg();
        let mut me = strand.clone();
        me.me = !by_desk;
        me.moment = true;
        if !by_desk {
            me.push(Base::Seat, X::Me);
        }
        let answers = self.answers_of(m, &me);
        for a in [&mut strand, &mut me] {
            if let Some((name, _, base)) = &answers {
                a.locals.push((name.clone(), Ty::one(*base), X::Reg(0)));
                a.answer_key = Some(X::Reg(0));
            }
        }
        // In a joint move the group acts; there is no `me` in what it does.
        let acting = match joint {
            Some(s) => {
                let mut a = strand.clone();
                a.moment = true;
                a.push(
                    base_of(s),
                    match s {
                        Scope::Team => X::CtxTeam,
                        Scope::Group(k) => X::CtxGroup(k),
                        _ => X::CtxTable,
                    },
                );
                a
            }
            None => me.clone(),
        };
        let (mut me, mut acting) = (me, acting);
        for (a, joint) in [(&mut me, false), (&mut acting, joint.is_some())] {
            a.own = Some(self.own_inputs(m, joint, a.subjects.len()));
        }
        let rule = self.key_rule(m, "do", acting.clone());
        let (label, help) = self.section_words("move", &m.id, &me);
        let why = self.child_words("move", &m.id, "why", &me);
        let asks = self.asks(m, "ask", if each || joint.is_none() { &me } else { &acting }, answers.is_some());
        let mut judge = me.clone();
        judge.me = true;
        let replies = self.asks(m, "reply", &judge, answers.is_some());
        self.nothing_by_lot(m, &asks);
        let extra = m.bool("extra").unwrap_or(false);
        MoveDef {
            id: m.id.clone(),
            mode: match m.text("mode").map_or("at once", |t| t.0) {
                "sealed" => Mode::Sealed,
                "final" => Mode::Final,
                "consent" => Mode::Consent,
                _ => Mode::AtOnce,
            },
            by: if by_desk { None } else { self.key_bool(m, "by", &me) },
            by_desk,
            when: self.key_bool(m, "if", &me),
            asks,
            checks: self.checks(m, "check", if each { &acting } else { &me }),
            warns: self.checks(m, "warn", &me),
            notes: self.checks(m, "note", &me),
            rolls: throws(&rule),
            rule,
            extra,
            times: self.times(m, extra, &me),
            timeout: timeout(m),
            seen: Vec::new(),
            joint,
            agree: self.agree(m, &acting),
            tie: self.tie(m, &acting),
            each,
            accept: self.judge(m, &me),
            replies,
            if_no: self.key_rule(m, "if_no", me.clone()),
            answers: answers.map(|(_, x, base)| (0, x, base)),
            label,
            help,
            why,
            phases: Vec::new(),
            always: false,
            every: self.key_time(m, "every", &strand),
            fails: self.fails(m, &strand),
        }
    }

    fn own_inputs(&self, m: &Node, joint: bool, outside: usize) -> Own {
        let var = |id: &str| self.vars.iter().position(|v| v.input && v.id == id).map(|v| v as u16);
        let vars = m.map("ask").iter().filter_map(|e| var(&e.key)).collect();
        let sealed = m.text("mode").is_some_and(|t| matches!(t.0, "sealed" | "final"));
        Own { vars, joint, outside, sealed }
    }

    /// `random` makes up no words: a move that needs some stays without an answer.
    fn nothing_by_lot(&mut self, m: &Node, asks: &[AskDef]) {
        let words = asks.iter().find(|a| !a.optional && matches!(a.input, InputDef::Text { .. } | InputDef::Drawing));
        if let (Some(ask), Some(("random", span))) = (words, m.text("timeout")) {
            self.faults.add("W410", span, &[&ask.id]);
        }
    }

    fn key_time(&mut self, m: &Node, key: &str, around: &Around) -> Option<X> {
        self.limit(m, key, around).map(|l| l.0)
    }

    /// `fails`: over `it`, an answer of this move.
    fn fails(&mut self, m: &Node, strand: &Around) -> Option<X> {
        let ex = self.parsed(m.get("fails")?)?;
        let base = Base::Answer(self.move_ids.iter().position(|x| *x == m.id)? as u16);
        let mut a = strand.clone();
        a.locals.clear();
        a.answer_key = None;
        a.push(base, X::Reg(0));
        a.it = Some((Ty::one(base), X::Reg(0)));
        Some(self.with(a, |cx| cx.bool(&ex)))
    }

    fn times(&mut self, m: &Node, extra: bool, me: &Around) -> Option<X> {
        match m.get("times") {
            Some(v) if v.text().is_some_and(|t| t.0.trim() == "any") => None,
            Some(_) => self.key_number(m, "times", me),
            None if extra => None,
            None => Some(X::K(1)),
        }
    }

    fn checks(&mut self, m: &'t Node, key: &str, around: &Around) -> Vec<CheckDef> {
        let mut out = Vec::new();
        for e in m.map(key) {
            let Some(ex) = self.parsed(&e.value) else {
                continue;
            };
            let cond = self.with(around.clone(), |cx| cx.bool(&ex));
            out.push(CheckDef { id: e.key.clone(), cond, words: self.child_words("move", &m.id, &e.key, around) });
        }
        out
    }

    fn agree(&mut self, m: &Node, acting: &Around) -> Agree {
        match m.get("agree").and_then(|v| v.text()).map(|t| t.0.trim()) {
            Some("one") => Agree::One,
            Some("majority") => Agree::Majority,
            Some("most") => Agree::Most,
            Some("all") => Agree::All,
            _ => self.key_number(m, "agree", acting).map_or(Agree::All, Agree::Number),
        }
    }

    fn tie(&mut self, m: &Node, around: &Around) -> Tie {
        match m.text("tie").map(|t| t.0) {
            Some("lot") => Tie::Lot,
            Some("all") => Tie::All,
            Some("none") | None => Tie::None,
            Some(_) => match m.get("tie").and_then(|v| self.parsed(v)) {
                Some(ex) => Tie::Seat(self.with(around.clone(), |cx| cx.one(&ex, Base::Seat))),
                None => Tie::None,
            },
        }
    }

    fn judge(&mut self, m: &Node, me: &Around) -> Option<Judge> {
        let (text, _) = m.text("accept")?;
        if text == "desk" {
            return Some(Judge::Desk);
        }
        let ex = m.get("accept").and_then(|v| self.parsed(v))?;
        Some(Judge::Seat(self.with(me.clone(), |cx| cx.one(&ex, Base::Seat))))
    }

    // ------------------------------------------------------------ inputs

    fn asks(&mut self, m: &'t Node, key: &str, around: &Around, keyed: bool) -> Vec<AskDef> {
        let mut out: Vec<AskDef> = Vec::new();
        for e in m.map(key) {
            let Some(v) = self.vars.iter().position(|v| v.id == e.key && v.input) else {
                continue;
            };
            if let Some(ask) = self.ask(m, e, v as u16, around, &out) {
                out.push(ask);
            }
        }
        if keyed && let Some((_, _, base)) = self.answers_of(m, around) {
            for a in &out {
                self.vars[usize::from(a.var)].keys = vec![key_of(base)];
            }
        }
        out
    }

    fn ask(&mut self, m: &Node, e: &'t Entry, v: u16, around: &Around, earlier: &[AskDef]) -> Option<AskDef> {
        let (text, span) = input_text(&e.value)?;
        let input = phrase::input(text, span, self.faults)?;
        let (def, base) = self.input(&input, v, around);
        let (mut default, mut default_list) = (None, false);
        if let Some(d) = entry(&e.value, "default") {
            let want = self.vars[usize::from(v)].ty;
            if let Some(ex) = self.parsed(d) {
                let (x, ty) = self.with(around.clone(), |cx| cx.ex(&ex, Some(want.base)));
                default_list = ty.list;
                default = Some(x);
            }
        }
        let flag = |k: &str| entry(&e.value, k).is_some_and(|v| v.kind == ValueKind::Bool(true));
        let given = earlier.iter().rposition(|a| reads(&def, a.var)).map(|i| i as u16);
        Some(AskDef {
            id: e.key.clone(),
            var: v,
            base,
            default,
            default_list,
            optional: flag("optional"),
            private: flag("private"),
            keep_asked: entry(&e.value, "keep").and_then(Value::text).is_some_and(|t| t.0 == "ask"),
            label: self.child_words("move", &m.id, &e.key, around),
            given,
            input: def,
        })
    }

    fn input(&mut self, input: &Input, v: u16, around: &Around) -> (InputDef, Base) {
        let a = || around.clone();
        match input {
            Input::YesNo => (InputDef::YesNo, Base::Bool),
            Input::Drawing => (InputDef::Drawing, Base::Text),
            Input::Number { decimal, from, to } => {
                let base = if *decimal { Base::Decimal } else { Base::Number };
                let from = self.with(a(), |cx| cx.one(from, base));
                let to = self.with(a(), |cx| cx.one(to, base));
                (InputDef::Number { decimal: *decimal, from, to }, base)
            }
            Input::Text { max, lines } => (InputDef::Text { max: self.with(a(), |cx| cx.number(max)), lines: *lines }, Base::Text),
            Input::Choice { least, most, of } => {
                let least = self.with(a(), |cx| cx.number(least));
                let most = most.as_ref().map_or_else(|| least.clone(), |m| self.with(a(), |cx| cx.number(m)));
                let (of, base) = self.with(a(), |cx| cx.set(of, None));
                (InputDef::Choice { least, most, of }, base)
            }
            Input::Any { of, weighing } => {
                let (set, base) = self.with(a(), |cx| cx.set(of, None));
                let weighing = weighing.as_ref().map(|(w, max)| {
                    self.with(a(), |cx| {
                        let (reg, w) = cx.with_item(None, &set, base, |cx| cx.number(w));
                        (w, reg, cx.number(max))
                    })
                });
                (InputDef::Any { of: set, weighing }, base)
            }
            Input::Order(of) => {
                let (of, base) = self.with(a(), |cx| cx.set(of, None));
                (InputDef::Order(of), base)
            }
            Input::Tiers { sizes, of } => {
                let sizes: Vec<u32> = sizes.iter().map(|s| u32::try_from(*s).unwrap_or(0)).collect();
                self.tier_sizes.insert(v, sizes.clone());
                let (of, base) = self.with(a(), |cx| cx.set(of, None));
                (InputDef::Tiers { sizes, of }, base)
            }
            Input::Share { total, over } => {
                let total = self.with(a(), |cx| cx.number(total));
                let (over, base) = self.with(a(), |cx| cx.set(over, None));
                (InputDef::Share { total, over }, base)
            }
        }
    }
}

fn timeout(m: &Node) -> TimeoutDef {
    match m.text("timeout").map_or("pass", |t| t.0) {
        "default" => TimeoutDef::Default,
        "random" => TimeoutDef::Random,
        "desk" => TimeoutDef::Desk,
        "most" => TimeoutDef::Most,
        "draft" => TimeoutDef::Draft,
        _ => TimeoutDef::Pass,
    }
}

/// `ask.x = "…"` or `[….ask.x] is = "…"`.
fn input_text(v: &Value) -> Option<(&str, Span)> {
    v.text().or_else(|| entry(v, "is")?.text())
}

fn entry<'v>(v: &'v Value, key: &str) -> Option<&'v Value> {
    match &v.kind {
        ValueKind::Map(m) => m.iter().find(|e| e.key == key).map(|e| &e.value),
        _ => None,
    }
}

fn innermost(ex: &crate::scenario::rules::ast::Ex) -> Option<String> {
    use crate::scenario::rules::ast::Kind;
    match &*ex.kind {
        Kind::Each(n, _) => Some(n.clone()),
        Kind::Where(s, _) | Kind::Sorted(s, _) | Kind::From(s, _) | Kind::Except(s, _) => innermost(s),
        _ => None,
    }
}

fn key_of(base: Base) -> crate::scenario::model::KeyOf {
    use crate::scenario::model::KeyOf;
    match base {
        Base::Seat => KeyOf::Seat,
        Base::Team => KeyOf::Team,
        Base::Table => KeyOf::Table,
        Base::Role => KeyOf::Role,
        Base::Item(l) => KeyOf::Item(l),
        Base::Token(k) => KeyOf::Token(k),
        Base::Space(b) => KeyOf::Space(b),
        _ => KeyOf::Number,
    }
}

/// Does an input's set read this variable? Found by its printed form: inputs are few and this runs at load.
fn reads(def: &InputDef, var: u16) -> bool {
    format!("{def:?}").contains(&format!("Var {{ v: {var},"))
}

/// Does a rule throw dice?
fn throws(rule: &Rule) -> bool {
    rule.iter().any(|s| match s {
        S::Roll { .. } => true,
        S::If(arms, other) => arms.iter().any(|a| throws(&a.1)) || throws(other),
        S::ForEach { body, .. } | S::Repeat { body, .. } => throws(body),
        _ => false,
    })
}

/// Expressions that depend on who reads, or on what not everybody sees.
const PERSONAL: [&str; 11] =
    ["Me", "CtxTeam", "CtxGroup", "Others", "SeatRole", "SeatGroup", "RoleHolder", "TokenItem", "ZoneTokens", "TokensOn", "but_me: true"];

fn has_word(text: &str, word: &str) -> bool {
    let letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    text.match_indices(word).any(|(i, _)| !letter(text[..i].chars().next_back()) && !letter(text[i + word.len()..].chars().next()))
}
