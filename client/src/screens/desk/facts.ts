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
	/** Path of the projector's link, with its key: "/screen/ID#KEY". */
	screen?: string | null;
	stage: Stage;
	opened_at: string | number;
	names?: Record<string, string>;
	tables: number;
	people?: number;
	network?: string | null;
};

export const facts = (id: string): Promise<Facts> => get(`/api/sessions/${id}`);
/** "192.168.1.20:8080": what a person types. */
export const plainAddress = (f: Facts): string =>
	(f.address ?? f.join_url ?? location.host).replace(/^https?:\/\//, "").replace(/\/.*$/, "");

/** The projector has no account: code and address travel to it in the fragment, which never reaches a log. */
export const screenLink = (f: Facts | null, id: string): string =>
	f?.screen ? `${f.screen}~${f.code ?? ""}~${encodeURIComponent(plainAddress(f))}` : `/screen/${id}`;

/** "K7M 2QX" */
export const spell = (code: string): string => `${code.slice(0, 3)} ${code.slice(3)}`;
