// An assignment by link, from a teacher's form to a student's zip and back to the check, by
// role and name as the two use them.

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { strFromU8, strToU8, unzipSync, zipSync } from "fflate";
import { call, no_program } from "../unit/program_call.mjs";
import { bar_rows, open_page, open_view, pick, press, rows_of, sees } from "./helper.mjs";

/** @import { Page } from "playwright-core" */

const bars = { name: "train.csv", bytes: strToU8(bar_rows(300).join("\n")) };
const others = { name: "other.csv", bytes: strToU8(bar_rows(310).join("\n")) };
const BENCH = "?epochs=2&batch_size=16&hidden_layers=12&backend=ndarray&learning_rate=0.05";
const OVER = /(Finished|Stopped|Failed)$/;

/** A field by its label. @param {Page} page @param {string} label */
const field = (page, label) => page.getByLabel(label, { exact: true });

/** The link that a teacher makes. @param {Page} page */
async function make_link(page) {
  await pick(page, bars);
  await sees(page, "Data status", /300 rows/);
  await open_view(page, "Check");
  await page.getByRole("link", { name: "Assignment", exact: true }).click();
  await press(page, "Make the link");
  await page.getByRole("alert").getByText("assignment, code: found “”, expected 1 to 60").waitFor();
  await field(page, "Title").fill("Dropout & norms");
  await field(page, "Code").fill("ml1-2");
  await field(page, "Name of the zip").fill("{code}_{ids}");
  await press(page, "Take the loaded data");
  await sees(page, "Assignment data", /train\.csv, 300 rows, checksum [0-9a-f]{16}/);
  await press(page, "Fix all");
  await field(page, "Title").focus();
  assert.equal(await field(page, "Schedule: for students").inputValue(), "fixed");
  await press(page, "Offer all");
  for (const name of ["Epochs", "Batch size", "Hidden layers"]) {
    await field(page, `${name}: for students`).selectOption("fixed");
  }
  await field(page, "Momentum: for students").selectOption("hidden");
  for (const name of ["Learning rate", "Batch size", "Dropout × layer normalisation"]) {
    await field(page, `Study of ${name}`).uncheck();
  }
  await field(page, "Values of Dropout at least").fill("3");
  await press(page, "Make the link");
  await sees(page, "Assignment link", /The link is made, \d+ characters/);
  const link = await field(page, "The link").inputValue();
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    press(page, "Download the file"),
  ]);
  assert.equal(file.suggestedFilename(), "ml1-2.assignment.json");
  await field(page, "Title").fill("Other");
  await sees(page, "Assignment link", /Changed since/);
  return { query: new URL(link).search, text: await readFile(await file.path(), "utf8") };
}

