//! What would tell a secret, or asks for people that are not there: looked at once everything is compiled.
//! What a rule `reveal`s somewhere counts as open: nothing here alarms about it.

use std::collections::BTreeSet;

use super::Compiler;
use crate::scenario::model::{Aud, Audience, DealBy, EndingDef, InputDef, MoreSeats, MoveDef, PanelDef, People, PhaseDef, Scope, Thing, Words, X};
use crate::scenario::tree::Span;
use crate::scenario::walk;

/// What rules reveal, of whomever.
#[derive(Default)]
pub struct Revealed {
    vars: BTreeSet<u16>,
    values: BTreeSet<u16>,
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
            Thing::Value { v, .. } => {
                self.values.insert(*v);
            }
            Thing::Token(_) => {}
        }
    }
}

/// Seen by no seat at all.
fn unseen(seen: &Audience) -> bool {
    !seen.is_empty() && seen.iter().all(|a| matches!(a, Aud::Nobody | Aud::Desk))
}

/// Seen by everybody who is in a strand of this scope.
fn open(seen: &Audience, strand: Scope) -> bool {
    seen.iter().any(|a| match (a, strand) {
        (Aud::Table | Aud::All, _) | (Aud::Team(None), Scope::Team) | (Aud::Owner, Scope::Seat) => true,
        (Aud::Group(a), Scope::Group(b)) => *a == b,
        _ => false,
    })
}

/// A set before its `where`, `from` and `except`.
fn hull(mut set: &X) -> &X {
    while let X::Where { set: inner, .. } | X::Sorted { set: inner, .. } | X::Except { set: inner, .. } | X::Turned { set: inner, .. } = set {
        set = inner;
    }
    set
}

