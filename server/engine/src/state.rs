//! The state of a session: nothing but the fold of its events.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::command::Projected;
use crate::eval::{Ctx, Env, Regs};
use crate::event::{Filled, Frame, Frames, People, Seats, Secret, Spot, Unit};
use crate::id::{Millis, SeatId};
use crate::scenario::model::{Agree, MoveDef, NONE, Scenario, Scope, Slot, Val};
use crate::view::{Stage, Status};

#[derive(Clone, PartialEq, Debug)]
pub struct Seat {
    pub table: u32,
    pub status: Status,
    pub here: bool,
    pub bot: bool,
    pub help: bool,
    pub sitting_out: bool,
    pub team: i64,
    pub role: i64,
    /// Group of each kind.
    pub groups: Vec<i64>,
    pub rested: u32,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Token {
    pub kind: u16,
    pub item: u32,
    pub at: Spot,
    /// Seat, team or table of a `per` kind.
    pub owner: i64,
    pub player: i64,
    pub heading: i64,
    /// The answer gathered on it: variable and value; and who gave it.
    pub answer: Option<(u16, Val)>,
    pub author: i64,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Group {
    pub kind: u8,
    pub table: u32,
    pub members: Vec<u32>,
    /// How many it had when it was made.
    pub formed: u32,
    pub alive: bool,
}

#[derive(Clone, PartialEq, Debug)]
pub struct SealedAnswer {
    pub mv: u16,
    pub item: i64,
    pub unit: Unit,
    pub inputs: Filled,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Version {
    pub mv: u16,
    pub item: i64,
    pub unit: Unit,
    pub seat: u32,
    pub inputs: Filled,
    /// Order of writing, for `draft`.
    pub n: u32,
    /// Where each fills an own part: has agreed to the whole as it stands.
    pub held: bool,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Running {
    pub phase: u16,
    pub opened: Millis,
    pub limit: Option<Millis>,
    pub deadline: Option<Millis>,
    pub asked: Seats,
    pub done: Seats,
    pub sealed: Vec<SealedAnswer>,
    pub versions: Vec<Version>,
    /// Move, item, unit: how often.
    pub made: SmallVec<[(u16, i64, Unit, u32); 1]>,
    /// Move, unit: when last.
    pub last: Vec<(u16, Unit, Millis)>,
    pub frozen: bool,
    pub floor: Option<u32>,
    /// When the word is taken back.
    pub floor_until: Option<Millis>,
    /// Who asks for the word, in the order in which they did.
    pub hands: Vec<u32>,
    /// Where every seat has a clock of its own: when each runs out.
    pub clocks: Vec<(u32, Millis)>,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Strand {
    pub scope: Scope,
    pub inst: u32,
    pub parent: Option<u32>,
    pub pc: u32,
    pub frames: Frames,
    pub running: Option<Running>,
    /// Waits for the desk to pick what comes.
    pub waits: bool,
    pub alive: bool,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Ask {
    pub ask: u32,
    pub strand: u32,
    pub mv: u16,
    pub item: i64,
    pub seat: u32,
    /// `None`: the desk judges.
    pub judge: Option<u32>,
    pub inputs: Filled,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Message {
    pub at: Millis,
    pub to: People,
    pub what: MessageKind,
}

#[derive(Clone, PartialEq, Debug)]
pub enum MessageKind {
    Text { text: u16, vals: Arc<[Val]> },
    Desk { text: u32 },
    Inject { inject: u16 },
}

/// A line of the table's news.
#[derive(Clone, PartialEq, Debug)]
pub struct NewsLine {
    /// Counted by table.
    pub n: u32,
    pub at: Millis,
    pub table: u32,
    pub seat: Option<u32>,
    pub team: i64,
    pub what: NewsWhat,
}

#[derive(Clone, PartialEq, Debug)]
pub enum NewsWhat {
    Dice(Vec<i64>),
    Walk { token: u32, board: u16, spaces: Vec<u32> },
}

#[derive(Clone, PartialEq, Debug)]
pub struct Text {
    pub author: Option<u32>,
    /// `None`: erased.
    pub body: Option<Arc<str>>,
    /// Not for the record.
    pub unkept: bool,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Over {
    pub ending: u16,
    pub winners: Vec<u32>,
}

/// A finished pass of a loop: numbers and items of the loops around, and the value it left.
#[derive(Clone, PartialEq, Debug)]
pub struct Past {
    pub passes: Vec<(i64, i64)>,
    pub keys: Vec<i64>,
    pub val: Val,
}

/// Keys of one value, in place, so that reading it costs no memory of its own.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(into = "Vec<i64>", from = "Vec<i64>")]
pub struct Keys {
    len: u8,
    of: [i64; Keys::MOST],
}

impl Keys {
    /// A value has one for each of two kinds of things at most, and the item of an answer.
    const MOST: usize = 3;
    pub const NONE: Keys = Keys { len: 0, of: [NONE; Keys::MOST] };

    #[must_use]
    pub fn new(keys: &[i64]) -> Self {
        keys.iter().copied().collect()
    }

    #[must_use]
    pub fn is_none(&self) -> bool {
        self.is_empty()
    }
}

impl Default for Keys {
    fn default() -> Self {
        Keys::NONE
    }
}

impl FromIterator<i64> for Keys {
    fn from_iter<T: IntoIterator<Item = i64>>(all: T) -> Self {
        let mut keys = Keys::NONE;
        for (at, key) in all.into_iter().take(Keys::MOST).enumerate() {
            keys.of[at] = key;
            keys.len = at as u8 + 1;
        }
        keys
    }
}

impl From<Vec<i64>> for Keys {
    fn from(keys: Vec<i64>) -> Self {
        Keys::new(&keys)
    }
}

impl From<Keys> for Vec<i64> {
    fn from(keys: Keys) -> Self {
        keys.to_vec()
    }
}

impl std::ops::Deref for Keys {
    type Target = [i64];
    fn deref(&self) -> &[i64] {
        &self.of[..usize::from(self.len)]
    }
}

/// Variable, instance, keys.
pub type Cells = BTreeMap<(u16, u32, Keys), Val>;

#[derive(Clone, PartialEq, Debug)]
pub struct State {
    pub stage: Stage,
    pub clock: Millis,
    pub paused: Option<Millis>,
    pub begun: Option<Millis>,
    pub locked: bool,
    pub uncovered: bool,
    pub projected: Projected,
    pub seed: u64,
    /// Draws made so far: the generator's position.
    pub draws: u64,
    pub tables: u32,
    pub seats: Vec<Seat>,
    /// The numbers of `Scenario::rows`: one row after another, one for each instance.
    pub rows: Vec<Arc<Vec<i64>>>,
    /// Lists, and whatever has keys that are not known beforehand: variable, instance, keys.
    pub cells: Arc<Cells>,
    pub past: Arc<BTreeMap<(u16, u32), Vec<Past>>>,
    /// Current pass of each loop, by instance of its scope: number and item.
    pub passes: BTreeMap<(u16, u32), (i64, i64)>,
    pub tokens: Arc<Vec<Token>>,
    /// Tokens in order, bottom first, for each zone and instance.
    pub zones: Arc<BTreeMap<(u16, u32), Vec<u32>>>,
    /// Tokens of `per` kinds, by kind and owner.
    pub per: Arc<BTreeMap<(u16, u32), u32>>,
    pub groups: Arc<Vec<Group>>,
    pub strands: Vec<Strand>,
    pub asks: Vec<Ask>,
    pub next_ask: u32,
    pub messages: Arc<Vec<Message>>,
    pub news: Arc<Vec<NewsLine>>,
    pub counter: u32,
    pub widened: Arc<Vec<(Secret, People)>>,
    pub timers: BTreeMap<(u16, u32), Millis>,
    /// Answers that fail, of moves whose answers were judged together.
    pub verdicts: BTreeMap<u16, Vec<i64>>,
    /// Channels that a rule has opened or closed, by table.
    pub channels: BTreeMap<(u16, u32), bool>,
    pub fired: Arc<BTreeMap<(u16, u32), bool>>,
    pub texts: Arc<Vec<Text>>,
    /// Seat and role: how often held.
    pub held: Arc<BTreeMap<(u32, u32), u32>>,
    /// Kind of group and two seats: how often together.
    pub met: Arc<BTreeMap<(u8, u32, u32), u32>>,
    /// Inputs that time, not the person, has filled.
    pub defaulted: Arc<BTreeMap<(u16, u32), bool>>,
    pub over: Arc<BTreeMap<u32, Over>>,
    pub injected: Arc<BTreeMap<(u16, u32), u32>>,
    /// Phases each table has been through.
    pub visited: Arc<BTreeMap<(u16, u32), u32>>,
}

impl Default for State {
    fn default() -> Self {
        State {
            stage: Stage::Lobby,
            clock: 0,
            paused: None,
            begun: None,
            locked: false,
            uncovered: false,
            projected: Projected::Play,
            seed: 0,
            draws: 0,
            tables: 0,
            seats: Vec::new(),
            rows: Vec::new(),
            cells: Arc::default(),
            past: Arc::default(),
            passes: BTreeMap::new(),
            tokens: Arc::default(),
            zones: Arc::default(),
            per: Arc::default(),
            groups: Arc::default(),
            strands: Vec::new(),
            asks: Vec::new(),
            next_ask: 0,
            messages: Arc::default(),
            news: Arc::default(),
            counter: 0,
            widened: Arc::default(),
            timers: BTreeMap::new(),
            verdicts: BTreeMap::new(),
            channels: BTreeMap::new(),
            fired: Arc::default(),
            texts: Arc::default(),
            held: Arc::default(),
            met: Arc::default(),
            defaulted: Arc::default(),
            over: Arc::default(),
            injected: Arc::default(),
            visited: Arc::default(),
        }
    }
}

impl State {
    /// Session clock at which the shell must send `Command::Tick`; `None`: nothing runs (or all is paused).
    #[must_use]
    pub fn next_due(&self) -> Option<Millis> {
        if self.paused.is_some() || self.stage != Stage::Play {
            return None;
        }
        let phases = self.strands.iter().filter(|s| s.alive).filter_map(|s| {
            let run = s.running.as_ref()?;
            if run.frozen { None } else { [run.deadline, run.floor_until, run.next_clock()].into_iter().flatten().min() }
        });
        let blocks = self.strands.iter().filter(|s| s.alive).flat_map(|s| {
            s.frames.iter().filter_map(|f| match f {
                Frame::Within { until, .. } => Some(*until),
                _ => None,
            })
        });
        phases.chain(blocks).chain(self.timers.values().copied().filter(|t| *t > self.clock)).min()
    }

    /// How many people have ever sat down.
    #[must_use]
    pub fn seats(&self) -> usize {
        self.seats.len()
    }

    #[must_use]
    pub fn is_bot(&self, seat: SeatId) -> bool {
        self.seats.get(seat.ix()).is_some_and(|s| s.bot)
    }

    /// People who count as being at this table: playing or resting.
    pub fn at_table(&self, table: u32) -> impl Iterator<Item = u32> + '_ {
        self.seats.iter().enumerate().filter(move |(_, s)| s.table == table && s.counts()).map(|(i, _)| i as u32)
    }

    #[must_use]
    pub fn team_of_table(sc: &Scenario, table: u32, k: u32) -> u32 {
        table * sc.teams.len() as u32 + k
    }

    /// How many instances a scope has now.
    #[must_use]
    pub fn instances(&self, sc: &Scenario, scope: Scope) -> u32 {
        match scope {
            Scope::Session => 1,
            Scope::Table => self.tables,
            Scope::Team => self.tables * sc.teams.len() as u32,
            Scope::Group(_) => self.groups.len() as u32,
            Scope::Seat => self.seats.len() as u32,
            Scope::Token(_) => self.tokens.len() as u32,
        }
    }

    /// The strand in which a seat plays now: the innermost one with a phase, else the innermost it belongs to.
    #[must_use]
    pub fn strand_of(&self, seat: u32) -> Option<u32> {
        let mine = self.strands.iter().enumerate().filter(|(_, s)| s.alive && self.in_scope(seat, s.scope, s.inst));
        let mut best = None;
        for (i, s) in mine {
            if s.running.is_some() {
                return Some(i as u32);
            }
            best = Some(i as u32);
        }
        best
    }

    #[must_use]
    pub fn in_scope(&self, seat: u32, scope: Scope, inst: u32) -> bool {
        let Some(s) = self.seats.get(seat as usize) else {
            return false;
        };
        match scope {
            Scope::Session => true,
            Scope::Table => s.table == inst,
            Scope::Team => s.team == i64::from(inst),
            Scope::Group(k) => s.groups.get(usize::from(k)).copied().unwrap_or(NONE) == i64::from(inst),
            Scope::Seat => seat == inst,
            Scope::Token(_) => false,
        }
    }

    /// Table in which an instance of a scope lies.
    #[must_use]
    pub fn table_of(&self, sc: &Scenario, scope: Scope, inst: u32) -> Option<u32> {
        match scope {
            Scope::Session => None,
            Scope::Table => Some(inst),
            Scope::Team => Some(inst / (sc.teams.len() as u32).max(1)),
            Scope::Group(_) => self.groups.get(inst as usize).map(|g| g.table),
            Scope::Seat => self.seats.get(inst as usize).map(|s| s.table),
            Scope::Token(_) => match self.tokens.get(inst as usize)?.at {
                Spot::Zone(z, i) => self.table_of(sc, sc.zones[usize::from(z)].scope, i),
                Spot::Space(b, s) => {
                    let board = &sc.boards[usize::from(b)];
                    self.table_of(sc, board.scope, s / board.spaces.len() as u32)
                }
                Spot::Gone => None,
            },
        }
    }

    /// Members of a unit who count (playing or resting), in seating order.
    #[must_use]
    pub fn members(&self, scope: Scope, inst: u32) -> Seats {
        let all = 0..self.seats.len() as u32;
        let among = if scope == Scope::Seat { inst..(inst + 1).min(all.end) } else { all };
        among.filter(|s| self.seats[*s as usize].counts() && self.in_scope(*s, scope, inst)).collect()
    }

    /// The instance of a scope that a seat belongs to.
    #[must_use]
    pub fn instance_of(&self, scope: Scope, seat: u32) -> Option<u32> {
        let s = &self.seats[seat as usize];
        match scope {
            Scope::Session => Some(0),
            Scope::Table => Some(s.table),
            Scope::Team => u32::try_from(s.team).ok(),
            Scope::Group(k) => u32::try_from(s.groups[usize::from(k)]).ok(),
            Scope::Seat => Some(seat),
            Scope::Token(_) => None,
        }
    }

    /// In a covered phase everybody is asked: is this seat's answer one that counts?
    #[must_use]
    pub fn is_meant(&self, sc: &Scenario, run: &Running, seat: u32) -> bool {
        let def = &sc.phases[usize::from(run.phase)];
        let Some(who) = def.who.as_ref().filter(|_| def.cover) else {
            return true;
        };
        let cx = self.strand_of(seat).map_or_else(|| Ctx::seat(self, seat), |s| Ctx::acting(sc, self, s, seat));
        Env::new(sc, self, cx, &mut Regs::default()).yes(who)
    }

    /// Who answers as one with this seat. Whoever is asked only for cover answers alone.
    #[must_use]
    pub fn unit(&self, sc: &Scenario, run: &Running, def: &MoveDef, seat: u32) -> Option<Unit> {
        match def.joint.filter(|_| self.is_meant(sc, run, seat)) {
            Some(scope) => Some(Unit { scope, inst: self.instance_of(scope, seat)? }),
            None => Some(Unit { scope: Scope::Seat, inst: seat }),
        }
    }

    /// Those who answer together: the members who are asked, and in a covered phase really meant.
    #[must_use]
    pub fn together(&self, sc: &Scenario, run: &Running, unit: Unit) -> Seats {
        self.members(unit.scope, unit.inst).into_iter().filter(|m| run.asked.contains(m) && self.is_meant(sc, run, *m)).collect()
    }

    /// How many of these must hold the same version: of those who are there, or whom a bot plays.
    #[must_use]
    pub fn need(&self, sc: &Scenario, agree: &Agree, members: &[u32]) -> usize {
        let there = members.iter().filter(|m| self.seats[**m as usize].here || self.seats[**m as usize].bot).count().max(1);
        match agree {
            Agree::One => 1,
            Agree::Number(n) => {
                let cx = members.first().map_or(Ctx::NOWHERE, |m| Ctx::seat(self, *m));
                let n = Env::new(sc, self, cx, &mut Regs::default()).num(n);
                usize::try_from(n).unwrap_or(1).clamp(1, there)
            }
            Agree::Majority => members.len() / 2 + 1,
            Agree::All | Agree::Most => there,
        }
    }

    /// A number in the rows; `None`: there is no such instance.
    #[must_use]
    pub fn number(&self, slot: &Slot, inst: u32, column: usize) -> Option<i64> {
        self.rows.get(slot.rows)?.get(inst as usize * slot.width + column).copied()
    }

    /// What has been written of a variable that is not in the rows, by its keys.
    pub fn written(&self, var: u16, inst: u32) -> impl Iterator<Item = (&Keys, &Val)> {
        let cells = self.cells.range((var, inst, Keys::NONE)..).take_while(move |((v, i, _), _)| *v == var && *i == inst);
        cells.map(|((_, _, keys), val)| (keys, val))
    }

    #[must_use]
    pub fn cell(&self, sc: &Scenario, var: u16, inst: u32, keys: &[i64]) -> Val {
        let def = &sc.vars[usize::from(var)];
        if let Some(slot) = &def.slot {
            return Val::N(slot.at(keys.iter().copied()).and_then(|column| self.number(slot, inst, column)).unwrap_or(def.start.num()));
        }
        if let Some(v) = self.cells.get(&(var, inst, Keys::new(keys))) {
            return v.clone();
        }
        if let Some((_, v)) = def.table.iter().find(|(k, _)| k == keys) {
            return Val::N(*v);
        }
        def.start.clone()
    }

    #[must_use]
    pub fn text(&self, id: i64) -> Option<&str> {
        self.texts.get(usize::try_from(id).ok()?)?.body.as_deref()
    }
}

impl Running {
    /// The next clock of a seat that is still asked to run out.
    #[must_use]
    pub fn next_clock(&self) -> Option<Millis> {
        self.clocks.iter().filter(|(seat, _)| self.asked.contains(seat) && !self.done.contains(seat)).map(|(_, at)| *at).min()
    }
}

impl Seat {
    #[must_use]
    pub fn counts(&self) -> bool {
        matches!(self.status, Status::Playing | Status::Resting)
    }
}
