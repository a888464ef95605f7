// One connection that heals itself. It knows nothing of Svelte, of views or of words.
import type { Bye, ClientFrame, DeskAct, No, SeatAct, ServerFrame } from "./wire";

export type Pending = { id: string; frame: ClientFrame; since: number };

/** `up`: frames flow. `down`: trying again. `off`: stopped for good, with the reason. */
export type LinkState = "connecting" | "up" | "down" | "off";

export type Clock = {
	now(): number;
	after(ms: number, run: () => void): number;
	cancel(timer: number): void;
};

export const wallClock: Clock = {
	now: () => performance.now(),
	after: (ms, run) => setTimeout(run, ms) as unknown as number,
	cancel: (timer) => clearTimeout(timer),
};

export type LinkOptions = {
	/** Gives a one-use ticket, or `null` when this browser may not come in any more. Throws when the network fails. */
	ticket: () => Promise<string | null>;
	/** Number of the last frame folded. */
	since: () => number | null;
	lang?: () => string;
	frame: (frame: ServerFrame) => void;
	state: (state: LinkState, why?: Bye | "refused") => void;
	pending: (pending: readonly Pending[]) => void;
	no?: (id: string, code: No, what: string) => void;
	url?: (ticket: string) => string;
	clock?: Clock;
	random?: () => number;
	WebSocket?: new (url: string) => WebSocket;
	/** Gives page events; the default listens to window and document. */
	wake?: (run: () => void) => () => void;
};

const FIRST_WAIT = 400;
const LONGEST_WAIT = 8_000;
const PING_EVERY = 20_000;
const SILENCE = 9_000;

