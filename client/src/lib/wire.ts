// Generated from the Rust types by `SOFIA_WRITE_TS=1 cargo test --test all typescript`. Do not edit.

/** A line of words; names of people are put in from the seat. */
export type Line = Inline[];
export type Prose = Block[];
/** Milliseconds, on the session's clock. */
export type Millis = number;
export type Answers = { [input: string]: Answer };
/** Parts that changed; `null`: gone. */
export type Changed = Parts;

export type Account = { name: string, 
/**
 * facilitator, designer, supervisor
 */
roles: Array<string>, };

/**
 * One answer to one input, as it travels. Items, seats, tokens, spaces are the opaque numbers
 * that the view offered as options.
 */
export type Answer = boolean | number | number | string | Array<number> | Array<Array<number>>;

export type AskPart = { ask: number, label: Array<Inline>, from: SeatId, inputs: Array<[Array<Inline>, ShownValue]>, reply: Array<InputPart>, };

export type Block = { p: Array<Inline>, } | { h: Array<Inline>, } | { li: Array<Array<Inline>>, ordered: boolean, } | { q: Array<Inline>, };

export type BoardPart = { id: string, label: Array<Inline>, owner: Owner, spaces: Array<SpacePart>, 
/**
 * What the special spaces do: kind of landing, its words.
 */
lands: Array<LandPart>, 
/**
 * Pairs of `SpacePart::v`, with a label where it matters.
 */
edges: Array<[number, number, string | null]>, } & ({ "shape": "path", from: number, to: number, } | { "shape": "ring", size: number, } | { "shape": "grid", cols: number, rows: number, } | { "shape": "graph" });

/**
 * Bots for the free places of a table (counted from 0).
 */
export type Bots = { table: number, n: number, };

export type BotsAdded = { added: number, };

export type Bye = "other_device" | "shown_out" | "restart" | "protocol" | "over";

/**
 * What the catalogue says of a scenario.
 */
export type Card = { title: Array<Inline>, summary: Array<Block>, themes: Array<string>, minutes: number, seats: [number, number], tables: [number, number], best: number | null, langs: Array<string>, 
/**
 * `None`: a jurist must still review it.
 */
reviewed: string | null, phases: Array<CardPhase>, roles: Array<Array<Inline>>, to_verify: Array<[Array<Inline>, string]>, };

export type CardPart = { 
/**
 * The token.
 */
v: number, item: string, picture: Picture | null, 
/**
 * card, document, event, question, norm
 */
look: string, name: Array<Inline>, text: Array<Block>, 
/**
 * Further facts worth a line: label and value.
 */
facts: Array<[Array<Inline>, Array<Inline>]>, };

export type CardPhase = { id: string, title: Array<Inline>, note: Array<Block>, limit: number | null, };

/**
 * A cell of a sheet: row 7, column F «giusta».
 */
export type Cell = { row: number, column: string, 
/**
 * What the column is called; empty beyond the last one.
 */
name: string, };

/**
 * From a browser. `id` is made by the client (any string of at most 40 signs) and re-sent until answered; a command takes effect once.
 */
export type ClientFrame = { "t": "hello", since?: number | null, lang?: string | null, } | { "t": "seat", id: string, act: SeatAct, } | { "t": "desk", id: string, act: DeskAct, } | { "t": "ping" };

export type Code = "turn" | "closed" | "paused" | "type" | "choice" | "limit" | "check" | "condition" | "times" | "unknown" | "full" | "locked" | "sure" | "people" | "runaway" | "size";

export type DebriefPage = { id: string, 
/**
 * reactions, facts, why, learned, next
 */
moment: string, title: Array<Inline>, text: Array<Block>, questions: Array<Array<Inline>>, look_at: Array<string>, };

/**
 * What the facilitator may do. `table: None` means every table.
 */
