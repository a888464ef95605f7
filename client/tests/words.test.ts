import { describe, expect, it } from "vitest";
import en from "../src/lib/i18n/en/common";
import it_ from "../src/lib/i18n/it/common";
import type { Line, ShownValue } from "../src/lib/wire";
import { decided, untold, valueText } from "../src/lib/words";

const name = (seat: number) => `Posto ${seat}`;
const hidden = { hidden: true } as unknown as Line[number];
const say = (v: ShownValue) => valueText(v, name, { yes: "sì", no: "no", lang: "it" });

describe("a title that is not all known", () => {
	it.each<[Line, string]>([
		[["Al banco: ", { seat: 2 }], "Al banco: Posto 2"],
		[["Al banco: ", hidden], "Al banco"],
		[["Vale l’indizio? «", hidden, "», ", hidden], "Vale l’indizio?"],
		[["Quesito ", hidden, ": ", hidden], "Quesito"],
		[[hidden], ""],
	])("%j is %j", (title, said) => expect(untold(title, name)).toBe(said));
});

describe("what was decided", () => {
	it.each<[string, ShownValue[], string]>([
		["one answer", [["Entra"]], "Entra"],
		["an answer left empty is not said", [["Entra"], null], "Entra"],
		["a list is one line", [[["oro"], ["blu"]]], "oro, blu"],
		["each tier has its line", [[[["oro"]], [["blu"], ["rosso"]]]], "1: oro\n2: blu, rosso"],
	])("%s", (_, values, said) =>
		expect(
			decided(
				values.map((value) => ({ value })),
				say,
			),
		).toBe(said),
	);
});

describe("minutes in words", () => {
	it.each([
		[1, "un minuto", "one minute"],
		[1.5, "un minuto e mezzo", "one and a half minutes"],
		[2, "2 minuti", "2 minutes"],
		[2.5, "2 minuti e mezzo", "2 and a half minutes"],
	])("%d", (n, italian, english) => {
		expect(it_.minutesWords(n)).toBe(italian);
		expect(en.minutesWords(n)).toBe(english);
	});
});
