// The card of a run, followed as a person would: read its link, open it, train
// again, paused on the way, and be told that the bits are the same.

import assert from "node:assert/strict";
import { test } from "node:test";
import { DATA_SET, bar_rows, open_page, pick, press, sees } from "./helper.mjs";

const settings = "?epochs=40&backend=ndarray&hidden_layers=32,16&dropout=0.2&momentum=0.9";
const card = (/** @type {import("playwright-core").Page} */ page) =>
  page.locator("#run-card-text").textContent();

/** Waits until the card's verdict holds the words. @param {import("playwright-core").Page} page @param {string | RegExp} words @param {number} timeout in ms */
const says = (page, words, timeout) =>
  page.locator("#run-card-verdict").filter({ hasText: words }).waitFor({ timeout });

test("a shared card repeats a run to the last bit, and sees another data set", async (t) => {
  const first = await open_page(t, { query: settings });
  await pick(first.page, DATA_SET.file);
  await sees(first.page, "Data status", /\d rows/, 60);
  await press(first.page, "Train");
  await sees(first.page, "Training status", /finished/i, 200);
  await first.page.getByText("Card of this run").click();
  const text = (await card(first.page)) ?? "";
  const link = new URL(/^Link: (.*)$/m.exec(text)?.[1] ?? "");
  assert.match(text, /^Weights: checksum [0-9a-f]{16}$/m);

  await t.test("repeated on the same page, it is the same to the last bit", async () => {
    await press(first.page, "Repeat this run");
    await sees(first.page, "Training status", /epoch/i, 30);
    await says(first.page, /The same as the run of .* to the last bit/, 200_000);
    assert.equal(await card(first.page), text);
  });

  await t.test("paused and resumed in a browser that knows only the link, too", async () => {
    const { page } = await open_page(t, { query: link.search });
    await pick(page, DATA_SET.file);
    await sees(page, "Data status", /\d rows/, 60);
    await press(page, "Train");
    // It can be pressed from the first step on, and forty epochs are not over by then.
    await press(page, "Pause");
    await sees(page, "Training status", /paused/i, 60);
    await press(page, "Resume");
    await says(page, "The same weights as the run behind the link, to the last bit.", 200_000);
    // All but the link's address, where each page has a server of its own.
    const without_address = (/** @type {string | null} */ words) => words?.replace(/:\/\/.*\?/, "");
    assert.equal(without_address(await card(page)), without_address(text));
  });

  await t.test("on other data, the card says so", async () => {
    const { page } = await open_page(t, { query: link.search });
    await pick(page, {
      name: "bars.csv",
      bytes: new TextEncoder().encode(bar_rows(400).join("\n")),
    });
    await sees(page, "Data status", /\d rows/, 60);
    await press(page, "Train");
    await says(page, /The link’s run was trained on other data/, 60_000);
  });
});
