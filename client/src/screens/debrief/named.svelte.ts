// A session whose people may be long gone: nicknames come from the report, or from the room if it is open.
import { Session } from "$lib/session.svelte";
import type { SeatId } from "$lib/wire";

export class Named extends Session {
	nicks = $state.raw<Map<SeatId, string | null>>(new Map());
	gone: (n: number) => string = (n) => String(n);

	override name(seat: SeatId): string {
		return this.nicks.get(seat) ?? this.names[String(seat)] ?? this.gone(seat + 1);
	}
}
