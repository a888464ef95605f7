//! `scenario.toml` and `plays/*.toml` into nodes. Goes on after each fault.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::quotes::{self, Scan};
use super::{check_count, check_length, span};
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
    let mut nodes = in_file_order(nodes);
    check_count(&mut nodes, limits::SECTIONS, span(file, 0..0), faults);
    let count = nodes.len();
    for node in &mut nodes {
        node.parent = node.parent.filter(|p| *p < count);
    }
    nodes
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
            report_doubles(text, file, places().map(|(_, at)| at).take(limits::SYNTAX_FAULTS), faults);
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
    // One fault a line is enough for a pair of quotes.
    let is_new = |n: usize| n == 0 || text[scan.damages[n - 1].at.end..scan.damages[n].at.start].contains('\n');
    let told = (0..scan.damages.len()).filter(|n| is_new(*n));
    for damage in told.take(limits::SYNTAX_FAULTS).map(|n| &scan.damages[n]) {
        faults.add(damage.code, span(file, damage.at.clone()), &[]);
    }
    for open in scan.unclosed.iter().take(limits::SYNTAX_FAULTS) {
        let line = text[..open.content.end].matches('\n').count() + 1;
        faults.add("S105", span(file, open.opener..open.opener + 3), &[&line.to_string()]);
    }
}

