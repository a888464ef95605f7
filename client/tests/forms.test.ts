import { expect, it } from "vitest";
import { cleanCode, cleanNick } from "../src/lib/code";
import { deeds, wayText } from "../src/lib/deeds";
import { allowedBy, complete, filled, toSend } from "../src/lib/drafts.svelte";
import { readDrawing, strokesOf, writeDrawing } from "../src/lib/drawing";
import { layout } from "../src/lib/layout";
import { route } from "../src/lib/routes";
import type { BoardPart, InputPart, News, OptionPart } from "../src/lib/wire";
import { clockText, isLine, splitMarks } from "../src/lib/words";
import { iconPath } from "../tools/icons";

const options: OptionPart[] = [1, 2, 3].map((v) => ({
	v,
	kind: "item",
	label: [String(v)],
	text: [],
	look: null,
	picture: null,
	board: null,
	weight: v,
}));
const input = (more: object): InputPart =>
	({ id: "x", label: [], optional: false, private: false, ...more }) as unknown as InputPart;

it("reads codes as people type and paste them", () => {
	expect(cleanCode(" k7m-2qx ")).toEqual({ code: "K7M2QX", slips: "" });
	expect(cleanCode("https://hall.local/j/K7M2QX")).toEqual({ code: "K7M2QX", slips: "" });
	expect(cleanCode("K0M")).toEqual({ code: "KM", slips: "0" });
	expect(cleanNick("  Airone   sette ")).toBe("Airone sette");
});

it("knows when an answer may be sent", () => {
	const one = input({ type: "choice", options, min: 1, max: 1, weigh: null, given: null });
	expect(complete(one, {})).toBe(false);
	expect(complete(one, { x: [2] })).toBe(true);
	expect(toSend([one], { x: [2] })).toEqual({ x: 2 });
	const two = input({ type: "choice", options, min: 1, max: 2, weigh: 3, given: null });
	expect(complete(two, { x: [1, 2] })).toBe(true);
	expect(complete(two, { x: [1, 3] })).toBe(false);
	expect(toSend([two], { x: [1, 2] })).toEqual({ x: [1, 2] });
	const text = input({ type: "text", max: 5, lines: false });
	expect([complete(text, { x: "  " }), complete(text, { x: "sei" }), complete(text, { x: "troppo" })]).toEqual([
		false,
		true,
		false,
	]);
	expect(toSend([text], { x: " sei " })).toEqual({ x: "sei" });
	const order = input({ type: "order", options });
	expect(filled([order], {})).toEqual({ x: [1, 2, 3] });
	const share = input({ type: "share", options, total: 4 });
	expect([complete(share, { x: [1, 1, 1] }), complete(share, { x: [2, 1, 1] })]).toEqual([false, true]);
	const tiers = input({ type: "tiers", options, sizes: [1, 2] });
	expect([complete(tiers, { x: [[1], [2]] }), complete(tiers, { x: [[1], [2, 3]] })]).toEqual([false, true]);
	const later = input({
		type: "choice",
		options,
		min: 1,
		max: 1,
		weigh: null,
		given: { input: "a", allow: [[7, [3]]] },
	});
	expect([...(allowedBy(later, { a: 7 }) ?? [])]).toEqual([3]);
	expect(complete(later, { a: [7], x: [1] })).toBe(false);
});

it("shows the mark of what a jurist must check", () => {
	expect(splitMarks("Vigenza (da verificare). Poi [da verificare] ancora")).toEqual([
		{ text: "Vigenza ", mark: false },
		{ text: "da verificare", mark: true },
		{ text: ". Poi ", mark: false },
		{ text: "da verificare", mark: true },
		{ text: " ancora", mark: false },
	]);
});

it("tells a line from a list, and time in words", () => {
	expect([isLine(["a", { b: ["c"] }]), isLine([["a"], ["b"]]), isLine([1, 2])]).toEqual([true, false, false]);
	expect([clockText(112_000), clockText(-5), clockText(3_661_000)]).toEqual(["1:52", "0:00", "1:01:01"]);
});

it("lays a path of 63 in sevens, from bottom left", () => {
	const board = {
		id: "p",
		label: [],
		owner: { of: "session" },
		shape: "path",
		from: 1,
		to: 63,
		lands: [],
		edges: [],
		spaces: Array.from({ length: 63 }, (_, i) => ({
			v: i + 1,
			id: String(i + 1),
			n: i + 1,
			col: 0,
			row: 0,
			land: null,
		})),
	} as BoardPart;
	const { spots } = layout(board, false);
	expect(spots[0]!.x).toBeLessThan(spots[6]!.x);
	expect(spots[7]!.x).toBe(spots[6]!.x);
	expect(spots[7]!.y).toBeLessThan(spots[6]!.y);
	expect(new Set(layout(board, true).spots.map((s) => `${s.x},${s.y}`)).size).toBe(63);
});

