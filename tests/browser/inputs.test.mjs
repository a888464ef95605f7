// Each type of input, each board and each kind of zone, on a phone: answered with taps, nothing wider than the
// page, axe finds nothing by day and by night. Two scenarios made for this.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { House, NARROW, PHONE } from "./harness.mjs";

let house;
let desk;
before(async () => {
	house = await House.open("tests/browser/scenarios");
	desk = await house.desk();
});
after(() => house?.close());

const faults = [];
afterEach(() => {
	const found = [...new Set(faults.splice(0))];
	assert.equal(found.length, 0, `\n${found.join("\n")}`);
});

async function look(phone, where) {
	for (const colorScheme of ["light", "dark"]) {
		await phone.page.emulateMedia({ colorScheme });
		// The new colours are on the page once two frames have been drawn.
		await phone.page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
		faults.push(...(await phone.axe(`${where}, ${colorScheme}`)));
	}
	await phone.page.setViewportSize(NARROW.viewport);
	faults.push(...(await phone.fits()).map((f) => `${where}: ${f}`));
	await phone.page.setViewportSize(PHONE.viewport);
}

/** Answers what the phase asks, one question after the other, and looks at each. */
async function answerAll(phone, seen = look) {
	const { phase } = phone.parts;
	for (const input of phone.due.inputs) {
		await seen(phone, `${phase.id}, ${input.id}`);
		await phone.fill(input, 0);
	}
	await house.until(() => !phone.due || phone.parts.phase?.id !== phase.id, `${phone.label} has answered ${phase.id}`);
}

test("every type of input", async () => {
	await desk.prepare("domande");
	const phones = await house.seat(desk, 2);
	const [one, two] = phones;
	await desk.begin();
	const seen = new Set();
	while (!seen.has("mostra")) {
		await house.together(desk, phones);
		const { phase } = desk.strand;
		assert.ok(!seen.has(phase), `${phase} came again`);
		seen.add(phase);
		if (phase === "segni") {
			// A sign is a tap, and stays to be made again.
			await look(one, phase);
			await one.page.getByRole("button", { name: "👍 Sì" }).click();
			await one.page.getByText("👍 Sì").first().waitFor();
			await desk.next();
		} else if (phase === "offerta") {
			await one.page.locator("section.moves button.opt").first().click();
			for (const input of one.parts.moves.find((m) => m.id === "proponi").inputs) {
				await look(one, `${phase}, ${input.id}`);
				await one.fill(input, 0);
			}
			await house.until(() => two.parts.asks?.length, "the offer arrives");
			await look(two, "an offer");
			await two.page.locator("section.ask label.opt").first().click();
			await two.page.locator("section.ask .btn.act").click();
			await house.until(() => !two.parts.asks?.length, "the offer is taken");
			await two.page.locator("section.moves button.opt").nth(1).click();
			await two.main.click();
			if (desk.strand?.phase === phase) await desk.next();
		} else if (phase === "insieme") {
			await answerAll(one);
			await house.until(() => two.parts.moves.some((m) => m.joint?.versions.length), "the version is on the table");
			await look(two, "a version of somebody else");
			await two.page.locator(".joint article .btn").first().click();
			await house.until(() => desk.strand?.phase !== phase, "both hold it");
		} else if (phase === "mostra") {
			await look(one, phase);
			for (const tab of [1, 2]) {
				await one.page.locator("nav.tabs button").nth(tab).click();
				await look(one, `${phase}, tab ${tab}`);
			}
		} else if (one.due.items.length) {
			await look(one, phase);
			await desk.next();
		} else {
			await answerAll(one);
			await look(one, `${phase}, answered`);
			await answerAll(two, async () => {});
			await house.until(() => desk.strand?.phase !== phase, `${phase} closes`);
		}
	}
	assert.equal(seen.size, 12);
	await desk.end();
	for (const p of phones) await p.context.close();
});

test("a picture is shown to who holds its card, and has no other address", async () => {
	await desk.prepare("domande");
	const phones = await house.seat(desk, 2);
	await desk.begin();
	await house.together(desk, phones);
	const cards = (p) => p.parts.zones.flatMap((z) => z.cards);
	const shown = phones.flatMap((p) => cards(p).flatMap((c) => (c.picture ? [[p, c.picture]] : [])));
	for (const [phone, picture] of shown) {
		await phone.page.locator("nav.tabs button").nth(1).click();
		const img = phone.page.locator(`img[src="/img/${picture.src}"]`).first();
		await img.scrollIntoViewIfNeeded();
		await house.until(() => img.evaluate((i) => i.complete && i.naturalWidth > 0), "the picture is there");
		assert.equal(await img.getAttribute("alt"), "Un volto, e due onde di voce");
	}
	for (const wrong of ["ascolto.svg", `${"0".repeat(32)}.svg`, "..%2Fscenario.toml"])
		assert.equal((await fetch(`${house.base}/img/${wrong}`)).status, 404, wrong);
	await desk.end();
	for (const p of phones) await p.context.close();
});

test("boards of every shape", async () => {
	await desk.prepare("tabelloni");
	const phones = await house.seat(desk, 2);
	const [one, two] = phones;
	await desk.begin();
	const choose = {
		griglia: () => one.page.locator('section.board[aria-label="La scacchiera"] [role="button"][aria-pressed]').nth(2),
		parole: () => one.page.locator(".map.grid button.tile").first(),
		rete: () => one.page.locator('section.board[aria-label="La città"] [role="button"][aria-pressed]').first(),
	};
	for (const phase of ["griglia", "parole", "anello", "rete", "strada"]) {
		await house.until(() => phones.every((p) => p.parts.phase?.id === phase) && one.due, `${phase} is open`);
		await look(one, phase);
		const space = choose[phase]?.();
		if (space) {
			// Chosen on the board itself: by a tap, and by the keyboard.
			await space.focus();
			await one.page.keyboard.press("Enter");
			assert.equal(await space.getAttribute("aria-pressed"), "true", phase);
			await one.main.click();
		} else await one.answer();
		await house.until(() => !one.due || one.parts.phase?.id !== phase, `${phase} is answered`);
		if (two.due && two.parts.phase?.id === phase) await two.answer();
	}
	for (const p of phones) await p.context.close();
});

test("no page complained", () => house.quiet());
