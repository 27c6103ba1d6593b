// What is dropped goes to whoever reads it, and can be taken back; keys and focus stay
// where a person is.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import {
  STROKES,
  awake_ms,
  bar_rows,
  draw,
  open_page,
  open_view,
  pick,
  press,
  sees,
} from "./helper.mjs";

/** @import { Page } from "playwright-core" */

const rows = bar_rows(300);
const bars = { name: "bars.csv", bytes: new TextEncoder().encode(rows.join("\n")) };
/** As Kaggle's test.csv: the same rows without their labels. */
const unlabelled = rows.map((row) => row.slice(row.indexOf(",") + 1)).join("\n");
const QUICK = "?backend=ndarray&epochs=2&hidden_layers=16";

/** @param {Page} page @param {string} label */
const field = (page, label) => page.getByLabel(label, { exact: true });

/** @param {Page} page @param {string} name */
const button = (page, name) => page.getByRole("button", { name, exact: true });

/** @param {Page} page @param {RegExp} words */
const told = (page, words) =>
  page.getByRole("complementary", { name: "Notices" }).getByText(words).waitFor();

/**
 * Drags a file over the page and lets it go.
 * @param {Page} page
 * @param {{ name: string, bytes: Uint8Array }} file
 */
async function drop(page, { name, bytes }) {
  const transfer = await page.evaluateHandle(
    ({ name, base64 }) => {
      const text = atob(base64);
      const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
      const transfer = new DataTransfer();
      transfer.items.add(new File([bytes], name));
      return transfer;
    },
    { name, base64: Buffer.from(bytes).toString("base64") },
  );
  for (const type of ["dragenter", "dragover", "drop"]) {
    await page.dispatchEvent("body", type, { dataTransfer: transfer });
  }
}

/** Presses a button and gives the file that comes of it. @param {Page} page @param {() => Promise<unknown>} ask */
async function saved(page, ask) {
  const [download] = await Promise.all([page.waitForEvent("download"), ask()]);
  return readFile(await download.path());
}

/** @param {Page} page */
async function train(page) {
  await pick(page, bars);
  await sees(page, "Data status", /bars\.csv/);
  await press(page, "Train");
  await sees(page, "Training status", /Finished$/, 60);
}

test("what is dropped goes to whoever reads it", { timeout: 180_000 }, async (t) => {
  const { page } = await open_page(t, { query: QUICK });
  await train(page);
  const model = await saved(page, () => press(page, "Download model"));
  await page.locator('summary[aria-label="Download model: other formats"]').click();
  const packed = await saved(page, () => press(page, ".bpk for burn"));
  await open_view(page, "Study");
  await page.getByRole("textbox", { name: "Values", exact: true }).fill("0.01, 0.1");
  await page.getByRole("spinbutton", { name: "Seeds per value" }).fill("1");
  await press(page, "Run study");
  await sees(page, "Study status", /Finished$/, 60);
  const studies = await saved(page, () => press(page, "Export studies"));
  await open_view(page, "Runs");
  const runs = await saved(page, () => press(page, "Export all"));
  await open_view(page, "Train");

  await t.test("a model", async () => {
    await drop(page, { name: "mine.safetensors", bytes: model });
    await sees(page, "Evaluation", /mine\.safetensors/);
    await sees(page, "Data status", /bars\.csv/);
  });

  await t.test("a model as burn packs it", async () => {
    await drop(page, { name: "mine.bpk", bytes: packed });
    await sees(page, "Evaluation", /mine\.bpk/);
    await sees(page, "Data status", /bars\.csv/);
  });

  await t.test("what only calls itself a model", async () => {
    await drop(page, { name: "wrong.bpk", bytes: new TextEncoder().encode("no model") });
    await sees(page, "Evaluation", /wrong\.bpk.*found .*expected/s);
    // The one before stays.
    await draw(page, STROKES[1]);
    await sees(page, "Prediction", /\d.*%/s);
    await sees(page, "Data status", /bars\.csv/);
  });

  await t.test("a table without labels is a test set", async () => {
    await drop(page, { name: "test.csv", bytes: new TextEncoder().encode(unlabelled) });
    await page.locator("#test-status", { hasText: /test\.csv: 300 rows/ }).waitFor();
    await sees(page, "Data status", /bars\.csv/);
    await press(page, "Remove test set");
    await button(page, "Remove test set").waitFor({ state: "hidden" });
  });

  await t.test("a table with labels is data", async () => {
    const few = new TextEncoder().encode(bar_rows(120).join("\n"));
    await drop(page, { name: "few.csv", bytes: few });
    await sees(page, "Data status", /few\.csv.*120 rows/s);
  });

  await t.test("studies", async () => {
    await drop(page, { name: "studies.json", bytes: studies });
    // Where they come to lie.
    const kept = page.getByRole("list", { name: "Kept studies" }).getByRole("listitem");
    await kept.nth(1).waitFor();
    await open_view(page, "Train");
    await sees(page, "Data status", /few\.csv/);
  });

  await t.test("what only calls itself studies", async () => {
    await drop(page, { name: "wrong.json", bytes: new TextEncoder().encode("no study") });
    await page
      .getByText(/wrong\.json.*found/s)
      .first()
      .waitFor();
    assert.equal(await page.locator('nav [aria-current="page"]').textContent(), "Study");
    await open_view(page, "Train");
  });

  await t.test("runs", async () => {
    await drop(page, { name: "inkling-runs.json", bytes: runs });
    const items = page.getByRole("region", { name: "Runs", exact: true }).getByRole("listitem");
    await items.nth(1).waitFor();
    assert.equal(await items.count(), 2);
    await open_view(page, "Train");
  });
});

