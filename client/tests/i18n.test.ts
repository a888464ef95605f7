import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";

const root = `${import.meta.dirname}/../src/lib/i18n/`;
const areas = readdirSync(`${root}it`).map((f) => f.replace(".ts", ""));

type Tree = { [key: string]: unknown };
function leaves(tree: unknown, at = ""): Map<string, unknown> {
	const out = new Map<string, unknown>();
	if (typeof tree === "object" && tree !== null) {
		for (const [key, value] of Object.entries(tree as Tree))
			for (const [k, v] of leaves(value, `${at}.${key}`)) out.set(k, v);
	} else out.set(at, tree);
	return out;
}

describe.each(areas)("%s", async (area) => {
	const it_ = leaves((await import(`../src/lib/i18n/it/${area}.ts`)).default);
	const en = leaves((await import(`../src/lib/i18n/en/${area}.ts`)).default);

	it("has the same entries in both languages", () => {
		expect([...en.keys()].sort()).toEqual([...it_.keys()].sort());
		for (const [key, value] of it_) expect(typeof en.get(key), key).toBe(typeof value);
	});

	it("has no empty word, no typewriter apostrophe, no exclamation mark", () => {
		for (const [lang, all] of [
			["it", it_],
			["en", en],
		] as const) {
			for (const [key, value] of all) {
				if (typeof value !== "string") continue;
				if (!key.includes("free")) expect(value.trim(), `${lang}${key}`).not.toBe("");
				expect(value, `${lang}${key}`).not.toMatch(/[a-zà-ù]'[a-zà-ù]/i);
				expect(value, `${lang}${key}`).not.toMatch(/!|\bclicca/i);
			}
		}
	});
});
