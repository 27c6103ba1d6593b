// What is shown belongs to what is loaded, and what a person asks for is done, or refused
// with a sentence: each step here once lost work, or showed one thing's figures beside
// another.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  DATA_SET,
  STROKES,
  awake_ms,
  bar_rows,
  draw,
  open_page,
  open_view,
  pick,
  press,
  sees,
  share_in,
} from "./helper.mjs";

/** @import { Page } from "playwright-core" */

const csv = (/** @type {string} */ name, /** @type {number} */ num_rows) => ({
  name,
  bytes: new TextEncoder().encode(bar_rows(num_rows).join("\n")),
});
const bars = csv("bars.csv", 1000);
const few = csv("few.csv", 200);
const FAST = "?backend=ndarray&epochs=2&hidden_layers=32,16&batch_size=4&learning_rate=0.05";

/** @param {Page} page @param {string} name */
const button = (page, name) => page.getByRole("button", { name, exact: true });

/** @param {Page} page @param {string} label */
const field = (page, label) => page.getByLabel(label, { exact: true });

/** @param {Page} page @param {string} label @param {string} name @param {Uint8Array} bytes */
async function pick_in(page, label, name, bytes) {
  const file = { name, mimeType: "application/octet-stream", buffer: Buffer.from(bytes) };
  await field(page, label).setInputFiles(file);
}

test("Stop while the backend opens stops, and nothing trains afterwards", async (t) => {
  const { page } = await open_page(t, {
    query: "?backend=webgpu&epochs=200&hidden_layers=32",
    webgpu: true,
  });
  await pick(page, bars);
  await sees(page, "Data status", /bars\.csv/);
  await press(page, "Train");
  await sees(page, "Training status", /opening the backend/i);
  await press(page, "Stop");
  const status = await sees(page, "Training status", /Stopped$/, 5);
  assert.match(status, /before its first step/);
  assert.ok(await button(page, "Train").isEnabled());
  // The engine is there again, and trains what is asked for now, from its first epoch.
  await field(page, "Epochs").fill("1");
  await press(page, "Train");
  await sees(page, "Training status", /webgpu · 1 of 1 epoch .*Finished$/s, 120);
});

test("an evaluation is shown beside the data and the model it is of, and no other", async (t) => {
  const { page } = await open_page(t, { query: FAST });
  await pick(page, bars);
  await sees(page, "Data status", /bars\.csv/);
  await press(page, "Train");
  await sees(page, "Training status", /Finished$/, 60);
  await press(page, "Evaluate");
  await sees(page, "Evaluation", /Validation part · accuracy [\d.]+ %/);
  const matrix = page.locator("#confusion");
  assert.ok(await matrix.isVisible());

  await t.test("other data takes it away", async () => {
    await pick(page, few);
    await sees(page, "Data status", /few\.csv.*200 rows/s);
    const text = await sees(page, "Evaluation", /changed|trained on/i);
    assert.doesNotMatch(text, /accuracy [\d.]+ %/);
    assert.ok(!(await matrix.isVisible()));
    assert.ok(await button(page, "Evaluate").isDisabled());
  });

  await t.test("the same data brings it back", async () => {
    await pick(page, bars);
    await sees(page, "Data status", /bars\.csv.*1,000 rows/s);
    await sees(page, "Evaluation", /Validation part · accuracy [\d.]+ %/);
    assert.ok(await matrix.isVisible());
  });

  await t.test("an opened cell is marked, and there is a way back", async () => {
    const cell = matrix.getByRole("button", { name: /images? of 3 read as 3/ });
    await cell.click();
    await page.getByRole("heading", { name: /rightly read as 3/i }).waitFor();
    assert.equal(await cell.getAttribute("aria-pressed"), "true");
    await press(page, "Back to the worst mistakes");
    await page.getByRole("heading", { name: /most sure of it/i }).waitFor();
    assert.equal(await cell.getAttribute("aria-pressed"), "false");
  });

  await t.test("a test set takes its place and can be taken away", async () => {
    await pick_in(page, "Test CSV", "test.csv", few.bytes);
    await page.locator("#test-status", { hasText: /test\.csv: 200 rows/ }).waitFor();
    assert.doesNotMatch(await sees(page, "Evaluation", /./), /Validation part · accuracy/);
    await press(page, "Evaluate");
    await sees(page, "Evaluation", /test\.csv.*accuracy [\d.]+ %.*200 images/);
    await press(page, "Remove test set");
    await press(page, "Evaluate");
    await sees(page, "Evaluation", /Validation part · accuracy [\d.]+ %.*200 images/);
  });

  await t.test("a file that is picked while Evaluate works is read after it", async () => {
    await press(page, "Evaluate");
    await pick_in(page, "Model file", "wrong.safetensors", few.bytes.subarray(0, 5000));
    await sees(page, "Evaluation", /wrong\.safetensors, header: found .*expected/);
  });
});

