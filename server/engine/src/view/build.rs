//! The parts of a view: which a viewer has, which may have changed, and each of them as JSON.

use serde::Serialize;
use smallvec::smallvec;

use super::prose::Reader;
use super::{
    AskPart, BoardPart, CardPart, DebriefPage, DeskMove, DeskPart, EndingPart, Ends, Given, InjectPart, InputKind, InputPart, ItemPart, JointPart,
    Knob, LandPart, Line, MePart, MovePart, News, NewsKind, OptionKind, OptionPart, Owner, PanelPart, PanelRow, Pass, PawnPart, PhasePart,
    ProgressPart, RoleCard, RunStep, SeatPart, SessionPart, Shape, Shown, ShownValue, SpacePart, Stage, Status, StrandPart, TablePart, TeamTag, Told,
    VersionPart, Waiting, ZonePart, sees,
};
use crate::Viewer;
use crate::command::{Answer, Answers};
use crate::decide::{in_tiers, legal_set, widest_legal_set};
use crate::eval::{Ctx, Env, Regs};
use crate::event::{Event, Filled, Frame, Spot, Unit};
use crate::id::SeatId;
use crate::scenario::model::{
    AskDef, Base, DEC, EndsDef, InputDef, KeyOf, MoveDef, NONE, PanelDef, PhaseDef, Say, Scenario, Scope, ShapeDef, Step, Val, Words,
};
use crate::state::{MessageKind, NewsWhat, Running, State};

/// A part of a view, by the name under which it travels.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    Session,
    Me,
    People,
    Progress,
    Phase,
    Moves,
    Asks,
    Sheet,
    Zones,
    Boards,
    Pawns,
    Told,
    News,
    Panels,
    Ending,
    Tables,
    Desk,
    Debrief,
}

impl Part {
    /// All of them, each at the place of its number.
    pub const ALL: [Self; 18] = [
        Self::Session,
        Self::Me,
        Self::People,
        Self::Progress,
        Self::Phase,
        Self::Moves,
        Self::Asks,
        Self::Sheet,
        Self::Zones,
        Self::Boards,
        Self::Pawns,
        Self::Told,
        Self::News,
        Self::Panels,
        Self::Ending,
        Self::Tables,
        Self::Desk,
        Self::Debrief,
    ];

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Part::Session => "session",
            Part::Me => "me",
            Part::People => "people",
            Part::Progress => "progress",
            Part::Phase => "phase",
            Part::Moves => "moves",
            Part::Asks => "asks",
            Part::Sheet => "sheet",
            Part::Zones => "zones",
            Part::Boards => "boards",
            Part::Pawns => "pawns",
            Part::Told => "told",
            Part::News => "news",
            Part::Panels => "panels",
            Part::Ending => "ending",
            Part::Tables => "tables",
            Part::Desk => "desk",
            Part::Debrief => "debrief",
        }
    }
}

/// A set of parts, one bit each.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct PartSet(u32);

impl PartSet {
    pub const ALL: Self = Self((1 << Part::ALL.len()) - 1);

    #[must_use]
    pub fn has(self, part: Part) -> bool {
        self.0 & 1 << part as u32 != 0
    }

    pub fn insert(&mut self, part: Part) {
        self.0 |= 1 << part as u32;
    }

    fn remove(&mut self, part: Part) {
        self.0 &= !(1 << part as u32);
    }

    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// In the order of their numbers.
    pub fn iter(self) -> impl Iterator<Item = Part> {
        Part::ALL.into_iter().filter(move |p| self.has(*p))
    }
}

impl Extend<Part> for PartSet {
    fn extend<I: IntoIterator<Item = Part>>(&mut self, parts: I) {
        parts.into_iter().for_each(|p| self.insert(p));
    }
}

impl FromIterator<Part> for PartSet {
    fn from_iter<I: IntoIterator<Item = Part>>(parts: I) -> Self {
        let mut out = Self::default();
        out.extend(parts);
        out
    }
}

/// The parts a viewer of this kind has.
#[must_use]
pub fn parts_of(viewer: Viewer) -> &'static [Part] {
    match viewer {
        Viewer::Seat(_) => &[
            Part::Session,
            Part::Me,
            Part::People,
            Part::Progress,
            Part::Phase,
            Part::Moves,
            Part::Asks,
            Part::Sheet,
            Part::Zones,
            Part::Boards,
            Part::Pawns,
            Part::Told,
            Part::News,
            Part::Panels,
            Part::Ending,
            Part::Debrief,
        ],
        Viewer::Desk => &[Part::Session, Part::People, Part::Progress, Part::Asks, Part::Told, Part::Panels, Part::Tables, Part::Desk, Part::Debrief],
        Viewer::Projector => &[
            Part::Session,
            Part::People,
            Part::Progress,
            Part::Phase,
            Part::Sheet,
            Part::Zones,
            Part::Boards,
            Part::Pawns,
            Part::News,
            Part::Panels,
            Part::Ending,
            Part::Tables,
            Part::Debrief,
        ],
    }
}

/// The parts that may have changed with these events. Wide rather than narrow: what did not change is not sent.
#[must_use]
pub fn touched(sc: &Scenario, st: &State, events: &[Event]) -> PartSet {
    let mut out = PartSet::default();
    for e in events {
        match e {
            Event::Drew { .. }
            | Event::Wrote { .. }
            | Event::Fired { .. }
            | Event::Noted { .. }
            | Event::Marked { .. }
            | Event::Nudged { .. }
            | Event::Bookmarked { .. }
            | Event::Stopped { .. }
            | Event::Rested { .. } => {}
            Event::At { .. } => out.extend([Part::Tables, Part::Desk, Part::Phase]),
            Event::Waits { .. } => out.extend([Part::Tables, Part::Desk]),
            Event::Set { .. } | Event::Emptied { .. } => out.extend([Part::Sheet, Part::Tables, Part::Moves, Part::Desk, Part::Phase, Part::Panels]),
            Event::Pass { .. } => out.extend([Part::Sheet, Part::Phase, Part::Moves, Part::Tables, Part::Panels, Part::Desk]),
            Event::TokenMade { .. } | Event::TokenMoved { .. } | Event::TokensOrdered { .. } | Event::Headed { .. } => {
                out.extend([Part::Zones, Part::Pawns, Part::Moves, Part::Sheet, Part::Phase, Part::Panels, Part::Tables, Part::Desk]);
            }
            Event::Walked { .. } | Event::Rolled { .. } => out.extend([Part::News]),
            Event::Told { .. } | Event::Said { .. } => out.extend([Part::Told]),
            Event::Injected { .. } => out.extend([Part::Told, Part::Desk]),
            Event::Here { .. } | Event::Help { .. } | Event::Bot { .. } => out.extend([Part::People, Part::Tables, Part::Me, Part::Moves]),
            Event::DoneSet { .. } | Event::AskedSet { .. } => {
                out.extend([Part::Progress, Part::Phase, Part::Moves, Part::Tables, Part::Sheet, Part::Panels]);
            }
            Event::Sealed { .. } | Event::Unsealed { .. } | Event::Version { .. } | Event::VersionsGone { .. } | Event::Made { .. } => {
                out.extend([Part::Progress, Part::Phase, Part::Moves, Part::Tables]);
            }
            Event::Proposed { .. } | Event::Judged { .. } | Event::Lapsed { .. } => out.extend([Part::Asks, Part::Moves, Part::Tables]),
            Event::Deadline { .. } | Event::Floor { .. } | Event::Hand { .. } | Event::Frozen { .. } => {
                out.extend([Part::Phase, Part::Moves, Part::Tables]);
            }
            Event::PhaseOpened { .. } | Event::PhaseClosed { .. } => {
                out.extend([Part::Progress, Part::Phase, Part::Moves, Part::Tables, Part::Desk, Part::Panels, Part::Sheet, Part::Asks]);
            }
            Event::Timer { .. } => out.extend([Part::Phase, Part::Sheet, Part::Moves, Part::Panels, Part::Tables]),
            _ => return all(),
        }
    }
    if out.has(Part::Sheet) {
        read_by_words(sc, st, &mut out);
    }
    if sc.panels.is_empty() {
        out.remove(Part::Panels);
    }
    if st.stage == Stage::Ended {
        out.insert(Part::Panels);
    }
    out
}

/// Where something that stands on sheets has changed: parts whose words, or lists of answers, may read it too.
fn read_by_words(sc: &Scenario, st: &State, out: &mut PartSet) {
    let live = |words: &Words| words.0.iter().flatten().any(|p| !p.places.is_empty());
    if sc.roles.iter().any(|r| live(&r.name) || live(&r.public) || live(&r.brief)) || sc.teams.iter().any(|t| live(&t.brief)) {
        out.extend([Part::Me, Part::People]);
    }
    if !st.asks.is_empty() {
        out.insert(Part::Asks);
    }
    if !st.over.is_empty() {
        out.insert(Part::Ending);
    }
    if sc.pages.iter().any(|p| live(&p.title) || live(&p.text) || p.questions.iter().any(live)) {
        out.insert(Part::Debrief);
    }
    if sc.injects.iter().any(|i| live(&i.title) || live(&i.text)) {
        out.insert(Part::Told);
    }
}

