// The report of a session: what `GET /api/sessions/ID/timeline` answers, and what the pages work out from it. Pure.
import { get } from "$lib/api";
import type { DebriefPage, Line, ShownValue } from "$lib/wire";
import { decided } from "$lib/words";

export type Timeline = {
	title: Line | string;
	facts: {
		opened_at: string | number | null;
		begun: number | null;
		ended: number | null;
		tables: number;
		people: number;
		commits: number;
	};
	phases: { id: string; title: Line | string; table: number | null; start: number; end: number | null; seq: number }[];
	indicators: {
		id: string;
		label: Line | string;
		range: [number, number] | null;
		series: { table: number | null; points: [number, number, number][] }[];
	}[];
	decisions: Decision[];
	lines: LogLine[];
	seats: { seat: number; table: number; role: Line | null; nick: string | null }[];
	pages: DebriefPage[];
};

export type Decision = {
	seq: number;
	t: number;
	phase: string;
	phase_title: Line | string;
	table: number | null;
	move: string;
	label: Line | string;
	by: number[];
	inputs: { label: Line | string; value: ShownValue }[];
	defaulted: boolean;
	options?: (Line | string)[];
	/** When its phase opened, if the report says. */
	opened?: number;
};

export type LogLine = {
	seq: number;
	t: number;
	/** Time of day, as ISO text or milliseconds. */
	at: string | number | null;
	table: number | null;
	seat: number | null;
	who: "seat" | "desk" | "clock" | "chance";
	what: string;
	text: Line | string;
};

export type Verified = { ok: boolean; commits: number; fingerprint: string; broken_at?: number | null };

export async function timeline(id: string, lang: string): Promise<Timeline> {
	const r = (await get<Partial<Timeline> | null>(`/api/sessions/${id}/timeline?lang=${lang}`)) ?? {};
	return {
		title: r.title ?? "",
		facts: { opened_at: null, begun: null, ended: null, tables: 1, people: 0, commits: 0, ...r.facts },
		phases: r.phases ?? [],
		indicators: r.indicators ?? [],
		decisions: r.decisions ?? [],
		lines: r.lines ?? [],
		seats: r.seats ?? [],
		pages: r.pages ?? [],
	};
}
export const verify = (id: string): Promise<Verified> => get(`/api/sessions/${id}/verify`);

export const endOf = (t: Timeline): number =>
	t.facts.ended ?? Math.max(1, ...t.lines.map((l) => l.t), ...t.phases.map((p) => p.end ?? p.start));

/** The phases of one table (or of the first that has any), with their spans. */
export function spans(
	t: Timeline,
	table: number | null,
): { id: string; title: Line | string; start: number; end: number; seq: number }[] {
	const end = endOf(t);
	const own = t.phases.filter((p) => p.table === table || p.table === null);
	const used = own.length ? own : t.phases.filter((p) => p.table === t.phases[0]?.table);
	return used.map((p) => ({ id: p.id, title: p.title, start: p.start, end: p.end ?? end, seq: p.seq }));
}

/** Decisions on the same question: same phase and same move, near each other in the run of their tables. */
export type Question = {
	key: string;
	phase: string;
	title: Line | string;
	label: Line | string;
	first: number;
	all: Decision[];
};

export function questions(t: Timeline): Question[] {
	const out: Question[] = [];
	for (const d of [...t.decisions].sort((a, b) => a.t - b.t || a.seq - b.seq)) {
		const span = t.phases.filter((p) => p.id === d.phase && (p.table === d.table || p.table === null) && p.start < d.t);
		const key = `${d.phase}/${d.move}/${span.length}`;
		const found = out.find((q) => q.key === key);
		if (found) found.all.push(d);
		else out.push({ key, phase: d.phase, title: d.phase_title, label: d.label, first: d.t, all: [d] });
	}
	return out;
}

export type PileOf = {
	key: string;
	text: string;
	n: number;
	blank: boolean;
	tables: [number, number][];
	seqs: number[];
};

/** Answers of a question gathered by what was answered; what counted by absence is a pile of its own. */
export function piles(q: Question, say: (value: ShownValue) => string, line: (l: Line | string) => string): PileOf[] {
	const out = new Map<string, PileOf>();
	const offered = new Set<string>();
	for (const d of q.all) for (const o of d.options ?? []) offered.add(line(o));
	for (const text of offered) out.set(`=${text}`, { key: `=${text}`, text, n: 0, blank: false, tables: [], seqs: [] });
	for (const d of q.all) {
		const text = decided(d.inputs, say) || line(d.label);
		const key = d.defaulted ? "absent" : `=${text}`;
		const pile = out.get(key) ?? { key, text, n: 0, blank: d.defaulted, tables: [], seqs: [] };
		const n = Math.max(1, d.by.length);
		pile.n += n;
		pile.seqs.push(d.seq);
		const table = d.table ?? 1;
		const own = pile.tables.find((x) => x[0] === table);
		if (own) own[1] += n;
		else pile.tables.push([table, n]);
		out.set(key, pile);
	}
	return [...out.values()].sort((a, b) => Number(a.blank) - Number(b.blank));
}

export type Kind = "decisions" | "texts" | "desk" | "absences" | "chance" | "rest";
export function kindOf(l: LogLine): Kind {
	if (l.what === "told" || l.what === "text" || l.what === "say") return "texts";
	if (l.what === "default") return "absences";
	if (["away", "back", "presence", "left"].includes(l.what)) return "absences";
	if (l.who === "desk") return "desk";
	if (["move", "sealed", "opened"].includes(l.what)) return "decisions";
	if (l.who === "chance" || l.what === "dice") return "chance";
	return "rest";
}

export const bookmarks = (t: Timeline): LogLine[] => t.lines.filter((l) => l.what === "bookmark");
