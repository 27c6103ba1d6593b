// Faults that really happen while a run trains, on each backend that can have
// them: the run stops with its reason, its finished epochs read ink, and it goes
// on from the last of them. What a cut of the page loses is in persistence.test.mjs.

import assert from "node:assert/strict";
import { test } from "node:test";
import { STROKES, bar_rows, draw, open_page, pick, press, sees } from "./helper.mjs";

/** 320 of its 400 rows are trained on: 10 steps of 32 an epoch. */
const small = { name: "bars.csv", bytes: new TextEncoder().encode(bar_rows(400).join("\n")) };
const many = { name: "many.csv", bytes: new TextEncoder().encode(bar_rows(2000).join("\n")) };
const SETTINGS = "epochs=3&batch_size=32&learning_rate=0.05&hidden_layers=32,16";

/** In the second epoch. */
const STEP = 15;

/** The software adapter takes its time, and the machine may be busy. */
const RUN_SECS = 120;

/** @typedef {"ndarray" | "webgpu"} Backend */

/**
 * What each fault is said to be. A WebGPU engine that died goes on on the CPU.
 * @type {{ backend: Backend, fault: string, reason: RegExp, goes_on: Backend }[]}
 */
const DEATHS = [
  {
    backend: "ndarray",
    fault: "trap",
    reason: /: panicked at .* a trap was asked for/,
    goes_on: "ndarray",
  },
  { backend: "ndarray", fault: "out-of-memory", reason: /ran out of memory/, goes_on: "ndarray" },
  {
    backend: "webgpu",
    fault: "trap",
    reason: /: panicked at .* a trap was asked for/,
    goes_on: "ndarray",
  },
  { backend: "webgpu", fault: "out-of-memory", reason: /ran out of memory/, goes_on: "ndarray" },
  {
    backend: "webgpu",
    fault: "device-lost",
    reason: /the WebGPU device was lost/,
    goes_on: "ndarray",
  },
];

/**
 * A page with the small set loaded.
 * @param {import("node:test").TestContext} t
 * @param {Backend} backend
 * @param {string} fault
 */
async function loaded(t, backend, fault) {
  const { page } = await open_page(t, {
    query: `?backend=${backend}&${SETTINGS}&fault=${fault}`,
    webgpu: backend === "webgpu",
    allowed_errors: /unreachable|panicked|device|memory/i,
  });
  await pick(page, small);
  await sees(page, "Data status", /bars\.csv/);
  return page;
}

for (const { backend, fault, reason, goes_on } of DEATHS) {
  test(`${fault} on ${backend} loses no finished epoch`, async (t) => {
    const page = await loaded(t, backend, `${fault}@${STEP}`);
    await press(page, "Train");
    const told = await sees(page, "Training status", /worker stopped.*Failed/is, RUN_SECS);
    t.diagnostic(told);
    assert.match(told, reason);
    assert.match(told, /\. The data set is still loaded\./);
    await page.getByText("goes on from epoch 1 of 3").waitFor();
    await draw(page, STROKES[1]);
    await sees(page, "Prediction", /%/);
    await press(page, "Continue");
    const ended = await sees(page, "Training status", /finished/i, RUN_SECS);
    assert.match(ended, new RegExp(`^${goes_on} · 3 of 3 epochs`));
  });
}