/// Doubled keys and sections. The keys of a doubled section are doubled too: not worth a word.
fn report_doubles(text: &str, file: u16, places: impl Iterator<Item = Range<usize>>, faults: &mut Faults) {
    let mut silent = 0..0;
    for at in places {
        let line_start = text[..at.start].rfind('\n').map_or(0, |n| n + 1);
        let is_header = text[line_start..].trim_start().starts_with('[');
        if !is_header && silent.contains(&at.start) {
            continue;
        }
        if is_header {
            silent = at.start..text[at.start..].find("\n[").map_or(text.len(), |n| at.start + n);
        }
        let code = if is_header { "S111" } else { "S110" };
        faults.add(code, span(file, at.clone()), &[&text[at]]);
    }
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
    if value.starts_with('"') && value.contains('\\') {
        faults.add("S118", place, &[]);
    } else if value.matches('"').count() % 2 == 1 {
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
    let inside = |n: usize| blocks.get(blocks.partition_point(|b| b.end <= n)).is_some_and(|b| b.start < n);
    let starts: Vec<usize> = line_starts(text).filter(|&n| !inside(n) && begins_statement(&text[n..])).collect();
    let next = |start: usize| starts.get(starts.partition_point(|&n| n <= start)).copied().unwrap_or(text.len());
    // A list never closed is noticed only in the statements after it.
    let open = starts.iter().copied().find(|&n| n <= at && is_open(&text[n..next(n)]));
    let start = open.or_else(|| starts.iter().copied().rfind(|&n| n <= at)).unwrap_or(0);
    if !text[start..].starts_with('[') {
        return start..next(start);
    }
    let header = starts.iter().copied().find(|&n| n > start && text[n..].starts_with('['));
    start..header.unwrap_or(text.len())
}

/// More brackets opened than closed, on the way to the next statement.
fn is_open(statement: &str) -> bool {
    let mut depth = 0;
    for line in statement.lines() {
        let mut quote = None;
        for c in line.chars() {
            match (quote, c) {
                (Some(q), c) if q == c => quote = None,
                (Some(_), _) => {}
                (None, '"' | '\'') => quote = Some(c),
                (None, '#') => break,
                (None, '[' | '{') => depth += 1,
                (None, ']' | '}') => depth -= 1,
                _ => {}
            }
        }
        if line.contains("'''") || line.contains("\"\"\"") {
            return false;
        }
    }
    depth > 0
}

fn line_starts(text: &str) -> impl Iterator<Item = usize> {
    std::iter::once(0).chain(text.match_indices('\n').map(|(n, _)| n + 1))
}

/// `key = …` or `[header]`; not the next line of a list.
fn begins_statement(rest: &str) -> bool {
    let rest = rest.strip_prefix('[').unwrap_or(rest);
    rest.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '[')
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
                    DeValue::Table(things) if nested == Some(key.get_ref()) => {
                        self.rows(key.get_ref(), things, Some(node), nodes);
                    }
                    _ => {
                        let entry = self.entry(key, value);
                        nodes[node].keys.push(entry);
                    }
                }
            }
        }
    }

    fn entries(&mut self, table: &DeTable<'_>) -> Vec<Entry> {
        let mut entries: Vec<Entry> = in_order(table).into_iter().map(|(key, value)| self.entry(key, value)).collect();
        if let Some(first) = entries.first().map(|e| e.key_span) {
            check_count(&mut entries, limits::ROWS, first, self.faults);
        }
        entries
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
            DeValue::Array(list) => {
                let mut items: Vec<Value> = list.iter().map(|v| self.value(v)).collect();
                check_count(&mut items, limits::ROWS, place, self.faults);
                ValueKind::List(items)
            }
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
        let content = match self.scan.unclosed.binary_search_by_key(&at.start, |u| u.opener) {
            Ok(open) => self.scan.unclosed[open].content.clone(),
            Err(_) => between_quotes(&self.scan.masked, at.clone()),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Vec<Node>, Vec<&'static str>) {
        let mut faults = Faults::default();
        let nodes = scenario(text, 0, &mut faults);
        (nodes, faults.0.iter().map(|f| f.code).collect())
    }

    #[test]
    fn sections_rows_and_nested_ones_are_nodes_in_file_order() {
        let text = "\
format = 1
[variable]
passi = { of = \"seat\" }
[phase.voto]
ends = \"desk\"
[phase.voto.move.b]
ask.uno = \"yes/no\"
ask.due.is = \"yes/no\"
[phase.voto.move.b.ask.tre]
is = \"text up to 9\"
[phase.voto.move.a]
mode = \"final\"
[people]
seats = [3, 6]
";
        let (nodes, faults) = read(text);
        assert!(faults.is_empty());
        let shown: Vec<String> =
            nodes.iter().map(|n| format!("{} {} {:?} {}", n.kind, n.id, n.parent, &text[n.span.start as usize..n.span.end as usize])).collect();
        assert_eq!(
            shown,
            [
                "scenario  None ",
                "variable passi None passi",
                "phase voto None [phase.voto]",
                "move b Some(2) [phase.voto.move.b]",
                "move a Some(2) [phase.voto.move.a]",
                "people  None [people]",
            ]
        );
        let inputs: Vec<&str> = nodes[3].map("ask").iter().map(|e| e.key.as_str()).collect();
        assert_eq!(inputs, ["uno", "due", "tre"]);
        assert_eq!(nodes[0].int("format"), Some(1));
    }

    #[test]
    fn texts_stand_where_their_spans_say() {
        let text =
            "\u{feff}flow = '''\r\nprimo\r\nsecondo\r\n'''\r\n[phase.é_no]\r\n[phase.b]\r\nends = \"città\"\r\nwho = 'all'\r\nbefore = '''x'''\r\n";
        let (nodes, _) = read(&text.replace("é_no", "a"));
        let text = text.replace("é_no", "a");
        let mut texts = Vec::new();
        for entry in nodes.iter().flat_map(|n| &n.keys) {
            let (content, at) = entry.value.text().unwrap();
            assert_eq!(&text[at.start as usize..at.end as usize], content);
            texts.push(content.to_string());
        }
        assert_eq!(texts, ["primo\r\nsecondo\r\n", "città", "all", "x"]);
    }

    #[test]
    fn one_fault_for_each_broken_statement() {
        for (given, expected) in [
            ("a = \"b\nc = 1\nd = e\n", vec!["S108", "S109"]),
            ("a = [1, 2\n[phase.x]\nends = \"desk\"\n", vec!["S107"]),
            ("a = [\n  1,\n  ?,\n]\nb = 2\n", vec!["S107"]),
            ("a\nb = = 2\nc\nd = 4\n", vec!["S107", "S107", "S107"]),
            ("a = 1\na = 2\n[list]\nx = { rows = [] }\nx = { rows = [] }\n", vec!["S110", "S110"]),
            ("a = 99999999999999999999\n", vec!["S119"]),
            ("a = nan\n", vec!["S119"]),
            ("a = \"x \\\" y\"\n", vec!["S118"]),
            ("[[phase.x]]\nends = \"desk\"\n", vec!["S117"]),
            ("a = '''\nx\n", vec!["S105"]),
        ] {
            assert_eq!(read(given).1, expected, "{given}");
        }
    }

    #[test]
    fn an_unclosed_rule_keeps_its_text() {
        let (nodes, faults) = read("flow = '''\nvoto\nfine\n\n[phase.voto]\nends = \"desk\"\n");
        assert_eq!(faults, ["S105"]);
        assert_eq!(nodes[0].text("flow").map(|t| t.0), Some("voto\nfine"));
        assert_eq!(nodes[1].id, "voto");
    }
}
