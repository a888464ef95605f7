// What the hall's screen shows in turn: the open panels, a page at a time, or the boards of the tables. Pure.
import type { BoardPart, PanelPart, Parts } from "$lib/wire";

export type Slide = { panel: PanelPart } | { board: BoardPart; n: number };

/** Rows that can be read from the last row of chairs. */
const ROWS: Record<string, number> = { quotes: 6, words: 6, compare: 4, list: 10, table: 10 };

/** `only`: the panel that the desk has chosen; it counts as long as it is open. */
export function slides(parts: Parts, only: string | null): Slide[] {
	const open = parts.panels ?? [];
	const chosen = open.filter((p) => p.id === only);
	// One with nothing in it yet is shown only where the desk asks for it.
	const full = open.filter((p) => p.rows.length > 0 || p.withheld || p.text.length > 0);
	const panels = (chosen.length ? chosen : full).flatMap(pages);
	if (panels.length) return panels.map((panel) => ({ panel }));
	const pawns = parts.pawns ?? [];
	return (parts.boards ?? []).map((board, n) => ({ board, n })).filter((b) => pawns.some((p) => p.board === b.n));
}

function pages(panel: PanelPart): PanelPart[] {
	const per = ROWS[panel.kind] ?? panel.rows.length;
	if (panel.rows.length <= per) return [panel];
	// Of equal length: eleven rows are six and five, not ten and one.
	const count = Math.ceil(panel.rows.length / per);
	const size = Math.ceil(panel.rows.length / count);
	return Array.from({ length: count }, (_, i) => ({ ...panel, rows: panel.rows.slice(i * size, (i + 1) * size) }));
}