test(
  "an assignment from the teacher's form to the checked zip",
  { timeout: 300_000 },
  async (t) => {
    const { page: teacher } = await open_page(t, { query: BENCH });
    assert.equal(
      await teacher.getByRole("link", { name: "Assignment", exact: true }).count(),
      1,
      "one link at a time",
    );
    const { query, text } = await make_link(teacher);
    assert.equal(JSON.parse(text).title, "Dropout & norms");
    const { page } = await open_page(t, { query });
    const strip = page.getByRole("region", { name: "Your assignment" });

    await t.test("the page says what it is and locks what is fixed", async () => {
      await strip.getByText("Dropout & norms").waitFor();
      await sees(page, "Assignment in the way", /^Load train\.csv, 300 rows, under Data\. .*Id 1/);
      const epochs = field(page, "Epochs");
      assert.equal(await epochs.inputValue(), "2");
      assert.ok(await epochs.isDisabled());
      await page.locator("#setting-epochs-locked").getByText("Fixed by the assignment.").waitFor();
      assert.ok(await page.locator("#setting-learning-rate").isEnabled());
      assert.ok(await page.locator("#setting-momentum").isHidden());
      assert.ok(await page.locator("#setting-seed").isDisabled());
    });

    await t.test("other data, and no ids, are refused in words", async () => {
      await pick(page, others);
      await sees(
        page,
        "Assignment in the way",
        /found other\.csv \(checksum .*expected .*train\.csv/,
      );
      assert.ok(await page.getByRole("button", { name: "Train", exact: true }).isDisabled());
      await page
        .locator("#train-why")
        .getByText(/^Data: found other\.csv/)
        .waitFor();
      await pick(page, bars);
      await sees(page, "Assignment in the way", /enter your number as Id 1 under Study/);
      await strip.getByRole("link", { name: "Enter your ids" }).click();
      await page.locator("#report-id-1:focus").waitFor();
      await page
        .getByRole("note", { name: "Missing" })
        .getByText(/Seed of your ids/)
        .waitFor();
      await field(page, "Id 1").fill("1004");
      await page.getByText(/They name the zip: ml1-2_id1_id2_id3\.zip/).waitFor();
    });

    await t.test("it survives a reload, with what was set and loaded", async () => {
      await open_view(page, "Train");
      await sees(page, "Assignment in the way", /what is fixed is locked/);
      await press(page, "Sample and train");
      await page
        .locator("#notices")
        .getByText(/^The assignment is on train\.csv/)
        .waitFor();
      await sees(page, "Data status", /^train\.csv: 300 rows/);
      const seed = await page.locator("#setting-seed").inputValue();
      assert.notEqual(seed, "42");
      await page.locator("#setting-learning-rate").fill("0.1");
      await page.waitForURL(/learning_rate=0\.1&/);
      await page.reload();
      await sees(page, "Data status", /300 rows/);
      await sees(page, "Assignment in the way", /what is fixed is locked/);
      assert.equal(await page.locator("#setting-learning-rate").inputValue(), "0.1");
      assert.equal(await page.locator("#setting-seed").inputValue(), seed);
    });

    const zip = await t.test(
      "one press does what is asked, and the zip is named as it says",
      async () => {
        await open_view(page, "Study");
        await press(page, "Run the assignment");
        await sees(page, "Study status", OVER, 90);
        await sees(page, "Assignment status", /The assignment has run/);
        const list = page.getByRole("list", { name: "Assignment checklist" });
        await list.getByText("Dropout, 3 values or more").waitFor();
        assert.equal(await list.getByText("Learning rates").count(), 0);
        const missing = await page.getByRole("note", { name: "Missing" }).innerText();
        assert.match(missing, /^Still missing of the assignment: Remarks of your own/);
        assert.doesNotMatch(missing, /Dropout|Seed|Ids|data/);
      },
    );
    assert.equal(zip, undefined);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      press(page, "Download report"),
    ]);
    assert.equal(download.suggestedFilename(), "ml1-2_1004.zip");
    const bytes = new Uint8Array(await readFile(await download.path()));
    const files = unzipSync(bytes);
    const metrics = strFromU8(files["metrics.json"] ?? new Uint8Array());
    const ids = /** @type {any} */ (JSON.parse(metrics));
    ids.ids = ["1005"];
    const copy = zipSync({ ...files, "metrics.json": strToU8(JSON.stringify(ids)) });

    await t.test("the check holds zips to it, by the link as by the file", async () => {
      await open_view(teacher, "Check");
      await field(teacher, "Hand-ins").setInputFiles([
        { name: "ml1-2_1004.zip", mimeType: "application/zip", buffer: Buffer.from(bytes) },
      ]);
      await sees(teacher, "Check status", /1 hand-in picked/);
      await field(teacher, "Link of the assignment").fill(`http://a.example/${query}`);
      await press(teacher, "Check class");
      await sees(teacher, "Check status", /1 hand-in: 1 with the same bits.*Finished$/s, 60);
      assert.deepEqual(
        (await rows_of(teacher, "Class")).map(({ Verdict, Missing }) => [Verdict, Missing]),
        [["same bits", ""]],
      );
      await field(teacher, "Hand-ins").setInputFiles([
        { name: "ml1-2_1005.zip", mimeType: "application/zip", buffer: Buffer.from(copy) },
      ]);
      await field(teacher, "Link of the assignment").fill("");
      await field(teacher, "Or the assignment’s file").setInputFiles([
        { name: "a.json", mimeType: "application/json", buffer: Buffer.from(text) },
      ]);
      await sees(teacher, "Check status", /1 hand-in picked/);
      await press(teacher, "Check class");
      await sees(teacher, "Check status", /0 with the same bits, 1 to look at.*Finished$/s, 60);
      const [row] = await rows_of(teacher, "Class");
      assert.equal(row?.Verdict, "same bits, but not as the assignment asks");
      assert.match(row?.Missing ?? "", /the seed \d+ of its ids in the baseline \(found \d+\)/);
      await field(teacher, "Link of the assignment").fill("?assignment=<b>");
      await press(teacher, "Check class");
      await sees(teacher, "Check status", /assignment, link, character 1: found “<”.*Failed$/s);
    });

    await t.test("the program says the same", { skip: no_program }, async () => {
      const folder = await mkdtemp(join(tmpdir(), "inkling-"));
      try {
        await writeFile(join(folder, "ml1-2_1004.zip"), bytes);
        await writeFile(join(folder, "ml1-2_1005.zip"), copy);
        await writeFile(join(folder, "a.json"), text);
        await writeFile(join(folder, "link.txt"), `http://a.example/${query}\n`);
        await writeFile(join(folder, bars.name), bars.bytes);
        const options = ["--data", bars.name, "--assignment"];
        const honest = call(folder, "check", "ml1-2_1004.zip", ...options, "link.txt");
        assert.deepEqual([honest.status, honest.said[0]?.missing], [0, []], honest.wrong);
        const { said } = call(folder, "check", "ml1-2_1005.zip", ...options, "a.json");
        assert.equal(said[0].verdict, "same bits, but not as the assignment asks");
      } finally {
        await rm(folder, { recursive: true });
      }
    });

    await t.test("a press leaves it, and what was trained stays", async () => {
      await open_view(page, "Train");
      await press(page, "Leave the assignment");
      await strip.waitFor({ state: "hidden" });
      await page.waitForURL((url) => !url.search.includes("assignment"));
      assert.ok(await page.locator("#setting-epochs").isEnabled());
      await page.locator("#setting-momentum").waitFor();
      await sees(page, "Data status", /300 rows/);
      await open_view(page, "Study");
      const kept = page.getByRole("list", { name: "Kept studies" }).getByRole("listitem");
      assert.equal(await kept.count(), 2);
    });
  },
);

