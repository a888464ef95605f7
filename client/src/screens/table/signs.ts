import type { InputPart, MovePart } from "$lib/wire";
import { lineText } from "$lib/words";

/** A move that is a sign: takes effect at once, asks nobody, and each of its options begins with a picture (👍). */
export function signs(move: MovePart): (InputPart & { type: "choice" }) | null {
	const [input, ...more] = move.inputs;
	if (!move.extra || move.mode !== "at_once" || move.joint || move.items.length || more.length) return null;
	if (input?.type !== "choice" || input.max !== 1) return null;
	return input.options.every((o) => /^\p{Extended_Pictographic}/u.test(lineText(o.label, () => ""))) ? input : null;
}
