import { describe, expect, it } from "vitest";
import { fold, nothing } from "../src/lib/reduce";
import type { News, Parts } from "../src/lib/wire";

const news = (n: number): News => ({ n, table: 1, at: n, seat: null, team: null, kind: "desk", act: "next" });
const view = (n: number, parts: Parts = {}) =>
	fold(nothing, { t: "view", n, at: 10, parts, names: { "0": "Talpa 7" } }).known;

describe("fold", () => {
	it("takes a view whole, without what is absent", () => {
		const known = view(4, { news: [news(1)], me: null });
		expect(known).toMatchObject({ n: 4, at: 10, names: { "0": "Talpa 7" } });
		expect("me" in known.parts).toBe(false);
		const again = fold(known, { t: "view", n: 9, at: 20, parts: {}, names: {} }).known;
		expect(again).toEqual({ n: 9, at: 20, parts: {}, names: {} });
	});

	it("replaces the parts of a diff and drops those that are null", () => {
		const before = view(4, { news: [news(1)], told: [] });
		const { known, resync } = fold(before, {
			t: "diff",
			n: 6,
			after: 4,
			at: 30,
			parts: { news: [news(2)], told: null },
		});
		expect(resync).toBe(false);
		expect(known.n).toBe(6);
		expect(known.parts.news).toEqual([news(2)]);
		expect("told" in known.parts).toBe(false);
		expect(before.parts.news).toEqual([news(1)]);
	});

	it("refuses a diff with a gap before it and one that comes before any view", () => {
		const before = view(4);
		expect(fold(before, { t: "diff", n: 8, after: 6, at: 0, parts: { news: [] } })).toEqual({
			known: before,
			resync: true,
		});
		expect(fold(nothing, { t: "diff", n: 8, after: 6, at: 0, parts: {} }).resync).toBe(true);
	});

	it("lets a diff that is already folded pass by", () => {
		const before = view(4);
		expect(fold(before, { t: "diff", n: 4, after: 2, at: 0, parts: { news: [] } })).toEqual({
			known: before,
			resync: false,
		});
	});

	it("checks `now`", () => {
		expect(fold(view(4), { t: "now", n: 4, at: 77 }).known.at).toBe(77);
		expect(fold(view(4), { t: "now", n: 5, at: 77 }).resync).toBe(true);
	});

	it("adds, changes and erases names", () => {
		const { known } = fold(view(1), { t: "names", names: { "0": null, "1": "Upupa 2" } });
		expect(known.names).toEqual({ "1": "Upupa 2" });
	});

	it("is not touched by other frames", () => {
		const known = view(1);
		for (const t of ["pong", "nudge"] as const) expect(fold(known, { t }).known).toBe(known);
	});
});
