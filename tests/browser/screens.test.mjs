// Every screen, in both languages and both colour schemes: axe finds nothing, nothing is wider than a small
// phone, the main button is in sight, and nothing moves for whoever asked for less motion.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { Desk, House, LAPTOP, NARROW, PHONE } from "./harness.mjs";

let house;
/** Desk of the account, and the sessions that the screens are looked at in. */
let desk;
before(async () => {
	house = await House.open();
	desk = await house.desk();
});
after(() => house?.close());

/** What was found on the screens of one test: all of it is told at once. */
const faults = [];
afterEach(() => {
	const found = [...new Set(faults.splice(0))];
	assert.equal(found.length, 0, `\n${found.join("\n")}`);
});

/** Looks at one screen in every dress. `ready` is in sight once the screen is whole. */
async function survey(viewer, name, ready, { narrow = true, main = null } = {}) {
	const { page } = viewer;
	const usual = page.viewportSize();
	for (const lang of ["it", "en"]) {
		await page.evaluate((l) => localStorage.setItem("sofia.lang", JSON.stringify(l)), lang);
		await page.reload();
		await page.locator(ready).first().waitFor();
		assert.equal(await page.locator("html").getAttribute("lang"), lang, `${name}: the page says its language`);
		const moving = await page.evaluate(
			() =>
				new Promise((seen) =>
					requestAnimationFrame(() =>
						requestAnimationFrame(() => {
							const all = document.getAnimations().filter((a) => a.playState === "running" && a.effect.getComputedTiming().duration > 50);
							seen(all.map((a) => `${a.animationName ?? a.transitionProperty} on ${a.effect.target.outerHTML.slice(0, 90)}`));
						}),
					),
				),
		);
		faults.push(...moving.map((m) => `${name}: moves although less motion was asked for: ${m}`));
		for (const colorScheme of ["light", "dark"]) {
			await page.emulateMedia({ colorScheme });
			// The new colours are on the page once two frames have been drawn and nothing fades any more.
			await page.evaluate(async () => {
				await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
				await Promise.all(document.getAnimations().filter((a) => a.effect.getComputedTiming().iterations !== Infinity).map((a) => a.finished.catch(() => {})));
			});
			faults.push(...(await viewer.axe(`${name}, ${lang}, ${colorScheme}`)));
		}
		if (!narrow) continue;
		await page.setViewportSize(NARROW.viewport);
		await page.reload();
		await page.locator(ready).first().waitFor();
		faults.push(...(await viewer.fits()).map((f) => `${name}: ${f}`));
		if (main) {
			const box = await page.locator(main).first().boundingBox();
			const { width, height } = NARROW.viewport;
			const inside = box && box.x >= 0 && box.y >= 0 && box.x + box.width <= width && box.y + box.height <= height;
			if (!inside) faults.push(`${name}: the main button is out of sight at 320 px`);
		}
		await page.setViewportSize(usual);
	}
	await page.evaluate(() => localStorage.removeItem("sofia.lang"));
	await page.reload();
	await page.locator(ready).first().waitFor();
}

test("before a session: home, sign in, accessibility, library, scenario, lists", async () => {
	const guest = await house.phone("guest");
	for (const [name, path, ready] of [
		["home", "/", "#code"],
		["sign in", "/signin", "#name"],
		["accessibility", "/access", "h1"],
	]) {
		await guest.open(path);
		await survey(guest, name, ready);
	}
	await guest.context.close();
	for (const [name, path, ready] of [
		["library", "/scenarios", "article h2, .box, a[href^='/scenarios/']"],
		["scenario", "/scenarios/la-ricevuta-non-basta", "aside .btn.main"],
		["sessions", "/desk", "h1"],
		["journals", "/journals", "h1"],
	]) {
		await desk.open(path);
		await survey(desk, name, ready);
	}
});

const FOOT = "section.foot .btn.main";

