// The page by axe-core, in each state of the main job, light and dark, wide and
// narrow; and the main job by keyboard alone.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { STROKES, bar_rows, draw, open_page, open_view, pick, press, sees } from "./helper.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const small = { name: "bars.csv", bytes: new TextEncoder().encode(bar_rows(1200).join("\n")) };

/** @param {import("playwright-core").Page} page @param {string} state */
async function has_no_violations(page, state) {
  for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
    for (const width of [1440, 390]) {
      // Without the short fade of the buttons, whose middle has no contrast to speak of.
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.setViewportSize({ width, height: 900 });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(overflow <= 0, `${state}, ${width} px: ${overflow} px wider than the window`);
      await page.evaluate(axe);
      const violations = await page.evaluate(async () => {
        const { axe } = /** @type {any} */ (window);
        const results = await axe.run(document, {
          runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
        });
        return results.violations.map((/** @type {any} */ violation) => {
          const places = violation.nodes.map((/** @type {any} */ node) => node.target.join(" "));
          const why = violation.nodes[0]?.any[0]?.message ?? "";
          return `${violation.id}: ${places.slice(0, 3).join("; ")} (${why})`;
        });
      });
      assert.deepEqual(violations, [], `${state}, ${colorScheme}, ${width} px`);
    }
  }
  await page.emulateMedia({ colorScheme: null });
  await page.setViewportSize({ width: 1440, height: 900 });
}

test("axe-core finds nothing in any state of the main job", async (t) => {
  const { page } = await open_page(t, { query: "?epochs=1000&backend=ndarray" });
  await sees(page, "Data status", /./);
  await has_no_violations(page, "empty");
  await pick(page, { name: "bad.csv", bytes: Uint8Array.of(1, 2, 3) });
  await sees(page, "Data status", /found/);
  await has_no_violations(page, "error");
  await pick(page, small);
  await sees(page, "Data status", /^bars\.csv/);
  await has_no_violations(page, "loaded");
  await press(page, "Train");
  await sees(page, "Training status", /epoch [2-9]/i);
  await has_no_violations(page, "training");
  await press(page, "Stop");
  await sees(page, "Training status", /stopped/i);
  await draw(page, STROKES[0]);
  await sees(page, "Prediction", /%/);
  await press(page, "Evaluate");
  await sees(page, "Evaluation", /accuracy/);
  await has_no_violations(page, "finished, evaluated, with a digit");
  await press(page, "Look inside");
  const first = page.getByRole("list", { name: "Units of layer 1" }).getByRole("button").first();
  await first.click();
  await page
    .getByRole("region", { name: "Unit", exact: true })
    .getByText(/^Silent on/)
    .waitFor();
  await press(page, "One batch");
  await sees(page, "Step status", /^Step 1, /);
  await has_no_violations(page, "the inside, with a unit and a step");
  await press(page, "One epoch");
  await sees(page, "Epoch status", /^Epoch 1, on from/);
  await press(page, "Measure health");
  await sees(page, "Health status", /^(Measured|\d+ of)/);
  await page.getByRole("slider", { name: "Epoch shown" }).fill("1");
  await sees(page, "Inside status", /^As of epoch 1 of/);
  await page.getByText("Why it reads so").click();
  await page.getByRole("img", { name: /^What each pixel says for/ }).waitFor();
  await has_no_violations(page, "the inside, at an epoch, with health");
  await page.getByRole("button", { name: "Learning rate", exact: true }).click();
  await page.getByText(/^How far a step moves the weights/).waitFor();
  await has_no_violations(page, "an entry of the glossary");
  await press(page, "Close entry");
  await press(page, "Close inside");
  await page.getByLabel("Epochs", { exact: true }).fill("3");
  await open_view(page, "Study");
  await page.getByRole("textbox", { name: "Values", exact: true }).fill("0.01, 0.1");
  await has_no_violations(page, "study, planned");
  await press(page, "Run study");
  await sees(page, "Study status", /Finished$/, 120);
  await has_no_violations(page, "study, finished");
  const saving = page.waitForEvent("download");
  await press(page, "Download report");
  const hand_in = await (await saving).path();
  await open_view(page, "Check");
  await page.getByRole("button", { name: "Check class" }).waitFor();
  await has_no_violations(page, "check, nothing picked");
  await page.getByLabel("Hand-ins", { exact: true }).setInputFiles([
    { name: "1004.zip", mimeType: "application/zip", buffer: readFileSync(hand_in) },
    { name: "broken.zip", mimeType: "application/zip", buffer: Buffer.from("no zip") },
  ]);
  await sees(page, "Check status", /2 hand-ins picked/);
  await press(page, "Check class");
  await sees(page, "Check status", /Finished$/, 120);
  await page.getByText("2 of 2 runs same").click();
  await has_no_violations(page, "check, finished");
});

test("the main job by keyboard alone", async (t) => {
  const { page } = await open_page(t, { query: "?epochs=3&backend=ndarray" });
  // Choosing a file in the system's own dialog is the browser's part.
  await pick(page, small);
  await sees(page, "Data status", /bars\.csv/);
  /** @param {string} name */
  const tab_to = async (name) => {
    for (let presses = 0; presses < 120; presses += 1) {
      await page.keyboard.press("Tab");
      const here = await page.evaluate(() => {
        const at = document.activeElement;
        // A link of the same name is not what is meant.
        if (at instanceof HTMLAnchorElement) return "";
        return at?.getAttribute("aria-label") ?? at?.textContent?.trim();
      });
      if (here === name) return;
    }
    assert.fail(`${name} was not reached with Tab`);
  };
  await tab_to("Train");
  await page.keyboard.press("Enter");
  await sees(page, "Training status", /finished/i);
  await tab_to("Digit pad");
  await page.keyboard.press("Space");
  for (let step = 0; step < 12; step += 1) await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Space");
  await sees(page, "Prediction", /%/);
});
