//! The words: looked up by kind and id, read as Markdown, their places compiled.

use std::collections::BTreeMap;

use pulldown_cmark::{Event, HeadingLevel, Parser as Markdown, Tag, TagEnd};

use super::Compiler;
use super::expr::{Around, Cx, boxed};
use crate::scenario::model::{Base, Para, Piece, PlaceX, Prose, Say, Ty, Words, X};
use crate::scenario::rules::ast::{Arg, Ex, Kind};
use crate::scenario::rules::parse;
use crate::scenario::tree::{self, Span, Tree, WordSection};

/// Where a place stood, while Markdown is read: two signs of the private use area.
const MARK: char = '\u{e000}';
const FIRST: u32 = 0xe100;

/// Sections and short entries of each language, by kind and id.
pub struct Index<'t> {
    sections: BTreeMap<(usize, &'t str, &'t str), &'t WordSection>,
    short: BTreeMap<(usize, &'t str, &'t str), &'t tree::Prose>,
    langs: usize,
}

impl<'t> Index<'t> {
    pub fn new(tree: &'t Tree) -> Self {
        let mut index = Index { sections: BTreeMap::new(), short: BTreeMap::new(), langs: tree.words.len() };
        for (lang, words) in tree.words.iter().enumerate() {
            for s in &words.sections {
                match &s.id {
                    Some(id) => {
                        index.sections.insert((lang, &s.kind, id), s);
                    }
                    None => {
                        for (id, _, prose) in &s.children {
                            index.short.insert((lang, &s.kind, id), prose);
                        }
                    }
                }
            }
        }
        index
    }

    pub fn each(&self, f: impl Fn(&Self, usize) -> Option<&'t tree::Prose>) -> Vec<Option<&'t tree::Prose>> {
        (0..self.langs).map(|l| f(self, l)).collect()
    }

    /// The title: of a section, or the words of a short entry.
    pub fn title(&self, kind: &str, id: &str) -> Vec<Option<&'t tree::Prose>> {
        self.each(|i, l| {
            let section = i.section(l, kind, id).and_then(|s| s.title.as_ref());
            section.or_else(|| i.short_entry(l, kind, id))
        })
    }

    pub fn text(&self, kind: &str, id: &str) -> Vec<Option<&'t tree::Prose>> {
        self.each(|i, l| i.section(l, kind, id).and_then(|s| s.text.as_ref()))
    }

    pub fn child(&self, kind: &str, id: &str, child: &str) -> Vec<Option<&'t tree::Prose>> {
        self.each(|i, l| i.section(l, kind, id)?.children.iter().find(|c| c.0 == child).map(|c| &c.2))
    }

    fn section(&self, lang: usize, kind: &str, id: &str) -> Option<&'t WordSection> {
        self.sections.iter().find(|((l, k, i), _)| *l == lang && *k == kind && *i == id).map(|(_, s)| *s)
    }

    fn short_entry(&self, lang: usize, kind: &str, id: &str) -> Option<&'t tree::Prose> {
        self.short.iter().find(|((l, k, i), _)| *l == lang && *k == kind && *i == id).map(|(_, p)| *p)
    }

    /// Children of a section in the scenario's own language, in file order.
    pub fn children(&self, kind: &str, id: &str) -> Vec<String> {
        self.section(0, kind, id).map(|s| s.children.iter().map(|c| c.0.clone()).collect()).unwrap_or_default()
    }

    /// Ids of all texts: they are declared by their heading.
    pub fn texts(&self) -> Vec<String> {
        let mut out: Vec<String> = self.short.keys().filter(|k| k.1 == "text" && k.0 == 0).map(|k| k.2.to_string()).collect();
        out.extend(self.sections.keys().filter(|k| k.1 == "text" && k.0 == 0).map(|k| k.2.to_string()));
        out
    }
}

