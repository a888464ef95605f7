// What a person is doing at the table now: which move, which of its questions, and what the main button says.
import lock from "lucide:lock-open";
import stamp from "lucide:stamp";
import { allowedBy, complete, Drafts, filled, formKey, toSend } from "$lib/drafts.svelte";
import { common } from "$lib/i18n/common";
import { table } from "$lib/i18n/table";
import type { Session } from "$lib/session.svelte";
import type { Answer, Answers, InputPart, ItemPart, MovePart } from "$lib/wire";
import { clockText, lineText } from "$lib/words";

export type Bar = {
	kind: "act" | "back" | "none" | "paused" | "unsent";
	label: string;
	look: "act" | "seal" | "turn" | "quiet" | "wait";
	icon?: string;
	inert: boolean;
	status: string;
	secret: boolean;
	run: () => void;
};

export class Play {
	session: Session;
	drafts: Drafts;
	wide = $state(false);
	chosen = $state<string | null>(null);
	step = $state(0);
	itemChosen = $state<number | null>(null);
	editing = $state(false);
	sending = $state(false);
	sure = $state<string | null>(null);
	/** Time ran out over something this person still owed: said for ten seconds. */
	timeUp = $state.raw<{ at: number; kind: "own" | "joint" | "dice" } | null>(null);

	constructor(session: Session, key: string) {
		this.session = session;
		this.drafts = new Drafts(key);
	}

	phase = $derived.by(() => this.session.parts.phase ?? null);
	me = $derived.by(() => this.session.parts.me ?? null);
	moves: MovePart[] = $derived.by(() => this.session.parts.moves ?? []);
	/** Moves that are, or were, open to this person. */
	live: MovePart[] = $derived.by(() =>
		this.moves.filter((m) => m.open || answered(m) || (m.joint?.versions.length ?? 0) > 0),
	);
	main: MovePart[] = $derived.by(() => this.live.filter((m) => !m.extra));
	extra: MovePart[] = $derived.by(() => this.live.filter((m) => m.extra));
	/** Several to choose among. What is extra waits aside until it is picked. */
	choices: MovePart[] = $derived.by(() => (this.main.length > 1 ? this.main : []));
	move: MovePart | null = $derived.by(() => {
		const picked = this.moves.find((m) => m.id === this.chosen);
		if (picked) return picked;
		if (this.main.length === 1) return this.main[0] ?? null;
		return this.main.find((m) => answered(m)) ?? null;
	});
	mustAck = $derived.by(() => !!this.phase?.ack && this.phase.asked && !this.phase.done);
	item: ItemPart | null = $derived.by(() => {
		const items = this.move?.items ?? [];
		if (!items.length) return null;
		return items.find((i) => i.v === this.itemChosen) ?? items.find((i) => i.mine === null) ?? null;
	});
	form = $derived.by(() => (this.move ? formKey(this.move.id, this.item?.v) : ""));
	/** The form is in sight: open, and not answered or being answered anew. */
	asking = $derived.by(() => {
		const m = this.move;
		if (!m?.open) return false;
		if (m.items.length)
			return this.item !== null && (this.item.mine === null || this.editing || this.itemChosen !== null);
		if (m.joint) return this.editing || (m.mine === null && (m.joint.each || m.joint.versions.length === 0));
		return m.mine === null || this.editing || m.mode === "at_once" || m.extra;
	});
	/** What is asked: of one item it may be something else than of another. */
	inputs: InputPart[] = $derived.by(() => this.item?.inputs ?? this.move?.inputs ?? []);
	answers: Answers = $derived.by(() => filled(this.inputs, this.drafts.get(this.form)));
	shown: InputPart[] = $derived.by(() => {
		const inputs = this.inputs;
		if (this.wide || inputs.length < 2) return inputs;
		const one = inputs[Math.min(this.step, inputs.length - 1)];
		return one ? [one] : [];
	});
	last = $derived.by(() => this.wide || this.step >= this.inputs.length - 1);
	ready = $derived.by(
		() =>
			this.shown.every((i) => complete(i, this.answers)) &&
			(!this.last || this.inputs.every((i) => complete(i, this.answers))),
	);
	secret = $derived.by(() => this.move?.mode === "sealed");
	frozen = $derived.by(() => this.session.paused !== null);
	sealed = $derived.by(() => !!this.move && answered(this.move) && !this.asking);

