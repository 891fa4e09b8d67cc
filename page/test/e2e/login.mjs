// Where a token is set, the page asks for it.

import assert from "node:assert/strict";
import {open_page, sentence, serious_faults, shoot} from "./browser.mjs";
import {Agent} from "./processes.mjs";
import {step, until} from "./steps.mjs";

const kToken = "a-token-for-this-test-only";

export async function run({browser, programs, shots}) {
  const agent = await Agent.start(programs.vigia, {
    cameras: [{name: "sim1", url: "sim:faces=0&size=320x180&fps=2"}],
    delivery: {directory: "faces"},
    web: {token: kToken},
  });
  const page = await open_page(browser, agent.url);
  const token = page.locator("input[type=password]");

  await step("without the token the page shows nothing, and asks for it", async () => {
    await token.waitFor();
    assert.equal(await page.locator(".tile").count(), 0);
    await shoot(page, shots, "login");
    assert.deepEqual(await serious_faults(page), []);
  });
  await step("a wrong token is told", async () => {
    await token.fill("a-wrong-token-of-some-length");
    await page.keyboard.press("Enter");
    await page.locator("#login-error", {hasText: "not the right one"}).waitFor();
  });
  await step("the right one opens the page, also after it is loaded again", async () => {
    await token.fill(kToken);
    await page.keyboard.press("Enter");
    await until("all well", async () => /^All well/.test(await sentence(page).catch(() => "")), 60);
    await page.reload();
    await page.locator(".tile").waitFor();
  });
  await step("logging out closes it", async () => {
    await page.getByRole("button", {name: "Log out"}).click();
    await token.waitFor();
  });
  await step("nothing went wrong in the page", () => assert.deepEqual(page.troubles, []));

  await page.context().close();
  await agent.kill();
}
