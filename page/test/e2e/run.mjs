// Drives the page of a real Vigia in Debian's chromium.
//
//   node page/test/e2e/run.mjs --vigia build/vigia [--testing build/testing] [--shots DIR] [--dist DIR] [NAME...]
//
// --testing: where fake_findface, rtsp_server and film are; by default beside the program.
// --dist: the page's files come from there, not from the program: a change of the page needs no build of the program.
// --shots: screenshots are written there.
// NAME: operator, mosaic, login; all of them by default. Exit code 0: all passed; 77: there is no chromium.

import {existsSync, mkdirSync} from "node:fs";
import {dirname, join, resolve} from "node:path";
import {parseArgs} from "node:util";
import {kChromium, open_browser, serve_from} from "./browser.mjs";
import {kill_all} from "./processes.mjs";
import {failures} from "./steps.mjs";

const {values, positionals} = parseArgs({
  allowPositionals: true,
  options: {vigia: {type: "string"}, testing: {type: "string"}, shots: {type: "string"}, dist: {type: "string"}},
});
const vigia = resolve(values.vigia ?? "build/vigia");
const testing = resolve(values.testing ?? join(dirname(vigia), "testing"));
const programs = {
  vigia,
  findface: join(testing, "fake_findface"),
  rtsp_server: join(testing, "rtsp_server"),
  film: join(testing, "film"),
};
for (const program of Object.values(programs)) {
  if (existsSync(program)) continue;
  console.error(`${program} is not there: build it, or name its place with --vigia and --testing`);
  process.exit(2);
}
if (!existsSync(kChromium)) {
  console.error(`${kChromium} is not there: apt-get install chromium`);
  process.exit(77);
}
if (values.dist) serve_from(resolve(values.dist));
const shots = values.shots ? resolve(values.shots) : null;
if (shots) mkdirSync(shots, {recursive: true});

const names = positionals.length > 0 ? positionals : ["operator", "mosaic", "login"];
process.on("exit", kill_all);
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));

const browser = await open_browser();
for (const name of names) {
  console.log(`# ${name}`);
  try {
    const {run} = await import(`./${name}.mjs`);
    await run({browser, programs, shots});
  } catch (error) {
    failures.push(`${name}: ${error.message}`);
    console.log(`not ok - ${name}\n${error.stack}`);
  }
}
await browser.close();
console.log(failures.length === 0 ? "# all passed" : `# ${failures.length} failed:\n${failures.join("\n")}`);
process.exit(failures.length === 0 ? 0 : 1);
