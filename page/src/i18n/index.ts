// The language of the page: a signal, so that every text changes at once. The choice is kept in the browser.

import {computed, effect, signal} from "@preact/signals";
import {en, type Messages} from "./en";
import {pt_br} from "./pt_br";
import {kept, keep} from "../state/kept";

export type Language = "en" | "pt-BR";
export const kLanguages: Record<Language, Messages> = {en, "pt-BR": pt_br};

function preferred(): Language {
  const choice = kept("language");
  if (choice === "en" || choice === "pt-BR") return choice;
  return navigator.languages.some((tag) => tag.toLowerCase().startsWith("pt")) &&
    !navigator.languages[0]?.toLowerCase().startsWith("en")
    ? "pt-BR"
    : "en";
}

export const language = signal<Language>(preferred());
export const messages = computed(() => kLanguages[language.value]);

effect(() => {
  document.documentElement.lang = language.value;
});

export function speak(choice: Language) {
  keep("language", choice);
  language.value = choice;
}