it("draws icons as one path that starts where it should", () => {
	expect(iconPath('<path d="m11 17 2 2a1 1 0 1 0 3-3" /><circle cx="12" cy="12" r="2" />')).toBe(
		"M11 17l2 2a1 1 0 1 0 3-3M10 12a2 2 0 1 0 4 0a2 2 0 1 0-4 0",
	);
});

it("knows its places", () => {
	expect(route("/")).toEqual({ screen: "join", id: "" });
	expect(route("/j/K7M2QX")).toEqual({ screen: "join", id: "K7M2QX" });
	expect(route("/t").screen).toBe("t");
	expect(route("/desk/1-2")).toEqual({ screen: "desk", id: "1-2" });
	expect([route("/nothing").screen, route("/desk/1/2").screen]).toEqual(["missing", "missing"]);
});

it("writes a drawing as one short line of path, and reads it back", () => {
	const stroke = Array.from({ length: 200 }, (_, i) => [i, 100 + 40 * Math.sin(i / 9)] as const);
	const text = writeDrawing([stroke, [[5, 5]]], "Un’onda");
	expect(text.length).toBeLessThan(700);
	const { path, words } = readDrawing(text);
	expect(words).toBe("Un’onda");
	expect(strokesOf(path).map((s) => [s[0], s.at(-1)])).toEqual([
		[
			[0, 100],
			[199, 95],
		],
		[
			[5, 5],
			[5, 5],
		],
	]);
	const wild = Array.from({ length: 60 }, (_, k) =>
		Array.from({ length: 300 }, (_, i) => [(i * 37 + k) % 320, (i * 53) % 200] as const),
	);
	expect(new TextEncoder().encode(writeDrawing(wild, "è".repeat(300))).length).toBeLessThanOrEqual(4_000);
	expect(readDrawing("Mamma e papà")).toEqual({ path: "", words: "Mamma e papà" });
});

it("tells a throw and its walks as one deed", () => {
	const base = { table: 1, seat: null, team: 1 } as const;
	const walk = (n: number, at: number, spaces: number[]): News => ({
		...base,
		n,
		at,
		kind: "walked",
		pawn: ["Pedina: Mattone"],
		token: 9,
		board: 0,
		spaces,
	});
	const news: News[] = [
		{ ...base, n: 1, at: 10, kind: "rolled", dice: [2, 1] },
		walk(2, 10, [16, 17, 18]),
		walk(3, 10, [19, 20, 21]),
	];
	const all = deeds(news);
	expect(all).toHaveLength(1);
	const goose = { id: "oca", label: ["La persona giusta: ancora avanti"], look: "helps" };
	const spaces = Array.from({ length: 64 }, (_, v) => ({
		v,
		id: String(v),
		n: v,
		col: 0,
		row: 0,
		land: v === 18 ? 0 : null,
	}));
	const track = {
		id: "pista",
		label: [],
		owner: { of: "table", n: 1 },
		lands: [goose],
		edges: [],
		shape: "path",
		from: 0,
		to: 63,
		spaces,
	} as unknown as BoardPart;
	expect(wayText(all, 0, [track], () => "")).toBe("Mattone 2+1: 15 → 18 (La persona giusta) → 21");
});

it("lays a large ring along the edges of a phone, and a grid from its first column", () => {
	const board = (shape: object, spaces: [number, number][]) =>
		({
			id: "b",
			label: [],
			owner: { of: "session" },
			lands: [],
			edges: [],
			...shape,
			spaces: spaces.map(([col, row], v) => ({ v, id: String(v), n: v, col, row, land: null })),
		}) as unknown as BoardPart;
	const ring = layout(
		board(
			{ shape: "ring", size: 24 },
			Array.from({ length: 24 }, () => [0, 0]),
		),
		false,
	);
	expect(new Set(ring.spots.map((s) => `${s.x}/${s.y}`)).size).toBe(24);
	expect(ring.width / ring.size).toBeLessThan(8);
	// The last is the neighbour of the first.
	expect(ring.spots[23]!.x).toBe(ring.spots[0]!.x);
	const grid = layout(
		board({ shape: "grid", cols: 2, rows: 1 }, [
			[1, 1],
			[2, 1],
		]),
		false,
	);
	expect(grid.spots.every((s) => s.x > 0 && s.x < grid.width && s.y < grid.height)).toBe(true);
	expect(grid.labels.map((l) => l.text)).toEqual(["1", "2", "1"]);
});
