// Every scenario of the library, from the door to its ending, at its smallest table: two phones answer by taps,
// bots hold the other seats, the desk goes on where the play waits for it. What comes round again and again is
// not answered by hand for ever: the desk takes the time away, closes what does not look at the clock, and in the
// longest plays lets bots go on.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { after, before, test } from "node:test";
import { House, ROOT } from "./harness.mjs";

const PHONES = 2;
/** How often a phone answers the same phase by hand. */
const ROUNDS = 1;
const HOUR = 3_600_000;
/** After so many steps bots hold the two seats too, but for what no phone has answered yet. */
const PATIENT = 80;
/** No play takes more steps. */
const MOST = 400;

const scenarios = readdirSync(new URL("scenarios/", `file://${ROOT}`), { withFileTypes: true }).flatMap((d) => (d.isDirectory() ? [d.name] : []));

let house;
let desk;
let phones;
before(async () => {
	house = await House.open();
	desk = await house.desk();
	phones = await Promise.all(Array.from({ length: PHONES }, (_, i) => house.phone(`phone ${i + 1}`)));
});
after(() => house?.close());

/** What a phone must show at any moment: a title, something to do or a sentence why not, nothing cut off. */
async function faultsOf({ page }) {
	const { title, words, pieces, wide, room, low } = await page.evaluate(() => {
		const foot = document.querySelector("section.foot");
		const main = foot.querySelector(".btn.main");
		const can = main.getAttribute("aria-disabled") !== "true" || document.querySelector("section.form, section.moves, section.ask");
		return {
			title: document.querySelector("h1").innerText.trim(),
			words: (can ? main : foot.querySelector(".status"))?.innerText.trim(),
			pieces: [...document.querySelectorAll("ul.teams b")].map((b) => b.innerText.trim()),
			wide: document.documentElement.scrollWidth,
			room: document.documentElement.clientWidth,
			low: foot.getBoundingClientRect().bottom - window.innerHeight,
		};
	});
	const faults = [];
	if (!title || title.includes("…")) faults.push(`its title is «${title}»`);
	if (pieces.some((name) => !name || name === "…")) faults.push("a piece has no name");
	if (!words) faults.push("nothing to do, and no reason why");
	if (wide > room) faults.push(`${wide} px wide`);
	if (low > 1) faults.push("the bar is out of sight");
	return faults;
}

/** What the hall's screen must show at any moment: a title without gaps, nothing cut off. */
async function faultsOfWall({ page }) {
	const { title, over } = await page.evaluate(() => {
		const main = document.querySelector("main");
		return {
			title: document.querySelector("h1").innerText.trim(),
			over: Math.max(main.scrollHeight - main.clientHeight * 1.01, main.scrollWidth - main.clientWidth),
		};
	});
	const faults = [];
	if (!title || title.includes("…")) faults.push(`its title is «${title}»`);
	if (over > 1) faults.push(`${over} px do not fit`);
	return faults;
}

/** Plays to the end; gives back what did not look right. */
async function playOut(wall) {
	const [one] = phones;
	const faults = [];
	const looked = new Map();
	const shown = new Set();
	const byHand = new Map();
	const pressed = new Set();
	const count = (map, key) => map.set(key, (map.get(key) ?? 0) + 1);
	let cut = "";
	const tired = (p) => (byHand.get(`${p.label} ${p.parts.phase?.id}`) ?? 0) >= ROUNDS;
	let judged = false;
	for (let step = 0; step < MOST; step++) {
		await desk.calm(phones);
		if (desk.stage === "ended" || desk.parts.tables.every((t) => t.ended)) return faults;
		for (const p of phones) {
			if (!p.parts.phase || p.parts.ending || looked.get(p) === p.opened || tired(p)) continue;
			looked.set(p, p.opened);
			faults.push(...(await faultsOf(p)).map((f) => `${p.label}, ${p.parts.phase.id}: ${f}`));
		}
		const now = desk.strand?.phase;
		if (now && !shown.has(now)) {
			shown.add(now);
			faults.push(...(await faultsOfWall(wall)).map((f) => `the wall, ${now}: ${f}`));
		}
		if (!judged && one.due?.inputs.length) {
			judged = true;
			faults.push(...(await one.axe(one.parts.phase.id)));
		}
		const busy = phones.find((p) => p.busy && !p.parts.me.bot);
		const back = phones.find((p) => p.parts.me.bot && p.parts.phase && !tired(p));
		if (busy && !tired(busy)) {
			const { opened, parts } = busy;
			count(byHand, `${busy.label} ${parts.phase.id}`);
			while (busy.opened === opened && busy.busy) await busy.answer();
		} else if (back) {
			await desk.order({ do: "bot", seat: back.seat, on: false });
			await house.until(() => !back.parts.me.bot, `${back.label} plays again`);
		} else if (busy && step > PATIENT) {
			await desk.order({ do: "bot", seat: busy.seat, on: true });
			await house.until(() => busy.parts.me.bot, `a bot plays for ${busy.label}`);
		} else if (busy && busy.parts.phase.deadline !== null && cut !== busy.opened) {
			cut = busy.opened;
			await desk.order({ do: "extend", ms: -HOUR, table: null });
		} else if (busy || pressed.has(desk.strand?.phase)) await desk.order({ do: "next", table: null });
		else {
			pressed.add(desk.strand?.phase);
			await desk.next();
		}
	}
	throw new Error(`no end in ${MOST} steps: ${desk.mark}`);
}

for (const slug of scenarios)
	test(slug, async () => {
		const { card } = await house.get(`/api/scenarios/${slug}`);
		await desk.prepare(slug, card.tables[0]);
		await Promise.all(phones.map((p) => p.join(desk.code)));
		await desk.page.getByRole("button", { name: "Riempi con i bot" }).first().click();
		await house.until(() => desk.parts.people.length >= card.seats[0] * card.tables[0], "bots hold the other seats");
		const wall = await desk.projector();
		await desk.begin();
		const faults = await playOut(wall);
		await wall.context.close();
		if (desk.stage === "play") await desk.end();
		await house.until(() => phones.every((p) => p.stage === "ended"), "everybody sees the end");
		await phones[0].page.getByRole("heading", { name: "Ora parliamone" }).waitFor();
		faults.push(...(await phones[0].fits()));

		const { ok, commits } = await house.get(`/api/sessions/${desk.id}/verify`);
		assert.ok(ok, "the record is whole");
		// Where the play ended while the desk reached for "next", the same button has led there already.
		if (!desk.page.url().includes("/debrief/")) await desk.main.click();
		await desk.page.waitForURL(/\/debrief\//);
		await desk.page.getByText(`Registro integro: ${commits} mosse su ${commits}`).waitFor();
		assert.deepEqual([...new Set(faults)], []);
		house.quiet();
	});