export type DeskAct = { "do": "begin" } | { "do": "next", table: TableId | null, 
/**
 * When the newest phase that the desk was looking at had opened: one that opened since stays open, for the
 * desk and the clock may press at the same moment. Without it every running phase is closed.
 */
seen?: number | null, } | { "do": "pick", strand: number, choice: number, } | { "do": "pause" } | { "do": "resume" } | { "do": "extend", ms: number, table: TableId | null, } | { "do": "seat_to", seat: SeatId, table: TableId, } | { "do": "even_out" } | { "do": "lock", on: boolean, } | { "do": "show_out", seat: SeatId, } | { "do": "admit", seat: SeatId, table: TableId, } | { "do": "bot", seat: SeatId, on: boolean, } | { "do": "inject", inject: string, table: TableId | null, } | { "do": "move", move: string, table: TableId, inputs: { [key in string]: Answer }, } | { "do": "judge", ask: number, yes: boolean, inputs: { [key in string]: Answer }, reason: string, } | { "do": "set", name: string, table: TableId | null, 
/**
 * Where it has a value for each of several things.
 */
keys?: Array<number>, value: Answer, } | { "do": "say", text: string, table: TableId | null, } | { "do": "nudge", table: TableId, } | { "do": "helped", seat: SeatId, } | { "do": "bookmark", text: string, } | { "do": "project", show: Projected, } | { "do": "end" } | { "do": "uncover", on: boolean, };

/**
 * A move of the desk at one table; the label and the options are of that table.
 */
export type DeskMove = { 
/**
 * From 1.
 */
table: number, id: string, label: Array<Inline>, help: Array<Block>, mode: Mode, 
/**
 * Making it does not make one done.
 */
extra: boolean, 
/**
 * Who sees what is answered, once it is open; `None` where nothing is asked.
 */
seen: Seen | null, 
/**
 * May be made now; otherwise the button is grey, with `why`.
 */
open: boolean, why: Array<Inline> | null, 
/**
 * Throws dice.
 */
dice: boolean, inputs: Array<InputPart>, 
/**
 * One entry for each thing that wants an answer of its own; empty for a plain move.
 */
items: Array<ItemPart>, 
/**
 * My own sealed answer, or my version of a joint one.
 */
mine: { [key in string]: Answer } | null, 
/**
 * The sealed answer may be taken back.
 */
can_change: boolean, joint: JointPart | null, 
/**
 * Warnings of which the person must be asked "sure?" are among the checks: id → sentence.
 */
checks: Array<[string, Array<Inline>]>, };

export type DeskPart = { run: Array<RunStep>, injects: Array<InjectPart>, 
/**
 * Moves of the scenario that the desk may make, at each table.
 */
moves: Array<DeskMove>, 
/**
 * Live parameters and variables the desk may set.
 */
knobs: Array<Knob>, 
/**
 * Texts that still carry "da verificare".
 */
to_verify: Array<[Array<Inline>, string]>, };

/**
 * `code` is stable; the sentences are kept in two languages, filled with `args`.
 */
export type Diagnostic = { code: string, severity: Severity, 
/**
 * Path inside the folder.
 */
file: string, 
/**
 * From 1; 0 when the whole file is meant.
 */
line: number, 
/**
 * From 1, in signs (not bytes).
 */
column: number, 
/**
 * Byte range in the file.
 */
span: [number, number], 
/**
 * The line itself.
 */
source: string, 
/**
 * In a CSV: the cell, in a spreadsheet's words.
 */
cell: Cell | null, 
/**
 * Sentence and advice, in Italian and English.
 */
it: string, en: string, advice_it: string, advice_en: string, };

export type EndingPart = { id: string | null, title: Array<Inline>, text: Array<Block>, winners: Array<SeatId>, mine: boolean, };

export type Ends = "all_done" | "desk" | "time" | "condition";

/**
 * The first-start link `/signin#KEY` makes the first account.
 */
export type FirstStart = { key: string, name: string, password: string, };