test("the fields say what would run, also after a reload", async (t) => {
  const { page, url } = await open_page(t, { query: "?backend=ndarray" });
  await pick(page, bars);
  await sees(page, "Data status", /bars\.csv/);
  await field(page, "Epochs").fill("3");
  await field(page, "Hidden layers").fill("32, 16");
  await press(page, "Train");
  await sees(page, "Training status", /3 of 3 epochs.*Finished$/s, 60);
  await page.goto(url);
  await sees(page, "Training status", /3 of 3 epochs.*Finished$/s);
  assert.equal(await field(page, "Epochs").inputValue(), "3");
  assert.equal(await field(page, "Hidden layers").inputValue(), "32, 16");
});

test("data that is seen loaded is there after a reload, however soon", async (t) => {
  const { page } = await open_page(t, { query: FAST });
  await pick(page, few);
  await sees(page, "Data status", /few\.csv/);
  const reloaded = page.waitForEvent("load");
  // The page itself reloads in the moment in which it says so.
  await page.evaluate(() => {
    const status = document.querySelector('[role="status"][aria-label="Data status"]');
    const see = () => /large\.csv: /.test(status?.textContent ?? "") && location.reload();
    if (status) new MutationObserver(see).observe(status, { childList: true, subtree: true });
  });
  await pick(page, csv("large.csv", 12_000));
  await reloaded;
  await sees(page, "Data status", /large\.csv: 12,000 rows/);
});

test("a result says which data and settings it is of", async (t) => {
  const { page } = await open_page(t, { query: FAST });
  await pick(page, bars);
  await sees(page, "Data status", /bars\.csv/);
  await press(page, "Train");
  await sees(page, "Training status", /Finished$/, 60);
  assert.ok(!(await button(page, "Use its settings").isVisible()));
  await field(page, "Layer normalisation").check();
  await page.locator("#run-difference-text", { hasText: /layer normalisation/i }).waitFor();
  await press(page, "Use its settings");
  assert.ok(!(await field(page, "Layer normalisation").isChecked()));
  await button(page, "Use its settings").waitFor({ state: "hidden" });
  await pick(page, few);
  await sees(page, "Data status", /few\.csv/);
  await page.locator("#run-difference-text", { hasText: "bars.csv" }).waitFor();
});

test("the sample in place of a person's data can be taken back", async (t) => {
  const { page } = await open_page(t, { query: "?backend=ndarray&epochs=400" });
  await pick(page, bars);
  await sees(page, "Data status", /bars\.csv/);
  await press(page, "Sample and train");
  await sees(page, "Data status", /sample\.csv\.gz.*20,000 rows/s);
  await press(page, "Stop");
  await sees(page, "Training status", /Stopped$/);
  await press(page, "Bring it back");
  await sees(page, "Data status", /bars\.csv.*1,000 rows/s);
  await page.reload();
  await sees(page, "Data status", /bars\.csv.*1,000 rows/s);
});

test("a run is not begun while a study runs, and says why", async (t) => {
  const { page } = await open_page(t, { query: "?backend=ndarray&epochs=40&hidden_layers=64" });
  await pick(page, csv("many.csv", 4000));
  await sees(page, "Data status", /many\.csv/);
  await open_view(page, "Study");
  await press(page, "Run study");
  await sees(page, "Study status", /running/i);
  await open_view(page, "Train");
  const train = button(page, "Train");
  assert.ok(await train.isDisabled());
  await page
    .getByText(/A study runs/)
    .first()
    .waitFor();
  await page.keyboard.press("t");
  assert.doesNotMatch(await sees(page, "Training status", /./), /epoch \d/);
  await open_view(page, "Study");
  await page.getByRole("button", { name: /stop/i }).first().click();
  await sees(page, "Study status", /Finished$|Stopped$/, 30);
  await open_view(page, "Train");
  assert.ok(await train.isEnabled());
});

