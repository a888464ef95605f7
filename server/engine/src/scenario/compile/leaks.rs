//! What would tell a secret, or asks for people that are not there: looked at once everything is compiled.
//! What a rule `reveal`s somewhere counts as open: nothing here alarms about it.

use std::collections::BTreeSet;

use super::Compiler;
use crate::scenario::model::{Aud, Audience, DealBy, InputDef, MoreSeats, MoveDef, PanelDef, People, PhaseDef, Scope, Thing, Words, X};
use crate::scenario::tree::Span;
use crate::scenario::walk;

/// What rules reveal, of whomever.
#[derive(Default)]
pub struct Revealed {
    vars: BTreeSet<u16>,
    zones: BTreeSet<u16>,
    roles: bool,
}

impl Revealed {
    pub fn add(&mut self, what: &Thing) {
        match what {
            Thing::Var { v, .. } => {
                self.vars.insert(*v);
            }
            Thing::Zone { zone, .. } => {
                self.zones.insert(*zone);
            }
            Thing::Role(_) => self.roles = true,
            Thing::Value { .. } | Thing::Token(_) => {}
        }
    }
}

/// Seen by no seat at all.
fn unseen(seen: &Audience) -> bool {
    seen.iter().all(|a| matches!(a, Aud::Nobody | Aud::Desk))
}

/// Seen by everybody who is in a strand of this scope.
fn open(seen: &Audience, strand: Scope) -> bool {
    seen.iter().any(|a| match (a, strand) {
        (Aud::Table | Aud::All, _) | (Aud::Team(None), Scope::Team) | (Aud::Owner, Scope::Seat) => true,
        (Aud::Group(a), Scope::Group(b)) => *a == b,
        _ => false,
    })
}

fn any(x: &X, mut test: impl FnMut(&X) -> bool) -> bool {
    let mut found = false;
    walk::each(x, &mut |x| found |= test(x));
    found
}

