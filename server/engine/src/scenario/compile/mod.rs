//! From the neutral tree to a scenario that runs: names, types, words, flow.
//!
//! First everything is declared, then types are found, then rules are compiled. All faults are told at once;
//! after a fault the compiler goes on with `none` in its place.

mod channels;
mod declare;
pub mod expr;
mod flow;
mod leaks;
pub mod names;
mod phases;
mod rest;
mod rule;
mod words;

pub use words::say_of;

use std::collections::{BTreeMap, BTreeSet};

use expr::{Around, Cx};
use names::{Decl, Names};

use super::faults::Faults;
use super::limits;
use super::model::{
    Base, BoardDef, Frame, GroupDef, KeyOf, KindDef, ListDef, LoopDef, RoleDef, RowDef, Scenario, Scope, Slot, TeamDef, TextDef, Ty, Val, ValueDef,
    VarDef, X, ZoneDef,
};
use super::rules::ast::Ex;
use super::rules::{parse, phrase};
use super::tree::{Node, Span, Tree, Value, ValueKind};
use crate::scenario::check::nearest::nearest;

pub struct Compiler<'t> {
    pub tree: &'t Tree,
    pub faults: &'t mut Faults,
    pub names: Names,
    pub teams: Vec<TeamDef>,
    pub groups: Vec<GroupDef>,
    pub group_ids: Vec<String>,
    pub roles: Vec<RoleDef>,
    pub lists: Vec<ListDef>,
    pub kinds: Vec<KindDef>,
    pub zones: Vec<ZoneDef>,
    pub boards: Vec<BoardDef>,
    pub vars: Vec<VarDef>,
    pub values: Vec<ValueDef>,
    pub texts: Vec<TextDef>,
    /// Types of what `show … with` hands over, by text and name.
    pub text_types: BTreeMap<(u16, String), Ty>,
    pub text_used: Vec<(u16, Vec<String>, Span)>,
    pub timers: Vec<String>,
    /// What rules reveal: variables, zones, roles.
    pub revealed: leaks::Revealed,
    /// Kinds of tokens that rules make, or roles bring.
    pub kinds_made: Vec<u16>,
    /// Timers that a rule starts, and those that a condition reads.
    pub timers_started: Vec<u16>,
    pub timers_read: Vec<(u16, Span)>,
    pub loops: Vec<LoopDef>,
    pub phase_ids: Vec<String>,
    pub move_ids: Vec<String>,
    /// What a move has an answer for each of: its name and type.
    pub move_items: Vec<Option<(String, Base)>>,
    pub ending_ids: Vec<String>,
    pub panel_ids: Vec<String>,
    pub tier_sizes: BTreeMap<u16, Vec<u32>>,
    pub shares: BTreeSet<u16>,
    pub frame: Frame,
    pub(super) index: words::Index<'t>,
}