/// Whoever reads, or the own team or group.
fn own(inst: &X) -> bool {
    match inst {
        X::Me | X::CtxTeam | X::CtxGroup(_) => true,
        X::SeatTeam(s) | X::SeatGroup(_, s) => matches!(**s, X::Me),
        _ => false,
    }
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

    pub fn look_for_leaks(&mut self, phases: &[PhaseDef], moves: &[MoveDef], panels: &[PanelDef], endings: &[EndingDef]) {
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
        }
        let titles = phases.iter().flat_map(|p| [&p.title, &p.text]).chain(endings.iter().flat_map(|e| [&e.title, &e.text]));
        for words in titles.chain(phases.iter().flat_map(|p| p.also.iter().map(|a| &a.1))) {
            self.unseen_in_words(words);
        }
        for (m, n) in moves.iter().zip(self.nodes("move")) {
            let covered = n.parent.and_then(|p| self.phase_named(&self.tree.nodes[p].id)).map(|p| &phases[usize::from(p)]).filter(|p| p.cover);
            for ask in &m.asks {
                let place = n.map("ask").iter().find(|e| e.key == ask.id).map_or(n.span, |e| e.value.span);
                self.hidden_options(&ask.input, place);
                if covered.is_some_and(|p| self.tells_all(&ask.input, p.scope)) {
                    self.faults.add("V504", place, &[]);
                }
            }
            let leaks: Vec<(Span, String)> = m
                .checks
                .iter()
                .filter_map(|check| {
                    let place = n.map("check").iter().find(|e| e.key == check.id).map_or(n.span, |e| e.value.span);
                    Some((place, self.reads_unseen(&check.cond)?))
                })
                .collect();
            match meant.iter().find(|x| x.0 == m.id) {
                Some((id, span)) if leaks.is_empty() => self.faults.add("W504", *span, &[id]),
                Some(_) => {}
                None => leaks.iter().for_each(|(place, name)| self.faults.add("W503", *place, &[name])),
            }
        }
        for p in panels {
            let place = self.nodes("panel").iter().find(|n| n.id == p.id).map_or(Span::default(), |n| n.span);
            let alone = |v: u16| self.vars[usize::from(v)].seen.contains(&Aud::OnlyOwner);
            let reads = p.columns.iter().any(|c| any(&c.place.x, |x| matches!(x, X::Var { v, .. } | X::Past { v, .. } if alone(*v))));
            if reads && p.least < 3 {
                self.faults.add("V506", place, &[]);
            }
            self.unseen_in_panel(p);
            self.telling_rows(p);
        }
    }

    /// Which rows there are, and in what order, tells whatever they are chosen and sorted by: it must be open to all who read the
    /// panel. Where no figure is about less than three people, the order is about no fewer.
    fn telling_rows(&mut self, p: &PanelDef) {
        if !p.on_phone && !p.on_projector || p.least >= 3 {
            return;
        }
        let Some(place) = self.nodes("panel").into_iter().find(|n| n.id == p.id).and_then(|n| n.get("rows")).map(|v| v.span) else { return };
        let mut set = &p.rows;
        let mut told = Vec::new();
        while let X::Where { set: inner, .. } | X::Sorted { set: inner, .. } | X::Except { set: inner, .. } | X::Turned { set: inner, .. } = set {
            match set {
                X::Where { cond, .. } => told.push(cond.as_ref()),
                X::Sorted { keys, .. } => told.extend(keys.iter().map(|k| &k.x)),
                _ => {}
            }
            set = inner;
        }
        if let Some(name) = told.into_iter().find_map(|x| self.reads_closed(x)) {
            self.faults.add("W507", place, &[&name]);
        }
    }

    /// Something that not everybody at the table sees, of others than the reader and the own team or group.
    fn reads_closed(&self, x: &X) -> Option<String> {
        let mut found = None;
        walk::each(x, &mut |x| {
            let (inst, seen, revealed, id) = match x {
                X::Var { v, inst, .. } | X::Past { v, inst, .. } => {
                    let def = &self.vars[usize::from(*v)];
                    (inst, &def.seen, self.revealed.vars.contains(v), &def.id)
                }
                X::Value { v, inst, .. } => {
                    let def = &self.values[usize::from(*v)];
                    (inst, &def.seen, self.revealed.values.contains(v), &def.id)
                }
                _ => return,
            };
            if !own(inst) && !open(seen, Scope::Table) && !revealed {
                found = Some(id.clone());
            }
        });
        found
    }

    /// A column that nobody can read, on whatever screen the panel stands. What is counted over many is another thing.
    fn unseen_in_panel(&mut self, p: &PanelDef) {
        let Some(n) = self.nodes("panel").into_iter().find(|n| n.id == p.id) else { return };
        let at_desk = n.list("on").iter().any(|v| v.text().is_some_and(|t| t.0 == "desk"));
        let hidden = |seen: &Audience| unseen(seen) && !(at_desk && seen.contains(&Aud::Desk));
        for (c, e) in p.columns.iter().zip(n.map("column")) {
            let read = match &c.place.x {
                X::Otherwise(x, _) => x,
                x => x,
            };
            let (seen, revealed, name) = match read {
                X::Var { v, .. } | X::Past { v, .. } => {
                    let def = &self.vars[usize::from(*v)];
                    (&def.seen, self.revealed.vars.contains(v), def.id.clone())
                }
                X::Value { v, .. } => {
                    let def = &self.values[usize::from(*v)];
                    (&def.seen, self.revealed.values.contains(v), def.id.clone())
                }
                _ => continue,
            };
            if hidden(seen) && !revealed {
                self.faults.add("W501", e.value.span, &[&name, ""]);
            }
        }
    }

    /// In a covered phase everybody gets this list, without its `where`: does it hold what not everybody sees?
    fn tells_all(&self, input: &InputDef, strand: Scope) -> bool {
        let (InputDef::Choice { of, .. } | InputDef::Any { of, .. } | InputDef::Order(of) | InputDef::Tiers { of, .. }) = input else { return false };
        any(hull(of), |x| match x {
            X::Var { v, inst, .. } => !matches!(**inst, X::Me) && !open(&self.vars[usize::from(*v)].seen, strand) && !self.revealed.vars.contains(v),
            X::ZoneTokens { zone, inst } => {
                !matches!(**inst, X::Me) && !open(&self.zones[usize::from(*zone)].seen, strand) && !self.revealed.zones.contains(zone)
            }
            _ => false,
        })
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

    /// A zone that no seat ever sees: even how many lie there is told by `places of` alone.
    fn reads_unseen_zone(&self, x: &X) -> Option<String> {
        let mut found = None;
        walk::each(x, &mut |x| {
            if let X::ZoneTokens { zone, .. } = x {
                let def = &self.zones[usize::from(*zone)];
                if unseen(&def.seen) && !self.revealed.zones.contains(zone) {
                    found = Some(def.id.clone());
                }
            }
        });
        found
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

    fn unseen_in_words(&mut self, words: &Words) {
        for place in words.0.iter().flatten().flat_map(|p| &p.places) {
            if let Some(name) = self.reads_unseen(&place.x).or_else(|| self.reads_unseen_zone(&place.x)) {
                self.faults.add("W501", place.span, &[&name, ""]);
            }
        }
    }

    /// The list of answers would show tokens whose face the one who answers does not see.
    fn hidden_options(&mut self, input: &InputDef, span: Span) {
        let (InputDef::Choice { of, .. } | InputDef::Any { of, .. } | InputDef::Order(of) | InputDef::Tiers { of, .. }) = input else { return };
        let X::ZoneTokens { zone, inst } = hull(of) else { return };
        let def = &self.zones[usize::from(*zone)];
        let mine = matches!(**inst, X::Me | X::CtxTeam | X::CtxGroup(_));
        let owners = def.seen.iter().all(|a| *a == Aud::Owner);
        let chosen = matches!(**inst, X::Var { .. });
        if !self.revealed.zones.contains(zone) && (unseen(&def.seen) || owners && chosen && !mine) {
            let name = def.id.clone();
            self.faults.add("V503", span, &[&name]);
        }
    }

    /// A usual number that cannot come, and role cards that run out where nobody is to rest and none may be dealt twice.
    pub fn look_at_people(&mut self, people: &People) {
        let [least, most] = people.seats;
        if let (Some(best), Some(n)) = (people.best.filter(|b| !(least..=most).contains(b)), self.people_node()) {
            let span = n.get("best").map_or(n.span, |v| v.span);
            self.faults.add("W704", span, &[&best.to_string(), &least.to_string(), &most.to_string()]);
        }
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
