import { type Deed, wayText, whose } from "$lib/deeds";
import { table } from "$lib/i18n/table";
import { lineText } from "$lib/words";
import type { Play } from "./play.svelte";

/** "Mattone 2+1: 15 → 18 (la persona giusta) → 21" */
export function sentence(all: readonly Deed[], i: number, play: Play): string {
	const t = table();
	const n = all[i]?.last;
	if (!n) return "";
	if (n.kind === "phase") return t.news.phase(lineText(n.title, play.name));
	if (n.kind === "desk") return t.news.desk(n.act);
	const { boards = [], pawns = [] } = play.session.parts;
	if (n.kind === "walked") return wayText(all, i, boards ?? [], play.name);
	const person = whose(n, pawns ?? [], play.name);
	return `${person ? `${person}: ` : ""}${t.news.rolled(n.dice.join(" + "))}`;
}
