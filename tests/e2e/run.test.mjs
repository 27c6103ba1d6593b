// A person's main job: load, train, watch, stop, draw. On the CPU, in a browser
// without a WebGPU adapter, which is what most machines in a lab have.

import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import {
  DATA_SET,
  STROKES,
  awake_ms,
  bar_rows,
  draw,
  longest_task_ms,
  open_page,
  pick,
  press,
  sees,
  share_in,
} from "./helper.mjs";

const small = { name: "bars.csv", bytes: new TextEncoder().encode(bar_rows(1200).join("\n")) };

test(`a full run on ndarray, on ${DATA_SET.words}`, { timeout: 600_000 }, async (t) => {
  const { page } = await open_page(t, { query: "?epochs=3&backend=ndarray" });
  await sees(page, "Prediction", /train/i);
  await pick(page, DATA_SET.file);
  const loaded = await sees(page, "Data status", /\d images|\d rows/, 60);
  if (DATA_SET.is_real) assert.match(loaded, /42,000/);
  await press(page, "Train");
  const ended = await sees(page, "Training status", /finished/i, 500);
  assert.match(ended, /ndarray/);
  await page.getByText("Figures as a table").click();
  const table = page.getByRole("table", { name: "Loss and accuracy after each epoch" });
  await table.getByRole("row").nth(3).waitFor();
  assert.equal(await table.getByRole("row").count(), 4, "a header and three epochs");
  const accuracy = share_in(ended, /validation accuracy ([\d.]+)\s*%/);
  // Measured: 91.4 % after 3 epochs of the defaults on the 42,000 rows, seed 42.
  const bound = DATA_SET.is_real ? 0.905 : 0.5;
  assert.ok(accuracy >= bound, `validation accuracy ${accuracy}, expected at least ${bound}`);

  await t.test("the pad reads digits drawn with the mouse", async () => {
    let num_right = 0;
    for (const [digit, strokes] of Object.entries(STROKES)) {
      await press(page, "Clear pad");
      await draw(page, strokes);
      const reading = await sees(page, "Prediction", /\d.*%/s);
      if (new RegExp(`^\\D*${digit}\\b`).test(reading)) num_right += 1;
    }
    assert.ok(num_right >= 2, `${num_right} of 3 digits read, expected at least 2`);
  });

  await t.test("an empty pad predicts nothing", async () => {
    await press(page, "Clear pad");
    await sees(page, "Prediction", /^(?!.*%)/s);
  });
});

test("the page never freezes while it trains, and the pad reads meanwhile", async (t) => {
  let longest_ms = Infinity;
  // Clocks of a machine that is a guest on another count its pauses. What freezes a page by
  // itself freezes a fresh one, too.
  for (let num_left = 2; num_left > 0 && longest_ms > 50; num_left -= 1) {
    const { page } = await open_page(t, { query: "?epochs=1000&backend=ndarray" });
    await pick(page, DATA_SET.file);
    await sees(page, "Data status", /\d rows/, 60);
    longest_ms = await longest_task_ms(page, async () => {
      await press(page, "Train");
      await sees(page, "Training status", /epoch [2-9]/i);
      for (const strokes of Object.values(STROKES)) {
        await draw(page, strokes);
        await sees(page, "Prediction", /%/);
        await press(page, "Clear pad");
      }
      await press(page, "Stop");
      await sees(page, "Training status", /stopped/i);
    });
    t.diagnostic(`the longest task took ${Math.round(longest_ms)} ms`);
  }
  assert.ok(longest_ms <= 50, `a main-thread task of ${longest_ms} ms, expected at most 50`);
});

test("pause, resume and stop act within a moment and keep the model", async (t) => {
  const { page } = await open_page(t, { query: "?epochs=1000&backend=ndarray" });
  await pick(page, small);
  await sees(page, "Data status", /bars\.csv/);
  await press(page, "Train");
  await sees(page, "Training status", /epoch [2-9]/i);

  await press(page, "Pause");
  await sees(page, "Training status", /paused/i);
  // Other work gets through while the run rests. The slice under way was over before it,
  // and from then on the run rests.
  await draw(page, STROKES[0]);
  await sees(page, "Prediction", /%/);
  const rested = await sees(page, "Training status", /paused/i);
  await press(page, "Clear pad");
  await sees(page, "Prediction", /^(?!.*%)/s);
  await draw(page, STROKES[1]);
  await sees(page, "Prediction", /%/);
  assert.equal(await sees(page, "Training status", /paused/i), rested);

  await press(page, "Resume");
  await sees(page, "Training status", /^(?!.*paused).*epoch/is);
  const pressed_ms = awake_ms();
  await press(page, "Stop");
  await sees(page, "Training status", /stopped/i);
  const took_ms = awake_ms() - pressed_ms;
  // 100 ms for the worker; the rest is the driver's own way there and back.
  assert.ok(took_ms < 1500, `Stop took ${Math.round(took_ms)} ms`);

  await press(page, "Clear pad");
  await draw(page, STROKES[1]);
  await sees(page, "Prediction", /%/);

  await t.test("settings can be changed and trained again without a reload", async () => {
    await page.getByLabel("Epochs", { exact: true }).fill("2");
    await page.getByLabel("Hidden layers", { exact: true }).fill("16");
    await press(page, "Train");
    await sees(page, "Training status", /finished/i);
  });

  await t.test("a paused run can be stopped", async () => {
    await page.getByLabel("Epochs", { exact: true }).fill("1000");
    await press(page, "Train");
    await sees(page, "Training status", /epoch [2-9]/i);
    await press(page, "Pause");
    await sees(page, "Training status", /paused/i);
    await press(page, "Stop");
    await sees(page, "Training status", /stopped/i);
  });
});

