import en from "./en/desk";
import it from "./it/desk";
import { area } from "./lang.svelte";

export const desk = area(it, en);
