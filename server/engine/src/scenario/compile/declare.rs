//! Declares everything a rule can name, before any rule is read.

use std::collections::BTreeMap;

use super::Compiler;
use super::expr::{decimal, status};
use super::flow::Spotted;
use super::names::Decl;
use crate::scenario::check::nearest::nearest;
use crate::scenario::faults::Faults;
use crate::scenario::limits;
use crate::scenario::model::{
    AttrVal, Aud, Audience, Base, BoardDef, ColDef, GroupDef, ItemDef, KeyOf, KindDef, ListDef, NONE, RoleDef, Scope, ShapeDef, SpaceDef, TeamDef,
    TextDef, Ty, Val, ValueDef, VarDef, Words, X, ZoneDef, ZoneKind,
};
use crate::scenario::rules::ast::{Input, Who};
use crate::scenario::rules::lex::{Tok, Token, lex};
use crate::scenario::rules::phrase;
use crate::scenario::tree::{Entry, Node, Sheet, Span, Value, ValueKind};

impl<'t> Compiler<'t> {
    pub fn declare(&mut self) {
        for s in ["playing", "resting", "ghost", "out", "observer", "left"] {
            if let Some(st) = status(s) {
                self.names.add(s, Decl::Status(st), Span::default(), self.faults);
            }
        }
        self.declare_people();
        self.declare_lists();
        self.declare_boards();
        self.declare_kinds();
        self.declare_roles();
        self.declare_channels();
        self.declare_zones();
        self.item_attributes();
        self.space_attributes();
        self.declare_values();
        for t in self.index.texts() {
            let id = self.texts.len() as u16;
            self.texts.push(TextDef { id: t.clone(), with: Vec::new(), words: Words::default(), places: Vec::new(), map: Vec::new(), unkept: false });
            self.names.add(&t, Decl::Text(id), Span::default(), self.faults);
        }
        self.phase_ids = self.nodes("phase").iter().map(|n| n.id.clone()).collect();
        self.move_ids = self.nodes("move").iter().map(|n| n.id.clone()).collect();
        self.ending_ids = self.nodes("ending").iter().map(|n| n.id.clone()).collect();
        self.panel_ids = self.nodes("panel").iter().map(|n| n.id.clone()).collect();
        let moves = self.nodes("move");
        for (i, m) in moves.iter().enumerate() {
            if moves[..i].iter().any(|o| o.id == m.id) {
                self.faults.add("N213", m.span, &[&m.id]);
            }
        }
    }

    fn declare_people(&mut self) {
        let Some(people) = self.people_node() else {
            return;
        };
        for (id, n, span) in names_or_map(people.get("teams")) {
            let k = self.teams.len() as u32;
            self.names.add(&id, Decl::Team(k), span, self.faults);
            self.teams.push(TeamDef { id, share: n.unwrap_or(1).max(1) as u32, name: Words::default(), brief: Words::default() });
        }
        for (id, n, span) in names_or_map(people.get("groups")) {
            let k = self.groups.len() as u8;
            self.names.add(&id, Decl::Group(k), span, self.faults);
            self.group_ids.push(id.clone());
            self.groups.push(GroupDef { id, least: n.unwrap_or(2).max(1) as u32 });
        }
        self.groups_undeclared();
    }

    /// Kinds of groups that rules make and nobody declares: told where one is first made, and then known, so that whatever
    /// is of such a group is not told as well.
    fn groups_undeclared(&mut self) {
        let tree = self.tree;
        let declared = self.group_ids.len();
        let mut made = Vec::new();
        tree.nodes.iter().flat_map(|n| &n.keys).for_each(|e| groups_made(&e.value, &mut made));
        for (id, span) in made {
            let meant = self.group_ids.contains(&id) || nearest(&id, self.group_ids[..declared].iter().map(String::as_str)).is_some();
            if meant || tree.nodes.iter().any(|n| n.id == id) {
                continue;
            }
            let all: Vec<String> = self.group_ids[..declared].iter().chain([&id]).map(|g| format!("\"{g}\"")).collect();
            self.faults.add("N220", span, &[&id, &all.join(", ")]);
            self.names.add(&id, Decl::Group(self.groups.len() as u8), span, self.faults);
            self.group_ids.push(id.clone());
            self.groups.push(GroupDef { id, least: 2 });
        }
    }

    // ------------------------------------------------------------ lists and tokens

    fn declare_lists(&mut self) {
        for n in self.nodes("list") {
            let l = self.lists.len() as u16;
            self.names.add(&n.id, Decl::List(l), n.span, self.faults);
            let look = n.text("look").map_or("card", |t| t.0).to_string();
            let items = self.items_of(n, l);
            self.lists.push(ListDef { id: n.id.clone(), cols: Vec::new(), items, name: Words::default(), look });
        }
    }

    fn declare_kinds(&mut self) {
        for n in self.nodes("token") {
            let l = self.lists.len() as u16;
            let k = self.kinds.len() as u16;
            self.names.add(&n.id, Decl::Kind(k), n.span, self.faults);
            let mut items = self.items_of(n, l);
            if n.get("rows").is_none() {
                items.push(item(&n.id, 1));
            }
            self.drawings(n, &mut items);
            let wide = items.iter().any(|i| !i.covers.is_empty());
            let most = n.int("most").map_or_else(|| items.iter().map(|i| i.qty).sum(), |m| m as u32);
            let look = n.text("look").map_or("card", |t| t.0).to_string();
            self.lists.push(ListDef { id: n.id.clone(), cols: Vec::new(), items, name: Words::default(), look });
            let per = n.text("per").map(|(p, _)| if p == "team" { Scope::Team } else { Scope::Seat });
            let start = n.text("start").and_then(|(t, span)| self.start_space(t, span));
            let mut starts = Vec::new();
            for e in n.map("start") {
                let item = self.lists[usize::from(l)].items.iter().position(|i| i.id == e.key);
                if item.is_none() {
                    self.unknown(&e.key, e.key_span);
                }
                if let (Some(i), Some((board, space))) = (item, e.value.text().and_then(|(t, span)| self.start_space(t, span))) {
                    starts.push((i as u32, board, space));
                }
            }
            self.kinds.push(KindDef { id: n.id.clone(), list: l, per, start, starts, most, wide });
        }
    }

    /// `covers`: one drawing for all items, or one for each; a row of signs for each row of cells, `.` is left free.
    fn drawings(&mut self, n: &Node, items: &mut [ItemDef]) {
        let Some(v) = n.get("covers") else { return };
        if let ValueKind::Map(each) = &v.kind {
            for e in each {
                match items.iter_mut().find(|i| i.id == e.key) {
                    Some(i) => i.covers = self.drawing(&e.value, &n.id),
                    None => self.unknown(&e.key, e.key_span),
                }
            }
            return;
        }
        let covers = self.drawing(v, &n.id);
        items.iter_mut().for_each(|i| i.covers.clone_from(&covers));
    }

