import { describe, expect, it } from "vitest";
import { type Clock, Link, type LinkOptions, type LinkState, newId, type Pending } from "../src/lib/socket";
import type { ClientFrame, No, ServerFrame } from "../src/lib/wire";

/** A clock that stands until it is moved. */
class Hands implements Clock {
	time = 0;
	#next = 1;
	#timers = new Map<number, { at: number; run: () => void }>();
	now = () => this.time;
	after = (ms: number, run: () => void) => {
		this.#timers.set(this.#next, { at: this.time + ms, run });
		return this.#next++;
	};
	cancel = (timer: number) => void this.#timers.delete(timer);
	async pass(ms: number): Promise<void> {
		const end = this.time + ms;
		for (;;) {
			const due = [...this.#timers].filter(([, t]) => t.at <= end).sort((a, b) => a[1].at - b[1].at)[0];
			if (!due) break;
			this.#timers.delete(due[0]);
			this.time = due[1].at;
			due[1].run();
			await settle();
		}
		this.time = end;
		await settle();
	}
}
const settle = async () => {
	for (let i = 0; i < 8; i++) await Promise.resolve();
};

class FakeSocket {
	static all: FakeSocket[] = [];
	readyState = 0;
	sent: ClientFrame[] = [];
	onopen: (() => void) | null = null;
	onmessage: ((e: { data: string }) => void) | null = null;
	onclose: (() => void) | null = null;
	onerror: (() => void) | null = null;
	constructor(readonly url: string) {
		FakeSocket.all.push(this);
	}
	send(text: string): void {
		this.sent.push(JSON.parse(text));
	}
	close(): void {
		this.readyState = 3;
	}
	open(): void {
		this.readyState = 1;
		this.onopen?.();
	}
	say(frame: ServerFrame): void {
		this.onmessage?.({ data: JSON.stringify(frame) });
	}
	drop(): void {
		this.readyState = 3;
		this.onclose?.();
	}
}

function start(more: Partial<LinkOptions> = {}) {
	FakeSocket.all = [];
	const clock = new Hands();
	const seen = {
		states: [] as string[],
		frames: [] as ServerFrame[],
		pending: [] as readonly Pending[],
		no: [] as No[],
	};
	let tickets = 0;
	let wake = () => {};
	let since: number | null = null;
	const link = new Link({
		ticket: async () => `T${++tickets}`,
		since: () => since,
		lang: () => "it",
		frame: (f) => {
			seen.frames.push(f);
			if (f.t === "view" || f.t === "diff") since = f.n;
		},
		state: (s: LinkState, why) => seen.states.push(why ? `${s}:${why}` : s),
		pending: (p) => {
			seen.pending = p;
		},
		no: (_, code) => seen.no.push(code),
		url: (t) => `ws://x/ws?ticket=${t}`,
		clock,
		random: () => 1,
		WebSocket: FakeSocket as unknown as NonNullable<LinkOptions["WebSocket"]>,
		wake: (run) => {
			wake = run;
			return () => {};
		},
		...more,
	});
	const last = () => FakeSocket.all.at(-1) as FakeSocket;
	return { link, clock, seen, last, wake: () => wake() };
}
const view = (n: number): ServerFrame => ({ t: "view", n, at: 0, parts: {}, names: {} });

describe("Link", () => {
	it("says hello first, without and then with `since`, each time with a new ticket", async () => {
		const { clock, last, seen } = start();
		await settle();
		expect(last().url).toBe("ws://x/ws?ticket=T1");
		last().open();
		expect(last().sent).toEqual([{ t: "hello", lang: "it" }]);
		last().say(view(7));
		expect(seen.states.at(-1)).toBe("up");
		last().drop();
		expect(seen.states.at(-1)).toBe("down");
		await clock.pass(400);
		expect(last().url).toBe("ws://x/ws?ticket=T2");
		last().open();
		expect(last().sent[0]).toEqual({ t: "hello", since: 7, lang: "it" });
	});

	it("keeps what is not answered and sends it again under the same id", async () => {
		const { link, clock, last, seen } = start();
		await settle();
		const id = link.seat({ do: "ack" });
		expect(seen.pending).toHaveLength(1);
		last().open();
		expect(last().sent[1]).toEqual({ t: "seat", id, act: { do: "ack" } });
		last().drop();
		await clock.pass(1_000);
		last().open();
		expect(last().sent[1]).toEqual({ t: "seat", id, act: { do: "ack" } });
		last().say({ t: "ok", id, n: 3 });
		expect(seen.pending).toHaveLength(0);
		last().drop();
		await clock.pass(1_000);
		last().open();
		expect(last().sent).toHaveLength(1);
	});

	it("drops a refused command, but repeats one that the disk could not take", async () => {
		const { link, clock, last, seen } = start();
		await settle();
		last().open();
		const a = link.seat({ do: "ack" });
		const b = link.seat({ do: "spoken" });
		last().say({ t: "no", id: a, code: "closed" });
		last().say({ t: "no", id: b, code: "not_saved" });
		expect(seen.no).toEqual(["closed", "not_saved"]);
		expect(seen.pending.map((p) => p.id)).toEqual([b]);
		const before = last().sent.length;
		await clock.pass(2_000);
		expect(last().sent.slice(before)).toEqual([{ t: "seat", id: b, act: { do: "spoken" } }]);
	});

	it("waits longer each time, never more than eight seconds, and at once when the page wakes", async () => {
		const clock = new Hands();
		const tried: number[] = [];
		const { wake } = start({
			clock,
			ticket: async () => {
				tried.push(clock.time);
				throw new Error("no network");
			},
		});
		await settle();
		await clock.pass(40_000);
		const gaps = tried.slice(1).map((t, i) => t - (tried[i] ?? 0));
		expect(gaps.slice(0, 6)).toEqual([400, 800, 1600, 3200, 6400, 8000]);
		const n = tried.length;
		wake();
		await settle();
		expect(tried.length).toBe(n + 1);
	});

	it("takes silence after a ping for a dead connection", async () => {
		const { clock, last, seen } = start();
		await settle();
		last().open();
		last().say(view(1));
		await clock.pass(20_000);
		expect(last().sent.at(-1)).toEqual({ t: "ping" });
		last().say({ t: "pong" });
		await clock.pass(15_000);
		expect(seen.states.at(-1)).toBe("up");
		await clock.pass(15_000);
		expect(seen.states).toContain("down");
	});

	it("stops when another device takes the seat, and comes back when asked", async () => {
		const { link, clock, last, seen } = start();
		await settle();
		last().open();
		last().say({ t: "bye", why: "other_device" });
		expect(seen.states.at(-1)).toBe("off:other_device");
		await clock.pass(60_000);
		expect(FakeSocket.all).toHaveLength(1);
		link.restart();
		await settle();
		expect(FakeSocket.all).toHaveLength(2);
	});

	it("stops when there is no ticket for this browser any more", async () => {
		const { seen } = start({ ticket: async () => null });
		await settle();
		expect(seen.states.at(-1)).toBe("off:refused");
	});

	it("asks for everything again", async () => {
		const { link, last } = start();
		await settle();
		last().open();
		last().say(view(3));
		link.resync();
		expect(last().sent.at(-1)).toEqual({ t: "hello", lang: "it" });
	});
});

it("makes short ids without randomUUID", () => {
	const ids = new Set(Array.from({ length: 200 }, newId));
	expect(ids.size).toBe(200);
	for (const id of ids) expect(id).toMatch(/^[\w-]{20}$/);
});