test("a broken link is refused in words, and nothing is lost by it", async (t) => {
  const { page, url } = await open_page(t, { query: "?epochs=2" });
  await pick(page, bars);
  await sees(page, "Data status", /300 rows/);
  // Once the data are kept, however long the browser takes.
  await page.getByRole("button", { name: "Forget everything" }).waitFor();
  for (const [token, told] of /** @type {[string, RegExp][]} */ ([
    ["%3Cimg%20src=x%20onerror=alert(1)%3E", /link, character 1: found “<”/],
    ["a".repeat(8193), /link: found 8193 characters, expected at most 8192/],
    ["eyJhIjoxfQ", /found no field inkling_assignment/],
  ])) {
    await page.goto(`${url}?epochs=3&assignment=${token}`);
    await page.locator("#notices").getByText(told).waitFor();
    await page.waitForURL((now) => !now.search.includes("assignment"));
    assert.equal(await page.locator("#setting-epochs").inputValue(), "3");
    await sees(page, "Data status", /300 rows/);
    assert.ok(await page.getByRole("button", { name: "Train", exact: true }).isEnabled());
  }
});

test("two tabs have an assignment each, and one that was left does not come back", async (t) => {
  const { page, url } = await open_page(t);
  const tokens = ["First", "Second"].map((title, at) => {
    const assignment = {
      inkling_assignment: 1,
      code: `c${at}`,
      title,
      settings: { epochs: at + 3 },
      fixed: ["epochs"],
      studies: [{ factor: "dropout", least_values: 2 }],
      zip: "{ids}",
    };
    return Buffer.from(JSON.stringify(assignment)).toString("base64url");
  });
  const other = await page.context().newPage();
  const tabs = /** @type {const} */ ([
    [page, "First", "3"],
    [other, "Second", "4"],
  ]);
  for (const [at, [tab]] of tabs.entries()) await tab.goto(`${url}?assignment=${tokens[at]}`);
  for (const again of [false, true]) {
    for (const [tab, title, epochs] of tabs) {
      if (again) await tab.reload();
      await tab.getByRole("region", { name: "Your assignment" }).getByText(title).waitFor();
      assert.equal(await tab.locator("#setting-epochs").inputValue(), epochs);
    }
  }
  await open_view(page, "Runs");
  await press(page, "Leave the assignment");
  await page.goBack();
  await page.waitForURL((now) => !now.search.includes("assignment"));
  await page.reload();
  await page.locator("#setting-epochs:enabled").waitFor();
  assert.equal(await page.getByRole("region", { name: "Your assignment" }).count(), 0);
  await other.getByRole("region", { name: "Your assignment" }).getByText("Second").waitFor();
});