test("Train with a wrong setting leaves the finished run as it is", async (t) => {
  const { page } = await open_page(t, { query: FAST });
  await pick(page, bars);
  await sees(page, "Data status", /bars\.csv/);
  await press(page, "Train");
  const finished = await sees(page, "Training status", /Finished$/, 60);
  await field(page, "Epochs").fill("0");
  await press(page, "Train");
  await page
    .getByLabel("Notices")
    .getByText(/epochs: found 0, expected/i)
    .waitFor();
  assert.equal(await sees(page, "Training status", /./), finished);
  await draw(page, STROKES[1]);
  await sees(page, "Prediction", /%/);
  await page.reload();
  await sees(page, "Training status", /2 of 2 epochs.*Finished$/s);
});

test("keys pass no guard that the buttons have", async (t) => {
  const { page } = await open_page(t, { query: FAST });
  await pick(page, bars);
  await sees(page, "Data status", /bars\.csv/);
  await t.test("T while a file is read", async () => {
    await pick(page, DATA_SET.file);
    await page.keyboard.press("t");
    await page
      .getByLabel("Notices")
      .getByText(/still being read/)
      .waitFor();
    await sees(page, "Data status", /42,000 rows|20,000 rows/, 60);
    assert.doesNotMatch(await sees(page, "Training status", /./), /epoch|Finished/);
  });
  await t.test("T and another CSV while a digit is learned", async () => {
    await press(page, "Train");
    const ended = await sees(page, "Training status", /Finished$/, 120);
    await draw(page, STROKES[7]);
    await sees(page, "Prediction", /%/);
    await press(page, "It was a 4");
    await press(page, "Fine-tune on them");
    await page.keyboard.press("t");
    await page
      .getByLabel("Notices")
      .getByText(/digits are being learned/)
      .waitFor();
    await pick(page, few);
    await sees(page, "Data status", /digits are being learned/);
    await page
      .locator("#fine-tune-result", { hasText: /1 after|0 after/ })
      .waitFor({ timeout: 60_000 });
    assert.equal(await sees(page, "Training status", /./), ended);
    await sees(page, "Data status", /42,000 rows|20,000 rows/);
  });
  await t.test("behind an open dialog no key acts", async () => {
    await press(page, "Forget everything");
    await page.keyboard.press("t");
    await press(page, "Keep it all");
    await sees(page, "Training status", /Finished$/);
  });
});

test("a digit is fine-tuned only on the data that its model knows", async (t) => {
  const { page } = await open_page(t, { query: FAST });
  await pick(page, bars);
  await sees(page, "Data status", /bars\.csv/);
  await press(page, "Train");
  await sees(page, "Training status", /Finished$/, 60);
  await draw(page, STROKES[7]);
  await sees(page, "Prediction", /%/);
  await press(page, "It was a 7");
  await pick(page, few);
  await sees(page, "Data status", /few\.csv/);
  await press(page, "Fine-tune on them");
  await page
    .locator("#fine-tune-result", { hasText: /trained on other data than few\.csv/ })
    .waitFor();
});

/** What was said before the press says an epoch, too. */
const UNDER_WAY = /^(?!.*Stopped$).*epoch \d+ of 40/s;

