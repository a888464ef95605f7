// What a person set on this device: light or dark, size of the text, whether it may vibrate.
import { load, save } from "./store";

export type Theme = "auto" | "light" | "dark";
type Kept = { theme: Theme; size: 0 | 1 | 2; vibrate: boolean };

const KEY = "sofia.settings";
export const settings = $state<Kept>({ theme: "auto", size: 0, vibrate: false, ...load<Partial<Kept>>(KEY) });

export function set(change: Partial<Kept>): void {
	Object.assign(settings, change);
	save(KEY, { ...settings });
	apply();
}

export function apply(): void {
	const root = document.documentElement;
	if (settings.theme === "auto") root.removeAttribute("data-theme");
	else root.setAttribute("data-theme", settings.theme);
	if (settings.size) root.setAttribute("data-size", String(settings.size));
	else root.removeAttribute("data-size");
}