for (const backend of /** @type {const} */ (["ndarray", "webgpu"])) {
  test(`a loss that is no number on ${backend} keeps the last good epoch`, async (t) => {
    const page = await loaded(t, backend, `nan@${STEP}`);
    await press(page, "Train");
    const told = await sees(page, "Training status", /failed/i, RUN_SECS);
    t.diagnostic(told);
    assert.match(told, /At step (1[5-9]|2[01]) \(epoch [23]\) the loss was not a number/);
    assert.match(told, /A learning rate that is too high is the usual cause/);
    assert.match(told, /the model is kept as it was after epoch [12]/);
    await draw(page, STROKES[1]);
    await sees(page, "Prediction", /%/);
    await page.getByText(/goes on from epoch [12] of 3.*with the learning rate 0\.005/).waitFor();
    await press(page, "Continue");
    await sees(page, "Training status", /3 of 3 epochs.*finished/i, RUN_SECS);
  });

  test(`a storage that is full stops no run on ${backend}`, async (t) => {
    const page = await loaded(t, backend, "storage-full");
    // Little enough to be filled: this browser keeps it in memory.
    const session = await page.context().newCDPSession(page);
    const { origin } = new URL(page.url());
    await session.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 100_000_000 });
    await press(page, "Train");
    await sees(page, "Training status", /3 of 3 epochs.*finished/i, RUN_SECS);
    const notices = await page.locator("#notices .notice").allInnerTexts();
    t.diagnostic(notices.join(" | "));
    assert.equal(notices.length, 1);
    assert.match(
      notices[0] ?? "",
      /storage that this browser allows is full|refuses to keep anything/,
    );
    await draw(page, STROKES[1]);
    await sees(page, "Prediction", /%/);
  });
}

test("a private window that cannot be filled refuses what is written", async (t) => {
  const page = await loaded(t, "ndarray", "storage-full");
  await press(page, "Train");
  await sees(page, "Training status", /3 of 3 epochs.*finished/i, RUN_SECS);
  const notices = await page.locator("#notices .notice").allInnerTexts();
  assert.equal(notices.length, 1);
  assert.match(notices[0] ?? "", /storage that this browser allows is full/);
});

test("a learning rate that is too high stops at its step", async (t) => {
  const { page } = await open_page(t, {
    query: "?backend=ndarray&epochs=3&learning_rate=100&momentum=0.99",
  });
  await pick(page, small);
  await sees(page, "Data status", /bars\.csv/);
  await press(page, "Train");
  await sees(page, "Training status", /At step \d+ \(epoch \d\) the loss was (not a number|infin)/);
});

test("a tab that is frozen in the background goes on, with nothing lost", async (t) => {
  // Minutes of training, stopped when enough was seen: no machine is too fast for it.
  const { page } = await open_page(t, {
    query: "?backend=ndarray&epochs=1000&batch_size=1&hidden_layers=128",
  });
  await pick(page, many);
  await sees(page, "Data status", /many\.csv/);
  await press(page, "Train");
  /** The epoch that it is in. */
  const epoch = async () => {
    const text = await sees(page, "Training status", /epoch \d+ of 1000 · /, RUN_SECS);
    return Number(/epoch (\d+) of/.exec(text)?.[1]);
  };
  const before = await epoch();
  const session = await page.context().newCDPSession(page);
  await session.send("Page.setWebLifecycleState", { state: "frozen" });
  // As long as a person might look elsewhere: the time is what is tested.
  await new Promise((resolve) => setTimeout(resolve, 1500));
  await session.send("Page.setWebLifecycleState", { state: "active" });
  let now = before;
  while (now < before + 3) now = await epoch();
  await press(page, "Stop");
  await sees(page, "Training status", /Stopped$/, RUN_SECS);
  await page.getByText("Figures as a table").click();
  const table = page.getByRole("table", { name: "Loss and accuracy after each epoch" });
  const epochs = (await table.locator("tbody tr > :first-child").allInnerTexts()).map(
    Number.parseFloat,
  );
  const whole = epochs.filter(Number.isInteger);
  assert.ok(whole.length >= now - 1, `${epochs.join(" ")}, in epoch ${now} before Stop`);
  // After the whole ones, the point at which it was stopped, if that is within an epoch.
  assert.deepEqual(
    epochs.map(Math.floor),
    epochs.map((_, at) => (at < whole.length ? 1 + at : whole.length)),
  );
  assert.equal(await page.locator("#notices .notice").count(), 0);
});
