import { getContext, setContext } from "svelte";
import type { Session } from "./session.svelte";

const KEY = Symbol("session");
export const setSession = (session: Session): Session => setContext(KEY, session);
export const getSession = (): Session => getContext<Session>(KEY);
/** Where a part may stand outside a session (a catalogue page): no names there. */
export const maybeSession = (): Session | undefined => getContext<Session | undefined>(KEY);