test("Stop within an epoch names the model it is of, and the run can go on", async (t) => {
  const { page } = await open_page(t, {
    query: "?backend=ndarray&epochs=40&batch_size=1&hidden_layers=32",
  });
  await pick(page, csv("many.csv", 8000));
  await sees(page, "Data status", /many\.csv/);
  await press(page, "Train");
  await sees(page, "Training status", /epoch [3-9] of 40/, 60);
  await press(page, "Stop");
  let status = await sees(page, "Training status", /Stopped$/, 5);
  // One that fell on an epoch's very end is within none.
  while (!/stopped in epoch \d+ of 40/i.test(status)) {
    await press(page, "Continue");
    await sees(page, "Training status", UNDER_WAY);
    await press(page, "Stop");
    status = await sees(page, "Training status", /Stopped$/, 5);
  }
  const epochs = Number(/in epoch (\d+) of 40/.exec(status)?.[1]);
  assert.ok(await button(page, "Continue").isVisible());
  const accuracy = share_in(status, /accuracy ([\d.]+)\s*%/);
  await press(page, "Evaluate");
  const evaluated = await sees(page, "Evaluation", /Validation part · accuracy/);
  assert.equal(share_in(evaluated, /accuracy ([\d.]+) %/), accuracy, "it is that model's figure");
  await press(page, "Continue");
  const going = await sees(page, "Training status", UNDER_WAY);
  assert.ok(Number(/epoch (\d+) of 40/.exec(going)?.[1]) >= epochs, going);
  await press(page, "Stop");
  await sees(page, "Training status", /Stopped$/, 5);
});

test("Stop ends a step of minutes within two seconds", async (t) => {
  const { page } = await open_page(t, {
    query: "?backend=ndarray&epochs=5&batch_size=8192&hidden_layers=4096,4096",
  });
  await pick(page, csv("many.csv", 8000));
  await sees(page, "Data status", /many\.csv/);
  // What a step will take is said before it is asked for.
  await page.locator("#run-note", { hasText: /step.*seconds/i }).waitFor();
  await press(page, "Train");
  await sees(page, "Training status", /preparing|epoch 1/i);
  const asked_ms = awake_ms();
  await press(page, "Stop");
  await sees(page, "Training status", /Stopped$/, 4);
  const took_ms = awake_ms() - asked_ms;
  t.diagnostic(`stopped after ${Math.round(took_ms)} ms`);
  // The page trains again at once.
  await field(page, "Hidden layers").fill("16");
  await field(page, "Batch size").fill("64");
  await press(page, "Train");
  await sees(page, "Training status", /5 of 5 epochs.*Finished$/s, 60);
});

test("Stop within a long step after the first epoch comes to that epoch", async (t) => {
  const { page } = await open_page(t, {
    query: "?backend=ndarray&epochs=50&batch_size=8192&hidden_layers=4096,4096",
  });
  // One step of a few seconds an epoch.
  await pick(page, csv("some.csv", 400));
  await sees(page, "Data status", /some\.csv/);
  await press(page, "Train");
  await sees(page, "Training status", /epoch 2 of 50/, 120);
  const asked_ms = performance.now();
  await press(page, "Stop");
  const status = await sees(page, "Training status", /Stopped$/, 10);
  t.diagnostic(`stopped after ${Math.round(performance.now() - asked_ms)} ms`);
  assert.match(status, /[1-4] of 50 epochs/);
  assert.ok(share_in(status, /accuracy ([\d.]+)\s*%/) >= 0);
  assert.ok(await button(page, "Continue").isVisible());
  // The epoch's model reads.
  await draw(page, STROKES[1]);
  await sees(page, "Prediction", /\d.*%/s);
});

test("an idle worker that ends takes no model with it", async (t) => {
  const { page } = await open_page(t, { query: FAST });
  await pick(page, bars);
  await sees(page, "Data status", /bars\.csv/);
  await press(page, "Train");
  await sees(page, "Training status", /Finished$/, 60);
  // As a browser in want of memory ends a worker: no event tells of it.
  await Promise.all(page.workers().map((worker) => worker.evaluate(() => self.close()))).catch(
    () => {},
  );
  await draw(page, STROKES[1]);
  await sees(page, "Prediction", /\d.*%/s);
  await press(page, "Evaluate");
  await sees(page, "Evaluation", /Validation part · accuracy [\d.]+ %/);
});

test("a log axis never freezes the page", async (t) => {
  const { page } = await open_page(t, {
    query: "?backend=ndarray&epochs=65&batch_size=160&learning_rate=0.1&hidden_layers=32",
  });
  await field(page, "Log loss").check();
  await pick(page, few);
  await sees(page, "Data status", /few\.csv/);
  await press(page, "Train");
  await sees(page, "Training status", /65 of 65 epochs.*Finished$/s, 60);
  const is_drawn = await page.locator("#loss-chart canvas, .uplot canvas").first().isVisible();
  assert.ok(is_drawn);
});