/**
 * What an earlier input of the same move allows here: for each of its values the allowed options
 * (or, for a number, `[min, max]`).
 */
export type Given = { input: string, allow: Array<[number, Array<number>]>, };

export type InjectPart = { id: string, title: Array<Inline>, text: Array<Block>, used: number, };

/**
 * A piece of a line. Names of people are put in by the client, from the seat.
 */
export type Inline = string | { b: Array<Inline>, } | { i: Array<Inline>, } | { seat: SeatId, } | { hidden: boolean, };

export type InputPart = { id: string, label: Array<Inline>, optional: boolean, private: boolean, 
/**
 * Whoever writes may say "do not keep": `unkept` beside the answers.
 */
keep_asked?: boolean, } & ({ "type": "yes_no" } | { "type": "number", min: number, max: number, decimal: boolean, given: Given | null, } | { "type": "text", max: number, lines: boolean, } | { "type": "choice", options: Array<OptionPart>, min: number, max: number, 
/**
 * Limit on the sum of `weight`s.
 */
weigh: number | null, given: Given | null, } | { "type": "order", options: Array<OptionPart>, } | { "type": "tiers", options: Array<OptionPart>, sizes: Array<number>, } | { "type": "share", options: Array<OptionPart>, total: number, } | { "type": "drawing" });

export type Invite = { session: string, title: string, summary: string, themes: Array<string>, minutes: number, tables: number, stage: Stage, locked: boolean, full: boolean, facilitator: string, keeps_until: number, suggestions: Array<string>, };

export type ItemPart = { v: number, label: Array<Inline>, text: Array<Block>, mine: { [key in string]: Answer } | null, 
/**
 * Where what can be answered depends on the item.
 */
inputs: Array<InputPart> | null, };

export type Join = { code: string, nick: string, lang?: string, };

export type Joined = { session: string, seat: SeatId, token: string, 
/**
 * Moves the seat to another device, once; "VELA 38".
 */
personal: string, nick: string, };

export type JointPart = { 
/**
 * Everybody of the group.
 */
members: Array<SeatId>, 
/**
 * How many must hold the same version.
 */
need: number, 
/**
 * Each fills in an own part.
 */
each: boolean, 
/**
 * Where each fills in an own part: who has agreed to the whole as it stands.
 */
held: Array<SeatId>, versions: Array<VersionPart>, };

export type Knob = { name: string, label: Array<Inline>, table: number | null, 
/**
 * Where there is a value for each of several things: of which this is.
 */
keys: Array<number>, value: ShownValue, } & ({ "type": "yes_no" } | { "type": "number", min: number, max: number, decimal: boolean, given: Given | null, } | { "type": "text", max: number, lines: boolean, } | { "type": "choice", options: Array<OptionPart>, min: number, max: number, 
/**
 * Limit on the sum of `weight`s.
 */
weigh: number | null, given: Given | null, } | { "type": "order", options: Array<OptionPart>, } | { "type": "tiers", options: Array<OptionPart>, sizes: Array<number>, } | { "type": "share", options: Array<OptionPart>, total: number, } | { "type": "drawing" });

export type LandPart = { id: string, label: Array<Inline>, 
/**
 * helps, stops, back, question, goal, plain
 */
look: string, };

export type MePart = { seat: SeatId, 
/**
 * Table number as people see it, from 1.
 */
table: number, status: Status, 
/**
 * Has asked to sit this part out.
 */
sitting_out: boolean, help: boolean, bot: boolean, role: RoleCard | null, team: TeamTag | null, };

export type Mode = "sealed" | "final" | "at_once" | "consent";

