// Three kinds of play, from the first-start link to the debrief, by a desk and six phones: one phone is reloaded,
// one is swapped for another device, and the server loses its power, all in the middle of a round.
// (`library.test.mjs` plays every scenario to its own ending.)
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { House } from "./harness.mjs";

let house;
before(async () => {
	house = await House.open();
});
after(() => house?.close());

/** All words of a text, without its marks. */
const words = (part) => (typeof part === "string" ? part : part && typeof part === "object" ? Object.values(part).map(words).join("") : "");
const brief = (phone) => words(phone.parts.me.role.brief);
const own = ({ parts: { me, zones = [] } }) => JSON.stringify([me.seat, me.table, me.role, me.team, zones.filter((z) => z.owner.seat === me.seat)]);
const mine = ({ parts: { moves = [] } }) => JSON.stringify(moves.map((m) => [m.id, m.mine]));

/** What goes wrong in a hall. At least one phone has answered and one has not. */
async function trouble(desk, phones, choose) {
	const busy = phones.filter((p) => p.busy);
	for (const phone of busy.slice(0, Math.floor(busy.length / 2))) await phone.answer(choose);
	await house.together(desk, phones);
	const { asked, done } = desk.strand;
	const roles = phones.map(own);
	const answers = phones.map(mine);

	const [reloaded] = phones;
	await reloaded.reload();
	assert.equal(own(reloaded), roles[0], "after a reload: the same seat and the same cards");
	assert.equal(mine(reloaded), answers[0], "after a reload: the same answer");

	const old = phones.at(-1);
	const { personal } = await old.held;
	const other = await house.phone("other device");
	await other.open(`/j/${desk.code}`);
	await other.page.getByRole("button", { name: "Ho già un posto" }).click();
	await other.page.getByLabel(/codice personale/i).fill(personal);
	await other.page.locator(".again form .btn.act").click();
	await house.until(() => other.parts.me, "the other device sits");
	assert.equal(own(other), roles.at(-1), "the other device has the same seat and the same cards");
	await old.page.getByRole("heading", { name: "Ora giochi dall’altro telefono." }).waitFor();
	phones[phones.length - 1] = other;

	await house.powerCut([desk, ...phones]);
	await house.together(desk, phones);
	assert.deepEqual([desk.strand.asked, desk.strand.done], [asked, done], "after the power cut: every answer once");
	assert.deepEqual(phones.map(own), roles, "after the power cut: the same seats and cards");
	assert.deepEqual(phones.map(mine), answers, "after the power cut: the same answers");
}

async function whole(slug, hurt, { choose, each, stop } = {}) {
	const desk = await house.desk();
	await desk.prepare(slug);
	const screen = await desk.projector();
	const phones = await house.seat(desk, 6);
	await desk.begin();
	let hurtYet = false;
	await house.play(desk, phones, {
		choose,
		stop: () => stop?.(desk) ?? false,
		each: async (phase) => {
			await each?.(phase, phones, desk, screen);
			if (hurtYet || phase !== hurt) return;
			hurtYet = true;
			await trouble(desk, phones, choose);
		},
	});
	assert.ok(hurtYet, `the play went through ${hurt}`);
	if (desk.stage === "play") await desk.end();
	await house.until(() => [...phones, screen].every((v) => v.stage === "ended"), "everybody sees the end");
	for (const phone of phones) await phone.page.getByRole("heading", { name: "Ora parliamone" }).waitFor();

	const { ok, commits } = await house.get(`/api/sessions/${desk.id}/verify`);
	assert.ok(ok, "the record is whole");
	await desk.main.click();
	await desk.page.waitForURL(/\/debrief\//);
	await desk.page.getByText(`Registro integro: ${commits} mosse su ${commits}`).waitFor();
	await desk.open(`/journals/${desk.id}`);
	await desk.page.getByRole("button", { name: "Verifica il registro" }).click();
	await desk.page.getByText(`Registro integro: ${commits} mosse su ${commits}`).first().waitFor();
	house.quiet();
	for (const v of house.viewers.splice(0)) await v.context.close();
}

test("Un passo avanti", async () => {
	// After the third sentence the facilitator rings the bell.
	const steps = new Set();
	await whole("un-passo-avanti", "passo", { choose: (phone) => phone.seat % 2, stop: (desk) => desk.strand?.phase === "passo" && steps.add(desk.mark).size > 3 });
});

test("La ricevuta non basta, and nobody reads what is another's", async () => {
	let looked = false;
	await whole("la-ricevuta-non-basta", "voto_uno", {
		choose: (phone, _move, input) => (input.type === "choice" ? phone.seat % 2 : undefined),
		each: async (phase, phones, _desk, screen) => {
			// The first sheets are written and sealed; nothing of them is open yet.
			if (phase !== "scheda_persone") return;
			looked = true;
			for (const phone of phones) {
				const secrets = [brief(phone), `Testo del posto ${phone.seat}`];
				assert.ok(secrets[0].length > 20, "a role has a brief");
				assert.ok(words(phone.frames.map((f) => JSON.parse(f))).includes(secrets[0]), "who holds a card has its brief");
				for (const other of [...phones, screen].filter((v) => v !== phone)) {
					const heard = words(other.frames.map((f) => JSON.parse(f)));
					const seen = await other.page.locator("body").innerText();
					for (const secret of secrets) {
						assert.ok(!heard.includes(secret), `${other.label} was sent what is of ${phone.label}`);
						assert.ok(!seen.includes(secret), `${other.label} shows what is of ${phone.label}`);
					}
				}
			}
		},
	});
	assert.ok(looked);
});

test("Oca dei servizi", async () => {
	// Dice have no end of their own: after a hundred and twenty moves the facilitator rings the bell.
	await whole("oca-dei-servizi", "domanda", { stop: (desk) => desk.n > 120, choose: (phone) => phone.seat % 3 });
});
