import { resolve } from "node:path";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";
import { lucide } from "./tools/icons.ts";

const server = process.env.SOFIA_SERVER ?? "http://localhost:8080";

export default defineConfig(({ command }) => ({
	plugins: [lucide(), svelte()],
	resolve: {
		alias: { $lib: resolve(import.meta.dirname, "src/lib"), $ui: resolve(import.meta.dirname, "src/ui") },
		conditions: ["browser"],
	},
	build: {
		target: ["chrome100", "safari15.4", "firefox100"],
		modulePreload: { polyfill: false },
		assetsInlineLimit: 0,
		reportCompressedSize: false,
		rolldownOptions: { input: command === "build" ? resolve(import.meta.dirname, "index.html") : undefined },
	},
	server: {
		proxy: {
			"/api": { target: server },
			"/ws": { target: server, ws: true },
		},
	},
	test: { environment: "happy-dom", include: ["tests/**/*.test.ts"] },
}));
