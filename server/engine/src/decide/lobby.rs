//! Opening, sitting down, moving about, and the start: tables, teams, roles.

use super::{Exec, Res};
use crate::command::Answers;
use crate::eval::{Ctx, Regs};
use crate::event::{Draw, Event, Spot};
use crate::id::{SeatId, TableId};
use crate::refusal::{Code, Refusal};
use crate::scenario::model::{DealBy, Late, LeftoverPeople, MoreSeats, NONE, Scope, TeamsBy, Val, ZoneKind};
use crate::view::{Stage, Status};

/// People in one session at most, onlookers included.
pub const PEOPLE: usize = 300;

impl Exec<'_> {
    pub fn open(&mut self, tables: u32, seed: u64, set: &Answers) -> Res {
        if self.st.tables != 0 {
            return Err(Refusal::new(Code::Closed));
        }
        let [least, most] = self.sc.people.tables;
        if tables < least || tables > most {
            return Err(Refusal::at(Code::Limit, "tables"));
        }
        self.emit(Event::Opened { tables, seed });
        for (name, answer) in set {
            self.set_parameter(name, answer)?;
        }
        Ok(())
    }

    // ------------------------------------------------------------ sitting down

    pub fn join(&mut self, bot: bool, table: Option<TableId>) -> Res {
        if self.st.seats.len() >= PEOPLE {
            return Err(Refusal::new(Code::Full));
        }
        if self.st.stage == Stage::Ended {
            return Err(Refusal::new(Code::Closed));
        }
        if self.st.locked && !bot {
            return Err(Refusal::new(Code::Locked));
        }
        if let Some(t) = table
            && t.0 >= self.st.tables
        {
            return Err(Refusal::new(Code::Unknown));
        }
        let seat = SeatId(self.st.seats.len() as u32);
        let place = self.place_for(table)?;
        self.emit(Event::Joined { seat, table: place, bot });
        if let (Stage::Play, Some(t)) = (self.st.stage, place) {
            self.late(seat, t);
        }
        Ok(())
    }

    /// The table for who comes now; `None`: looks on.
    fn place_for(&self, table: Option<TableId>) -> Res<Option<TableId>> {
        if self.st.stage == Stage::Play {
            match self.sc.people.late {
                Late::Refuse => return Err(Refusal::new(Code::Closed)),
                Late::Observe => return Ok(None),
                Late::Join => {}
            }
        }
        let most = self.sc.people.seats[1] as usize;
        if let Some(t) = table {
            return Ok((self.st.at_table(t.0).count() < most).then_some(t));
        }
        let best = self.sc.people.best.unwrap_or(u32::MAX) as usize;
        // Once the play has begun, an empty table stays empty: nothing goes on there.
        let open = |t: &u32| self.st.stage != Stage::Play || self.table_plays(*t);
        let sizes: Vec<(usize, u32)> = (0..self.st.tables).filter(open).map(|t| (self.st.at_table(t).count(), t)).collect();
        // Tables that have begun fill up first, so that nobody sits alone for long.
        let least = self.sc.people.seats[0] as usize;
        let begun = sizes.iter().filter(|(n, _)| *n > 0 && *n < least.min(best)).min_by_key(|(_, t)| *t);
        let even = sizes.iter().filter(|(n, _)| *n < most).min();
        Ok(begun.or(even).map(|(_, t)| TableId(*t)))
    }

    /// A latecomer gets a card and a team like the others, then what the scenario says.
    fn late(&mut self, seat: SeatId, table: TableId) {
        if !self.sc.teams.is_empty() && self.sc.people.teams_by == TeamsBy::Even {
            self.smallest_team(seat, table);
        }
        if self.sc.people.deal == DealBy::Start {
            let roles = self.cards(table.0);
            let taken: Vec<i64> = self.st.at_table(table.0).map(|s| self.st.seats[s as usize].role).collect();
            let free: Vec<i64> = roles.iter().copied().filter(|r| !taken.contains(r)).collect();
            let rest = self.sc.roles.iter().position(|r| r.rest).map(|r| r as i64);
            let pool = if free.is_empty() { rest.map_or(roles, |r| vec![r]) } else { free };
            let role = self.one_of(&pool, Draw::Lot);
            if role != NONE {
                self.emit(Event::RoleSet { seat, role: Some(role as u32) });
                self.role_gets(seat.0, role as u32);
            }
        }
        self.starts_of(Scope::Seat, seat.0);
        let rule = &self.sc.people.welcome;
        let cx = Ctx::seat(&self.st, seat.0);
        self.rule(rule, cx, &mut Regs::default());
        self.ask_newcomer(seat.0);
    }

    fn smallest_team(&mut self, seat: SeatId, table: TableId) {
        let n = self.sc.teams.len() as u32;
        let size = |x: &Self, k: u32| x.st.members(Scope::Team, table.0 * n + k).len();
        let open: Vec<u32> = (0..n).filter(|k| size(self, *k) > 0).collect();
        if let Some(k) = open.into_iter().min_by_key(|k| size(self, *k)) {
            self.emit(Event::TeamSet { seat, team: Some(table.0 * n + k) });
        }
    }

    pub fn set_parameter(&mut self, name: &str, answer: &crate::command::Answer) -> Res {
        let Some(v) = self.sc.vars.iter().position(|v| v.id == name && v.scope == Scope::Session && v.keys.is_empty()) else {
            return Err(Refusal::at(Code::Unknown, name));
        };
        let val = self.constant(v as u16, answer).ok_or_else(|| Refusal::at(Code::Type, name))?;
        self.write(v as u16, 0, &[], val);
        Ok(())
    }

    /// To another table. `admit`: who was shown out may be let in again, too.
    pub fn seat_to(&mut self, seat: SeatId, table: TableId, admit: bool) -> Res {
        let Some(person) = self.st.seats.get(seat.ix()) else { return Err(Refusal::new(Code::Unknown)) };
        let (status, role, at) = (person.status, person.role, person.table);
        if table.0 >= self.st.tables || status == Status::Left && !admit {
            return Err(Refusal::new(Code::Unknown));
        }
        if status == Status::Playing && at == table.0 {
            return Ok(());
        }
        if self.st.at_table(table.0).count() >= self.sc.people.seats[1] as usize {
            return Err(Refusal::new(Code::Full));
        }
        self.emit(Event::SeatedAt { seat, table });
        let looked_on = matches!(status, Status::Observer | Status::Left);
        if looked_on {
            self.emit(Event::StatusSet { seat, status: Status::Playing });
        }
        if self.st.stage == Stage::Play {
            // Who comes back keeps the card.
            if looked_on && role == NONE {
                self.late(seat, table);
            } else {
                self.refresh_asked(seat.0);
            }
        }
        Ok(())
    }

    /// Spreads people over as few tables as their size allows, as evenly as possible.
    pub fn even_out(&mut self) {
        let people: Vec<u32> = (0..self.st.seats.len() as u32).filter(|s| self.st.seats[*s as usize].counts()).collect();
        let [least, most] = self.sc.people.seats.map(|n| n as usize);
        let best = self.sc.people.best.map_or(most, |b| b as usize).clamp(least.max(1), most);
        let want = people.len().div_ceil(best.max(1)).max(1);
        let fit = (people.len() / least.max(1)).max(1);
        let tables = want.min(fit).min(self.st.tables as usize).max(1);
        for (i, seat) in people.iter().enumerate() {
            let table = TableId((i * tables / people.len().max(1)) as u32);
            if self.st.seats[*seat as usize].table != table.0 {
                self.emit(Event::SeatedAt { seat: SeatId(*seat), table });
            }
        }
    }

    // ------------------------------------------------------------ the start

    pub fn begin(&mut self) -> Res {
        if self.st.stage != Stage::Lobby {
            return Err(Refusal::new(Code::Closed));
        }
        self.leftovers()?;
        self.emit(Event::Begun);
        let tables: Vec<u32> = (0..self.st.tables).filter(|t| self.st.at_table(*t).next().is_some()).collect();
        for t in &tables {
            self.make_tokens(Scope::Table, *t);
            self.make_teams(*t);
            self.deal_roles(*t);
        }
        self.make_tokens(Scope::Session, 0);
        self.compute_starts();
        if self.sc.people.together {
            self.emit(Event::Forked { scope: Scope::Session, inst: 0, parent: u32::MAX, pc: 0 });
        } else {
            for t in tables {
                self.emit(Event::Forked { scope: Scope::Table, inst: t, parent: u32::MAX, pc: 0 });
            }
        }
        Ok(())
    }

    /// Starts that are expressions, once people, teams, roles and tokens are there; in file order.
    fn compute_starts(&mut self) {
        for v in 0..self.sc.vars.len() as u16 {
            let scope = self.sc.vars[usize::from(v)].scope;
            for inst in 0..self.st.instances(self.sc, scope) {
                self.compute_start(v, inst);
            }
        }
    }

    /// The same for an instance that is made later.
    pub fn starts_of(&mut self, scope: Scope, inst: u32) {
        for v in 0..self.sc.vars.len() as u16 {
            if self.sc.vars[usize::from(v)].scope == scope {
                self.compute_start(v, inst);
            }
        }
    }

    pub fn compute_start(&mut self, v: u16, inst: u32) {
        let def = &self.sc.vars[usize::from(v)];
        let Some(x) = &def.starts else { return };
        let mut regs = Regs::default();
        regs.n[0] = i64::from(inst);
        let cx = Ctx::of(self.sc, &self.st, def.scope, inst);
        let val = crate::eval::Env::new(self.sc, &self.st, cx, &mut regs).val(x, def.ty.list);
        self.write(v, inst, &[], val);
    }

    /// A table with too few people: spread over the others, played smaller, or looking on, as the scenario says.
    fn leftovers(&mut self) -> Res {
        let least = self.sc.people.seats[0] as usize;
        let sizes: Vec<usize> = (0..self.st.tables).map(|t| self.st.at_table(t).count()).collect();
        if sizes.iter().sum::<usize>() < least {
            return Err(Refusal::at(Code::People, least.to_string()));
        }
        if sizes.iter().all(|n| *n == 0 || *n >= least) {
            return Ok(());
        }
        match self.sc.people.leftover {
            LeftoverPeople::Spread => self.even_out(),
            LeftoverPeople::Smaller => {}
            LeftoverPeople::Observe => {
                for (t, n) in sizes.iter().enumerate() {
                    if *n < least {
                        for seat in self.st.at_table(t as u32).collect::<Vec<_>>() {
                            self.emit(Event::StatusSet { seat: SeatId(seat), status: Status::Observer });
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// Tokens that lie somewhere from the start, and one for each owner of a `per` kind.
    fn make_tokens(&mut self, scope: Scope, inst: u32) {
        for z in 0..self.sc.zones.len() {
            let def = &self.sc.zones[z];
            if def.scope != scope {
                continue;
            }
            for (item, n) in &def.start {
                for _ in 0..*n {
                    self.emit(Event::TokenMade { kind: def.holds, item: *item, owner: None, at: Spot::Zone(z as u16, inst) });
                }
            }
            if def.kind == ZoneKind::Stack {
                self.shuffle_zone(z as u16, inst);
            }
        }
        for (k, kind) in self.sc.kinds.iter().enumerate() {
            for (item, board, space) in kind.starts.iter().filter(|s| kind.per.is_none() && self.sc.boards[usize::from(s.1)].scope == scope) {
                let n = self.sc.boards[usize::from(*board)].spaces.len() as u32;
                self.emit(Event::TokenMade { kind: k as u16, item: *item, owner: None, at: Spot::Space(*board, inst * n + space) });
            }
            if let (None, Some((board, space))) = (kind.per, kind.start)
                && self.sc.boards[usize::from(board)].scope == scope
            {
                let n = self.sc.boards[usize::from(board)].spaces.len() as u32;
                for item in 0..self.sc.lists[usize::from(kind.list)].items.len() as u32 {
                    let at = Spot::Space(board, inst * n + space);
                    self.emit(Event::TokenMade { kind: k as u16, item, owner: None, at });
                }
            }
        }
    }

    /// A token of each `per` kind for a new owner.
    fn make_owned(&mut self, scope: Scope, owner: u32, table: u32) {
        for (k, kind) in self.sc.kinds.iter().enumerate() {
            if kind.per != Some(scope) {
                continue;
            }
            let at = match kind.start {
                Some((board, space)) => {
                    let def = &self.sc.boards[usize::from(board)];
                    let inst = match def.scope {
                        Scope::Table => table,
                        s if s == scope => owner,
                        _ => 0,
                    };
                    Spot::Space(board, inst * def.spaces.len() as u32 + space)
                }
                None => Spot::Gone,
            };
            self.emit(Event::TokenMade { kind: k as u16, item: 0, owner: Some(owner), at });
        }
    }

    fn make_teams(&mut self, table: u32) {
        let seats: Vec<u32> = self.st.at_table(table).collect();
        let n = self.sc.teams.len() as u32;
        if n > 0 && self.sc.people.teams_by == TeamsBy::Even {
            let sizes = self.team_sizes(seats.len());
            let order = self.shuffled(&seats.iter().map(|s| i64::from(*s)).collect::<Vec<_>>(), Draw::Group);
            let mut at = 0;
            for (k, size) in sizes.into_iter().enumerate() {
                for seat in &order[at..(at + size).min(order.len())] {
                    self.emit(Event::TeamSet { seat: SeatId(*seat as u32), team: Some(table * n + k as u32) });
                }
                at += size;
            }
        }
        for k in 0..n {
            if !self.st.members(Scope::Team, table * n + k).is_empty() || self.sc.people.teams_by == TeamsBy::Rules {
                self.make_owned(Scope::Team, table * n + k, table);
            }
        }
        for seat in seats {
            self.make_owned(Scope::Seat, seat, table);
        }
    }

    /// Sizes of the teams for so many people: by `team_size` as many as fit, else by their shares.
    fn team_sizes(&self, people: usize) -> Vec<usize> {
        let n = self.sc.teams.len();
        if let Some([least, most]) = self.sc.people.team_size.map(|s| s.map(|x| x as usize)) {
            let open = (people / least.max(1)).clamp(1, n).max(people.div_ceil(most.max(1)).min(n));
            return (0..open).map(|i| people / open + usize::from(i < people % open)).collect();
        }
        let total: usize = self.sc.teams.iter().map(|t| t.share as usize).sum();
        let mut sizes: Vec<usize> = self.sc.teams.iter().map(|t| people * t.share as usize / total.max(1)).collect();
        let mut left = people - sizes.iter().sum::<usize>();
        // What is left over goes to those farthest below their share.
        while left > 0 {
            let behind = |i: &usize| (people * self.sc.teams[*i].share as usize) as i64 - (sizes[*i] * total) as i64;
            let i = (0..n).max_by_key(|i| (behind(i), n - i)).unwrap_or(0);
            sizes[i] += 1;
            left -= 1;
        }
        sizes
    }

    /// The role cards of a table, `rest` ones left out, before it is known who gets which.
    fn cards(&self, table: u32) -> Vec<i64> {
        let people = self.st.at_table(table).count();
        let mut cx = Ctx::NOWHERE;
        cx.table = i64::from(table);
        let mut cards = Vec::new();
        for (r, role) in self.sc.roles.iter().enumerate() {
            if role.rest || people < role.from as usize {
                continue;
            }
            let n = role.count.as_ref().map_or(1, |x| self.num(x, cx, &mut Regs::default())).max(0);
            cards.extend((0..n).map(|_| r as i64));
        }
        cards
    }

    fn deal_roles(&mut self, table: u32) {
        if self.sc.roles.is_empty() || self.sc.people.deal != DealBy::Start {
            return;
        }
        let seats: Vec<i64> = self.st.at_table(table).map(i64::from).collect();
        let mut cards = self.cards(table);
        if cards.len() > seats.len() {
            if self.sc.people.fewer_by_lot {
                cards = self.shuffled(&cards, Draw::Lot);
            }
            cards.truncate(seats.len());
        }
        self.more_people(&mut cards, seats.len());
        let order = self.shuffled(&seats, Draw::Lot);
        let promised = |seat: i64| self.promised.iter().find(|p| i64::from(p.0) == seat).map(|p| i64::from(p.1));
        let mut dealt: Vec<(i64, Option<i64>)> = order.iter().filter_map(|s| Some((*s, Some(promised(*s)?)))).collect();
        for (_, role) in &dealt {
            if let Some(at) = cards.iter().position(|c| Some(*c) == *role) {
                cards.remove(at);
            }
        }
        let mut cards = cards.into_iter();
        dealt.extend(order.iter().filter(|s| promised(**s).is_none()).map(|s| (*s, cards.next())).collect::<Vec<_>>());
        for (seat, role) in dealt {
            let seat = SeatId(seat as u32);
            match role {
                Some(role) => {
                    let team = self.sc.roles[role as usize].team;
                    self.emit(Event::RoleSet { seat, role: Some(role as u32) });
                    if let Some(k) = team {
                        self.emit(Event::TeamSet { seat, team: Some(table * self.sc.teams.len() as u32 + k) });
                    }
                    self.role_gets(seat.0, role as u32);
                }
                None if self.sc.people.more_seats == MoreSeats::Observe => {
                    self.emit(Event::StatusSet { seat, status: Status::Observer });
                }
                None => {}
            }
        }
    }

    /// What a role brings with it: a piece that lies at the table comes over, else one is made.
    fn role_gets(&mut self, seat: u32, role: u32) {
        let gets = &self.sc.roles[role as usize].gets;
        for (zone, items) in gets {
            let def = &self.sc.zones[usize::from(*zone)];
            let Some(inst) = self.st.instance_of(def.scope, seat) else { continue };
            let to = Spot::Zone(*zone, inst);
            for item in items {
                let table = self.st.seats[seat as usize].table;
                let lies = |t: &crate::state::Token| match t.at {
                    Spot::Zone(z, i) => {
                        let from = &self.sc.zones[usize::from(z)];
                        from.kind != ZoneKind::Source && from.scope != Scope::Seat && self.st.table_of(self.sc, from.scope, i) == Some(table)
                    }
                    _ => false,
                };
                let there = self.st.tokens.iter().position(|t| t.kind == def.holds && t.item == *item && t.at != to && lies(t));
                match there {
                    Some(t) => self.emit(Event::TokenMoved { token: t as u32, to, bottom: false, by: None }),
                    None => self.emit(Event::TokenMade { kind: def.holds, item: *item, owner: None, at: to }),
                }
            }
        }
    }

    /// More people than cards: the `rest` role, the same cards again, or onlookers.
    fn more_people(&mut self, cards: &mut Vec<i64>, people: usize) {
        let rest = self.sc.roles.iter().position(|r| r.rest);
        let once = cards.clone();
        while cards.len() < people {
            match (self.sc.people.more_seats, rest) {
                (_, Some(r)) => cards.push(r as i64),
                (MoreSeats::Repeat, None) if !once.is_empty() => {
                    let again = self.shuffled(&once, Draw::Lot);
                    cards.extend(again.into_iter().take(people - cards.len()));
                }
                _ => return,
            }
        }
    }

    /// A constant for a variable, from what the desk or a session's opening says.
    pub fn constant(&self, v: u16, answer: &crate::command::Answer) -> Option<Val> {
        use crate::command::Answer;
        use crate::scenario::model::{Base, DEC};
        let def = &self.sc.vars[usize::from(v)];
        let n = match (def.ty.base, answer) {
            (Base::Bool, Answer::Yes(b)) => i64::from(*b),
            (Base::Decimal, Answer::Decimal(f)) => (f * DEC as f64).round() as i64,
            (Base::Decimal, Answer::Number(n)) => n.saturating_mul(DEC),
            (Base::Number | Base::Duration, Answer::Number(n)) => *n,
            (Base::Item(l), Answer::Text(t)) => self.sc.lists[usize::from(l)].items.iter().position(|i| i.id == *t)? as i64,
            (Base::Item(l), Answer::Number(n)) if usize::try_from(*n).is_ok_and(|i| i < self.sc.lists[usize::from(l)].items.len()) => *n,
            _ => return None,
        };
        Some(Val::N(n))
    }
}

impl Exec<'_> {
    /// Teams said by a play, with the tokens they need.
    pub fn set_teams(&mut self, teams: &[(u32, u32)]) {
        let n = self.sc.teams.len() as u32;
        if teams.is_empty() {
            return;
        }
        for (p, k) in teams {
            let table = self.st.seats[*p as usize].table;
            self.emit(Event::TeamSet { seat: SeatId(*p), team: Some(table * n + k) });
        }
        for t in 0..self.st.tables {
            for k in 0..n {
                let team = t * n + k;
                let has = self.sc.kinds.iter().enumerate().all(|(i, d)| d.per != Some(Scope::Team) || self.st.per.contains_key(&(i as u16, team)));
                if !self.st.members(Scope::Team, team).is_empty() && !has {
                    self.make_owned(Scope::Team, team, t);
                }
            }
        }
    }
}
