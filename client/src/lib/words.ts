// Lines and prose as plain text, and the mark of what a jurist must still check.
import type { Block, Inline, Line, Pass, Prose, ShownValue } from "./wire";

export type Names = (seat: number) => string;

export function lineText(line: Line | string | null | undefined, name: Names): string {
	if (!line) return "";
	if (typeof line === "string") return line;
	return line.map((piece) => inlineText(piece, name)).join("");
}

function inlineText(piece: Inline, name: Names): string {
	if (typeof piece === "string") return piece;
	if ("b" in piece) return lineText(piece.b, name);
	if ("i" in piece) return lineText(piece.i, name);
	if ("seat" in piece) return name(piece.seat);
	return "…";
}

export function proseText(prose: Prose | null | undefined, name: Names): string {
	return (prose ?? []).map((block) => blockText(block, name)).join(" ");
}

function blockText(block: Block, name: Names): string {
	if ("p" in block) return lineText(block.p, name);
	if ("h" in block) return lineText(block.h, name);
	if ("q" in block) return lineText(block.q, name);
	return block.li.map((line) => lineText(line, name)).join("; ");
}

/** A line and a list both travel as arrays: a line holds only words. */
export function isLine(value: ShownValue): value is Line {
	return (
		Array.isArray(value) &&
		value.length > 0 &&
		value.every(
			(v) =>
				typeof v === "string" ||
				(typeof v === "object" &&
					v !== null &&
					!Array.isArray(v) &&
					("b" in v || "i" in v || "seat" in v || "hidden" in v)),
		)
	);
}

/** What was answered to the questions of one decision, without those left empty. */
export function decided(inputs: readonly { value: ShownValue }[], say: (value: ShownValue) => string): string {
	const all = inputs.filter((i) => i.value !== null);
	// What is covered is covered once.
	const given = all.length > 0 && all.every((i) => isHidden(i.value)) ? all.slice(0, 1) : all;
	// Each tier has a line of its own.
	const tiers = (v: ShownValue): v is ShownValue[] =>
		Array.isArray(v) && v.length > 0 && !isLine(v) && v.every((t) => Array.isArray(t) && !isLine(t as ShownValue));
	return given
		.map((i) => (tiers(i.value) ? i.value.map((t, n) => `${n + 1}: ${say(t)}`).join("\n") : say(i.value)))
		.join(" · ");
}

/** What this reader may not see: one hidden piece, or a text that was not handed over, and nothing else. */
export const isHidden = (value: ShownValue): boolean =>
	isLine(value) && value.length === 1 && (value[0] === "…" || (typeof value[0] === "object" && "hidden" in value[0]));

export function valueText(value: ShownValue, name: Names, words: { yes: string; no: string; lang: string }): string {
	if (value === null) return "–";
	if (typeof value === "number") return showNumber(value, words.lang);
	if (typeof value === "boolean") return value ? words.yes : words.no;
	if (isLine(value)) return lineText(value, name);
	return (value as ShownValue[]).map((v) => valueText(v, name, words)).join(", ") || "–";
}

/** The name of a loop; one of a letter or two is a counter for the rules, not a word. */
export function passName(pass: Pass, name: Names): string {
	const said = lineText(pass.name, name);
	return said.length > 2 ? said : "";
}

/** Minutes of a limit, to the tenth: a minute and a half is neither one nor two. */
const minutesIn = (ms: number, lang: string): string => showNumber(Math.max(1, Math.round(ms / 6000)) / 10, lang);

/** How long a phase lasts, in as few signs as can be: "1,5′", and "10″" below a minute. */
export const lasts = (ms: number, lang: string): string =>
	ms < 60_000 ? `${Math.round(ms / 1000)}″` : `${minutesIn(ms, lang)}′`;

export function showNumber(value: number, lang: string): string {
	return value.toLocaleString(lang, { maximumFractionDigits: 2 }).replace("-", "−");
}

const MARK = /[([](?:da verificare|to be verified|to verify)[^)\]]*[)\]]/gi;

/** Splits a text at the marks "(da verificare)", so that they can be shown as plates. */
export function splitMarks(text: string): { text: string; mark: boolean }[] {
	const found: { text: string; mark: boolean }[] = [];
	let from = 0;
	for (const m of text.matchAll(MARK)) {
		if (m.index > from) found.push({ text: text.slice(from, m.index), mark: false });
		found.push({ text: m[0].slice(1, -1), mark: true });
		from = m.index + m[0].length;
	}
	if (from < text.length) found.push({ text: text.slice(from), mark: false });
	return found;
}

/** "1:52" */
export function clockText(ms: number): string {
	const seconds = Math.max(0, Math.ceil(ms / 1000));
	const minutes = Math.floor(seconds / 60);
	const rest = String(seconds % 60).padStart(2, "0");
	if (minutes < 60) return `${minutes}:${rest}`;
	return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${rest}`;
}

/** A title up to what this reader is not told: "Al banco: …" is "Al banco". */
export function untold(title: Line | string, name: Names): string {
	const from =
		typeof title === "string" ? -1 : title.findIndex((piece) => typeof piece === "object" && "hidden" in piece);
	return lineText(from < 0 ? title : title.slice(0, from), name).replace(/[\s:,–—«“"(]+$/, "");
}
