// The seats this browser holds. The token is a secret: it stays here and goes only to /api/ticket.
import { forget, keys, load, save } from "./store";

export type HeldSeat = {
	session: string;
	seat: number;
	token: string;
	personal: string;
	nick: string;
	code: string;
	title: string;
	at: number;
};

const PREFIX = "sofia.seat.";

export const heldSeat = (session: string): HeldSeat | null => load<HeldSeat>(PREFIX + session);
export const holdSeat = (seat: HeldSeat): void => save(PREFIX + seat.session, seat);
export const dropSeat = (session: string): void => forget(PREFIX + session);

/** Newest first. */
export function heldSeats(): HeldSeat[] {
	return keys(PREFIX)
		.map((key) => load<HeldSeat>(key))
		.filter((seat): seat is HeldSeat => seat !== null)
		.sort((a, b) => b.at - a.at);
}