    fn drawing(&mut self, v: &Value, kind: &str) -> Vec<[u32; 2]> {
        let ValueKind::List(rows) = &v.kind else {
            self.faults.add("T328", v.span, &[kind]);
            return Vec::new();
        };
        let rows: Vec<&str> = rows.iter().filter_map(|r| r.text().map(|t| t.0)).collect();
        let row = |(r, text): (usize, &&str)| -> Vec<[u32; 2]> {
            text.chars().enumerate().filter(|(_, sign)| !matches!(sign, '.' | ' ')).map(|(c, _)| [c as u32, r as u32]).collect()
        };
        let cells: Vec<[u32; 2]> = rows.iter().enumerate().flat_map(row).collect();
        if cells.is_empty() || cells.len() > limits::CELLS {
            self.faults.add("T328", v.span, &[kind]);
            return Vec::new();
        }
        cells
    }

    /// `pista[0]`: a board and a space of it.
    fn start_space(&mut self, text: &str, span: Span) -> Option<(u16, u32)> {
        let (board, rest) = text.split_once('[')?;
        let Some(b) = self.boards.iter().position(|b| b.id == board.trim()) else {
            self.unknown(board, span);
            return None;
        };
        let want = rest.trim_end_matches(']').replace(' ', "");
        let space = self.boards[b].spaces.iter().position(|s| s.id == want || s.n.to_string() == want);
        if space.is_none() {
            self.faults.add("N214", span, &[&want, board]);
        }
        Some((b as u16, space? as u32))
    }

    fn items_of(&mut self, n: &'t Node, list: u16) -> Vec<ItemDef> {
        match n.get("rows").map(|v| &v.kind) {
            Some(ValueKind::List(rows)) => {
                self.each_once(rows);
                rows.iter()
                    .filter_map(|v| v.text())
                    .enumerate()
                    .map(|(i, (t, span))| {
                        self.names.add(t, Decl::Item(list, i as u32), span, self.faults);
                        item(t, 1)
                    })
                    .collect()
            }
            Some(ValueKind::Text(path)) => self.items_of_sheet(path, list),
            Some(ValueKind::Map(dims)) => self.cross(dims, list),
            _ => Vec::new(),
        }
    }

    /// Two rows of one name would be two things that nobody can tell apart.
    fn each_once(&mut self, rows: &[Value]) {
        for (i, row) in rows.iter().enumerate() {
            let id = plain(row);
            if !id.is_empty() && rows[..i].iter().any(|r| plain(r) == id) {
                self.faults.add("S149", row.span, &[&id]);
            }
        }
    }

    fn items_of_sheet(&mut self, path: &str, list: u16) -> Vec<ItemDef> {
        let Some(sheet) = self.sheet(path) else {
            return Vec::new();
        };
        let (id, qty) = (sheet.column("id").unwrap_or(0), sheet.column("qty"));
        let mut out = Vec::new();
        for (i, row) in sheet.rows.iter().enumerate() {
            let Some((name, span)) = row.cells.get(id) else {
                continue;
            };
            self.names.add(name, Decl::Item(list, i as u32), *span, self.faults);
            let n = qty.and_then(|q| row.cells.get(q)).and_then(|c| c.0.trim().parse().ok()).unwrap_or(1);
            out.push(item(name, n));
        }
        out
    }

    /// A cross of attributes: every combination is an item, its id joined with `_`.
    fn cross(&mut self, dims: &[Entry], list: u16) -> Vec<ItemDef> {
        let mut ids = vec![String::new()];
        for d in dims {
            let ValueKind::List(values) = &d.value.kind else {
                continue;
            };
            self.each_once(values);
            let words: Vec<String> = values.iter().map(plain).collect();
            ids = ids.iter().flat_map(|a| words.iter().map(move |w| if a.is_empty() { w.clone() } else { format!("{a}_{w}") })).collect();
        }
        for (i, id) in ids.iter().enumerate() {
            self.names.add(id, Decl::Item(list, i as u32), dims.first().map_or(Span::default(), |d| d.key_span), self.faults);
        }
        ids.iter().map(|id| item(id, 1)).collect()
    }

    /// The things of a list have texts where a sheet has a column of them.
    pub fn has_texts(&self, list: u16) -> bool {
        let mine = |n: &&Node| matches!(n.kind.as_str(), "list" | "token") && n.id == self.lists[usize::from(list)].id;
        let rows = self.tree.nodes.iter().find(mine).and_then(|n| n.text("rows"));
        rows.and_then(|(path, _)| self.sheet(path)).is_some_and(|s| s.column("text").is_some())
    }

