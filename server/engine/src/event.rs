//! What happened. Stored first, told afterwards; the state is nothing but their fold.
//!
//! Events are primitive: chance and time are in them, and no rule is needed to fold them.

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::command::Projected;
use crate::id::{Millis, SeatId, TableId};
use crate::scenario::model::{Scope, Val};
use crate::state::Keys;
use crate::view::Status;

/// Words typed by a person. Plain inside the engine; the journal stores them sealed under the author's key
/// and gives them back plain, or `Gone` when the author has been erased.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TextBody {
    Plain(String),
    Sealed(String),
    Gone,
}

/// One of the groups that answer together: a table, a team, a small group. A seat answering alone is a unit too.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Unit {
    pub scope: Scope,
    pub inst: u32,
}

/// Values of a move's inputs, in the order of the file. One needs no memory of its own; nor do a few seats, keys, loops.
pub type Filled = SmallVec<[Val; 1]>;

/// Some seats, in seating order.
pub type Seats = SmallVec<[u32; 8]>;

/// The blocks that a strand is in, the innermost last.
pub type Frames = SmallVec<[Frame; 2]>;

/// Where a token is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Spot {
    /// Zone and its instance.
    Zone(u16, u32),
    /// Board and space (instance × number of spaces + space).
    Space(u16, u32),
    Gone,
}

/// What had its audience widened.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Secret {
    /// Variable, instance; keys and pass, when only one of them is meant.
    Var(u16, u32, Vec<i64>),
    Value(u16, u32),
    Zone(u16, u32),
    Token(u32),
    Role(u32),
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum People {
    All,
    Desk,
    Table(u32),
    Team(u32),
    Group(u32),
    Seats(Vec<u32>),
}

