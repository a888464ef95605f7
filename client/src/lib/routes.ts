import type { Component } from "svelte";

export type Route = { screen: string; id: string };

/** What a path means. Unknown paths are "missing". */
export function route(path: string): Route {
	const [first = "", second = "", ...rest] = path.split("/").slice(1).map(decode);
	if (rest.some(Boolean)) return { screen: "missing", id: "" };
	if (first === "" || first === "j") return { screen: "join", id: second };
	if (second === "" && ["t", "signin", "access", "journals", "scenarios", "desk"].includes(first))
		return { screen: first === "desk" ? "sessions" : first, id: "" };
	if (second !== "" && ["desk", "screen", "debrief", "alone", "journals", "scenarios"].includes(first)) {
		return { screen: first, id: second };
	}
	return { screen: "missing", id: "" };
}

function decode(part: string): string {
	try {
		return decodeURIComponent(part);
	} catch {
		return part;
	}
}

type Loader = () => Promise<{ default: Component<{ id: string }> }>;

export const SCREENS: Record<string, Loader> = {
	t: () => import("../screens/Table.svelte"),
	desk: () => import("../screens/Desk.svelte"),
	sessions: () => import("../screens/Sessions.svelte"),
	screen: () => import("../screens/Screen.svelte"),
	debrief: () => import("../screens/Debrief.svelte"),
	journals: () => import("../screens/Journals.svelte"),
	scenarios: () => import("../screens/Scenarios.svelte"),
	signin: () => import("../screens/SignIn.svelte"),
	alone: () => import("../screens/Alone.svelte"),
	access: () => import("../screens/Access.svelte"),
	missing: () => import("../screens/Missing.svelte"),
};
