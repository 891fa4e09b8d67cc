// Debian's chromium, and what the tests ask of a page.

import {existsSync, statSync} from "node:fs";
import {join} from "node:path";
import {AxeBuilder} from "@axe-core/playwright";
import {chromium} from "playwright-core";

export const kChromium = "/usr/bin/chromium";
export const kDesktop = {width: 1440, height: 900};
export const kPhone = {width: 390, height: 844};

// The sandbox cannot be had by root or in a container; the others keep chromium from asking its maker's servers.
const kFlags = [
  "--no-sandbox",
  "--disable-dev-shm-usage",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

// Headless, with a profile of its own.
export function open_browser() {
  return chromium.launch({executablePath: kChromium, args: kFlags});
}

let dist = null;
const kPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; frame-ancestors 'none'";

// The page's files come from this folder; everything else still from Vigia.
export function serve_from(folder) {
  dist = folder;
}

async function fulfil_page(context) {
  await context.route("**/*", (route) => {
    const {pathname} = new URL(route.request().url());
    const path = join(dist, pathname === "/" ? "index.html" : pathname);
    if (!existsSync(path) || !statSync(path).isFile()) return route.fallback();
    return route.fulfill({path, headers: {"Content-Security-Policy": kPolicy}});
  });
}

// A page that notes what went wrong in it: exceptions, and what the Content-Security-Policy refused.
export async function open_page(browser, url, options = {}) {
  const context = await browser.newContext({viewport: kDesktop, locale: "en-US", colorScheme: "light", ...options});
  if (dist) await fulfil_page(context);
  const page = await context.newPage();
  page.setDefaultTimeout(60_000); // a busy machine is no fault of the page
  page.troubles = [];
  page.on("pageerror", (error) => page.troubles.push(String(error)));
  page.on("console", (message) => {
    if (/Content Security Policy/i.test(message.text())) page.troubles.push(message.text());
  });
  page.streams = follow_streams(page);
  await page.goto(url);
  return page;
}

// Which long responses are open now: {changes: [url...], pictures: [url...]}.
function follow_streams(page) {
  const open = new Map();
  page.on("request", (request) => {
    if (/\/api\/v1\/(stream|pictures)\b/.test(request.url())) open.set(request, request.url());
  });
  for (const end of ["requestfinished", "requestfailed"]) page.on(end, (request) => open.delete(request));
  return {
    changes: () => [...open.values()].filter((url) => url.includes("/stream")),
    pictures: () => [...open.values()].filter((url) => url.includes("/pictures")),
  };
}

export const sentence = (page) => page.locator("#sentence").innerText();

// The number of the newest picture of a tile; 0: none yet.
export async function sequence(page, camera) {
  const canvas = page.locator(`.tile[data-camera="${camera}"] canvas`);
  return Number((await canvas.getAttribute("data-sequence")) ?? 0);
}

// A sum over the pixels of a tile's picture: changes when the picture does.
export function pixels(page, camera) {
  return page.locator(`.tile[data-camera="${camera}"] canvas`).evaluate((canvas) => {
    const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let sum = 0;
    for (let i = 0; i < data.length; i += 16) sum = (sum * 31 + data[i]) % 1_000_003;
    return `${canvas.width}x${canvas.height} ${sum}`;
  });
}

// What axe finds that is serious or worse.
export async function serious_faults(page) {
  const {violations} = await new AxeBuilder({page}).analyze();
  return violations
    .filter(({impact}) => impact === "serious" || impact === "critical")
    .map(({id, nodes}) => `${id}: ${nodes.slice(0, 3).map(({html}) => html.slice(0, 160)).join(" | ")}`);
}

export async function wider_than_screen(page) {
  return page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
}

// Until all that can be seen has been drawn: the pictures of shots, and the first one of each camera that has video.
export async function settled(page) {
  await page.waitForFunction(() => {
    const seen = (element) => {
      const {top, bottom} = element.getBoundingClientRect();
      return bottom > 0 && top < window.innerHeight;
    };
    const waiting = [...document.querySelectorAll(".tile.level-ok .no-picture, .zone-picture .no-picture")];
    return [...document.images].every((image) => !seen(image) || image.complete) && !waiting.some(seen);
  });
  await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
}

// What is far below is only loaded when it comes near.
async function scroll_through(page) {
  const {height} = page.viewportSize();
  const end = await page.evaluate(() => document.documentElement.scrollHeight);
  for (let y = 0; y < end; y += height) {
    await page.evaluate((top) => window.scrollTo(0, top), y);
    await settled(page);
  }
  await page.evaluate(() => window.scrollTo(0, 0));
}

// Into this folder; null: none is wanted. full: the whole page, not only what can be seen.
export async function shoot(page, folder, name, full = false) {
  if (folder === null) return;
  if (full) await scroll_through(page);
  await settled(page);
  await page.screenshot({path: join(folder, `${name}.png`), fullPage: full, animations: "disabled", timeout: 60_000});
}
