// What the desk works out from the parts: tables, seats, who is awaited, how late it is. Pure.
import type {
	DeskAct,
	DeskMove,
	DeskPart,
	Line,
	Millis,
	PanelPart,
	Parts,
	RunStep,
	SeatPart,
	SessionPart,
	Shown,
	StrandPart,
	TablePart,
} from "$lib/wire";
import { lineText, type Names, untold } from "$lib/words";

/** A seat, and whether it has something to do now. */
export type SeatView = SeatPart & { asked: boolean; done: boolean };

export type TableView = {
	/** From 1, as people see it. */
	n: number;
	part: TablePart | null;
	/** The strand that waits for something, or the first. */
	strand: StrandPart | null;
	seats: SeatView[];
	free: number;
	asked: number;
	done: number;
	missing: SeatView[];
	missingCount: number;
	absent: SeatView[];
	helping: SeatView[];
	help: boolean;
	/** There is nothing to choose, only to read. */
	reading: boolean;
	frozen: boolean;
	waitsDesk: boolean;
	ready: boolean;
	ended: Line | null;
	gauges: Shown[];
	/** What the scenario lets the desk do here now. */
	moves: DeskMove[];
};

export const seated = (seat: SeatPart): boolean => seat.status !== "left" && seat.status !== "observer";
export const away = (seat: SeatPart): boolean => !seat.here && !seat.bot;

export function tables(parts: Parts): TableView[] {
	const session = parts.session;
	if (!session) return [];
	const people = withProgress(parts);
	const out: TableView[] = [];
	for (let n = 1; n <= session.tables; n++) out.push(tableView(n, session, people, parts));
	return out;
}

export function withProgress(parts: Parts): SeatView[] {
	const asked = new Set(parts.progress?.asked ?? []);
	const done = new Set(parts.progress?.done ?? []);
	return (parts.people ?? []).map((p) => ({ ...p, asked: asked.has(p.seat), done: done.has(p.seat) }));
}

function tableView(n: number, session: SessionPart, people: SeatView[], parts: Parts): TableView {
	const part = (parts.tables ?? []).find((t) => t.n === n) ?? null;
	// Those of a team stand together, so that the split can be seen at a glance.
	const seats = people.filter((p) => p.table === n && seated(p)).sort((a, b) => (a.team ?? -1) - (b.team ?? -1));
	const strands = part?.strands ?? [];
	const strand = strands.find((s) => s.asked > s.done || s.frozen || s.waits_desk) ?? strands[0] ?? null;
	const asked = part?.asked ?? 0;
	const done = part?.done ?? 0;
	const missing = seats.filter((s) => s.asked && !s.done);
	const missingCount = Math.max(missing.length, asked - done);
	const frozen = strands.some((s) => s.frozen);
	const waitsDesk = strands.some((s) => s.waits_desk);
	return {
		n,
		part,
		strand,
		seats,
		free: Math.max(0, session.seats[1] - seats.length),
		asked,
		done,
		missing,
		missingCount,
		absent: seats.filter(away),
		helping: seats.filter((s) => s.help),
		help: (part?.help ?? false) || seats.some((s) => s.help),
		reading: strands.length > 0 && strands.every((s) => s.reading),
		frozen,
		waitsDesk,
		ready: !part?.ended && missingCount === 0 && (asked > 0 || waitsDesk || frozen),
		ended: part?.ended ?? null,
		gauges: (part?.sheet ?? []).filter(isGauge).slice(0, 3),
		moves: (parts.desk?.moves ?? []).filter((m) => m.table === n),
	};
}

const isGauge = (s: Shown): boolean =>
	typeof s.value === "number" && s.key === null && (s.how === "gauge" || s.range !== null) && s.owner.of !== "seat";

/** A title as far as it is known here; one that is known at the table alone is the name that the scenario gives the phase. */
export function known(title: Line, phase: string | null, name: Names): string {
	const said = untold(title, name);
	return said || (phase ?? "…").replaceAll("_", " ").replace(/^./, (c) => c.toLocaleUpperCase());
}

/** Team and role of a person: "Agenti · Capoturno". */
export function describe(parts: Parts, seat: SeatPart, name: Names): string {
	const team = seat.team === null ? undefined : parts.session?.teams[seat.team];
	return [lineText(team ?? [], name), lineText(seat.role ?? [], name)].filter(Boolean).join(" · ");
}

