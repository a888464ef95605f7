// What the server says of a session outside the socket.
import { get } from "$lib/api";
import type { Stage } from "$lib/wire";

export type Facts = {
	id: string;
	scenario: string;
	title: string;
	code: string | null;
	address?: string | null;
	join_url?: string | null;
	screen_key?: string | null;
	stage: Stage;
	opened_at: string | number;
	tables: number;
	people?: number;
	network?: string | null;
};

export const facts = (id: string): Promise<Facts> => get(`/api/sessions/${id}`);
export const screenLink = (f: Facts | null, id: string): string =>
	`/screen/${id}${f?.screen_key ? `#${f.screen_key}` : ""}`;

/** "K7M 2QX" */
export const spell = (code: string): string => `${code.slice(0, 3)} ${code.slice(3)}`;