impl Compiler<'_> {
    /// Proses of each language, compiled in their surroundings.
    pub fn words(&mut self, proses: &[Option<&tree::Prose>], around: &Around) -> Words {
        Words(proses.iter().map(|p| p.map(|p| self.prose(p, around))).collect())
    }

    pub fn prose(&mut self, p: &tree::Prose, around: &Around) -> Prose {
        let (marked, sources) = cut_places(&p.raw, p.span);
        let mut places = Vec::new();
        for (text, span) in &sources {
            places.push(self.place(text, *span, around));
        }
        Prose { blocks: blocks(&marked), places }
    }

    /// A place that cannot be compiled shows nothing.
    pub fn place(&mut self, text: &str, span: Span, around: &Around) -> PlaceX {
        let empty = PlaceX { x: X::List(Vec::new()), list: true, say: Say::Number, span };
        let Some(arg) = parse::place(text, span, self.faults) else {
            return empty;
        };
        self.with(around.clone(), |cx| cx.place_arg(&arg))
    }

    pub fn title(&mut self) -> (Words, Words) {
        let tree = self.tree;
        let titles: Vec<_> = tree.words.iter().map(|w| w.title.as_ref()).collect();
        let summaries: Vec<_> = tree.words.iter().map(|w| w.summary.as_ref()).collect();
        let around = Around::default();
        (self.words(&titles, &around), self.words(&summaries, &around))
    }

    pub fn section_words(&mut self, kind: &str, id: &str, around: &Around) -> (Words, Words) {
        let (title, text) = (self.index.title(kind, id), self.index.text(kind, id));
        (self.words(&title, around), self.words(&text, around))
    }

    pub fn child_words(&mut self, kind: &str, id: &str, child: &str, around: &Around) -> Words {
        let child = self.index.child(kind, id, child);
        self.words(&child, around)
    }
}

impl Cx<'_, '_> {
    pub fn place_arg(&mut self, arg: &Arg) -> PlaceX {
        let Some((name, over)) = &arg.over else {
            let (x, say, list) = self.said(&arg.value);
            return PlaceX { x, list, say, span: arg.value.span };
        };
        let named;
        let over = match name {
            Some(n) => {
                named = super::expr::name_innermost(over, n);
                &named
            }
            None => over,
        };
        let (set, base) = self.set(over, None);
        let own = name.clone().or_else(|| super::expr::innermost_name(over));
        let (reg, (x, say, _)) = self.with_item(own.as_deref(), &set, base, |cx| cx.said(&arg.value));
        PlaceX { x: X::Map { set: boxed(set), reg, x: boxed(x) }, list: true, say, span: arg.value.span }
    }

    /// What is computed, and how it is put into words. `name of x` gives x itself: the words know how to name it.
    fn said(&mut self, ex: &Ex) -> (X, Say, bool) {
        if let Kind::Of(a, b) = &*ex.kind
            && let Kind::Name(n) = &*a.kind
            && (n == "name" || n == "text")
        {
            let (x, ty) = self.ex(b, None);
            return self.named_thing(x, ty, n == "text", ex.span);
        }
        if let Kind::Name(n) = &*ex.kind
            && (n == "name" || n == "text")
            && let Some(s) = self.a.subjects.last().cloned()
        {
            return self.named_thing(s.x, Ty::one(s.base), n == "text", ex.span);
        }
        match self.ex(ex, None) {
            (X::Attr { list, col, item }, ty) if ty.base == Base::Text => (*item, Say::ItemAttr(list, col), false),
            (X::Map { set, reg, x }, Ty { base: Base::Text, .. }) if matches!(*x, X::Attr { .. }) => {
                let X::Attr { list, col, item } = *x else {
                    return (X::List(Vec::new()), Say::Number, true);
                };
                (X::Map { set, reg, x: item }, Say::ItemAttr(list, col), true)
            }
            (x, ty) => {
                let say = say_of(ty.base);
                (x, say, ty.list)
            }
        }
    }

    fn named_thing(&mut self, x: X, ty: Ty, text: bool, span: Span) -> (X, Say, bool) {
        match ty.base {
            Base::Item(l) if text => {
                self.must_have_texts(l, span);
                (x, Say::ItemText(l), ty.list)
            }
            Base::Token(k) => {
                if text {
                    return (x, Say::TokenText, ty.list);
                }
                (x, Say::Token(k), ty.list)
            }
            base => (x, say_of(base), ty.list),
        }
    }

    pub fn must_have_texts(&mut self, list: u16, span: Span) {
        if !self.c.has_texts(list) {
            let list = self.c.lists[usize::from(list)].id.clone();
            self.c.faults.add("T330", span, &[&list]);
        }
    }
}

pub fn say_of(base: Base) -> Say {
    match base {
        Base::Any | Base::Number | Base::Answer(_) => Say::Number,
        Base::Decimal => Say::Decimal,
        Base::Bool => Say::Bool,
        Base::Text => Say::Text,
        Base::Duration => Say::Duration,
        Base::Seat => Say::Seat,
        Base::Team => Say::Team,
        Base::Table | Base::Group(_) => Say::Table,
        Base::Role => Say::Role,
        Base::Status => Say::Status,
        Base::Item(l) => Say::Item(l),
        Base::Token(k) => Say::Token(k),
        Base::Space(b) => Say::Space(b),
    }
}