/// Frame of a loop, a time limit or a piece that the desk may skip, inside a strand.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Frame {
    Loop { id: u16, n: i64, times: i64, list: Vec<i64> },
    Within { out: u32, until: Millis },
    Skip { out: u32 },
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Opened {
        tables: u32,
        seed: u64,
    },
    Joined {
        seat: SeatId,
        table: Option<TableId>,
        bot: bool,
    },
    SeatedAt {
        seat: SeatId,
        table: TableId,
    },
    StatusSet {
        seat: SeatId,
        status: Status,
    },
    Here {
        seat: SeatId,
        on: bool,
    },
    Help {
        seat: SeatId,
        on: bool,
    },
    SatOut {
        seat: SeatId,
        on: bool,
    },
    Bot {
        seat: SeatId,
        on: bool,
    },
    Locked {
        on: bool,
    },
    Begun,
    Paused,
    /// Everything on the clock moves on by so much.
    Resumed {
        after: Millis,
    },
    Ended,

    /// A variable or input; `keys` when it has one value for each of several things.
    Set {
        var: u16,
        inst: u32,
        #[serde(default, skip_serializing_if = "Keys::is_none")]
        keys: Keys,
        val: Val,
    },
    /// All values of an input of one seat or unit are emptied.
    Emptied {
        var: u16,
        inst: u32,
    },
    /// A loop begins a pass: what starts afresh is put by and emptied.
    Pass {
        id: u16,
        inst: u32,
        n: i64,
        item: i64,
    },
    RoleSet {
        seat: SeatId,
        role: Option<u32>,
    },
    TeamSet {
        seat: SeatId,
        team: Option<u32>,
    },
    Grouped {
        kind: u8,
        group: u32,
        table: u32,
        members: Vec<u32>,
    },
    GroupSet {
        seat: SeatId,
        kind: u8,
        group: Option<u32>,
    },
    Dissolved {
        group: u32,
    },
    Rested {
        seat: SeatId,
    },

    TokenMade {
        kind: u16,
        item: u32,
        owner: Option<u32>,
        at: Spot,
    },
    /// A card that carries an answer; `author` is told only once it is signed.
    Gathered {
        kind: u16,
        at: Spot,
        var: u16,
        val: Val,
        author: Option<u32>,
        signed: bool,
    },
    /// The cards of a zone are given back their authors.
    Signed {
        zone: u16,
        inst: u32,
    },
    /// All answers to a move were judged together: those that fail.
    Resolved {
        mv: u16,
        fails: Vec<i64>,
    },
    /// A channel of a table is opened or closed by a rule, whatever the phase says.
    Channel {
        channel: u16,
        table: u32,
        on: bool,
    },
    TokenMoved {
        token: u32,
        to: Spot,
        #[serde(default)]
        bottom: bool,
        by: Option<u32>,
    },
    TokensOrdered {
        zone: u16,
        inst: u32,
        tokens: Vec<u32>,
    },
    Headed {
        token: u32,
        dir: i64,
    },
    /// For the table's news: dice thrown, by whom.
    Rolled {
        table: u32,
        seat: Option<u32>,
        team: Option<u32>,
        dice: Vec<i64>,
    },
    /// For the table's news: the squares a pawn passed.
    Walked {
        token: u32,
        board: u16,
        spaces: Vec<u32>,
    },

    /// Chance: what was drawn. Moves the generator on.
    Drew {
        what: Draw,
        got: Vec<i64>,
    },

    Forked {
        scope: Scope,
        inst: u32,
        parent: u32,
        pc: u32,
    },
    At {
        strand: u32,
        pc: u32,
        frames: Frames,
    },
    StrandDone {
        strand: u32,
    },
    PhaseOpened {
        strand: u32,
        phase: u16,
        asked: Seats,
        limit: Option<Millis>,
        at: Millis,
    },
    /// Who is asked in a running phase has changed.
    AskedSet {
        strand: u32,
        seat: u32,
        on: bool,
    },
    Frozen {
        strand: u32,
    },
    DoneSet {
        strand: u32,
        seat: u32,
        on: bool,
    },
    Deadline {
        strand: u32,
        at: Option<Millis>,
    },
    PhaseClosed {
        strand: u32,
    },
    /// The desk must pick a piece of the flow.
    Waits {
        strand: u32,
    },

    Sealed {
        strand: u32,
        mv: u16,
        item: i64,
        unit: Unit,
        inputs: Filled,
    },
    Unsealed {
        strand: u32,
        mv: u16,
        item: i64,
        unit: Unit,
    },
    /// Somebody holds a version of a joint answer (or lets go of it).
    Version {
        strand: u32,
        mv: u16,
        item: i64,
        unit: Unit,
        seat: u32,
        inputs: Option<Filled>,
    },
    /// Versions are settled or thrown away.
    VersionsGone {
        strand: u32,
        mv: u16,
        item: i64,
        unit: Unit,
    },
    /// A move was made: for counting, the record and the news.
    Made {
        strand: u32,
        mv: u16,
        item: i64,
        unit: Unit,
        seat: Option<u32>,
        by_default: bool,
        inputs: Filled,
    },
    Proposed {
        ask: u32,
        strand: u32,
        mv: u16,
        item: i64,
        seat: u32,
        judge: Option<u32>,
        inputs: Filled,
    },
    Judged {
        ask: u32,
        yes: bool,
        reason: Option<u32>,
        replies: Filled,
    },
    Lapsed {
        ask: u32,
    },
    Floor {
        strand: u32,
        seat: Option<u32>,
        /// When the word is taken back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Millis>,
    },
    /// Somebody asks for the word, or no longer does.
    Hand {
        strand: u32,
        seat: u32,
        up: bool,
    },

    Told {
        text: u16,
        vals: Vec<Val>,
        to: People,
    },
    Noted {
        text: u16,
        vals: Vec<Val>,
        table: u32,
    },
    /// A check of kind `note` held.
    Marked {
        strand: u32,
        mv: u16,
        check: u16,
        seat: u32,
    },
    Widened {
        what: Secret,
        to: People,
    },
    Concealed {
        what: Secret,
    },
    Timer {
        timer: u16,
        inst: u32,
        until: Option<Millis>,
    },
    Fired {
        trigger: u16,
        inst: u32,
        on: bool,
    },
    Finished {
        table: Option<u32>,
        ending: u16,
        seats: Vec<u32>,
        winners: Vec<u32>,
    },

    /// Words typed by `author` (a seat number; `None`: the desk). The only event that carries them.
    Wrote {
        id: u32,
        author: Option<u32>,
        body: TextBody,
        /// Whoever wrote it does not want it kept: seen at the table, left out of what people read afterwards.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        unkept: bool,
    },
    Said {
        text: u32,
        table: Option<TableId>,
    },
    Injected {
        inject: u16,
        table: u32,
        /// `None`: the whole table.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<People>,
    },
    Nudged {
        table: TableId,
    },
    Bookmarked {
        text: Option<u32>,
    },
    Projecting {
        show: Projected,
    },
    Uncovered {
        on: bool,
    },
    /// Something ran away and was stopped; the desk is told.
    Stopped {
        what: String,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Draw {
    Dice,
    Pick,
    Shuffle,
    Lot,
    Group,
    Draw,
}
