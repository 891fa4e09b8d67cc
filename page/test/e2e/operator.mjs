// What an operator sees in a day: all well, shots arrive, a zone is drawn, a camera dies, FindFace dies, Vigia dies;
// and each time that it is well again.

import assert from "node:assert/strict";
import {kDesktop, kPhone, open_page, pixels, sentence, sequence, serious_faults, shoot, wider_than_screen} from "./browser.mjs";
import {Agent, FindFace, check_camera, kSmallDetector} from "./processes.mjs";
import {RtspCamera} from "./rtsp_camera.mjs";
import {step, until} from "./steps.mjs";

const kDoor = "Portão de entrada – lado norte, câmera 3"; // names are long, and not in English
const kNames = ["sim1", "sim2", kDoor];

function settings(findface, door) {
  const scene = (seed) => `sim:faces=3&size=640x360&fps=6&seconds=12&seed=${seed}`;
  return {
    cameras: [
      {name: "sim1", url: scene(1), id: 1, token: "camera-token-1", filter_min_size: 40},
      {name: "sim2", url: scene(2), id: 2, token: "camera-token-2"},
      {name: kDoor, url: door, id: 3, token: "camera-token-3", rtsp_reconnect_delay: 1},
    ],
    delivery: {findface: {url: findface}},
    detector: kSmallDetector,
  };
}

const tile = (page, name) => page.locator(`.tile[data-camera="${name}"]`);
const dialog = (page) => page.locator("dialog[open]");

async function is_well(page, seconds) {
  await until("all well", async () => {
    const text = await sentence(page);
    return /^All well/.test(text) ? true : text;
  }, seconds);
}

async function looks(page, shots) {
  await step("the page is right for a screen reader and fits, desktop and phone, dark and light", async () => {
    for (const [size, viewport] of Object.entries({desktop: kDesktop, phone: kPhone})) {
      await page.setViewportSize(viewport);
      for (const colorScheme of ["light", "dark"]) {
        await page.emulateMedia({colorScheme});
        await shoot(page, shots, `${size}-${colorScheme}`, true);
        // Each viewport and each set of colours once: all four would find nothing more.
        if ((size === "desktop") === (colorScheme === "light")) {
          assert.deepEqual(await serious_faults(page), [], `${size}, ${colorScheme}`);
        }
        assert.ok((await wider_than_screen(page)) <= 0, `${size} is wider than the screen`);
      }
    }
    await page.setViewportSize(kDesktop);
    await page.emulateMedia({colorScheme: "light"});
  });
}

async function pictures_and_shots(page) {
  await step("all is well, and the page says so", () => is_well(page, 90));
  await step("pictures move", async () => {
    for (const name of kNames) {
      await until(`a picture of ${name}`, async () => (await sequence(page, name)) > 0, 20);
      const [number, sum] = [await sequence(page, name), await pixels(page, name)];
      await until(`another picture of ${name}`, async () => (await sequence(page, name)) > number && (await pixels(page, name)) !== sum, 20);
    }
  });
  await step("there is one stream of changes and one of pictures", async () => {
    assert.equal(page.streams.changes().length, 1);
    assert.equal(page.streams.pictures().length, 1);
  });
  await step("a shot arrives, with its picture and its fate", async () => {
    const posted = page.locator(".shot.fate-posted");
    await posted.first().waitFor({timeout: 60_000});
    await posted.first().scrollIntoViewIfNeeded();
    const picture = posted.locator("img").first();
    await until("its picture", () => picture.evaluate((image) => image.complete && image.naturalWidth > 0), 10);
    assert.match(await posted.first().innerText(), /Posted/);
  });
  await step("shots are filtered by camera, by fate and by time", async () => {
    const [camera, fate, time] = [0, 1, 2].map((i) => page.locator("#shots select").nth(i));
    await camera.selectOption("sim1");
    await fate.selectOption("posted");
    await time.selectOption("15m");
    await until("only these", async () => {
      const texts = await page.locator("#shots .shot").allInnerTexts();
      return texts.every((text) => /Posted/.test(text) && /sim1/.test(text));
    }, 10);
    await fate.selectOption("expired");
    await page.locator("#shots .empty").waitFor();
    await camera.selectOption("");
    await fate.selectOption("");
    await time.selectOption("");
  });
}

async function keyboard(page) {
  await step("the keyboard alone is enough", async () => {
    const buttons = page.locator(".tile-button");
    await buttons.first().focus();
    await page.keyboard.press("ArrowRight");
    assert.ok(await buttons.nth(1).evaluate((button) => button === document.activeElement));
    assert.equal(await page.locator('.tile-button[tabindex="0"]').count(), 1);
    await page.keyboard.press("Enter");
    await dialog(page).waitFor();
    await page.keyboard.press("Escape");
    await until("it is closed", async () => (await dialog(page).count()) === 0, 10);
    assert.ok(await buttons.nth(1).evaluate((button) => button === document.activeElement));
  });
}

const lines = (page) => page.locator("#zone-lines").inputValue();

