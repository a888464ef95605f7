// The join code: six signs, without those that look alike.
const NEVER = /[015OI]/g;

export function cleanCode(typed: string): { code: string; slips: string } {
	// A pasted link carries the code at its end.
	const tail = typed.includes("/") ? (typed.split("/j/").at(-1) ?? typed) : typed;
	const signs = tail.toUpperCase().replace(/[^0-9A-Z]/g, "");
	const slips = [...new Set(signs.match(NEVER) ?? [])].join(", ");
	return { code: signs.replace(NEVER, "").slice(0, 6), slips };
}

export const showCode = (code: string): string => `${code.slice(0, 3)} ${code.slice(3)}`;

/** A nickname as the server takes it: 2 to 24 signs, one space between words. */
export const cleanNick = (typed: string): string => [...typed.trim().replace(/\s+/g, " ")].slice(0, 24).join("");
