// What every part of the desk shares.
import { getContext, setContext } from "svelte";
import type { Session } from "$lib/session.svelte";
import type { DeskAct } from "$lib/wire";
import type { Deeds } from "./deeds.svelte";
import type { Facts } from "./facts";
import type { Feed } from "./feed.svelte";

export type Ask =
	| { kind: "next"; act: DeskAct & { do: "next" }; missing: number }
	| { kind: "begin" }
	| { kind: "end" }
	| { kind: "say"; table: number | null }
	| { kind: "bookmark" }
	| { kind: "project" }
	| { kind: "inject"; id: string | null }
	| { kind: "person"; seat: number }
	| { kind: "secret"; n: number }
	| { kind: "table"; n: number }
	| { kind: "knob"; name: string; table: number | null; keys: number[] }
	/** `table` from 1. */
	| { kind: "move"; id: string; table: number }
	| { kind: "more" }
	| { kind: "keys" };

export type Room = {
	id: string;
	session: Session;
	deeds: Deeds;
	feed: Feed;
	facts: () => Facts | null;
	ask: (what: Ask | null) => void;
	next: (table?: number | null) => void;
	shortcuts: { on: boolean };
	/** Roles are written on the cards; off where somebody may look over the shoulder. */
	roles: { on: boolean };
};

const KEY = Symbol("desk");
export const setRoom = (room: Room): Room => setContext(KEY, room);
export const getRoom = (): Room => getContext<Room>(KEY);
