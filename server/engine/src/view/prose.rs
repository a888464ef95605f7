//! Words as one reader gets them: places computed, what may not be seen left out.

use crate::eval::{Ctx, Env, Regs, text_code};
use crate::scenario::model::{AttrVal, DEC, NONE, Para, Piece, PlaceX, Prose, Say, Scenario, Scope, SpaceDef, Val, Words};
use crate::state::State;
use crate::view::{self, Inline, Line, ShownValue};
use crate::{SeatId, Viewer};

/// A reader, and the surroundings in which places are computed.
pub struct Reader<'a> {
    pub sc: &'a Scenario,
    pub st: &'a State,
    pub viewer: Viewer,
    pub lang: usize,
    pub cx: Ctx,
    pub regs: Regs,
    /// The token whose name is being read: inside it, its name is that of its row.
    pub named: Option<i64>,
}

impl Reader<'_> {
    pub fn line(&mut self, words: &Words) -> Line {
        let Some(p) = words.of(self.lang) else {
            return Vec::new();
        };
        let vals = self.places(p);
        one_line(p.blocks.iter().map(|b| self.block(b, &vals)))
    }

    pub fn prose(&mut self, words: &Words) -> view::Prose {
        let Some(p) = words.of(self.lang) else {
            return Vec::new();
        };
        let vals = self.places(p);
        let mut out = Vec::new();
        for b in &p.blocks {
            match self.whole_text(b, &p.places) {
                Some(text) => out.extend(text),
                None => out.push(self.block(b, &vals)),
            }
        }
        out
    }

    /// A paragraph that is nothing but a thing's text keeps the paragraphs of that text.
    fn whole_text(&mut self, b: &Para, places: &[PlaceX]) -> Option<view::Prose> {
        let Para::Paragraph(pieces) = b else { return None };
        let [Piece::Place(i)] = pieces.as_slice() else { return None };
        let place = places.get(usize::from(*i))?;
        let (list, col) = match place.say {
            Say::ItemText(l) => (l, 1),
            Say::ItemAttr(l, c) => (l, usize::from(c) + 2),
            _ => return None,
        };
        if self.cx.is_nowhere() {
            return None;
        }
        let Val::N(item) = self.seen(place)? else { return None };
        let text = words_of(self.sc, usize::from(list), usize::try_from(item).ok()?, col)?.of(self.lang)?;
        Some(self.blocks(text, &[]))
    }

    /// A told text, with the values computed when it was told.
    pub fn told(&mut self, text: u16, vals: &[Val]) -> view::Prose {
        let def = &self.sc.texts[usize::from(text)];
        let lang = if def.words.0.get(self.lang).is_some_and(Option::is_some) { self.lang } else { 0 };
        let Some(p) = def.words.of(lang) else {
            return Vec::new();
        };
        let empty = Vec::new();
        let map = def.map.get(lang).unwrap_or(&empty);
        let lines: Vec<Line> = map
            .iter()
            .map(|i| {
                let place = &def.places[usize::from(*i)];
                vals.get(usize::from(*i)).map_or_else(Vec::new, |v| self.said(place, v))
            })
            .collect();
        self.blocks(p, &lines)
    }

    fn blocks(&self, p: &Prose, vals: &[Line]) -> view::Prose {
        p.blocks.iter().map(|b| self.block(b, vals)).collect()
    }

    fn block(&self, b: &Para, vals: &[Line]) -> view::Block {
        match b {
            Para::Paragraph(l) => view::Block::Paragraph { p: self.pieces(l, vals) },
            Para::Heading(l) => view::Block::Heading { h: self.pieces(l, vals) },
            Para::Quote(l) => view::Block::Quote { q: self.pieces(l, vals) },
            Para::List { ordered, items } => view::Block::List { li: items.iter().map(|i| self.pieces(i, vals)).collect(), ordered: *ordered },
        }
    }

    fn pieces(&self, pieces: &[Piece], vals: &[Line]) -> Line {
        let mut out: Line = Vec::new();
        for p in pieces {
            match p {
                Piece::Text(t) => push_text(&mut out, t),
                Piece::Strong(inner) => out.push(Inline::Strong { b: self.pieces(inner, vals) }),
                Piece::Emphasis(inner) => out.push(Inline::Emphasis { i: self.pieces(inner, vals) }),
                Piece::Place(i) => {
                    for part in vals.get(usize::from(*i)).cloned().unwrap_or_default() {
                        match part {
                            Inline::Text(t) => push_text(&mut out, &t),
                            part => out.push(part),
                        }
                    }
                }
            }
        }
        out
    }

    fn places(&mut self, p: &Prose) -> Vec<Line> {
        p.places.iter().map(|x| self.place(x)).collect()
    }

    pub fn place(&mut self, place: &PlaceX) -> Line {
        // Away from any table (catalogue, run sheet) there is nothing to compute it from.
        let value = if self.cx.is_nowhere() { None } else { self.seen(place) };
        match value {
            Some(v) => self.said(place, &v),
            None => vec![Inline::Hidden { hidden: true }],
        }
    }

    /// The value of a place, if this reader may see all it is made of.
    pub fn seen(&mut self, place: &PlaceX) -> Option<Val> {
        let mut env = Env::new(self.sc, self.st, self.cx, &mut self.regs);
        env.guard = Some(self.viewer);
        let v = if place.list { Val::L(env.known(&place.x)) } else { Val::N(env.num(&place.x)) };
        (!env.hidden).then_some(v)
    }

    pub fn said(&mut self, place: &PlaceX, v: &Val) -> Line {
        match v {
            Val::N(n) => self.say(place.say, *n),
            Val::L(l) => self.joined(place.say, l),
        }
    }

    /// "Ada, Bruno e Carla".
    fn joined(&mut self, say: Say, list: &[i64]) -> Line {
        let and = match self.sc.langs.get(self.lang).map(String::as_str) {
            Some("en") => " and ",
            Some("fr") => " et ",
            Some("es") => " y ",
            _ => " e ",
        };
        let mut out = Vec::new();
        for (i, n) in list.iter().enumerate() {
            if i > 0 {
                push_text(&mut out, if i + 1 == list.len() { and } else { ", " });
            }
            out.extend(self.say(say, *n));
        }
        if out.is_empty() { vec![Inline::Text("–".into())] } else { out }
    }

    pub fn say(&mut self, say: Say, n: i64) -> Line {
        let text = |t: String| vec![Inline::Text(t)];
        if n == NONE {
            return text("–".into());
        }
        match say {
            Say::Number => text(n.to_string()),
            Say::Decimal => text(self.decimal(n)),
            Say::Bool => text(self.word(n == 1).into()),
            Say::Duration => text(format!("{}:{:02}", n / 60_000, n / 1000 % 60)),
            Say::Text => text(self.typed(n)),
            Say::Seat => u32::try_from(n).map_or_else(|_| Vec::new(), |s| vec![Inline::Seat { seat: SeatId(s) }]),
            Say::Team => self.team_name(n),
            Say::Table => text((n + 1).to_string()),
            Say::Role => self.sc.roles.get(n as usize).map_or_else(Vec::new, |r| self.plain(&r.name)),
            Say::Item(l) => self.item(l, n, 0),
            Say::ItemText(l) => self.item(l, n, 1),
            Say::ItemAttr(l, c) => self.item(l, n, usize::from(c) + 2),
            Say::Token(_) => self.token(n),
            Say::TokenText => self.token_text(n),
            Say::Space(b) => {
                let def = &self.sc.boards[usize::from(b)];
                def.spaces.get(n as usize % def.spaces.len().max(1)).map_or_else(Vec::new, |s| text(self.space(s)))
            }
            Say::Status => Vec::new(),
        }
    }

    fn decimal(&self, n: i64) -> String {
        let comma = if self.sc.langs.get(self.lang).is_some_and(|l| l == "en") { '.' } else { ',' };
        let hundredths = (n.abs() + 50) / 100;
        let sign = if n < 0 { "−" } else { "" };
        let (whole, part) = (hundredths / 100, hundredths % 100);
        match part {
            0 => format!("{sign}{whole}"),
            p if p % 10 == 0 => format!("{sign}{whole}{comma}{}", p / 10),
            p => format!("{sign}{whole}{comma}{p:02}"),
        }
    }

    fn word(&self, yes: bool) -> &'static str {
        match (self.sc.langs.get(self.lang).map(String::as_str), yes) {
            (Some("en"), true) => "yes",
            (_, true) => "sì",
            (_, false) => "no",
        }
    }

    fn typed(&self, n: i64) -> String {
        if n >= 0 {
            // At the table, while people play; not on the house's screens, and not afterwards.
            let live = matches!(self.viewer, crate::Viewer::Seat(_)) && self.st.stage != view::Stage::Ended;
            if !live && self.st.texts.get(n as usize).is_some_and(|t| t.unkept) {
                let italian = self.sc.langs.get(self.lang).is_none_or(|l| l == "it");
                return if italian { "[testo non conservato]" } else { "[text not kept]" }.to_string();
            }
            return self.st.text(n).unwrap_or("…").to_string();
        }
        if let Some((text, at)) = crate::eval::word_code(n) {
            return crate::eval::one_word(&self.typed(text), at).unwrap_or_default().to_string();
        }
        let (list, item, col) = text_code(n);
        words_of(self.sc, list, item, col).and_then(|w| w.of(self.lang)).map(plain_words).unwrap_or_default()
    }

    /// What a token says: the answer gathered on it, else its item's text.
    pub fn token_text(&mut self, n: i64) -> Line {
        let Some(t) = usize::try_from(n).ok().and_then(|i| self.st.tokens.get(i)) else {
            return Vec::new();
        };
        match &t.answer {
            Some((var, val)) => {
                let ty = self.sc.vars[usize::from(*var)].ty;
                let place = PlaceX {
                    x: crate::scenario::model::X::K(0),
                    list: ty.list,
                    say: crate::scenario::say_of(ty.base),
                    span: crate::scenario::tree::Span::default(),
                };
                let val = val.clone();
                self.said(&place, &val)
            }
            None => self.item(self.sc.kinds[usize::from(t.kind)].list, i64::from(t.item), 1),
        }
    }

    /// The name of a space, else its id.
    pub fn space(&self, space: &SpaceDef) -> String {
        space.name.of(self.lang).map_or_else(|| space.id.replace('_', " "), plain_words)
    }

    fn plain(&mut self, words: &Words) -> Line {
        words.of(self.lang).map_or_else(Vec::new, |p| vec![Inline::Text(plain_words(p))])
    }

    fn item(&mut self, list: u16, item: i64, col: usize) -> Line {
        let Some(words) = usize::try_from(item).ok().and_then(|i| words_of(self.sc, usize::from(list), i, col)) else {
            return Vec::new();
        };
        let line = words.of(self.lang).map_or_else(Vec::new, |p| one_line(self.blocks(p, &[]).into_iter()));
        if line.is_empty() && col == 0 {
            return self.sc.lists[usize::from(list)].items.get(item as usize).map_or_else(Vec::new, |i| vec![Inline::Text(i.id.replace('_', " "))]);
        }
        line
    }

    pub fn team_name(&mut self, n: i64) -> Line {
        let k = n as usize % self.sc.teams.len().max(1);
        self.sc.teams.get(k).map_or_else(Vec::new, |t| self.plain(&t.name))
    }

    /// A token: the pattern of its kind, else its item's name, else the kind's.
    pub fn token(&mut self, n: i64) -> Line {
        let Some(t) = usize::try_from(n).ok().and_then(|i| self.st.tokens.get(i)) else {
            return Vec::new();
        };
        let list = self.sc.kinds[usize::from(t.kind)].list;
        let def = &self.sc.lists[usize::from(list)];
        let pattern = def.name.of(self.lang).is_some_and(|p| !p.places.is_empty()) && self.named.is_none();
        let named = def.items.get(t.item as usize).is_some_and(|i| !i.name.is_empty());
        if pattern || !named && self.named.is_none() {
            let item = t.item;
            let saved = (std::mem::take(&mut self.regs), self.cx, self.named.replace(n));
            self.regs.n[0] = n;
            if self.cx.is_nowhere() {
                // A piece is somewhere, whoever reads of it: at the table of its owner.
                let owner = self.sc.kinds[usize::from(t.kind)].per.zip(u32::try_from(t.owner).ok());
                let (scope, inst) = owner.unwrap_or((Scope::Table, 0));
                self.cx = Ctx::of(self.sc, self.st, scope, inst);
            }
            let line = self.line(&def.name);
            (self.regs, self.cx, self.named) = saved;
            if !line.is_empty() {
                return line;
            }
            return self.item(list, i64::from(item), 0);
        }
        self.item(list, i64::from(t.item), 0)
    }

    /// A value for a table or chart.
    pub fn shown(&mut self, say: Say, v: &Val) -> ShownValue {
        match v {
            Val::L(l) => ShownValue::List(l.iter().map(|n| self.shown(say, &Val::N(*n))).collect()),
            Val::N(NONE) => ShownValue::Nothing,
            Val::N(n) => match say {
                Say::Number => ShownValue::Number(*n as f64),
                Say::Decimal => ShownValue::Number(*n as f64 / DEC as f64),
                Say::Bool => ShownValue::Yes(*n == 1),
                say => ShownValue::Line(self.say(say, *n)),
            },
        }
    }
}