/// Compiles a folder that has been read. `None` when anything essential is missing.
pub fn compile(tree: &Tree, hash: &str, faults: &mut Faults) -> Option<Scenario> {
    let head = tree.nodes.first()?;
    let mut c = Compiler {
        tree,
        faults,
        names: Names::default(),
        teams: Vec::new(),
        groups: Vec::new(),
        group_ids: Vec::new(),
        roles: Vec::new(),
        lists: Vec::new(),
        kinds: Vec::new(),
        zones: Vec::new(),
        boards: Vec::new(),
        vars: Vec::new(),
        values: Vec::new(),
        texts: Vec::new(),
        text_types: BTreeMap::new(),
        text_used: Vec::new(),
        timers: Vec::new(),
        revealed: leaks::Revealed::default(),
        kinds_made: Vec::new(),
        timers_started: Vec::new(),
        timers_read: Vec::new(),
        loops: Vec::new(),
        phase_ids: Vec::new(),
        move_ids: Vec::new(),
        move_items: Vec::new(),
        ending_ids: Vec::new(),
        panel_ids: Vec::new(),
        tier_sizes: BTreeMap::new(),
        shares: BTreeSet::new(),
        frame: Frame::default(),
        index: words::Index::new(tree),
    };
    c.declare();
    let together = c.people_node().and_then(|p| p.text("pace")).is_some_and(|(t, _)| t == "together");
    let root = if together { Scope::Session } else { Scope::Table };
    let (text, span) = head.text("flow")?;
    let lines = parse::flow(text, span, c.faults);
    let spots = c.scout(&lines, root);
    c.declare_inputs(&spots);
    c.find_types(&lines, root);
    let values = c.compile_values();
    c.values = values;
    c.compile_starts();
    let flow = c.steps(&lines, root);
    let people = c.compile_people(together);
    c.compile_roles();
    c.compile_zones();
    c.compile_lands();
    // Where the flow itself is not understood, it is not told as well that phases are not in it.
    let broken_flow = c.faults.0.iter().any(|f| f.span.file == span.file && (span.start..=span.end).contains(&f.span.start));
    let (phases, moves) = c.compile_phases(&spots);
    if broken_flow {
        c.faults.0.retain(|f| f.code != "F402");
    }
    let triggers = c.compile_triggers();
    let endings = c.compile_endings();
    let injects = c.compile_injects();
    let panels = c.compile_panels();
    let pages = c.compile_pages();
    c.compile_texts();
    c.name_things();
    c.unused_texts();
    c.timers_never_started();
    c.texts_lacking();
    c.look_for_leaks(&phases, &moves, &panels, &endings);
    c.look_at_people(&people);
    c.nearly_pending(head);
    c.pieces();
    let rows = c.give_slots();
    let (title, summary) = c.title();
    let plays = super::plays::compile(&mut c, &phases, &moves);
    let mut scenario = Scenario {
        hash: hash.to_string(),
        langs: tree.words.iter().map(|w| w.lang.clone()).collect(),
        title,
        summary,
        minutes: head.int("minutes").and_then(|m| u32::try_from(m).ok()).unwrap_or(0),
        themes: texts_of(head, "themes"),
        reviewed: head.text("review").filter(|(t, _)| *t != "pending").map(|(t, _)| t.to_string()),
        people,
        teams: c.teams,
        groups: c.groups,
        roles: c.roles,
        lists: c.lists,
        kinds: c.kinds,
        zones: c.zones,
        boards: c.boards,
        vars: c.vars,
        values: c.values,
        phases,
        moves,
        triggers,
        endings,
        injects,
        panels,
        pages,
        texts: c.texts,
        timers: c.timers,
        flow,
        loops: c.loops,
        rows,
        frame: c.frame,
        plays,
        apart: false,
        watched: super::watched::Watched::default(),
    };
    scenario.watched = super::watched::Watched::new(&scenario);
    scenario.apart = crate::view::stays_apart(&scenario);
    Some(scenario)
}

/// Numbers of one variable that lie in the rows of its scope at most; where there are more, only what is written is kept.
const IN_ROWS: i64 = 64;

/// The texts of a list key; none if absent.
pub fn texts_of(node: &Node, key: &str) -> Vec<String> {
    node.list(key).iter().filter_map(|v| v.text().map(|t| t.0.to_string())).collect()
}

/// A function of an expression: how many things it takes in its brackets, and how it is called.
pub struct Function {
    pub name: &'static str,
    pub takes: &'static str,
    pub example: &'static str,
}

const fn function(name: &'static str, takes: &'static str, example: &'static str) -> Function {
    Function { name, takes, example }
}