async function draw(page, programs, shots, tap) {
  await step("a roi is drawn with the mouse, and its line is right", async () => {
    await tile(page, "sim1").locator("button").click();
    await page.locator("dialog .dialog-head .segments label").nth(1).click();
    const overlay = page.locator(".overlay");
    await until("a picture to draw on", async () => Number(await page.locator("dialog canvas").getAttribute("data-sequence")) > 0, 20);
    const {x, y, width, height} = await overlay.boundingBox();
    await page.mouse.move(x + width * 0.25, y + height * 0.2);
    await page.mouse.down();
    await page.mouse.move(x + width * 0.5, y + height * 0.5);
    await page.mouse.move(x + width * 0.75, y + height * 0.9);
    await page.mouse.up();
    const found = /^rot: ""\nroi: ([\d.]+)%x([\d.]+)%\+([\d.]+)%\+([\d.]+)%$/.exec(await lines(page));
    assert.ok(found, await lines(page));
    [50, 70, 25, 20].forEach((wanted, i) => assert.ok(Math.abs(Number(found[i + 1]) - wanted) < 0.5, found[0]));
  });
  await step("figures and keys draw it exactly", async () => {
    const fields = page.locator(".zone-fields input");
    for (const [i, value] of ["25", "20", "50", "70"].entries()) await fields.nth(i).fill(value);
    assert.equal(await lines(page), 'rot: ""\nroi: 50%x70%+25%+20%');
    await page.locator(".handle-right").focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Shift+ArrowRight");
    assert.equal(await lines(page), 'rot: ""\nroi: 51.1%x70%+25%+20%');
    await page.locator(".handle-move").focus();
    await page.keyboard.press("ArrowUp");
    assert.equal(await lines(page), 'rot: ""\nroi: 51.1%x70%+25%+19%');
  });
  await step("rot is drawn beside it, and copied with it", async () => {
    await page.locator(".zone-side .segments label").nth(1).click();
    await page.locator(".zone-fields input").nth(3).fill("80");
    const wanted = "rot: 100%x80%+0%+0%\nroi: 51.1%x70%+25%+19%";
    assert.equal(await lines(page), wanted);
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.locator(".copy .primary").click();
    await page.locator(".copy [role=status]", {hasText: "Copied"}).waitFor();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), wanted);
  });
  await step("Vigia accepts the lines as they are, and would refuse wrong ones", async () => {
    const drawn = await check_camera(programs.vigia, await lines(page));
    assert.equal(drawn.code, 0, drawn.said);
    assert.match(drawn.said, /^ok .*sim1/m);
    assert.equal((await check_camera(programs.vigia, "roi: 120%x70%+25%+19%")).code, 2);
  });
  await step("faces say at once what would become of them", async () => {
    const list = page.locator(".faces-now li");
    await list.first().waitFor({timeout: 60_000});
    await page.locator(".zone-side > .number-field input").fill("400");
    await page.locator(".faces-now li", {hasText: /too small|outside/}).first().waitFor({timeout: 60_000});
    assert.match(await lines(page), /filter_min_size: 400$/);
    await page.locator(".zone-side > .number-field input").fill("40");
  });
  await step("only this camera's picture is fetched meanwhile", () => {
    assert.deepEqual(page.streams.pictures().map((url) => new URL(url).search), ["?camera=sim1"]);
  });
  await step("the editor is right for a screen reader and fits a phone", async () => {
    await shoot(page, shots, "zones-desktop-light");
    assert.deepEqual(await serious_faults(page), []);
    await page.setViewportSize(kPhone);
    await shoot(page, shots, "zones-phone-light");
    assert.ok((await wider_than_screen(page)) <= 0);
    await page.setViewportSize(kDesktop);
    await page.keyboard.press("Escape");
  });
  await step("a finger draws as well", async () => {
    const page = await tap();
    await page.goto(`${page.url()}#camera=sim2`);
    await page.locator("dialog .dialog-head .segments label").nth(1).tap();
    const {x, y, width, height} = await page.locator(".overlay").boundingBox();
    const finger = await page.context().newCDPSession(page);
    const touch = (type, points) => finger.send("Input.dispatchTouchEvent", {type, touchPoints: points});
    await touch("touchStart", [{x: x + width * 0.5, y: y + height * 0.25}]);
    await touch("touchMove", [{x: x + width * 0.8, y: y + height * 0.6}]);
    await touch("touchMove", [{x: x + width * 0.999, y: y + height * 0.75}]);
    await touch("touchEnd", []);
    const found = /roi: ([\d.]+)%x([\d.]+)%\+([\d.]+)%\+([\d.]+)%/.exec(await lines(page));
    assert.ok(found, await lines(page));
    [50, 50, 50, 25].forEach((wanted, i) => assert.ok(Math.abs(Number(found[i + 1]) - wanted) < 2, found[0]));
    await page.context().close();
  });
}

