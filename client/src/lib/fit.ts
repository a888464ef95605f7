// Words made smaller until they fit. The element's sizes are all multiples of `--fit`.
const STEP = 0.04;
/** Smaller than this nobody in the hall can read it: then it is cut. */
const LEAST = 0.52;
/** The tails of large letters hang out of their line by a few pixels: they are not cut, the screen has a margin. */
const HANG = 0.01;

export function fit(el: HTMLElement): () => void {
	const tooBig = () => el.scrollHeight > el.clientHeight * (1 + HANG) || el.scrollWidth > el.clientWidth + 1;
	const measure = () => {
		for (let k = 1; k >= LEAST; k -= STEP) {
			el.style.setProperty("--fit", k.toFixed(2));
			if (!tooBig()) return;
		}
	};
	// Its own change of style is no change of content: it does not call itself.
	const content = new MutationObserver(measure);
	content.observe(el, { childList: true, characterData: true, subtree: true });
	const room = new ResizeObserver(measure);
	room.observe(el);
	return () => {
		content.disconnect();
		room.disconnect();
	};
}