export type MovePart = { id: string, label: Array<Inline>, help: Array<Block>, mode: Mode, 
/**
 * Making it does not make one done.
 */
extra: boolean, 
/**
 * Who sees what is answered, once it is open; `None` where nothing is asked.
 */
seen: Seen | null, 
/**
 * May be made now; otherwise the button is grey, with `why`.
 */
open: boolean, why: Array<Inline> | null, 
/**
 * Throws dice.
 */
dice: boolean, inputs: Array<InputPart>, 
/**
 * One entry for each thing that wants an answer of its own; empty for a plain move.
 */
items: Array<ItemPart>, 
/**
 * My own sealed answer, or my version of a joint one.
 */
mine: { [key in string]: Answer } | null, 
/**
 * The sealed answer may be taken back.
 */
can_change: boolean, joint: JointPart | null, 
/**
 * Warnings of which the person must be asked "sure?" are among the checks: id → sentence.
 */
checks: Array<[string, Array<Inline>]>, };

export type NewSession = { scenario: string, tables: number, lang?: string, 
/**
 * Parameters of the scenario.
 */
set?: { [key in string]: Answer }, 
/**
 * To try a session alone: every seat of one table is driven from one screen.
 */
alone?: boolean, 
/**
 * How many seats when alone; the scenario's smallest number without it.
 */
seats?: number, };

export type News = { n: number, 
/**
 * Table number, from 1.
 */
table: number, at: number, seat: SeatId | null, team: number | null, } & ({ "kind": "rolled", dice: Array<number>, } | { "kind": "walked", pawn: Array<Inline>, token: number, 
/**
 * Place of the board among the boards of this viewer.
 */
board: number, spaces: Array<number>, } | { "kind": "phase", title: Array<Inline>, } | { "kind": "desk", act: string, });

/**
 * Refusals of the engine and of the server, one closed list.
 */
export type No = Code | ServerNo;

/**
 * One scenario folder, playable or not.
 */
export type Offered = { slug: string, ok: boolean, card?: Card, errors: number, diagnostics: Array<Diagnostic>, };

export type Opened = { id: string, code: string, seats?: Array<OwnSeat>, };

export type OptionKind = "item" | "seat" | "team" | "table" | "role" | "token" | "space" | "place" | "number";

export type OptionPart = { 
/**
 * Opaque; sent back as the answer.
 */
v: number, kind: OptionKind, label: Array<Inline>, text: Array<Block>, 
/**
 * Face of a card, when it is one that the viewer sees.
 */
look: string | null, picture: Picture | null, 
/**
 * `BoardPart::id`, when it is a space.
 */
board: string | null, weight: number | null, };

export type OwnSeat = { seat: SeatId, token: string, };

/**
 * Whose something is.
 */
export type Owner = { "of": "session" } | { "of": "table", n: number, } | { "of": "team", n: number, } | { "of": "group", n: number, } | { "of": "seat", seat: SeatId, } | { "of": "token", token: number, };

export type PanelPart = { id: string, title: Array<Inline>, text: Array<Block>, 
/**
 * number, list, table, bars, line, track, tiers, compare, quotes, map
 */
kind: string, columns: Array<Array<Inline>>, rows: Array<PanelRow>, 
/**
 * Where the rows lie, when they are spaces: of their board only these.
 */
board: BoardPart | null, 
/**
 * Too few answers to show without telling who.
 */
withheld: boolean, 
/**
 * The hall's screen may show it.
 */
hall: boolean, };

export type PanelRow = { label: Array<Inline>, seat: SeatId | null, 
/**
 * `SpacePart::v`, when the row is a space.
 */
space: number | null, cells: Array<ShownValue>, };

/**
 * The parts of a view, by the name under which they travel. A viewer has only some of them.
 */
