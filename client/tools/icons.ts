// `import d from "lucide:house"` gives the icon as one path, drawn with a 2-pixel stroke on 24×24.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Plugin } from "vite";

const require = createRequire(import.meta.url);
const number = (s: string | undefined, or = 0) => (s === undefined ? or : Number(s));
const show = (n: number) => String(Math.round(n * 1000) / 1000);

function attributes(tag: string): Record<string, string> {
	const found: Record<string, string> = {};
	for (const m of tag.matchAll(/([\w-]+)="([^"]*)"/g)) found[m[1] ?? ""] = m[2] ?? "";
	return found;
}

function ellipse(cx: number, cy: number, rx: number, ry: number): string {
	const [x, a, b, d] = [show(cx - rx), show(rx), show(ry), show(rx * 2)];
	return `M${x} ${show(cy)}a${a} ${b} 0 1 0 ${d} 0a${a} ${b} 0 1 0-${d} 0`;
}

export function iconPath(svg: string): string {
	const out: string[] = [];
	for (const m of svg.matchAll(/<(path|rect|circle|ellipse|line|polyline|polygon)\b([^>]*)>/g)) {
		const a = attributes(m[2] ?? "");
		if (m[1] === "path") out.push(a.d ?? "");
		else if (m[1] === "circle") out.push(ellipse(number(a.cx), number(a.cy), number(a.r), number(a.r)));
		else if (m[1] === "ellipse") out.push(ellipse(number(a.cx), number(a.cy), number(a.rx), number(a.ry)));
		else if (m[1] === "line") out.push(`M${a.x1} ${a.y1}L${a.x2} ${a.y2}`);
		else if (m[1] === "rect") {
			const [x, y, w, h] = [number(a.x), number(a.y), number(a.width), number(a.height)];
			const r = number(a.rx ?? a.ry);
			const arc = (dx: number, dy: number) => (r ? `a${r} ${r} 0 0 1 ${dx} ${dy}` : "");
			out.push(
				`M${show(x + r)} ${show(y)}h${show(w - 2 * r)}${arc(r, r)}v${show(h - 2 * r)}${arc(-r, r)}h${show(2 * r - w)}${arc(-r, -r)}v${show(2 * r - h)}${arc(r, -r)}z`,
			);
		} else out.push(`M${a.points?.trim()}${m[1] === "polygon" ? "z" : ""}`);
	}
	// Each element starts at the origin: a path's first move must not follow the one before it.
	return out
		.map((d) =>
			d.replace(
				/^m\s*(-?[\d.]+)[\s,]*(-?\.?[\d.]+)\s*,?\s*(?=([-.\d])?)/,
				(_, x, y, more) => `M${x} ${y}${more ? "l" : ""}`,
			),
		)
		.join("");
}

export function lucide(): Plugin {
	const prefix = "lucide:";
	return {
		name: "lucide",
		enforce: "pre",
		resolveId: (id) => (id.startsWith(prefix) ? `\0${id}` : undefined),
		load(id) {
			if (!id.startsWith(`\0${prefix}`)) return;
			const file = require.resolve(`lucide-static/icons/${id.slice(prefix.length + 1)}.svg`);
			return `export default ${JSON.stringify(iconPath(readFileSync(file, "utf8")))}`;
		},
	};
}