/// Takes the places `{…}` out of a prose, leaving marks; `{{` and `}}` are braces.
pub fn cut_places(raw: &str, span: Span) -> (String, Vec<(String, Span)>) {
    let mut out = String::new();
    let mut places = Vec::new();
    let mut rest = raw;
    while let Some(i) = rest.find(['{', '}']) {
        out.push_str(&rest[..i]);
        let at = raw.len() - rest.len() + i;
        if rest[i..].starts_with("{{") || rest[i..].starts_with("}}") {
            out.push_str(&rest[i..=i]);
            rest = &rest[i + 2..];
            continue;
        }
        match rest[i..].strip_prefix('{').and_then(|r| r.find('}')) {
            Some(len) => {
                let start = span.start + at as u32 + 1;
                let inside = &rest[i + 1..=i + len];
                out.push(MARK);
                out.extend(char::from_u32(FIRST + places.len() as u32));
                places.push((inside.to_string(), Span { file: span.file, start, end: start + len as u32 }));
                rest = &rest[i + len + 2..];
            }
            None => {
                out.push_str(&rest[i..=i]);
                rest = &rest[i + 1..];
            }
        }
    }
    out.push_str(rest);
    (out, places)
}

/// Markdown as paragraphs, lists, quotes and headings with strong and emphasised pieces; nothing else is kept.
fn blocks(text: &str) -> Vec<Para> {
    let mut r = Reader::default();
    for event in Markdown::new(text) {
        r.event(event);
    }
    r.flush();
    r.out
}

#[derive(Default)]
struct Reader {
    out: Vec<Para>,
    /// Open inline elements, outermost first; the last collects.
    stack: Vec<Vec<Piece>>,
    items: Vec<Vec<Piece>>,
    list: Option<bool>,
    quote: bool,
    heading: bool,
}

impl Reader {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(Tag::Strong | Tag::Emphasis) => self.stack.push(Vec::new()),
            Event::End(TagEnd::Strong) => self.close(Piece::Strong),
            Event::End(TagEnd::Emphasis) => self.close(Piece::Emphasis),
            Event::Start(Tag::List(start)) => {
                self.flush();
                self.list = Some(start.is_some());
            }
            Event::End(TagEnd::List(_)) => {
                let items = std::mem::take(&mut self.items);
                self.out.push(Para::List { ordered: self.list == Some(true), items });
                self.list = None;
                self.stack.clear();
            }
            Event::End(TagEnd::Item) => {
                let line = self.take();
                self.items.push(line);
            }
            Event::Start(Tag::BlockQuote(_)) => self.quote = true,
            Event::End(TagEnd::BlockQuote(_)) => {
                self.flush();
                self.quote = false;
            }
            Event::Start(Tag::Heading { level, .. }) => {
                let _: HeadingLevel = level;
                self.heading = true;
            }
            Event::End(TagEnd::Heading(_)) => {
                self.flush();
                self.heading = false;
            }
            Event::End(TagEnd::Paragraph) if self.list.is_none() => self.flush(),
            Event::Text(t) | Event::Code(t) | Event::InlineHtml(t) | Event::Html(t) => self.text(&t),
            Event::SoftBreak => self.text(" "),
            Event::HardBreak => self.text("\n"),
            _ => {}
        }
    }

    fn line(&mut self) -> &mut Vec<Piece> {
        if self.stack.is_empty() {
            self.stack.push(Vec::new());
        }
        let last = self.stack.len() - 1;
        &mut self.stack[last]
    }

    fn close(&mut self, wrap: fn(Vec<Piece>) -> Piece) {
        let inner = self.stack.pop().unwrap_or_default();
        self.line().push(wrap(inner));
    }

    fn text(&mut self, text: &str) {
        let mut rest = text;
        while let Some(i) = rest.find(MARK) {
            self.words(&rest[..i]);
            let mut chars = rest[i..].chars();
            chars.next();
            let place = chars.next().map_or(0, |c| c as u32 - FIRST);
            self.line().push(Piece::Place(place as u16));
            rest = chars.as_str();
        }
        self.words(rest);
    }

    fn words(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        if let Some(Piece::Text(t)) = self.line().last_mut() {
            t.push_str(text);
        } else {
            self.line().push(Piece::Text(text.to_string()));
        }
    }

    fn take(&mut self) -> Vec<Piece> {
        let mut line = Vec::new();
        for part in std::mem::take(&mut self.stack) {
            line.extend(part);
        }
        line
    }

    fn flush(&mut self) {
        let line = self.take();
        if line.is_empty() {
            return;
        }
        self.out.push(if self.heading {
            Para::Heading(line)
        } else if self.quote {
            Para::Quote(line)
        } else {
            Para::Paragraph(line)
        });
    }
}