test("a folder is named as one, and the veil never stays", async (t) => {
  const { page } = await open_page(t, { query: QUICK });
  const veil = page.getByText("Drop the file to load it");

  await t.test("a folder", async () => {
    const transfer = await page.evaluateHandle(() => {
      const transfer = new DataTransfer();
      const folder = new File([], "mnist");
      transfer.items.add(folder);
      const [item] = transfer.items;
      // No script can make one; this is what a browser hands over.
      const entry = { isDirectory: true, isFile: false, name: "mnist" };
      Object.defineProperty(transfer, "items", {
        value: [{ kind: "file", webkitGetAsEntry: () => entry, getAsFile: () => item }],
      });
      return transfer;
    });
    for (const type of ["dragenter", "dragover", "drop"]) {
      await page.dispatchEvent("body", type, { dataTransfer: transfer });
    }
    await told(page, /“mnist” is a folder\. Drop the file itself/);
    await veil.waitFor({ state: "hidden" });
    await sees(page, "Data status", /no data/i);
  });

  /** Drags a file over the page, which shows the veil: a while later it may be gone. */
  const drag = async () => {
    const is_shown = await page.evaluate(() => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(["x"], "x.csv"));
      for (const type of ["dragenter", "dragover"]) {
        const given = { dataTransfer, bubbles: true, cancelable: true };
        document.body.dispatchEvent(new DragEvent(type, given));
      }
      return document.getElementById("drop-veil")?.checkVisibility();
    });
    assert.ok(is_shown);
  };

  await t.test("a drag that ends in silence", async () => {
    await drag();
    const dragged_ms = awake_ms();
    await veil.waitFor({ state: "hidden" });
    assert.ok(awake_ms() - dragged_ms < 5000, "it goes by itself");
  });

  await t.test("a drag that leaves without a word, and a mouse that comes back", async () => {
    await drag();
    const moved_ms = awake_ms();
    await page.mouse.move(300, 300);
    await veil.waitFor({ state: "hidden" });
    assert.ok(awake_ms() - moved_ms < 1000, "no silence is waited for");
  });
});

test("what is kept is what is drawn, also before it is read", async (t) => {
  const { page } = await open_page(t, { query: QUICK, answers_after_ms: 400 });
  await train(page);
  const count = page.locator("#kept-count");
  await draw(page, STROKES[0]);
  await press(page, "It was a 0");
  await count.getByText("1 digit kept.").waitFor();
  // All of it has been read by now, and it is the same drawing.
  await page.locator("#prediction[aria-busy=false]").waitFor();
  await page.getByText("See and correct them").click();
  await press(page, "It was a 6");
  const list = page.getByRole("list", { name: "Kept digits" });
  await list.getByRole("button", { name: /6/ }).waitFor();
  assert.equal(await list.getByRole("listitem").count(), 1);
});

test("kept digits are seen, relabelled once, and removed", async (t) => {
  const { page } = await open_page(t, { query: QUICK });
  await train(page);
  const count = page.locator("#kept-count");
  await draw(page, STROKES[7]);
  await sees(page, "Prediction", /\d.*%/s);
  await press(page, "It was a 1");
  await count.getByText("1 digit kept.").waitFor();
  await press(page, "Clear pad");
  await draw(page, STROKES[0]);
  await sees(page, "Prediction", /\d.*%/s);
  await press(page, "It was a 0");
  await count.getByText("2 digits kept.").waitFor();
  const labels = async () => {
    const text = (await saved(page, () => press(page, "Download CSV"))).toString();
    const lines = text.trim().split("\n").slice(1);
    return lines.map((line) => line.split(",")[0]).join();
  };
  assert.equal(await labels(), "1,0");
  await page.getByText("See and correct them").click();
  const list = page.getByRole("list", { name: "Kept digits" });
  await list.getByRole("img").nth(1).waitFor();
  assert.equal(await list.getByRole("listitem").count(), 2);
  assert.equal(await list.getByRole("img").count(), 2);

  await t.test("a wrong label is put right, in its list and from the pad", async () => {
    await list.getByRole("combobox").first().selectOption("7");
    await page.waitForFunction(() =>
      /7/.test(document.querySelector("#kept-list")?.innerHTML ?? ""),
    );
    assert.equal(await labels(), "7,0");
    await press(page, "It was a 6");
    await list.getByRole("button", { name: /6/ }).waitFor();
    assert.equal(await labels(), "7,6", "the same drawing stands once");
  });

  await t.test("one is removed, also from what is kept", async () => {
    await list
      .getByRole("button", { name: /^Remove/ })
      .first()
      .click();
    await count.getByText("1 digit kept.").waitFor();
    assert.equal(await labels(), "6");
    await page.reload();
    await count.getByText("1 digit kept.").waitFor();
    assert.equal(await labels(), "6");
  });
});