export type Parts = { 
/**
 * Everybody.
 */
session?: SessionPart | null, 
/**
 * A seat.
 */
me?: MePart | null, 
/**
 * Everybody: a seat sees its own table; desk and projector all.
 */
people?: Array<SeatPart> | null, 
/**
 * Everybody, as of the people.
 */
progress?: ProgressPart | null, 
/**
 * A seat: its phase. The projector: the phase of the first table.
 */
phase?: PhasePart | null, 
/**
 * A seat: what it can do now.
 */
moves?: Array<MovePart> | null, 
/**
 * A seat: proposals that wait for its yes or no. The desk: those that wait for the desk.
 */
asks?: Array<AskPart> | null, 
/**
 * Variables, values and indicators this viewer sees.
 */
sheet?: Array<Shown> | null, zones?: Array<ZonePart> | null, 
/**
 * The geometry; changes never, or rarely.
 */
boards?: Array<BoardPart> | null, 
/**
 * What stands on the boards.
 */
pawns?: Array<PawnPart> | null, 
/**
 * Messages told to this viewer, oldest first.
 */
told?: Array<Told> | null, 
/**
 * Short public news of the table, newest last ("15 → 18 → 21").
 */
news?: Array<News> | null, panels?: Array<PanelPart> | null, ending?: EndingPart | null, 
/**
 * Desk and projector: one for each table.
 */
tables?: Array<TablePart> | null, 
/**
 * Desk: the run sheet and what can be pressed.
 */
desk?: DeskPart | null, 
/**
 * Once the session has ended: questions for the talk.
 */
debrief?: Array<DebriefPage> | null, };

export type Pass = { name: Array<Inline>, n: number, of: number | null, };

export type PawnPart = { 
/**
 * Place of its board among the boards of this viewer.
 */
board: number, token: number, space: number, owner: Owner, 
/**
 * Number of its colour and shape: that of its team, group or seat, otherwise that of its kind.
 */
look: number, 
/**
 * Spaces it covers, where it covers several.
 */
cells?: Array<number>, label: Array<Inline>, mine: boolean, };

export type PhasePart = { id: string, title: Array<Inline>, text: Array<Block>, 
/**
 * Extra texts for those concerned.
 */
also: Array<Array<Block>>, ends: Ends, opened_at: number, 
/**
 * Session clock at which time is up.
 */
deadline: number | null, 
/**
 * The whole time given, for the ring.
 */
limit: number | null, 
/**
 * I am asked, and have not finished.
 */
asked: boolean, done: boolean, 
/**
 * "Ho visto" is expected of me.
 */
ack: boolean, 
/**
 * Closed to answers, waiting for the desk to open them.
 */
frozen: boolean, waiting: Waiting | null, talk: Talk, 
/**
 * Whose word it is, where people speak in turn.
 */
speaker: SeatId | null, 
/**
 * Who asks for it, in order.
 */
hands?: Array<SeatId>, 
/**
 * Loops around: "giro 5 di 12".
 */
passes: Array<Pass>, 
/**
 * Position in the run sheet, from 1, and how many there are.
 */
step: [number, number], 
/**
 * The team or group whose turn it is, when the phase is that of a team.
 */
turn: TeamTag | null, };

/**
 * A picture of the scenario. Its address is the digest of what it shows: only who has been told it can ask for it.
 */
export type Picture = { src: string, 
/**
 * The same in words; empty where the picture adds nothing to them.
 */
alt: Array<Inline>, };

export type Problem = { error: Wrong, };

/**
 * Who has something to do now, and who has done it, among the seats this viewer sees. It changes with every answer,
 * so it travels apart from the people. Where a phase is covered, a seat knows only of itself.
 */
export type ProgressPart = { asked: Array<SeatId>, done: Array<SeatId>, };

export type Projected = { "what": "play" } | { "what": "code" } | { "what": "panel", panel: string, } | { "what": "question", page: number, question: number, };

export type Rename = { seat: SeatId, nick: string, };

export type Return = { code: string, 
/**
 * "VELA 38"
 */
personal: string, };

export type RoleCard = { id: string, name: Array<Inline>, 
/**
 * What everybody at the table may read.
 */
public: Array<Block>, 
/**
 * Only for who holds it; empty for others.
 */
brief: Array<Block>, };

export type RunStep = { phase: string, title: Array<Inline>, 
/**
 * What to say and do; the words' `note`.
 */
note: Array<Block>, depth: number, 
/**
 * How many tables are in it, and how many have been through it.
 */
here: number, past: number, limit: number | null, };

