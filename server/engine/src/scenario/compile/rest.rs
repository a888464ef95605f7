//! People, values, zones, landings, triggers, endings, injects, panels, debrief pages, texts.

use std::collections::BTreeMap;

use super::expr::{Around, base_of};
use super::names::Decl;
use super::words::cut_places;
use super::{Compiler, texts_of};
use crate::scenario::model::{
    Absent, Base, ColumnDef, DealBy, EndingDef, InjectDef, LandDef, Late, LeftoverPeople, MoreSeats, PageDef, PanelDef, People, PlaceX, S, Scope,
    ShapeDef, TeamsBy, TriggerDef, Ty, ValueDef, X,
};
use crate::scenario::rules::parse;
use crate::scenario::tree::{Node, Span, Value, ValueKind};

impl<'t> Compiler<'t> {
    pub fn compile_values(&mut self) -> Vec<ValueDef> {
        let mut out = Vec::new();
        for (i, n) in self.nodes("value").into_iter().enumerate() {
            let around = self.value_around(i, n);
            let mut def = self.values[i].clone();
            if let Some(ex) = n.get("is").and_then(|v| self.parsed(v)) {
                let (x, ty) = self.with(around, |cx| cx.ex(&ex, None));
                (def.is, def.ty) = (x, ty);
            }
            def.name = self.section_words("value", &n.id, &Around::default()).0;
            out.push(def);
        }
        out
    }

    pub fn compile_people(&mut self, together: bool) -> People {
        let empty = Node::default();
        let n = self.people_node().unwrap_or(&empty);
        let word = |k: &str| n.text(k).map_or("", |t| t.0);
        let pair = |k: &str, d: [u32; 2]| match n.list(k) {
            [Value { kind: ValueKind::Int(a), .. }, Value { kind: ValueKind::Int(b), .. }] => [*a as u32, *b as u32],
            _ => d,
        };
        let welcome = match self.people_node().and_then(|p| p.text("welcome")) {
            Some((t, span)) => {
                let mut a = Around { table: true, me: true, ..Around::default() };
                a.push(Base::Seat, X::Me);
                self.rule(t, span, a)
            }
            None => Vec::new(),
        };
        People {
            seats: pair("seats", [1, 12]),
            tables: pair("tables", [1, 1]),
            best: n.int("best").map(|b| b as u32),
            together,
            leftover: match word("leftover") {
                "smaller" => LeftoverPeople::Smaller,
                "observe" => LeftoverPeople::Observe,
                _ => LeftoverPeople::Spread,
            },
            absent: match word("absent") {
                "wait" => Absent::Wait,
                "default" => Absent::Default,
                "random" => Absent::Random,
                "desk" => Absent::Desk,
                _ => Absent::Pass,
            },
            late: match word("latecomers") {
                "join" => Late::Join,
                "refuse" => Late::Refuse,
                _ => Late::Observe,
            },
            welcome,
            optout_keeps: word("optout") == "keep",
            ghosts_see_all: word("ghosts") == "everything",
            teams_by: match word("teams_by") {
                "desk" => TeamsBy::Desk,
                "rules" => TeamsBy::Rules,
                _ => TeamsBy::Even,
            },
            team_size: n.get("team_size").map(|_| pair("team_size", [1, 12])),
            deal: match word("deal") {
                "desk" => DealBy::Desk,
                "rules" => DealBy::Rules,
                _ => DealBy::Start,
            },
            more_seats: match word("more_seats") {
                "repeat" => MoreSeats::Repeat,
                "observe" => MoreSeats::Observe,
                _ => MoreSeats::Rest,
            },
            fewer_by_lot: word("fewer_seats") == "lot",
        }
    }

    pub fn compile_zones(&mut self) {
        for (i, n) in self.nodes("zone").into_iter().enumerate() {
            let scope = self.zones[i].scope;
            let mut a = Around { table: scope != Scope::Session, ..Around::default() };
            if scope == Scope::Seat {
                a.me = true;
                a.push(Base::Seat, X::Me);
            } else if scope != Scope::Session {
                a.push(base_of(scope), if scope == Scope::Team { X::CtxTeam } else { X::CtxTable });
            }
            self.zones[i].capacity = self.key_number(n, "capacity", &a);
            self.zones[i].refill = self.refill(n);
            self.zones[i].name = self.section_words("zone", &n.id, &Around::default()).0;
        }
    }