test("keys act where they are meant, and can be switched off for good", async (t) => {
  const { page } = await open_page(t, { query: QUICK });
  await pick(page, bars);
  await sees(page, "Data status", /bars\.csv/);
  const status = page.getByRole("status", { name: "Training status" });
  const before = await status.innerText();

  await t.test("behind a dialog none acts", async () => {
    await button(page, "Keyboard shortcuts").click();
    await page.keyboard.press("t");
    await page.keyboard.press("l");
    assert.equal(await status.innerText(), before);
    assert.ok(!(await field(page, "Log loss").isChecked()));
    await button(page, "Close").click();
    await page.keyboard.press("l");
    assert.ok(await field(page, "Log loss").isChecked());
    await page.keyboard.press("l");
  });

  await t.test("switched off, they stay off", async () => {
    await button(page, "Keyboard shortcuts").click();
    await page.getByLabel("Use these single keys").uncheck();
    await button(page, "Close").click();
    await page.reload();
    await sees(page, "Data status", /bars\.csv/);
    await page.keyboard.press("l");
    assert.ok(!(await field(page, "Log loss").isChecked()));
    await button(page, "Keyboard shortcuts").click();
    assert.ok(!(await page.getByLabel("Use these single keys").isChecked()));
    await page.getByLabel("Use these single keys").check();
    await button(page, "Close").click();
    await page.keyboard.press("l");
    assert.ok(await field(page, "Log loss").isChecked());
  });

  await t.test("the skip link leads into the view that is shown", async () => {
    for (const [name, target] of /** @type {const} */ ([
      ["Train", "training"],
      ["Study", "study-view"],
      ["Runs", "runs-view"],
    ])) {
      await open_view(page, name);
      const skip = page.locator("#skip");
      await skip.focus();
      await page.keyboard.press("Enter");
      await page.waitForFunction((id) => document.activeElement?.id === id, target);
      await page.locator(`#${target}`).waitFor({ state: "visible" });
      const link = page.getByRole("link", { name, exact: true });
      assert.equal(await link.getAttribute("aria-current"), "page");
    }
  });
});

test("on a telephone a run moves nothing when it begins and ends", async (t) => {
  const { page } = await open_page(t, {
    query: `${QUICK}&epochs=40`,
    viewport: { width: 390, height: 844 },
  });
  await pick(page, bars);
  await sees(page, "Data status", /bars\.csv/);
  // They make room for themselves.
  await page.getByRole("img", { name: /\d images of the data/ }).waitFor();
  /**
   * Whether what stands at the top of the screen stays there. The browser itself moves the
   * page by as much as grows above it.
   * @param {import("playwright-core").Locator} seen
   * @param {() => Promise<unknown>} begin
   * @param {RegExp} end
   */
  const stays = async (seen, begin, end) => {
    await seen.evaluate((one) => one.scrollIntoView({ block: "start" }));
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => done(null))));
    const before = await seen.boundingBox();
    await begin();
    await sees(page, "Training status", end, 60);
    // Where it stands in two frames alike: between them the browser makes up for what grew.
    const y = await seen.evaluate(async (one) => {
      for (let was = NaN; ;) {
        await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
        const { y: now } = one.getBoundingClientRect();
        if (now === was) return now;
        was = now;
      }
    });
    assert.ok(before);
    const moved = Math.abs(y - before.y);
    assert.ok(moved <= 2, `it moved by ${moved} px`);
  };
  const pad = page.getByRole("application", { name: "Digit pad" });

  await t.test("begun with its button, far above", async () => {
    const train = button(page, "Train");
    await train.scrollIntoViewIfNeeded();
    await train.focus();
    const press_it = () => train.evaluate((one) => /** @type {HTMLElement} */ (one).click());
    await stays(pad, press_it, /Finished$/);
  });

  await t.test("begun with its key", async () => {
    await stays(pad, () => page.keyboard.press("t"), /epoch \d+ of 40|Finished$/);
    await sees(page, "Training status", /Finished$/, 60);
  });

  await t.test("stopped with its key", async () => {
    await field(page, "Batch size").evaluate((one) => {
      /** @type {HTMLInputElement} */ (one).value = "1";
      one.dispatchEvent(new Event("input", { bubbles: true }));
    });
    await page.keyboard.press("t");
    await sees(page, "Training status", /epoch \d+ of 40/);
    await stays(pad, () => page.keyboard.press("s"), /Stopped$|Finished$/);
  });
});
