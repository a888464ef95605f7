// The catalogue as the server gives it, read with care: a card is made from files people write.
import { get } from "$lib/api";
import type { Line, Prose } from "$lib/wire";
import { lasts, lineText, proseText, showNumber } from "$lib/words";

export type Words = string | Line | Prose | null | undefined;
export type Card = {
	title: Words;
	summary: Words;
	themes: string[];
	minutes: number;
	seats: [number, number];
	tables: [number, number] | number | null;
	langs: string[];
	reviewed: string | null;
	phases: { title: Line; note?: Words; minutes?: number | null; limit?: number | null }[];
	roles: Words[];
	to_verify: [Words, string][];
};
export type Diagnostic = {
	code: string;
	severity: "error" | "warning";
	file: string;
	/** From 1; 0 when the whole file is meant. */
	line: number;
	column: number;
	source: string;
	cell: { row: number; column: string; name: string } | null;
	it: string;
	en: string;
	advice_it: string;
	advice_en: string;
};
export type Entry =
	| { slug: string; ok: true; card: Card }
	| { slug: string; ok: false; errors: number; diagnostics: Diagnostic[] };

export const catalogue = async (lang: string): Promise<Entry[]> =>
	(await get<Entry[]>(`/api/scenarios?lang=${lang}`)).map(whole);
export const one = async (slug: string, lang: string): Promise<Entry> =>
	whole(await get<Entry>(`/api/scenarios/${encodeURIComponent(slug)}?lang=${lang}`));

/** A card may be poor: a scenario without roles, a server that is older than the page. Seats 0–0 mean "not said". */
function whole(e: Entry): Entry {
	if (!e.ok) return { ...e, diagnostics: e.diagnostics ?? [] };
	const c = e.card as Partial<Card>;
	const card: Card = {
		title: plain(c.title) || e.slug,
		summary: c.summary ?? "",
		// The name of a theme is written with underscores in the file.
		themes: (c.themes ?? []).map((x) => x.replaceAll("_", " ")),
		minutes: c.minutes ?? 0,
		seats: c.seats ?? [0, 0],
		tables: c.tables ?? null,
		langs: c.langs ?? [],
		reviewed: c.reviewed ?? null,
		phases: c.phases ?? [],
		roles: c.roles ?? [],
		to_verify: c.to_verify ?? [],
	};
	return { ...e, card };
}

/** Any kind of words as plain text. */
export function plain(w: Words): string {
	if (!w) return "";
	if (typeof w === "string") return w;
	const first = w[0];
	if (first && typeof first === "object" && ("p" in first || "h" in first || "li" in first || "q" in first))
		return proseText(w as Prose, () => "…");
	return lineText(w as Line, () => "…");
}

export function tablesOf(card: Card): [number, number] {
	if (Array.isArray(card.tables)) return [Math.max(1, card.tables[0]), Math.min(12, card.tables[1])];
	return typeof card.tables === "number" ? [1, Math.min(12, card.tables)] : [1, 12];
}

export const timeOf = (p: Card["phases"][number], lang: string): string | null =>
	p.minutes ? `${showNumber(p.minutes, lang)}′` : p.limit ? lasts(p.limit, lang) : null;

export type Filter = { theme: string; time: number; people: number; checked: boolean };
export const noFilter: Filter = { theme: "", time: 0, people: 0, checked: false };

export function fits(e: Entry, f: Filter): boolean {
	if (!e.ok) return !f.theme && !f.time && !f.people && !f.checked;
	const c = e.card;
	if (f.theme && !c.themes.includes(f.theme)) return false;
	if (f.time && c.minutes > f.time) return false;
	if (f.checked && !c.reviewed) return false;
	return !f.people || c.seats[1] === 0 || (c.seats[0] <= f.people && c.seats[1] * tablesOf(c)[1] >= f.people);
}

/** A who-colour for the band of the box, always the same for the same theme. */
export function bandOf(themes: string[]): number {
	let n = 0;
	for (const c of themes[0] ?? "") n = Math.imul(n ^ c.charCodeAt(0), 0x01000193) >>> 0;
	return ((n >>> 9) % 8) + 1;
}
