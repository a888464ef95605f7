// What a person is about to answer, kept on the phone until the phase changes.
import { load, save } from "./store";
import type { Answer, Answers, InputPart } from "./wire";

type Kept = { phase: string; values: Record<string, Answers> };

export class Drafts {
	#key: string;
	#kept = $state<Kept>({ phase: "", values: {} });

	constructor(session: string) {
		this.#key = `sofia.draft.${session}`;
		this.#kept = load<Kept>(this.#key) ?? { phase: "", values: {} };
	}

	/** Drafts belong to one opening of one phase; another one starts empty. */
	phase(id: string): void {
		if (this.#kept.phase !== id) this.#kept = { phase: id, values: {} };
	}

	get(form: string): Answers {
		return this.#kept.values[form] ?? {};
	}

	set(form: string, input: string, value: Answer | null): void {
		const next = { ...this.get(form) };
		if (value === null) delete next[input];
		else next[input] = value;
		this.#kept.values[form] = next;
		save(this.#key, this.#kept);
	}

	replace(form: string, values: Answers): void {
		this.#kept.values[form] = { ...values };
		save(this.#key, this.#kept);
	}
}

export const formKey = (move: string, item?: number): string => (item === undefined ? move : `${move}#${item}`);

/** What an order or tiers hold before anybody touched them. */
export function filled(inputs: InputPart[], draft: Answers): Answers {
	const all = { ...draft };
	for (const input of inputs) {
		if (all[input.id] !== undefined) continue;
		if (input.type === "order") all[input.id] = input.options.map((o) => o.v);
	}
	return all;
}

/** May this answer be sent? The server has the last word; this only keeps the button honest. */
export function complete(input: InputPart, all: Answers): boolean {
	const value = all[input.id];
	if (value === undefined || value === "" || (Array.isArray(value) && value.length === 0)) {
		return input.optional || (input.type === "choice" && input.min === 0);
	}
	switch (input.type) {
		case "yes_no":
			return typeof value === "boolean";
		case "number": {
			if (typeof value !== "number") return false;
			const [min, max] = rangeOf(input, all);
			return value >= min && value <= max;
		}
		case "text":
			return typeof value === "string" && value.trim() !== "" && [...value].length <= input.max;
		case "choice": {
			const list = Array.isArray(value) ? (value as number[]) : [value as number];
			const allowed = allowedBy(input, all);
			const weight = input.options.reduce((sum, o) => sum + (list.includes(o.v) ? (o.weight ?? 0) : 0), 0);
			return (
				list.length >= input.min &&
				list.length <= input.max &&
				list.every((v) => !allowed || allowed.has(v)) &&
				(input.weigh === null || weight <= input.weigh)
			);
		}
		case "order":
			return Array.isArray(value) && value.length === input.options.length;
		case "tiers":
			return input.sizes.every((size, i) => ((value as number[][])[i]?.length ?? 0) === size);
		case "share":
			return (value as number[]).reduce((a, b) => a + b, 0) === input.total;
		default:
			return true;
	}
}

/** What an earlier answer leaves open here; `null`: everything. */
export function allowedBy(input: InputPart, all: Answers): ReadonlySet<number> | null {
	if (input.type !== "choice" || !input.given) return null;
	return new Set(given(input.given, all) ?? input.options.map((o) => o.v));
}

export function rangeOf(input: InputPart, all: Answers): [number, number] {
	if (input.type !== "number") return [0, 0];
	const found = input.given ? given(input.given, all) : null;
	return found && found.length >= 2 ? [found[0] as number, found[1] as number] : [input.min, input.max];
}

function given(rule: { input: string; allow: [number, number[]][] }, all: Answers): number[] | null {
	const value = all[rule.input];
	const key = typeof value === "boolean" ? Number(value) : Array.isArray(value) ? (value[0] as number) : value;
	return rule.allow.find(([v]) => v === key)?.[1] ?? null;
}

/** The answer as it travels: a single choice is a number, empty optional answers stay away. */
export function toSend(inputs: InputPart[], all: Answers): Answers {
	const out: Answers = {};
	for (const input of inputs) {
		const value = all[input.id];
		if (value === undefined || value === "") continue;
		if (input.type === "choice" && input.max === 1 && input.min <= 1) {
			const one = Array.isArray(value) ? value[0] : value;
			if (one !== undefined) out[input.id] = one as number;
		} else if (input.type === "text") out[input.id] = (value as string).trim();
		else out[input.id] = value;
	}
	if (all["unkept"] === true && inputs.some((i) => i.keep_asked)) out["unkept"] = true;
	return out;
}
