//! What one viewer may know, built up from nothing. Every frame, snapshot, replay and export passes through here.
//!
//! A view is a set of *parts*. A part is sent whole when it changes and replaced whole by the client.

mod build;
pub mod prose;
mod reach;
pub mod sees;

pub use build::{Part, PartSet, class, parts_of, render, snapshot, touched};
pub(crate) use reach::stays_apart;
pub use reach::tables_touched;

use serde::Serialize;
use ts_rs::TS;

use crate::id::{Millis, SeatId};

// ---------------------------------------------------------------- words

/// A piece of a line. Names of people are put in by the client, from the seat.
#[derive(Clone, PartialEq, Debug, Serialize, TS)]
#[serde(untagged)]
pub enum Inline {
    Text(String),
    Strong {
        b: Line,
    },
    Emphasis {
        i: Line,
    },
    Seat {
        seat: SeatId,
    },
    /// Something this reader may not see; shown as "…".
    Hidden {
        hidden: bool,
    },
}
pub type Line = Vec<Inline>;

#[derive(Clone, PartialEq, Debug, Serialize, TS)]
#[serde(untagged)]
pub enum Block {
    Paragraph { p: Line },
    Heading { h: Line },
    List { li: Vec<Line>, ordered: bool },
    Quote { q: Line },
}
pub type Prose = Vec<Block>;

// ---------------------------------------------------------------- parts