async function languages(page, shots) {
  const switch_to = (tag) => page.locator(".head-tools select").first().selectOption(tag);
  await step("the language is switched, and stays", async () => {
    await switch_to("pt-BR");
    assert.equal(await page.evaluate(() => document.documentElement.lang), "pt-BR");
    await until("a Portuguese sentence", async () => /^Tudo bem/.test(await sentence(page)) || (await sentence(page)), 15);
    await page.reload();
    await until("a Portuguese sentence", async () => /^Tudo bem/.test(await sentence(page)) || (await sentence(page)), 15);
    await shoot(page, shots, "desktop-light-pt-BR", true);
  });
  await step("and is switched back", async () => {
    await switch_to("en");
    assert.equal(await page.evaluate(() => document.documentElement.lang), "en");
  });
}

async function camera_dies(page, door, shots) {
  await step("a killed camera is named within 5 s, with its reason", async () => {
    await door.kill();
    await until("the camera's name and reason", async () => {
      const text = await page.locator(".banner").innerText();
      return (text.includes(kDoor) && /has sent no video since/.test(text) && /refused|connect/i.test(text)) || text;
    }, 5);
    assert.equal(await page.locator("[aria-live=polite] #sentence").count(), 1);
  });
  await step("its last picture is grey, and says how old it is", async () => {
    const killed = tile(page, kDoor);
    await killed.locator(".stamp", {hasText: /Last picture/}).waitFor({timeout: 15_000});
    assert.match(await killed.locator("canvas").evaluate((canvas) => getComputedStyle(canvas).filter), /grayscale/);
    assert.match(await killed.innerText(), /No connection/);
    await page.evaluate(() => window.scrollTo(0, 0));
    await shoot(page, shots, "camera-killed");
    await page.emulateMedia({colorScheme: "dark"});
    assert.deepEqual(await serious_faults(page), []);
    await page.emulateMedia({colorScheme: "light"});
  });
  await step("when it comes back, all is well", async () => {
    await door.start();
    await is_well(page, 60);
    await until("a live picture", async () => (await tile(page, kDoor).locator(".stamp").count()) === 0, 20);
  });
}

async function findface_dies(page, findface, shots) {
  const card = page.locator('[data-receiver="findface"]');
  await step("a killed FindFace is named, and faces wait", async () => {
    await findface.kill();
    await until("FindFace in the sentence", async () => /^FindFace has taken no faces since/.test(await sentence(page)) || (await sentence(page)), 90);
    await until("its card says so", async () => /Does not take faces/.test(await card.innerText()), 5);
    await page.locator(".shot.fate-pending").first().waitFor({timeout: 30_000});
    await card.scrollIntoViewIfNeeded();
    await shoot(page, shots, "findface-killed");
  });
  await step("when it comes back, they are sent", async () => {
    await findface.start();
    await is_well(page, 120);
    await until("nothing waits", async () => (await page.locator(".shot.fate-pending").count()) === 0, 60);
  });
}

async function hidden(page) {
  const hide = (value) =>
    page.evaluate((is_hidden) => {
      Object.defineProperty(document, "hidden", {configurable: true, get: () => is_hidden});
      document.dispatchEvent(new Event("visibilitychange"));
    }, value);
  await step("a hidden page holds no connection, and comes back when it is seen", async () => {
    await hide(true);
    await until("both streams are closed", () => page.streams.changes().length + page.streams.pictures().length === 0, 10);
    assert.match(await page.title(), /paused/);
    await hide(false);
    await until("both are open", () => page.streams.changes().length === 1 && page.streams.pictures().length === 1, 15);
    await is_well(page, 15);
  });
}

async function agent_dies(page, agent, shots) {
  await step("a killed Vigia: the page says so, and since when", async () => {
    await agent.kill();
    await until("the sentence", async () => /^Vigia has not answered since \d\d:\d\d:\d\d\.$/.test(await sentence(page)) || (await sentence(page)), 10);
    await until("no picture looks live", async () => (await page.locator(".tile .picture.stale").count()) === kNames.length, 15);
    assert.equal(await page.locator(".state.level-ok").filter({hasText: "Video"}).count(), 0);
    await page.evaluate(() => window.scrollTo(0, 0));
    await shoot(page, shots, "vigia-killed");
    assert.deepEqual(await serious_faults(page), []);
  });
  await step("when it runs again, the page is right again by itself", async () => {
    await agent.start();
    await is_well(page, 90);
    await until("pictures move", async () => (await page.locator(".tile .picture.stale").count()) === 0, 30);
  });
}

export async function run({browser, programs, shots}) {
  const door = await RtspCamera.start(programs, "sim:faces=3&size=640x360&fps=6&seconds=12&cycles=3&seed=3", 6);
  const findface = await FindFace.start(programs.findface, kNames);
  const agent = await Agent.start(programs.vigia, settings(findface.url, door.url));
  const page = await open_page(browser, agent.url);
  const tap = () => open_page(browser, agent.url, {viewport: kPhone, hasTouch: true, isMobile: true});

  await pictures_and_shots(page);
  await keyboard(page);
  await draw(page, programs, shots, tap);
  await languages(page, shots);
  await looks(page, shots);
  await hidden(page);
  await camera_dies(page, door, shots);
  await findface_dies(page, findface, shots);
  await agent_dies(page, agent, shots);
  await step("nothing went wrong in the page", () => assert.deepEqual(page.troubles, []));

  await page.context().close();
  await agent.stop();
  await findface.kill();
  await door.kill();
}
