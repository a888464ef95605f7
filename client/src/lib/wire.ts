// The types that travel, with the names they have in the server. Written by hand until the server's
// generated files replace it; nothing but types here.

export type SeatId = number;
export type TableId = number;
export type Millis = number;

// ---------------------------------------------------------------- words
export type Inline = string | { b: Line } | { i: Line } | { seat: SeatId } | { hidden: boolean };
export type Line = Inline[];
export type Block = { p: Line } | { h: Line } | { li: Line[]; ordered: boolean } | { q: Line };
export type Prose = Block[];

// ---------------------------------------------------------------- parts
export type Parts = {
	session?: SessionPart | null;
	me?: MePart | null;
	people?: SeatPart[] | null;
	phase?: PhasePart | null;
	moves?: MovePart[] | null;
	asks?: AskPart[] | null;
	sheet?: Shown[] | null;
	zones?: ZonePart[] | null;
	boards?: BoardPart[] | null;
	pawns?: PawnPart[] | null;
	told?: Told[] | null;
	news?: News[] | null;
	panels?: PanelPart[] | null;
	ending?: EndingPart | null;
	tables?: TablePart[] | null;
	desk?: DeskPart | null;
	debrief?: DebriefPage[] | null;
};

export type Stage = "lobby" | "play" | "ended";

export type SessionPart = {
	scenario: string;
	title: Line;
	summary: Prose;
	themes: string[];
	minutes: number;
	stage: Stage;
	paused: Millis | null;
	locked: boolean;
	seats: [number, number];
	tables: number;
	reviewed: string | null;
	projected: Projected;
	uncovered: boolean;
	begun_at: Millis | null;
};

export type Status = "playing" | "resting" | "ghost" | "out" | "observer" | "left";

export type MePart = {
	seat: SeatId;
	table: number;
	status: Status;
	sitting_out: boolean;
	help: boolean;
	bot: boolean;
	role: RoleCard | null;
	team: TeamTag | null;
};

export type RoleCard = { id: string; name: Line; public: Prose; brief: Prose };
export type TeamTag = { n: number; name: Line; brief: Prose };

export type SeatPart = {
	seat: SeatId;
	table: number;
	status: Status;
	here: boolean;
	bot: boolean;
	help: boolean;
	team: number | null;
	role: Line | null;
	asked: boolean | null;
	done: boolean | null;
};

export type Ends = "all_done" | "desk" | "time" | "condition";
export type Talk = "free" | "silent" | "queue" | "in_turn" | "desk";

export type PhasePart = {
	id: string;
	title: Line;
	text: Prose;
	also: Prose[];
	ends: Ends;
	opened_at: Millis;
	deadline: Millis | null;
	limit: Millis | null;
	asked: boolean;
	done: boolean;
	ack: boolean;
	frozen: boolean;
	waiting: Waiting | null;
	talk: Talk;
	speaker: SeatId | null;
	passes: Pass[];
	step: [number, number];
	turn: TeamTag | null;
};

export type Pass = { name: string; n: number; of: number | null };
export type Waiting = { missing: number; asked: number; seats: SeatId[] | null };
export type Mode = "sealed" | "final" | "at_once" | "consent";

export type MovePart = {
	id: string;
	label: Line;
	help: Prose;
	mode: Mode;
	extra: boolean;
	open: boolean;
	why: Line | null;
	dice: boolean;
	inputs: InputPart[];
	items: ItemPart[];
	mine: Answers | null;
	can_change: boolean;
	joint: JointPart | null;
	checks: [string, Line][];
};

export type ItemPart = { v: number; label: Line; text: Prose; mine: Answers | null };
export type JointPart = { members: SeatId[]; need: number; each: boolean; versions: VersionPart[] };
export type VersionPart = { inputs: Answers; by: SeatId[] };

export type InputPart = { id: string; label: Line; optional: boolean; private: boolean } & InputKind;

export type InputKind =
	| { type: "yes_no" }
	| { type: "number"; min: number; max: number; decimal: boolean; given: Given | null }
	| { type: "text"; max: number; lines: boolean }
	| { type: "choice"; options: OptionPart[]; min: number; max: number; weigh: number | null; given: Given | null }
	| { type: "order"; options: OptionPart[] }
	| { type: "tiers"; options: OptionPart[]; sizes: number[] }
	| { type: "share"; options: OptionPart[]; total: number }
	| { type: "drawing" };

export type Given = { input: string; allow: [number, number[]][] };
export type OptionKind = "item" | "seat" | "team" | "table" | "role" | "token" | "space" | "place" | "number";

export type OptionPart = {
	v: number;
	kind: OptionKind;
	label: Line;
	text: Prose;
	look: string | null;
	weight: number | null;
};

export type AskPart = { ask: number; label: Line; from: SeatId; inputs: [Line, ShownValue][]; reply: InputPart[] };

export type Owner =
	| { of: "session" }
	| { of: "table"; n: number }
	| { of: "team"; n: number }
	| { of: "group"; n: number }
	| { of: "seat"; seat: SeatId }
	| { of: "token"; token: number };

/** A number, yes or no, a line, a list of these, or nothing. A line and a list are both arrays: see `isLine`. */
export type ShownValue = number | boolean | Line | ShownValue[] | null;

export type Shown = {
	id: string;
	label: Line;
	how: string;
	owner: Owner;
	key: Line | null;
	value: ShownValue;
	range: [number, number] | null;
	mark: Prose | null;
	secret: boolean;
};

export type ZonePart = {
	id: string;
	label: Line;
	kind: string;
	owner: Owner;
	count: number;
	cards: CardPart[];
	secret: boolean;
};

export type CardPart = { v: number; item: string; look: string; name: Line; text: Prose; facts: [Line, Line][] };