	/** What would be missed if time ran out now. */
	lateness = $derived.by(() => {
		const p = this.phase;
		if (!p?.asked || p.done || p.deadline == null) return null;
		const open = this.main.filter((m) => m.open);
		if (!open.length) return null;
		return { deadline: p.deadline, joint: open.some((m) => m.joint), dice: open.some((m) => m.dice) };
	});

	name = (seat: number): string => this.session.name(seat);

	left(): number | null {
		const deadline = this.phase?.deadline;
		return deadline == null ? null : deadline - this.session.now();
	}

	set(input: string, value: Answer | null): void {
		this.sure = null;
		this.drafts.set(this.form, input, value);
		// A choice that an earlier answer now rules out is taken back.
		for (const other of this.inputs) {
			const allowed = allowedBy(other, this.answers);
			const held = this.answers[other.id];
			if (!allowed || other.type !== "choice" || held === undefined) continue;
			const list = Array.isArray(held) ? (held as number[]) : [held as number];
			const kept = list.filter((v) => allowed.has(v));
			if (kept.length !== list.length) this.drafts.set(this.form, other.id, kept.length ? kept : null);
		}
	}

	pick(id: string | null): void {
		this.chosen = id;
		this.step = 0;
		this.editing = false;
		this.itemChosen = null;
		this.sure = null;
	}

	/** Begin again from what was answered: one's own, or the first version on the table. */
	edit(from: Answers | null): void {
		this.editing = true;
		this.step = 0;
		if (from && this.move && !Object.keys(this.drafts.get(this.form)).length) this.drafts.replace(this.form, from);
	}

	async send(): Promise<void> {
		const move = this.move;
		if (!move || this.sending) return;
		this.sending = true;
		const inputs = toSend(this.inputs, this.answers);
		if (this.sure === move.id) inputs.sure = true;
		const item = this.item?.v;
		const sealedNow = !move.extra && move.mode !== "at_once";
		const why = await this.session.act({ do: "move", move: move.id, ...(item === undefined ? {} : { item }), inputs });
		this.sending = false;
		if (why === "sure") this.sure = move.id;
		if (why !== null) return;
		this.sure = null;
		this.editing = false;
		this.step = 0;
		this.itemChosen = null;
		if (!sealedNow) this.drafts.replace(formKey(move.id, item), {});
		if (move.extra) this.chosen = null;
	}

	async back(of: number): Promise<void> {
		if (!this.move) return;
		const item = this.item?.v;
		await this.session.act({ do: "back", move: this.move.id, ...(item === undefined ? {} : { item }), of });
	}

	async reopen(item?: number): Promise<void> {
		const move = this.move;
		if (!move) return;
		const mine = item === undefined ? move.mine : (move.items.find((i) => i.v === item)?.mine ?? null);
		const why = await this.session.act({ do: "reopen", move: move.id, ...(item === undefined ? {} : { item }) });
		if (why !== null) return;
		this.itemChosen = item ?? null;
		this.edit(mine);
	}