/**
 * What a person in a seat may do.
 */
export type SeatAct = { "do": "move", move: string, item?: number, inputs: { [key in string]: Answer }, } | { "do": "back", move: string, item?: number, of: SeatId, } | { "do": "ack" } | { "do": "reopen", move: string, item?: number, } | { "do": "judge", ask: number, yes: boolean, inputs: { [key in string]: Answer }, reason: string, } | { "do": "spoken" } | { "do": "hand", up: boolean, } | { "do": "help", on: boolean, } | { "do": "sit_out", on: boolean, } | { "do": "leave" };

/**
 * A person's place in the game, in order of arrival in the session.
 */
export type SeatId = number;

export type SeatPart = { seat: SeatId, table: number, status: Status, here: boolean, bot: boolean, help: boolean, 
/**
 * Team number at the table.
 */
team: number | null, 
/**
 * The name of the role, if this viewer may know it.
 */
role: Array<Inline> | null, };

/**
 * From narrow to wide. `only`: not even the desk; `group`: some, who hold a role or are a group.
 */
export type Seen = "only" | "owner" | "desk" | "group" | "team" | "table" | "all";

/**
 * To a browser. (Written by hand into bytes where parts are shared between viewers; this type is the contract.)
 */
export type ServerFrame = { "t": "view", n: number, at: number, parts: Parts, names: { [key in string]: string }, } | { "t": "diff", n: number, after: number, at: number, parts: Changed, } | { "t": "names", names: { [key in string]: string | null }, } | { "t": "now", n: number, at: number, } | { "t": "ok", id: string, n: number, } | { "t": "no", id: string, code: No, what?: string, } | { "t": "health", saved: boolean, desk: boolean, } | { "t": "nudge" } | { "t": "pong" } | { "t": "bye", why: Bye, };

export type ServerNo = "malformed" | "busy" | "rights" | "not_saved";

/**
 * What the desk needs to know of its session beside the frames.
 */
export type SessionFacts = { lang: string, 
/**
 * Where people reach this server from the local network: "http://192.168.1.20:8080".
 */
address: string, join_url: string | null, 
/**
 * Path of the projector's link, with its key: "/screen/ID#KEY".
 */
screen: string, 
/**
 * When the names are deleted; wall clock.
 */
keeps_until: number, 
/**
 * Nickname by seat.
 */
names: { [key in string]: string }, id: string, scenario: string, title: string, 
/**
 * Wall clock, milliseconds since 1970.
 */
opened_at: number, stage: Stage, tables: number, people: number, 
/**
 * `None` once the session is over.
 */
code: string | null, 
/**
 * The record is damaged: it can be read, not continued.
 */
damaged: boolean, 
/**
 * Of the account that asks; others' sessions can only be read.
 */
own: boolean, };

export type SessionPart = { scenario: string, title: Array<Inline>, summary: Array<Block>, themes: Array<string>, minutes: number, stage: Stage, 
/**
 * Session clock at which the pause began; while paused the clock stands there.
 */
paused: number | null, locked: boolean, 
/**
 * Smallest and largest number of seats at a table.
 */
seats: [number, number], tables: number, 
/**
 * Names of the teams, by their number at a table.
 */
teams: Array<Array<Inline>>, 
/**
 * People play roles, and step out of them at the end.
 */
roles: boolean, 
/**
 * `None`: a jurist must still review it.
 */
reviewed: string | null, 
/**
 * What the projector shows.
 */
projected: Projected, 
/**
 * The debrief key has been turned.
 */
uncovered: boolean, begun_at: number | null, };

export type SessionRow = { id: string, scenario: string, title: string, 
/**
 * Wall clock, milliseconds since 1970.
 */
opened_at: number, stage: Stage, tables: number, people: number, 
/**
 * `None` once the session is over.
 */
code: string | null, 
/**
 * The record is damaged: it can be read, not continued.
 */
damaged: boolean, 
/**
 * Of the account that asks; others' sessions can only be read.
 */
own: boolean, };