test("a session, from the open door to the debrief", async () => {
	await desk.prepare("la-ricevuta-non-basta");
	const screen = await desk.projector();
	const guest = await house.phone("guest");
	await guest.open(`/j/${desk.code}`);
	await survey(guest, "join", ".bar .btn.main", { main: ".bar .btn.main" });
	await guest.context.close();
	const phones = await house.seat(desk, 3);
	const [one, two] = phones;
	const small = await house.page(Desk, "desk on a phone", PHONE);
	await small.context.addCookies(house.cookies);
	await small.open(`/desk/${desk.id}`);
	await survey(one, "lobby", "h1");
	await survey(desk, "desk, lobby", ".desk .btn.main", { narrow: false });
	await survey(small, "desk on a phone, lobby", ".btn.main", { main: ".btn.main" });
	await survey(screen, "projector, lobby", ".qr img", { narrow: false });
	await house.until(() => desk.stage === "lobby" && desk.parts.people.length === 3, "the desk is back");
	await desk.begin();

	const looks = {
		carta: () => survey(one, "role card", FOOT, { main: FOOT }),
		documenti: async () => {
			await survey(one, "documents", FOOT, { main: FOOT });
			for (const tab of [1, 2]) {
				await one.page.locator("nav.tabs button").nth(tab).click();
				await one.still();
				faults.push(...(await one.axe(`tab ${tab}`)));
				faults.push(...(await one.fits()));
			}
			await one.page.locator("button.plate").click();
			await one.page.locator("dialog[open]").waitFor();
			faults.push(...(await one.axe("menu")));
			await one.page.keyboard.press("Escape");
			await one.page.locator("nav.tabs button").first().click();
		},
		voto_uno: async () => {
			await survey(one, "a choice in secret", FOOT, { main: FOOT });
			await two.answer();
			await survey(two, "sealed", FOOT, { main: FOOT });
			await survey(desk, "desk, play", ".desk .btn.main", { narrow: false });
			await survey(small, "desk on a phone, play", ".btn.main", { main: ".btn.main" });
			await survey(screen, "projector, phase", ".screen main", { narrow: false });
			await desk.page.getByRole("button", { name: /^Pausa per tutti$/ }).click();
			await house.until(() => one.parts.session.paused !== null, "paused");
			await survey(one, "paused", "section.foot");
			await survey(screen, "projector, paused", ".pause", { narrow: false });
			await desk.page.getByRole("button", { name: /^Riprendi$/ }).first().click();
			await house.until(() => one.parts.session.paused === null, "resumed");
		},
		scheda_norme: () => survey(one, "a text", FOOT, { main: FOOT }),
		confronto: async () => {
			await survey(one, "what was written, open", FOOT, { main: FOOT });
			await survey(screen, "projector, listening", ".screen main", { narrow: false });
		},
		norme: () => survey(one, "norms", FOOT, { main: FOOT }),
		risposta: async () => {
			await two.answer();
			await survey(one, "one answer of all", FOOT, { main: FOOT });
		},
	};
	await house.play(desk, phones, {
		each: async (phase) => {
			// A pause moves the beginning of a phase: it is looked at once.
			const look = looks[phase];
			delete looks[phase];
			await look?.();
		},
	});
	await survey(one, "the end", "h1");
	await survey(screen, "projector, the end", ".screen main", { narrow: false });
	await desk.main.click();
	await desk.page.waitForURL(/\/debrief\//);
	await survey(desk, "debrief", "text=/Impronta|Fingerprint/", { narrow: false });
	for (const step of [0, 2]) {
		await desk.page.locator("header nav button").nth(step).click();
		faults.push(...(await desk.axe(`debrief, step ${step + 1}`)));
	}
	await small.open(`/debrief/${desk.id}`);
	await survey(small, "debrief on a phone", "text=/Impronta|Fingerprint/");
	await desk.open(`/journals/${desk.id}`);
	await survey(desk, "journal", "text=/Verifica il registro|Verify/");
	for (const v of [screen, small, ...phones]) await v.context.close();
});

test("a board, on the phone and on the wall", async () => {
	await desk.prepare("oca-dei-servizi");
	const screen = await desk.projector();
	const phones = await house.seat(desk, 2);
	await desk.begin();
	const seen = new Set();
	await house.play(desk, phones, {
		stop: () => seen.has("spiegazione"),
		each: async (phase) => {
			if (seen.has(phase)) return;
			seen.add(phase);
			const mine = phones.find((p) => p.busy) ?? phones[0];
			await survey(mine, `board, ${phase}`, FOOT, { main: FOOT });
			if (phase === "lancio") await survey(screen, "projector, board", ".screen main", { narrow: false });
		},
	});
	await desk.end();
	for (const v of [screen, ...phones]) await v.context.close();
});

test("the line of steps, on the phone and on the wall", async () => {
	await desk.prepare("un-passo-avanti");
	const screen = await desk.projector();
	const phones = await house.seat(desk, 4);
	await desk.begin();
	const seen = new Set();
	await house.play(desk, phones, {
		choose: (phone) => phone.seat % 2,
		stop: () => seen.has("svela"),
		each: async (phase) => {
			if (seen.has(phase)) return;
			seen.add(phase);
			if (phase === "passo") await survey(phones[0], "yes or no", FOOT, { main: FOOT });
			if (phase === "sguardo") {
				await survey(screen, "projector, the line", ".screen main", { narrow: false });
				await survey(phones[0], "the line", FOOT, { main: FOOT });
			}
			if (phase === "indovinare") await survey(phones[0], "four questions", FOOT, { main: FOOT });
		},
	});
	await desk.end();
	for (const v of [screen, ...phones]) await v.context.close();
});

test("alone: every seat on one screen", async () => {
	await desk.page.setViewportSize(LAPTOP.viewport);
	await desk.open("/scenarios/la-ricevuta-non-basta");
	await desk.page.getByRole("button", { name: "Prova da solo" }).click();
	await desk.page.waitForURL(/\/alone\//);
	await desk.page.frameLocator("iframe").first().locator("h1").waitFor();
	await survey(desk, "alone", "h1");
});

test("no page complained", () => house.quiet());