    pub fn sheet(&self, path: &str) -> Option<&'t Sheet> {
        self.tree.sheets.iter().find(|s| s.path == path)
    }

    /// Attributes declared by `has`, read from CSV columns or from the cross.
    fn item_attributes(&mut self) {
        for kind in ["list", "token"] {
            for n in self.nodes(kind) {
                let Some(l) = self.lists.iter().position(|x| x.id == n.id) else {
                    continue;
                };
                for e in n.map("has") {
                    let Some((t, span)) = e.value.text() else {
                        continue;
                    };
                    let ty = self.ty(t, span);
                    self.lists[l].cols.push(ColDef { id: e.key.clone(), ty });
                    self.fill_attribute(n, l, &e.key, ty);
                }
                self.item_words(n, l);
            }
        }
    }

    fn fill_attribute(&mut self, n: &'t Node, l: usize, key: &str, ty: Ty) {
        let count = self.lists[l].items.len();
        let mut vals = Vec::with_capacity(count);
        match n.get("rows").map(|v| &v.kind) {
            Some(ValueKind::Text(path)) => {
                let sheet = self.sheet(path);
                let column = sheet.and_then(|s| s.column(key));
                for i in 0..count {
                    let cell = sheet.zip(column).and_then(|(s, c)| s.rows.get(i)?.cells.get(c));
                    vals.push(match (ty.base, cell) {
                        (Base::Text, _) => AttrVal::Text(self.cell_words(path, i, key)),
                        (_, Some((text, span))) => AttrVal::N(self.constant(text, *span, ty)),
                        _ => AttrVal::N(zero(ty)),
                    });
                }
            }
            Some(ValueKind::Map(dims)) => {
                for i in 0..count {
                    vals.push(AttrVal::N(self.cross_value(dims, i, key, ty)));
                }
            }
            _ => vals.extend((0..count).map(|_| AttrVal::N(zero(ty)))),
        }
        for (item, v) in self.lists[l].items.iter_mut().zip(vals) {
            item.attrs.push(v);
        }
    }

    fn cross_value(&mut self, dims: &[Entry], i: usize, key: &str, ty: Ty) -> i64 {
        let sizes: Vec<usize> = dims.iter().map(|d| if let ValueKind::List(v) = &d.value.kind { v.len().max(1) } else { 1 }).collect();
        let Some(d) = dims.iter().position(|d| d.key == key) else {
            return zero(ty);
        };
        let step: usize = sizes[d + 1..].iter().product();
        let ValueKind::List(values) = &dims[d].value.kind else {
            return zero(ty);
        };
        let v = &values[i / step % sizes[d]];
        self.constant_value(v, ty)
    }

    /// A cell of a text column in each language: `text`, `text.en`.
    fn cell_words(&mut self, path: &str, row: usize, column: &str) -> Words {
        let Some(sheet) = self.sheet(path) else {
            return Words::default();
        };
        let langs: Vec<String> = self.tree.words.iter().map(|w| w.lang.clone()).collect();
        let mut out = Vec::new();
        for (i, lang) in langs.iter().enumerate() {
            let name = if i == 0 { column.to_string() } else { format!("{column}.{lang}") };
            let cell = sheet.column(&name).and_then(|c| sheet.rows.get(row)?.cells.get(c)).filter(|c| !c.0.trim().is_empty());
            let prose = cell.map(|(t, span)| crate::scenario::tree::Prose { raw: t.clone(), span: *span });
            out.push(prose.map(|p| self.prose(&p, &super::expr::Around::default())));
        }
        Words(out)
    }

    fn item_words(&mut self, n: &'t Node, l: usize) {
        let path = n.text("rows").map(|t| t.0.to_string());
        for i in 0..self.lists[l].items.len() {
            let id = self.lists[l].items[i].id.clone();
            if let Some(p) = &path {
                let name = self.cell_words(p, i, "name");
                let text = self.cell_words(p, i, "text");
                let alt = self.cell_words(p, i, "alt");
                let item = &mut self.lists[l].items[i];
                (item.name, item.text, item.alt) = (name, text, alt);
            }
            self.lists[l].items[i].picture = self.tree.images.iter().find(|p| p.item == id).map(|p| p.name.clone());
            if self.lists[l].items[i].name.is_empty() {
                let around = super::expr::Around::default();
                let words = self.child_words("list", &n.id, &id, &around);
                self.lists[l].items[i].name = words;
            }
        }
    }

    // ------------------------------------------------------------ constants

    fn constant_value(&mut self, v: &Value, ty: Ty) -> i64 {
        match &v.kind {
            ValueKind::Int(n) if ty.base == Base::Decimal => n * crate::scenario::model::DEC,
            ValueKind::Int(n) => *n,
            ValueKind::Float(f) => decimal(*f),
            ValueKind::Bool(b) => i64::from(*b),
            ValueKind::Text(t) => self.constant(t, v.span, ty),
            _ => NONE,
        }
    }

    /// A literal of a type: number, yes/no, or the name of an item, team, role.
    pub fn constant(&mut self, text: &str, span: Span, ty: Ty) -> i64 {
        let text = text.trim();
        if text.is_empty() {
            return zero(ty);
        }
        match ty.base {
            Base::Number | Base::Any => text.parse().unwrap_or_else(|_| self.wrong_constant(text, span, ty)),
            Base::Decimal => text.replace(',', ".").parse().map_or_else(|_| self.wrong_constant(text, span, ty), decimal),
            Base::Bool => match text.to_lowercase().as_str() {
                "yes" | "sì" | "si" | "true" | "x" | "1" => 1,
                "no" | "false" | "0" => 0,
                _ => self.wrong_constant(text, span, ty),
            },
            _ if text == "none" => NONE,
            base => {
                let found = self.names.find(text).iter().find(|(d, _)| self.decl_base(*d) == Some(base)).map(|d| d.0);
                match found {
                    Some(Decl::Item(_, i) | Decl::Role(i) | Decl::Team(i)) => i64::from(i),
                    _ => {
                        self.unknown(text, span);
                        NONE
                    }
                }
            }
        }
    }

    fn wrong_constant(&mut self, text: &str, span: Span, ty: Ty) -> i64 {
        let want = self.type_name(ty);
        self.faults.add("T318", span, &[text, &want]);
        0
    }

    // ------------------------------------------------------------ boards

    fn declare_boards(&mut self) {
        for n in self.nodes("board") {
            let b = self.boards.len() as u16;
            self.names.add(&n.id, Decl::Board(b), n.span, self.faults);
            let scope = n.text("of").map_or(Scope::Table, |(t, span)| self.scope_of_word(t, span));
            let seen = self.seen(n);
            let (shape, spaces) = n.text("shape").map_or((ShapeDef::Graph, Vec::new()), |(t, span)| self.shape(n, t, span));
            self.boards.push(BoardDef {
                id: n.id.clone(),
                scope,
                seen,
                shape,
                spaces,
                cols: Vec::new(),
                chain: n.int("chain").map_or(20, |c| c as u32),
                lands: Vec::new(),
                name: Words::default(),
            });
        }
    }

    fn shape(&mut self, n: &Node, text: &str, span: Span) -> (ShapeDef, Vec<SpaceDef>) {
        let words: Vec<&str> = text.split_whitespace().collect();
        let num = |s: &str| s.parse::<i64>().ok();
        match words.as_slice() {
            ["path", a, "to", b] => {
                if let (Some(from), Some(to)) = (num(a), num(b))
                    && (0..1000).contains(&(to - from))
                {
                    return (ShapeDef::Path { from, to }, line(from, to, false));
                }
            }
            ["ring", k] => {
                if let Some(k) = num(k).filter(|k| (1..=1000).contains(k)) {
                    return (ShapeDef::Ring(k as u32), line(1, k, true));
                }
            }
            ["grid", c, "by", r, rest @ ..] => {
                let near = match rest {
                    [] | ["by", "4"] => 4,
                    ["by", "8"] => 8,
                    _ => 0,
                };
                if let (Some(c), Some(r), true) = (num(c), num(r), near > 0)
                    && (1..=40).contains(&c)
                    && (1..=40).contains(&r)
                {
                    return (ShapeDef::Grid { cols: c as u32, rows: r as u32 }, grid(c, r, near));
                }
            }
            ["graph"] => return (ShapeDef::Graph, self.graph(n)),
            _ => {}
        }
        self.faults.add("T319", span, &[text]);
        (ShapeDef::Graph, Vec::new())
    }

    fn graph(&mut self, n: &Node) -> Vec<SpaceDef> {
        let mut spaces = Vec::new();
        for (i, v) in n.list("spaces").iter().enumerate() {
            let id = match &v.kind {
                ValueKind::Map(m) => m.iter().find(|e| e.key == "id").and_then(|e| e.value.text()).map(|t| t.0.to_string()),
                ValueKind::Text(t) => Some(t.clone()),
                _ => None,
            };
            let mut s = space(&id.unwrap_or_default(), i as i64 + 1, i as i64, 0);
            if let ValueKind::Map(m) = &v.kind {
                self.space_keys(n, m, &mut s);
            }
            spaces.push(s);
        }
        if let Some((text, span)) = n.text("edges") {
            for edge in text.split_whitespace() {
                self.edge(edge, span, &mut spaces);
            }
        }
        spaces
    }

    /// Where a space stands needs no `has`; who sees it neither; everything else is an attribute.
    fn space_keys(&mut self, n: &Node, keys: &[Entry], s: &mut SpaceDef) {
        for e in keys {
            match (e.key.as_str(), &e.value.kind) {
                ("id", _) => {}
                ("col" | "x", ValueKind::Int(v)) => s.col = *v,
                ("row" | "y", ValueKind::Int(v)) => s.row = *v,
                ("seen", ValueKind::Text(t)) => s.seen = Some(self.audience(t, e.value.span)),
                (key, _) if n.map("has").iter().any(|h| h.key == key) => {}
                (key, _) => self.faults.add("N215", e.key_span, &[key, &n.id]),
            }
        }
    }

    /// `a-b`: both ways; `a>b`: one way; `a-b:road`: labelled.
    fn edge(&mut self, edge: &str, span: Span, spaces: &mut [SpaceDef]) {
        let (ends, label) = edge.split_once(':').map_or((edge, None), |(e, l)| (e, Some(l.to_string())));
        let both = ends.contains('-');
        let Some((a, b)) = ends.split_once(['-', '>']) else {
            self.faults.add("T320", span, &[edge]);
            return;
        };
        let at = |n: &str| spaces.iter().position(|s| s.id.eq_ignore_ascii_case(n));
        let (Some(a), Some(b)) = (at(a), at(b)) else {
            self.faults.add("T320", span, &[edge]);
            return;
        };
        spaces[a].next.push((b as u32, label.clone()));
        if both {
            spaces[b].next.push((a as u32, label));
        }
    }

    fn space_attributes(&mut self) {
        for n in self.nodes("board") {
            let Some(b) = self.boards.iter().position(|x| x.id == n.id) else {
                continue;
            };
            for e in n.map("has") {
                let Some((t, span)) = e.value.text() else {
                    continue;
                };
                let ty = self.ty(t, span);
                self.boards[b].cols.push(ColDef { id: e.key.clone(), ty });
                for (i, v) in n.list("spaces").iter().enumerate() {
                    let given = match &v.kind {
                        ValueKind::Map(m) => m.iter().find(|x| x.key == e.key).map(|x| x.value.clone()),
                        _ => None,
                    };
                    let n = given.map_or_else(|| zero(ty), |v| self.constant_value(&v, ty));
                    // A board whose shape has a fault has no spaces.
                    let Some(s) = self.boards[b].spaces.get_mut(i) else { continue };
                    s.attrs.push(n);
                    match e.key.as_str() {
                        "col" | "x" => s.col = n,
                        "row" | "y" => s.row = n,
                        _ => {}
                    }
                }
            }
        }
    }

    // ------------------------------------------------------------ roles

    fn declare_roles(&mut self) {
        if let Some((path, _)) = self.people_node().and_then(|p| p.text("roles"))
            && let Some(sheet) = self.sheet(path)
        {
            for i in 0..sheet.rows.len() {
                self.role_of_row(sheet, i);
            }
        }
        for n in self.nodes("role") {
            let id = self.roles.len() as u32;
            self.names.add(&n.id, Decl::Role(id), n.span, self.faults);
            self.roles.push(role(&n.id));
        }
    }

    fn role_of_row(&mut self, sheet: &'t Sheet, i: usize) {
        let cell = |name: &str| sheet.column(name).and_then(|c| sheet.rows[i].cells.get(c)).filter(|c| !c.0.trim().is_empty());
        let Some((id, span)) = cell("id") else { return };
        self.names.add(id, Decl::Role(self.roles.len() as u32), *span, self.faults);
        let mut def = role(id);
        def.from = cell("from").and_then(|c| c.0.trim().parse().ok()).unwrap_or(0);
        def.rest = cell("rest").is_some_and(|c| matches!(c.0.trim().to_lowercase().as_str(), "yes" | "sì" | "si" | "x" | "true" | "1"));
        self.roles.push(def);
    }

    /// `seen` and `count` of roles, which may name other things.
    pub fn compile_roles(&mut self) {
        let sheet = self.people_node().and_then(|p| p.text("roles")).and_then(|(p, _)| self.sheet(p));
        for i in 0..self.roles.len() {
            let id = self.roles[i].id.clone();
            if let Some(n) = self.nodes("role").into_iter().find(|n| n.id == id) {
                self.role_section(i, n);
            } else if let Some(sheet) = sheet {
                self.role_sheet(i, sheet);
            }
            let around = super::expr::Around { table: true, ..super::expr::Around::default() };
            let (name, brief) = self.section_words("role", &id, &around);
            let public = self.child_words("role", &id, "public", &around);
            let def = &mut self.roles[i];
            if def.name.is_empty() {
                def.name = name;
            }
            if def.brief.is_empty() {
                def.brief = brief;
            }
            if def.public.is_empty() {
                def.public = public;
            }
        }
    }

    fn role_section(&mut self, i: usize, n: &'t Node) {
        self.roles[i].seen = self.seen(n);
        let around = super::expr::Around { table: true, ..super::expr::Around::default() };
        self.roles[i].count = self.key_number(n, "count", &around);
        self.roles[i].from = n.int("from").map_or(0, |f| f as u32);
        self.roles[i].rest = n.bool("rest").unwrap_or(false);
        if let Some((t, span)) = n.text("team") {
            self.roles[i].team = u32::try_from(self.constant(t, span, Ty::one(Base::Team))).ok();
        }
        for e in n.map("gets") {
            match self.zones.iter().position(|z| z.id == e.key) {
                Some(z) => {
                    let items = self.gotten(z, &e.value);
                    self.roles[i].gets.push((z as u16, items));
                }
                None => self.unknown(&e.key, e.key_span),
            }
        }
    }

    /// What a role brings into a zone: `"lettera"`, `["lettera", "timbro"]`, `{ moneta = 3 }` or `"all carta"`.
    fn gotten(&mut self, zone: usize, v: &Value) -> Vec<u32> {
        let kind = self.zones[zone].holds;
        self.kinds_made.push(kind);
        let list = usize::from(self.kind_list(kind));
        let mut out = Vec::new();
        let mut named: Vec<(String, i64, Span)> = Vec::new();
        match &v.kind {
            ValueKind::Text(t) if t.strip_prefix("all ").map(str::trim) == Some(self.kinds[usize::from(kind)].id.as_str()) => {
                out.extend((0..self.lists[list].items.len() as u32).flat_map(|i| vec![i; self.lists[list].items[i as usize].qty as usize]));
            }
            ValueKind::Text(t) => named.push((t.clone(), 1, v.span)),
            ValueKind::List(l) => named.extend(l.iter().filter_map(|v| v.text()).map(|(t, s)| (t.to_string(), 1, s))),
            ValueKind::Map(m) => {
                named.extend(m.iter().map(|e| (e.key.clone(), if let ValueKind::Int(n) = e.value.kind { n } else { 1 }, e.key_span)));
            }
            _ => {}
        }
        for (id, n, span) in named {
            match self.lists[list].items.iter().position(|i| i.id == id) {
                Some(i) => out.extend(vec![i as u32; usize::try_from(n).unwrap_or(0)]),
                None => self.unknown(&id, span),
            }
        }
        out
    }

    fn role_sheet(&mut self, i: usize, sheet: &'t Sheet) {
        let id = self.roles[i].id.clone();
        let Some(at) = sheet.column("id").and_then(|c| sheet.rows.iter().position(|r| r.cells.get(c).is_some_and(|x| x.0 == id))) else {
            return;
        };
        let cell = |name: &str| sheet.column(name).and_then(|c| sheet.rows[at].cells.get(c)).filter(|c| !c.0.trim().is_empty());
        if let Some((t, span)) = cell("seen") {
            self.roles[i].seen = self.audience(t, *span);
        }
        if let Some((t, span)) = cell("count") {
            let around = super::expr::Around { table: true, ..super::expr::Around::default() };
            if let Some(ex) = crate::scenario::rules::parse::expression(t, *span, self.faults) {
                self.roles[i].count = Some(self.with(around, |cx| cx.number(&ex)));
            }
        }
        if let Some((t, span)) = cell("team") {
            self.roles[i].team = u32::try_from(self.constant(t, *span, Ty::one(Base::Team))).ok();
        }
        let name = self.cell_words(&sheet.path, at, "name");
        let brief = self.cell_words(&sheet.path, at, "brief");
        let public = self.cell_words(&sheet.path, at, "public");
        let def = &mut self.roles[i];
        (def.name, def.brief, def.public) = (name, brief, public);
    }

    // ------------------------------------------------------------ who sees

    pub fn seen(&mut self, n: &Node) -> Audience {
        n.text("seen").map_or_else(|| vec![Aud::Owner], |(t, span)| self.audience(t, span))
    }

    pub fn audience(&mut self, text: &str, span: Span) -> Audience {
        let words = phrase::audience(text, span, self.faults).unwrap_or_default();
        words.into_iter().filter_map(|w| self.who(w, span)).collect()
    }

    fn who(&mut self, w: Who, span: Span) -> Option<Aud> {
        Some(match w {
            Who::Nobody => Aud::Nobody,
            Who::Desk => Aud::Desk,
            Who::OnlyOwner => Aud::OnlyOwner,
            Who::Owner => Aud::Owner,
            Who::Table => Aud::Table,
            Who::All => Aud::All,
            Who::Role(None) => Aud::Role(None),
            Who::Team(None) => Aud::Team(None),
            Who::Role(Some(n)) => match self.names.find(&n).first().map(|d| d.0) {
                Some(Decl::Role(r)) => Aud::Role(Some(r)),
                _ => return self.unknown_who(&n, span),
            },
            Who::Team(Some(n)) => match self.names.find(&n).first().map(|d| d.0) {
                Some(Decl::Team(t)) => Aud::Team(Some(t)),
                _ => return self.unknown_who(&n, span),
            },
            Who::Group(n) => match self.group_ids.iter().position(|g| *g == n) {
                Some(k) => Aud::Group(k as u8),
                None => return self.unknown_who(&n, span),
            },
        })
    }

    fn unknown_who(&mut self, n: &str, span: Span) -> Option<Aud> {
        const WORDS: [&str; 9] = ["nobody", "desk", "owner", "only", "role", "team", "table", "all", "everyone"];
        let own = self.group_ids.iter().chain(self.roles.iter().map(|r| &r.id)).chain(self.teams.iter().map(|t| &t.id));
        let near = nearest(n, WORDS.into_iter().chain(own.map(String::as_str))).unwrap_or("").to_string();
        self.faults.add("T324", span, &[n, "audience", &near]);
        None
    }

    // ------------------------------------------------------------ zones

    fn declare_zones(&mut self) {
        for n in self.nodes("zone") {
            self.names.add(&n.id, Decl::Zone(self.zones.len() as u16), n.span, self.faults);
            let scope = n.text("of").map_or(Scope::Table, |(t, span)| self.scope_of_word(t, span));
            let holds = n.text("holds").map_or(0, |(t, span)| {
                self.kinds.iter().position(|k| k.id == t).unwrap_or_else(|| {
                    self.unknown(t, span);
                    0
                }) as u16
            });
            let kind = match n.text("kind").map_or("pool", |t| t.0) {
                "stack" => ZoneKind::Stack,
                "hand" => ZoneKind::Hand,
                "row" => ZoneKind::Row,
                "slot" => ZoneKind::Slot,
                "source" => ZoneKind::Source,
                _ => ZoneKind::Pool,
            };
            let seen = self.seen(n);
            let start = if self.kinds.is_empty() { Vec::new() } else { self.zone_start(n, holds) };
            self.zones.push(ZoneDef { id: n.id.clone(), scope, holds, kind, seen, start, capacity: None, refill: None, name: Words::default() });
        }
    }

    fn zone_start(&mut self, n: &Node, holds: u16) -> Vec<(u32, u32)> {
        let list = usize::from(self.kind_list(holds));
        match n.get("start").map(|v| (&v.kind, v.span)) {
            Some((ValueKind::Text(t), span)) => {
                if t.strip_prefix("all ").map(str::trim) != Some(self.kinds[usize::from(holds)].id.as_str()) {
                    self.faults.add("T321", span, &[t, &self.kinds[usize::from(holds)].id]);
                }
                self.lists[list].items.iter().enumerate().map(|(i, it)| (i as u32, it.qty)).collect()
            }
            Some((ValueKind::Map(m), _)) => {
                let mut out = Vec::new();
                for e in m {
                    match (self.lists[list].items.iter().position(|i| i.id == e.key), &e.value.kind) {
                        (Some(i), ValueKind::Int(k)) => out.push((i as u32, *k as u32)),
                        _ => self.unknown(&e.key, e.key_span),
                    }
                }
                out
            }
            _ => Vec::new(),
        }
    }

    // ------------------------------------------------------------ values

    fn declare_values(&mut self) {
        for n in self.nodes("parameter") {
            self.declare_parameter(n);
        }
        for n in self.nodes("data") {
            self.declare_data(n);
        }
        for n in self.nodes("variable") {
            self.declare_variable(n);
        }
        for n in self.nodes("value") {
            let scope = n.text("of").map_or(Scope::Table, |(t, span)| self.scope_of_word(t, span));
            let keys = self.each(n);
            let seen = self.seen(n);
            self.names.add(&n.id, Decl::Value(self.values.len() as u16), n.span, self.faults);
            self.values.push(ValueDef {
                id: n.id.clone(),
                scope,
                ty: Ty::one(Base::Any),
                seen,
                is: X::K(NONE),
                keys: keys.into_iter().map(|k| k.1).collect(),
                shown: n.text("shown").map(|t| t.0.to_string()),
                name: Words::default(),
                regs: super::Frame::default(),
            });
        }
    }

    /// Keys of `each`: their names and what they range over.
    pub fn each(&mut self, n: &Node) -> Vec<(String, KeyOf)> {
        let mut words: Vec<(String, String, Span)> = Vec::new();
        match n.get("each").map(|v| (&v.kind, v.span)) {
            Some((ValueKind::Text(t), span)) => words.push((t.clone(), t.clone(), span)),
            Some((ValueKind::List(l), _)) => {
                words.extend(l.iter().filter_map(|v| v.text()).map(|(t, s)| (t.to_string(), t.to_string(), s)));
            }
            Some((ValueKind::Map(m), _)) => {
                words.extend(m.iter().filter_map(|e| e.value.text().map(|(t, s)| (e.key.clone(), t.to_string(), s))));
            }
            _ => {}
        }
        words.into_iter().filter_map(|(name, of, span)| Some((name, self.key_of(&of, span)?))).collect()
    }

    fn key_of(&mut self, word: &str, span: Span) -> Option<KeyOf> {
        Some(match word {
            "seat" => KeyOf::Seat,
            "team" => KeyOf::Team,
            "table" => KeyOf::Table,
            "role" => KeyOf::Role,
            "number" => KeyOf::Number,
            _ => match self.ty(word, span).base {
                Base::Item(l) => KeyOf::Item(l),
                Base::Token(k) => KeyOf::Token(k),
                Base::Space(b) => KeyOf::Space(b),
                Base::Any => return None,
                _ => {
                    self.faults.add("T329", span, &[word]);
                    return None;
                }
            },
        })
    }

    fn declare_parameter(&mut self, n: &'t Node) {
        let keys: Vec<KeyOf> = self.each(n).into_iter().map(|k| k.1).collect();
        let value = n.get("value");
        let ty = match n.text("type") {
            Some((t, span)) => self.ty(t, span),
            None => match value.map(|v| &v.kind) {
                Some(ValueKind::Bool(_)) => Ty::one(Base::Bool),
                Some(ValueKind::Float(_)) => Ty::one(Base::Decimal),
                Some(ValueKind::Text(t)) if t.ends_with(" s") || t.ends_with(" min") => Ty::one(Base::Duration),
                _ => Ty::one(Base::Number),
            },
        };
        let mut def = VarDef { id: n.id.clone(), ty, keys, seen: vec![Aud::All], knob: n.bool("live").unwrap_or(false), ..VarDef::empty() };
        def.range = range(n, ty);
        match value.map(|v| &v.kind) {
            Some(ValueKind::Map(m)) if !def.keys.is_empty() => def.table = self.table_of_map(m, &def.keys, ty),
            Some(ValueKind::Text(t)) if ty.base == Base::Duration => {
                let span = value.map_or(Span::default(), |v| v.span);
                if let Some(ex) = crate::scenario::rules::parse::expression(t, span, self.faults) {
                    def.start = Val::N(if let crate::scenario::rules::ast::Kind::Duration(d) = *ex.kind { d } else { 0 });
                }
            }
            Some(_) => {
                if let Some(v) = value {
                    def.start = Val::N(self.constant_value(v, ty));
                }
            }
            None => {}
        }
        self.names.add(&n.id, Decl::Var(self.vars.len() as u16), n.span, self.faults);
        self.vars.push(def);
    }

    fn table_of_map(&mut self, m: &[Entry], keys: &[KeyOf], ty: Ty) -> Vec<(Vec<i64>, i64)> {
        let mut out = Vec::new();
        for e in m {
            let k = self.constant(&e.key, e.key_span, Ty::one(keys[0].base()));
            match (&e.value.kind, keys) {
                (ValueKind::Map(inner), [_, second]) => {
                    for i in inner {
                        let k2 = self.constant(&i.key, i.key_span, Ty::one(second.base()));
                        out.push((vec![k, k2], self.constant_value(&i.value, ty)));
                    }
                }
                _ => out.push((vec![k], self.constant_value(&e.value, ty))),
            }
        }
        out
    }

    /// A look-up table is a constant variable of the session with a key.
    fn declare_data(&mut self, n: &'t Node) {
        let keys: Vec<KeyOf> = n
            .list("keys")
            .iter()
            .filter_map(|v| v.text().map(|(t, s)| (t.to_string(), s)))
            .collect::<Vec<_>>()
            .into_iter()
            .filter_map(|(t, s)| self.key_of(&t, s))
            .collect();
        let ty = self.data_type(n);
        let start = n.get("else").map_or(0, |v| self.constant_value(v, ty));
        let table = match n.get("rows").map(|v| &v.kind) {
            Some(ValueKind::Map(m)) if !keys.is_empty() => self.table_of_map(m, &keys, ty),
            Some(ValueKind::Text(path)) if !keys.is_empty() => self.table_of_sheet(path, &keys, ty),
            _ => Vec::new(),
        };
        self.names.add(&n.id, Decl::Var(self.vars.len() as u16), n.span, self.faults);
        self.vars.push(VarDef { id: n.id.clone(), ty, keys, table, start: Val::N(start), seen: vec![Aud::All], ..VarDef::empty() });
    }

    /// What a look-up table gives: told by its values.
    fn data_type(&self, n: &'t Node) -> Ty {
        let mut words: Vec<String> = Vec::new();
        let mut base = Base::Number;
        let mut look = |v: &Value| match &v.kind {
            ValueKind::Float(_) => base = Base::Decimal,
            ValueKind::Bool(_) => base = Base::Bool,
            ValueKind::Text(t) => words.push(t.trim().to_string()),
            _ => {}
        };
        n.get("else").into_iter().for_each(&mut look);
        match n.get("rows").map(|v| &v.kind) {
            Some(ValueKind::Map(m)) => m.iter().for_each(|e| match &e.value.kind {
                ValueKind::Map(inner) => inner.iter().for_each(|i| look(&i.value)),
                _ => look(&e.value),
            }),
            Some(ValueKind::Text(path)) => {
                if let Some(sheet) = self.sheet(path) {
                    words.extend(sheet.rows.iter().flat_map(|r| r.cells.iter().skip(1).map(|c| c.0.trim().to_string())));
                }
            }
            _ => {}
        }
        let opt = words.iter().any(|w| w == "none");
        for w in words.iter().filter(|w| !w.is_empty() && *w != "none") {
            if w.parse::<i64>().is_ok() {
                continue;
            }
            base = match (w.replace(',', ".").parse::<f64>(), w.to_lowercase().as_str()) {
                (Ok(_), _) => Base::Decimal,
                (_, "yes" | "no" | "true" | "false" | "sì" | "si") => Base::Bool,
                _ => self.names.find(w).first().and_then(|(d, _)| self.decl_base(*d)).unwrap_or(base),
            };
        }
        Ty { base, list: false, opt }
    }

    fn table_of_sheet(&mut self, path: &str, keys: &[KeyOf], ty: Ty) -> Vec<(Vec<i64>, i64)> {
        let Some(sheet) = self.sheet(path) else {
            return Vec::new();
        };
        let mut out = Vec::new();
        for row in &sheet.rows {
            let Some((first, span)) = row.cells.first() else {
                continue;
            };
            let k = self.constant(first, *span, Ty::one(keys[0].base()));
            for (c, (text, span)) in row.cells.iter().enumerate().skip(1) {
                let v = self.constant(text, *span, ty);
                match keys.get(1) {
                    Some(second) => {
                        let (name, at) = &sheet.columns[c];
                        let k2 = self.constant(name, *at, Ty::one(second.base()));
                        out.push((vec![k, k2], v));
                    }
                    None if sheet.columns[c].0 == "value" => out.push((vec![k], v)),
                    None => {}
                }
            }
        }
        out
    }

    fn declare_variable(&mut self, n: &'t Node) {
        let scope = n.text("of").map_or(Scope::Table, |(t, span)| self.scope_of_word(t, span));
        let ty = n.text("type").map_or(Ty::one(Base::Number), |(t, span)| self.ty(t, span));
        let keys = self.each(n).into_iter().map(|k| k.1).collect();
        let seen = self.seen(n);
        let start = match n.get("start") {
            Some(v) if !self.is_computed(v) => self.start_value(v, ty),
            _ if ty.list => Val::L(Vec::new()),
            _ => Val::N(zero(ty)),
        };
        self.names.add(&n.id, Decl::Var(self.vars.len() as u16), n.span, self.faults);
        self.vars.push(VarDef {
            id: n.id.clone(),
            scope,
            ty,
            keys,
            seen,
            start,
            range: range(n, ty),
            shown: n.text("shown").map(|t| t.0.to_string()),
            ..VarDef::empty()
        });
    }

    /// A start that is neither a literal nor the name of an option or role: an expression.
    fn is_computed(&self, v: &Value) -> bool {
        let ValueKind::Text(t) = &v.kind else { return false };
        let t = t.trim();
        let literal = t.is_empty() || ["none", "yes", "no", "true", "false"].contains(&t) || t.replace(',', ".").parse::<f64>().is_ok();
        !literal && !self.names.find(t).iter().any(|(d, _)| matches!(d, Decl::Item(..) | Decl::Role(_)))
    }

    /// Starts that are expressions, compiled once all names and types are known.
    pub fn compile_starts(&mut self) {
        for n in self.nodes("variable") {
            let Some(v) = n.get("start").filter(|v| self.is_computed(v)) else { continue };
            let (Some(i), Some(ex)) = (self.vars.iter().position(|d| d.id == n.id && !d.input), self.parsed(v)) else { continue };
            let (scope, ty) = (self.vars[i].scope, self.vars[i].ty);
            if !self.vars[i].keys.is_empty() {
                self.faults.add("T322", v.span, &[&n.id]);
                continue;
            }
            let around = self.instance_around(scope);
            let x = self.with(around, |cx| if ty.list { cx.set(&ex, Some(ty.base)).0 } else { cx.one(&ex, ty.base) });
            self.vars[i].starts = Some(x);
        }
    }

    fn start_value(&mut self, v: &Value, ty: Ty) -> Val {
        match &v.kind {
            ValueKind::List(l) => Val::L(l.iter().map(|v| self.constant_value(v, Ty::one(ty.base))).collect()),
            _ => Val::N(self.constant_value(v, ty)),
        }
    }

    // ------------------------------------------------------------ inputs

    /// Inputs of moves are variables: of the seat, of the group that answers together, of the desk's table.
    pub fn declare_inputs(&mut self, spots: &BTreeMap<String, Spotted>) {
        for n in self.nodes("variable") {
            let Some((per, span)) = n.text("per") else {
                continue;
            };
            let (Some(v), Some(l)) = (self.vars.iter().position(|v| v.id == n.id), self.loops.iter().position(|l| l.name.as_deref() == Some(per)))
            else {
                self.unknown(per, span);
                continue;
            };
            self.remember(v, l);
        }
        for m in self.nodes("move") {
            let phase = m.parent.map(|p| self.tree.nodes[p].id.clone());
            let loops = phase.as_ref().and_then(|p| spots.get(p)).map(|s| s.loops.clone()).unwrap_or_default();
            let joint = m.text("joint").map(|(t, span)| self.scope_of_word(t, span));
            let each = m.text("fill").is_some_and(|t| t.0 == "each");
            let scope = match joint {
                _ if m.text("by").is_some_and(|t| t.0 == "desk") => Scope::Table,
                Some(s) if !each => s,
                _ => Scope::Seat,
            };
            let seen = match (m.text("seen"), joint) {
                (Some((t, span)), _) => self.audience(t, span),
                (None, Some(s)) => vec![match s {
                    Scope::Team => Aud::Team(None),
                    Scope::Group(k) => Aud::Group(k),
                    _ => Aud::Table,
                }],
                (None, None) => vec![Aud::Owner],
            };
            for key in ["ask", "reply"] {
                for e in m.map(key) {
                    self.declare_input(m, e, scope, &seen, &loops);
                }
            }
        }
    }

    fn declare_input(&mut self, m: &Node, e: &'t Entry, scope: Scope, seen: &Audience, loops: &[u16]) {
        let v = self.vars.len();
        self.names.add(&e.key, Decl::Var(v as u16), e.key_span, self.faults);
        let private = match &e.value.kind {
            ValueKind::Map(map) => map.iter().any(|x| x.key == "private" && x.value.kind == ValueKind::Bool(true)),
            _ => false,
        };
        self.vars.push(VarDef {
            id: e.key.clone(),
            scope,
            ty: Ty::one(Base::Any).opt(),
            start: Val::N(NONE),
            seen: seen.clone(),
            input: true,
            private,
            history: Vec::new(),
            keys: if m.get("answers").is_some() { vec![KeyOf::Number] } else { Vec::new() },
            ..VarDef::empty()
        });
        if let Some(last) = loops.last() {
            self.remember(v, usize::from(*last));
        }
    }

    fn remember(&mut self, v: usize, l: usize) {
        self.vars[v].history.clone_from(&self.loops[l].around);
        // Starts afresh in each pass of its own loop, and of every loop around.
        for l in self.loops[l].around.clone() {
            self.loops[usize::from(l)].fresh.push(v as u16);
        }
    }

    /// What type an input gives, once its set is known.
    pub fn input_type(input: &Input, base: Base) -> Ty {
        match input {
            Input::YesNo => Ty::one(Base::Bool).opt(),
            Input::Drawing | Input::Text { .. } => Ty::one(Base::Text).opt(),
            Input::Number { decimal, .. } => Ty::one(if *decimal { Base::Decimal } else { Base::Number }).opt(),
            Input::Choice { least, most: None, .. } if matches!(*least.kind, crate::scenario::rules::ast::Kind::Number(1)) => Ty::one(base).opt(),
            Input::Choice { .. } | Input::Any { .. } | Input::Order(_) | Input::Tiers { .. } => Ty::list(base),
            Input::Share { .. } => Ty::list(Base::Number),
        }
    }
}

