//! `scenario.toml` and `plays/*.toml` into nodes. Goes on after each fault.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::quotes::{self, Scan};
use super::{check_length, span};
use crate::scenario::check::nearest::nearest;
use crate::scenario::check::sections;
use crate::scenario::faults::Faults;
use crate::scenario::limits;
use crate::scenario::tree::{Entry, Node, Span, Value, ValueKind};

/// The nodes of `scenario.toml`, the head first.
pub fn scenario(text: &str, file: u16, faults: &mut Faults) -> Vec<Node> {
    let mut nodes = vec![Node { kind: "scenario".into(), span: span(file, 0..0), ..Node::default() }];
    with_document(text, file, faults, |root, reader| {
        for (key, value) in in_order(root) {
            match value.get_ref() {
                DeValue::Table(table) => reader.section(key, value, table, &mut nodes),
                _ => nodes[0].keys.push(reader.entry(key, value)),
            }
        }
    });
    in_file_order(nodes)
}

/// A play is one node; its id is the name of the file.
pub fn play(text: &str, file: u16, id: &str, faults: &mut Faults) -> Node {
    let mut node = Node { kind: "play".into(), id: id.into(), span: span(file, 0..0), ..Node::default() };
    with_document(text, file, faults, |root, reader| node.keys = reader.entries(root));
    node
}

/// Parses, reporting one fault for each broken statement: the first is blanked, then the rest is parsed again.
fn with_document(text: &str, file: u16, faults: &mut Faults, build: impl FnOnce(&DeTable<'_>, &mut Reader<'_>)) {
    let scan = quotes::scan(text);
    report_damages(&scan, text, file, faults);
    let mut masked = scan.masked.clone();
    for _ in 0..limits::SYNTAX_FAULTS {
        let (document, errors) = DeTable::parse_recoverable(&masked);
        let places = || errors.iter().map(|e| (is_double(e), e.span().unwrap_or(0..0)));
        let broken = places().filter(|(double, _)| !double).map(|(_, at)| at).min_by_key(|at| at.start);
        let Some(at) = broken else {
            for (_, at) in places() {
                report_double(text, file, at, faults);
            }
            build(document.get_ref(), &mut Reader { text, file, scan: &scan, faults });
            return;
        };
        let statement = statement_around(&masked, at.start, &scan.blocks);
        report_broken(&masked[statement.clone()], file, statement.start, faults);
        let blanked = blank(&masked, &statement);
        if blanked == masked {
            return;
        }
        masked = blanked;
    }
}

fn is_double(error: &toml::de::Error) -> bool {
    error.message().starts_with("duplicate key") || error.message().starts_with("cannot extend")
}

fn report_damages(scan: &Scan, text: &str, file: u16, faults: &mut Faults) {
    let mut last_line = usize::MAX;
    for damage in &scan.damages {
        // One fault a line is enough for a pair of quotes.
        let line = text[..damage.at.start].matches('\n').count();
        if line != last_line {
            faults.add(damage.code, span(file, damage.at.clone()), &[]);
        }
        last_line = line;
    }
    for open in &scan.unclosed {
        let line = text[..open.content.end].matches('\n').count() + 1;
        faults.add("S105", span(file, open.opener..open.opener + 3), &[&line.to_string()]);
    }
}

fn report_double(text: &str, file: u16, at: Range<usize>, faults: &mut Faults) {
    let line_start = text[..at.start].rfind('\n').map_or(0, |n| n + 1);
    let code = if text[line_start..].trim_start().starts_with('[') { "S111" } else { "S110" };
    let name = text[at.clone()].to_string();
    faults.add(code, span(file, at), &[&name]);
}

