// The runs that a browser keeps: found again after it was closed, opened with everything
// that belongs to them, compared, named, deleted with a way back, carried to another
// browser, carried on.
// Over 400 lines: each journey with the runs is a test here, and they share how runs are made.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import { serve } from "../../scripts/serve.mjs";
import {
  STROKES,
  bar_rows,
  draw,
  new_profile,
  open_page,
  open_view,
  pick,
  press,
  sees,
  share_in,
} from "./helper.mjs";

/** @import { Locator, Page } from "playwright-core" */

const www = fileURLToPath(new URL("../../www", import.meta.url));
const bars = { name: "bars.csv", bytes: new TextEncoder().encode(bar_rows(300).join("\n")) };
const QUICK = "?backend=ndarray&epochs=2&hidden_layers=16";
/** Minutes, in epochs of a fraction of a second. */
const many = { name: "many.csv", bytes: new TextEncoder().encode(bar_rows(2000).join("\n")) };
const SLOW = "?backend=ndarray&epochs=900&hidden_layers=128&batch_size=1";

/** @param {Page} page @param {string} label */
const field = (page, label) => page.getByLabel(label, { exact: true });

/** @param {Page} page */
const region = (page) => page.getByRole("region", { name: "Runs", exact: true });

/** @param {Page} page @param {string} [name] part of it */
const item = (page, name) =>
  region(page)
    .getByRole("listitem")
    .filter(name === undefined ? {} : { hasText: name });

/** @param {Locator} within @param {string} name */
const button = (within, name) => within.getByRole("button", { name, exact: true });

/** @param {Page} page */
const open_list = (page) => open_view(page, "Runs");

/** @param {Page} page */
const open_bench = (page) => open_view(page, "Train");

/** @param {Page} page @param {number} num */
async function lists(page, num) {
  const last = item(page).nth(num - 1);
  if (num > 0) await last.waitFor();
  await item(page).nth(num).waitFor({ state: "detached" });
}

/** @param {Page} page @param {RegExp} words */
const told = (page, words) =>
  page.getByRole("complementary", { name: "Notices" }).getByText(words).waitFor();

/** The accuracy that the bench shows of the run. @param {Page} page */
async function headline(page) {
  const text = await sees(page, "Training status", /validation accuracy/);
  return share_in(text, /validation accuracy ([\d.]+)\s*%/);
}

/**
 * Trains with what the fields say, each run in its own way.
 * @param {Page} page
 * @param {number} rate
 */
async function train(page, rate) {
  await field(page, "Learning rate").fill(String(rate));
  const before = await page.locator("#run-card-text").textContent();
  await press(page, "Train");
  // The text of the run before ends with Finished too.
  await page.waitForFunction(
    (card) => document.querySelector("#run-card-text")?.textContent !== card,
    before,
  );
  return sees(page, "Training status", /Finished$/, 60);
}

/** None of them is the default, which no name says. */
const RATES = [0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08, 0.09, 0.15, 0.2];

