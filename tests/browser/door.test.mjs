// From the link to the seat, and the desk that changes hands.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Desk, House, PHONE } from "./harness.mjs";

let house;
let desk;
before(async () => {
	house = await House.open();
	desk = await house.desk();
	await desk.prepare("la-ricevuta-non-basta");
});
after(() => house?.close());

test("two taps from the link to the seat: the link and «Siediti»", async () => {
	const phone = await house.phone("guest");
	await phone.page.addInitScript(() => {
		window.taps = 0;
		addEventListener("click", () => window.taps++, true);
	});
	await phone.open(`/j/${desk.code}`);
	await phone.page.getByRole("button", { name: "Siediti" }).click();
	await phone.page.getByRole("heading", { name: "Sei al tavolo" }).waitFor();
	assert.equal(await phone.page.evaluate(() => window.taps), 1, "one tap after the link");
	await house.until(() => desk.parts.people?.length === 1, "the desk sees the guest");
	await phone.context.close();
});

test("the code typed by hand leads to the same door, also when the seat's name is chosen", async () => {
	const phone = await house.phone("typist");
	await phone.open("/");
	await phone.page.locator("#code").pressSequentially(desk.code.toLowerCase());
	await phone.page.waitForURL(`${house.base}/j/${desk.code}`);
	await phone.page.getByRole("button", { name: "Scrivo io" }).click();
	await phone.page.getByLabel("Soprannome").fill("Nuvola");
	await phone.page.getByRole("button", { name: "Siediti" }).click();
	await house.until(() => Object.values(desk.names).includes("Nuvola"), "the desk reads the name");
	await desk.page.getByRole("button", { name: "Nuvola" }).waitFor();
	await phone.context.close();
});

test("a wrong code says so and lets one try again", async () => {
	const phone = await house.phone("lost");
	await phone.open("/j/ZZZZZZ");
	await phone.page.getByRole("alert").waitFor();
	await phone.page.locator("#code").pressSequentially(desk.code);
	await phone.page.getByRole("button", { name: "Siediti" }).waitFor();
	await phone.context.close();
});

test("the first screen of a participant is at most 60 kB over the wire", async () => {
	const phone = await house.phone("counted");
	const cdp = await phone.context.newCDPSession(phone.page);
	const asked = new Map();
	let invited = Number.POSITIVE_INFINITY;
	await cdp.send("Network.enable");
	cdp.on("Network.requestWillBeSent", ({ requestId, request, timestamp }) => asked.set(requestId, { url: request.url, at: timestamp, bytes: 0 }));
	cdp.on("Network.loadingFinished", ({ requestId, encodedDataLength, timestamp }) => {
		const one = asked.get(requestId);
		if (!one) return;
		one.bytes = encodedDataLength;
		if (one.url.includes("/api/invite/")) invited = timestamp;
	});
	await phone.open(`/j/${desk.code}`);
	await phone.page.getByRole("button", { name: "Siediti" }).waitFor();
	await phone.page.waitForLoadState("networkidle");
	// What is asked after the invitation has come is the table, fetched while the person reads.
	const first = [...asked.values()].filter((r) => r.at <= invited || /\.woff2/.test(r.url));
	const bytes = first.reduce((sum, r) => sum + r.bytes, 0);
	assert.ok(Number.isFinite(invited) && bytes > 10_000, "the count counted");
	assert.ok(bytes <= 60_000, `${bytes} bytes:\n${first.map((r) => `${r.bytes} ${r.url}`).join("\n")}`);
	await phone.context.close();
});

test("a phone takes the desk over from a lost laptop", async () => {
	const phones = await house.seat(desk, 3);
	await desk.begin();
	await house.together(desk, phones);
	const { phase } = desk.strand;
	await desk.page.close();
	const second = await house.page(Desk, "second desk", PHONE);
	await second.context.addCookies(house.cookies);
	await second.open("/desk");
	await second.page.locator(`a[href="/desk/${desk.id}"]`).first().click();
	await house.until(() => second.stage === "play", "the second desk is at the table");
	assert.equal(second.strand.phase, phase);
	await second.next();
	await house.together(second, phones);
	assert.notEqual(second.strand.phase, phase);
});

test("no page complained", () => house.quiet());
