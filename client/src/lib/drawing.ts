// A drawing as it travels: one line of SVG path in whole numbers on a field of 320 × 200, then, on a line of its own, what it
// shows in words. At most 4,000 bytes. Pure.
export type Point = readonly [number, number];
export type Stroke = readonly Point[];
export type Drawing = { path: string; words: string };

export const WIDTH = 320;
export const HEIGHT = 200;
export const WORDS = 300;
const MOST = 4_000;
const PATH = /^(?:M-?\d{1,3} -?\d{1,3}l(?:-?\d{1,3} -?\d{1,3} ?)+)+$/;

/** What a text holds: a drawing with its words, or words alone. */
export function readDrawing(text: string): Drawing {
	const [first = "", ...rest] = text.split("\n");
	return PATH.test(first) ? { path: first, words: rest.join("\n") } : { path: "", words: text === "✎" ? "" : text };
}

export function writeDrawing(strokes: readonly Stroke[], words: string): string {
	const room = MOST - new TextEncoder().encode(words).length - 1;
	// A long drawing loses fine detail, never its end.
	for (let fine = 0.7; ; fine *= 1.5) {
		const path = strokes.map((s) => line(thin(s, fine))).join("");
		if (path.length <= room || fine > 60) return [path.length <= room ? path : "", words].filter(Boolean).join("\n");
	}
}

export function strokesOf(path: string): Stroke[] {
	return [...path.matchAll(/M(-?\d+) (-?\d+)l([-\d ]+)/g)].map(([, x, y, rest]) => {
		const out: Point[] = [[Number(x), Number(y)]];
		const n = (rest ?? "").trim().split(" ").map(Number);
		for (let i = 0; i + 1 < n.length; i += 2) {
			const [px, py] = out.at(-1) as Point;
			out.push([px + (n[i] as number), py + (n[i + 1] as number)]);
		}
		return out;
	});
}

function line(stroke: Stroke): string {
	const whole = stroke.map(([x, y]) => [Math.round(x), Math.round(y)] as const);
	const first = whole[0];
	if (!first) return "";
	const steps = whole
		.slice(1)
		.map(([x, y], i) => [x - (whole[i] as Point)[0], y - (whole[i] as Point)[1]] as const)
		.filter(([x, y]) => x !== 0 || y !== 0);
	return `M${first[0]} ${first[1]}l${(steps.length ? steps : [[0, 0]]).map(([x, y]) => `${x} ${y}`).join(" ")}`;
}

/** Ramer–Douglas–Peucker: drops what lies within `fine` of the straight line. */
function thin(stroke: Stroke, fine: number): Stroke {
	const [a, b] = [stroke[0], stroke.at(-1)];
	if (!a || !b || stroke.length < 3) return stroke;
	const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
	const length = Math.hypot(dx, dy);
	let [far, at] = [0, 0];
	stroke.forEach(([x, y], i) => {
		const off = length ? Math.abs(dy * (x - a[0]) - dx * (y - a[1])) / length : Math.hypot(x - a[0], y - a[1]);
		if (off > far) [far, at] = [off, i];
	});
	if (far <= fine) return [a, b];
	return [...thin(stroke.slice(0, at + 1), fine).slice(0, -1), ...thin(stroke.slice(at), fine)];
}