test("ten runs are found again after a browser restart", { timeout: 300_000 }, async (t) => {
  const server = await serve({ root: www, base: "/some/where/" });
  const profile = new_profile(t);
  const options = { server, profile };
  const { page: first } = await open_page(t, { ...options, query: QUICK });
  await pick(first, bars);
  await sees(first, "Data status", /bars\.csv/);
  /** @type {Map<number, number>} */
  const accuracy = new Map();
  for (const rate of RATES) {
    await train(first, rate);
    accuracy.set(rate, await headline(first));
  }
  await open_list(first);
  await lists(first, 10);
  await first.context().close();

  const { page } = await open_page(t, { ...options, query: "" });
  await sees(page, "Training status", /2 of 2 epochs.*Finished$/s);
  await open_list(page);
  await lists(page, 10);

  await t.test("each has a name that tells it apart, its data and what came of it", async () => {
    const texts = await item(page).allInnerTexts();
    for (const [at, rate] of [...RATES].reverse().entries()) {
      const text = texts[at] ?? "";
      assert.match(text, new RegExp(`learning rate ${rate}\\b`));
      assert.match(text, /bars\.csv/);
      assert.equal(share_in(text, /([\d.]+) %/), accuracy.get(rate), `learning rate ${rate}`);
    }
  });

  await t.test("three are compared, in a table and with their lines on the bench", async () => {
    const rates = [0.02, 0.05, 0.08];
    for (const rate of rates) {
      await button(item(page, `learning rate ${rate}`), "Compare").click();
      const pressed = region(page).getByRole("button", { name: "Compare", pressed: true });
      await pressed.nth(rates.indexOf(rate)).waitFor();
    }
    const table = page.getByRole("table", { name: "Compared runs" });
    const body = table.getByRole("rowgroup").last().getByRole("row");
    assert.equal(await body.count(), 3);
    const head = await table.getByRole("columnheader").allInnerTexts();
    // Only what differs, and what came of it.
    assert.ok(head.includes("Learning rate"), head.join());
    assert.ok(head.includes("Validation accuracy"), head.join());
    assert.ok(!head.includes("Hidden layers"), head.join());
    const rate_at = head.indexOf("Learning rate") - 1;
    const accuracy_at = head.indexOf("Validation accuracy") - 1;
    for (const rate of rates) {
      const row = body.filter({ hasText: `learning rate ${rate}` });
      const cells = await row.getByRole("cell").allInnerTexts();
      assert.equal(cells[rate_at], String(rate));
      assert.equal(share_in(cells[accuracy_at] ?? "", /([\d.]+) %/), accuracy.get(rate));
    }
    await open_bench(page);
    const legend = page.getByRole("list", { name: "Runs beside this one" });
    const lines = await legend.getByRole("listitem").allInnerTexts();
    assert.equal(lines.length, 3);
    for (const rate of rates) assert.match(lines.join("\n"), new RegExp(`learning rate ${rate}`));
    // Each has a line of its own in the chart, and a screen reader hears of it.
    const described = await page
      .getByRole("img", { name: /loss/i })
      .first()
      .getAttribute("aria-label");
    for (const rate of rates) assert.match(described ?? "", new RegExp(`learning rate ${rate}`));
    const marks = await legend
      .getByRole("listitem")
      .evaluateAll((items) => items.map((one) => one.querySelector("svg")?.outerHTML));
    assert.equal(new Set(marks).size, 3, "no two look alike");
    await open_list(page);
  });

  await t.test("Open brings curves, card, model and settings", async () => {
    await button(item(page, "learning rate 0.03"), "Open").click();
    await page.waitForFunction(() =>
      /learning_rate=0\.03/.test(document.querySelector("#run-card-text")?.textContent ?? ""),
    );
    await sees(page, "Training status", /2 of 2 epochs.*Finished$/s);
    assert.equal(await headline(page), accuracy.get(0.03));
    assert.equal(await field(page, "Learning rate").inputValue(), "0.03");
    await page.getByText("Figures as a table").click();
    const table = page.getByRole("table", { name: "Loss and accuracy after each epoch" });
    assert.equal(await table.getByRole("row").count(), 3);
    await draw(page, STROKES[1]);
    await sees(page, "Prediction", /\d.*%/s);
    await press(page, "Evaluate");
    const evaluated = await sees(page, "Evaluation", /Validation part · accuracy [\d.]+ %/);
    assert.equal(share_in(evaluated, /accuracy ([\d.]+) %/), accuracy.get(0.03));
    // An evaluation is kept with its run, and comes back with it.
    await open_list(page);
    await button(item(page, "learning rate 0.04"), "Open").click();
    await page.waitForFunction(() =>
      /learning_rate=0\.04/.test(document.querySelector("#run-card-text")?.textContent ?? ""),
    );
    assert.doesNotMatch(await sees(page, "Evaluation", /^/), /accuracy/);
    await open_list(page);
    await button(item(page, "learning rate 0.03"), "Open").click();
    await sees(page, "Evaluation", /Validation part · accuracy [\d.]+ %/);
    await open_list(page);
  });

  await t.test("a name and a note are kept", async () => {
    const one = item(page, "learning rate 0.06");
    const name = one.getByLabel("Name of the run", { exact: true });
    await name.fill("the sixth");
    await name.press("Tab");
    const named = item(page, "the sixth");
    await named.waitFor();
    const note = named.getByLabel("Note", { exact: true });
    await note.fill("falls too slowly");
    // What is drawn anew meanwhile takes the keyboard's place from nobody.
    await note.press("Shift+Tab");
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute("aria-label"));
    assert.equal(await focused(), "Name of the run");
    await page.reload();
    await item(page, "the sixth").waitFor();
    const kept = item(page, "the sixth").getByLabel("Note", { exact: true });
    assert.equal(await kept.inputValue(), "falls too slowly");
    // Left empty, it is named by its settings again.
    await item(page, "the sixth").getByLabel("Name of the run", { exact: true }).fill("");
    await page.keyboard.press("Tab");
    await item(page, "the sixth").waitFor({ state: "detached" });
    await lists(page, 10);
  });

  await t.test("the keyboard keeps its place when the list is drawn anew", async () => {
    const compare = button(item(page, "learning rate 0.07"), "Compare");
    await compare.focus();
    await page.keyboard.press("Enter");
    await region(page).getByRole("button", { name: "Compare", pressed: true }).nth(3).waitFor();
    assert.ok(await compare.evaluate((one) => one === document.activeElement));
    await page.keyboard.press("Enter");
    await region(page)
      .getByRole("button", { name: "Compare", pressed: true })
      .nth(3)
      .waitFor({ state: "detached" });
    assert.ok(await compare.evaluate((one) => one === document.activeElement));
  });

  await t.test("one is deleted, and brought back", async () => {
    await button(item(page, "learning rate 0.09"), "Delete").click();
    await lists(page, 9);
    assert.equal(await item(page, "learning rate 0.09").count(), 0);
    await press(page, "Undo");
    await lists(page, 10);
    // In its old place, with its model.
    const texts = await item(page).allInnerTexts();
    assert.match(texts[2] ?? "", /learning rate 0\.09/);
    await button(item(page, "learning rate 0.09"), "Open").click();
    await page.waitForFunction(() =>
      /learning_rate=0\.09/.test(document.querySelector("#run-card-text")?.textContent ?? ""),
    );
    await press(page, "Evaluate");
    await sees(page, "Evaluation", /Validation part · accuracy [\d.]+ %/);
    await open_list(page);
  });

  await t.test("several are deleted, and brought back", async () => {
    for (const rate of [0.02, 0.15, 0.2]) {
      await item(page, `learning rate ${rate}`).getByRole("checkbox").check();
    }
    await press(page, "Delete selected");
    await lists(page, 7);
    await press(page, "Undo");
    await lists(page, 10);
    await page.reload();
    await lists(page, 10);
    // The one that was compared still is.
    await page.getByRole("table", { name: "Compared runs" }).waitFor();
    await button(item(page, "learning rate 0.2"), "Delete").click();
    await lists(page, 9);
    await page.reload();
    await lists(page, 9);
    assert.equal(await item(page, "learning rate 0.2").count(), 0);
  });

  await t.test("a ninth is not compared, and a sentence says why", async () => {
    for (const [at, rate] of [0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08, 0.09].entries()) {
      const compare = button(item(page, `learning rate ${rate}`), "Compare");
      if ((await compare.getAttribute("aria-pressed")) === "true") continue;
      await compare.click();
      await button(item(page, `learning rate ${rate}`), "Compare")
        .and(page.locator("[aria-pressed=true]"))
        .waitFor();
      assert.ok(at < 8);
    }
    const ninth = button(item(page).first(), "Compare");
    assert.equal(await ninth.getAttribute("aria-pressed"), "false");
    await ninth.click();
    await told(page, /8 runs are compared already/);
    assert.equal(await ninth.getAttribute("aria-pressed"), "false");
    const table = page.getByRole("table", { name: "Compared runs" });
    assert.equal(await table.getByRole("button", { name: "Take out" }).count(), 8);
    await table.getByRole("button", { name: "Take out" }).first().click();
    await ninth.click();
    await item(page).first().getByRole("button", { name: "Compare", pressed: true }).waitFor();
  });

  await t.test("a file carries them to another browser", async (inner) => {
    const waiting = page.waitForEvent("download");
    await press(page, "Export all");
    const path = await (await waiting).path();
    const other = await open_page(inner, { query: "#runs" });
    await other.page.getByText(/Each run that you train is kept here/).waitFor();
    const file = { name: "runs.json", mimeType: "application/json", buffer: await readFile(path) };
    await field(other.page, "Runs file").setInputFiles(file);
    await lists(other.page, 9);
    const texts = await item(other.page).allInnerTexts();
    assert.match(texts[1] ?? "", /learning rate 0\.09/);
    await button(item(other.page, "learning rate 0.03"), "Open").click();
    await sees(other.page, "Training status", /2 of 2 epochs.*Finished$/s);
    assert.equal(await headline(other.page), accuracy.get(0.03));
    await draw(other.page, STROKES[1]);
    await sees(other.page, "Prediction", /\d.*%/s);
    // Its data is not here, and the page says so; with it there are the same figures.
    assert.ok(await other.page.getByRole("button", { name: "Evaluate" }).isDisabled());
    await pick(other.page, bars);
    await sees(other.page, "Data status", /bars\.csv/);
    await press(other.page, "Evaluate");
    const evaluated = await sees(other.page, "Evaluation", /accuracy [\d.]+ %/);
    assert.equal(share_in(evaluated, /accuracy ([\d.]+) %/), accuracy.get(0.03));
    // The same file again makes copies and overwrites nothing.
    await open_list(other.page);
    await field(other.page, "Runs file").setInputFiles(file);
    await lists(other.page, 18);
    // What is no such file is refused by its name.
    const wrong = { name: "wrong.json", mimeType: "application/json", buffer: Buffer.from("{}") };
    await field(other.page, "Runs file").setInputFiles(wrong);
    await told(other.page, /wrong\.json: .*found .*expected/);
    await lists(other.page, 18);
  });

  await page.context().close();
  await server.close();
});

