// What is typed is taken as it was meant, or refused with a sentence: numbers, the
// address, the pad's undo. No number ever turns into another.

import assert from "node:assert/strict";
import { test } from "node:test";
import { STROKES, bar_rows, draw, open_page, open_view, pick, press, sees } from "./helper.mjs";

/** @import { Page } from "playwright-core" */

const bars = { name: "bars.csv", bytes: new TextEncoder().encode(bar_rows(200).join("\n")) };
const QUICK = "?backend=ndarray&epochs=2&hidden_layers=16";

/** @param {Page} page @param {string} label */
const field = (page, label) => page.getByLabel(label, { exact: true });

/** @param {Page} page */
const notices = (page) => page.getByRole("complementary", { name: "Notices" });

/** What is said of a field to whoever is in it. @param {Page} page @param {string} label */
async function described(page, label) {
  const ids = (await field(page, label).getAttribute("aria-describedby")) ?? "";
  const texts = ids.split(" ").map((id) => page.locator(`[id="${id}"]`).textContent());
  return (await Promise.all(texts)).join(" ");
}

/** The settings that the last run had. @param {Page} page */
const card = (page) => page.locator("#run-card-text").textContent();

test("a decimal comma is one, and a number is never another", async (t) => {
  const { page } = await open_page(t, { query: QUICK });
  const rate = field(page, "Learning rate");
  await pick(page, bars);
  await sees(page, "Data status", /bars\.csv/);

  await t.test("0,05 is a twentieth, and the page says so", async () => {
    await rate.fill("");
    await page.locator("#explain.wrong").waitFor();
    await rate.pressSequentially("0,05");
    assert.equal(await rate.inputValue(), "0,05", "what is being typed stays as it is");
    await page.getByText("Learning rate: 0,05 is read as 0.05.").first().waitFor();
    await page.keyboard.press("Tab");
    assert.equal(await rate.inputValue(), "0.05");
    await press(page, "Train");
    await sees(page, "Training status", /Finished$/, 60);
    assert.match((await card(page)) ?? "", /learning_rate=0\.05\b/);
  });

  await t.test("1,000 can be two numbers and is refused", async () => {
    const before = await card(page);
    const epochs = field(page, "Epochs");
    await epochs.fill("");
    await epochs.pressSequentially("1,000");
    await page.keyboard.press("Tab");
    assert.equal(await epochs.inputValue(), "1,000");
    assert.equal(await epochs.getAttribute("aria-invalid"), "true");
    assert.match(await described(page, "Epochs"), /found “1,000”, expected 1000 or 1/);
    await press(page, "Train");
    await notices(page)
      .getByText(/Epochs: found “1,000”, expected 1000 or 1/)
      .waitFor();
    await sees(page, "Training status", /2 of 2 epochs.*Finished$/s);
    assert.equal(await card(page), before);
  });

  await t.test("an emptied field is said to be empty, not to be no number", async () => {
    const momentum = field(page, "Momentum");
    await field(page, "Epochs").fill("2");
    await momentum.fill("");
    await page.keyboard.press("Tab");
    await page.locator("#setting-momentum[aria-invalid=true]").waitFor();
    assert.match(await described(page, "Momentum"), /Momentum: found .*expected/);
    const shown = await page.locator("body").innerText();
    assert.doesNotMatch(shown, /\bNaN\b/);
    assert.doesNotMatch(page.url(), /NaN/);
    await momentum.fill("0");
    await page.locator("#setting-momentum[aria-invalid=true]").waitFor({ state: "detached" });
  });
});

test("an address may hold anything", async (t) => {
  const { page, url } = await open_page(t, { query: `?epochs=${"9".repeat(400)}` });
  await t.test("a number that there is none of is refused", async () => {
    await notices(page)
      .getByText(/sets Epochs to “9{40}…”; expected/)
      .waitFor();
    assert.equal(await field(page, "Epochs").inputValue(), "10");
    assert.doesNotMatch(await page.locator("body").innerText(), /Infinity/);
  });
  await t.test("three hundred unknown names are one notice", async () => {
    const names = Array.from({ length: 300 }, (_, at) => `name${at}=1`).join("&");
    await page.goto(`${url}?${names}`);
    const told = notices(page).getByText(/no settings/);
    await told.first().waitFor();
    assert.equal(await notices(page).locator(".notice").count(), 1);
    assert.match(await told.innerText(), /more/);
  });
});

