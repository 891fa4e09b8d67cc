// Dark or light: as the system is, unless chosen here.

import {computed, effect, signal} from "@preact/signals";
import {keep, kept} from "./kept";

export type Theme = "auto" | "light" | "dark";

const choice = kept("theme");
export const theme = signal<Theme>(choice === "light" || choice === "dark" ? choice : "auto");

const query = window.matchMedia("(prefers-color-scheme: dark)");
const system_dark = signal(query.matches);
query.addEventListener("change", () => (system_dark.value = query.matches));

export const dark = computed(() => theme.value === "dark" || (theme.value === "auto" && system_dark.value));

effect(() => {
  document.documentElement.dataset["theme"] = dark.value ? "dark" : "light";
});

export function choose_theme(value: Theme) {
  keep("theme", value);
  theme.value = value;
}
