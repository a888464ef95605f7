// Eight colours with a shape each. A colour never stands without its shape and a letter.
export const SHAPES = ["circle", "triangle", "square", "rhombus", "pentagon", "star", "hexagon", "cross"] as const;
export type PawnShape = (typeof SHAPES)[number];

/** Paths on a 24×24 field. */
export const SHAPE_PATHS: Record<PawnShape, string> = {
	circle: "M12 1.5a10.500 10.500 0 1 1 0 21a10.500 10.500 0 0 1 0-21z",
	triangle: "M12 1.500L23.500 22H.5z",
	square:
		"M4.500 2h15A2.500 2.500 0 0 1 22 4.500v15a2.500 2.500 0 0 1-2.500 2.500h-15A2.500 2.500 0 0 1 2 19.500v-15A2.500 2.500 0 0 1 4.500 2z",
	rhombus: "M12 .5L23.500 12L12 23.500L.5 12z",
	pentagon: "M12 1L23.500 9.500L19.100 22.500H4.900L.5 9.500z",
	star: "M12 .5l3.200 7.600 8.300.7-6.300 5.400 1.900 8.100L12 18l-7.100 4.300 1.900-8.100L.5 8.800l8.300-.7z",
	hexagon: "M6.300 1.800h11.400L23.500 12l-5.800 10.200H6.300L.5 12z",
	cross: "M8 1h8v7h7v8h-7v7H8v-7H1V8h7z",
};

/** Letters sit lower in a triangle. */
export const LETTER_Y: Partial<Record<PawnShape, number>> = { triangle: 17, star: 13.5, pentagon: 13.5 };

export type Who = { n: number; colour: string; shape: PawnShape };

export function who(n: number): Who {
	const i = ((n % 8) + 8) % 8;
	return { n: i, colour: `var(--w${i + 1})`, shape: SHAPES[i] ?? "circle" };
}

export function letterOf(name: string): string {
	// "Pedina: Rossi" is the pawn of the Rossi.
	const words = (name.split(":").at(-1) ?? name).trim().split(/\s+/);
	const last = words.at(-1) ?? "";
	const first = (words[0] ?? "?").charAt(0).toLocaleUpperCase();
	return words.length > 1 && /^\d{1,2}$/.test(last) ? first + last : first;
}

/** A letter for each of several names, so that no two look alike: of the first word, else of the last, else a number. */
export function lettersOf(names: readonly string[]): string[] {
	const last = names.map((n) => letterOf(n.trim().split(/\s+/).at(-1) ?? n));
	const tries = [names.map(letterOf), last];
	return tries.find((t) => new Set(t).size === names.length) ?? names.map((_, i) => String(i + 1));
}
