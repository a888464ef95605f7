import en from "./en/debrief";
import it from "./it/debrief";
import { area } from "./lang.svelte";

export const debrief = area(it, en);
