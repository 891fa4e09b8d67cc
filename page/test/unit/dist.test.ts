// What is built and served: small enough, and as the Content-Security-Policy wants it.

import assert from "node:assert/strict";
import {readdirSync, readFileSync, statSync} from "node:fs";
import {join} from "node:path";
import {test} from "node:test";
import {gzipSync} from "node:zlib";

const kBudget = 80_000; // bytes of all files, each compressed by gzip

function files_in(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? files_in(path) : [path];
  });
}

test("the page is under 80 kB", () => {
  const sizes = files_in("dist").map((path) => [path, gzipSync(readFileSync(path), {level: 9}).length] as const);
  const total = sizes.reduce((sum, [, size]) => sum + size, 0);
  for (const [path, size] of sizes) console.log(`${size} ${path}`);
  console.log(`${total} of ${kBudget} bytes`);
  assert.ok(total < kBudget, `${total} bytes`);
});

test("nothing is inline, and nothing comes from elsewhere", () => {
  const html = readFileSync("dist/index.html", "utf8");
  assert.doesNotMatch(html, /<script(?![^>]*\bsrc=)/);
  assert.doesNotMatch(html, /<style|\sstyle=|\son[a-z]+=/);
  for (const [, address] of html.matchAll(/\b(?:src|href)="([^"]+)"/g)) assert.match(address ?? "", /^\/assets\/[\w-]+\.(js|css|svg)$/);
  for (const path of files_in("dist").filter((name) => name.endsWith(".css"))) {
    assert.doesNotMatch(readFileSync(path, "utf8"), /url\(|@import/);
  }
});

test("no code is made from text", () => {
  for (const path of files_in("dist").filter((name) => name.endsWith(".js"))) {
    assert.doesNotMatch(readFileSync(path, "utf8"), /\beval\(|new Function\(/);
  }
});

test("the lock file names no registry, and every package has its hash", () => {
  const lock = JSON.parse(readFileSync("package-lock.json", "utf8")) as {packages: Record<string, {resolved?: string; integrity?: string}>};
  for (const [name, {resolved, integrity}] of Object.entries(lock.packages)) {
    if (name === "") continue;
    assert.equal(resolved, undefined, name);
    assert.match(integrity ?? "", /^sha512-/, name);
  }
});
