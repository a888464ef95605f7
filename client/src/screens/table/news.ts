import { table } from "$lib/i18n/table";
import type { News } from "$lib/wire";
import { lineText } from "$lib/words";
import type { Play } from "./play.svelte";

/** "Mattone: 15 → 18 → 21" */
export function sentence(n: News, play: Play): string {
	const t = table();
	const person = n.seat === null ? "" : play.name(n.seat);
	if (n.kind === "phase") return t.news.phase(lineText(n.title, play.name));
	if (n.kind === "desk") return t.news.desk(n.act);
	if (n.kind === "rolled") {
		const dice = n.dice.join(" + ");
		return `${person ? `${person}: ` : ""}${t.news.rolled(dice)}`;
	}
	const board = play.session.parts.boards?.[n.board];
	const way = n.spaces.map((v) => board?.spaces.find((s) => s.v === v)?.id ?? String(v));
	const name = lineText(n.pawn, play.name).split(":").at(-1)?.trim() ?? "";
	return `${name}: ${way.join(" → ")}`;
}