impl Compiler<'_> {
    /// Every `show` of a text hands over the same names.
    pub fn texts_lacking(&mut self) {
        for (text, given, span) in std::mem::take(&mut self.text_used) {
            let def = &self.texts[usize::from(text)];
            let missing: Vec<String> = def.with.iter().map(|w| w.0.clone()).filter(|w| !given.contains(w)).collect();
            let id = def.id.clone();
            for name in missing {
                self.faults.add("N206", span, &[&id, &name]);
            }
        }
    }

    pub fn look_for_leaks(&mut self, phases: &[PhaseDef], moves: &[MoveDef], panels: &[PanelDef]) {
        let meant: Vec<(String, Span)> = self.tree.nodes[0].list("meant").iter().filter_map(|v| v.text()).map(|(t, s)| (t.to_string(), s)).collect();
        for (id, span) in &meant {
            let kinds = ["move", "phase", "value", "trigger", "ending", "panel"];
            if !self.tree.nodes.iter().any(|n| kinds.contains(&n.kind.as_str()) && n.id == *id) {
                self.unknown(id, *span);
            }
        }
        // Where it is not said who sees something, that is told first.
        if self.faults.0.iter().any(|f| f.code == "S104" && f.args.iter().any(|a| a == "seen")) {
            return;
        }
        for (p, n) in phases.iter().zip(self.nodes("phase")) {
            let who = n.get("who").map_or(n.span, |v| v.span);
            if n.get("cover").is_none() && p.who.as_ref().is_some_and(|x| self.is_secret(x, p.scope)) {
                self.faults.add("V505", who, &[]);
            }
            for words in [&p.title, &p.text] {
                self.unseen_in_words(words, n.span);
            }
        }
        for (m, n) in moves.iter().zip(self.nodes("move")) {
            for ask in &m.asks {
                let place = n.map("ask").iter().find(|e| e.key == ask.id).map_or(n.span, |e| e.value.span);
                self.hidden_options(&ask.input, place);
            }
            if meant.iter().any(|x| x.0 == m.id) {
                continue;
            }
            for check in &m.checks {
                let hidden = self.reads_unseen(&check.cond);
                let place = n.map("check").iter().find(|e| e.key == check.id).map_or(n.span, |e| e.value.span);
                if let Some(name) = hidden {
                    self.faults.add("W503", place, &[&name]);
                }
            }
        }
        for p in panels {
            let place = self.nodes("panel").iter().find(|n| n.id == p.id).map_or(Span::default(), |n| n.span);
            let alone = |v: u16| self.vars[usize::from(v)].seen.contains(&Aud::OnlyOwner);
            let reads = p.columns.iter().any(|c| any(&c.place.x, |x| matches!(x, X::Var { v, .. } | X::Past { v, .. } if alone(*v))));
            if reads && p.least < 3 {
                self.faults.add("V506", place, &[]);
            }
        }
    }

    /// Who acts depends on what not everybody sees: a role that is not open, a variable of the seat's own.
    fn is_secret(&self, x: &X, strand: Scope) -> bool {
        let roles = !self.revealed.roles && self.roles.iter().any(|r| !open(&r.seen, strand));
        any(x, |x| match x {
            X::SeatRole(s) => roles && matches!(**s, X::Me),
            X::Var { v, inst, .. } => {
                let def = &self.vars[usize::from(*v)];
                !def.input && matches!(**inst, X::Me) && !open(&def.seen, strand) && !self.revealed.vars.contains(v)
            }
            _ => false,
        })
    }

    /// A variable that no seat ever sees.
    fn reads_unseen(&self, x: &X) -> Option<String> {
        let mut found = None;
        walk::each(x, &mut |x| {
            if let X::Var { v, .. } | X::Past { v, .. } = x {
                let def = &self.vars[usize::from(*v)];
                if unseen(&def.seen) && !self.revealed.vars.contains(v) {
                    found = Some(def.id.clone());
                }
            }
        });
        found
    }

    fn unseen_in_words(&mut self, words: &Words, span: Span) {
        for place in words.0.iter().flatten().flat_map(|p| &p.places) {
            if let Some(name) = self.reads_unseen(&place.x) {
                self.faults.add("W501", span, &[&name, ""]);
            }
        }
    }

    /// The list of answers would show tokens whose face the one who answers does not see.
    fn hidden_options(&mut self, input: &InputDef, span: Span) {
        let (InputDef::Choice { of, .. } | InputDef::Any { of, .. } | InputDef::Order(of) | InputDef::Tiers { of, .. }) = input else { return };
        let mut set = of;
        while let X::Where { set: inner, .. } | X::Sorted { set: inner, .. } | X::Except { set: inner, .. } | X::Turned { set: inner, .. } = set {
            set = inner;
        }
        let X::ZoneTokens { zone, inst } = set else { return };
        let def = &self.zones[usize::from(*zone)];
        let mine = matches!(**inst, X::Me | X::CtxTeam | X::CtxGroup(_));
        let owners = def.seen.iter().all(|a| *a == Aud::Owner);
        let chosen = matches!(**inst, X::Var { .. });
        if !self.revealed.zones.contains(zone) && (unseen(&def.seen) || owners && chosen && !mine) {
            let name = def.id.clone();
            self.faults.add("V503", span, &[&name]);
        }
    }

    /// Role cards that run out, where nobody is to rest and none may be dealt twice.
    pub fn look_at_people(&mut self, people: &People) {
        if self.roles.is_empty() || people.deal != DealBy::Start || people.more_seats != MoreSeats::Rest || self.roles.iter().any(|r| r.rest) {
            return;
        }
        let mut cards = 0;
        for r in &self.roles {
            match &r.count {
                None => cards += 1,
                Some(X::K(n)) => cards += *n,
                // How many there are depends on how many come.
                Some(_) => return,
            }
        }
        if cards < i64::from(people.seats[1]) {
            let span = self.people_node().and_then(|p| p.get("more_seats")).map_or(Span::default(), |v| v.span);
            self.faults.add("P702", span, &[&(cards + 1).to_string()]);
        }
    }
}