/// The kinds of groups that the rules of a value make: `group … into KIND`, `form KIND with …`, `merge KIND into KIND`.
fn groups_made(v: &Value, out: &mut Vec<(String, Span)>) {
    match &v.kind {
        ValueKind::Text(t) => {
            let tokens = lex(t, v.span, &mut Faults::default());
            let word = |t: &Token| if let Tok::Word(w) = &t.tok { w.clone() } else { String::new() };
            for line in tokens.split(|t| matches!(t.tok, Tok::Line | Tok::End)) {
                let words: Vec<(String, Span)> = line.iter().map(|t| (word(t), t.span)).collect();
                let after = |w: &str| words.iter().position(|x| x.0 == w).and_then(|at| words.get(at + 1)).cloned();
                let verb = |w: &str| words.iter().enumerate().any(|(at, x)| x.0 == w && (at == 0 || line[at - 1].tok == Tok::Sign(":")));
                if verb("group") || verb("merge") {
                    out.extend(after("merge").into_iter().chain(after("into")));
                }
                if verb("form") && after("with").is_some() {
                    out.extend(after("form"));
                }
            }
        }
        ValueKind::List(l) => l.iter().for_each(|v| groups_made(v, out)),
        ValueKind::Map(m) => m.iter().for_each(|e| groups_made(&e.value, out)),
        _ => {}
    }
    out.retain(|(name, _)| !name.is_empty());
}

