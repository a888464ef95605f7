import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const src = `${import.meta.dirname}/../src/`;
const css = readFileSync(`${src}ui/tokens.css`, "utf8");

function block(start: string): Record<string, string> {
	const from = css.indexOf(start);
	const body = css.slice(css.indexOf("{", from) + 1, css.indexOf("}", from));
	return Object.fromEntries([...body.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})\b/gi)].map((m) => [m[1], m[2]]));
}
const light = block(":root {");
const dark = { ...light, ...block(':root[data-theme="dark"]') };
const auto = { ...light, ...block(':root:not([data-theme="light"])') };

type V3 = [number, number, number];
const linear = (hex: string): V3 =>
	[1, 3, 5].map((i) => {
		const c = Number.parseInt(hex.slice(i, i + 2), 16) / 255;
		return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
	}) as V3;
const luminance = (hex: string) => {
	const [r, g, b] = linear(hex);
	return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
function contrast(a: string, b: string): number {
	const [x, y] = [luminance(a), luminance(b)].sort((p, q) => q - p) as [number, number];
	return (x + 0.05) / (y + 0.05);
}

describe.each([
	["light", light],
	["dark", dark],
] as const)("contrast, %s", (_, t) => {
	const grounds = ["felt", "felt-2", "card", "card-2", "sealed-bg"];
	it.each(["ink", "ink-2", "action", "ok", "warn", "bad", "sealed"])("%s can be read on every surface", (name) => {
		for (const ground of grounds) expect(contrast(t[name]!, t[ground]!), ground).toBeGreaterThanOrEqual(4.5);
	});
	it("edges and the line of the turn can be seen", () => {
		for (const ground of grounds.slice(0, 4)) {
			expect(contrast(t.edge!, t[ground]!)).toBeGreaterThanOrEqual(3);
			expect(contrast(t["turn-line"]!, t[ground]!)).toBeGreaterThanOrEqual(3);
		}
	});
	it("words on fills can be read", () => {
		for (const [a, b] of [
			["on-fill", "fill"],
			["on-fill", "seal-fill"],
			["on-turn", "turn"],
			["sheet-ink", "sheet"],
			["sheet-ink-2", "sheet"],
			["sheet-ink", "sheet-2"],
			["stamp", "sheet"],
		] as const)
			expect(contrast(t[a]!, t[b]!), `${a}/${b}`).toBeGreaterThanOrEqual(4.5);
	});
	it("who-colours stand out, and carry their letter", () => {
		for (let i = 1; i <= 8; i++) {
			for (const ground of ["felt", "card", "card-2"])
				expect(contrast(t[`w${i}`]!, t[ground]!), `w${i}/${ground}`).toBeGreaterThanOrEqual(3);
			expect(contrast(t["on-w"]!, t[`w${i}`]!), `letter on w${i}`).toBeGreaterThanOrEqual(4);
		}
	});
});

// Viénot, Brettel, Mollon 1999 for red and green; Machado's full matrix for blue: on linear light.
const EYES: Record<string, V3[]> = {
	normal: [
		[1, 0, 0],
		[0, 1, 0],
		[0, 0, 1],
	],
	protan: [
		[0.152286, 1.052583, -0.204868],
		[0.114503, 0.786281, 0.099216],
		[-0.003882, -0.048116, 1.051998],
	],
	deutan: [
		[0.367322, 0.860646, -0.227968],
		[0.280085, 0.672501, 0.047413],
		[-0.01182, 0.04294, 0.968881],
	],
	tritan: [
		[1.255528, -0.076749, -0.178779],
		[-0.078411, 0.930809, 0.147602],
		[0.004733, 0.691367, 0.3039],
	],
};
function oklab(rgb: V3): V3 {
	const [r, g, b] = rgb;
	const l = Math.cbrt(Math.max(0, 0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b));
	const m = Math.cbrt(Math.max(0, 0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b));
	const s = Math.cbrt(Math.max(0, 0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b));
	return [
		0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
		1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
		0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
	];
}
const seen = (hex: string, eye: V3[]): V3 => {
	const c = linear(hex);
	return oklab(eye.map((row) => Math.min(1, Math.max(0, row[0] * c[0] + row[1] * c[1] + row[2] * c[2]))) as V3);
};

describe.each([
	["light", light],
	["dark", dark],
] as const)("who-colours, %s", (_, t) => {
	it.each(Object.keys(EYES))("keep apart for %s sight", (eye) => {
		const labs = Array.from({ length: 8 }, (_, i) => seen(t[`w${i + 1}`]!, EYES[eye]!));
		let nearest = Number.POSITIVE_INFINITY;
		for (let i = 0; i < 8; i++)
			for (let j = 0; j < i; j++) nearest = Math.min(nearest, Math.hypot(...labs[i]!.map((v, k) => v - labs[j]![k]!)));
		expect(nearest).toBeGreaterThanOrEqual(0.07);
	});
});

it("has one dark scheme, by choice and by the device", () => expect(auto).toEqual(dark));

it("keeps literal colours out of components", () => {
	const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter(
		(f) => f.endsWith(".svelte") || (f.endsWith(".css") && !f.endsWith("tokens.css")),
	);
	const found: string[] = [];
	for (const file of files) {
		const text = readFileSync(`${src}${file}`, "utf8");
		const style = file.endsWith(".css")
			? text
			: [...text.matchAll(/<style[\s\S]*?<\/style>/g)].join("") +
				[...text.matchAll(/(?:fill|stroke|style:[\w-]+)="[^"]*"/g)].join("");
		// Shadows of black and glints of white are light, not colour.
		for (const m of style.matchAll(/#[0-9a-f]{3,8}\b(?![\w-]*["'])|\b(?:rgb|hsl|oklch|lab)a?\((?!0 0 0|255 255 255)/gi))
			found.push(`${file}: ${m[0]}`);
	}
	expect(found).toEqual([]);
});
