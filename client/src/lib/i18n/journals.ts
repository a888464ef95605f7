import en from "./en/journals";
import it from "./it/journals";
import { area } from "./lang.svelte";

export const journals = area(it, en);
