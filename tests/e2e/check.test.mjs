// A class checked on the page: hand-ins that the page itself made, honest, edited, copied
// and hostile, each named rightly, and in the words that the program has for the same files.

import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { strFromU8, strToU8, unzipSync, zipSync } from "fflate";
import { call, no_program } from "../unit/program_call.mjs";
import { FOREIGN, OVER, bars, edited, hand_in } from "./hand_ins.mjs";
import { bar_rows, open_page, open_view, pick, press, rows_of, sees } from "./helper.mjs";

/** @import { TestContext } from "node:test" */
/** @import { Page } from "playwright-core" */

/** @typedef {{ name: string, bytes: Uint8Array }} Zip */

const others = { name: "other.csv", bytes: strToU8(bar_rows(310).join("\n")) };

const run_of = (/** @type {any} */ metrics, /** @type {number} */ at) =>
  metrics.studies[0].runs[at];

/** A study trained and reported by the program, on the same data; none where it is not there. */
async function native_hand_in() {
  const folder = await mkdtemp(join(tmpdir(), "inkling-"));
  try {
    await writeFile(join(folder, bars.name), bars.bytes);
    const baseline = { epochs: 2, batch_size: 16, hidden_layers: "12", seed: 10 };
    const plan = { factor: "learning_rate", values: "0.05, 0.1", baseline };
    await writeFile(join(folder, "plan.json"), JSON.stringify(plan));
    const study = call(folder, "study", "plan.json", "--data", bars.name);
    assert.equal(study.status, 0, study.wrong);
    const report = call(folder, "report", "studies.json", "--id", "1010", "--out", "texts");
    assert.equal(report.status, 0, report.wrong);
    const names = await readdir(join(folder, "texts"), { withFileTypes: true });
    const files = names.filter((one) => one.isFile());
    const entries = files.map(async ({ name }) => [
      name,
      new Uint8Array(await readFile(join(folder, "texts", name))),
    ]);
    return zipSync(Object.fromEntries(await Promise.all(entries)));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** What the page made, and what became of it. @param {TestContext} t */
async function class_of(t) {
  const honest = await hand_in(t, 7, "1004");
  const second = await hand_in(t, 8, "1005");
  const foreign = await hand_in(t, 9, "1006", { data: others });
  const whole = zipSync(second);
  const table = strFromU8(honest["summary.csv"] ?? new Uint8Array());
  const better = table.replace(
    /(,7,7,sgd,relu,torch,0,0,0,0,false,\d+,\d+,\d+,)[\d.]+/,
    "$10.4321",
  );
  assert.notEqual(better, table, "the table holds the figure that is edited");
  /** @type {[Zip, string][]} */
  const native = no_program
    ? []
    : [[{ name: "1010.zip", bytes: await native_hand_in() }, "same bits"]];
  const climbing = Object.fromEntries(
    Object.entries(honest).map(([name, bytes]) => [`../../../etc/${name}`, bytes]),
  );
  /** @type {[Zip, string][]} a zip and its verdict, or how that begins */
  return [
    [{ name: "1005.zip", bytes: whole }, "same bits"],
    [{ name: "1004.zip", bytes: zipSync(honest) }, "equal weights as in 1007.zip"],
    [{ name: "1007.zip", bytes: edited(honest, (m) => (m.ids = ["1007"])) }, "equal weights as in"],
    [{ name: "1006.zip", bytes: zipSync(foreign) }, "other data"],
    [
      {
        name: "curve.zip",
        bytes: edited(honest, (metrics) => {
          run_of(metrics, 1).history[1].validation_loss *= 1 + Number.EPSILON;
        }),
      },
      "differs from epoch 2 on",
    ],
    [
      {
        name: "metric.zip",
        bytes: edited(honest, (metrics) => {
          run_of(metrics, 0).result.validation_loss = 0.01;
        }),
      },
      FOREIGN,
    ],
    [{ name: "row.zip", bytes: zipSync({ ...honest, "summary.csv": strToU8(better) }) }, FOREIGN],
    [
      {
        name: "words.zip",
        bytes: zipSync({
          ...honest,
          "report.md": strToU8(
            strFromU8(honest["report.md"] ?? new Uint8Array()).replace(
              /(\| 0\.05 \| )[\d.]+ %/,
              "$199.87 %",
            ),
          ),
        }),
      },
      FOREIGN,
    ],
    [
      {
        name: "version.zip",
        bytes: edited(honest, (metrics) => {
          for (const at of [0, 1]) run_of(metrics, at).result.numerics_version = 999;
        }),
      },
      "another numerics version",
    ],
    [
      {
        name: "near.zip",
        bytes: edited(honest, (metrics) => {
          for (const at of [0, 1]) run_of(metrics, at).result.backend = "webgpu";
        }),
      },
      "trained on WebGPU, within 0.05 points",
    ],
    [
      {
        name: "slow.zip",
        bytes: edited(honest, (metrics) => {
          const run = run_of(metrics, 0);
          run.history = Array.from({ length: 900 }, () => run.history[0]);
          run.settings.epochs = 900;
          run.settings.batch_size = 1;
        }),
      },
      "cannot be read: its records ask for the work of 27",
    ],
    [
      {
        name: "long.zip",
        bytes: edited(honest, (metrics) => {
          const run = run_of(metrics, 0);
          run.history = Array.from({ length: 10_001 }, () => run.history[0]);
        }),
      },
      "cannot be read: study 1, run 1: found 10001 epochs",
    ],
    [
      { name: "cut.zip", bytes: whole.subarray(0, whole.length / 2) },
      "cannot be read: found no whole zip",
    ],
    [
      { name: "empty.zip", bytes: zipSync({ "a.txt": strToU8("a") }) },
      "cannot be read: found no metrics.json",
    ],
    [
      {
        name: "bomb.zip",
        bytes: zipSync({ "metrics.json": new Uint8Array(128 << 20).fill(32) }),
      },
      "cannot be read: metrics.json: found more than",
    ],
    [
      {
        name: "crowd.zip",
        bytes: zipSync(
          Object.fromEntries(
            Array.from({ length: 2001 }, (_, at) => [`../../${at}<b>`, new Uint8Array()]),
          ),
        ),
      },
      "cannot be read: found 2001 entries",
    ],
    [
      { name: "<img src=x onerror=alert(1)>.zip", bytes: strToU8("<script>") },
      "cannot be read: found no whole zip",
    ],
    [{ name: "climb.zip", bytes: zipSync(climbing) }, "equal weights as in 1004.zip"],
    [
      {
        name: "million.zip",
        bytes: edited(honest, (metrics) => {
          for (const at of [0, 1]) run_of(metrics, at).settings.epochs = 1e7;
        }),
      },
      "epochs: found 10000000, expected a whole number from 1 to",
    ],
    [
      { name: "none.zip", bytes: edited(honest, (metrics) => (metrics.studies = [])) },
      "holds no run",
    ],
    ...native,
  ];
}

/** The table of the class, a row a zip. @param {Page} page */
const shown = (page) => rows_of(page, "Class");

/** @param {Page} page @param {readonly Zip[]} zips */
function pick_hand_ins(page, zips) {
  const files = zips.map(({ name, bytes }) => ({
    name,
    mimeType: "application/zip",
    buffer: Buffer.from(bytes),
  }));
  return page.getByLabel("Hand-ins", { exact: true }).setInputFiles(files);
}

/** @param {TestContext} t */
async function open_check(t) {
  const { page } = await open_page(t);
  await pick(page, bars);
  await sees(page, "Data status", /\d rows/);
  await open_view(page, "Check");
  await page.getByRole("button", { name: "Check class" }).waitFor();
  return page;
}

test("a class of hand-ins", { timeout: 600_000 }, async (t) => {
  const made = await class_of(t);
  const zips = made.map(([zip]) => zip);
  const page = await open_check(t);

  await t.test("before anything is picked, a press says what is missing", async () => {
    await press(page, "Check class");
    assert.match(await sees(page, "Check status", OVER), /Pick hand-ins first.*Failed$/);
  });

  await t.test("each is named rightly", async () => {
    await pick_hand_ins(page, zips);
    await sees(page, "Check status", new RegExp(`${zips.length} hand-ins picked`));
    await page.getByLabel("Budget, steps a zip").fill("200000");
    await press(page, "Check class");
    const status = await sees(page, "Check status", OVER, 120);
    const num_same = made.filter(([, verdict]) => verdict === "same bits").length;
    const counts = `${zips.length} hand-ins: ${num_same} with the same bits, ${zips.length - num_same - 1} to look at, 1 over`;
    assert.ok(status.includes(counts) && OVER.test(status), `found ${status}, expected ${counts}`);
    const rows = await shown(page);
    for (const [at, [{ name }, verdict]] of made.entries()) {
      assert.equal(rows[at]?.Zip, name);
      assert.ok(rows[at]?.Verdict?.startsWith(verdict), `${name}: found ${rows[at]?.Verdict}`);
    }
    assert.match(
      rows[0]?.Missing ?? "",
      /the studies of batch size, dropout, layer normalisation, and of/,
    );
    assert.doesNotMatch(rows[0]?.Missing ?? "", /the name|notebook|report/);
    assert.match(rows[4]?.Missing ?? "", /the name 1004\.zip/);
  });

  await t.test("a row opens to its runs, each with the line that repeats it", async () => {
    const row = page.getByRole("row", { name: /^curve\.zip/ });
    await row.getByText("1 of 2 runs same").click();
    const runs = await row.getByRole("listitem").allInnerTexts();
    assert.match(runs[1] ?? "", /study 1, run 2: differs from epoch 2 on/);
    assert.match(runs[1] ?? "", /inkling train --data FILE --query '\?.*learning_rate=0\.1/);
    assert.match(runs[0] ?? "", /same bits; equal weights as in/);
  });

  await t.test("a press on a head sorts", async () => {
    await press(page, "Verdict");
    const verdicts = (await shown(page)).map(({ Verdict }) => Verdict);
    assert.match(verdicts[0] ?? "", /^differs/);
    assert.equal(verdicts.at(-1), "same bits");
    await press(page, "Zip");
    assert.equal((await shown(page))[1]?.Zip, "1004.zip");
  });

  await t.test("it says as files what the table says", async () => {
    const download = async (/** @type {string} */ name) => {
      await page.locator("#check-view .menu summary").click();
      const [file] = await Promise.all([page.waitForEvent("download"), press(page, name)]);
      return readFile(await file.path());
    };
    const csv = strFromU8(await download("Class as CSV"));
    assert.match(csv, /^1005\.zip,1005,same bits,"study 1, run 1",same bits,/m);
    const files = unzipSync(await download("Gradescope’s results (zip)"));
    assert.equal(Object.keys(files).length, made.length);
    const results = JSON.parse(strFromU8(files["001_1005/results.json"] ?? new Uint8Array()));
    assert.deepEqual(
      results.tests.map((/** @type {any} */ { status }) => status),
      ["passed", "passed"],
    );
  });

  await t.test("one over the budget is trained once that is allowed", async () => {
    await pick_hand_ins(
      page,
      zips.filter(({ name }) => name === "slow.zip" || name === "1005.zip"),
    );
    await sees(page, "Check status", /2 hand-ins picked/);
    await press(page, "Check class");
    await sees(page, "Check status", /1 over the budget of steps.*Finished$/s);
    await press(page, "Train its 270,038 steps");
    const status = await sees(
      page,
      "Check status",
      /1 with the same bits, 1 to look at.*Finished$/s,
      300,
    );
    assert.doesNotMatch(status, /over the budget/);
    const rows = await shown(page);
    assert.equal(rows.find(({ Zip }) => Zip === "slow.zip")?.Verdict, "differs from epoch 1 on");
  });

  await t.test("a folder brings its zips, told apart by their paths", async () => {
    const folder = await mkdtemp(join(tmpdir(), "inkling-"));
    try {
      for (const [student, at] of /** @type {const} */ ([
        ["ann", 1],
        ["ben", 2],
      ])) {
        await mkdir(join(folder, student));
        await writeFile(join(folder, student, "report.zip"), zips[at]?.bytes ?? "");
      }
      await writeFile(join(folder, "notes.txt"), "none");
      await page.getByLabel("Or a folder of them").setInputFiles(folder);
      await sees(page, "Check status", /2 hand-ins picked/);
      await page.locator("#notices").getByText("Left out beside the zips: 1 file.").waitFor();
      await press(page, "Check class");
      await sees(page, "Check status", /2 hand-ins: .*Finished$/s, 60);
      const rows = await shown(page);
      const verdicts = rows.map(({ Zip, Verdict }) => `${Zip}: ${Verdict}`).sort();
      assert.deepEqual(verdicts, [
        "ann/report.zip: equal weights as in ben/report.zip",
        "ben/report.zip: equal weights as in ann/report.zip",
      ]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  await t.test("zips that are dropped are hand-ins here, and no data", async () => {
    const transfer = await page.evaluateHandle(() => {
      const transfer = new DataTransfer();
      for (const name of ["one.zip", "two.zip"]) transfer.items.add(new File(["none"], name));
      return transfer;
    });
    for (const type of ["dragenter", "dragover", "drop"]) {
      await page.dispatchEvent("#check-view", type, { dataTransfer: transfer });
    }
    await sees(page, "Check status", /2 hand-ins picked/);
    assert.deepEqual(
      (await shown(page)).map(({ Zip }) => Zip),
      ["one.zip", "two.zip"],
    );
    await page.locator("#drop-veil").waitFor({ state: "hidden" });
    await page.getByText("what is loaded under Train: train.csv, 300 rows.").waitFor();
  });

  await t.test("Stop ends it at once, and what is left is named", async () => {
    const endless = edited(unzipSync(zips[0]?.bytes ?? new Uint8Array()), (metrics) => {
      for (const run of metrics.studies[0].runs) {
        run.history = Array.from({ length: 1000 }, () => run.history[0]);
        Object.assign(run.settings, { epochs: 1000, batch_size: 1, hidden_layers: "2048,2048" });
      }
    });
    await pick_hand_ins(page, [{ name: "endless.zip", bytes: endless }]);
    await sees(page, "Check status", /1 hand-in picked/);
    await page.getByLabel("Budget, steps a zip").fill("600000000");
    await press(page, "Check class");
    await sees(page, "Check status", /0 of 2 runs trained again/);
    await press(page, "Stop");
    await sees(page, "Check status", /0 with the same bits, 1 not judged.*Stopped$/s, 10);
    assert.match((await shown(page))[0]?.Verdict ?? "", /^not judged/);
  });

  await t.test("the program says the same", { skip: no_program }, async () => {
    const folder = await mkdtemp(join(tmpdir(), "inkling-"));
    try {
      for (const { name, bytes } of zips) await writeFile(join(folder, name), bytes);
      await writeFile(join(folder, bars.name), bars.bytes);
      const names = zips.map(({ name }) => name);
      const options = ["--data", bars.name, "--budget", "200000"];
      const { said, wrong } = call(folder, "check", ...names, ...options);
      assert.equal(said.length, made.length, wrong);
      for (const [at, [{ name }, verdict]] of made.entries()) {
        assert.ok(said[at].verdict.startsWith(verdict), `${name}: found ${said[at].verdict}`);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
