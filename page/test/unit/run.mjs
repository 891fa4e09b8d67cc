// Runs the tests of the page's logic with node's own test runner: node test/unit/run.mjs [NAME...]
// They are TypeScript, so each is bundled first, into .test/.

import {spawnSync} from "node:child_process";
import {readdirSync, rmSync} from "node:fs";
import {dirname, join, resolve} from "node:path";
import {fileURLToPath} from "node:url";
import {build} from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const page = resolve(here, "../..");
const out = join(page, ".test");
const wanted = process.argv.slice(2);
const tests = readdirSync(here)
  .filter((name) => name.endsWith(".test.ts") && (wanted.length === 0 || wanted.includes(name.slice(0, -8))))
  .sort();

rmSync(out, {recursive: true, force: true});
await build({
  entryPoints: tests.map((name) => join(here, name)),
  outdir: out,
  outExtension: {".js": ".mjs"},
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node18",
  external: ["typescript"],
  logLevel: "warning",
});
const files = tests.map((name) => join(out, name.replace(/\.ts$/, ".mjs")));
const {status} = spawnSync(process.execPath, ["--test", ...files], {stdio: "inherit", cwd: page});
process.exit(status ?? 1);