	bar: Bar = $derived.by(() => {
		const t = table();
		const none = (status: string, label = t.wait): Bar => ({
			kind: "none",
			label,
			look: "quiet",
			inert: true,
			status,
			secret: false,
			run: () => {},
		});
		const phase = this.phase;
		const move = this.move;
		if (this.session.paused !== null) return { ...none("", t.pausedTitle), kind: "paused" };
		if (this.session.unsent)
			return {
				kind: "unsent",
				label: t.unsentButton,
				look: "wait",
				inert: true,
				status: t.unsent,
				secret: false,
				run: () => {},
			};
		if (!phase) return none(t.listen);
		if (phase.frozen) return none(t.frozen, t.waitDesk);
		const picking = this.choices.length > 0 && !move;
		if (move && this.asking) {
			const secret = move.mode === "sealed";
			const status = move.dice
				? phase.turn
					? t.yourTeamTurn
					: t.yourTurn
				: secret && move.seen !== "owner" && move.seen !== "only"
					? t.inSecret
					: move.mode === "final"
						? t.final
						: move.joint
							? t.joint.need(move.joint.need, move.joint.members.length)
							: this.audience(move);
			if (!this.last) {
				return {
					kind: "act",
					label: t.next,
					look: "act",
					inert: !this.ready,
					status,
					secret,
					run: () => {
						this.step += 1;
					},
				};
			}
			const look = move.dice ? "turn" : secret ? "seal" : "act";
			const own = lineText(move.label, this.name);
			const label =
				this.sure === move.id
					? t.sureAgain
					: this.sending
						? t.sending
						: own && own.length <= 44
							? own
							: move.joint
								? t.joint.confirm
								: secret
									? this.inputs[0]?.type === "order"
										? t.sealOrder
										: t.sealChoice
									: t.confirm;
			return {
				kind: "act",
				label,
				look,
				...(secret && !move.dice ? { icon: stamp } : {}),
				inert: !this.ready || this.sending,
				status,
				secret,
				run: () => void this.send(),
			};
		}
		if (phase.speaker !== null && phase.speaker === this.me?.seat) {
			return {
				kind: "act",
				label: t.spoken,
				look: "act",
				inert: false,
				status: t.youSpeak,
				secret: false,
				run: () => void this.session.act({ do: "spoken" }),
			};
		}
		if (picking) return none(t.which, t.confirm);
		if (this.mustAck)
			return {
				kind: "act",
				label: t.ack,
				look: "act",
				inert: false,
				status: this.waiting(),
				secret: false,
				run: () => void this.session.act({ do: "ack" }),
			};
		if (move?.joint && move.open && !this.asking) {
			const me = this.me?.seat ?? -1;
			const mine = move.joint.versions.some((v) => v.by.includes(me));
			// Each has put a part: what is left is to agree to the whole.
			if (move.joint.each && move.joint.versions.length >= move.joint.members.length && !move.joint.held.includes(me))
				return {
					kind: "act",
					label: t.joint.confirm,
					look: "act",
					inert: false,
					status: t.joint.whole,
					secret: false,
					run: () => void this.back(me),
				};
			const late = move.joint.members.filter((m) => !move.joint?.versions.some((v) => v.by.includes(m)));
			return {
				kind: "back",
				label: mine ? t.joint.change : t.joint.propose,
				look: "quiet",
				inert: false,
				status: mine
					? move.joint.each && late.length
						? t.joint.missing(late.map(this.name).join(", "), late.length)
						: t.joint.you
					: t.joint.need(move.joint.need, move.joint.members.length),
				secret: false,
				run: () => this.edit(move.mine ?? move.joint?.versions[0]?.inputs ?? null),
			};
		}
		if (move?.mine && move.can_change) {
			return {
				kind: "back",
				label: t.reopen,
				look: "quiet",
				icon: lock,
				inert: false,
				status: t.reopenHint,
				secret: false,
				run: () => void this.reopen(),
			};
		}
		if (phase.speaker !== null) return none(t.speaks(this.name(phase.speaker)));
		const turn = phase.turn;
		if (turn && turn.n !== this.me?.team?.n) return none(t.turnOf(lineText(turn.name, this.name)));
		if (phase.ends === "desk") return none(this.waiting() || t.listen, t.waitDesk);
		return none(this.waiting() || t.listen);
	});

	/** Who will read it. A choice made in the open is its writer's alone, but what it does may be seen by all: nothing is promised. */
	audience(move: MovePart): string {
		const words = this.inputs.some((i) => i.type === "text" || i.type === "drawing");
		if (!move.seen || (move.seen === "owner" && move.mode !== "sealed" && !words)) return "";
		return table().seen[move.seen];
	}

	/** "Mancano 2 di 5", or what the scenario lets one know. */
	waiting(): string {
		const t = table();
		const w = this.phase?.waiting;
		// What ends at the desk, and asks nothing that must be answered, waits for nobody.
		if (!w || (this.phase?.ends === "desk" && !this.phase.ack && this.moves.every((m) => m.extra))) return "";
		const last = w.missing === 1 ? w.seats?.[0] : undefined;
		if (last !== undefined) return last === this.me?.seat ? t.missingMe : t.missingOne(this.name(last));
		return w.seats === null && w.missing > 0 && w.asked === 0 ? t.waited : t.missing(w.missing, w.asked);
	}

	timeText(): string {
		const c = common();
		const left = this.left();
		if (left === null) return "";
		const seconds = Math.max(0, Math.round(left / 1000));
		if (seconds < 55) return c.secondsWords(seconds);
		// A minute and a half is neither one nor two.
		return c.minutesWords(seconds < 300 ? Math.max(1, Math.round(seconds / 30) / 2) : Math.round(seconds / 60));
	}

	pausedText(): string {
		const t = table();
		const left = this.left();
		return t.paused(left === null ? "" : clockText(left));
	}
}

export function answered(move: MovePart): boolean {
	return move.items.length ? move.items.every((i) => i.mine !== null) : move.mine !== null;
}