test("an interrupted run goes on from the list, on its own data", async (t) => {
  const { page, url } = await open_page(t, { query: SLOW });
  await pick(page, many);
  await sees(page, "Data status", /many\.csv/);
  await press(page, "Train");
  await sees(page, "Training status", /epoch ([3-9]|\d\d+) of 900/, 60);

  await t.test("while it is under way another is not opened, nor it deleted", async () => {
    await open_list(page);
    await button(item(page), "Open").click();
    await told(page, /A run is under way\. Stop it/);
    await sees(page, "Training status", /epoch \d+ of 900/);
    await open_list(page);
    await button(item(page), "Delete").click();
    await told(page, /under way cannot be deleted/);
    await lists(page, 1);
    await open_bench(page);
  });

  await page.reload();
  await sees(page, "Training status", /page was closed in epoch \d+ of 900.*Interrupted$/s);
  // Another run is shown, of other data and settings.
  const others = new TextEncoder().encode(bar_rows(120).join("\n"));
  await pick(page, { name: "other.csv", bytes: others });
  await sees(page, "Data status", /other\.csv/);
  await page.goto(`${url}${QUICK}`);
  await sees(page, "Data status", /other\.csv/);
  await press(page, "Train");
  await sees(page, "Training status", /2 of 2 epochs.*Finished$/s, 60);
  await open_list(page);
  await lists(page, 2);
  const cut = item(page, "interrupted");
  const kept = Number(/goes on from epoch (\d+) of 900/.exec(await cut.innerText())?.[1]);
  assert.ok(kept >= 2, "its epochs are kept");
  assert.match(await cut.innerText(), /needs many\.csv/);
  await button(cut, "Continue").click();
  await sees(page, "Data status", /many\.csv/);
  const going = await sees(page, "Training status", /epoch \d+ of 900/);
  assert.ok(Number(/epoch (\d+) of 900/.exec(going)?.[1]) > kept, going);
  await press(page, "Stop");
  await sees(page, "Training status", /Stopped$/, 10);
  await open_list(page);
  await lists(page, 2);
  await item(page, "stopped").waitFor();
});

