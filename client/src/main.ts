import "./ui/tokens.css";
import "./ui/base.css";
import { mount } from "svelte";
import App from "./App.svelte";
import { i18n } from "./lib/i18n/lang.svelte";
import { apply } from "./lib/settings.svelte";

document.documentElement.lang = i18n.lang;
apply();
const target = document.getElementById("app");
if (target) mount(App, { target });