/// Says what is wrong with a line that TOML refuses, as far as its looks tell.
fn report_broken(statement: &str, file: u16, start: usize, faults: &mut Faults) {
    let line = statement.lines().next().unwrap_or("").trim_end();
    let indent = line.len() - line.trim_start().len();
    let place = span(file, start + indent..start + line.len());
    let line = line.trim();
    let Some((key, value)) = line.split_once('=').filter(|_| !line.starts_with('[')) else {
        return faults.add("S107", place, &[line]);
    };
    let value = value.split('#').next().unwrap_or("").trim();
    if value.matches('"').count() % 2 == 1 {
        faults.add("S108", place, &[key.trim()]);
    } else if value.starts_with(char::is_alphabetic) && !value.contains(['"', '\'']) {
        faults.add("S109", place, &[key.trim(), value]);
    } else {
        faults.add("S107", place, &[line]);
    }
}

/// From the line that begins the broken statement to the next that begins one. A broken header takes its keys along:
/// they would land in the section before it.
fn statement_around(text: &str, at: usize, blocks: &[Range<usize>]) -> Range<usize> {
    let inside = |n: usize| blocks.iter().any(|b| b.start < n && n < b.end);
    let starts: Vec<usize> = line_starts(text).filter(|&n| !inside(n) && begins_statement(&text[n..])).collect();
    let start = starts.iter().copied().rfind(|&n| n <= at).unwrap_or(0);
    let header = text[start..].trim_start().starts_with('[');
    let ends = |n: usize| n > start && n > at && (!header || text[n..].trim_start().starts_with('['));
    start..starts.iter().copied().find(|&n| ends(n)).unwrap_or(text.len())
}

fn line_starts(text: &str) -> impl Iterator<Item = usize> {
    std::iter::once(0).chain(text.match_indices('\n').map(|(n, _)| n + 1))
}

fn begins_statement(rest: &str) -> bool {
    let line = rest.lines().next().unwrap_or("");
    // Lists and maps over several lines are indented or closed by a bracket.
    !line.is_empty() && !line.starts_with([' ', '\t', ']', '}', '#'])
}

fn blank(text: &str, range: &Range<usize>) -> String {
    let blanks: String = text[range.clone()].bytes().map(|b| if b == b'\n' { '\n' } else { ' ' }).collect();
    format!("{}{}{}", &text[..range.start], blanks, &text[range.end..])
}

type Key<'a> = Spanned<std::borrow::Cow<'a, str>>;

/// TOML tables keep no order; the places do.
fn in_order<'t, 'a>(table: &'t DeTable<'a>) -> Vec<(&'t Key<'a>, &'t Spanned<DeValue<'a>>)> {
    let mut all: Vec<_> = table.iter().collect();
    all.sort_by_key(|(key, _)| key.span().start);
    all
}

fn in_file_order(nodes: Vec<Node>) -> Vec<Node> {
    let mut order: Vec<usize> = (0..nodes.len()).collect();
    order[1..].sort_by_key(|&n| nodes[n].span.start);
    let mut place = vec![0; nodes.len()];
    for (new, &old) in order.iter().enumerate() {
        place[old] = new;
    }
    let mut nodes: Vec<Option<Node>> = nodes.into_iter().map(Some).collect();
    let sorted = order.iter().filter_map(|&old| nodes[old].take());
    sorted.map(|node| Node { parent: node.parent.map(|p| place[p]), ..node }).collect()
}

struct Reader<'r> {
    text: &'r str,
    file: u16,
    scan: &'r Scan,
    faults: &'r mut Faults,
}