fn all() -> PartSet {
    let mut out: PartSet = parts_of(Viewer::Seat(SeatId(0))).iter().copied().collect();
    out.extend([Part::Tables, Part::Desk]);
    out
}

/// Viewers of equal class get equal bytes of a part (in one state): it is written once for all of them.
#[must_use]
pub fn class(sc: &Scenario, st: &State, viewer: Viewer, lang: usize, part: Part) -> u64 {
    let Viewer::Seat(s) = viewer else {
        return (if viewer == Viewer::Desk { 1 } else { 2 }) << 40 | lang as u64;
    };
    let seat = &st.seats[s.ix()];
    let own = 4 << 40 | u64::from(s.0) << 8 | lang as u64;
    let common = 3 << 40 | u64::from(seat.table) << 8 | lang as u64;
    match part {
        Part::Session => common,
        Part::Boards | Part::News if sc.boards.iter().all(|b| open(&b.seen)) => common,
        Part::Moves | Part::Asks if st.stage != Stage::Play => common,
        Part::Moves => {
            let strand = st.strand_of(s.0).and_then(|x| st.strands[x as usize].running.as_ref());
            let asked = strand.is_some_and(|r| r.asked.binary_search(&s.0).is_ok());
            let extra = strand.is_some_and(|r| sc.phases[usize::from(r.phase)].moves.iter().any(|m| sc.moves[usize::from(*m)].by.is_some()));
            if asked || extra { own } else { common }
        }
        Part::Phase => phase_class(sc, st, s.0, lang).unwrap_or(own),
        Part::Zones if sc.zones.is_empty() => common,
        Part::Pawns if sc.boards.is_empty() => common,
        Part::Panels if sc.panels.is_empty() => common,
        Part::Told if st.messages.is_empty() => common,
        Part::Ending if st.stage != Stage::Ended && !st.over.contains_key(&seat.table) => common,
        Part::Debrief => common,
        Part::Asks if st.asks.is_empty() => common,
        Part::People if sc.roles.is_empty() => common,
        Part::Progress if !sc.phases.iter().any(|p| p.cover) => common,
        Part::Sheet if all_common(sc) => common,
        _ => own,
    }
}

/// A phase whose words read the same for all differs only in whether one is asked, and has answered.
fn phase_class(sc: &Scenario, st: &State, seat: u32, lang: usize) -> Option<u64> {
    let strand = st.strand_of(seat)?;
    let run = st.strands[strand as usize].running.as_ref()?;
    let def = &sc.phases[usize::from(run.phase)];
    let briefs = def.turn.is_some() && sc.teams.iter().any(|t| !t.brief.is_empty());
    let flags = u64::from(run.asked.contains(&seat)) << 1 | u64::from(run.done.contains(&seat));
    let table = u64::from(st.seats[seat as usize].table);
    (def.same_for_all && !def.cover && !briefs).then_some(5 << 40 | u64::from(strand) << 24 | table << 12 | flags << 8 | lang as u64)
}

/// Is all that is shown on sheets seen by the whole table?
fn all_common(sc: &Scenario) -> bool {
    use crate::scenario::model::Aud;
    let open = |a: &crate::scenario::model::Audience| a.iter().any(|x| matches!(x, Aud::Table | Aud::All));
    sc.vars.iter().filter(|v| v.shown.is_some()).all(|v| open(&v.seen)) && sc.values.iter().filter(|v| v.shown.is_some()).all(|v| open(&v.seen))
}

/// All parts of a viewer, as JSON texts.
#[must_use]
pub fn snapshot(sc: &Scenario, st: &State, viewer: Viewer, lang: usize) -> Vec<(Part, String)> {
    parts_of(viewer)
        .iter()
        .map(|p| {
            let mut out = String::new();
            render(sc, st, viewer, lang, *p, &mut out);
            (*p, out)
        })
        .collect()
}

/// Writes one part as JSON; `null` when there is nothing.
pub fn render(sc: &Scenario, st: &State, viewer: Viewer, lang: usize, part: Part, out: &mut String) {
    let b = Build::new(sc, st, viewer, lang);
    match part {
        Part::Session => json(&b.session(), out),
        Part::Me => json(&b.me(), out),
        Part::People => json(&b.people(), out),
        Part::Progress => json(&b.progress(), out),
        Part::Phase => json(&b.phase(), out),
        Part::Moves => json(&b.moves(), out),
        Part::Asks => json(&b.asks(), out),
        Part::Sheet => json(&b.sheet(None), out),
        Part::Zones => json(&b.zones(), out),
        Part::Boards => json(&b.boards(), out),
        Part::Pawns => json(&b.pawns(), out),
        Part::Told => json(&b.told(), out),
        Part::News => json(&b.news(), out),
        Part::Panels => json(&b.panels(), out),
        Part::Ending => json(&b.ending(), out),
        Part::Tables => json(&b.tables(), out),
        Part::Desk => json(&b.desk(), out),
        Part::Debrief => json(&b.debrief(), out),
    }
}

fn json<T: Serialize>(value: &T, out: &mut String) {
    // Types of our own, without maps of odd keys: serialising them cannot fail.
    out.push_str(&serde_json::to_string(value).unwrap_or_else(|_| "null".into()));
}

struct Build<'a> {
    sc: &'a Scenario,
    st: &'a State,
    viewer: Viewer,
    lang: usize,
}

impl<'a> Build<'a> {
    fn new(sc: &'a Scenario, st: &'a State, viewer: Viewer, lang: usize) -> Self {
        Build { sc, st, viewer, lang }
    }

