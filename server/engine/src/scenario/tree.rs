//! The neutral tree: what the three readers (TOML, Markdown, CSV) give, and all that any check sees.

/// Byte range in one file of the folder.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Span {
    pub file: u16,
    pub start: u32,
    pub end: u32,
}

#[derive(Clone, Debug, Default)]
pub struct SourceFile {
    /// Path inside the folder.
    pub path: String,
    pub text: String,
}

#[derive(Clone, Debug, Default)]
pub struct Tree {
    pub files: Vec<SourceFile>,
    /// `nodes[0]` is the head of `scenario.toml` (kind "scenario"); the others follow in file order.
    pub nodes: Vec<Node>,
    /// One for each language, the scenario's own first.
    pub words: Vec<Words>,
    pub sheets: Vec<Sheet>,
    pub plays: Vec<Node>,
    pub images: Vec<Image>,
}

/// A file under `img/`.
#[derive(Clone, Debug)]
pub struct Image {
    /// The item that it shows.
    pub item: String,
    /// The digest of what it shows, with its ending: the name under which it travels.
    pub name: String,
}

/// A section or a row of `scenario.toml`: `[phase.voto.move.sospetto]` is a node of kind "move", id "sospetto",
/// whose parent is the node of phase "voto"; `passi = { of = "seat" }` under `[variable]` a node of kind "variable".
#[derive(Clone, Debug, Default)]
pub struct Node {
    pub kind: String,
    pub id: String,
    pub parent: Option<usize>,
    pub keys: Vec<Entry>,
    /// The header, or the key of the row.
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Entry {
    pub key: String,
    pub key_span: Span,
    pub value: Value,
}

#[derive(Clone, Debug)]
pub struct Value {
    /// For text: what stands between the quotes, so that offsets inside it map one to one.
    pub span: Span,
    pub kind: ValueKind,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ValueKind {
    Text(String),
    Int(i64),
    Float(f64),
    Bool(bool),
    List(Vec<Value>),
    /// Inline tables, dotted keys (`ask.perche = …`) and sub-sections (`[phase.x.move.y.ask.perche]`) alike.
    Map(Vec<Entry>),
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key && self.value == other.value
    }
}

impl Node {
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.keys.iter().find(|e| e.key == key).map(|e| &e.value)
    }
    #[must_use]
    pub fn text(&self, key: &str) -> Option<(&str, Span)> {
        self.get(key).and_then(Value::text)
    }
    #[must_use]
    pub fn bool(&self, key: &str) -> Option<bool> {
        match self.get(key)?.kind {
            ValueKind::Bool(b) => Some(b),
            _ => None,
        }
    }
    #[must_use]
    pub fn int(&self, key: &str) -> Option<i64> {
        match self.get(key)?.kind {
            ValueKind::Int(i) => Some(i),
            _ => None,
        }
    }
    /// Entries of a map such as `ask` or `check`; none if absent.
    #[must_use]
    pub fn map(&self, key: &str) -> &[Entry] {
        match self.get(key).map(|v| &v.kind) {
            Some(ValueKind::Map(m)) => m,
            _ => &[],
        }
    }
    #[must_use]
    pub fn list(&self, key: &str) -> &[Value] {
        match self.get(key).map(|v| &v.kind) {
            Some(ValueKind::List(l)) => l,
            _ => &[],
        }
    }
}

impl Value {
    #[must_use]
    pub fn text(&self) -> Option<(&str, Span)> {
        match &self.kind {
            ValueKind::Text(t) => Some((t, self.span)),
            _ => None,
        }
    }
}

/// One language's prose, by kind and id.
#[derive(Clone, Debug, Default)]
pub struct Words {
    /// "it", "en", …
    pub lang: String,
    pub file: u16,
    pub title: Option<Prose>,
    pub summary: Option<Prose>,
    pub sections: Vec<WordSection>,
}

/// `## kind id: title`, its text, its children (`- id: words`). In `## variable` without an id, each child is the
/// title of that variable (of a `text`, its text).
#[derive(Clone, Debug)]
pub struct WordSection {
    pub kind: String,
    pub id: Option<String>,
    pub span: Span,
    pub title: Option<Prose>,
    pub text: Option<Prose>,
    pub children: Vec<(String, Span, Prose)>,
}

/// Markdown as it stands in the file, blank edges cut; `span` covers exactly `raw`.
#[derive(Clone, Debug)]
pub struct Prose {
    pub raw: String,
    pub span: Span,
}

/// A CSV file.
#[derive(Clone, Debug, Default)]
pub struct Sheet {
    pub file: u16,
    pub path: String,
    pub columns: Vec<(String, Span)>,
    pub rows: Vec<SheetRow>,
}

#[derive(Clone, Debug)]
pub struct SheetRow {
    /// Row number as a spreadsheet shows it (the header is row 1).
    pub number: u32,
    /// As many as there are columns; the text as read, quotes resolved. `span` covers the raw cell.
    pub cells: Vec<(String, Span)>,
}

impl Sheet {
    #[must_use]
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|(n, _)| n == name)
    }
}
