import en from "./en/table";
import it from "./it/table";
import { area } from "./lang.svelte";

export const table = area(it, en);