/// `["rossi", "blu"]` or `{ rossi = 2, blu = 1 }`.
fn names_or_map(v: Option<&Value>) -> Vec<(String, Option<i64>, Span)> {
    match v.map(|v| &v.kind) {
        Some(ValueKind::List(l)) => l.iter().filter_map(|v| v.text().map(|(t, s)| (t.to_string(), None, s))).collect(),
        Some(ValueKind::Map(m)) => {
            m.iter().map(|e| (e.key.clone(), if let ValueKind::Int(n) = e.value.kind { Some(n) } else { None }, e.key_span)).collect()
        }
        _ => Vec::new(),
    }
}

fn plain(v: &Value) -> String {
    match &v.kind {
        ValueKind::Text(t) => t.clone(),
        ValueKind::Int(n) => n.to_string(),
        _ => String::new(),
    }
}

fn item(id: &str, qty: u32) -> ItemDef {
    ItemDef {
        id: id.to_string(),
        name: Words::default(),
        text: Words::default(),
        picture: None,
        alt: Words::default(),
        qty,
        covers: Vec::new(),
        attrs: Vec::new(),
    }
}

fn role(id: &str) -> RoleDef {
    RoleDef {
        id: id.to_string(),
        seen: vec![Aud::Owner],
        count: None,
        from: 0,
        rest: false,
        team: None,
        gets: Vec::new(),
        name: Words::default(),
        public: Words::default(),
        brief: Words::default(),
    }
}

