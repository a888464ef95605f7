//! The tree of a rule, as written: names unresolved, types unknown.

use crate::scenario::tree::Span;

#[derive(Clone, Debug)]
pub struct Ex {
    pub span: Span,
    pub kind: Box<Kind>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bin {
    Or,
    And,
    Add,
    Sub,
    Mul,
    Div,
    IntDiv,
    Mod,
    Lt,
    Le,
    Gt,
    Ge,
}

#[derive(Clone, Debug)]
pub enum Kind {
    Number(i64),
    /// Scaled by 10 000.
    Decimal(i64),
    /// Milliseconds.
    Duration(i64),
    Yes,
    No,
    None,
    Name(String),
    /// `all carta`.
    All(String),
    Call(String, Vec<Arg>),
    List(Vec<Ex>),
    Index(Ex, Vec<Ex>),
    /// `a of b`.
    Of(Ex, Ex),
    TokensOn(Ex),
    Neg(Ex),
    Not(Ex),
    Binary(Bin, Ex, Ex),
    Is {
        a: Ex,
        b: Ex,
        not: bool,
    },
    In {
        a: Ex,
        b: Ex,
        not: bool,
    },
    Has {
        a: Ex,
        b: Ex,
        not: bool,
    },
    Empty {
        a: Ex,
        not: bool,
    },
    Otherwise(Ex, Ex),
    /// `t is over`: a named timer has run out.
    Over(String),
    If(Ex, Ex, Ex),
    Range(Ex, Ex),
    /// `each s in SET`: gives the item a name for the clauses around.
    Each(String, Ex),
    Where(Ex, Ex),
    Sorted(Ex, Vec<Key>),
    From(Ex, Ex),
    Except(Ex, Ex),
}

#[derive(Clone, Debug)]
pub struct Key {
    pub by: Ex,
    pub down: bool,
}

/// `set`, `X for SET`, `SET by key`.
#[derive(Clone, Debug)]
pub struct Arg {
    pub value: Ex,
    pub over: Option<(Option<String>, Ex)>,
    pub by: Vec<Key>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Assign {
    Set,
    Add,
    Sub,
}

#[derive(Clone, Debug)]
pub struct Stmt {
    pub span: Span,
    pub kind: StmtKind,
}

#[derive(Clone, Debug)]
pub enum StmtKind {
    Let(String, Ex),
    Assign(Ex, Assign, Ex),
    /// Conditions with their blocks, in order; then the `else` block.
    If(Vec<(Ex, Vec<Stmt>)>, Vec<Stmt>),
    ForEach(String, Ex, Vec<Stmt>),
    Repeat {
        times: Ex,
        until: Option<Ex>,
        body: Vec<Stmt>,
    },
    Verb(Verb),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AtEnd {
    Bounce,
    Stop,
    Wrap,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Leftover {
    Join,
    Small,
    Rest,
    Observe,
}

#[derive(Clone, Debug)]
pub enum GroupBy {
    Lot,
    Order,
    Same(Ex),
    Mixed(Ex),
    Rank(Ex),
}

/// Whom something is told or shown: audience words, or an expression (a seat, seats, a team, a group).
#[derive(Clone, Debug)]
pub enum To {
    Audience(Vec<Who>),
    People(Ex),
}

#[derive(Clone, PartialEq, Debug)]
pub enum Who {
    Nobody,
    Desk,
    OnlyOwner,
    Owner,
    Role(Option<String>),
    Team(Option<String>),
    Group(String),
    Table,
    All,
}

#[derive(Clone, Debug)]
pub enum Verb {
    Move { what: Ex, to: Ex, bottom: bool },
    Advance { what: Ex, by: Ex, end: AtEnd },
    Swap(Ex, Ex),
    Deal { n: Ex, from: Ex, zone: String, to: Option<Ex> },
    Draw { n: Ex, from: Ex, to: Ex },
    Shuffle(Ex),
    Make { n: Ex, item: Ex, zone: Ex },
    Remove(Ex),
    Gather { input: String, into: Ex, unsigned: bool },
    Sign(Ex),
    Roll { n: Ex, faces: Option<Ex>, into: Ex },
    Pick { n: Ex, of: Ex, weighing: Option<Ex>, into: Ex },
    Rank { of: Ex, keys: Vec<Key>, lot: bool, into: Ex },
    Rotate { roles: Vec<(String, Span)>, among: Ex, lot: bool },
    Group { of: Ex, kind: String, size: Option<Ex>, by: GroupBy, fresh: bool, leftover: Leftover },
    Form { kind: String, with: Vec<Ex>, into: Option<Ex> },
    Dissolve(Ex),
    Merge { from: String, into: String, n: Ex, leftover: Leftover },
    Split { of: Ex, teams: Vec<(String, Span)>, key: Key },
    Send { seat: Ex, table: Ex },
    Reveal { what: Ex, to: To },
    Conceal(Ex),
    Show { what: Ex, with: Vec<(String, Ex)>, to: To },
    Note { text: Ex, with: Vec<(String, Ex)> },
    OpenChannel(String),
    CloseChannel(String),
    GiveFloor(Ex, Option<Ex>),
    TakeFloor,
    StartTimer(String, Ex),
    StopTimer(String),
    Extend(Ex),
    ClosePhase,
    GoTo(String, Span),
    Again,
    LeaveLoop,
    Finish { ending: String, span: Span, people: Option<Ex> },
    Resolve(String, Span),
}

/// A line of the flow.
#[derive(Clone, Debug)]
pub struct Flow {
    pub span: Span,
    pub kind: FlowKind,
}

#[derive(Clone, Debug)]
pub enum FlowKind {
    Phase(String),
    /// `most`: with «at most», fewer passes are meant to be possible.
    Repeat {
        most: bool,
        times: Ex,
        name: Option<String>,
        until: Option<Ex>,
        body: Vec<Flow>,
    },
    ForEach {
        item: String,
        of: Ex,
        name: Option<String>,
        body: Vec<Flow>,
    },
    Each {
        what: String,
        body: Vec<Flow>,
    },
    Within {
        time: Ex,
        body: Vec<Flow>,
    },
    If(Vec<(Ex, Vec<Flow>)>, Vec<Flow>),
    DeskPicks(Vec<(String, Span)>),
    DeskMaySkip(Vec<Flow>),
}

/// A phrase: how an input is asked.
#[derive(Clone, Debug)]
pub enum Input {
    YesNo,
    Drawing,
    Number { decimal: bool, from: Ex, to: Ex },
    Text { max: Ex, lines: bool },
    Choice { least: Ex, most: Option<Ex>, of: Ex },
    Any { of: Ex, weighing: Option<(Ex, Ex)> },
    Order(Ex),
    Tiers { sizes: Vec<i64>, of: Ex },
    Share { total: Ex, over: Ex },
}