/// Every function of an expression.
pub const FUNCTIONS: [Function; 46] = [
    function("abs", "1", "abs(passi - 3)"),
    function("floor", "1", "floor(passi / 2)"),
    function("round", "1", "round(passi / 2)"),
    function("min", "1–2", "min(passi for seats) otherwise 0"),
    function("max", "1–2", "max(passi for seats) otherwise 0"),
    function("count", "1", "count(seats where passi > 3)"),
    function("sum", "1", "sum(passi for seats)"),
    function("mean", "1", "mean(passi for seats) otherwise 0"),
    function("median", "1", "median(passi for seats) otherwise 0"),
    function("any", "1", "any(passi > 3 for seats)"),
    function("all", "1", "all(passi > 3 for seats)"),
    function("first", "1", "first(seats where passi > 3)"),
    function("last", "1", "last(seats)"),
    function("nth", "2", "nth(2, seats)"),
    function("distinct", "1", "distinct(voto for seats)"),
    function("union", "1…", "union(seats, others)"),
    function("index", "2", "index(me, seats)"),
    function("best", "1–2", "best(seats by passi)"),
    function("least", "1–2", "least(seats by passi)"),
    function("rank", "2", "rank(me, seats by passi)"),
    function("most", "1", "most(voto for seats)"),
    function("next", "2", "next(me, seats)"),
    function("previous", "2", "previous(me, seats)"),
    function("held", "2", "held(giudice, me)"),
    function("met", "3", "met(coppia, me, first(others))"),
    function("rested", "1", "rested(me)"),
    function("asked", "1", "asked(me)"),
    function("done", "1", "done(me)"),
    function("present", "1", "present(me)"),
    function("answered", "2", "answered(voto, me)"),
    function("defaulted", "2", "defaulted(voto, me)"),
    function("tier", "2", "tier(scaffali, carta)"),
    function("position", "2", "position(ordine, oro) otherwise 0"),
    function("points", "2", "points(quote, oro) otherwise 0"),
    function("neighbours", "1–2", "neighbours(place of pedina)"),
    function("distance", "2", "distance(place of pedina, pista[9]) otherwise 0"),
    function("free", "1", "free(pista[4])"),
    function("fits", "2", "fits(pedina, pista[4])"),
    function("reach", "1–2", "reach(place of pedina, 3)"),
    function("inline", "3", "inline(pista[1], pista[2], pista[3])"),
    function("path", "3", "path(place of pedina, pista[9], free(it))"),
    function("same", "2", "same(parola, parola of first(others))"),
    function("contains", "2", "contains(parola, parola of first(others))"),
    function("length", "1", "length(parola) otherwise 0"),
    function("words", "1", "words(parola)"),
    function("succeeds", "1", "succeeds(it)"),
];

/// Their names, by what they are about.
const OF_LISTS: [&str; 23] = [
    "count", "sum", "mean", "median", "min", "max", "any", "all", "first", "last", "nth", "distinct", "union", "index", "best", "least", "rank",
    "most", "next", "previous", "abs", "floor", "round",
];
const OF_PEOPLE: [&str; 8] = ["held", "met", "rested", "asked", "done", "present", "answered", "defaulted"];
const OF_BOARDS: [&str; 7] = ["neighbours", "distance", "free", "fits", "reach", "inline", "path"];
const OF_TEXTS: [&str; 4] = ["same", "contains", "length", "words"];

/// What others call them.
const OTHER_WORDS: [(&str, &str); 10] = [
    ("highest", "max"),
    ("maximum", "max"),
    ("lowest", "min"),
    ("minimum", "min"),
    ("average", "mean"),
    ("total", "sum"),
    ("size", "count"),
    ("len", "length"),
    ("unique", "distinct"),
    ("top", "best"),
];

impl VarDef {
    #[must_use]
    pub fn empty() -> VarDef {
        VarDef {
            id: String::new(),
            scope: Scope::Session,
            ty: Ty::one(Base::Number),
            start: Val::N(0),
            starts: None,
            range: None,
            seen: Vec::new(),
            keys: Vec::new(),
            history: Vec::new(),
            shown: None,
            marks: BTreeMap::new(),
            name: super::model::Words::default(),
            input: false,
            knob: false,
            private: false,
            slot: None,
            table: Vec::new(),
        }
    }
}

