// From frames to what one knows. Pure: no clock, no network, no Svelte.
import type { Millis, Parts, ServerFrame } from "./wire";

export type Known = {
	/** Number of the last frame folded; `null` before the first view. */
	n: number | null;
	/** Session clock told by the last frame that carries one. */
	at: Millis;
	parts: Parts;
	names: Record<string, string>;
};

export const nothing: Known = { n: null, at: 0, parts: {}, names: {} };

export type Folded = { known: Known; resync: boolean };

export function fold(known: Known, frame: ServerFrame): Folded {
	switch (frame.t) {
		case "view":
			return {
				known: { n: frame.n, at: frame.at, parts: present(frame.parts), names: { ...frame.names } },
				resync: false,
			};
		case "diff":
			// Already folded: it came twice over two connections.
			if (known.n !== null && frame.n <= known.n) return { known, resync: false };
			if (known.n !== frame.after) return { known, resync: true };
			return {
				known: { ...known, n: frame.n, at: frame.at, parts: present({ ...known.parts, ...frame.parts }) },
				resync: false,
			};
		case "now":
			if (known.n !== frame.n) return { known, resync: true };
			return { known: { ...known, at: frame.at }, resync: false };
		case "names": {
			const names = { ...known.names };
			for (const [seat, name] of Object.entries(frame.names)) {
				if (name === null) delete names[seat];
				else names[seat] = name;
			}
			return { known: { ...known, names }, resync: false };
		}
		default:
			return { known, resync: false };
	}
}

function present(parts: Parts): Parts {
	return Object.fromEntries(Object.entries(parts).filter(([, part]) => part !== null && part !== undefined));
}