    /// `short = "refill scartati"`.
    fn refill(&mut self, n: &Node) -> Option<u16> {
        let (text, span) = n.text("short")?;
        let from = text.strip_prefix("refill ")?.trim();
        let found = self.zones.iter().position(|z| z.id == from);
        if found.is_none() {
            self.unknown(from, span);
        }
        found.map(|z| z as u16)
    }

    // ------------------------------------------------------------ landings

    pub fn compile_lands(&mut self) {
        for n in self.nodes("land") {
            let Some(board) = n.parent.and_then(|p| self.boards.iter().position(|b| b.id == self.tree.nodes[p].id)) else {
                continue;
            };
            let b = board as u16;
            let kind = self.kind_on(b);
            let at = self.land_spaces(n, b);
            let mut a = Around { table: true, ..Around::default() };
            a.push(Base::Table, X::CtxTable);
            if self.kinds.is_empty() {
                continue;
            }
            // Register 0 holds the token, register 1 the space.
            let (token, space) = (a.reg(), a.reg());
            a.push(Base::Token(kind), X::Reg(token));
            a.it = Some((Ty::one(Base::Token(kind)), X::Reg(token)));
            a.here = Some((b, X::Reg(space)));
            let then = self.key_rule(n, "then", a);
            let label = self.child_words("board", &self.boards[board].id.clone(), &n.id, &Around::default());
            let look = n.text("look").map_or_else(|| look_of(&then), |t| t.0.to_string());
            let id = self.boards[board].lands.len() as u16;
            self.boards[board].lands.push(LandDef { id: n.id.clone(), then, label, look });
            for s in at {
                self.boards[board].spaces[s].land.push(id);
            }
        }
        for (i, n) in self.nodes("board").into_iter().enumerate() {
            self.boards[i].name = self.section_words("board", &n.id, &Around::default()).0;
            if self.boards[i].shape == ShapeDef::Graph {
                for s in 0..self.boards[i].spaces.len() {
                    let id = self.boards[i].spaces[s].id.clone();
                    self.boards[i].spaces[s].name = self.child_words("board", &n.id, &id, &Around::default());
                }
            }
        }
    }

    /// Spaces named or numbered in a list. (An expression over `here` is computed for each space at load.)
    fn land_spaces(&mut self, n: &Node, board: u16) -> Vec<usize> {
        let mut out = Vec::new();
        for v in n.list("at") {
            let want = match &v.kind {
                ValueKind::Int(i) => i.to_string(),
                ValueKind::Text(t) => t.clone(),
                _ => continue,
            };
            let spaces = &self.boards[usize::from(board)].spaces;
            match spaces.iter().position(|s| s.id == want || s.n.to_string() == want) {
                Some(s) => out.push(s),
                None => {
                    let name = self.boards[usize::from(board)].id.clone();
                    self.faults.add("N214", v.span, &[&want, &name]);
                }
            }
        }
        if let Some((t, span)) = n.text("at")
            && let Some(ex) = parse::expression(t, span, self.faults)
        {
            let mut a = Around { table: true, ..Around::default() };
            let reg = a.reg();
            a.here = Some((board, X::Reg(reg)));
            a.push(Base::Space(board), X::Reg(reg));
            let cond = self.with(a, |cx| cx.bool(&ex));
            out.extend(self.spaces_where(board, &cond));
        }
        out
    }

    /// A space's own facts (number, column, attributes) decide; nothing of the play is known yet.
    fn spaces_where(&self, board: u16, cond: &X) -> Vec<usize> {
        let def = &self.boards[usize::from(board)];
        (0..def.spaces.len()).filter(|i| space_fact(def, *i, cond) == 1).collect()
    }

    // ------------------------------------------------------------ triggers, endings, injects

    fn scope_around(&mut self, n: &Node) -> (Scope, Around) {
        let scope = n.text("of").map_or(Scope::Table, |(t, span)| self.scope_of_word(t, span));
        let mut a = Around { table: scope != Scope::Session, ..Around::default() };
        match scope {
            Scope::Session | Scope::Token(_) => {}
            Scope::Table => a.push(Base::Table, X::CtxTable),
            Scope::Team => a.push(Base::Team, X::CtxTeam),
            Scope::Group(k) => a.push(Base::Group(k), X::CtxGroup(k)),
            Scope::Seat => {
                a.me = true;
                a.push(Base::Seat, X::Me);
            }
        }
        (scope, a)
    }

