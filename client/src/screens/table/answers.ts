import { readDrawing } from "$lib/drawing";
import { common } from "$lib/i18n/common";
import { i18n } from "$lib/i18n/lang.svelte";
import type { Answer, Answers, InputPart } from "$lib/wire";
import { lineText, showNumber } from "$lib/words";

/** An answer in the words it was chosen by. */
export function answerText(input: InputPart, value: Answer | undefined, name: (seat: number) => string): string {
	const c = common();
	if (value === undefined) return "–";
	const option = (v: number) =>
		"options" in input ? lineText(input.options.find((o) => o.v === v)?.label ?? ["…"], name) : String(v);
	if (typeof value === "boolean") return value ? c.choice.yes : c.choice.no;
	if (typeof value === "string") return input.type === "drawing" ? readDrawing(value).words || c.drawing.untold : value;
	if (typeof value === "number") return input.type === "choice" ? option(value) : showNumber(value, i18n.lang);
	if (input.type === "share")
		return input.options.map((o, i) => `${lineText(o.label, name)} ${(value as number[])[i] ?? 0}`).join(", ");
	if (input.type === "tiers")
		return (value as number[][]).map((tier, i) => `${i + 1}: ${tier.map(option).join(", ")}`).join("\n");
	const glue = input.type === "order" ? " → " : ", ";
	return (value as number[]).map(option).join(glue);
}

export const answersText = (
	inputs: InputPart[],
	all: Answers,
	name: (seat: number) => string,
): [string, string, string][] =>
	inputs
		.filter((i) => all[i.id] !== undefined)
		.map((i) => [lineText(i.label, name), answerText(i, all[i.id], name), pathOf(i, all[i.id])]);

/** The lines of a drawing; nothing for any other answer. */
function pathOf(input: InputPart, value: Answer | undefined): string {
	return input.type === "drawing" && typeof value === "string" ? readDrawing(value).path : "";
}
