// 64 cameras.

import assert from "node:assert/strict";
import {kPhone, open_page, sequence, serious_faults, shoot, wider_than_screen} from "./browser.mjs";
import {Agent, kSmallDetector} from "./processes.mjs";
import {step, until} from "./steps.mjs";

const kCameras = 64;

function settings() {
  const camera = (_, i) => ({name: `cam-${i + 1}`, url: `sim:faces=1&size=320x180&fps=1&seconds=60&seed=${i + 1}`});
  return {cameras: Array.from({length: kCameras}, camera), delivery: {directory: "faces"}, detector: kSmallDetector};
}

const asked = (page) => page.streams.pictures().flatMap((url) => new URL(url).searchParams.getAll("camera"));

export async function run({browser, programs, shots}) {
  const agent = await Agent.start(programs.vigia, settings());
  const page = await open_page(browser, agent.url);
  const tiles = page.locator(".tile");

  await step("64 cameras have 64 tiles", async () => {
    await until("the tiles", async () => (await tiles.count()) === kCameras, 60);
    await until("all have video", async () => (await page.locator(".tile.level-ok").count()) === kCameras, 180);
  });
  await step("only the pictures that can be seen are asked for", async () => {
    await page.locator(".head-tools select").first().waitFor();
    await page.locator("#cameras select").selectOption("name");
    await until("some, not all", () => (asked(page).length > 5 && asked(page).length < kCameras) || String(asked(page).length), 20);
    assert.ok(asked(page).includes("cam-1"));
    await until("a picture", async () => (await sequence(page, "cam-1")) > 0, 60);
    await shoot(page, shots, "mosaic-64-desktop-light");
  });
  await step("what is scrolled to is asked for, and the rest no longer", async () => {
    await tiles.last().scrollIntoViewIfNeeded();
    await until("the last one, not the first", () => (asked(page).includes("cam-64") && !asked(page).includes("cam-1")) || String(asked(page)), 20);
    await until("its picture", async () => (await sequence(page, "cam-64")) > 0, 60);
  });
  await step("a camera is found by its name, in the list too", async () => {
    await page.locator("input[type=search]").fill("cam-42");
    await until("one tile", async () => (await tiles.count()) === 1, 10);
    await page.locator("#cameras .segments label").nth(1).click();
    assert.equal(await page.locator("table.rows tbody tr").count(), 1);
    await page.locator("input[type=search]").fill("");
    assert.equal(await page.locator("table.rows tbody tr").count(), kCameras);
    await page.evaluate(() => window.scrollTo(0, 0));
    await shoot(page, shots, "list-64-desktop-light");
    assert.deepEqual(await serious_faults(page), []);
    await page.locator("#cameras .segments label").nth(0).click();
  });
  await step("a phone shows them, too", async () => {
    await page.setViewportSize(kPhone);
    await page.emulateMedia({colorScheme: "dark"});
    await page.locator("#cameras").scrollIntoViewIfNeeded();
    await until("its pictures", async () => (await sequence(page, "cam-1")) > 0, 60);
    await shoot(page, shots, "mosaic-64-phone-dark");
    assert.ok((await wider_than_screen(page)) <= 0);
  });
  await step("nothing went wrong in the page", () => assert.deepEqual(page.troubles, []));

  await page.context().close();
  await agent.kill();
}