/// Paragraphs and items of a list one after another, with a space between.
fn one_line(blocks: impl Iterator<Item = view::Block>) -> Line {
    let lines = blocks.flat_map(|b| match b {
        view::Block::Paragraph { p } => vec![p],
        view::Block::Heading { h } => vec![h],
        view::Block::Quote { q } => vec![q],
        view::Block::List { li, .. } => li,
    });
    let mut out = Line::new();
    for line in lines {
        if !out.is_empty() {
            push_text(&mut out, " ");
        }
        for piece in line {
            match piece {
                Inline::Text(t) => push_text(&mut out, &t),
                piece => out.push(piece),
            }
        }
    }
    out
}

fn push_text(out: &mut Line, t: &str) {
    if let Some(Inline::Text(last)) = out.last_mut() {
        last.push_str(t);
    } else {
        out.push(Inline::Text(t.to_string()));
    }
}

/// Words of an item: 0 its name, 1 its text, then attributes.
#[must_use]
pub fn words_of(sc: &Scenario, list: usize, item: usize, col: usize) -> Option<&Words> {
    let def = sc.lists.get(list)?.items.get(item)?;
    match col {
        0 => Some(&def.name),
        1 => Some(&def.text),
        c => match def.attrs.get(c - 2)? {
            AttrVal::Text(w) => Some(w),
            AttrVal::N(_) => None,
        },
    }
}

/// Prose without marks, for comparing and for plain places.
#[must_use]
pub fn plain_words(p: &Prose) -> String {
    fn go(pieces: &[Piece], out: &mut String) {
        for x in pieces {
            match x {
                Piece::Text(t) => out.push_str(t),
                Piece::Strong(i) | Piece::Emphasis(i) => go(i, out),
                Piece::Place(_) => {}
            }
        }
    }
    let mut out = String::new();
    let lines = p.blocks.iter().flat_map(|b| match b {
        Para::Paragraph(l) | Para::Heading(l) | Para::Quote(l) => std::slice::from_ref(l),
        Para::List { items, .. } => items.as_slice(),
    });
    for line in lines {
        if !out.is_empty() {
            out.push(' ');
        }
        go(line, &mut out);
    }
    out
}
