/// <reference types="svelte" />
/// <reference types="vite/client" />
declare module "lucide:*" {
	const path: string;
	export default path;
}
