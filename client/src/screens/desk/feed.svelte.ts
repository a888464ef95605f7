// The latest moves, seen by comparing what one knew with what one knows, and the history of the gauges.
import type { desk as words } from "$lib/i18n/desk";
import type { Parts, SeatId } from "$lib/wire";
import { lineText } from "$lib/words";
import { away, seated, tables, withProgress } from "./model";

export type Sign = "help" | "chose" | "lost" | "back" | "came" | "left" | "moved" | "phase" | "dice" | "pause" | "desk";
export type Said = { k: number; sign: Sign; seat: SeatId | null; who: string; what: string; at: Date };
type Words = ReturnType<typeof words>;

const KEPT = 30;

export class Feed {
	lines = $state.raw<Said[]>([]);
	history = $state.raw<Record<string, [number, number][]>>({});
	#before: Parts | null = null;
	#k = 0;
	#seen = -1;

	/** Call at every change of the parts. */
	take(parts: Parts, now: number, name: (seat: SeatId) => string, t: Words): void {
		const before = this.#before;
		this.#before = parts;
		if (!parts.session || before === parts) return;
		this.#gauges(parts, now);
		if (!before?.session) {
			this.#seen = Math.max(-1, ...(parts.news ?? []).map((n) => n.n));
			return;
		}
		const found: [Sign, string[], SeatId?][] = [];
		const old = new Map(withProgress(before).map((p) => [p.seat, p]));
		for (const p of withProgress(parts)) {
			const was = old.get(p.seat);
			const who = name(p.seat);
			if (!was) {
				if (seated(p)) found.push(["came", t.newsCame(who, p.table), p.seat]);
				continue;
			}
			if (was.status !== "left" && p.status === "left") found.push(["left", t.newsLeft(who)]);
			else if (was.table !== p.table) found.push(["moved", t.newsMoved(who, p.table)]);
			if (p.help !== was.help) found.push(["help", p.help ? t.newsHelp(p.table) : t.newsHelped(p.table)]);
			if (p.done && !was.done && p.asked)
				found.push(["chose", t.newsChose(who, tables(before)[p.table - 1]?.reading ?? false)]);
			if (seated(p) && away(p) !== away(was))
				found.push(away(p) ? ["lost", t.newsLost(who)] : ["back", t.newsBack(who)]);
		}
		const was = new Map((before.tables ?? []).map((x) => [x.n, x]));
		for (const x of parts.tables ?? []) {
			const phases = new Set(was.get(x.n)?.strands.map((s) => s.phase) ?? []);
			for (const s of x.strands)
				if (s.phase && !phases.has(s.phase)) found.push(["phase", t.newsPhase(x.n, lineText(s.title, name))]);
		}
		if ((before.session?.paused === null) !== (parts.session.paused === null))
			found.push(["pause", t.newsPause(parts.session.paused !== null)]);
		for (const n of parts.news ?? []) {
			if (n.n <= this.#seen) continue;
			this.#seen = n.n;
			if (n.kind === "rolled" && n.seat !== null) found.push(["dice", t.newsDice(name(n.seat), n.dice.join(" · "))]);
		}
		if (!found.length) return;
		const at = new Date();
		const fresh = found
			.map(([sign, [who = "", what = ""], seat = null]) => ({ k: ++this.#k, sign, seat, who, what, at }))
			.reverse();
		this.lines = [...fresh, ...this.lines].slice(0, KEPT);
	}

	/** What the report knows of the time before this page was opened. */
	seed(indicators: { id: string; series: { table: number | null; points: [number, number, number][] }[] }[]): void {
		const out = { ...this.history };
		for (const i of indicators) {
			for (const s of i.series) {
				const key = `${s.table}/${i.id}`;
				const first = out[key]?.[0]?.[0] ?? Number.POSITIVE_INFINITY;
				const older = s.points.filter((p) => p[0] < first).map((p): [number, number] => [p[0], p[1]]);
				out[key] = [...older, ...(out[key] ?? [])];
			}
		}
		this.history = out;
	}

	#gauges(parts: Parts, now: number): void {
		let out: Record<string, [number, number][]> | null = null as Record<string, [number, number][]> | null;
		for (const t of parts.tables ?? []) {
			for (const s of t.sheet) {
				if (typeof s.value !== "number") continue;
				const key = `${t.n}/${s.id}`;
				const line: [number, number][] = (out ?? this.history)[key] ?? [];
				if (line.at(-1)?.[1] === s.value) continue;
				out = { ...(out ?? this.history), [key]: [...line, [now, s.value]] };
			}
		}
		if (out) this.history = out;
	}
}