/** 120 random bits; `crypto.randomUUID` does not exist over plain http. */
export function newId(): string {
	const bytes = crypto.getRandomValues(new Uint8Array(15));
	return btoa(String.fromCharCode(...bytes))
		.replace(/\+/g, "-")
		.replace(/\//g, "_");
}

export class Link {
	#o: LinkOptions;
	#clock: Clock;
	#socket: WebSocket | null = null;
	#round = 0;
	#tries = 0;
	#retry = 0;
	#ping = 0;
	#silence = 0;
	#again = 0;
	#state: LinkState = "connecting";
	#pending: Pending[] = [];
	#unwake: () => void;

	constructor(options: LinkOptions) {
		this.#o = options;
		this.#clock = options.clock ?? wallClock;
		this.#unwake = (options.wake ?? pageWakes)(() => this.poke());
		void this.#connect();
	}

	get state(): LinkState {
		return this.#state;
	}

	seat(act: SeatAct): string {
		return this.#command({ t: "seat", id: newId(), act });
	}

	desk(act: DeskAct): string {
		return this.#command({ t: "desk", id: newId(), act });
	}

	/** Forget what was folded and ask for a whole view. */
	resync(): void {
		this.#send({ t: "hello", lang: this.#o.lang?.() });
	}

	/** The page woke up or the network is back: look at once instead of waiting. */
	poke(): void {
		if (this.#state === "off") return;
		if (this.#socket?.readyState === 1) {
			this.#sendPing();
			return;
		}
		this.#tries = 0;
		if (this.#state === "down") {
			this.#clock.cancel(this.#retry);
			void this.#connect();
		}
	}

	stop(): void {
		this.#off();
	}

	/** After another device took the seat and this one takes it back. */
	restart(): void {
		if (this.#state !== "off") return;
		this.#unwake = (this.#o.wake ?? pageWakes)(() => this.poke());
		this.#tries = 0;
		void this.#connect();
	}

	#command(frame: ClientFrame & { id: string }): string {
		this.#pending = [...this.#pending, { id: frame.id, frame, since: this.#clock.now() }];
		this.#o.pending(this.#pending);
		this.#send(frame);
		return frame.id;
	}

	async #connect(): Promise<void> {
		const round = ++this.#round;
		this.#drop();
		this.#set("connecting");
		let ticket: string | null;
		try {
			ticket = await this.#o.ticket();
		} catch {
			if (round === this.#round) this.#later();
			return;
		}
		if (round !== this.#round) return;
		if (ticket === null) {
			this.#off("refused");
			return;
		}
		let socket: WebSocket;
		try {
			socket = new (this.#o.WebSocket ?? WebSocket)((this.#o.url ?? defaultUrl)(ticket));
		} catch {
			this.#later();
			return;
		}
		this.#socket = socket;
		this.#listen();
		socket.onopen = () => {
			if (socket !== this.#socket) return;
			const since = this.#o.since();
			const lang = this.#o.lang?.();
			this.#send({ t: "hello", ...(since === null ? {} : { since }), ...(lang ? { lang } : {}) });
			for (const waiting of this.#pending) this.#send(waiting.frame);
			this.#beat();
		};
		socket.onmessage = (event) => {
			if (socket !== this.#socket) return;
			this.#clock.cancel(this.#silence);
			let frame: ServerFrame;
			try {
				frame = JSON.parse(event.data as string) as ServerFrame;
			} catch {
				return;
			}
			this.#take(frame);
		};
		socket.onclose = () => {
			if (socket === this.#socket) this.#later();
		};
		socket.onerror = () => {
			if (socket === this.#socket) this.#later();
		};
	}

	#take(frame: ServerFrame): void {
		if (frame.t !== "bye" && this.#state !== "up") {
			this.#tries = 0;
			this.#set("up");
		}
		if (frame.t === "ok") this.#settle(frame.id);
		if (frame.t === "no") {
			if (frame.code === "not_saved" || frame.code === "busy") this.#resendSoon();
			else this.#settle(frame.id);
			this.#o.no?.(frame.id, frame.code, frame.what ?? "");
		}
		this.#o.frame(frame);
		if (frame.t === "bye") {
			if (frame.why === "restart") this.#later();
			else if (frame.why === "protocol") this.#later();
			else this.#off(frame.why);
		}
	}

	#settle(id: string): void {
		this.#pending = this.#pending.filter((p) => p.id !== id);
		this.#o.pending(this.#pending);
	}

	#resendSoon(): void {
		this.#clock.cancel(this.#again);
		this.#again = this.#clock.after(2_000, () => {
			for (const waiting of this.#pending) this.#send(waiting.frame);
		});
	}

	#send(frame: ClientFrame): void {
		if (this.#socket?.readyState !== 1) return;
		this.#socket.send(JSON.stringify(frame));
		if (frame.t !== "ping") this.#listen();
	}

	#beat(): void {
		this.#clock.cancel(this.#ping);
		this.#ping = this.#clock.after(PING_EVERY, () => {
			this.#sendPing();
			this.#beat();
		});
	}

	#sendPing(): void {
		this.#send({ t: "ping" });
		this.#listen();
	}

	/** Everything sent is answered; a connection that stays silent is dead, though the browser may not know yet. */
	#listen(): void {
		this.#clock.cancel(this.#silence);
		this.#silence = this.#clock.after(SILENCE, () => this.#later());
	}

	#later(): void {
		if (this.#state === "off") return;
		this.#drop();
		this.#set("down");
		const top = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.#tries);
		this.#tries += 1;
		const wait = top * (0.5 + 0.5 * (this.#o.random ?? Math.random)());
		this.#clock.cancel(this.#retry);
		this.#retry = this.#clock.after(wait, () => void this.#connect());
	}

	#drop(): void {
		for (const timer of [this.#ping, this.#silence, this.#again]) this.#clock.cancel(timer);
		const socket = this.#socket;
		this.#socket = null;
		if (socket) {
			socket.onopen = socket.onmessage = socket.onclose = socket.onerror = null;
			try {
				socket.close();
			} catch {
				// Already gone.
			}
		}
	}

	#off(why?: Bye | "refused"): void {
		this.#round += 1;
		this.#clock.cancel(this.#retry);
		this.#drop();
		this.#unwake();
		this.#set("off", why);
	}

	#set(state: LinkState, why?: Bye | "refused"): void {
		// While trying again the screen keeps saying that the network is away.
		if (state === "connecting" && this.#state === "down") return;
		this.#state = state;
		this.#o.state(state, why);
	}
}

function defaultUrl(ticket: string): string {
	return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws?ticket=${encodeURIComponent(ticket)}`;
}

function pageWakes(run: () => void): () => void {
	const visible = () => {
		if (document.visibilityState === "visible") run();
	};
	document.addEventListener("visibilitychange", visible);
	window.addEventListener("online", run);
	window.addEventListener("pageshow", run);
	return () => {
		document.removeEventListener("visibilitychange", visible);
		window.removeEventListener("online", run);
		window.removeEventListener("pageshow", run);
	};
}
