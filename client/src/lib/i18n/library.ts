import en from "./en/library";
import it from "./it/library";
import { area } from "./lang.svelte";

export const library = area(it, en);
