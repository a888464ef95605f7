// Requests to the server. A failure is an ApiError whose `code` the screens turn into a sentence.
import type { Line, Prose } from "./wire";

export class ApiError extends Error {
	constructor(
		/** The server's code, or `network` when it could not be reached. */
		readonly code: string,
		readonly status: number,
		readonly body: Record<string, unknown> = {},
	) {
		super(code);
	}
}

export async function request<T>(method: string, path: string, body?: unknown): Promise<T> {
	let answer: Response;
	try {
		answer = await fetch(path, {
			method,
			headers: body === undefined ? {} : { "content-type": "application/json" },
			body: body === undefined ? null : JSON.stringify(body),
			credentials: "same-origin",
			cache: "no-store",
		});
	} catch {
		throw new ApiError("network", 0);
	}
	const text = await answer.text();
	let json: unknown = null;
	try {
		json = text ? JSON.parse(text) : null;
	} catch {
		// Not JSON: a proxy's page.
	}
	if (!answer.ok) {
		const found = (json ?? {}) as Record<string, unknown>;
		const code = typeof found.error === "string" ? found.error : answer.status === 429 ? "busy" : "server";
		throw new ApiError(code, answer.status, found);
	}
	return json as T;
}

export const get = <T>(path: string): Promise<T> => request<T>("GET", path);
export const post = <T>(path: string, body: unknown = {}): Promise<T> => request<T>("POST", path, body);
export const patch = <T>(path: string, body: unknown): Promise<T> => request<T>("PATCH", path, body);
export const remove = <T>(path: string): Promise<T> => request<T>("DELETE", path);

export type Invite = {
	session: string;
	title: string | Line;
	summary: string | Line | Prose;
	themes: string[];
	minutes: number;
	tables: number;
	stage: "lobby" | "play" | "ended";
	locked: boolean;
	full: boolean;
	facilitator: string | null;
	keeps_until: string | null;
	suggestions: string[];
};

export type Joined = { session: string; seat: number; token: string; personal: string };

export const invite = (code: string, lang: string): Promise<Invite> =>
	get(`/api/invite/${encodeURIComponent(code)}?lang=${lang}`);
export const join = (code: string, nick: string, lang: string): Promise<Joined> =>
	post("/api/join", { code, nick, lang });
export const comeBack = (code: string, personal: string): Promise<Joined> => post("/api/return", { code, personal });

export type Ticket = { ticket: string; token?: string };
export const seatTicket = (token: string): Promise<Ticket> => post("/api/ticket", { token });
export const roomTicket = (session: string, as: "desk" | "screen"): Promise<Ticket> =>
	post("/api/ticket", { session, as });
export const screenTicket = (session: string, screen: string): Promise<Ticket> =>
	post("/api/ticket", { session, screen });