export type Severity = "error" | "warning";

export type Shown = { id: string, label: Array<Inline>, 
/**
 * number, gauge, list, dice, sign, text
 */
how: string, owner: Owner, 
/**
 * For a variable with one value for each of several things.
 */
key: Array<Inline> | null, value: ShownValue, range: [number, number] | null, mark: Array<Block> | null, 
/**
 * Not everybody at the table sees it.
 */
secret: boolean, };

export type ShownValue = number | boolean | Array<Inline> | Array<ShownValue> | null;

export type SignIn = { name: string, password: string, };

export type SpacePart = { v: number, 
/**
 * As people call it: "Il municipio", else as the file names it: "5", "e", "3,4".
 */
id: string, n: number, col: number, row: number, land: number | null, };

export type Stage = "lobby" | "play" | "ended";

export type Status = "playing" | "resting" | "ghost" | "out" | "observer" | "left";

export type StrandPart = { strand: number, phase: string | null, title: Array<Inline>, opened_at: number, deadline: number | null, asked: number, done: number, 
/**
 * There is nothing to choose: people say that they have read.
 */
reading: boolean, frozen: boolean, 
/**
 * Waits for the desk to press next.
 */
waits_desk: boolean, 
/**
 * `desk picks one of` / `desk may skip`: what can be picked.
 */
picks: Array<Array<Inline>>, passes: Array<Pass>, };

/**
 * A table; people see its number, which is one more.
 */
export type TableId = number;

export type TablePart = { 
/**
 * From 1.
 */
n: number, strands: Array<StrandPart>, sheet: Array<Shown>, ended: Array<Inline> | null, asked: number, done: number, help: boolean, };

export type Talk = "free" | "silent" | "queue" | "in_turn" | "desk";

/**
 * A team, or any owner that has a colour and a letter on the screen. `n` counts from 0 at the table.
 */
export type TeamTag = { n: number, name: Array<Inline>, brief: Array<Block>, };

export type Ticket = { ticket: string, 
/**
 * The seat's next token; keep it instead of the old one.
 */
token?: string, };

/**
 * One of three: a seat's `token`; an account's `session` and `as`; the projector's `screen` key and `session`.
 */
export type TicketAsk = { token?: string, session?: string, as?: WatchAs, screen?: string, };

export type Told = { n: number, text: Array<Block>, at: number, 
/**
 * To me (or to few), not to the whole table.
 */
secret: boolean, from_desk: boolean, };

export type Verified = { ok: boolean, commits: number, 
/**
 * "7F3A 91C2 E04B 5D88"
 */
fingerprint: string, 
/**
 * The first commit that is not as it was written.
 */
broken_at?: number, };

export type VersionPart = { inputs: { [key in string]: Answer }, by: Array<SeatId>, };

export type Waiting = { missing: number, 
/**
 * 0 where that is hidden.
 */
asked: number, 
/**
 * Who is still missing; `None` where that is hidden.
 */
seats: Array<SeatId> | null, 
/**
 * All who are asked here, the missing and the done; empty where that is hidden.
 */
with: Array<SeatId>, };

export type WatchAs = "desk" | "screen";

/**
 * Why a request was not served: a closed list; the sentences live in the client.
 */
export type Wrong = "code" | "locked" | "full" | "refused" | "ended" | "nick" | "account" | "rights" | "busy" | "malformed" | "origin" | "absent" | "scenario" | "not_saved" | "damaged" | "server";

export type ZonePart = { id: string, label: Array<Inline>, 
/**
 * stack, hand, row, pool, slot, source
 */
kind: string, owner: Owner, count: number, 
/**
 * Faces that this viewer sees, in order; covered ones are in `count` only.
 */
cards: Array<CardPart>, secret: boolean, };