export type BoardPart = {
	id: string;
	label: Line;
	owner: Owner;
	spaces: SpacePart[];
	lands: LandPart[];
	edges: [number, number, string | null][];
} & Shape;

export type Shape =
	| { shape: "path"; from: number; to: number }
	| { shape: "ring"; size: number }
	| { shape: "grid"; cols: number; rows: number }
	| { shape: "graph" };

export type SpacePart = { v: number; id: string; n: number; col: number; row: number; land: number | null };
export type LandPart = { id: string; label: Line; look: string };
export type PawnPart = { board: number; token: number; space: number; owner: Owner; label: Line; mine: boolean };
export type Told = { n: number; text: Prose; at: Millis; secret: boolean; from_desk: boolean };

export type News = { n: number; at: Millis; seat: SeatId | null; team: number | null } & NewsKind;
export type NewsKind =
	| { kind: "rolled"; dice: number[] }
	| { kind: "walked"; pawn: Line; token: number; board: number; spaces: number[] }
	| { kind: "phase"; title: Line }
	| { kind: "desk"; act: string };

export type PanelPart = {
	id: string;
	title: Line;
	text: Prose;
	kind: string;
	columns: Line[];
	rows: PanelRow[];
	withheld: boolean;
};
export type PanelRow = { label: Line; seat: SeatId | null; cells: ShownValue[] };

export type EndingPart = { id: string | null; title: Line; text: Prose; winners: SeatId[]; mine: boolean };

export type TablePart = {
	n: number;
	strands: StrandPart[];
	sheet: Shown[];
	ended: Line | null;
	asked: number;
	done: number;
	help: boolean;
};

export type StrandPart = {
	strand: number;
	phase: string | null;
	title: Line;
	opened_at: Millis;
	deadline: Millis | null;
	asked: number;
	done: number;
	frozen: boolean;
	waits_desk: boolean;
	picks: Line[];
	passes: Pass[];
};

export type DeskPart = {
	run: RunStep[];
	injects: InjectPart[];
	moves: MovePart[];
	knobs: Knob[];
	to_verify: [Line, string][];
};

export type RunStep = {
	phase: string;
	title: Line;
	note: Prose;
	depth: number;
	here: number;
	past: number;
	limit: Millis | null;
};
export type InjectPart = { id: string; title: Line; text: Prose; used: number };
export type Knob = { name: string; label: Line; table: number | null; value: ShownValue } & InputKind;
export type DebriefPage = {
	id: string;
	moment: string;
	title: Line;
	text: Prose;
	questions: Line[];
	look_at: string[];
};

// ---------------------------------------------------------------- commands
export type Answer = boolean | number | string | number[] | number[][];
export type Answers = { [input: string]: Answer };

export type SeatAct =
	| { do: "move"; move: string; item?: number; inputs: Answers }
	| { do: "back"; move: string; item?: number; of: SeatId }
	| { do: "ack" }
	| { do: "reopen"; move: string; item?: number }
	| { do: "judge"; ask: number; yes: boolean; inputs: Answers; reason: string }
	| { do: "spoken" }
	| { do: "help"; on: boolean }
	| { do: "sit_out"; on: boolean }
	| { do: "leave" };

export type DeskAct =
	| { do: "begin" }
	| { do: "next"; table?: TableId | null }
	| { do: "pick"; strand: number; choice: number }
	| { do: "pause" }
	| { do: "resume" }
	| { do: "extend"; ms: Millis; table?: TableId | null }
	| { do: "seat_to"; seat: SeatId; table: TableId }
	| { do: "even_out" }
	| { do: "lock"; on: boolean }
	| { do: "show_out"; seat: SeatId }
	| { do: "admit"; seat: SeatId; table: TableId }
	| { do: "bot"; seat: SeatId; on: boolean }
	| { do: "inject"; inject: string; table?: TableId | null }
	| { do: "move"; move: string; table: TableId; inputs: Answers }
	| { do: "judge"; ask: number; yes: boolean; inputs: Answers; reason: string }
	| { do: "set"; name: string; table?: TableId | null; value: Answer }
	| { do: "say"; text: string; table?: TableId | null }
	| { do: "nudge"; table: TableId }
	| { do: "helped"; seat: SeatId }
	| { do: "bookmark"; text: string }
	| { do: "project"; show: Projected }
	| { do: "end" }
	| { do: "uncover"; on: boolean };

export type Projected = { what: "play" } | { what: "code" } | { what: "question"; page: number; question: number };

export type Code =
	| "turn"
	| "closed"
	| "paused"
	| "type"
	| "choice"
	| "limit"
	| "check"
	| "condition"
	| "times"
	| "unknown"
	| "full"
	| "locked"
	| "sure"
	| "people"
	| "runaway"
	| "size";
export type ServerNo = "malformed" | "busy" | "rights" | "not_saved";
export type No = Code | ServerNo;
export type Bye = "other_device" | "shown_out" | "restart" | "protocol" | "over";

// ---------------------------------------------------------------- frames
export type ClientFrame =
	| { t: "hello"; since?: number; lang?: string }
	| { t: "seat"; id: string; act: SeatAct }
	| { t: "desk"; id: string; act: DeskAct }
	| { t: "ping" };

export type ServerFrame =
	| { t: "view"; n: number; at: Millis; parts: Parts; names: { [seat: string]: string } }
	| { t: "diff"; n: number; after: number; at: Millis; parts: Parts }
	| { t: "names"; names: { [seat: string]: string | null } }
	| { t: "now"; n: number; at: Millis }
	| { t: "ok"; id: string; n: number }
	| { t: "no"; id: string; code: No; what?: string }
	| { t: "health"; saved: boolean; desk: boolean }
	| { t: "nudge" }
	| { t: "pong" }
	| { t: "bye"; why: Bye };
