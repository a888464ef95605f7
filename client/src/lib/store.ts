// localStorage that may be refused (private windows, full disk): then things last as long as the page.
const memory = new Map<string, string>();

export function load<T>(key: string): T | null {
	try {
		const text = localStorage.getItem(key) ?? memory.get(key) ?? null;
		return text === null ? null : (JSON.parse(text) as T);
	} catch {
		return null;
	}
}

export function save(key: string, value: unknown): void {
	const text = JSON.stringify(value);
	memory.set(key, text);
	try {
		localStorage.setItem(key, text);
	} catch {
		// Kept in memory.
	}
}

export function forget(key: string): void {
	memory.delete(key);
	try {
		localStorage.removeItem(key);
	} catch {
		// Nothing was kept.
	}
}

export function keys(prefix: string): string[] {
	const found = new Set([...memory.keys()].filter((k) => k.startsWith(prefix)));
	try {
		for (let i = 0; i < localStorage.length; i++) {
			const key = localStorage.key(i);
			if (key?.startsWith(prefix)) found.add(key);
		}
	} catch {
		// Only memory.
	}
	return [...found];
}
