// Keeps the screen on in play. Over https: the Screen Wake Lock. Over plain http there is none, so a video of
// nothing, drawn by a canvas and started by the tap on "Siediti", holds the screen where browsers honour that.
let lock: WakeLockSentinel | null = null;
let clip: HTMLVideoElement | null = null;
let wanted = false;

export type Awake = "lock" | "clip" | "none";

/** Call from a tap. */
export async function keepAwake(): Promise<void> {
	if (!wanted) document.addEventListener("visibilitychange", again);
	wanted = true;
	if (await byLock()) return;
	await byClip();
}

export function letSleep(): void {
	wanted = false;
	document.removeEventListener("visibilitychange", again);
	void lock?.release().catch(() => {});
	lock = null;
	clip?.remove();
	clip = null;
}

export function awake(): Awake {
	if (lock && !lock.released) return "lock";
	return clip && !clip.paused ? "clip" : "none";
}

function again(): void {
	if (!wanted || document.visibilityState !== "visible") return;
	if (clip) void clip.play().catch(() => {});
	else void byLock();
}

async function byLock(): Promise<boolean> {
	if (!isSecureContext || !("wakeLock" in navigator)) return false;
	try {
		lock = await navigator.wakeLock.request("screen");
		return true;
	} catch {
		return false;
	}
}

async function byClip(): Promise<void> {
	if (clip) return;
	const canvas = document.createElement("canvas");
	canvas.width = canvas.height = 16;
	const pen = canvas.getContext("2d");
	if (!pen || typeof canvas.captureStream !== "function") return;
	let n = 0;
	const draw = () => {
		pen.fillRect(n++ % 16, 0, 1, 1);
	};
	draw();
	const video = document.createElement("video");
	video.muted = true;
	video.playsInline = true;
	video.setAttribute("aria-hidden", "true");
	video.tabIndex = -1;
	// Browsers let a silent video hold the screen only when it is large and not hidden: it lies behind the page.
	Object.assign(video.style, {
		position: "fixed",
		inset: "0",
		width: "100%",
		height: "100%",
		opacity: "0.01",
		zIndex: "-1",
		pointerEvents: "none",
	});
	video.srcObject = canvas.captureStream(1);
	document.body.append(video);
	const timer = setInterval(() => (video.isConnected ? draw() : clearInterval(timer)), 1000);
	clip = video;
	await video.play().catch(() => {
		video.remove();
		clip = null;
	});
}
