// Where the spaces of a board stand on the drawing. Pure: from spaces to points.
import type { BoardPart, SpacePart } from "./wire";

export type Spot = { space: SpacePart; x: number; y: number };
export type Layout = {
	width: number;
	height: number;
	spots: Spot[];
	ribbon: string;
	/** Numbers of columns and rows beside a grid. */
	labels: { x: number; y: number; text: string }[];
	size: number;
	kind: "path" | "ring" | "grid" | "graph";
};

const W = 50;
const H = 56;

export function layout(board: BoardPart, wide: boolean, cols = 9): Layout {
	switch (board.shape) {
		case "path":
			return wide && board.spaces.length > 40 ? spiral(board.spaces, cols) : serpentine(board.spaces, wide ? cols : 7);
		case "ring":
			// A large circle leaves a phone only crumbs: there it runs along the edges.
			return !wide && board.spaces.length > 12 ? loop(board.spaces) : ring(board.spaces);
		case "grid":
			return grid(board.spaces, board.cols, board.rows);
		default:
			return graph(board.spaces);
	}
}

/** A ribbon from bottom left upwards. Space 0, where there is one, waits beside the first. */
function serpentine(spaces: SpacePart[], across: number): Layout {
	const first = spaces[0]?.n === 0 ? 1 : 0;
	const steps = spaces.length - first;
	const rows = Math.max(1, Math.ceil(steps / across));
	const left = 36;
	const spots = spaces.map((space, i): Spot => {
		const k = i - first;
		if (k < 0) return { space, x: 16, y: (rows - 1) * H + H / 2 + 4 };
		const row = Math.floor(k / across);
		const along = k % across;
		const col = row % 2 === 0 ? along : across - 1 - along;
		return { space, x: left + col * W + W / 2 - 10, y: (rows - 1 - row) * H + H / 2 + 4 };
	});
	return {
		width: across * W + 2 * left - 20,
		height: rows * H + 8,
		spots,
		ribbon: through(spots.slice(first), H / 2),
		labels: [],
		size: W,
		kind: "path",
	};
}

/** A spiral inwards, for wide screens. */
function spiral(spaces: SpacePart[], cols: number): Layout {
	const rows = Math.ceil(spaces.length / cols);
	const seen = new Set<string>();
	let [x, y, dx, dy] = [0, rows - 1, 1, 0];
	const spots: Spot[] = [];
	for (const space of spaces) {
		spots.push({ space, x: x * W + W / 2 + 8, y: y * H + H / 2 + 4 });
		seen.add(`${x},${y}`);
		const free = (cx: number, cy: number) => cx >= 0 && cy >= 0 && cx < cols && cy < rows && !seen.has(`${cx},${cy}`);
		if (!free(x + dx, y + dy)) [dx, dy] = [dy, -dx];
		x += dx;
		y += dy;
	}
	return {
		width: cols * W + 16,
		height: rows * H + 8,
		spots,
		ribbon: through(spots, 0),
		labels: [],
		size: W,
		kind: "path",
	};
}

/** One line through all spots, with round turns between rows. */
function through(spots: Spot[], turn: number): string {
	let d = "";
	spots.forEach(({ x, y }, i) => {
		const before = spots[i - 1];
		if (!before) d += `M${x} ${y}`;
		else if (turn && before.y !== y && before.x === x) {
			const right = x > (spots[i - 2]?.x ?? x);
			d += `a${turn} ${turn} 0 0 ${right ? 0 : 1} 0 ${y - before.y}`;
		} else d += `L${x} ${y}`;
	});
	return d;
}

function ring(spaces: SpacePart[]): Layout {
	const n = Math.max(3, spaces.length);
	const r = Math.max(110, (n * 52) / (2 * Math.PI));
	const c = r + 36;
	const spots = spaces.map((space, i) => {
		const a = (i / n) * 2 * Math.PI - Math.PI / 2;
		return { space, x: c + r * Math.cos(a), y: c + r * Math.sin(a) };
	});
	return {
		width: 2 * c,
		height: 2 * c,
		spots,
		ribbon: `M${c - r} ${c}a${r} ${r} 0 1 1 ${2 * r} 0a${r} ${r} 0 1 1 ${-2 * r} 0z`,
		labels: [],
		size: 48,
		kind: "ring",
	};
}

/** A ring as a rectangle, clockwise from the top left. With an odd number the last place stays free. */
function loop(spaces: SpacePart[]): Layout {
	const half = Math.ceil((spaces.length + 4) / 2);
	const across = Math.min(7, Math.ceil(half / 2));
	const down = half - across;
	const place = (i: number): [number, number] => {
		if (i < across) return [i, 0];
		if (i < across + down - 1) return [across - 1, i - across + 1];
		if (i < 2 * across + down - 2) return [2 * across + down - 3 - i, down - 1];
		return [0, 2 * (across + down) - 4 - i];
	};
	const spots = spaces.map((space, i) => {
		const [col, row] = place(i);
		return { space, x: col * W + W / 2 + 4, y: row * H + H / 2 + 4 };
	});
	return {
		width: across * W + 8,
		height: down * H + 8,
		spots,
		ribbon: `${through(spots, 0)}Z`,
		labels: [],
		size: W,
		kind: "ring",
	};
}

function grid(spaces: SpacePart[], cols: number, rows: number): Layout {
	const side = 46;
	const edge = 24;
	const low = Math.min(...spaces.map((s) => s.col));
	const top = Math.min(...spaces.map((s) => s.row));
	const numbers = (n: number) => Array.from({ length: n }, (_, i) => i);
	return {
		width: cols * side + edge + 4,
		height: rows * side + edge + 4,
		labels: [
			...numbers(cols).map((i) => ({ x: edge + i * side + side / 2, y: 15, text: String(low + i) })),
			...numbers(rows).map((i) => ({ x: 11, y: edge + i * side + side / 2 + 4, text: String(top + i) })),
		],
		spots: spaces.map((space) => ({
			space,
			x: edge + (space.col - low) * side + side / 2,
			y: edge + (space.row - top) * side + side / 2,
		})),
		ribbon: "",
		size: side,
		kind: "grid",
	};
}

function graph(spaces: SpacePart[]): Layout {
	const xs = spaces.map((s) => s.col);
	const ys = spaces.map((s) => s.row);
	const [x0, x1, y0, y1] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
	const span = Math.max(x1 - x0, y1 - y0, 1e-6);
	const scale = 300 / span;
	return {
		width: (x1 - x0) * scale + 84,
		height: (y1 - y0) * scale + 84,
		spots: spaces.map((space) => ({ space, x: (space.col - x0) * scale + 42, y: (space.row - y0) * scale + 42 })),
		ribbon: "",
		labels: [],
		size: 44,
		kind: "graph",
	};
}