test("the address follows the settings, a few times a second", async (t) => {
  const { page } = await open_page(t, {
    prepare: (fresh) =>
      fresh.addInitScript(() => {
        const times = /** @type {number[]} */ ([]);
        Object.assign(window, { address_written: times });
        const write = history.replaceState.bind(history);
        history.replaceState = (...given) => {
          times.push(performance.now());
          write(...given);
        };
      }),
  });
  const rate = field(page, "Learning rate");
  await rate.focus();
  const started_ms = performance.now();
  for (let at = 0; at < 60; at += 1) {
    await rate.fill(`0.0${at + 11}`);
  }
  await page.waitForURL(/learning_rate=0\.07$/);
  const took_secs = (performance.now() - started_ms) / 1000;
  const times = await page.evaluate(
    () =>
      /** @type {{ address_written: number[] }} */ (/** @type {unknown} */ (window))
        .address_written,
  );
  t.diagnostic(`${times.length} times in ${took_secs.toFixed(1)} s`);
  assert.ok(times.length <= 2 + took_secs * 3.2, `written ${times.length} times`);
  await page.reload();
  assert.equal(await rate.inputValue(), "0.07");
});

test("whatever entry of the history one is on, the address says what the fields say", async (t) => {
  const { page } = await open_page(t, { query: "?backend=ndarray&epochs=2" });
  const rate = page.getByLabel("Learning rate", { exact: true });
  await rate.fill("0.05");
  await page.waitForURL(/learning_rate=0\.05/);
  await open_view(page, "Study");
  await open_view(page, "Train");
  await rate.fill("0.2");
  await page.waitForURL(/learning_rate=0\.2/);
  await page.goBack();
  await page.waitForURL(/learning_rate=0\.2.*#study/);
  await page.goBack();
  await page.waitForURL(/learning_rate=0\.2(?!.*#study)/);
  await page.reload();
  assert.equal(await rate.inputValue(), "0.2");
});

test("a card's promise survives a reload, and Copy link gives the settings", async (t) => {
  const { page, url } = await open_page(t, { query: `${QUICK}&seed=5` });
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await pick(page, bars);
  await sees(page, "Data status", /bars\.csv/);
  await press(page, "Train");
  await sees(page, "Training status", /Finished$/, 60);
  const link = /Link: (\S+)/.exec((await card(page)) ?? "")?.[1] ?? "";
  assert.match(link, /&data=[0-9a-f]{16}&weights=[0-9a-f]{16}$/);

  const same = page
    .locator("#run-card-verdict")
    .getByText("The same weights as the run behind the link, to the last bit.");

  await t.test("the promise is there after a reload", async () => {
    await page.goto(link);
    await sees(page, "Training status", /Finished$/);
    await same.waitFor();
    await page.reload();
    await sees(page, "Training status", /Finished$/);
    await same.waitFor();
    assert.match(page.url(), /weights=[0-9a-f]{16}/);
    await press(page, "Train");
    await sees(page, "Training status", /epoch \d|Finished/);
    await same.waitFor();
  });

  await t.test("other settings promise nothing", async () => {
    await field(page, "Seed").fill("6");
    await page.waitForURL(/seed=6/);
    assert.doesNotMatch(page.url(), /weights=/);
    await field(page, "Seed").fill("5");
    await page.waitForURL(/weights=[0-9a-f]{16}/);
  });

  await t.test("Copy link", async () => {
    await field(page, "Learning rate").fill("0,03");
    await press(page, "Copy link");
    await page.getByRole("button", { name: "Copied", exact: true }).waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    assert.ok(copied.startsWith(url), copied);
    assert.match(copied, /learning_rate=0\.03\b/);
    await page.goto("about:blank");
    await page.goto(copied);
    assert.equal(await field(page, "Learning rate").inputValue(), "0.03");
    assert.equal(await field(page, "Seed").inputValue(), "5");
  });
});

test("Ctrl+Z after a press on the pad is the pad's", async (t) => {
  const { page } = await open_page(t, { query: QUICK });
  const epochs = field(page, "Epochs");
  /** Whether the seven's bar and leg stand on the pad. */
  const ink = () =>
    page.getByRole("application", { name: "Digit pad" }).evaluate((pad) => {
      const canvas = /** @type {HTMLCanvasElement} */ (pad);
      const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
      const at = (/** @type {number} */ x, /** @type {number} */ y) =>
        context.getImageData(x * canvas.width, y * canvas.height, 1, 1).data.join();
      const paper = at(0.03, 0.03);
      return [at(0.5, 0.2), at(0.6, 0.5)].map((point) => point !== paper).join(" and ");
    });
  await epochs.fill("7");
  await epochs.fill("8");
  const blank = "false and false";
  const drawn = "true and true";
  assert.equal(await ink(), blank);
  await draw(page, STROKES[7]);
  assert.equal(await ink(), drawn);

  for (const name of ["Undo stroke", "Clear pad"]) {
    await t.test(name, async () => {
      await press(page, name);
      assert.equal(await ink(), blank);
      await page.keyboard.press("Control+z");
      assert.equal(await epochs.inputValue(), "8");
      if (name === "Undo stroke") await page.keyboard.press("Control+y");
      assert.equal(await ink(), drawn, "the stroke is there again");
      assert.equal(await epochs.inputValue(), "8");
    });
  }

  await t.test("in a field it is the field's", async () => {
    await epochs.focus();
    await page.keyboard.press("Control+a");
    await page.keyboard.type("9");
    await page.keyboard.press("Control+z");
    assert.equal(await epochs.inputValue(), "8");
    assert.equal(await ink(), drawn);
  });
});

test("what a study's plan says moves no button from under the pointer", async (t) => {
  const { page } = await open_page(t, { query: QUICK });
  await pick(page, bars);
  await sees(page, "Data status", /bars\.csv/);
  await open_view(page, "Study");
  const run = page.getByRole("button", { name: "Run study", exact: true });
  await run.waitFor();
  await page.evaluate(() => {
    const places = /** @type {Set<number>} */ (new Set());
    Object.assign(window, { places });
    const look = () => {
      const found = document.querySelector(".study-form button[type=submit]");
      places.add(Math.round(found?.getBoundingClientRect().y ?? 0));
      requestAnimationFrame(look);
    };
    look();
  });
  const values = page.getByRole("textbox", { name: "Values", exact: true });
  const planned = page.getByText(/\d+ runs on bars\.csv/);
  await planned.waitFor();
  await values.fill("nothing of the kind");
  await page.getByRole("form").getByRole("alert").waitFor();
  await values.fill("0.01, 0.1");
  await page.getByRole("form").getByRole("alert").waitFor({ state: "hidden" });
  await planned.waitFor();
  const places = await page.evaluate(() => [
    .../** @type {{ places: Set<number> }} */ (/** @type {unknown} */ (window)).places,
  ]);
  assert.equal(places.length, 1, `it stood at ${places.join(", ")}`);
});

test("what Train refuses is not said to be ready, and is refused alike inside and in a study", async (t) => {
  const { page } = await open_page(t, { query: QUICK });
  // One seven alone cannot stand in both parts of the split.
  const rows = bar_rows(200);
  const seven = rows.findIndex((row) => row.startsWith("7,"));
  const some = rows.filter((row, at) => at === seven || !row.startsWith("7,"));
  const bytes = new TextEncoder().encode(some.join("\n"));
  await pick(page, { name: "alone.csv", bytes });
  await sees(page, "Training status", /^Not ready\. Split: found only 1 image of the digit 7/);
  await press(page, "Look inside");
  await press(page, "One batch");
  await sees(page, "Step status", /^split: found only 1 image of the digit 7/);
  await press(page, "Train");
  await sees(page, "Training status", /^split: found only 1 image of the digit 7.*Failed$/);
  await press(page, "Measure health");
  await sees(page, "Health status", /^There are no epochs to measure/);
  await pick(page, bars);
  await sees(page, "Training status", /^Ready\./);

  const wrong = /^Learning rate: found “abc”, expected a number such as 0\.05\.$/;
  await field(page, "Learning rate").fill("abc");
  await sees(page, "Training status", /^Not ready\. Learning rate: found “abc”/);
  await press(page, "One batch");
  await sees(page, "Step status", wrong);
  await press(page, "One epoch");
  await sees(page, "Epoch status", wrong);
  await open_view(page, "Study");
  await press(page, "Find a rate");
  await page.locator("#study-view").getByText(wrong).waitFor();
});
