// Where we are. Moves within the page keep it alive: the screen lock held by a tap survives.
export const place = $state({ path: location.pathname, hash: location.hash });

function read(): void {
	place.path = location.pathname;
	place.hash = location.hash;
}

export function go(url: string, replace = false): void {
	if (replace) history.replaceState(null, "", url);
	else history.pushState(null, "", url);
	read();
	scrollTo(0, 0);
}

addEventListener("popstate", read);
addEventListener("hashchange", read);
