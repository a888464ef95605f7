import en from "./en/common";
import it from "./it/common";
import { area } from "./lang.svelte";

export const common = area(it, en);