/** The panels that the hall's screen may show now, each once; with several tables there is one of each, and their number is left out. */
export function forHall(parts: Parts): { id: string; title: Line }[] {
	const out = new Map<string, Line>();
	for (const p of parts.panels ?? []) if (p.hall && !out.has(p.id)) out.set(p.id, plainTitle(p));
	return [...out].map(([id, title]) => ({ id, title }));
}
function plainTitle(p: PanelPart): Line {
	const last = p.title.at(-1);
	return typeof last === "string" && /^ · \d+$/.test(last) ? p.title.slice(0, -1) : p.title;
}

/** Help first, then who is away, then the slowest, the ready last. */
export function byNeed(a: TableView, b: TableView): number {
	const rank = (t: TableView) =>
		t.ended ? 5 : t.help ? 0 : t.absent.length ? 1 : t.missingCount ? 2 : t.ready ? 4 : 3;
	return rank(a) - rank(b) || b.missingCount - a.missingCount || a.n - b.n;
}

export type Need = "all" | "waiting" | "help" | "absent";
export function keeps(t: TableView, need: Need): boolean {
	if (need === "waiting") return t.missingCount > 0;
	if (need === "help") return t.help;
	if (need === "absent") return t.absent.length > 0;
	return true;
}

/** The step that "avanti" leads to, if the run sheet says. */
export function nextStep(desk: DeskPart | null | undefined): RunStep | null {
	const run = desk?.run ?? [];
	let here = -1;
	run.forEach((s, i) => {
		if (s.here > 0) here = i;
	});
	if (here < 0) return null;
	// Inside a loop or at a fork nobody can say what comes next.
	const now = run[here];
	const then = run[here + 1];
	return now && then && now.depth === 0 && then.depth === 0 && then.here === 0 ? then : null;
}

/** Minutes behind the sheet; `null` when the sheet gives no times. */
export function behind(parts: Parts, now: Millis): number | null {
	const run = parts.desk?.run ?? [];
	const begun = parts.session?.begun_at;
	if (begun === null || begun === undefined || !run.some((s) => s.limit)) return null;
	let planned = 0;
	let last: RunStep | null = null;
	for (const s of run) {
		if (s.past > 0 && s.here === 0) planned += s.limit ?? 0;
		if (s.here > 0) last = s;
	}
	const opened = Math.min(
		...(parts.tables ?? []).flatMap((t) => t.strands.filter((x) => x.phase === last?.phase).map((x) => x.opened_at)),
	);
	const late = Number.isFinite(opened) ? opened - begun - planned : now - begun - planned;
	const over = Number.isFinite(opened) && last?.limit ? Math.max(0, now - opened - last.limit) : 0;
	return Math.floor((late + over) / 60_000);
}

/** The nearest deadline of all tables, and the whole time of that phase for the ring. */
export function nearest(parts: Parts): { deadline: Millis; limit: Millis } | null {
	let best: { deadline: Millis; limit: Millis } | null = null;
	for (const t of parts.tables ?? []) {
		for (const s of t.strands) {
			if (s.deadline === null || (best && best.deadline <= s.deadline)) continue;
			const step = parts.desk?.run.find((r) => r.phase === s.phase);
			best = { deadline: s.deadline, limit: Math.max(step?.limit ?? 0, s.deadline - s.opened_at) };
		}
	}
	return best;
}

const opened = (parts: Parts, table: number | null): number[] =>
	(parts.tables ?? [])
		.filter((t) => table === null || t.n === table + 1)
		.flatMap((t) => t.strands.map((s) => s.opened_at));

/** "Next" for what is on the desk now: a phase that opens while the order travels, or while somebody is asked, stays. */
export function goOn(parts: Parts, table: number | null): DeskAct & { do: "next" } {
	return { do: "next", table, seen: Math.max(0, ...opened(parts, table)) };
}

/** Whether an order of `goOn` would still close anything. */
export const stillOpen = (parts: Parts, act: DeskAct & { do: "next" }): boolean =>
	opened(parts, act.table).some((at) => at <= (act.seen ?? at));

/** Seconds passed, as "3:08". */
export function passed(ms: Millis): string {
	const seconds = Math.max(0, Math.floor(ms / 1000));
	const minutes = Math.floor(seconds / 60);
	if (minutes < 60) return `${minutes}:${String(seconds % 60).padStart(2, "0")}`;
	return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${String(seconds % 60).padStart(2, "0")}`;
}

/** Tables with people, but too few to begin. */
export function tooFew(parts: Parts): { n: number; has: number; need: number }[] {
	const need = parts.session?.seats[0] ?? 1;
	return tables(parts)
		.filter((t) => t.seats.length > 0 && t.seats.length < need)
		.map((t) => ({ n: t.n, has: t.seats.length, need }));
}