fn space(id: &str, n: i64, col: i64, row: i64) -> SpaceDef {
    SpaceDef { id: id.to_string(), n, col, row, attrs: Vec::new(), next: Vec::new(), land: Vec::new(), seen: None, name: Words::default() }
}

fn line(from: i64, to: i64, ring: bool) -> Vec<SpaceDef> {
    let mut out: Vec<SpaceDef> = (from..=to).map(|n| space(&n.to_string(), n, n - from, 0)).collect();
    let last = out.len() - 1;
    for (i, s) in out.iter_mut().enumerate() {
        if i < last {
            s.next.push((i as u32 + 1, None));
        }
        if i > 0 {
            s.next.push((i as u32 - 1, None));
        }
    }
    if ring && last > 0 {
        out[last].next.push((0, None));
        out[0].next.push((last as u32, None));
    }
    out
}

fn grid(cols: i64, rows: i64, near: i64) -> Vec<SpaceDef> {
    let mut out = Vec::new();
    for r in 1..=rows {
        for c in 1..=cols {
            let mut s = space(&format!("{c},{r}"), (r - 1) * cols + c, c, r);
            for (dc, dr) in [(-1, 0), (1, 0), (0, -1), (0, 1), (-1, -1), (1, -1), (-1, 1), (1, 1)].into_iter().take(near as usize) {
                let (x, y) = (c + dc, r + dr);
                if (1..=cols).contains(&x) && (1..=rows).contains(&y) {
                    s.next.push((((y - 1) * cols + x - 1) as u32, None));
                }
            }
            out.push(s);
        }
    }
    out
}

/// What a variable of a type holds before anything is said.
pub fn zero(ty: Ty) -> i64 {
    if ty.opt {
        return NONE;
    }
    match ty.base {
        Base::Number | Base::Decimal | Base::Bool | Base::Duration => 0,
        _ => NONE,
    }
}

fn range(n: &Node, ty: Ty) -> Option<(i64, i64)> {
    let int = |v: &Value| match v.kind {
        ValueKind::Int(n) if ty.base == Base::Decimal => Some(n * crate::scenario::model::DEC),
        ValueKind::Int(n) => Some(n),
        ValueKind::Float(f) => Some(decimal(f)),
        _ => None,
    };
    match n.list("range") {
        [a, b] => Some((int(a)?, int(b)?)),
        _ => None,
    }
}