/// The parts of a view, by the name under which they travel. A viewer has only some of them.
#[derive(Clone, Default, Debug, Serialize, TS)]
#[ts(optional_fields)]
pub struct Parts {
    /// Everybody.
    pub session: Option<SessionPart>,
    /// A seat.
    pub me: Option<MePart>,
    /// Everybody: a seat sees its own table; desk and projector all.
    pub people: Option<Vec<SeatPart>>,
    /// Everybody, as of the people.
    pub progress: Option<ProgressPart>,
    /// A seat: its phase. The projector: the phase of the first table.
    pub phase: Option<PhasePart>,
    /// A seat: what it can do now.
    pub moves: Option<Vec<MovePart>>,
    /// A seat: proposals that wait for its yes or no. The desk: those that wait for the desk.
    pub asks: Option<Vec<AskPart>>,
    /// Variables, values and indicators this viewer sees.
    pub sheet: Option<Vec<Shown>>,
    pub zones: Option<Vec<ZonePart>>,
    /// The geometry; changes never, or rarely.
    pub boards: Option<Vec<BoardPart>>,
    /// What stands on the boards.
    pub pawns: Option<Vec<PawnPart>>,
    /// Messages told to this viewer, oldest first.
    pub told: Option<Vec<Told>>,
    /// Short public news of the table, newest last ("15 → 18 → 21").
    pub news: Option<Vec<News>>,
    pub panels: Option<Vec<PanelPart>>,
    pub ending: Option<EndingPart>,
    /// Desk and projector: one for each table.
    pub tables: Option<Vec<TablePart>>,
    /// Desk: the run sheet and what can be pressed.
    pub desk: Option<DeskPart>,
    /// Once the session has ended: questions for the talk.
    pub debrief: Option<Vec<DebriefPage>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    Lobby,
    Play,
    Ended,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct SessionPart {
    pub scenario: String,
    pub title: Line,
    pub summary: Prose,
    pub themes: Vec<String>,
    pub minutes: u32,
    pub stage: Stage,
    /// Session clock at which the pause began; while paused the clock stands there.
    pub paused: Option<Millis>,
    pub locked: bool,
    /// Smallest and largest number of seats at a table.
    pub seats: [u32; 2],
    pub tables: u32,
    /// Names of the teams, by their number at a table.
    pub teams: Vec<Line>,
    /// People play roles, and step out of them at the end.
    pub roles: bool,
    /// `None`: a jurist must still review it.
    pub reviewed: Option<String>,
    /// What the projector shows.
    pub projected: crate::command::Projected,
    /// The debrief key has been turned.
    pub uncovered: bool,
    pub begun_at: Option<Millis>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, serde::Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Playing,
    Resting,
    /// Out of play, looking on from above.
    Ghost,
    Out,
    Observer,
    Left,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct MePart {
    pub seat: SeatId,
    /// Table number as people see it, from 1.
    pub table: u32,
    pub status: Status,
    /// Has asked to sit this part out.
    pub sitting_out: bool,
    pub help: bool,
    pub bot: bool,
    pub role: Option<RoleCard>,
    pub team: Option<TeamTag>,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct RoleCard {
    pub id: String,
    pub name: Line,
    /// What everybody at the table may read.
    pub public: Prose,
    /// Only for who holds it; empty for others.
    pub brief: Prose,
}

/// A team, or any owner that has a colour and a letter on the screen. `n` counts from 0 at the table.
#[derive(Clone, PartialEq, Debug, Serialize, TS)]
pub struct TeamTag {
    pub n: u32,
    pub name: Line,
    pub brief: Prose,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct SeatPart {
    pub seat: SeatId,
    pub table: u32,
    pub status: Status,
    pub here: bool,
    pub bot: bool,
    pub help: bool,
    /// Team number at the table.
    pub team: Option<u32>,
    /// The name of the role, if this viewer may know it.
    pub role: Option<Line>,
}

/// Who has something to do now, and who has done it, among the seats this viewer sees. It changes with every answer,
/// so it travels apart from the people. Where a phase is covered, a seat knows only of itself.
#[derive(Clone, Default, Debug, Serialize, TS)]
pub struct ProgressPart {
    pub asked: Vec<SeatId>,
    pub done: Vec<SeatId>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Ends {
    AllDone,
    Desk,
    Time,
    Condition,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Talk {
    Free,
    Silent,
    Queue,
    InTurn,
    Desk,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct PhasePart {
    pub id: String,
    pub title: Line,
    pub text: Prose,
    /// Extra texts for those concerned.
    pub also: Vec<Prose>,
    pub ends: Ends,
    pub opened_at: Millis,
    /// Session clock at which time is up.
    pub deadline: Option<Millis>,
    /// The whole time given, for the ring.
    pub limit: Option<Millis>,
    /// I am asked, and have not finished.
    pub asked: bool,
    pub done: bool,
    /// "Ho visto" is expected of me.
    pub ack: bool,
    /// Closed to answers, waiting for the desk to open them.
    pub frozen: bool,
    pub waiting: Option<Waiting>,
    pub talk: Talk,
    /// Whose word it is, where people speak in turn.
    pub speaker: Option<SeatId>,
    /// Who asks for it, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<SeatId>>", optional)]
    pub hands: Vec<SeatId>,
    /// Loops around: "giro 5 di 12".
    pub passes: Vec<Pass>,
    /// Position in the run sheet, from 1, and how many there are.
    pub step: [u32; 2],
    /// The team or group whose turn it is, when the phase is that of a team.
    pub turn: Option<TeamTag>,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct Pass {
    pub name: Line,
    pub n: i64,
    pub of: Option<i64>,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct Waiting {
    pub missing: u32,
    /// 0 where that is hidden.
    pub asked: u32,
    /// Who is still missing; `None` where that is hidden.
    pub seats: Option<Vec<SeatId>>,
    /// All who are asked here, the missing and the done; empty where that is hidden.
    pub with: Vec<SeatId>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    Sealed,
    Final,
    AtOnce,
    Consent,
}

/// From narrow to wide. `only`: not even the desk; `group`: some, who hold a role or are a group.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Seen {
    Only,
    Owner,
    Desk,
    Group,
    Team,
    Table,
    All,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct MovePart {
    pub id: String,
    pub label: Line,
    pub help: Prose,
    pub mode: Mode,
    /// Making it does not make one done.
    pub extra: bool,
    /// Who sees what is answered, once it is open; `None` where nothing is asked.
    pub seen: Option<Seen>,
    /// May be made now; otherwise the button is grey, with `why`.
    pub open: bool,
    pub why: Option<Line>,
    /// Throws dice.
    pub dice: bool,
    pub inputs: Vec<InputPart>,
    /// One entry for each thing that wants an answer of its own; empty for a plain move.
    pub items: Vec<ItemPart>,
    /// My own sealed answer, or my version of a joint one.
    pub mine: Option<crate::command::Answers>,
    /// The sealed answer may be taken back.
    pub can_change: bool,
    pub joint: Option<JointPart>,
    /// Warnings of which the person must be asked "sure?" are among the checks: id → sentence.
    pub checks: Vec<(String, Line)>,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct ItemPart {
    pub v: i64,
    pub label: Line,
    pub text: Prose,
    pub mine: Option<crate::command::Answers>,
    /// Where what can be answered depends on the item.
    pub inputs: Option<Vec<InputPart>>,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct JointPart {
    /// Everybody of the group.
    pub members: Vec<SeatId>,
    /// How many must hold the same version.
    pub need: u32,
    /// Each fills in an own part.
    pub each: bool,
    /// Where each fills in an own part: who has agreed to the whole as it stands.
    pub held: Vec<SeatId>,
    pub versions: Vec<VersionPart>,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct VersionPart {
    pub inputs: crate::command::Answers,
    pub by: Vec<SeatId>,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct InputPart {
    pub id: String,
    pub label: Line,
    #[serde(flatten)]
    pub kind: InputKind,
    pub optional: bool,
    pub private: bool,
    /// Whoever writes may say "do not keep": `unkept` beside the answers.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[ts(as = "Option<bool>", optional)]
    pub keep_asked: bool,
}

#[derive(Clone, Debug, Serialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum InputKind {
    YesNo,
    Number {
        min: i64,
        max: i64,
        decimal: bool,
        given: Option<Given>,
    },
    Text {
        max: u32,
        lines: bool,
    },
    /// `min` = `max` = 1: one of; otherwise several of.
    Choice {
        options: Vec<OptionPart>,
        min: u32,
        max: u32,
        /// Limit on the sum of `weight`s.
        weigh: Option<i64>,
        given: Option<Given>,
    },
    Order {
        options: Vec<OptionPart>,
    },
    Tiers {
        options: Vec<OptionPart>,
        sizes: Vec<u32>,
    },
    Share {
        options: Vec<OptionPart>,
        total: i64,
    },
    Drawing,
}

/// What an earlier input of the same move allows here: for each of its values the allowed options
/// (or, for a number, `[min, max]`).
#[derive(Clone, Debug, Serialize, TS)]
pub struct Given {
    pub input: String,
    pub allow: Vec<(i64, Vec<i64>)>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum OptionKind {
    Item,
    Seat,
    Team,
    Table,
    Role,
    Token,
    Space,
    Place,
    Number,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct OptionPart {
    /// Opaque; sent back as the answer.
    pub v: i64,
    pub kind: OptionKind,
    pub label: Line,
    pub text: Prose,
    /// Face of a card, when it is one that the viewer sees.
    pub look: Option<String>,
    pub picture: Option<Picture>,
    /// `BoardPart::id`, when it is a space.
    pub board: Option<String>,
    pub weight: Option<i64>,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct AskPart {
    pub ask: u32,
    pub label: Line,
    pub from: SeatId,
    pub inputs: Vec<(Line, ShownValue)>,
    pub reply: Vec<InputPart>,
}

/// Whose something is.
#[derive(Clone, PartialEq, Debug, Serialize, TS)]
#[serde(tag = "of", rename_all = "snake_case")]
pub enum Owner {
    Session,
    Table { n: u32 },
    Team { n: u32 },
    Group { n: u32 },
    Seat { seat: SeatId },
    Token { token: i64 },
}

#[derive(Clone, PartialEq, Debug, Serialize, TS)]
#[serde(untagged)]
pub enum ShownValue {
    Number(f64),
    Yes(bool),
    Line(Line),
    List(Vec<ShownValue>),
    Nothing,
}

#[derive(Clone, PartialEq, Debug, Serialize, TS)]
pub struct Shown {
    pub id: String,
    pub label: Line,
    /// number, gauge, list, dice, sign, text
    pub how: String,
    pub owner: Owner,
    /// For a variable with one value for each of several things.
    pub key: Option<Line>,
    pub value: ShownValue,
    pub range: Option<[f64; 2]>,
    pub mark: Option<Prose>,
    /// Not everybody at the table sees it.
    pub secret: bool,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct ZonePart {
    pub id: String,
    pub label: Line,
    /// stack, hand, row, pool, slot, source
    pub kind: String,
    pub owner: Owner,
    pub count: u32,
    /// Faces that this viewer sees, in order; covered ones are in `count` only.
    pub cards: Vec<CardPart>,
    pub secret: bool,
}

#[derive(Clone, PartialEq, Debug, Serialize, TS)]
pub struct CardPart {
    /// The token.
    pub v: i64,
    pub item: String,
    pub picture: Option<Picture>,
    /// card, document, event, question, norm
    pub look: String,
    pub name: Line,
    pub text: Prose,
    /// Further facts worth a line: label and value.
    pub facts: Vec<(Line, Line)>,
}

/// A picture of the scenario. Its address is the digest of what it shows: only who has been told it can ask for it.
#[derive(Clone, PartialEq, Debug, Serialize, TS)]
pub struct Picture {
    pub src: String,
    /// The same in words; empty where the picture adds nothing to them.
    pub alt: Line,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct BoardPart {
    pub id: String,
    pub label: Line,
    #[serde(flatten)]
    pub shape: Shape,
    pub owner: Owner,
    pub spaces: Vec<SpacePart>,
    /// What the special spaces do: kind of landing, its words.
    pub lands: Vec<LandPart>,
    /// Pairs of `SpacePart::v`, with a label where it matters.
    pub edges: Vec<(i64, i64, Option<String>)>,
}

#[derive(Clone, PartialEq, Debug, Serialize, TS)]
#[serde(tag = "shape", rename_all = "snake_case")]
pub enum Shape {
    Path { from: i64, to: i64 },
    Ring { size: u32 },
    Grid { cols: u32, rows: u32 },
    Graph,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct SpacePart {
    pub v: i64,
    /// As people call it: "Il municipio", else as the file names it: "5", "e", "3,4".
    pub id: String,
    pub n: i64,
    pub col: f64,
    pub row: f64,
    pub land: Option<u32>,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct LandPart {
    pub id: String,
    pub label: Line,
    /// helps, stops, back, question, goal, plain
    pub look: String,
}

#[derive(Clone, PartialEq, Debug, Serialize, TS)]
pub struct PawnPart {
    /// Place of its board among the boards of this viewer.
    pub board: u32,
    pub token: i64,
    pub space: i64,
    pub owner: Owner,
    /// Number of its colour and shape: that of its team, group or seat, otherwise that of its kind.
    pub look: u32,
    /// Spaces it covers, where it covers several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<i64>>", optional)]
    pub cells: Vec<i64>,
    pub label: Line,
    pub mine: bool,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct Told {
    pub n: u32,
    pub text: Prose,
    pub at: Millis,
    /// To me (or to few), not to the whole table.
    pub secret: bool,
    pub from_desk: bool,
}

#[derive(Clone, PartialEq, Debug, Serialize, TS)]
pub struct News {
    pub n: u32,
    /// Table number, from 1.
    pub table: u32,
    pub at: Millis,
    pub seat: Option<SeatId>,
    pub team: Option<u32>,
    #[serde(flatten)]
    pub what: NewsKind,
}

#[derive(Clone, PartialEq, Debug, Serialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum NewsKind {
    /// Dice thrown, and the squares a pawn passed: space ids.
    Rolled {
        dice: Vec<i64>,
    },
    Walked {
        pawn: Line,
        token: i64,
        /// Place of the board among the boards of this viewer.
        board: u32,
        spaces: Vec<i64>,
    },
    Phase {
        title: Line,
    },
    Desk {
        act: String,
    },
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct PanelPart {
    pub id: String,
    pub title: Line,
    pub text: Prose,
    /// number, list, table, bars, line, track, tiers, compare, quotes, map
    pub kind: String,
    pub columns: Vec<Line>,
    pub rows: Vec<PanelRow>,
    /// Where the rows lie, when they are spaces: of their board only these.
    pub board: Option<BoardPart>,
    /// Too few answers to show without telling who.
    pub withheld: bool,
    /// The hall's screen may show it.
    pub hall: bool,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct PanelRow {
    pub label: Line,
    pub seat: Option<SeatId>,
    /// `SpacePart::v`, when the row is a space.
    pub space: Option<i64>,
    pub cells: Vec<ShownValue>,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct EndingPart {
    pub id: Option<String>,
    pub title: Line,
    pub text: Prose,
    pub winners: Vec<SeatId>,
    pub mine: bool,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct TablePart {
    /// From 1.
    pub n: u32,
    pub strands: Vec<StrandPart>,
    pub sheet: Vec<Shown>,
    pub ended: Option<Line>,
    pub asked: u32,
    pub done: u32,
    pub help: bool,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct StrandPart {
    pub strand: u32,
    pub phase: Option<String>,
    pub title: Line,
    pub opened_at: Millis,
    pub deadline: Option<Millis>,
    pub asked: u32,
    pub done: u32,
    /// There is nothing to choose: people say that they have read.
    pub reading: bool,
    pub frozen: bool,
    /// Waits for the desk to press next.
    pub waits_desk: bool,
    /// `desk picks one of` / `desk may skip`: what can be picked.
    pub picks: Vec<Line>,
    pub passes: Vec<Pass>,
}

/// A move of the desk at one table; the label and the options are of that table.
#[derive(Clone, Debug, Serialize, TS)]
pub struct DeskMove {
    /// From 1.
    pub table: u32,
    #[serde(flatten)]
    pub made: MovePart,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct DeskPart {
    pub run: Vec<RunStep>,
    pub injects: Vec<InjectPart>,
    /// Moves of the scenario that the desk may make, at each table.
    pub moves: Vec<DeskMove>,
    /// Live parameters and variables the desk may set.
    pub knobs: Vec<Knob>,
    /// Texts that still carry "da verificare".
    pub to_verify: Vec<(Line, String)>,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct RunStep {
    pub phase: String,
    pub title: Line,
    /// What to say and do; the words' `note`.
    pub note: Prose,
    pub depth: u32,
    /// How many tables are in it, and how many have been through it.
    pub here: u32,
    pub past: u32,
    pub limit: Option<Millis>,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct InjectPart {
    pub id: String,
    pub title: Line,
    pub text: Prose,
    pub used: u32,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct Knob {
    pub name: String,
    pub label: Line,
    pub table: Option<u32>,
    /// Where there is a value for each of several things: of which this is.
    pub keys: Vec<i64>,
    #[serde(flatten)]
    pub kind: InputKind,
    pub value: ShownValue,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct DebriefPage {
    pub id: String,
    /// reactions, facts, why, learned, next
    pub moment: String,
    pub title: Line,
    pub text: Prose,
    pub questions: Vec<Line>,
    pub look_at: Vec<String>,
}