    pub fn compile_triggers(&mut self) -> Vec<TriggerDef> {
        let mut out = Vec::new();
        for n in self.nodes("trigger") {
            let (scope, a) = self.scope_around(n);
            let when = self.key_bool(n, "when", &a).unwrap_or(X::K(0));
            out.push(TriggerDef { id: n.id.clone(), scope, when, then: self.key_rule(n, "then", a) });
        }
        out
    }

    pub fn compile_endings(&mut self) -> Vec<EndingDef> {
        let mut out = Vec::new();
        for n in self.nodes("ending") {
            let (scope, a) = self.scope_around(n);
            let when = self.key_bool(n, "when", &a);
            let (winners, winners_base) = match n.get("winners").and_then(|v| self.parsed(v)) {
                Some(ex) => {
                    let (x, base) = self.with(a.clone(), |cx| cx.set(&ex, Some(Base::Seat)));
                    (Some(x), base)
                }
                None => (None, Base::Seat),
            };
            let (title, text) = self.section_words("ending", &n.id, &a);
            out.push(EndingDef { id: n.id.clone(), scope, when, winners, winners_base, title, text });
        }
        out
    }

    pub fn compile_injects(&mut self) -> Vec<InjectDef> {
        let mut out = Vec::new();
        for n in self.nodes("inject") {
            let mut a = Around { table: true, ..Around::default() };
            a.push(Base::Table, X::CtxTable);
            let then = self.key_rule(n, "then", a.clone());
            let (title, text) = self.section_words("inject", &n.id, &a);
            out.push(InjectDef { id: n.id.clone(), then, title, text, to: n.text("to").map_or_else(Vec::new, |(t, span)| self.audience(t, span)) });
        }
        out
    }

    // ------------------------------------------------------------ panels and debrief

    pub fn compile_panels(&mut self) -> Vec<PanelDef> {
        let mut out = Vec::new();
        for n in self.nodes("panel") {
            // A panel speaks to whoever looks at it: bare names are the reader's own.
            let mut a = Around { table: true, me: true, ..Around::default() };
            let on = texts_of(n, "on");
            // What phones alone show may speak of its reader: `coppia` is mine. Elsewhere nobody reads.
            if on == ["phone"] {
                a.push(Base::Seat, X::Me);
            }
            a.push(Base::Table, X::CtxTable);
            a.push(Base::Seat, X::Me);
            let Some(ex) = n.get("rows").and_then(|v| self.parsed(v)) else {
                continue;
            };
            let ((rows, rows_base), mut a) = self.with_around(a, |cx| cx.set(&ex, None));
            let name = each_name(&ex);
            let reg = a.reg();
            a.push(rows_base, X::Reg(reg));
            a.it = Some((Ty::one(rows_base), X::Reg(reg)));
            if let Some(name) = name {
                a.locals.push((name, Ty::one(rows_base), X::Reg(reg)));
            }
            let mut columns = Vec::new();
            for e in n.map("column") {
                let Some((text, span)) = e.value.text() else {
                    continue;
                };
                let place = self.place(text, span, &a);
                columns.push(ColumnDef { id: e.key.clone(), place, label: self.child_words("panel", &n.id, &e.key, &Around::default()) });
            }
            let on = |w: &str| on.iter().any(|o| o == w);
            let (title, text) = self.section_words("panel", &n.id, &Around::default());
            out.push(PanelDef {
                id: n.id.clone(),
                kind: n.text("kind").map_or("table", |t| t.0).to_string(),
                on_phone: on("phone"),
                on_projector: on("projector"),
                on_debrief: on("debrief") || on("desk"),
                rows,
                rows_base,
                reg,
                columns,
                least: n.int("least").map_or(0, |l| l as u32),
                title,
                text,
            });
        }
        out
    }

    fn with_around<T>(&mut self, around: Around, f: impl FnOnce(&mut super::Cx<'_, 't>) -> T) -> (T, Around) {
        let mut cx = super::Cx { c: self, a: around };
        let out = f(&mut cx);
        let a = cx.a;
        self.widest(a.frame);
        (out, a)
    }

    pub fn compile_pages(&mut self) -> Vec<PageDef> {
        let mut out = Vec::new();
        for n in self.nodes("debrief") {
            let around = Around::default();
            let (title, text) = self.section_words("debrief", &n.id, &around);
            let questions = self.index.children("debrief", &n.id);
            let questions = questions.iter().map(|q| self.child_words("debrief", &n.id, q, &around)).collect();
            let mut look_at = Vec::new();
            for v in n.list("look_at") {
                let Some((t, span)) = v.text() else { continue };
                match self.panel_ids.iter().position(|p| p == t) {
                    Some(p) => look_at.push(p as u16),
                    None => self.unknown(t, span),
                }
            }
            out.push(PageDef { id: n.id.clone(), moment: n.text("moment").map_or("why", |t| t.0).to_string(), title, text, questions, look_at });
        }
        out
    }