    fn reader(&self, cx: Ctx) -> Reader<'a> {
        Reader { sc: self.sc, st: self.st, viewer: self.viewer, lang: self.lang, cx, regs: Regs::default(), named: None }
    }

    fn seat(&self) -> Option<u32> {
        match self.viewer {
            Viewer::Seat(s) => Some(s.0),
            _ => None,
        }
    }

    /// The table this viewer looks at: a seat's own; the projector's, when there is one.
    fn table(&self) -> Option<u32> {
        match self.viewer {
            Viewer::Seat(s) => Some(self.st.seats[s.ix()].table),
            Viewer::Projector if self.st.tables == 1 => Some(0),
            _ => None,
        }
    }

    fn sees_table(&self, table: u32) -> bool {
        self.table().is_none_or(|t| t == table)
    }

    /// Surroundings of a viewer in a strand.
    fn ctx(&self, strand: u32) -> Ctx {
        match self.seat() {
            Some(me) => Ctx::acting(self.sc, self.st, strand, me),
            None => Ctx { me: NONE, ..Ctx::strand(self.sc, self.st, strand) },
        }
    }

    fn words(&self, words: &Words) -> Line {
        self.reader(Ctx::NOWHERE).line(words)
    }

    // ------------------------------------------------------------ session, people

    fn session(&self) -> SessionPart {
        SessionPart {
            scenario: self.sc.hash.clone(),
            title: self.words(&self.sc.title),
            summary: self.reader(Ctx::NOWHERE).prose(&self.sc.summary),
            themes: self.sc.themes.clone(),
            minutes: self.sc.minutes,
            stage: self.st.stage,
            paused: self.st.paused,
            locked: self.st.locked,
            seats: self.sc.people.seats,
            tables: self.st.tables,
            teams: self.sc.teams.iter().map(|t| self.words(&t.name)).collect(),
            roles: !self.sc.roles.is_empty(),
            reviewed: self.sc.reviewed.clone(),
            projected: self.st.projected.clone(),
            uncovered: self.st.uncovered,
            begun_at: self.st.begun,
        }
    }

    fn me(&self) -> Option<MePart> {
        let seat = self.seat()?;
        let s = &self.st.seats[seat as usize];
        Some(MePart {
            seat: SeatId(seat),
            table: s.table + 1,
            status: s.status,
            sitting_out: s.sitting_out,
            help: s.help,
            bot: s.bot,
            role: self.role_card(seat),
            team: (s.team != NONE).then(|| self.team(s.team)),
        })
    }

    fn role_card(&self, seat: u32) -> Option<RoleCard> {
        let r = usize::try_from(self.st.seats[seat as usize].role).ok()?;
        let def = self.sc.roles.get(r)?;
        let mut reader = self.reader(Ctx::seat(self.st, seat));
        Some(RoleCard { id: def.id.clone(), name: reader.line(&def.name), public: reader.prose(&def.public), brief: reader.prose(&def.brief) })
    }

    fn team(&self, team: i64) -> TeamTag {
        let n = self.sc.teams.len().max(1) as i64;
        let mine = self.seat().is_some_and(|s| self.st.seats[s as usize].team == team);
        let mut reader = self.reader(Ctx::NOWHERE);
        let brief = if mine { self.sc.teams.get((team % n) as usize).map(|t| reader.prose(&t.brief)).unwrap_or_default() } else { Vec::new() };
        TeamTag { n: (team % n) as u32, name: reader.team_name(team), brief }
    }

    fn people(&self) -> Vec<SeatPart> {
        let mut out = Vec::new();
        for (i, s) in self.st.seats.iter().enumerate() {
            let seat = i as u32;
            if s.status == Status::Left && self.viewer != Viewer::Desk || !self.sees_table(s.table) {
                continue;
            }
            let role = sees::role(self.sc, self.st, self.viewer, seat) && s.role != NONE;
            out.push(SeatPart {
                seat: SeatId(seat),
                table: s.table + 1,
                status: s.status,
                here: s.here,
                bot: s.bot,
                help: s.help,
                team: (s.team != NONE).then(|| (s.team % self.sc.teams.len().max(1) as i64) as u32),
                role: role.then(|| self.sc.roles.get(s.role as usize).map(|r| self.words(&r.name))).flatten(),
            });
        }
        out
    }

    fn progress(&self) -> ProgressPart {
        let mut out = ProgressPart::default();
        for (i, s) in self.st.seats.iter().enumerate() {
            let seat = i as u32;
            let Some(run) = self.st.strand_of(seat).and_then(|s| self.st.strands[s as usize].running.as_ref()) else { continue };
            let covered = self.sc.phases[usize::from(run.phase)].cover && self.seat() != Some(seat);
            if covered || s.status == Status::Left || !self.sees_table(s.table) {
                continue;
            }
            if run.asked.contains(&seat) && self.expects(run) {
                out.asked.push(SeatId(seat));
            }
            if run.done.contains(&seat) {
                out.done.push(SeatId(seat));
            }
        }
        out
    }

    /// Does the phase wait for people at all? With extra moves alone nobody is behind.
    fn expects(&self, run: &Running) -> bool {
        let def = &self.sc.phases[usize::from(run.phase)];
        def.cover || def.ack || def.talk == super::Talk::InTurn || def.moves.iter().any(|m| !self.sc.moves[usize::from(*m)].extra)
    }

    // ------------------------------------------------------------ phase

    /// The strand this viewer watches.
    fn strand(&self) -> Option<u32> {
        match self.viewer {
            Viewer::Seat(s) => self.st.strand_of(s.0),
            _ => {
                let mut all = self.st.strands.iter().enumerate().filter(|(_, s)| s.alive && s.running.is_some());
                all.next().map(|(i, _)| i as u32)
            }
        }
    }

    fn running(&self) -> Option<(u32, &'a Running)> {
        let s = self.strand()?;
        Some((s, self.st.strands[s as usize].running.as_ref()?))
    }

    fn phase(&self) -> Option<PhasePart> {
        if self.st.stage != Stage::Play {
            return None;
        }
        let (strand, run) = self.running()?;
        let def = &self.sc.phases[usize::from(run.phase)];
        let cx = self.ctx(strand);
        let mut reader = self.reader(cx);
        let asked = self.seat().is_some_and(|s| run.asked.contains(&s));
        let done = self.seat().is_some_and(|s| run.done.contains(&s));
        let also = self.also(def, cx);
        Some(PhasePart {
            id: def.id.clone(),
            title: reader.line(&def.title),
            text: reader.prose(&def.text),
            also,
            ends: ends(&def.ends),
            opened_at: run.opened,
            deadline: self.deadline(strand, run),
            limit: run.limit,
            asked: asked && !done && self.expects(run),
            done,
            ack: def.ack && asked && !done,
            frozen: run.frozen,
            waiting: self.waiting(strand, run, def),
            talk: def.talk,
            speaker: run.floor.map(SeatId),
            hands: run.hands.iter().map(|h| SeatId(*h)).collect(),
            passes: self.passes(strand),
            step: [u32::from(run.phase) + 1, self.sc.phases.len() as u32],
            turn: self.turn(def, cx),
        })
    }

    fn also(&self, def: &PhaseDef, cx: Ctx) -> Vec<super::Prose> {
        if cx.me == NONE {
            return Vec::new();
        }
        let mut out = Vec::new();
        for (cond, words) in &def.also {
            if Env::new(self.sc, self.st, cx, &mut Regs::default()).yes(cond) {
                out.push(self.reader(cx).prose(words));
            }
        }
        out
    }

    /// The nearer of the phase's own end and the end of a block around it.
    fn deadline(&self, strand: u32, run: &Running) -> Option<i64> {
        let mut at = Some(strand);
        let own = self.seat().and_then(|s| run.clocks.iter().find(|c| c.0 == s)).map(|c| c.1);
        let mut best = own.or(run.deadline);
        while let Some(s) = at {
            for f in &self.st.strands[s as usize].frames {
                if let Frame::Within { until, .. } = f {
                    best = Some(best.map_or(*until, |b| b.min(*until)));
                }
            }
            at = self.st.strands[s as usize].parent;
        }
        best
    }

    fn waiting(&self, strand: u32, run: &Running, def: &PhaseDef) -> Option<Waiting> {
        if run.asked.is_empty() || !self.expects(run) {
            return None;
        }
        if def.cover {
            return Some(Waiting { missing: 0, asked: 0, seats: None, with: Vec::new() });
        }
        let waited = |s: &u32| !run.done.contains(s) && self.st.seats[*s as usize].counts();
        let missing: Vec<SeatId> = run.asked.iter().filter(|s| waited(s)).map(|s| SeatId(*s)).collect();
        let count = missing.len() as u32;
        // Those of a small group that may not speak need not know who they are with.
        if def.talk == super::Talk::Silent && matches!(self.st.strands[strand as usize].scope, Scope::Group(_)) {
            return Some(Waiting { missing: count, asked: 0, seats: None, with: Vec::new() });
        }
        let with = run.asked.iter().filter(|s| waited(s) || run.done.contains(s)).map(|s| SeatId(*s)).collect();
        Some(Waiting { missing: count, asked: run.asked.len() as u32, seats: Some(missing), with })
    }

    fn passes(&self, strand: u32) -> Vec<Pass> {
        let mut out = Vec::new();
        let mut at = Some(strand);
        while let Some(s) = at {
            let strand = &self.st.strands[s as usize];
            for f in strand.frames.iter().rev() {
                let Frame::Loop { id, n, times, .. } = f else { continue };
                let def = &self.sc.loops[usize::from(*id)];
                if let Some(id) = &def.name {
                    let words = self.words(&self.sc.vars[usize::from(def.count)].name);
                    let name = if words.is_empty() { vec![super::Inline::Text(id.replace('_', " "))] } else { words };
                    out.insert(0, Pass { name, n: *n, of: def.promised.then_some(*times) });
                }
            }
            at = strand.parent;
        }
        out
    }

    fn turn(&self, def: &PhaseDef, cx: Ctx) -> Option<TeamTag> {
        let (var, base) = def.turn?;
        if base != Base::Team {
            return None;
        }
        let scope = self.sc.vars[usize::from(var)].scope;
        let inst = if scope == Scope::Table { u32::try_from(cx.table).unwrap_or(0) } else { 0 };
        let team = self.st.cell(self.sc, var, inst, &[]).num();
        (team != NONE).then(|| self.team(team))
    }

    // ------------------------------------------------------------ moves

    fn moves(&self) -> Vec<MovePart> {
        let (Some(seat), Some((strand, run))) = (self.seat(), self.running()) else {
            return Vec::new();
        };
        if self.st.stage != Stage::Play || self.st.over.contains_key(&self.st.seats[seat as usize].table) {
            return Vec::new();
        }
        let phase = &self.sc.phases[usize::from(run.phase)];
        let plays = self.st.seats[seat as usize].status == Status::Playing;
        let asked = run.asked.contains(&seat);
        let mut out = Vec::new();
        for m in &phase.moves {
            let def = &self.sc.moves[usize::from(*m)];
            let cx = self.move_ctx(strand, def, seat);
            let mine = match &def.by {
                _ if def.by_desk => false,
                Some(by) => plays && Env::new(self.sc, self.st, cx, &mut Regs::default()).yes(by),
                None => asked,
            };
            if mine {
                out.push(self.one_move(*m, def, run, seat, cx, phase.cover));
            }
        }
        out
    }

    fn move_ctx(&self, strand: u32, def: &MoveDef, seat: u32) -> Ctx {
        let mut cx = self.ctx(strand);
        match def.joint {
            Some(Scope::Team) => cx.team = self.st.seats[seat as usize].team,
            Some(Scope::Group(k)) => cx.group = self.st.seats[seat as usize].groups[usize::from(k)],
            _ => {}
        }
        cx
    }

    fn one_move(&self, m: u16, def: &MoveDef, run: &Running, seat: u32, cx: Ctx, cover: bool) -> MovePart {
        let mut reader = self.reader(cx);
        let unit = self.st.unit(self.sc, run, def, seat);
        let (items, answer_item) = self.items(m, def, run, unit, cx, cover);
        let when = cover || def.when.as_ref().is_none_or(|w| Env::new(self.sc, self.st, cx, &mut Regs::default()).yes(w));
        let made = run.made.iter().filter(|x| x.0 == m && Some(x.2) == unit && x.1 == NONE).map(|x| x.3).sum::<u32>();
        let most = def.times.as_ref().map(|t| Env::new(self.sc, self.st, cx, &mut Regs::default()).num(t));
        let sealed = run.sealed.iter().find(|a| a.mv == m && Some(a.unit) == unit && a.item == answer_item);
        let mine = self.mine(def, run, unit, seat, m, sealed.map(|s| &s.inputs));
        let joint = unit.filter(|_| def.joint.is_some()).map(|u| self.joint(m, def, run, u));
        let shut = matches!(def.mode, super::Mode::Sealed | super::Mode::Final);
        let left = shut || most.is_none_or(|t| i64::from(made) < t) || !items.is_empty();
        let inputs = self.inputs(&def.asks, cx, answer_item, cover);
        let empty = inputs.iter().any(|i| !i.optional && matches!(&i.kind, InputKind::Choice { options, min, .. } if (options.len() as u32) < *min));
        let asked_done = run.done.contains(&seat) && !def.extra;
        let open = when && left && !empty && !run.frozen && (shut || !asked_done);
        MovePart {
            id: def.id.clone(),
            label: reader.line(&def.label),
            help: reader.prose(&def.help),
            mode: def.mode,
            extra: def.extra,
            seen: self.seen(def),
            open,
            why: (!when || empty).then(|| reader.line(&def.why)).filter(|w| !w.is_empty()),
            dice: def.rolls,
            inputs,
            items,
            mine,
            can_change: sealed.is_some() && def.mode == super::Mode::Sealed && def.joint.is_none() && !run.frozen,
            joint,
            checks: def.checks.iter().chain(&def.warns).map(|c| (c.id.clone(), reader.line(&c.words))).collect(),
        }
    }

    /// The widest audience of what is asked; what is private is its writer's.
    fn seen(&self, def: &MoveDef) -> Option<super::Seen> {
        use crate::scenario::model::Aud;
        let wide = |a: &Aud| match a {
            Aud::Nobody | Aud::OnlyOwner => super::Seen::Only,
            Aud::Owner => super::Seen::Owner,
            Aud::Desk => super::Seen::Desk,
            Aud::Role(_) | Aud::Group(_) => super::Seen::Group,
            Aud::Team(_) => super::Seen::Team,
            Aud::Table => super::Seen::Table,
            Aud::All => super::Seen::All,
        };
        let of = |a: &AskDef| if a.private { None } else { self.sc.vars[usize::from(a.var)].seen.iter().map(wide).max() };
        def.asks.iter().map(|a| of(a).unwrap_or(super::Seen::Owner)).max()
    }

    /// What has an answer of its own, and which of it comes first unanswered.
    fn items(&self, m: u16, def: &MoveDef, run: &Running, unit: Option<Unit>, cx: Ctx, cover: bool) -> (Vec<ItemPart>, i64) {
        let Some((_, set, base)) = &def.answers else {
            return (Vec::new(), NONE);
        };
        let set = Env::new(self.sc, self.st, cx, &mut Regs::default()).list(set);
        let mut first = NONE;
        let mut out = Vec::new();
        for v in set {
            let sealed = run.sealed.iter().find(|a| a.mv == m && Some(a.unit) == unit && a.item == v);
            let made = run.made.iter().any(|x| x.0 == m && x.1 == v && Some(x.2) == unit);
            if sealed.is_none() && !made && first == NONE {
                first = v;
            }
            let o = self.option(*base, v, cx);
            let mine = sealed.map(|a| self.answers(&def.asks, &a.inputs)).or_else(|| made.then(Answers::new));
            let inputs = Some(self.inputs(&def.asks, cx, v, cover));
            out.push(ItemPart { v, label: o.label, text: o.text, mine, inputs });
        }
        // Mostly the same is asked of each: then it is said once, by the move.
        let said: Vec<String> = out.iter().map(|i| serde_json::to_string(&i.inputs).unwrap_or_default()).collect();
        if said.windows(2).all(|w| w[0] == w[1]) {
            out.iter_mut().for_each(|i| i.inputs = None);
        }
        (out, first)
    }

    fn mine(&self, def: &MoveDef, run: &Running, unit: Option<Unit>, seat: u32, m: u16, sealed: Option<&Filled>) -> Option<Answers> {
        if let Some(inputs) = sealed {
            return Some(self.answers(&def.asks, inputs));
        }
        let version = run.versions.iter().find(|v| v.mv == m && v.seat == seat && Some(v.unit) == unit)?;
        Some(self.answers(&def.asks, &version.inputs))
    }

    fn joint(&self, m: u16, def: &MoveDef, run: &Running, unit: Unit) -> JointPart {
        let members = if unit.scope == Scope::Seat { smallvec![unit.inst] } else { self.st.together(self.sc, run, unit) };
        let need = self.st.need(self.sc, &def.agree, &members) as u32;
        let mut versions: Vec<(Filled, Vec<SeatId>)> = Vec::new();
        let mine = self.seat().is_some_and(|s| members.contains(&s));
        for v in run.versions.iter().filter(|v| mine && v.mv == m && v.unit == unit) {
            match versions.iter_mut().find(|x| x.0 == v.inputs && !def.each) {
                Some(x) => x.1.push(SeatId(v.seat)),
                None => versions.push((v.inputs.clone(), vec![SeatId(v.seat)])),
            }
        }
        let held = run.versions.iter().filter(|v| mine && def.each && v.held && v.mv == m && v.unit == unit).map(|v| SeatId(v.seat)).collect();
        let versions = versions.into_iter().map(|(i, by)| VersionPart { inputs: self.answers(&def.asks, &i), by }).collect();
        JointPart { members: members.into_iter().map(SeatId).collect(), need, each: def.each, held, versions }
    }

    /// Stored values as they would travel.
    fn answers(&self, asks: &[AskDef], inputs: &[Val]) -> Answers {
        let mut out = Answers::new();
        for (a, v) in asks.iter().zip(inputs) {
            let answer = match (&a.input, v) {
                (_, Val::N(NONE)) => continue,
                (InputDef::YesNo, Val::N(n)) => Answer::Yes(*n == 1),
                (InputDef::Text { .. } | InputDef::Drawing, Val::N(n)) => Answer::Text(self.st.text(*n).unwrap_or("…").to_string()),
                (InputDef::Number { decimal: true, .. }, Val::N(n)) => Answer::Decimal(*n as f64 / DEC as f64),
                (InputDef::Tiers { sizes, .. }, Val::L(l)) => Answer::Tiers(in_tiers(l, sizes)),
                (InputDef::Share { .. }, Val::L(l)) => Answer::List(l.iter().skip(1).step_by(2).copied().collect()),
                (_, Val::N(n)) => Answer::Number(*n),
                (_, Val::L(l)) => Answer::List(l.clone()),
            };
            out.insert(a.id.clone(), answer);
        }
        out
    }

    fn inputs(&self, asks: &[AskDef], cx: Ctx, item: i64, cover: bool) -> Vec<InputPart> {
        asks.iter()
            .map(|a| InputPart {
                id: a.id.clone(),
                label: self.reader(cx).line(&a.label),
                kind: self.input(asks, a, cx, item, cover),
                optional: a.optional,
                private: a.private,
                keep_asked: a.keep_asked,
            })
            .collect()
    }

    fn input(&self, asks: &[AskDef], a: &AskDef, cx: Ctx, item: i64, cover: bool) -> InputKind {
        if let Some(g) = a.given
            && let Some(kind) = self.given(asks, a, usize::from(g), cx, item)
        {
            return kind;
        }
        let legal = if cover { widest_legal_set(self.sc, self.st, a, cx, item) } else { legal_set(self.sc, self.st, a, cx, item, &[]) };
        self.kind(a, &legal, None, cx)
    }

    /// A set that reads an earlier input: what each of that input's answers allows.
    fn given(&self, asks: &[AskDef], a: &AskDef, g: usize, cx: Ctx, item: i64) -> Option<InputKind> {
        let earlier = &asks[g];
        let first = legal_set(self.sc, self.st, earlier, cx, item, &[]);
        let values: Vec<i64> = match &earlier.input {
            InputDef::Number { decimal: false, .. } => (first.min..=first.max.min(first.min + 200)).collect(),
            InputDef::YesNo | InputDef::Choice { .. } => first.set,
            _ => return None,
        };
        let mut allow = Vec::new();
        let mut union = crate::decide::Legal { set: Vec::new(), min: i64::MAX, max: i64::MIN, weigh: None };
        for v in values {
            let legal = legal_set(self.sc, self.st, a, cx, item, &[(earlier.var, Val::N(v))]);
            (union.min, union.max) = (union.min.min(legal.min), union.max.max(legal.max));
            union.set.extend(legal.set.iter().filter(|x| !union.set.contains(x)).copied().collect::<Vec<_>>());
            allow.push((v, if legal.set.is_empty() && matches!(a.input, InputDef::Number { .. }) { vec![legal.min, legal.max] } else { legal.set }));
        }
        Some(self.kind(a, &union, Some(Given { input: earlier.id.clone(), allow }), cx))
    }

    fn kind(&self, a: &AskDef, legal: &crate::decide::Legal, given: Option<Given>, cx: Ctx) -> InputKind {
        let options = |b: &Self| -> Vec<OptionPart> {
            let mut out: Vec<OptionPart> = legal.set.iter().map(|v| b.option(a.base, *v, cx)).collect();
            if let Some((_, weights)) = &legal.weigh {
                for (o, w) in out.iter_mut().zip(weights) {
                    o.weight = Some(*w);
                }
            }
            out
        };
        let small = |n: i64| u32::try_from(n.max(0)).unwrap_or(u32::MAX);
        match &a.input {
            InputDef::YesNo => InputKind::YesNo,
            InputDef::Drawing => InputKind::Drawing,
            InputDef::Number { decimal, .. } => {
                let scale = if *decimal { DEC } else { 1 };
                InputKind::Number { min: legal.min / scale, max: legal.max / scale, decimal: *decimal, given }
            }
            InputDef::Text { lines, .. } => InputKind::Text { max: small(legal.max), lines: *lines },
            InputDef::Choice { .. } | InputDef::Any { .. } => InputKind::Choice {
                options: options(self),
                min: small(legal.min),
                max: small(legal.max),
                weigh: legal.weigh.as_ref().map(|w| w.0),
                given,
            },
            InputDef::Order(_) => InputKind::Order { options: options(self) },
            InputDef::Tiers { sizes, .. } => InputKind::Tiers { options: options(self), sizes: sizes.clone() },
            InputDef::Share { .. } => InputKind::Share { options: options(self), total: legal.max },
        }
    }

    fn option(&self, base: Base, v: i64, cx: Ctx) -> OptionPart {
        let mut reader = self.reader(cx);
        let mut picture = None;
        let (kind, label, text, look) = match base {
            Base::Seat => (OptionKind::Seat, reader.say(Say::Seat, v), Vec::new(), None),
            Base::Team => (OptionKind::Team, reader.say(Say::Team, v), Vec::new(), None),
            Base::Table => (OptionKind::Table, reader.say(Say::Table, v), Vec::new(), None),
            Base::Role => (OptionKind::Role, reader.say(Say::Role, v), Vec::new(), None),
            Base::Item(l) => {
                let def = &self.sc.lists[usize::from(l)];
                let item = def.items.get(v as usize);
                picture = item.and_then(|i| picture_of(i, &mut reader));
                let text = item.map(|i| reader.prose(&i.text)).unwrap_or_default();
                (OptionKind::Item, reader.say(Say::Item(l), v), text, None)
            }
            Base::Token(_) => {
                let seen = u32::try_from(v).is_ok_and(|t| sees::token(self.sc, self.st, self.viewer, t));
                let card = if seen { self.card(v) } else { None };
                let look = card.as_ref().map(|c| c.look.clone());
                let (label, text) = card.map_or((Vec::new(), Vec::new()), |c| {
                    picture = c.picture;
                    (c.name, c.text)
                });
                (OptionKind::Token, label, text, look)
            }
            Base::Space(b) => (OptionKind::Space, reader.say(Say::Space(b), v), Vec::new(), None),
            Base::Text => (OptionKind::Item, reader.say(Say::Text, v), Vec::new(), None),
            Base::Number => (OptionKind::Place, reader.say(Say::Number, v), Vec::new(), None),
            _ => (OptionKind::Number, reader.say(Say::Number, v), Vec::new(), None),
        };
        let board = if let Base::Space(b) = base { Some(self.sc.boards[usize::from(b)].id.clone()) } else { None };
        OptionPart { v, kind, label, text, look, picture, board, weight: None }
    }

    // ------------------------------------------------------------ proposals

    fn asks(&self) -> Vec<AskPart> {
        let mine = |a: &&crate::state::Ask| match self.viewer {
            Viewer::Seat(s) => a.judge == Some(s.0),
            Viewer::Desk => a.judge.is_none(),
            Viewer::Projector => false,
        };
        let mut out = Vec::new();
        for a in self.st.asks.iter().filter(mine) {
            let def = &self.sc.moves[usize::from(a.mv)];
            let mut cx = self.ctx(a.strand);
            if cx.table == NONE {
                cx.table = i64::from(self.st.seats[a.seat as usize].table);
            }
            let mut reader = self.reader(cx);
            let mut inputs = Vec::new();
            for (ask, v) in def.asks.iter().zip(&a.inputs) {
                inputs.push((reader.line(&ask.label), reader.shown(say(ask.base), v)));
            }
            let label = reader.line(&def.label);
            out.push(AskPart { ask: a.ask, label, from: SeatId(a.seat), inputs, reply: self.inputs(&def.replies, cx, a.item, false) });
        }
        out
    }

    // ------------------------------------------------------------ sheet

    fn owner(&self, scope: Scope, inst: u32) -> Owner {
        match scope {
            Scope::Session => Owner::Session,
            Scope::Table => Owner::Table { n: inst + 1 },
            Scope::Team => Owner::Team { n: inst % (self.sc.teams.len() as u32).max(1) },
            Scope::Group(_) => Owner::Group { n: inst },
            Scope::Seat => Owner::Seat { seat: SeatId(inst) },
            Scope::Token(_) => Owner::Token { token: i64::from(inst) },
        }
    }

    /// Instances of a scope worth showing: of people who are there, of the viewer's table.
    fn instances(&self, scope: Scope, table: Option<u32>) -> Vec<u32> {
        let want = table.or_else(|| self.table());
        (0..self.st.instances(self.sc, scope))
            .filter(|i| {
                let here = want.is_none_or(|t| self.st.table_of(self.sc, scope, *i).is_none_or(|x| x == t));
                let alive = match scope {
                    Scope::Seat => self.st.seats[*i as usize].counts(),
                    Scope::Team => !self.st.members(Scope::Team, *i).is_empty(),
                    Scope::Group(k) => self.st.groups[*i as usize].alive && self.st.groups[*i as usize].kind == k,
                    _ => true,
                };
                here && alive
            })
            .collect()
    }

    fn sheet(&self, table: Option<u32>) -> Vec<Shown> {
        if self.st.stage == Stage::Lobby {
            return Vec::new();
        }
        let mut out = Vec::new();
        for (v, def) in self.sc.vars.iter().enumerate() {
            let Some(how) = &def.shown else { continue };
            for inst in self.instances(def.scope, table) {
                self.shown_var(v as u16, how, inst, &mut out);
            }
        }
        for (v, def) in self.sc.values.iter().enumerate() {
            let Some(how) = &def.shown else { continue };
            for inst in self.instances(def.scope, table) {
                if !sees::value(self.sc, self.st, self.viewer, v as u16, inst) {
                    continue;
                }
                let mut regs = Regs::default();
                regs.n[0] = i64::from(inst);
                let cx = Ctx::of(self.sc, self.st, def.scope, inst);
                let val = Env::new(self.sc, self.st, cx, &mut regs).val(&def.is, def.ty.list);
                let value = self.reader(cx).shown(say(def.ty.base), &val);
                let secret = !open(&def.seen);
                let owner = self.owner(def.scope, inst);
                out.push(Shown {
                    id: def.id.clone(),
                    label: self.words(&def.name),
                    how: how.clone(),
                    owner,
                    key: None,
                    value,
                    range: None,
                    mark: None,
                    secret,
                });
            }
        }
        out
    }

    fn shown_var(&self, v: u16, how: &str, inst: u32, out: &mut Vec<Shown>) {
        let def = &self.sc.vars[usize::from(v)];
        let keys: Vec<Vec<i64>> = match def.keys.as_slice() {
            [] => vec![Vec::new()],
            [k] => self.all_keys(*k).into_iter().map(|k| vec![k]).collect(),
            _ => return,
        };
        for key in keys {
            if !sees::var(self.sc, self.st, self.viewer, v, inst, &key) {
                continue;
            }
            let val = self.st.cell(self.sc, v, inst, &key);
            let mut reader = self.reader(Ctx::of(self.sc, self.st, def.scope, inst));
            let mark = def.marks.get(&val.num()).map(|t| reader.told(*t, &[]));
            let scale = if def.ty.base == Base::Decimal { DEC as f64 } else { 1.0 };
            out.push(Shown {
                id: def.id.clone(),
                label: reader.line(&def.name),
                how: how.to_string(),
                owner: self.owner(def.scope, inst),
                key: key.first().map(|k| reader.say(say(def.keys[0].base()), *k)),
                value: reader.shown(say(def.ty.base), &val),
                range: def.range.map(|(a, b)| [a as f64 / scale, b as f64 / scale]),
                mark,
                secret: !open(&def.seen),
            });
        }
    }

    fn all_keys(&self, k: KeyOf) -> Vec<i64> {
        match k {
            KeyOf::Seat => self.instances(Scope::Seat, None).into_iter().map(i64::from).collect(),
            KeyOf::Team => self.instances(Scope::Team, None).into_iter().map(i64::from).collect(),
            KeyOf::Item(l) => (0..self.sc.lists[usize::from(l)].items.len() as i64).collect(),
            KeyOf::Role => (0..self.sc.roles.len() as i64).collect(),
            _ => Vec::new(),
        }
    }

    // ------------------------------------------------------------ zones and boards

    fn zones(&self) -> Vec<ZonePart> {
        if self.st.stage == Stage::Lobby {
            return Vec::new();
        }
        let mut out = Vec::new();
        for (z, def) in self.sc.zones.iter().enumerate() {
            // A zone without words is the house's own: nobody is told of it.
            if def.name.is_empty() && !sees_any(def) {
                continue;
            }
            for inst in self.instances(def.scope, None) {
                let tokens = self.st.zones.get(&(z as u16, inst)).map(Vec::as_slice).unwrap_or_default();
                let seen: Vec<CardPart> =
                    tokens.iter().filter(|t| sees::token(self.sc, self.st, self.viewer, **t)).filter_map(|t| self.card(i64::from(*t))).collect();
                if seen.is_empty() && def.name.is_empty() {
                    continue;
                }
                out.push(ZonePart {
                    id: def.id.clone(),
                    label: self.words(&def.name),
                    kind: format!("{:?}", def.kind).to_lowercase(),
                    owner: self.owner(def.scope, inst),
                    count: tokens.len() as u32,
                    cards: seen,
                    secret: !open(&def.seen),
                });
            }
        }
        out
    }

    fn card(&self, token: i64) -> Option<CardPart> {
        let t = self.st.tokens.get(usize::try_from(token).ok()?)?;
        let list = self.sc.kinds[usize::from(t.kind)].list;
        let def = &self.sc.lists[usize::from(list)];
        let item = def.items.get(t.item as usize)?;
        let mut cx = Ctx::NOWHERE;
        cx.table = self.table().map_or(NONE, i64::from);
        let mut reader = self.reader(cx);
        let text = match &t.answer {
            Some(_) => vec![super::Block::Paragraph { p: reader.token_text(token) }],
            None => reader.prose(&item.text),
        };
        let mut facts = Vec::new();
        for (c, col) in def.cols.iter().enumerate() {
            if col.ty.base == Base::Text {
                let words = reader.say(Say::ItemAttr(list, c as u16), i64::from(t.item));
                if !words.is_empty() {
                    facts.push((vec![super::Inline::Text(col.id.clone())], words));
                }
            }
        }
        let picture = picture_of(item, &mut reader);
        let name = reader.token(token);
        Some(CardPart { v: token, item: item.id.clone(), picture, look: def.look.clone(), name, text, facts })
    }

    fn boards(&self) -> Vec<BoardPart> {
        self.boards_in_sight().into_iter().map(|(b, inst)| self.board(usize::from(b), inst)).collect()
    }

    /// The boards this viewer sees, in the order in which they are sent.
    fn boards_in_sight(&self) -> Vec<(u16, u32)> {
        let all = (0..self.sc.boards.len() as u16).flat_map(|b| {
            let scope = self.sc.boards[usize::from(b)].scope;
            self.instances(scope, None).into_iter().map(move |inst| (b, inst))
        });
        all.filter(|(b, inst)| sees::board(self.sc, self.st, self.viewer, *b, *inst)).collect()
    }

    /// The place among them of the board with this space.
    fn board_at(&self, sight: &[(u16, u32)], b: u16, space: u32) -> Option<u32> {
        let size = self.sc.boards[usize::from(b)].spaces.len().max(1) as u32;
        sight.iter().position(|x| *x == (b, space / size)).map(|i| i as u32)
    }

    fn board(&self, b: usize, inst: u32) -> BoardPart {
        let def = &self.sc.boards[b];
        let base = i64::from(inst) * def.spaces.len() as i64;
        let mut edges = Vec::new();
        let mut spaces = Vec::new();
        let reader = self.reader(Ctx::NOWHERE);
        for (i, s) in def.spaces.iter().enumerate() {
            spaces.push(SpacePart {
                v: base + i as i64,
                id: reader.space(s),
                n: s.n,
                col: s.col as f64,
                row: s.row as f64,
                land: s.land.first().map(|l| u32::from(*l)),
            });
            if def.shape == ShapeDef::Graph {
                for (t, label) in &s.next {
                    let back = def.spaces[*t as usize].next.iter().any(|(x, _)| *x as usize == i);
                    if !back || *t as usize > i {
                        edges.push((base + i as i64, base + i64::from(*t), label.clone()));
                    }
                }
            }
        }
        let shape = match def.shape {
            ShapeDef::Path { from, to } => Shape::Path { from, to },
            ShapeDef::Ring(size) => Shape::Ring { size },
            ShapeDef::Grid { cols, rows } => Shape::Grid { cols, rows },
            ShapeDef::Graph => Shape::Graph,
        };
        let lands = def.lands.iter().map(|l| LandPart { id: l.id.clone(), label: self.words(&l.label), look: l.look.clone() }).collect();
        BoardPart { id: def.id.clone(), label: self.words(&def.name), shape, owner: self.owner(def.scope, inst), spaces, lands, edges }
    }

    fn pawns(&self) -> Vec<PawnPart> {
        let sight = self.boards_in_sight();
        let mut out = Vec::new();
        for (i, t) in self.st.tokens.iter().enumerate() {
            let Spot::Space(b, space) = t.at else {
                continue;
            };
            if !sees::space(self.sc, self.st, self.viewer, b, space) {
                continue;
            }
            let Some(board) = self.board_at(&sight, b, space) else {
                continue;
            };
            let scope = self.sc.kinds[usize::from(t.kind)].per;
            let owner = match (scope, u32::try_from(t.owner)) {
                (Some(s), Ok(o)) => self.owner(s, o),
                _ => self.owner(self.sc.boards[usize::from(b)].scope, sight[board as usize].1),
            };
            let look = match (&owner, scope) {
                (Owner::Team { n } | Owner::Group { n }, Some(_)) => *n,
                (Owner::Seat { seat }, Some(_)) => seat.0,
                _ => u32::from(t.kind),
            };
            let mine = self.seat().is_some_and(|s| match owner {
                Owner::Seat { seat } => seat.0 == s,
                Owner::Team { .. } => self.st.seats[s as usize].team == t.owner,
                _ => false,
            });
            let label = self.reader(Ctx::NOWHERE).token(i as i64);
            let cells = match crate::cells::drawing(self.sc, t) {
                [] => Vec::new(),
                covers => crate::cells::laid(self.sc, b, space, covers).0.into_iter().map(i64::from).collect(),
            };
            out.push(PawnPart { board, token: i as i64, space: i64::from(space), owner, look, cells, label, mine });
        }
        out
    }

    // ------------------------------------------------------------ told, news

    fn told(&self) -> Vec<Told> {
        let mine: Vec<_> = self.st.messages.iter().filter(|m| sees::among(self.st, self.viewer, &m.to)).collect();
        let from = mine.len().saturating_sub(30);
        let mut out = Vec::new();
        for (i, m) in mine.into_iter().enumerate().skip(from) {
            let mut reader = self.reader(Ctx::NOWHERE);
            let (text, from_desk) = match &m.what {
                MessageKind::Text { text, vals } => (reader.told(*text, vals), false),
                MessageKind::Desk { text } => (vec![super::Block::Paragraph { p: reader.say(Say::Text, i64::from(*text)) }], true),
                MessageKind::Inject { inject } => {
                    let def = &self.sc.injects[usize::from(*inject)];
                    let mut text = vec![super::Block::Heading { h: reader.line(&def.title) }];
                    text.extend(reader.prose(&def.text));
                    (text, true)
                }
            };
            let secret = !matches!(m.to, crate::event::People::All | crate::event::People::Table(_));
            // Counted for this reader: a word to somebody else leaves no gap.
            out.push(Told { n: i as u32 + 1, text, at: m.at, secret, from_desk });
        }
        out
    }

    fn news(&self) -> Vec<News> {
        let sight = self.boards_in_sight();
        let mut out = Vec::new();
        for l in self.st.news.iter().filter(|l| self.sees_table(l.table)) {
            let what = match &l.what {
                NewsWhat::Dice(d) => NewsKind::Rolled { dice: d.clone() },
                NewsWhat::Walk { token, board, spaces } => {
                    let Some(board) = spaces.first().and_then(|s| self.board_at(&sight, *board, *s)) else { continue };
                    let pawn = self.reader(Ctx::NOWHERE).token(i64::from(*token));
                    NewsKind::Walked { pawn, token: i64::from(*token), board, spaces: spaces.iter().map(|s| i64::from(*s)).collect() }
                }
            };
            let team = (l.team != NONE).then(|| (l.team % self.sc.teams.len().max(1) as i64) as u32);
            // Counted by table; whoever looks at several gets different numbers from each.
            let n = if self.table().is_some() { l.n } else { l.n * self.st.tables + l.table };
            out.push(News { n, table: l.table + 1, at: l.at, seat: l.seat.map(SeatId), team, what });
        }
        let from = out.len().saturating_sub(12);
        out.split_off(from)
    }

    // ------------------------------------------------------------ panels, ending, debrief

    fn panels(&self) -> Vec<PanelPart> {
        let ended = self.st.stage == Stage::Ended;
        let (mut tables, mut order) = (vec![Vec::new(); self.sc.panels.len()], Vec::new());
        for (panel, table) in self.open_panels() {
            if !order.contains(&panel) {
                order.push(panel);
            }
            tables[usize::from(panel)].push(table);
        }
        let rest: Vec<u16> = (0..self.sc.panels.len() as u16).filter(|p| ended && !order.contains(p)).collect();
        let mut out = Vec::new();
        for p in order.into_iter().chain(rest) {
            let (def, open) = (&self.sc.panels[usize::from(p)], &tables[usize::from(p)]);
            let fits = match self.viewer {
                Viewer::Seat(_) => def.on_phone && !open.is_empty() || ended && def.on_debrief && self.st.uncovered,
                Viewer::Projector => def.on_projector && !open.is_empty() || ended && def.on_debrief,
                Viewer::Desk => !open.is_empty() || ended,
            };
            if fits && self.st.stage != Stage::Lobby {
                out.extend(self.panel(def, |t| ended || open.contains(&t)));
            }
        }
        out
    }

    /// Panels of the phases that this viewer watches, in the order of each phase, and the tables that are there.
    fn open_panels(&self) -> Vec<(u16, u32)> {
        let watched = |i: usize| self.seat().is_none() || self.strand() == Some(i as u32);
        let mut out = Vec::new();
        for (_, s) in self.st.strands.iter().enumerate().filter(|(i, s)| s.alive && watched(*i)) {
            let Some(run) = &s.running else { continue };
            let here = |t: &u32| self.sees_table(*t) && self.st.table_of(self.sc, s.scope, s.inst).is_none_or(|x| x == *t);
            for t in (0..self.st.tables).filter(here) {
                out.extend(self.sc.phases[usize::from(run.phase)].panels.iter().map(|p| (*p, t)));
            }
        }
        out
    }

    /// One panel for this viewer; who watches several tables gets one for each of those where it is open.
    fn panel(&self, def: &PanelDef, open: impl Fn(u32) -> bool) -> Vec<PanelPart> {
        let tables: Vec<Option<u32>> = match self.table() {
            Some(t) => vec![Some(t)],
            None if def.rows_base == Base::Table => vec![None],
            None => (0..self.st.tables).filter(|t| open(*t) && self.st.at_table(*t).next().is_some()).map(Some).collect(),
        };
        let many = self.table().is_none() && self.st.tables > 1;
        let mut out = Vec::new();
        for t in tables {
            let mut cx = t.map_or(Ctx::NOWHERE, |t| Ctx::of(self.sc, self.st, Scope::Table, t));
            cx.me = self.seat().map_or(NONE, i64::from);
            let mut reader = self.reader(cx);
            let mut env = Env::new(self.sc, self.st, cx, &mut reader.regs);
            // As with cells: what waits for enough people counts what nobody sees one by one.
            env.guard = (def.least < 3).then_some(self.viewer);
            let mut rows = env.known(&def.rows);
            if env.hidden {
                rows.clear();
            }
            let people = t.map_or(self.st.seats.len(), |t| self.st.at_table(t).count());
            let withheld = people < def.least as usize;
            let mut part_rows = Vec::new();
            for item in rows.iter().filter(|_| !withheld) {
                reader.regs.n[usize::from(def.reg)] = *item;
                let guard = def.least >= 3;
                let cells = def.columns.iter().map(|c| cell(&mut reader, &c.place, guard)).collect();
                let seat = if def.rows_base == Base::Seat { u32::try_from(*item).ok().map(SeatId) } else { None };
                let space = matches!(def.rows_base, Base::Space(_)).then_some(*item);
                let label = match def.rows_base {
                    Base::Group(k) => self.names_of(Scope::Group(k), *item),
                    base => reader.say(say(base), *item),
                };
                part_rows.push(PanelRow { label, seat, space, cells });
            }
            let mut title = reader.line(&def.title);
            if let (true, Some(t)) = (many, t) {
                title.push(super::Inline::Text(format!(" · {}", t + 1)));
            }
            out.push(PanelPart {
                id: def.id.clone(),
                title,
                text: reader.prose(&def.text),
                kind: def.kind.clone(),
                columns: def.columns.iter().map(|c| self.words(&c.label)).collect(),
                board: self.ground(def, &part_rows),
                rows: part_rows,
                withheld,
                hall: def.on_projector || self.st.stage == Stage::Ended && def.on_debrief,
            });
        }
        out
    }

    /// "Ada, Bea": a group has no name but those of its members.
    fn names_of(&self, scope: Scope, inst: i64) -> Line {
        let mut out = Vec::new();
        for seat in u32::try_from(inst).map(|i| self.st.members(scope, i)).unwrap_or_default() {
            if !out.is_empty() {
                out.push(super::Inline::Text(", ".into()));
            }
            out.push(super::Inline::Seat { seat: SeatId(seat) });
        }
        out
    }

    /// The geometry under the rows of a map. Where spaces lie is no secret; what stands on them is in the cells.
    fn ground(&self, def: &PanelDef, rows: &[PanelRow]) -> Option<BoardPart> {
        let Base::Space(b) = def.rows_base else { return None };
        let first = rows.first().filter(|_| def.kind == "map")?.space?;
        let size = self.sc.boards[usize::from(b)].spaces.len().max(1) as i64;
        let mut board = self.board(usize::from(b), u32::try_from(first / size).ok()?);
        let here = |v: i64| rows.iter().any(|r| r.space == Some(v));
        board.spaces.retain(|s| here(s.v));
        board.edges.retain(|(a, b, _)| here(*a) && here(*b));
        Some(board)
    }

    fn ending(&self) -> Option<EndingPart> {
        // Of several tables each has its own: they are in the tables.
        let table = self.table()?;
        let over = self.st.over.get(&table);
        if over.is_none() && self.st.stage != Stage::Ended {
            return None;
        }
        let def = over.and_then(|o| self.sc.endings.get(usize::from(o.ending)));
        let cx = Ctx::of(self.sc, self.st, Scope::Table, table);
        let mut reader = self.reader(cx);
        let winners: Vec<SeatId> = over.map(|o| o.winners.iter().map(|s| SeatId(*s)).collect()).unwrap_or_default();
        Some(EndingPart {
            id: def.map(|d| d.id.clone()),
            title: def.map(|d| reader.line(&d.title)).unwrap_or_default(),
            text: def.map(|d| reader.prose(&d.text)).unwrap_or_default(),
            mine: self.seat().is_some_and(|s| winners.contains(&SeatId(s))),
            winners,
        })
    }

    fn debrief(&self) -> Option<Vec<DebriefPage>> {
        if self.st.stage != Stage::Ended && self.viewer != Viewer::Desk {
            return None;
        }
        let pages = self.sc.pages.iter().map(|p| {
            let mut reader = self.reader(Ctx::NOWHERE);
            DebriefPage {
                id: p.id.clone(),
                moment: p.moment.clone(),
                title: reader.line(&p.title),
                text: reader.prose(&p.text),
                questions: p.questions.iter().map(|q| reader.line(q)).collect(),
                look_at: p.look_at.iter().map(|i| self.sc.panels[usize::from(*i)].id.clone()).collect(),
            }
        });
        Some(pages.collect())
    }

    // ------------------------------------------------------------ desk and projector

    fn tables(&self) -> Vec<TablePart> {
        (0..self.st.tables).map(|t| self.one_table(t)).collect()
    }

    fn one_table(&self, t: u32) -> TablePart {
        let mine = |s: &crate::state::Strand| s.alive && self.st.table_of(self.sc, s.scope, s.inst).is_none_or(|x| x == t);
        let mut strands = Vec::new();
        let (mut asked, mut done) = (0, 0);
        for (i, s) in self.st.strands.iter().enumerate().filter(|(_, s)| mine(s)) {
            let picks = self.picks(s);
            let Some(part) = self.strand_part(i as u32, s, t, picks) else {
                continue;
            };
            asked += part.asked;
            done += part.done;
            strands.push(part);
        }
        let over = self.st.over.get(&t);
        let ended = over.map(|o| self.sc.endings.get(usize::from(o.ending)).map(|d| self.words(&d.title)).unwrap_or_default());
        let help = self.viewer == Viewer::Desk && self.st.at_table(t).any(|s| self.st.seats[s as usize].help);
        let sheet = self.sheet(Some(t)).into_iter().filter(|s| s.how == "gauge" && matches!(s.owner, Owner::Table { .. } | Owner::Session)).collect();
        TablePart { n: t + 1, strands, sheet, ended, asked, done, help }
    }

    fn strand_part(&self, i: u32, s: &crate::state::Strand, t: u32, picks: Vec<Line>) -> Option<StrandPart> {
        let run = s.running.as_ref();
        if run.is_none() && picks.is_empty() && !s.waits {
            return None;
        }
        let def = run.map(|r| &self.sc.phases[usize::from(r.phase)]);
        let here = |seat: &&u32| self.st.seats[**seat as usize].table == t;
        let mut cx = self.ctx(i);
        if cx.table == NONE {
            cx.table = i64::from(t);
        }
        Some(StrandPart {
            strand: i,
            phase: def.map(|d| d.id.clone()),
            title: def.map(|d| self.reader(cx).line(&d.title)).unwrap_or_default(),
            opened_at: run.map_or(0, |r| r.opened),
            deadline: run.and_then(|r| self.deadline(i, r)),
            asked: run.filter(|r| self.expects(r)).map_or(0, |r| r.asked.iter().filter(here).count() as u32),
            done: run.map_or(0, |r| r.done.iter().filter(here).count() as u32),
            reading: def.is_some_and(|d| d.ack && d.moves.iter().all(|m| self.sc.moves[usize::from(*m)].extra)),
            frozen: run.is_some_and(|r| r.frozen),
            waits_desk: run.is_some_and(|r| r.frozen || matches!(self.sc.phases[usize::from(r.phase)].ends, EndsDef::Desk)) || s.waits,
            picks,
            passes: self.passes(i),
        })
    }

    fn picks(&self, s: &crate::state::Strand) -> Vec<Line> {
        if !s.waits {
            return Vec::new();
        }
        match &self.sc.flow[s.pc as usize] {
            Step::DeskPicks { choices } => choices.iter().map(|(p, _)| self.words(&self.sc.phases[usize::from(*p)].title)).collect(),
            _ => Vec::new(),
        }
    }

    fn desk(&self) -> DeskPart {
        let mut run = Vec::new();
        for (p, def) in self.sc.phases.iter().enumerate().filter(|(_, d)| d.has_words) {
            let here = self.st.strands.iter().filter(|s| s.alive && s.running.as_ref().is_some_and(|r| usize::from(r.phase) == p)).count() as u32;
            let past = (0..self.st.tables).filter(|t| self.st.visited.contains_key(&(p as u16, *t))).count() as u32;
            let mut reader = self.reader(Ctx::NOWHERE);
            run.push(RunStep {
                phase: def.id.clone(),
                title: reader.line(&def.title),
                note: reader.prose(&def.note),
                depth: def.depth,
                here,
                past: past.saturating_sub(here),
                limit: self.sc.time(def.limit.as_ref()),
            });
        }
        DeskPart {
            run,
            injects: self.injects(),
            moves: self.desk_moves(),
            knobs: self.knobs(),
            to_verify: crate::report::to_verify(self.sc, self.lang),
        }
    }

    fn injects(&self) -> Vec<InjectPart> {
        let used = |i: usize| self.st.injected.iter().filter(|((x, _), _)| usize::from(*x) == i).map(|(_, n)| *n).sum();
        let mut out = Vec::new();
        for (i, def) in self.sc.injects.iter().enumerate() {
            let mut reader = self.reader(Ctx::NOWHERE);
            out.push(InjectPart { id: def.id.clone(), title: reader.line(&def.title), text: reader.prose(&def.text), used: used(i) });
        }
        out
    }

    fn desk_moves(&self) -> Vec<DeskMove> {
        let mut out: Vec<DeskMove> = Vec::new();
        for (i, s) in self.st.strands.iter().enumerate().filter(|(_, s)| s.alive) {
            let Some(run) = &s.running else { continue };
            let here = |t: &u32| self.st.table_of(self.sc, s.scope, s.inst).is_none_or(|x| x == *t);
            for t in (0..self.st.tables).filter(here) {
                let cx = Ctx { table: i64::from(t), ..self.ctx(i as u32) };
                for m in &self.sc.phases[usize::from(run.phase)].moves {
                    let def = &self.sc.moves[usize::from(*m)];
                    if def.by_desk && !out.iter().any(|x| x.table == t + 1 && x.made.id == def.id) {
                        out.push(DeskMove { table: t + 1, made: self.one_move(*m, def, run, 0, cx, false) });
                    }
                }
            }
        }
        out
    }

    fn knobs(&self) -> Vec<Knob> {
        let mut out = Vec::new();
        for (v, def) in self.sc.vars.iter().enumerate().filter(|(_, d)| d.keys.len() <= 2 && !d.input && !d.ty.list) {
            let gauge = def.shown.as_deref() == Some("gauge") && def.scope == Scope::Table;
            if !(def.knob && def.scope == Scope::Session || gauge) {
                continue;
            }
            let (min, max) = def.range.unwrap_or((-1_000_000, 1_000_000));
            let kind = match def.ty.base {
                Base::Bool => InputKind::YesNo,
                Base::Number | Base::Duration => InputKind::Number { min, max, decimal: false, given: None },
                _ => continue,
            };
            let mut keys = vec![Vec::new()];
            for k in &def.keys {
                let all = self.all_keys(*k);
                keys = keys.iter().flat_map(|a: &Vec<i64>| all.iter().map(move |b| [a.as_slice(), &[*b]].concat())).collect();
            }
            for inst in self.instances(def.scope, None) {
                let table = (def.scope == Scope::Table).then_some(inst + 1);
                for key in &keys {
                    let mut reader = self.reader(Ctx::NOWHERE);
                    let value = reader.shown(say(def.ty.base), &self.st.cell(self.sc, v as u16, inst, key));
                    let mut label = self.words(&def.name);
                    for (k, of) in key.iter().zip(&def.keys) {
                        label.push(super::Inline::Text(" · ".into()));
                        label.extend(reader.say(say(of.base()), *k));
                    }
                    out.push(Knob { name: def.id.clone(), label, table, keys: key.clone(), kind: kind.clone(), value });
                }
            }
        }
        out
    }
}

