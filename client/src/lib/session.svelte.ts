// What a screen knows of its session, as runes. One per connection: a seat, the desk or the projector.
import { fold, type Known, nothing } from "./reduce";
import { type Clock, Link, type LinkOptions, type LinkState, type Pending, wallClock } from "./socket";
import type { Bye, DeskAct, No, Parts, SeatAct, SeatId, ServerFrame } from "./wire";

export type Refused = { id: string; code: No; what: string; act: SeatAct | DeskAct | null; n: number };

/** The one network word of every screen. */
export type NetworkWord = "saved" | "sending" | "retry" | "unsaved" | "connecting";

export class Session {
	#known = $state.raw<Known>(nothing);
	link = $state<LinkState>("connecting");
	bye = $state<Bye | "refused" | null>(null);
	pending = $state.raw<readonly Pending[]>([]);
	refused = $state.raw<Refused | null>(null);
	/** The journal can store. */
	saved = $state(true);
	desk = $state(true);
	deskAwaySince = $state<number | null>(null);
	offlineSince = $state<number | null>(null);
	/** Moments of the page's clock, for lines that pass by. */
	backAt = $state<number | null>(null);
	restartedAt = $state<number | null>(null);
	nudgedAt = $state<number | null>(null);
	/** Page time, moved on by a timer while a screen is mounted. */
	tick = $state(0);

	#offset = 0;
	#clock: Clock;
	#link: Link | null = null;
	#acts = new Map<string, SeatAct | DeskAct>();
	#waits = new Map<string, (why: No | null) => void>();
	#timer = 0;
	#refusals = 0;

	parts: Parts = $derived(this.#known.parts);
	names: Record<string, string> = $derived(this.#known.names);
	ready = $derived(this.#known.n !== null);
	paused = $derived(this.parts.session?.paused ?? null);

	word: NetworkWord = $derived.by(() => {
		if (!this.saved) return "unsaved";
		if (this.offlineSince !== null) return "retry";
		if (!this.ready) return "connecting";
		const oldest = this.pending[0];
		return oldest && this.tick - oldest.since > 1_000 ? "sending" : "saved";
	});
	/** Something was pressed and is not at the table yet. */
	unsent = $derived(this.pending.length > 0 && (this.offlineSince !== null || !this.saved));

	constructor(options?: Pick<LinkOptions, "ticket"> & Partial<LinkOptions>) {
		this.#clock = options?.clock ?? wallClock;
		this.tick = this.#clock.now();
		if (!options) return;
		this.#link = new Link({
			...options,
			since: () => this.#known.n,
			frame: (frame) => this.take(frame),
			state: (state, why) => this.#linked(state, why),
			pending: (pending) => {
				this.pending = pending;
			},
			no: (id, code, what) => this.#no(id, code, what),
		});
		const beat = () => {
			this.tick = this.#clock.now();
			this.#timer = this.#clock.after(250, beat);
		};
		beat();
	}

	/** Session clock now: it stands while paused, and never runs past what a pause says. */
	now(): number {
		const paused = this.paused;
		return paused ?? this.tick + this.#offset;
	}

	name(seat: SeatId): string {
		const known = this.names[String(seat)];
		if (known !== undefined) return known;
		return this.parts.people?.some((p) => p.seat === seat && p.bot) ? `Bot ${seat + 1}` : "…";
	}

	act(act: SeatAct): Promise<No | null> {
		return this.#sent(this.#link?.seat(act), act);
	}

	order(act: DeskAct): Promise<No | null> {
		return this.#sent(this.#link?.desk(act), act);
	}

	takeBack(): void {
		this.bye = null;
		this.#link?.restart();
	}

	/** Asks for the whole view again, for instance in another language. */
	refresh(): void {
		this.#link?.resync();
	}

	stop(): void {
		this.#clock.cancel(this.#timer);
		this.#link?.stop();
	}

	/** Folds one frame. Public for fixtures and tests. */
	take(frame: ServerFrame): void {
		const { known, resync } = fold(this.#known, frame);
		if (known !== this.#known) this.#known = known;
		if (resync) this.#link?.resync();
		if (!resync && (frame.t === "view" || frame.t === "diff" || frame.t === "now")) {
			this.tick = this.#clock.now();
			this.#offset = frame.at - this.tick;
		}
		if (frame.t === "health") {
			this.saved = frame.saved;
			if (this.desk && !frame.desk) this.deskAwaySince = this.#clock.now();
			if (frame.desk) this.deskAwaySince = null;
			this.desk = frame.desk;
		} else if (frame.t === "nudge") this.nudgedAt = this.#clock.now();
		else if (frame.t === "ok") this.#answer(frame.id, null);
		else if (frame.t === "bye" && frame.why === "restart") this.restartedAt = this.#clock.now();
	}

	#sent(id: string | undefined, act: SeatAct | DeskAct): Promise<No | null> {
		if (!id) return Promise.resolve(null);
		this.refused = null;
		this.#acts.set(id, act);
		return new Promise((resolve) => this.#waits.set(id, resolve));
	}

	#no(id: string, code: No, what: string): void {
		if (code === "not_saved") this.saved = false;
		if (code === "not_saved" || code === "busy") return;
		this.refused = { id, code, what, act: this.#acts.get(id) ?? null, n: ++this.#refusals };
		this.#answer(id, code);
	}

	#answer(id: string, code: No | null): void {
		this.#acts.delete(id);
		this.#waits.get(id)?.(code);
		this.#waits.delete(id);
	}

	#linked(state: LinkState, why?: Bye | "refused"): void {
		const now = this.#clock.now();
		if (state === "up" && this.offlineSince !== null) {
			this.offlineSince = null;
			this.backAt = now;
		}
		if (state === "down" && this.offlineSince === null) this.offlineSince = now;
		if (state === "off") {
			this.offlineSince = null;
			this.bye = why ?? null;
		}
		this.link = state;
	}
}