    // ------------------------------------------------------------ texts

    /// Texts are compiled when all `show`s are known: what is handed over has its register.
    pub fn compile_texts(&mut self) {
        for i in (0..self.texts.len()).filter(|i| !self.is_of_the_house(*i)).collect::<Vec<_>>() {
            let id = self.texts[i].id.clone();
            let mut a = Around { table: true, ..Around::default() };
            for (name, _, list) in self.texts[i].with.clone() {
                let ty = self.text_types.get(&(i as u16, name.clone())).copied().unwrap_or(Ty::one(Base::Any));
                let x = if list { X::ListReg(a.list_reg()) } else { X::Reg(a.reg()) };
                a.locals.push((name, Ty { opt: false, ..ty }, x));
            }
            a.push(Base::Table, X::CtxTable);
            let (section, short) = (self.index.text("text", &id), self.index.title("text", &id));
            let proses: Vec<_> = section.into_iter().zip(short).map(|(a, b)| a.or(b)).collect();
            let mut sources: Vec<String> = Vec::new();
            let mut places: Vec<PlaceX> = Vec::new();
            let mut map = Vec::new();
            for p in &proses {
                let found = p.map(|p| cut_places(&p.raw, p.span).1).unwrap_or_default();
                let mut mine = Vec::new();
                for (text, span) in found {
                    let at = sources.iter().position(|s| *s == text).unwrap_or_else(|| {
                        sources.push(text.clone());
                        let place = self.place(&text, span, &a);
                        places.push(place);
                        places.len() - 1
                    });
                    mine.push(at as u16);
                }
                map.push(mine);
            }
            let words = self.words(&proses, &a);
            let def = &mut self.texts[i];
            (def.words, def.places, def.map) = (words, places, map);
        }
    }

    /// A text that shows one value under the name of its thing: "Punti: 12". Place 0 is the value, place 1 whose it is.
    pub fn house_text(&mut self, name: &str, say: super::super::model::Say, list: bool, owner: bool) -> u16 {
        use crate::scenario::model::{Para, Piece, Prose, Say, TextDef, Words};
        let none = Around::default();
        let mut labels = Words::default();
        for kind in ["variable", "value", "zone", "parameter", "channel"] {
            let found = self.section_words(kind, name, &none).0;
            if labels.is_empty() && !found.is_empty() {
                labels = found;
            }
        }
        let mut words = Vec::new();
        for lang in 0..self.tree.words.len() {
            let label = labels.of(lang).map(crate::view::prose::plain_words).unwrap_or_default();
            let mut line = Vec::new();
            if !label.is_empty() {
                line.push(Piece::Text(label));
            }
            if owner {
                line.extend([Piece::Text(" (".into()), Piece::Place(1), Piece::Text(")".into())]);
            }
            if !line.is_empty() {
                line.push(Piece::Text(": ".into()));
            }
            line.push(Piece::Place(0));
            words.push(Some(Prose { blocks: vec![Para::Paragraph(line)], places: Vec::new() }));
        }
        let mut places = vec![PlaceX { x: if list { X::ListReg(0) } else { X::Reg(0) }, list, say, span: Span::default() }];
        if owner {
            places.push(PlaceX { x: X::Reg(u16::from(!list)), list: false, say: Say::Seat, span: Span::default() });
        }
        let map = vec![(0..places.len() as u16).collect(); words.len()];
        let id = self.texts.len() as u16;
        self.texts.push(TextDef { id: format!("_{name}"), with: Vec::new(), words: Words(words), places, map, unkept: false });
        id
    }

    /// Texts of the house have their words already.
    fn is_of_the_house(&self, text: usize) -> bool {
        self.texts[text].id.starts_with('_')
    }

    pub fn unused_texts(&mut self) {
        for i in (0..self.texts.len()).filter(|i| !self.is_of_the_house(*i)).collect::<Vec<_>>() {
            if !self.text_used.iter().any(|u| usize::from(u.0) == i) {
                let id = self.texts[i].id.clone();
                let span = self.tree.words.first().and_then(|w| {
                    let all = w.sections.iter().filter(|s| s.kind == "text");
                    all.flat_map(|s| s.children.iter().map(|c| (&c.0, c.1)).chain(s.id.iter().map(move |i| (i, s.span)))).find(|c| *c.0 == id)
                });
                self.faults.add("W806", span.map_or(Span::default(), |s| s.1), &[&id]);
            }
        }
    }

