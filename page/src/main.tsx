import {effect} from "@preact/signals";
import {render} from "preact";
import {App} from "./app";
import {start} from "./state/link";
import {status} from "./state/store";
import "./style/page.css";

const page = document.getElementById("page");
if (page) render(<App />, page);
start();

// After an update of the program the page is that of the old one: it loads itself again.
let version = "";
effect(() => {
  const value = status.value?.version ?? version;
  if (version !== "" && value !== version) location.reload();
  version = value;
});
