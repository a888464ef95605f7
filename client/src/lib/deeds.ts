// What happened at the table, a deed a line: a throw and all the walks that came of it are one. Pure.
import type { BoardPart, News, PawnPart } from "./wire";
import { lineText, type Names } from "./words";

type Walk = News & { kind: "walked" };
export type Deed = { last: News; dice: readonly number[] | null; walks: readonly Walk[] };
export type Way = { token: number; board: number; from: number | null; ids: number[] };

/** Oldest first. */
export function deeds(news: readonly News[]): Deed[] {
	const out: Deed[] = [];
	for (const n of news) {
		const before = out.at(-1);
		const same = before && before.last.table === n.table && n.at - before.last.at < 2_000;
		const mine = same && before.last.team === n.team && (n.team !== null || before.last.seat === n.seat);
		if (
			n.kind === "walked" &&
			mine &&
			(before.walks[0]?.token ?? n.token) === n.token &&
			(before.dice || before.walks.length)
		) {
			out[out.length - 1] = { last: n, dice: before.dice, walks: [...before.walks, n] };
		} else out.push({ last: n, dice: n.kind === "rolled" ? n.dice : null, walks: n.kind === "walked" ? [n] : [] });
	}
	return out;
}

/** Where the walk of a deed began, where that can be known, and every space it touched. */
export function wayOf(all: readonly Deed[], i: number, boards: readonly BoardPart[]): Way | null {
	const first = all[i]?.walks[0];
	if (!first) return null;
	const ids = (all[i]?.walks ?? []).flatMap((w) => w.spaces);
	const earlier = all.slice(0, i).findLast((d) => d.walks[0]?.token === first.token);
	return {
		token: first.token,
		board: first.board,
		ids,
		from: earlier?.walks.at(-1)?.spaces.at(-1) ?? before(first, boards[first.board]),
	};
}

/** One step back along the path, where the direction of the walk says which. */
function before(walk: Walk, board: BoardPart | undefined): number | null {
	if (board?.shape !== "path" || walk.spaces.length < 2) return null;
	const at = (v: number | undefined) => board.spaces.findIndex((s) => s.v === v);
	const [a, b] = [at(walk.spaces[0]), at(walk.spaces[1])];
	return board.spaces[a - Math.sign(b - a)]?.v ?? null;
}

/** "Mattone 2+1: 15 → 18 (la persona giusta) → 21" */
export function wayText(all: readonly Deed[], i: number, boards: readonly BoardPart[], name: Names): string {
	const deed = all[i];
	const way = wayOf(all, i, boards);
	const first = deed?.walks[0];
	if (!deed || !way || !first) return "";
	const board = boards[way.board];
	const said = (v: number | undefined, land: boolean): string => {
		const space = board?.spaces.find((s) => s.v === v);
		const found = land && space?.land != null ? board?.lands[space.land] : undefined;
		const what = found && found.look !== "plain" ? (lineText(found.label, name).split(":")[0] ?? "") : "";
		return `${space?.id ?? "–"}${what ? ` (${what})` : ""}`;
	};
	const stops = deed.walks.map((w) => said(w.spaces.at(-1), true));
	if (way.from !== null) stops.unshift(said(way.from, false));
	const dice = deed.dice ? ` ${deed.dice.join("+")}` : "";
	return `${shortName(lineText(first.pawn, name))}${dice}: ${stops.join(" → ")}`;
}

/** "Pedina: Mattone" is Mattone. */
export const shortName = (label: string): string => label.split(":").at(-1)?.trim() ?? label;

/** The name of who threw, by their pawn. */
export function whose(n: News, pawns: readonly PawnPart[], name: Names): string {
	const p = pawns.find(
		(x) => (x.owner.of === "team" && x.owner.n === n.team) || (x.owner.of === "seat" && x.owner.seat === n.seat),
	);
	if (p) return shortName(lineText(p.label, name));
	return n.seat === null ? "" : name(n.seat);
}