    /// Names of what is shown: variables, teams, lists.
    pub fn name_things(&mut self) {
        let none = Around::default();
        for i in 0..self.vars.len() {
            let id = self.vars[i].id.clone();
            let (variable, parameter) = (self.section_words("variable", &id, &none).0, self.section_words("parameter", &id, &none).0);
            self.vars[i].name = if variable.is_empty() { parameter } else { variable };
        }
        for i in 0..self.teams.len() {
            let id = self.teams[i].id.clone();
            let (name, brief) = self.section_words("team", &id, &none);
            (self.teams[i].name, self.teams[i].brief) = (name, brief);
        }
        for i in 0..self.lists.len() {
            let id = self.lists[i].id.clone();
            self.lists[i].name = self.token_words(&id);
        }
        for n in self.nodes("variable") {
            let marks = n.map("marks");
            let Some(v) = self.vars.iter().position(|v| v.id == n.id) else {
                continue;
            };
            let mut out = BTreeMap::new();
            for e in marks {
                if let (Ok(k), Some((t, span))) = (e.key.parse(), e.value.text()) {
                    match self.names.find(t).first().map(|d| d.0) {
                        Some(Decl::Text(id)) => {
                            self.text_used.push((id, Vec::new(), span));
                            out.insert(k, id);
                        }
                        _ => self.unknown(t, span),
                    }
                }
            }
            self.vars[v].marks = out;
        }
    }

    /// The name of a token kind: a pattern over its item.
    fn token_words(&mut self, id: &str) -> crate::scenario::model::Words {
        let mut a = Around { table: true, ..Around::default() };
        if let Some(k) = self.kinds.iter().position(|k| k.id == id) {
            let reg = a.reg();
            a.push(Base::Token(k as u16), X::Reg(reg));
        }
        let title = self.index.title("token", id);
        self.words(&title, &a)
    }
}

/// The colour family of a landing that does not say its look.
fn look_of(then: &[S]) -> String {
    let back = then.iter().any(|s| matches!(s, S::MoveToSpace { .. }));
    if back { "back" } else { "plain" }.to_string()
}

fn each_name(ex: &crate::scenario::rules::ast::Ex) -> Option<String> {
    use crate::scenario::rules::ast::Kind;
    match &*ex.kind {
        Kind::Each(n, _) => Some(n.clone()),
        Kind::Where(s, _) | Kind::Sorted(s, _) | Kind::From(s, _) | Kind::Except(s, _) => each_name(s),
        _ => None,
    }
}

/// A space's own facts, at load.
fn space_fact(def: &crate::scenario::model::BoardDef, i: usize, x: &X) -> i64 {
    use crate::scenario::model::{Arith, Cmp, NONE};
    let s = &def.spaces[i];
    let go = |x: &X| space_fact(def, i, x);
    match x {
        X::K(n) => *n,
        X::SpaceNumber { .. } => s.n,
        X::SpaceCol { .. } => s.col,
        X::SpaceRow { .. } => s.row,
        X::SpaceAttr { col, .. } => s.attrs.get(usize::from(*col)).copied().unwrap_or(NONE),
        X::And(a, b) => i64::from(go(a) == 1 && go(b) == 1),
        X::Or(a, b) => i64::from(go(a) == 1 || go(b) == 1),
        X::Not(a) => i64::from(go(a) != 1),
        X::Eq(a, b) => i64::from(go(a) == go(b)),
        X::In(a, set) => match &**set {
            X::List(items) => i64::from(items.iter().any(|x| go(x) == go(a))),
            _ => 0,
        },
        X::Cmp(op, a, b) => {
            let (a, b) = (go(a), go(b));
            i64::from(match op {
                Cmp::Lt => a < b,
                Cmp::Le => a <= b,
                Cmp::Gt => a > b,
                Cmp::Ge => a >= b,
            })
        }
        X::Arith(Arith::Mod, a, b) => go(a).checked_rem_euclid(go(b)).unwrap_or(0),
        X::Arith(Arith::Add, a, b) => go(a).saturating_add(go(b)),
        X::Arith(Arith::Sub, a, b) => go(a).saturating_sub(go(b)),
        X::Arith(Arith::Mul, a, b) => go(a).saturating_mul(go(b)),
        _ => NONE,
    }
}
