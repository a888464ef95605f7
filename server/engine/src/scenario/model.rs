//! A scenario as the engine runs it: names are numbers, types are known, nothing is left to look up.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::id::Millis;
use crate::scenario::rules::ast::{AtEnd, Leftover};
pub use crate::view::Status;
use crate::view::{Mode, Talk};

/// `none`. Every scalar is an `i64`; this one is nobody and nothing.
pub const NONE: i64 = i64::MIN;
/// Decimals are kept in ten-thousandths.
pub const DEC: i64 = 10_000;
/// Numbers stick at these ends.
pub const BIG: i64 = 1_000_000_000_000;

/// What a variable, zone, board or strand belongs to: one instance for each member.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
pub enum Scope {
    Session,
    Table,
    Team,
    Group(u8),
    Seat,
    Token(u16),
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Base {
    /// The type of `none` and of an empty list.
    Any,
    Number,
    Decimal,
    Bool,
    Text,
    Duration,
    Seat,
    Team,
    Table,
    Role,
    Status,
    Group(u8),
    Item(u16),
    Token(u16),
    Space(u16),
    /// An answer that was given to a move.
    Answer(u16),
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Ty {
    pub base: Base,
    pub list: bool,
    /// May be `none`.
    pub opt: bool,
}

impl Ty {
    #[must_use]
    pub const fn one(base: Base) -> Ty {
        Ty { base, list: false, opt: false }
    }
    #[must_use]
    pub const fn list(base: Base) -> Ty {
        Ty { base, list: true, opt: false }
    }
    #[must_use]
    pub const fn opt(self) -> Ty {
        Ty { opt: true, ..self }
    }
}

/// A stored value.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(untagged)]
pub enum Val {
    N(i64),
    L(Vec<i64>),
}

impl Val {
    #[must_use]
    pub fn num(&self) -> i64 {
        match self {
            Val::N(n) => *n,
            Val::L(_) => NONE,
        }
    }
}

// ---------------------------------------------------------------- expressions

pub type B = Box<X>;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Arith {
    Add,
    Sub,
    Mul,
    Div,
    Mod,
    /// Of decimals.
    MulDec,
    DivDec,
    Min,
    Max,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cmp {
    Lt,
    Le,
    Gt,
    Ge,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fold {
    Sum,
    Mean,
    Median,
    Min,
    Max,
    Any,
    All,
}

#[derive(Clone, Debug)]
pub struct SortKey {
    pub x: X,
    pub down: bool,
}

/// Resolved expressions. Scalars are read by `Env::num`, sets by `Env::list`; the type was known at load.
#[derive(Clone, Debug)]
pub enum X {
    K(i64),
    Reg(u16),
    ListReg(u16),
    Me,
    /// The table, team or group around (of the strand, the value, the acting seat).
    CtxTable,
    CtxTeam,
    CtxGroup(u8),
    Var {
        v: u16,
        inst: B,
        keys: Vec<X>,
    },
    /// An earlier pass: innermost last; `true` when the key is the item of a `for each … as`.
    Past {
        v: u16,
        inst: B,
        keys: Vec<X>,
        passes: Vec<(X, bool)>,
    },
    Value {
        v: u16,
        inst: B,
        keys: Vec<X>,
    },
    Attr {
        list: u16,
        col: u16,
        item: B,
    },
    TokenItem(B),
    TokenSpace(B),
    TokenOwner {
        scope: Scope,
        token: B,
    },
    TokenPlayer(B),
    /// The table at which a token lies, whoever owns it.
    TokenTable(B),
    TokenHeading(B),
    PerToken {
        kind: u16,
        owner: B,
    },
    OnlyToken {
        kind: u16,
    },
    SpaceOf {
        board: u16,
        inst: B,
        n: B,
    },
    SpaceNumber {
        board: u16,
        space: B,
    },
    SpaceCol {
        board: u16,
        space: B,
    },
    SpaceRow {
        board: u16,
        space: B,
    },
    SpaceAttr {
        board: u16,
        col: u16,
        space: B,
    },
    SeatRole(B),
    SeatTeam(B),
    SeatTable(B),
    SeatStatus(B),
    SeatGroup(u8, B),
    TeamTable(B),
    GroupTable(B),
    /// Team number k of a table.
    TeamAt {
        k: u32,
        table: B,
    },
    /// Which of the scenario's teams a team is, whatever its table.
    TeamKind(B),
    TableNumber(B),
    RoleHolder {
        role: u32,
    },
    Elapsed,
    Remaining,
    Not(B),
    And(B, B),
    Or(B, B),
    Neg(B),
    Arith(Arith, B, B),
    Abs(B),
    Floor(B),
    Round(B),
    ToDec(B),
    Cmp(Cmp, B, B),
    Eq(B, B),
    EqList(B, B),
    In(B, B),
    Empty(B),
    If(B, B, B),
    Otherwise(B, B),
    Count(B),
    CountIf {
        set: B,
        reg: u16,
        cond: B,
    },
    Fold {
        op: Fold,
        set: B,
        reg: u16,
        x: B,
        decimal: bool,
    },
    First(B),
    Last(B),
    Nth(B, B),
    Index(B, B),
    Next {
        x: B,
        set: B,
        back: bool,
        /// Of seats and teams, whoever is missing keeps her place.
        base: Base,
    },
    RankOf {
        x: B,
        set: B,
        reg: u16,
        keys: Vec<SortKey>,
    },
    Held(B, B),
    Met(u8, B, B),
    Rested(B),
    Asked(B),
    Done(B),
    Present(B),
    Answered {
        v: u16,
        inst: B,
    },
    Defaulted {
        v: u16,
        inst: B,
    },
    Tier {
        v: B,
        sizes: Vec<u32>,
        item: B,
    },
    /// Of points shared out: how many something got.
    Points {
        v: B,
        item: B,
    },
    /// Of points shared out: the numbers alone, in the order of what they were given to.
    Shares(B),
    Length(B),
    Same(B, B),
    Contains(B, B),
    TimerOver(u16),
    /// The text of a token: the answer gathered on it, else its item's.
    TokenText(B),
    /// The words of a text, one by one.
    WordsOf(B),
    /// Is there a way from one space to another, over spaces of which the condition holds?
    Way {
        board: u16,
        a: B,
        b: B,
        reg: u16,
        cond: B,
    },
    /// Answers given to a move, by seat, then item.
    AllAnswers(u16),
    AnswerSeat(B),
    AnswerItem(B),
    Succeeds {
        mv: u16,
        answer: B,
    },
    /// The right to speak, as the phase gives it.
    MaySpeak,
    ChannelOpen(u16),
    Free {
        board: u16,
        space: B,
    },
    /// A token would lie there: on the board, and on no other's cells.
    Fits {
        board: u16,
        token: B,
        space: B,
    },
    Distance {
        board: u16,
        a: B,
        b: B,
    },
    Inline {
        board: u16,
        a: B,
        b: B,
        c: B,
    },
    // sets
    List(Vec<X>),
    Range(B, B),
    Seats(Option<B>),
    Others(Option<B>),
    Everyone(Option<B>),
    Teams(Option<B>),
    Tables,
    Members {
        scope: Scope,
        inst: B,
        but_me: bool,
    },
    AllItems(u16),
    AllTokens {
        kind: u16,
        table: Option<B>,
    },
    AllRoles,
    AllGroups {
        kind: u8,
    },
    ZoneTokens {
        zone: u16,
        inst: B,
    },
    Places {
        zone: u16,
        inst: B,
    },
    Spaces {
        board: u16,
        inst: B,
    },
    TokensOn {
        board: u16,
        space: B,
    },
    Where {
        set: B,
        reg: u16,
        cond: B,
    },
    Sorted {
        set: B,
        reg: u16,
        keys: Vec<SortKey>,
    },
    Turned {
        set: B,
        first: B,
    },
    Except {
        set: B,
        out: B,
    },
    Map {
        set: B,
        reg: u16,
        x: B,
    },
    Distinct(B),
    Union(Vec<X>),
    Best {
        n: B,
        set: B,
        reg: u16,
        keys: Vec<SortKey>,
        least: bool,
    },
    Most {
        set: B,
    },
    Neighbours {
        board: u16,
        space: B,
        label: Option<String>,
    },
    Reach {
        board: u16,
        space: B,
        n: B,
    },
}

// ---------------------------------------------------------------- statements

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Op {
    Set,
    Add,
    Sub,
}

/// What an assignment writes to.
#[derive(Clone, Debug)]
pub enum Place {
    Var { v: u16, inst: X, keys: Vec<X> },
    Role(X),
    Team(X),
    Group(u8, X),
    Status(X),
    Heading(X),
}

/// Whom something is shown to, when the rule runs.
#[derive(Clone, Debug)]
pub enum ToX {
    Table,
    All,
    Desk,
    Owner,
    Seats(X),
    Teams(X),
    Groups(X),
    Roles(X),
    /// All of these together.
    Many(Vec<ToX>),
}

#[derive(Clone, Debug)]
pub enum Thing {
    Var { v: u16, inst: X, keys: Vec<X>, passes: Vec<(X, bool)> },
    Value { v: u16, inst: X },
    Zone { zone: u16, inst: X },
    Token(X),
    Role(X),
}

#[derive(Clone, Debug)]
pub enum GroupByX {
    Lot,
    Order,
    Same(X, u16),
    Mixed(X, u16),
    Rank(X, u16),
}

#[derive(Clone, Debug)]
pub enum S {
    Let {
        reg: u16,
        list: bool,
        x: X,
    },
    Assign {
        place: Place,
        op: Op,
        x: X,
        list: bool,
    },
    If(Vec<(X, Vec<S>)>, Vec<S>),
    ForEach {
        reg: u16,
        set: X,
        body: Vec<S>,
    },
    Repeat {
        times: X,
        until: Option<X>,
        body: Vec<S>,
    },
    MoveToZone {
        what: X,
        list: bool,
        zone: u16,
        inst: X,
        bottom: bool,
    },
    MoveToSpace {
        what: X,
        list: bool,
        board: u16,
        space: X,
    },
    Advance {
        what: X,
        by: X,
        end: AtEnd,
    },
    SwapTokens(X, X),
    SwapPlaces(Place, Place),
    Deal {
        n: X,
        from: (u16, X),
        zone: u16,
        to: X,
    },
    Draw {
        n: X,
        from: (u16, X),
        to: (u16, X),
    },
    ShuffleZone {
        zone: u16,
        inst: X,
    },
    ShuffleVar(Place),
    Make {
        n: X,
        kind: u16,
        item: X,
        zone: u16,
        inst: X,
    },
    Remove {
        what: X,
        list: bool,
    },
    Roll {
        n: X,
        faces: Option<X>,
        into: Place,
        list: bool,
    },
    Pick {
        n: X,
        of: X,
        weighing: Option<(X, u16)>,
        into: Place,
        list: bool,
    },
    Rank {
        of: X,
        reg: u16,
        keys: Vec<SortKey>,
        lot: bool,
        into: Place,
    },
    Rotate {
        roles: Vec<u32>,
        among: X,
        lot: bool,
    },
    Group {
        of: X,
        kind: u8,
        size: Option<X>,
        by: GroupByX,
        fresh: bool,
        leftover: Leftover,
    },
    Form {
        kind: u8,
        with: X,
        into: Option<Place>,
    },
    Dissolve(X),
    Merge {
        from: u8,
        into: u8,
        n: X,
        leftover: Leftover,
    },
    Split {
        of: X,
        teams: Vec<u32>,
        reg: u16,
        key: SortKey,
    },
    Send {
        seat: X,
        table: X,
    },
    Reveal {
        what: Thing,
        to: ToX,
    },
    Conceal(Thing),
    ShowText {
        text: u16,
        with: Vec<(u16, bool, X)>,
        to: ToX,
    },
    Note {
        text: u16,
        with: Vec<(u16, bool, X)>,
    },
    GiveFloor(X, Option<X>),
    TakeFloor,
    StartTimer(u16, X),
    StopTimer(u16),
    Extend(X),
    ClosePhase,
    GoTo(u16),
    Again,
    LeaveLoop,
    Finish {
        ending: u16,
        people: Option<X>,
    },
    /// A card for each answer to an input, shuffled.
    Gather {
        var: u16,
        zone: u16,
        inst: X,
        unsigned: bool,
    },
    Sign {
        zone: u16,
        inst: X,
    },
    Resolve(u16),
    Channel(u16, bool),
}

pub type Rule = Vec<S>;

// ---------------------------------------------------------------- who sees

#[derive(Clone, PartialEq, Debug)]
pub enum Aud {
    Nobody,
    Desk,
    OnlyOwner,
    Owner,
    /// Who holds this role; `None`: who holds the same as the owner.
    Role(Option<u32>),
    Team(Option<u32>),
    Group(u8),
    Table,
    All,
}

pub type Audience = Vec<Aud>;

// ---------------------------------------------------------------- words

/// A place `{…}` in the words, computed where it is read.
#[derive(Clone, Debug)]
pub struct PlaceX {
    pub x: X,
    pub list: bool,
    pub say: Say,
    /// Where it is written.
    pub span: super::tree::Span,
}

/// How a computed thing is put into words.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Say {
    Number,
    Decimal,
    Bool,
    Duration,
    /// A text typed by a person, or a text of the scenario by code.
    Text,
    Seat,
    Team,
    Table,
    Role,
    Item(u16),
    ItemText(u16),
    /// A text attribute.
    ItemAttr(u16, u16),
    Token(u16),
    TokenText,
    Space(u16),
    Status,
}

#[derive(Clone, PartialEq, Debug)]
pub enum Piece {
    Text(String),
    Strong(Vec<Piece>),
    Emphasis(Vec<Piece>),
    /// Index into the places of this prose.
    Place(u16),
}

#[derive(Clone, PartialEq, Debug)]
pub enum Para {
    Paragraph(Vec<Piece>),
    Heading(Vec<Piece>),
    List { ordered: bool, items: Vec<Vec<Piece>> },
    Quote(Vec<Piece>),
}

#[derive(Clone, Default, Debug)]
pub struct Prose {
    pub blocks: Vec<Para>,
    pub places: Vec<PlaceX>,
}

/// A prose in each language; `of(lang)` falls back to the scenario's own.
#[derive(Clone, Default, Debug)]
pub struct Words(pub Vec<Option<Prose>>);

impl Words {
    #[must_use]
    pub fn of(&self, lang: usize) -> Option<&Prose> {
        self.0.get(lang).and_then(Option::as_ref).or_else(|| self.0.first().and_then(Option::as_ref))
    }
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(Option::is_none)
    }
}

// ---------------------------------------------------------------- things

#[derive(Clone, Debug)]
pub struct RoleDef {
    pub id: String,
    pub seen: Audience,
    pub count: Option<X>,
    pub from: u32,
    pub rest: bool,
    pub team: Option<u32>,
    /// Pieces that come with it: zone, items.
    pub gets: Vec<(u16, Vec<u32>)>,
    pub name: Words,
    pub public: Words,
    pub brief: Words,
}

#[derive(Clone, Debug)]
pub struct TeamDef {
    pub id: String,
    pub share: u32,
    pub name: Words,
    pub brief: Words,
}

#[derive(Clone, Debug)]
pub struct GroupDef {
    pub id: String,
    pub least: u32,
}

#[derive(Clone, Debug)]
pub struct ItemDef {
    pub id: String,
    pub name: Words,
    pub text: Words,
    /// Name under which its picture travels.
    pub picture: Option<String>,
    pub alt: Words,
    pub qty: u32,
    /// Cells of a grid it covers, from the corner on which it stands; empty: that one alone.
    pub covers: Vec<[u32; 2]>,
    /// One for each column: a number (or reference) or a text.
    pub attrs: Vec<AttrVal>,
}

#[derive(Clone, Debug)]
pub enum AttrVal {
    N(i64),
    Text(Words),
}

#[derive(Clone, Debug)]
pub struct ColDef {
    pub id: String,
    pub ty: Ty,
}

#[derive(Clone, Debug)]
pub struct ListDef {
    pub id: String,
    pub cols: Vec<ColDef>,
    pub items: Vec<ItemDef>,
    pub name: Words,
    pub look: String,
}

/// A kind of token; its items are those of `list`.
#[derive(Clone, Debug)]
pub struct KindDef {
    pub id: String,
    pub list: u16,
    pub per: Option<Scope>,
    /// Board and space where tokens of a `per` kind (or all of it) begin.
    pub start: Option<(u16, u32)>,
    /// Items that begin each on a space of its own: item, board, space.
    pub starts: Vec<(u32, u16, u32)>,
    pub most: u32,
    /// Some of its items cover several cells.
    pub wide: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ZoneKind {
    Stack,
    Hand,
    Row,
    Pool,
    Slot,
    Source,
}

#[derive(Clone, Debug)]
pub struct ZoneDef {
    pub id: String,
    pub scope: Scope,
    pub holds: u16,
    pub kind: ZoneKind,
    pub seen: Audience,
    /// Item and count.
    pub start: Vec<(u32, u32)>,
    pub capacity: Option<X>,
    /// Another zone that refills this one when a draw finds too few.
    pub refill: Option<u16>,
    pub name: Words,
}

#[derive(Clone, Debug)]
pub struct SpaceDef {
    pub id: String,
    pub n: i64,
    pub col: i64,
    pub row: i64,
    pub attrs: Vec<i64>,
    /// Neighbours: space, label.
    pub next: Vec<(u32, Option<String>)>,
    pub land: Vec<u16>,
    /// Who sees what stands here, if not as on the whole board.
    pub seen: Option<Audience>,
    /// How people call it; empty: by its id.
    pub name: Words,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ShapeDef {
    Path { from: i64, to: i64 },
    Ring(u32),
    Grid { cols: u32, rows: u32 },
    Graph,
}

#[derive(Clone, Debug)]
pub struct LandDef {
    pub id: String,
    pub then: Rule,
    pub label: Words,
    pub look: String,
}

#[derive(Clone, Debug)]
pub struct BoardDef {
    pub id: String,
    pub scope: Scope,
    pub seen: Audience,
    pub shape: ShapeDef,
    pub spaces: Vec<SpaceDef>,
    pub cols: Vec<ColDef>,
    pub chain: u32,
    pub lands: Vec<LandDef>,
    pub name: Words,
}

/// What a keyed variable has one value for each of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KeyOf {
    Seat,
    Team,
    Table,
    Role,
    Item(u16),
    Token(u16),
    Space(u16),
    Number,
}

impl KeyOf {
    #[must_use]
    pub fn base(self) -> Base {
        match self {
            KeyOf::Seat => Base::Seat,
            KeyOf::Team => Base::Team,
            KeyOf::Table => Base::Table,
            KeyOf::Role => Base::Role,
            KeyOf::Item(l) => Base::Item(l),
            KeyOf::Token(k) => Base::Token(k),
            KeyOf::Space(b) => Base::Space(b),
            KeyOf::Number => Base::Number,
        }
    }
}

#[derive(Clone, Debug)]
pub struct VarDef {
    pub id: String,
    pub scope: Scope,
    pub ty: Ty,
    pub start: Val,
    /// A start that must be computed, when its instance is made or its pass begins; register 0 is the instance.
    pub starts: Option<X>,
    pub range: Option<(i64, i64)>,
    pub seen: Audience,
    pub keys: Vec<KeyOf>,
    /// Loops whose passes it remembers, outermost first.
    pub history: Vec<u16>,
    pub shown: Option<String>,
    pub marks: BTreeMap<i64, u16>,
    pub name: Words,
    /// An answer to a move's input.
    pub input: bool,
    /// A live parameter, or one of the table that the desk may set.
    pub knob: bool,
    pub private: bool,
    /// Its place in the rows of its scope; `None`: a list, or keys that are not known beforehand.
    pub slot: Option<Slot>,
    /// Starting values of a keyed parameter.
    pub table: Vec<(Vec<i64>, i64)>,
}

/// Where a number, or one for each of a few items, lies in the rows of its scope.
#[derive(Clone, Debug)]
pub struct Slot {
    /// Of `Scenario::rows`.
    pub rows: usize,
    pub width: usize,
    /// Its first column; those of its keys follow, the last key fastest.
    pub column: usize,
    /// How many items each key has.
    pub keys: Vec<i64>,
}

impl Slot {
    /// The column of these keys; `None`: one of them is no item.
    #[must_use]
    pub fn at(&self, keys: impl IntoIterator<Item = i64>) -> Option<usize> {
        let mut at = 0;
        for (key, n) in keys.into_iter().zip(&self.keys) {
            at = at * n + Some(key).filter(|k| (0..*n).contains(k))?;
        }
        Some(self.column + at as usize)
    }

    /// Where its numbers lie in the rows, for one instance.
    #[must_use]
    pub fn range(&self, inst: u32) -> Range<usize> {
        let from = inst as usize * self.width + self.column;
        from..from + self.keys.iter().product::<i64>() as usize
    }

    /// Its columns, each with its keys.
    pub fn columns(&self) -> impl Iterator<Item = (usize, Vec<i64>)> + '_ {
        let many: i64 = self.keys.iter().product();
        (0..many).map(|n| {
            let mut left = n;
            let mut keys: Vec<i64> = self.keys.iter().rev().map(|k| (left % k, left /= k).0).collect();
            keys.reverse();
            (self.column + n as usize, keys)
        })
    }
}

/// The numbers that each instance of a scope has: whose each column is, and with what it starts.
#[derive(Clone, Debug)]
pub struct RowDef {
    pub scope: Scope,
    pub columns: Vec<(u16, i64)>,
}

#[derive(Clone, Debug)]
pub struct ValueDef {
    pub id: String,
    pub scope: Scope,
    pub ty: Ty,
    pub seen: Audience,
    pub is: X,
    pub keys: Vec<KeyOf>,
    pub shown: Option<String>,
    pub name: Words,
    pub regs: Frame,
}

/// How many registers a rule or expression needs.
#[derive(Clone, Copy, Default, Debug)]
pub struct Frame {
    pub regs: u16,
    pub lists: u16,
}

#[derive(Clone, Debug)]
pub enum EndsDef {
    AllDone,
    Done(X),
    Desk,
    Time,
    AtOnce,
    When(X),
    /// Whichever of several comes first.
    Any(Vec<EndsDef>),
}

impl EndsDef {
    /// The desk closes it, among whatever else ends it.
    #[must_use]
    pub fn by_desk(&self) -> bool {
        match self {
            EndsDef::Desk => true,
            EndsDef::Any(all) => all.iter().any(EndsDef::by_desk),
            _ => false,
        }
    }

    /// Waits for people who are done, among whatever else ends it.
    #[must_use]
    pub fn waits_for_people(&self) -> bool {
        match self {
            EndsDef::AllDone | EndsDef::Done(_) => true,
            EndsDef::Any(all) => all.iter().any(EndsDef::waits_for_people),
            _ => false,
        }
    }
}

#[derive(Clone, Debug)]
pub struct PhaseDef {
    pub id: String,
    pub ends: EndsDef,
    pub limit: Option<X>,
    /// Every seat has a clock of its own.
    pub limit_each: bool,
    /// The desk may not extend it.
    pub limit_fixed: bool,
    /// `None`: nobody acts.
    pub who: Option<X>,
    pub cover: bool,
    pub desk_opens: bool,
    pub before: Rule,
    pub after: Rule,
    pub ack: bool,
    pub talk: Talk,
    pub speakers: Option<X>,
    /// How long each may speak.
    pub speech: Option<X>,
    pub panels: Vec<u16>,
    /// Channels that are open while it runs.
    pub channels: Vec<u16>,
    pub also: Vec<(X, Words)>,
    /// Ending when nobody asked can move.
    pub stuck: Option<u16>,
    pub moves: Vec<u16>,
    pub title: Words,
    pub text: Words,
    pub note: Words,
    /// The scope of the strand in which it stands.
    pub scope: Scope,
    /// `as` loops around it, outermost first.
    pub loops: Vec<u16>,
    /// How deep in the run sheet.
    pub depth: u32,
    /// The register of a `for each` item that is a seat or team: whose turn it is.
    pub turn: Option<(u16, Base)>,
    pub has_words: bool,
    /// Its words read the same for everybody in its strand.
    pub same_for_all: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TimeoutDef {
    Pass,
    Default,
    Random,
    Desk,
    Most,
    Draft,
}

#[derive(Clone, Debug)]
pub enum InputDef {
    YesNo,
    Drawing,
    Number { decimal: bool, from: X, to: X },
    Text { max: X, lines: bool },
    Choice { least: X, most: X, of: X },
    Any { of: X, weighing: Option<(X, u16, X)> },
    Order(X),
    Tiers { sizes: Vec<u32>, of: X },
    Share { total: X, over: X },
}

#[derive(Clone, Debug)]
pub struct AskDef {
    pub id: String,
    pub var: u16,
    pub input: InputDef,
    /// Type of what is chosen among.
    pub base: Base,
    pub default: Option<X>,
    pub default_list: bool,
    pub optional: bool,
    pub private: bool,
    /// Whoever writes it says whether it stays in the record.
    pub keep_asked: bool,
    pub label: Words,
    /// Position of an earlier input that this one's set reads.
    pub given: Option<u16>,
}

#[derive(Clone, Debug)]
pub enum Agree {
    One,
    Number(X),
    Majority,
    All,
    Most,
}

impl PartialEq for Agree {
    fn eq(&self, other: &Agree) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

#[derive(Clone, Debug)]
pub enum Tie {
    None,
    Lot,
    All,
    Seat(X),
}

#[derive(Clone, Debug)]
pub enum Judge {
    Desk,
    Seat(X),
}

#[derive(Clone, Debug)]
pub struct CheckDef {
    pub id: String,
    pub cond: X,
    pub words: Words,
}

#[derive(Clone, Debug)]
pub struct MoveDef {
    pub id: String,
    pub mode: Mode,
    /// `None`: whoever the phase asks.
    pub by: Option<X>,
    pub by_desk: bool,
    pub when: Option<X>,
    pub asks: Vec<AskDef>,
    pub checks: Vec<CheckDef>,
    pub warns: Vec<CheckDef>,
    pub notes: Vec<CheckDef>,
    pub rule: Rule,
    pub extra: bool,
    /// `None`: any number of times.
    pub times: Option<X>,
    pub timeout: TimeoutDef,
    pub seen: Audience,
    pub joint: Option<Scope>,
    pub agree: Agree,
    pub tie: Tie,
    pub each: bool,
    pub accept: Option<Judge>,
    pub replies: Vec<AskDef>,
    pub if_no: Rule,
    /// `answers each x in SET`: register, set, type.
    pub answers: Option<(u16, X, Base)>,
    pub label: Words,
    pub help: Words,
    pub why: Words,
    pub rolls: bool,
    /// Top-level: the phases it belongs to; empty: always.
    pub phases: Vec<u16>,
    pub always: bool,
    /// Least time between two makings.
    pub every: Option<X>,
    /// When an answer fails, for `resolve`; register 0 is the answer.
    pub fails: Option<X>,
}

#[derive(Clone, Debug)]
pub struct TriggerDef {
    pub id: String,
    pub scope: Scope,
    pub when: X,
    pub then: Rule,
}

#[derive(Clone, Debug)]
pub struct EndingDef {
    pub id: String,
    pub scope: Scope,
    pub when: Option<X>,
    pub winners: Option<X>,
    pub winners_base: Base,
    pub title: Words,
    pub text: Words,
}

#[derive(Clone, Debug)]
pub struct InjectDef {
    pub id: String,
    pub then: Rule,
    pub title: Words,
    pub text: Words,
    pub to: Audience,
}

#[derive(Clone, Debug)]
pub struct PanelDef {
    pub id: String,
    pub kind: String,
    pub on_phone: bool,
    pub on_projector: bool,
    pub on_debrief: bool,
    pub rows: X,
    pub rows_base: Base,
    pub reg: u16,
    pub columns: Vec<ColumnDef>,
    pub least: u32,
    pub title: Words,
    pub text: Words,
}

#[derive(Clone, Debug)]
pub struct ColumnDef {
    pub id: String,
    pub place: PlaceX,
    pub label: Words,
}

#[derive(Clone, Debug)]
pub struct PageDef {
    pub id: String,
    pub moment: String,
    pub title: Words,
    pub text: Words,
    pub questions: Vec<Words>,
    pub look_at: Vec<u16>,
}

#[derive(Clone, Debug)]
pub struct TextDef {
    pub id: String,
    /// Names handed over by `show … with`: register, and whether a list.
    pub with: Vec<(String, u16, bool)>,
    pub words: Words,
    /// The distinct places of all languages, computed when the text is told.
    pub places: Vec<PlaceX>,
    /// For each language: which of `places` each of its own is.
    pub map: Vec<Vec<u16>>,
    /// Left out of the record: what is said in a channel that keeps no words.
    pub unkept: bool,
}

// ---------------------------------------------------------------- flow

#[derive(Clone, Debug)]
pub enum Step {
    Phase(u16),
    /// Begins a loop: evaluates the count or the list.
    LoopStart {
        frame: u16,
        times: Option<X>,
        list: Option<X>,
    },
    /// Next pass, or jump out.
    LoopNext {
        frame: u16,
        out: u32,
    },
    /// After a pass: leave when it holds.
    LoopUntil {
        frame: u16,
        until: Option<X>,
        back: u32,
        out: u32,
    },
    Branch {
        cond: X,
        no: u32,
    },
    Jump(u32),
    Fork {
        scope: Scope,
        body: u32,
        join: u32,
    },
    StrandEnd,
    WithinStart {
        time: X,
        out: u32,
    },
    WithinEnd,
    DeskPicks {
        choices: Vec<(u16, u32)>,
    },
    SkipStart {
        out: u32,
    },
    SkipEnd,
    End,
}

#[derive(Clone, Debug)]
pub struct LoopDef {
    /// Name under `as`; shown to people when the words have it.
    pub name: Option<String>,
    /// It goes through all its passes; with `at most` or `until` the number of them is not a promise.
    pub promised: bool,
    /// Hidden variable that counts the passes.
    pub count: u16,
    /// Hidden variable with the item, for `for each`.
    pub item: Option<u16>,
    pub item_base: Base,
    pub scope: Scope,
    /// Variables and inputs that start afresh in each pass.
    pub fresh: Vec<u16>,
    /// `as` loops around it, outermost first, itself last.
    pub around: Vec<u16>,
    pub remembers: bool,
}

// ---------------------------------------------------------------- people

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LeftoverPeople {
    Spread,
    Smaller,
    Observe,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Absent {
    Wait,
    Pass,
    Default,
    Random,
    Desk,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Late {
    Join,
    Observe,
    Refuse,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DealBy {
    Start,
    Desk,
    Rules,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MoreSeats {
    Rest,
    Repeat,
    Observe,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TeamsBy {
    Even,
    Desk,
    Rules,
}

#[derive(Clone, Debug)]
pub struct People {
    pub seats: [u32; 2],
    pub tables: [u32; 2],
    pub best: Option<u32>,
    pub together: bool,
    pub leftover: LeftoverPeople,
    pub absent: Absent,
    pub late: Late,
    pub welcome: Rule,
    pub optout_keeps: bool,
    pub ghosts_see_all: bool,
    pub teams_by: TeamsBy,
    pub team_size: Option<[u32; 2]>,
    pub deal: DealBy,
    pub more_seats: MoreSeats,
    pub fewer_by_lot: bool,
}

/// A checked, compiled scenario.
#[derive(Debug)]
pub struct Scenario {
    pub hash: String,
    pub langs: Vec<String>,
    pub title: Words,
    pub summary: Words,
    pub minutes: u32,
    pub themes: Vec<String>,
    pub reviewed: Option<String>,
    pub people: People,
    pub teams: Vec<TeamDef>,
    pub groups: Vec<GroupDef>,
    pub roles: Vec<RoleDef>,
    pub lists: Vec<ListDef>,
    pub kinds: Vec<KindDef>,
    pub zones: Vec<ZoneDef>,
    pub boards: Vec<BoardDef>,
    pub vars: Vec<VarDef>,
    pub values: Vec<ValueDef>,
    pub phases: Vec<PhaseDef>,
    pub moves: Vec<MoveDef>,
    pub triggers: Vec<TriggerDef>,
    pub endings: Vec<EndingDef>,
    pub injects: Vec<InjectDef>,
    pub panels: Vec<PanelDef>,
    pub pages: Vec<PageDef>,
    pub texts: Vec<TextDef>,
    pub timers: Vec<String>,
    pub flow: Vec<Step>,
    pub loops: Vec<LoopDef>,
    pub rows: Vec<RowDef>,
    pub frame: Frame,
    /// What a person sees is computed from that person's table alone (and from what belongs to the session).
    pub apart: bool,
    /// What triggers and endings read.
    pub watched: super::watched::Watched,
    /// For plays: what a name means in expressions is compiled again from the sources.
    pub plays: Vec<super::plays::Play>,
}

impl Scenario {
    #[must_use]
    pub fn lang(&self, code: &str) -> usize {
        self.langs.iter().position(|l| l == code).unwrap_or(0)
    }
    #[must_use]
    pub fn time(&self, x: Option<&X>) -> Option<Millis> {
        match x {
            Some(X::K(ms)) => Some(*ms),
            _ => None,
        }
    }
}
