import type { CardPart } from "./wire";

/** Pieces that nobody could tell apart, together. */
export type Pile = { card: CardPart; all: CardPart[] };

/** Equal pieces become one pile; each stands where the first of its kind lay. */
export function piles(cards: CardPart[]): Pile[] {
	const found = new Map<string, Pile>();
	for (const card of cards) {
		const { v: _, ...face } = card;
		const key = JSON.stringify(face);
		const pile = found.get(key);
		if (pile) pile.all.push(card);
		else found.set(key, { card, all: [card] });
	}
	return [...found.values()];
}
