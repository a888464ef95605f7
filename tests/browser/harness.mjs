// What every browser test stands on: a server of its own, a desk, phones, and a way to wait for what
// the server tells instead of for time to pass.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const BINARY = process.env.SOFIA ?? join(ROOT, "target/debug/sofia");
const PASSWORD = "quattro parole per provare";
/** How long a state may take to come before the test says which one is missing. */
const PATIENCE = 60_000;

export const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
export const NARROW = { viewport: { width: 320, height: 640 }, hasTouch: true, isMobile: true };
export const LAPTOP = { viewport: { width: 1440, height: 900 } };

const axeSource = readFile(new URL("./node_modules/axe-core/axe.min.js", import.meta.url), "utf8");

async function freePort() {
	const server = createServer().listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address();
	server.close();
	await once(server, "close");
	return port;
}

function findBrowser() {
	const named = process.env.CHROMIUM;
	if (named) return named;
	const places = (process.env.PATH ?? "").split(":");
	for (const name of ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"])
		for (const place of places) if (existsSync(join(place, name))) return join(place, name);
	throw new Error("No Chromium: set CHROMIUM to its path, or run tests/run, which finds or installs one.");
}

/** A server with a data folder of its own. */
class Server {
	#child = null;
	constructor(port, data, scenarios) {
		this.port = port;
		this.data = data;
		this.scenarios = scenarios;
		this.base = `http://127.0.0.1:${port}`;
		this.link = null;
	}

	async start() {
		const args = ["serve", "--listen", `127.0.0.1:${this.port}`, "--data", this.data];
		args.push("--scenarios", join(ROOT, this.scenarios), "--think-bots", "0");
		const child = spawn(BINARY, args, { stdio: ["ignore", "pipe", "pipe"] });
		this.#child = child;
		let said = "";
		await new Promise((resolve, reject) => {
			const hear = (text) => {
				said += text;
				const link = said.match(/\/signin#(\S+)/);
				if (link) this.link = `${this.base}/signin#${link[1]}`;
				// The folder of the data is the last thing it says.
				if (said.includes(this.data)) resolve();
			};
			child.stdout.setEncoding("utf8").on("data", hear);
			child.stderr.setEncoding("utf8").on("data", hear);
			child.on("error", reject);
			child.on("exit", (code) => reject(new Error(`the server ended with ${code}:\n${said}`)));
		});
	}

	/** As a power cut would: no goodbye. */
	async kill() {
		const child = this.#child;
		if (!child || child.exitCode !== null || child.signalCode !== null) return;
		child.removeAllListeners("exit");
		child.kill("SIGKILL");
		await once(child, "exit");
	}
}

/** One page and all that the server told it. */
export class Viewer {
	#socket = null;
	parts = {};
	names = {};
	n = null;
	bye = null;
	frames = [];
	/** How many times it has come in, over how many connections. */
	visits = 0;
	/** What must never happen on a page. */
	complaints = [];

	constructor(house, page, label) {
		this.house = house;
		this.page = page;
		this.label = label;
		page.on("websocket", (ws) => {
			let first = true;
			this.#socket = ws;
			ws.on("framereceived", ({ payload }) => {
				if (this.#socket !== ws) return;
				this.#hear(String(payload));
				if (first && /^\{"t":"(view|now|diff)"/.test(String(payload))) {
					first = false;
					this.visits += 1;
				}
			});
		});
		page.on("console", (m) => {
			if (m.type() !== "error" && m.type() !== "warning") return;
			// A cut line or a refused request is said by the browser itself, and is often the very thing tested.
			if (/Failed to load resource|WebSocket connection to|ERR_/.test(m.text())) return;
			this.complaints.push(`${m.type()}: ${m.text()}`);
		});
		page.on("pageerror", (e) => this.complaints.push(`error: ${e.message}`));
		page.on("request", (r) => {
			const url = new URL(r.url());
			if (["data:", "blob:"].includes(url.protocol)) return;
			if (url.host !== new URL(house.base).host) this.complaints.push(`asked elsewhere: ${r.url()}`);
		});
	}

	#hear(text) {
		this.frames.push(text);
		const f = JSON.parse(text);
		if (f.t === "view") {
			this.parts = { ...f.parts };
			this.names = { ...f.names };
			this.n = f.n;
			this.bye = null;
		} else if (f.t === "diff" && f.after === this.n) {
			this.parts = { ...this.parts, ...f.parts };
			this.n = f.n;
		} else if (f.t === "names") Object.assign(this.names, f.names);
		else if (f.t === "bye") this.bye = f.why;
		this.house.news.emit("frame");
	}

	get stage() {
		return this.parts.session?.stage ?? null;
	}

	open(path) {
		this.#socket = null;
		this.parts = {};
		return this.page.goto(this.house.base + path);
	}

	async reload() {
		const before = this.visits;
		await this.page.reload();
		await this.house.until(() => this.visits > before, `${this.label} is back after a reload`);
	}

	/** Nothing wider than the page. */
	async fits() {
		const [wide, room] = await this.page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
		return wide <= room ? [] : [`${this.label}: ${wide} px wide in ${room}`];
	}

	/** What axe finds on the page as it stands, in words. */
	async axe(where) {
		await this.still();
		await this.page.evaluate(await axeSource);
		const found = await this.page.evaluate(async () => {
			const { violations } = await window.axe.run(document, { resultTypes: ["violations"] });
			return violations.map((v) => `${v.id}: ${v.help}\n${v.nodes.map((n) => `    ${n.html.slice(0, 160)}\n      ${(n.failureSummary ?? "").split("\n").slice(1, 3).join(" ")}`).join("\n")}`);
		});
		return found.map((f) => `${where}: ${f}`);
	}

	/** Every animation has come to its end. */
	still() {
		return this.page.evaluate(() => Promise.all(document.getAnimations().map((a) => a.finished.catch(() => {}))));
	}
}

/** A person with a phone. */
export class Phone extends Viewer {
	/** The one button of the bar. */
	get main() {
		return this.page.locator("section.foot .btn.main");
	}

	get seat() {
		return this.parts.me?.seat ?? null;
	}

	get held() {
		return this.page.evaluate(() => {
			const key = Object.keys(localStorage).find((k) => k.startsWith("sofia.seat."));
			return key ? JSON.parse(localStorage[key]) : null;
		});
	}

	async join(code) {
		await this.open(`/j/${code}`);
		await this.page.locator(".bar .btn.main").click();
		await this.house.until(() => this.parts.me, `${this.label} sits`);
	}

	get #asked() {
		const { phase } = this.parts;
		return !!phase?.asked && !phase.done && !phase.frozen;
	}

	/** What may be answered instead of one another. */
	get #choices() {
		return (this.parts.moves ?? []).filter((m) => !m.extra && (m.open || this.#has(m) || m.joint?.versions.length));
	}

	#has(m) {
		if (m.items.length) return m.items.every((i) => i.mine !== null);
		return (m.joint?.versions.find((v) => v.by.includes(this.seat)) ?? m.mine) !== null;
	}

	/** The move that waits for this person's own answer. */
	get due() {
		return (this.#asked && this.#choices.find((m) => m.open && !this.#has(m))) || null;
	}

	get toRead() {
		return this.#asked && this.parts.phase.ack && !this.due;
	}

	/** Each has put a part of a joint answer, and this person does not hold the whole yet. */
	get toHold() {
		if (!this.#asked) return null;
		return this.#choices.find((m) => m.open && m.joint?.each && m.joint.versions.length >= m.joint.members.length && !m.joint.held.includes(this.seat)) ?? null;
	}

	/** Where people speak in turn: it is this person's. */
	get speaks() {
		return this.parts.phase?.speaker === this.seat && !this.parts.phase.frozen;
	}

	get offered() {
		return this.parts.asks?.[0] ?? null;
	}

	get busy() {
		return this.stage === "play" && !this.parts.ending && (this.due ?? this.toHold ?? this.offered ?? (this.toRead || this.speaks || null)) !== null;
	}

	/** Which opening of which phase this is. */
	get opened() {
		const { phase } = this.parts;
		return phase ? `${phase.id}@${phase.opened_at}` : "";
	}

	/** The rows of the list that one move is picked from. */
	get #listed() {
		return this.parts.moves.filter((m) => !m.extra && (m.open || m.why));
	}

	/** What is still owed, in a word that changes with every answer. */
	get owed() {
		const { phase, moves = [] } = this.parts;
		const rest = moves.filter((m) => m.open && !this.#has(m)).map((m) => [m.id, m.items.filter((i) => i.mine === null).length]);
		return JSON.stringify([phase?.done, this.speaks, this.offered?.ask, this.toHold?.id, rest]);
	}

	/** Does what the screen asks, as a person would. */
	async answer(choose = () => 0) {
		const { opened, offered } = this;
		const move = this.due;
		const item = move?.items.find((i) => i.mine === null);
		const before = this.owed;
		const over = () => this.parts.ending || this.stage !== "play" || this.opened !== opened || this.owed !== before;
		if (offered) await this.page.locator("section.ask .btn.act").first().click();
		else if (!move) await this.main.click();
		else if (move.joint?.versions.length && !move.joint.each) await this.page.locator(".joint article .btn").first().click();
		else {
			const which = this.#choices.length > 1 ? this.page.locator("section.moves button.opt").nth(this.#listed.indexOf(move)) : null;
			if (which && (await which.getAttribute("aria-pressed")) === "false") await which.click();
			const inputs = item?.inputs ?? move.inputs;
			for (const input of inputs) await this.fill(input, choose(this, move, input));
			if (inputs.length === 0) await this.main.click();
		}
		await this.house.until(over, `${this.label} has answered in ${opened}${move ? ` (${move.id})` : ""}`);
	}

	/** One question and the button under it. */
	async fill(input, pick) {
		const form = this.page.locator("section.form");
		if (input.type === "yes_no") await form.locator("label.opt").nth(pick ? 0 : 1).click();
		else if (input.type === "choice") {
			// What lies on the board is listed in a fold.
			const fold = form.locator("details:not([open]) > summary");
			if (await fold.count()) await fold.first().click();
			const at = Math.min(Number(pick) || 0, input.options.length - 1);
			const most = Math.min(input.options.length, Math.max(1, input.min));
			if (input.given) for (let n = 0; n < most; n++) await form.locator("label.opt:not(.blocked):not(.on)").first().click();
			else for (let n = 0; n < most; n++) await form.locator("label.opt").nth((at + n) % input.options.length).click();
		} else if (input.type === "text") {
			const text = typeof pick === "string" ? pick : input.optional ? "" : `Testo del posto ${this.seat}`;
			if (text) await form.locator("textarea, input:not([type=radio])").first().fill(text);
		} else if (input.type === "number") {
			await form.locator("input[inputmode]").fill(String(pick || input.min));
		} else if (input.type === "tiers") {
			// The next thing goes into the first free place.
			for (let slot = form.locator("button.slot"); (await slot.count()) > 0; ) await slot.first().click();
		} else if (input.type === "share") {
			const more = form.locator("li:first-child button").last();
			while (await more.isEnabled()) await more.click();
		} else if (input.type === "drawing") {
			await form.locator("textarea").fill("Un banco basso, due sedie");
		}
		await this.main.click();
	}
}

export class Desk extends Viewer {
	id = "";
	code = "";

	get main() {
		return this.page.locator(".btn.main.act");
	}

	/** From the library to an open door. */
	async prepare(slug, tables = 1) {
		await this.open(`/scenarios/${slug}`);
		const count = this.page.locator("aside output");
		await count.waitFor();
		for (let n = Number(await count.innerText()); n !== tables; n += n > tables ? -1 : 1)
			await this.page.locator("aside .step button").nth(n > tables ? 0 : 1).click();
		await this.page.locator("aside .btn.main").click();
		await this.page.waitForURL(/\/desk\//);
		await this.house.until(() => this.stage === "lobby", "the desk is open");
		this.id = new URL(this.page.url()).pathname.split("/").at(-1);
		this.code = (await this.house.get(`/api/sessions/${this.id}`)).code;
	}

	/** The hall's screen, opened by the link that the desk holds. */
	async projector(options = {}) {
		const link = await this.page.locator('a[href^="/screen/"]').first().getAttribute("href");
		const screen = await this.house.page(Viewer, "projector", { viewport: { width: 1920, height: 1080 }, ...options });
		await screen.open(link);
		await this.house.until(() => screen.stage, "the projector shows something");
		return screen;
	}

	async begin() {
		await this.main.click();
		const asIs = this.page.getByRole("button", { name: /Comincia così|Begin as it is/ });
		await this.house.until(async () => this.stage === "play" || (await asIs.isVisible()), "the play begins or the desk asks");
		if (this.stage !== "play") await asIs.click();
		await this.house.until(() => this.stage === "play", "the play begins");
	}

	get strand() {
		return this.parts.tables?.[0]?.strands[0] ?? null;
	}

	get mark() {
		const s = this.strand;
		return `${this.stage}/${s?.phase}@${s?.opened_at}/${s?.frozen}`;
	}

	async next() {
		const before = this.mark;
		await this.main.click();
		const sure = this.page.getByRole("button", { name: /Avanti lo stesso|Go on/ });
		const left = async () => {
			// Pressed if it is there at this moment: the sheet goes by itself when the phase does.
			if (this.mark === before) await sure.evaluateAll((buttons) => buttons[0]?.click());
			return this.mark !== before;
		};
		await this.house.until(left, `the desk leaves ${before}`);
		// The phase closed by itself before the press came: the sheet asks about the next one.
		await this.page.locator("dialog[open]").evaluateAll((sheets) => sheets[0]?.close());
	}

	/** A second device at the same desk: it says what no button says, and knows when all is still. */
	get #second() {
		this.other ??= this.house.bare();
		if (this.linked !== this.id) {
			this.linked = this.id;
			this.other = this.other.then(async (page) => {
				await page.evaluate(secondDesk, this.id);
				return page;
			});
		}
		return this.other;
	}

	/** Refused only where the play has come to its end before the order did. */
	async order(act) {
		const said = await (await this.#second).evaluate((a) => window.order(a), act);
		if (said === "closed") await this.house.until(() => this.stage !== "play", `the desk may ${JSON.stringify(act)}`);
		else assert.equal(said, null, `the desk may ${JSON.stringify(act)}`);
	}

	/** Bots have done what they can, and the phones have seen it. */
	async calm(phones) {
		await (await this.#second).evaluate(() => window.calm());
		const agrees = ({ seat, parts: { phase } }) => {
			if (!phase) return true;
			const running = this.parts.tables.some((t) => t.strands.some((s) => s.phase === phase.id && s.opened_at === phase.opened_at && s.frozen === phase.frozen));
			return running && (!phase.asked || this.parts.progress.done.includes(seat) === phase.done);
		};
		await this.house.until(() => this.stage !== "play" || phones.every(agrees), "phones and desk speak of the same moment");
	}

	async end() {
		await this.page.getByRole("button", { name: /^(Termina…|End…)$/ }).click();
		await this.page.getByRole("button", { name: /Chiudi e parliamone|Close and talk/ }).click();
		await this.house.until(() => this.stage === "ended", "the session is over");
	}
}

/** Runs in a page: opens a desk that shows nothing. */
async function secondDesk(id) {
	window.closeDesk?.();
	const body = JSON.stringify({ session: id, as: "desk" });
	const { ticket } = await (await fetch("/api/ticket", { method: "POST", headers: { "content-type": "application/json" }, body })).json();
	const socket = new WebSocket(`/ws?ticket=${ticket}`);
	const waits = new Map();
	let seen = 0;
	let parts = {};
	await new Promise((open) => (socket.onopen = open));
	socket.onmessage = ({ data }) => {
		const f = JSON.parse(data);
		if (f.t === "ok" || f.t === "no") waits.get(f.id)?.(f.t === "ok" ? null : f.code);
		seen = f.n ?? seen;
		parts = { ...parts, ...f.parts };
	};
	socket.send(JSON.stringify({ t: "hello" }));
	window.closeDesk = () => socket.close();
	window.order = (act) =>
		new Promise((said) => {
			const id = `second-${waits.size}`;
			waits.set(id, said);
			socket.send(JSON.stringify({ t: "desk", id, act }));
		});
	// Of several tables only the first: others, held by bots alone, may be far ahead.
	const mark = () => (parts.tables?.length > 1 ? JSON.stringify([parts.session.stage, parts.tables[0]]) : seen);
	// A question waits its turn among the moves: when several in a row find nothing new, nobody is moving.
	window.calm = async () => {
		for (let still = 0; still < 4; ) {
			const before = mark();
			await fetch(`/api/sessions/${id}`);
			still = mark() === before ? still + 1 : 0;
		}
	};
}

/** Server, browser, desk and phones of one test file. */
export class House {
	news = new EventEmitter();
	viewers = [];

	/** `scenarios`: the folder of its library, from the root. */
	static async open(scenarios = "scenarios") {
		const house = new House();
		house.news.setMaxListeners(0);
		house.data = await mkdtemp(join(tmpdir(), "sofia-browser-"));
		house.server = new Server(await freePort(), house.data, scenarios);
		house.base = house.server.base;
		await house.server.start();
		house.browser = await chromium.launch({
			executablePath: findBrowser(),
			args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"],
		});
		return house;
	}

	async close() {
		await this.browser?.close();
		await this.server.kill();
		await rm(this.data, { recursive: true, force: true });
	}

	/** Resolves once `is` holds; looked at again at every frame that comes to anybody. */
	async until(is, what) {
		const end = Date.now() + PATIENCE;
		for (;;) {
			if (await is()) return;
			const left = end - Date.now();
			if (left <= 0) throw new Error(`This did not come: ${what}\n${this.viewers.map((v) => v.state?.() ?? brief(v)).join("\n")}`);
			const stop = new AbortController();
			const soon = setTimeout(() => stop.abort(), Math.min(left, 100));
			await once(this.news, "frame", { signal: stop.signal }).catch(() => {});
			clearTimeout(soon);
		}
	}

	async page(Kind, label, options = {}) {
		const context = await this.browser.newContext({ locale: "it-IT", reducedMotion: "reduce", ...options });
		context.setDefaultTimeout(PATIENCE);
		const viewer = new Kind(this, await context.newPage(), label);
		viewer.context = context;
		this.viewers.push(viewer);
		return viewer;
	}

	async phone(label, options = {}) {
		return this.page(Phone, label, { ...PHONE, ...options });
	}

	/** The account of the first start; its cookie serves every desk of this house. */
	async firstStart() {
		const desk = await this.page(Desk, "first start", LAPTOP);
		await desk.page.goto(this.server.link);
		await desk.page.locator("#name").fill("Paola");
		await desk.page.locator("#password").fill(PASSWORD);
		await desk.page.locator("form .btn.main").click();
		await desk.page.waitForURL(`${this.base}/scenarios`);
		this.cookies = await desk.context.cookies();
		return desk;
	}

	async desk(label = "desk", options = {}) {
		if (!this.cookies) return this.firstStart();
		const desk = await this.page(Desk, label, { ...LAPTOP, ...options });
		await desk.context.addCookies(this.cookies);
		return desk;
	}

	/** As the account, outside any page. */
	async get(path) {
		const cookie = this.cookies.map((c) => `${c.name}=${c.value}`).join("; ");
		const answer = await fetch(this.base + path, { headers: { cookie } });
		assert.ok(answer.ok, `${path}: ${answer.status}`);
		return answer.json();
	}

	/** A page of the account with nothing on it that speaks to the server by itself. */
	async bare() {
		const context = await this.browser.newContext();
		await context.addCookies(this.cookies);
		const page = await context.newPage();
		await page.goto(`${this.base}/access`);
		return page;
	}

	async seat(desk, count, options = {}) {
		const phones = [];
		for (let i = 1; i <= count; i++) {
			const phone = await this.phone(`phone ${i}`, options);
			await phone.join(desk.code);
			phones.push(phone);
		}
		await this.until(() => (desk.parts.people ?? []).length >= count, "the desk sees everybody");
		return phones;
	}

	/** The power goes, and comes back. Nobody touches anything, and everybody is in again. */
	async powerCut(viewers) {
		const before = viewers.map((v) => v.visits);
		await this.server.kill();
		await this.server.start();
		await this.until(() => viewers.every((v, i) => v.visits > before[i]), "everybody is back after the power cut");
		for (const v of viewers) await v.page.locator(".net.saved").first().waitFor();
	}

	/** Phones and desk speak of the same moment. */
	async together(desk, phones) {
		await this.until(() => {
			if (desk.stage !== "play") return phones.every((p) => p.stage === desk.stage);
			if (desk.parts.tables?.[0]?.ended) return phones.every((p) => p.parts.ending);
			const s = desk.strand;
			if (!s?.phase) return false;
			const versions = phones.map((p) => JSON.stringify((p.parts.moves ?? []).filter((m) => m.joint && m.open).map((m) => [m.id, m.joint.versions])));
			if (new Set(versions.filter((v) => v !== "[]")).size > 1) return false;
			const open = phones.filter((p) => p.parts.phase?.asked && !p.parts.phase.done).length;
			return phones.every((p) => p.parts.phase?.id === s.phase && p.parts.phase.opened_at === s.opened_at && p.parts.phase.frozen === s.frozen) && open === s.asked - s.done;
		}, "phones and desk at the same phase");
	}

	/** Plays on until `stop` holds or the session is over. `each` is called when a phase has opened. */
	async play(desk, phones, { choose, each, stop = () => false, most = 2_000 } = {}) {
		let seen = "";
		for (let step = 0; step < most; step++) {
			await this.together(desk, phones);
			if (desk.stage !== "play" || desk.parts.tables?.[0]?.ended) return;
			if (stop()) return;
			if (seen !== desk.mark) {
				seen = desk.mark;
				await each?.(desk.strand.phase, phones, desk);
				await this.together(desk, phones);
				if (stop()) return;
			}
			const busy = phones.find((p) => p.busy);
			if (busy) await busy.answer(choose);
			else await desk.next();
		}
		throw new Error(`The play did not end in ${most} steps: ${desk.mark}`);
	}

	/** No page complained of anything. */
	quiet() {
		const all = this.viewers.flatMap((v) => v.complaints.map((c) => `${v.label}: ${c}`));
		assert.deepEqual(all, []);
	}
}

function brief(v) {
	const p = v.parts;
	const s = p.tables?.[0]?.strands[0];
	return `  ${v.label}: n ${v.n}, ${v.stage}, phase ${p.phase?.id ?? s?.phase}@${p.phase?.opened_at ?? s?.opened_at}, asked ${p.phase?.asked ?? s?.asked}, done ${p.phase?.done ?? s?.done}, ending ${!!p.ending}, bye ${v.bye}`;
}
