// After every control: what it did, for eight seconds, with "Annulla" where it can be undone.
import type { Session } from "$lib/session.svelte";
import type { DeskAct, No } from "$lib/wire";

export type Deed = { k: number; text: string; bad: boolean; undo: { act: DeskAct; text: string } | null };
export type Control = (act: DeskAct, text: string, undo?: { act: DeskAct; text: string }) => Promise<boolean>;

const STAYS = 8_000;

export class Deeds {
	line = $state.raw<Deed | null>(null);
	#k = 0;
	#timer = 0;
	#session: Session;
	#why: (code: No) => string;

	constructor(session: Session, why: (code: No) => string) {
		this.#session = session;
		this.#why = why;
	}

	control: Control = async (act, text, undo) => {
		const code = await this.#session.order(act);
		if (code) this.say(this.#why(code), true);
		else this.say(text, false, undo ?? null);
		return code === null;
	};

	say(text: string, bad = false, undo: Deed["undo"] = null): void {
		clearTimeout(this.#timer);
		this.line = { k: ++this.#k, text, bad, undo };
		this.#timer = window.setTimeout(() => {
			this.line = null;
		}, STAYS);
	}

	undo(): void {
		const undo = this.line?.undo;
		if (undo) void this.control(undo.act, undo.text);
	}

	hush(): void {
		clearTimeout(this.#timer);
		this.line = null;
	}
}