impl<'t> Compiler<'t> {
    pub fn nodes(&self, kind: &str) -> Vec<&'t Node> {
        self.tree.nodes.iter().filter(|n| n.kind == kind).collect()
    }

    pub fn people_node(&self) -> Option<&'t Node> {
        self.tree.nodes.iter().find(|n| n.kind == "people")
    }

    pub fn widest(&mut self, frame: Frame) {
        self.frame.regs = self.frame.regs.max(frame.regs);
        self.frame.lists = self.frame.lists.max(frame.lists);
    }

    // ------------------------------------------------------------ expressions of keys

    pub fn parsed(&mut self, v: &Value) -> Option<Ex> {
        match &v.kind {
            ValueKind::Text(t) => parse::expression(t, v.span, self.faults),
            ValueKind::Int(n) => parse::expression(&n.to_string(), v.span, self.faults),
            ValueKind::Bool(b) => parse::expression(if *b { "yes" } else { "no" }, v.span, self.faults),
            _ => None,
        }
    }

    pub fn with<T>(&mut self, around: Around, f: impl FnOnce(&mut Cx<'_, 't>) -> T) -> T {
        let mut cx = Cx { c: self, a: around };
        let out = f(&mut cx);
        let frame = cx.a.frame;
        self.widest(frame);
        out
    }

    pub fn key_bool(&mut self, node: &Node, key: &str, around: &Around) -> Option<X> {
        let ex = self.parsed(node.get(key)?)?;
        Some(self.with(around.clone(), |cx| cx.bool(&ex)))
    }

    pub fn key_number(&mut self, node: &Node, key: &str, around: &Around) -> Option<X> {
        let ex = self.parsed(node.get(key)?)?;
        Some(self.with(around.clone(), |cx| cx.number(&ex)))
    }

    pub fn key_rule(&mut self, node: &Node, key: &str, around: Around) -> super::model::Rule {
        match node.text(key) {
            Some((t, span)) => self.rule(t, span, around),
            None => Vec::new(),
        }
    }

    // ------------------------------------------------------------ what things are

    /// The items of a token kind. What stands on a board where nothing can stand has the first list, as it has the first kind.
    pub fn kind_list(&self, kind: u16) -> u16 {
        self.kinds.get(usize::from(kind)).map_or(0, |k| k.list)
    }

    /// The board on which tokens of a kind stand: where they start, else the only one.
    pub fn board_of(&self, kind: u16) -> u16 {
        let kind = self.kinds.get(usize::from(kind));
        kind.and_then(|k| k.start.map(|(b, _)| b).or_else(|| k.starts.first().map(|s| s.1))).unwrap_or(0)
    }

    /// The kind whose tokens stand on a board: the one that starts there, else the first without a zone.
    pub fn kind_on(&self, board: u16) -> u16 {
        let starts = self.kinds.iter().position(|k| k.start.is_some_and(|(b, _)| b == board) || k.starts.iter().any(|s| s.1 == board));
        starts.or_else(|| (0..self.kinds.len()).find(|k| self.zones.iter().all(|z| usize::from(z.holds) != *k))).unwrap_or(0) as u16
    }

    /// Whose a token is: its `per`, else the owner of the zones that hold its kind.
    pub fn owner_scope(&self, kind: u16) -> Option<Scope> {
        self.kinds.get(usize::from(kind))?.per.or_else(|| {
            let zones = self.zones.iter().filter(|z| z.holds == kind && z.scope != Scope::Table && z.scope != Scope::Session);
            zones.map(|z| z.scope).next()
        })
    }

    pub fn decl_base(&self, d: Decl) -> Option<Base> {
        Some(match d {
            Decl::Item(l, _) => Base::Item(l),
            Decl::Role(_) => Base::Role,
            Decl::Team(_) => Base::Team,
            Decl::Group(k) => Base::Group(k),
            Decl::Var(v) => self.vars[usize::from(v)].ty.base,
            Decl::Value(v) => self.values[usize::from(v)].ty.base,
            Decl::Kind(k) => Base::Token(k),
            Decl::Status(_) => Base::Status,
            Decl::Person(_) => Base::Seat,
            _ => return None,
        })
    }

    pub fn decl_scope(&self, d: Decl) -> Option<Scope> {
        Some(match d {
            Decl::Var(v) => self.vars[usize::from(v)].scope,
            Decl::Value(v) => self.values[usize::from(v)].scope,
            Decl::Zone(z) => self.zones[usize::from(z)].scope,
            Decl::Group(k) => Scope::Group(k),
            Decl::Kind(k) => self.kinds[usize::from(k)].per?,
            _ => return None,
        })
    }

    /// From a thing to what it belongs to: seat → team, table, group; token → owner; all → session.
    pub fn path(&self, base: Base, x: &X, want: Scope) -> Option<X> {
        if want == Scope::Session {
            return Some(X::K(0));
        }
        let b = || Box::new(x.clone());
        Some(match (base, want) {
            (Base::Answer(_), _) => return self.path(Base::Seat, &X::AnswerSeat(b()), want),
            (Base::Seat, Scope::Seat) | (Base::Team, Scope::Team) | (Base::Table, Scope::Table) => x.clone(),
            (Base::Group(k), Scope::Group(j)) if k == j => x.clone(),
            (Base::Token(k), Scope::Token(j)) if k == j => x.clone(),
            (Base::Seat, Scope::Team) => X::SeatTeam(b()),
            // One's own table is the table looked at: desk and projector have no seat, and read the same words.
            (Base::Seat, Scope::Table) if matches!(x, X::Me) => X::CtxTable,
            (Base::Seat, Scope::Table) => X::SeatTable(b()),
            (Base::Seat, Scope::Group(k)) => X::SeatGroup(k, b()),
            (Base::Team, Scope::Table) => X::TeamTable(b()),
            (Base::Group(_), Scope::Table) => X::GroupTable(b()),
            (Base::Token(_), Scope::Table) => X::TokenTable(b()),
            (Base::Token(k), _) => {
                // What a token would own leads nowhere: a damaged file may say so.
                let scope = self.owner_scope(k).filter(|s| !matches!(s, Scope::Token(_)))?;
                let owner = X::TokenOwner { scope, token: b() };
                return self.path(expr::base_of(scope), &owner, want);
            }
            _ => return None,
        })
    }

    pub fn scope_of_word(&mut self, word: &str, span: Span) -> Scope {
        match word {
            "session" => Scope::Session,
            "table" => Scope::Table,
            "team" => Scope::Team,
            "seat" => Scope::Seat,
            _ => {
                if let Some(k) = self.group_ids.iter().position(|g| g == word) {
                    return Scope::Group(k as u8);
                }
                if let Some(k) = self.kinds.iter().position(|k| k.id == word) {
                    return Scope::Token(k as u16);
                }
                let own = self.group_ids.iter().chain(self.kinds.iter().map(|k| &k.id)).map(String::as_str);
                let near = nearest(word, ["session", "table", "team", "seat"].into_iter().chain(own)).unwrap_or("").to_string();
                self.faults.add("T324", span, &[word, "scope", &near]);
                Scope::Table
            }
        }
    }

    pub fn ty(&mut self, text: &str, span: Span) -> Ty {
        let Some(w) = phrase::type_words(text, span, self.faults) else {
            return Ty::one(Base::Any);
        };
        let base = self.base_word(&w, span);
        Ty { base, list: w.list, opt: w.optional }
    }

    fn base_word(&mut self, w: &phrase::TypeWords, span: Span) -> Base {
        if w.space_of {
            return match self.boards.iter().position(|b| b.id == w.base) {
                Some(b) => Base::Space(b as u16),
                None => {
                    self.unknown(&w.base, span);
                    Base::Any
                }
            };
        }
        match w.base.as_str() {
            "number" => Base::Number,
            "decimal" => Base::Decimal,
            "yes/no" => Base::Bool,
            "text" => Base::Text,
            "seat" => Base::Seat,
            "team" => Base::Team,
            "table" => Base::Table,
            "role" => Base::Role,
            "duration" => Base::Duration,
            n => {
                for (d, _) in self.names.find(n) {
                    match d {
                        Decl::List(l) => return Base::Item(*l),
                        Decl::Kind(k) => return Base::Token(*k),
                        Decl::Group(k) => return Base::Group(*k),
                        _ => {}
                    }
                }
                let words = ["number", "decimal", "yes/no", "text", "seat", "team", "table", "role", "duration"];
                let own = self.lists.iter().map(|l| &l.id).chain(self.kinds.iter().map(|k| &k.id)).chain(&self.group_ids);
                let near = nearest(n, words.into_iter().chain(own.map(String::as_str))).unwrap_or("").to_string();
                self.faults.add("T324", span, &[n, "type", &near]);
                Base::Any
            }
        }
    }

    // ------------------------------------------------------------ words of diagnostics

    pub fn type_name(&self, ty: Ty) -> String {
        let one = match ty.base {
            _ if ty.list => "list",
            Base::Any => "none",
            Base::Number => "number",
            Base::Decimal => "decimal",
            Base::Bool => "yes/no",
            Base::Text => "text",
            Base::Duration => "duration",
            Base::Seat => "seat",
            Base::Team => "team",
            Base::Table => "table",
            Base::Role => "role",
            Base::Status => "status",
            Base::Group(_) => "group",
            Base::Item(l) => return format!("«{}»", self.lists[usize::from(l)].id),
            Base::Token(k) => return self.kinds.get(usize::from(k)).map(|k| format!("«{}»", k.id)).unwrap_or_default(),
            Base::Space(_) => "space",
            Base::Answer(_) => "answer",
        };
        one.to_string()
    }

    pub fn scope_name(&self, scope: Scope) -> &'static str {
        match scope {
            Scope::Session => "session",
            Scope::Table => "table",
            Scope::Team => "team",
            Scope::Group(_) => "group",
            Scope::Seat => "seat",
            Scope::Token(_) => "token",
        }
    }

    /// A parameter that is not live, or what a loop counts: no rule changes it.
    pub fn is_fixed(&self, v: u16) -> bool {
        let id = self.vars[usize::from(v)].id.as_str();
        let parameter = self.nodes("parameter").iter().any(|n| n.id == id && n.bool("live") != Some(true));
        parameter || self.loops.iter().any(|l| l.count == v || l.item == Some(v))
    }

    pub fn unknown(&mut self, n: &str, span: Span) {
        // A person by lot, as one would ask for it.
        let example = if n == "one" { "pick 1 of seats into …" } else { "" };
        self.unknown_with(n, span, example);
    }

    pub fn unknown_with(&mut self, n: &str, span: Span, example: &str) {
        let near = nearest(n, self.names.all().chain(names::TAKEN).filter(|x| *x != n)).unwrap_or("").to_string();
        self.faults.add("N201", span, &[n, &near, if near.is_empty() { example } else { "" }]);
    }

    /// `about`: what stands first between its brackets.
    pub fn unknown_function(&mut self, n: &str, args: usize, about: Ty, span: Span) {
        if let Some(f) = FUNCTIONS.iter().find(|f| f.name == n) {
            self.faults.add("T317", span, &[n, &args.to_string(), f.takes, f.example]);
            return;
        }
        let near = OTHER_WORDS.iter().find(|w| w.0 == n).map(|w| w.1).or_else(|| nearest(n, FUNCTIONS.iter().map(|f| f.name))).unwrap_or("");
        let kind: &[&str] = match about.base {
            Base::Space(_) => &OF_BOARDS,
            Base::Text if !about.list => &OF_TEXTS,
            Base::Seat if !about.list => &OF_PEOPLE,
            _ => &OF_LISTS,
        };
        let kind: Vec<String> = kind.iter().map(|f| format!("`{f}`")).collect();
        self.faults.add("N219", span, &[n, near, &kind.join(" ")]);
    }

    pub fn unknown_phase(&mut self, n: &str, span: Span) {
        let near = nearest(n, self.phase_ids.iter().map(String::as_str)).unwrap_or("").to_string();
        let there = some(&self.phase_ids, &near);
        self.faults.add("F409", span, &[n, &near, &there]);
    }

    pub fn unknown_move(&mut self, n: &str, span: Span) {
        let near = nearest(n, self.move_ids.iter().map(String::as_str)).unwrap_or("").to_string();
        self.faults.add("N201", span, &[n, &near]);
    }

    pub fn unknown_ending(&mut self, n: &str, span: Span) {
        let near = nearest(n, self.ending_ids.iter().map(String::as_str)).unwrap_or("").to_string();
        let there = some(&self.ending_ids, &near);
        self.faults.add("N201", span, &[n, &near, &there]);
    }

    pub fn phase_named(&self, n: &str) -> Option<u16> {
        self.phase_ids.iter().position(|p| p == n).map(|p| p as u16)
    }

    pub fn timer(&mut self, n: &str) -> u16 {
        if let Some(t) = self.timers.iter().position(|t| t == n) {
            return t as u16;
        }
        self.timers.push(n.to_string());
        (self.timers.len() - 1) as u16
    }

    /// How many pieces of each kind there may be; and kinds of which nothing ever comes into play.
    fn pieces(&mut self) {
        for (k, n) in self.nodes("token").into_iter().enumerate() {
            let made = self.kinds_made.contains(&(k as u16));
            if n.get("most").is_none() {
                self.kinds[k].most = self.kinds[k].most.max(limits::PIECES);
            }
            let lies = self.zones.iter().any(|z| usize::from(z.holds) == k && !z.start.is_empty());
            let grid = |b: u16| self.boards.get(usize::from(b)).is_some_and(|b| matches!(b.shape, super::model::ShapeDef::Grid { .. }));
            if self.kinds[k].wide && !grid(self.board_of(k as u16)) {
                self.faults.add("T328", n.get("covers").map_or(n.span, |v| v.span), &[&n.id]);
            }
            let def = &self.kinds[k];
            if !made && !lies && def.per.is_none() && def.start.is_none() && def.starts.is_empty() {
                self.faults.add("W217", n.span, &[&n.id]);
            }
        }
    }

    /// Whatever else stands in `review` is the name of who has reviewed it: a slip would say that somebody has.
    fn nearly_pending(&mut self, head: &Node) {
        if let Some((text, span)) = head.text("review").filter(|(t, _)| *t != "pending" && nearest(t, ["pending"].into_iter()).is_some()) {
            self.faults.add("W149", span, &[text]);
        }
    }

    fn timers_never_started(&mut self) {
        for (t, span) in std::mem::take(&mut self.timers_read) {
            if !self.timers_started.contains(&t) {
                let name = self.timers[usize::from(t)].clone();
                let near = nearest(&name, self.timers_started.iter().map(|t| self.timers[usize::from(*t)].as_str())).unwrap_or("").to_string();
                self.faults.add("N201", span, &[&name, &near]);
            }
        }
    }

    /// The register under which a text finds what `show … with` hands over.
    pub fn text_name(&mut self, text: u16, name: &str, ty: Ty) -> u16 {
        self.text_types.entry((text, name.to_string())).or_insert(ty);
        let def = &mut self.texts[usize::from(text)];
        if let Some((_, reg, _)) = def.with.iter().find(|w| w.0 == name) {
            return *reg;
        }
        let reg = def.with.iter().filter(|w| w.2 == ty.list).count() as u16;
        def.with.push((name.to_string(), reg, ty.list));
        reg
    }

    fn give_slots(&mut self) -> Vec<RowDef> {
        let mut rows: Vec<RowDef> = Vec::new();
        for i in 0..self.vars.len() {
            let Some(keys) = self.few_keys(&self.vars[i]) else { continue };
            let v = &mut self.vars[i];
            let at = rows.iter().position(|r| r.scope == v.scope).unwrap_or_else(|| {
                rows.push(RowDef { scope: v.scope, columns: Vec::new() });
                rows.len() - 1
            });
            let slot = Slot { rows: at, width: 0, column: rows[at].columns.len(), keys };
            let start = |keys: &[i64]| v.table.iter().find(|(k, _)| k == keys).map_or(v.start.num(), |(_, n)| *n);
            rows[at].columns.extend(slot.columns().map(|(_, keys)| (i as u16, start(&keys))));
            v.slot = Some(slot);
        }
        for slot in self.vars.iter_mut().filter_map(|v| v.slot.as_mut()) {
            slot.width = rows[slot.rows].columns.len();
        }
        rows
    }

    /// How many items each key of a number has, where all are known and few. Which answers were given, and what was
    /// kept of earlier passes, is told by what is written at all: those have no place of their own.
    fn few_keys(&self, v: &VarDef) -> Option<Vec<i64>> {
        let many = |key: &KeyOf| match key {
            KeyOf::Item(list) => Some(self.lists[usize::from(*list)].items.len() as i64),
            KeyOf::Role => Some(self.roles.len() as i64),
            _ => None,
        };
        let keys: Option<Vec<i64>> = v.keys.iter().map(many).collect();
        let plain = !v.ty.list && (v.keys.is_empty() || !v.input && v.history.is_empty());
        keys.filter(|k| plain && k.iter().product::<i64>() <= IN_ROWS)
    }
}

/// The first few names there are, where none of them is near.
fn some(names: &[String], near: &str) -> String {
    if near.is_empty() { names.iter().take(6).cloned().collect::<Vec<_>>().join("`, `") } else { String::new() }
}