test("words that are being typed outlive a reload, and another tab's", async (t) => {
  const { page, url } = await open_page(t, { query: QUICK });
  await pick(page, bars);
  await sees(page, "Data status", /bars\.csv/);
  await press(page, "Train");
  await sees(page, "Training status", /Finished$/, 60);
  await open_list(page);
  const note = (/** @type {Page} */ tab) => item(tab).getByRole("textbox", { name: "Note" });
  const name = (/** @type {Page} */ tab) =>
    item(tab).getByRole("textbox", { name: "Name of the run" });

  await t.test("without the field being left", async () => {
    await note(page).pressSequentially("A first look.");
    await name(page).fill("Baseline");
    // The other item's name is drawn from what is kept.
    await region(page).locator("li.run > .unseen", { hasText: "Baseline" }).waitFor({
      state: "attached",
    });
    await page.reload();
    await lists(page, 1);
    assert.equal(await note(page).inputValue(), "A first look.");
    assert.equal(await name(page).inputValue(), "Baseline");
  });

  await t.test("beside a note that another tab writes", async () => {
    const other = await page.context().newPage();
    other.setDefaultTimeout(30_000);
    await other.goto(`${url}${QUICK}#runs`);
    await lists(other, 1);
    await note(page).fill("Written here");
    await note(other).fill("Written there");
    await note(other).blur();
    await page.waitForTimeout(300);
    await note(page).pressSequentially(", to its end.");
    assert.match(await note(page).inputValue(), /^Written here, to its end\.$/);
    await note(page).blur();
    for (const words of ["Written here, to its end.", "Written there"]) {
      await page.waitForFunction(
        (text) =>
          [...document.querySelectorAll(".run-note")].some((one) =>
            /** @type {HTMLTextAreaElement} */ (one).value.includes(text),
          ),
        words,
      );
    }
    await other.close();
  });

  await t.test("an empty name is the settings' again", async () => {
    await name(page).fill("");
    await name(page).blur();
    await page.waitForFunction(() =>
      /hidden layers 16/.test(
        /** @type {HTMLTextAreaElement} */ (document.querySelector(".run-name")).value,
      ),
    );
  });
});

test("a file of runs pushes nothing out, and brings no settings that cannot be", async (t) => {
  const { page } = await open_page(t, { query: QUICK });
  await pick(page, bars);
  await sees(page, "Data status", /bars\.csv/);
  await press(page, "Train");
  await sees(page, "Training status", /Finished$/, 60);
  await open_list(page);
  const [download] = await Promise.all([page.waitForEvent("download"), press(page, "Export all")]);
  const file = JSON.parse(await readFile(await download.path(), "utf8"));
  /** @param {unknown} content */
  const bring = (content) =>
    field(page, "Runs file").setInputFiles({
      name: "runs.json",
      mimeType: "application/json",
      buffer: Buffer.from(JSON.stringify(content)),
    });
  const [run] = file.runs;
  await bring({ ...file, runs: Array.from({ length: 100 }, () => run) });
  await told(page, /found 100 runs, expected at most 99: 100 are kept in all\. Delete some first/);
  await lists(page, 1);
  const config = { ...(run.record ?? run).config, epochs: -5 };
  const wrong = run.record ? { ...run, record: { ...run.record, config } } : { ...run, config };
  await bring({ ...file, runs: [wrong] });
  await told(page, /runs\.json: run 1.*epochs.*-5/i);
  await lists(page, 1);
});