test("without an adapter, auto takes the CPU and says why", async (t) => {
  const { page } = await open_page(t, { query: "?epochs=1" });
  await pick(page, small);
  await sees(page, "Data status", /bars\.csv/);
  await press(page, "Train");
  const ended = await sees(page, "Training status", /finished/i);
  assert.match(ended, /ndarray/);
  await page.getByText(/no WebGPU adapter/i).waitFor();
});

test("a forced WebGPU that is missing says why and offers the CPU", async (t) => {
  const { page } = await open_page(t, { query: "?epochs=1&backend=webgpu" });
  await pick(page, small);
  await sees(page, "Data status", /bars\.csv/);
  await press(page, "Train");
  await sees(page, "Training status", /WebGPU.*no WebGPU adapter/is);
  await press(page, "Train on the CPU instead");
  const ended = await sees(page, "Training status", /finished/i);
  assert.match(ended, /ndarray/);
});

test("settings come from the address, and a wrong one is named", async (t) => {
  const { page } = await open_page(t, {
    query: "?epochs=2&batchSize=32&learning_rate=0.05&hidden_layers=32,16&seed=7&backend=ndarray",
  });
  const value = (/** @type {string} */ label) =>
    page.getByLabel(label, { exact: true }).inputValue();
  assert.equal(await value("Epochs"), "2");
  assert.equal(await value("Batch size"), "32");
  assert.equal(await value("Learning rate"), "0.05");
  assert.match(await value("Hidden layers"), /^32,\s*16$/);
  assert.equal(await value("Seed"), "7");
  assert.equal(await value("Backend"), "ndarray");

  await pick(page, small);
  await sees(page, "Data status", /bars\.csv/);
  await page.getByLabel("Learning rate", { exact: true }).fill("-1");
  await page
    .getByText(/learning.rate: found -1, expected/i)
    .first()
    .waitFor();
});

test("a first visit is light, and asks for the CPU engine only", async (t) => {
  const { page, responses } = await open_page(t);
  // The note on the network's size comes from the engine: it is ready.
  await sees(page, "Prediction", /./);
  await page
    .getByText(/109,386/)
    .first()
    .waitFor();
  let num_bytes = 0;
  for (const response of responses) {
    assert.doesNotMatch(response.url(), /webgpu/);
    // What is fetched for a time without network comes once the page is ready.
    if (response.request().serviceWorker()) continue;
    num_bytes += gzipSync(await response.body()).length;
  }
  assert.ok(num_bytes < 1_000_000, `${num_bytes} bytes gzipped, expected less than 1,000,000`);
});

test("a worker that dies is replaced, said so, and the data stays", async (t) => {
  /** @type {[string, () => unknown][]} */
  const ends = [
    [
      "a trap",
      () =>
        setTimeout(() =>
          queueMicrotask(() => {
            throw new WebAssembly.RuntimeError("unreachable");
          }),
        ),
    ],
    ["the browser ending it", () => self.close()],
  ];
  for (const [what, end] of ends) {
    await t.test(what, async (t) => {
      const { page } = await open_page(t, {
        query: "?epochs=1000&backend=ndarray",
        allowed_errors: /unreachable/,
      });
      await pick(page, small);
      await sees(page, "Data status", /bars\.csv/);
      await press(page, "Train");
      await sees(page, "Training status", /epoch [2-9]/i);
      await page
        .workers()[0]
        .evaluate(end)
        .catch(() => {});
      await sees(page, "Training status", /worker stopped.*Failed/is);
      await page
        .getByText(/was replaced/)
        .first()
        .waitFor();
      await page.getByLabel("Epochs", { exact: true }).fill("2");
      await press(page, "Train");
      await sees(page, "Training status", /finished/i);
    });
  }
});

test("the sample loads at a press and trains", async (t) => {
  const { page } = await open_page(t, { query: "?epochs=1&backend=ndarray" });
  await press(page, "Load sample");
  await sees(page, "Data status", /sample\.csv\.gz.*rows/i);
  await press(page, "Train");
  await sees(page, "Training status", /finished/i, 120);
});
