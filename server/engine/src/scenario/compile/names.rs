//! The one table of names: whatever a rule can name.

use std::collections::BTreeMap;

use crate::scenario::faults::Faults;
use crate::scenario::model::Status;
use crate::scenario::tree::Span;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Decl {
    Var(u16),
    Value(u16),
    List(u16),
    Item(u16, u32),
    Kind(u16),
    Zone(u16),
    Board(u16),
    Role(u32),
    Team(u32),
    Group(u8),
    Text(u16),
    Timer(u16),
    Channel(u16),
    Status(Status),
    /// A person of a play.
    Person(u32),
}

/// Names that mean something everywhere; an id may not be one of them.
pub const TAKEN: [&str; 27] = [
    "me",
    "it",
    "here",
    "desk",
    "seats",
    "others",
    "everyone",
    "teams",
    "tables",
    "members",
    "spaces",
    "tokens",
    "places",
    "role",
    "team",
    "table",
    "status",
    "place",
    "owner",
    "item",
    "heading",
    "player",
    "elapsed",
    "remaining",
    "yes",
    "no",
    "none",
];

#[derive(Default, Debug)]
pub struct Names {
    map: BTreeMap<String, Vec<(Decl, Span)>>,
}

impl Names {
    /// Two things may share a name only where both are items of different lists.
    pub fn add(&mut self, name: &str, decl: Decl, span: Span, faults: &mut Faults) {
        if TAKEN.contains(&name) && !matches!(decl, Decl::Status(_)) {
            faults.add("N204", span, &[name]);
            return;
        }
        let found = self.map.entry(name.to_string()).or_default();
        let item = |d: &Decl| matches!(d, Decl::Item(..));
        let clash = found.iter().any(|(d, _)| match (d, decl) {
            (Decl::Status(_), _) => false,
            (Decl::Item(a, _), Decl::Item(b, _)) => *a == b,
            _ => true,
        });
        if clash && !(item(&decl) && found.iter().all(|(d, _)| item(d))) {
            faults.add("N202", span, &[name]);
            return;
        }
        found.push((decl, span));
    }

    #[must_use]
    pub fn find(&self, name: &str) -> &[(Decl, Span)] {
        self.map.get(name).map_or(&[], Vec::as_slice)
    }

    pub fn all(&self) -> impl Iterator<Item = &str> {
        self.map.keys().map(String::as_str)
    }

    /// For the people of one play, afterwards removed.
    pub fn set_people(&mut self, people: &[String]) {
        self.map.retain(|_, d| {
            d.retain(|(d, _)| !matches!(d, Decl::Person(_)));
            !d.is_empty()
        });
        for (i, p) in people.iter().enumerate() {
            self.map.entry(p.clone()).or_default().insert(0, (Decl::Person(i as u32), Span::default()));
        }
    }
}
