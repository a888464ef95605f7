import en from "./en/join";
import it from "./it/join";
import { area } from "./lang.svelte";

export const join = area(it, en);