fn cell(reader: &mut Reader<'_>, place: &crate::scenario::model::PlaceX, counted: bool) -> ShownValue {
    // A panel that waits for enough people shows counts of what nobody sees one by one.
    if counted {
        let v = Env::new(reader.sc, reader.st, reader.cx, &mut reader.regs).val(&place.x, place.list);
        return reader.shown(place.say, &v);
    }
    match reader.seen(place) {
        Some(v) => reader.shown(place.say, &v),
        None => ShownValue::Line(vec![super::Inline::Hidden { hidden: true }]),
    }
}

fn picture_of(item: &crate::scenario::model::ItemDef, reader: &mut Reader<'_>) -> Option<super::Picture> {
    let src = item.picture.clone()?;
    Some(super::Picture { src, alt: reader.line(&item.alt) })
}

fn say(base: Base) -> Say {
    crate::scenario::say_of(base)
}

fn open(seen: &crate::scenario::model::Audience) -> bool {
    use crate::scenario::model::Aud;
    seen.iter().any(|a| matches!(a, Aud::Table | Aud::All))
}

fn sees_any(def: &crate::scenario::model::ZoneDef) -> bool {
    use crate::scenario::model::Aud;
    !def.seen.iter().all(|a| matches!(a, Aud::Nobody | Aud::Desk))
}

fn ends(e: &EndsDef) -> Ends {
    match e {
        EndsDef::AllDone | EndsDef::Done(_) => Ends::AllDone,
        EndsDef::Desk => Ends::Desk,
        EndsDef::Time | EndsDef::AtOnce => Ends::Time,
        EndsDef::When(_) => Ends::Condition,
        EndsDef::Any(_) if e.waits_for_people() => Ends::AllDone,
        EndsDef::Any(all) => all.first().map_or(Ends::Desk, ends),
    }
}