impl Reader<'_> {
    fn section(&mut self, key: &Key<'_>, value: &Spanned<DeValue<'_>>, table: &DeTable<'_>, nodes: &mut Vec<Node>) {
        let kind = key.get_ref();
        let place = span(self.file, key.span());
        if sections::of(kind, false).is_none() {
            let near = nearest(kind, sections::top_kinds()).unwrap_or("");
            self.faults.add("S113", place, &[kind, near]);
        } else if kind == "people" {
            let keys = self.entries(table);
            let place = span(self.file, value.span());
            nodes.push(Node { kind: kind.to_string(), keys, span: place, ..Node::default() });
        } else {
            self.rows(kind, table, None, nodes);
        }
    }

    /// Each thing under `[kind]`: a row or a section.
    fn rows(&mut self, kind: &str, table: &DeTable<'_>, parent: Option<usize>, nodes: &mut Vec<Node>) {
        for (key, value) in in_order(table) {
            let DeValue::Table(keys) = value.get_ref() else {
                self.faults.add("S117", span(self.file, key.span()), &[kind, key.get_ref()]);
                continue;
            };
            let at = value.span();
            let has_header = self.text[at.start..].starts_with('[');
            let place = span(self.file, if has_header { at } else { key.span() });
            let node = nodes.len();
            nodes.push(Node { kind: kind.into(), id: key.get_ref().to_string(), parent, keys: Vec::new(), span: place });
            let nested = sections::nested_in(kind);
            for (key, value) in in_order(keys) {
                match value.get_ref() {
                    DeValue::Table(things) if nested == Some(key.get_ref()) => self.rows(key.get_ref(), things, Some(node), nodes),
                    _ => {
                        let entry = self.entry(key, value);
                        nodes[node].keys.push(entry);
                    }
                }
            }
        }
    }

    fn entries(&mut self, table: &DeTable<'_>) -> Vec<Entry> {
        in_order(table).into_iter().map(|(key, value)| self.entry(key, value)).collect()
    }

    fn entry(&mut self, key: &Key<'_>, value: &Spanned<DeValue<'_>>) -> Entry {
        let value = self.value(value);
        Entry { key: key.get_ref().to_string(), key_span: span(self.file, key.span()), value }
    }

    fn value(&mut self, value: &Spanned<DeValue<'_>>) -> Value {
        let place = span(self.file, value.span());
        let kind = match value.get_ref() {
            DeValue::String(decoded) => return self.string(value.span(), decoded),
            DeValue::Integer(i) => match i64::from_str_radix(i.as_str(), i.radix()) {
                Ok(i) => ValueKind::Int(i),
                Err(_) => self.unusable(place, ValueKind::Int(0)),
            },
            DeValue::Float(f) => match f.as_str().parse::<f64>() {
                Ok(f) if f.is_finite() => ValueKind::Float(f),
                _ => self.unusable(place, ValueKind::Float(0.0)),
            },
            DeValue::Boolean(b) => ValueKind::Bool(*b),
            DeValue::Datetime(_) => self.unusable(place, ValueKind::Text(self.text[value.span()].to_string())),
            DeValue::Array(list) => ValueKind::List(list.iter().map(|v| self.value(v)).collect()),
            DeValue::Table(table) => ValueKind::Map(self.entries(table)),
        };
        Value { span: place, kind }
    }

    /// A date, or a number beyond all bounds: told, and read as something harmless.
    fn unusable(&mut self, place: Span, instead: ValueKind) -> ValueKind {
        let text = &self.text[place.start as usize..place.end as usize];
        self.faults.add("S119", place, &[text]);
        instead
    }

    /// The text between the quotes as it stands in the file, so that a place in it is a place in the file.
    fn string(&mut self, at: Range<usize>, decoded: &str) -> Value {
        let content = match self.scan.unclosed.iter().find(|u| u.opener == at.start) {
            Some(open) => open.content.clone(),
            None => between_quotes(&self.scan.masked, at.clone()),
        };
        let place = span(self.file, content.clone());
        let raw = &self.text[content.clone()];
        let escaped = self.scan.masked[at].starts_with('"') && raw.contains('\\');
        if escaped {
            let n = content.start + raw.find('\\').unwrap_or(0);
            self.faults.add("S118", span(self.file, n..n + 1), &[]);
        }
        check_length(raw, place, self.faults);
        let text = if escaped { decoded } else { raw };
        Value { span: place, kind: ValueKind::Text(text.to_string()) }
    }
}

fn between_quotes(text: &str, at: Range<usize>) -> Range<usize> {
    let raw = &text[at.clone()];
    let long = raw.len() >= 6 && (raw.starts_with("'''") || raw.starts_with("\"\"\""));
    if !long {
        return at.start + 1..at.end - 1;
    }
    let inner = &raw[3..raw.len() - 3];
    let newline = if inner.starts_with("\r\n") { 2 } else { usize::from(inner.starts_with('\n')) };
    at.start + 3 + newline..at.end - 3
}
