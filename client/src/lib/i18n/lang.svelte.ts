import { load, save } from "../store";

export type Lang = "it" | "en";
export const LANGS: readonly Lang[] = ["it", "en"];

function first(): Lang {
	const kept = load<string>("sofia.lang");
	if (kept === "it" || kept === "en") return kept;
	const wanted = typeof navigator === "undefined" ? [] : (navigator.languages ?? []);
	// Italian first: English only for who asks for it before Italian.
	for (const l of wanted) {
		if (l.startsWith("it")) return "it";
		if (l.startsWith("en")) return "en";
	}
	return "it";
}

export const i18n = $state<{ lang: Lang }>({ lang: first() });

export function setLang(lang: Lang): void {
	i18n.lang = lang;
	save("sofia.lang", lang);
	document.documentElement.lang = lang;
}

/** One area of the catalogue in both languages; the Italian is the type. */
export function area<T>(it: T, en: T): () => T {
	return () => (i18n.lang === "it" ? it : en);
}
