// Where the page is opened: from another machine by plain http, in two tabs, beside
// another copy on the same origin, with a full storage, with workers that die while they
// start. What is anybody's stays theirs.

import assert from "node:assert/strict";
import { createServer, request } from "node:http";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import { serve } from "../../scripts/serve.mjs";
import { STROKES, bar_rows, draw, open_page, open_view, pick, press, sees } from "./helper.mjs";

/** @import { Page } from "playwright-core" */

const www = fileURLToPath(new URL("../../www", import.meta.url));
const csv = (/** @type {string} */ name, /** @type {number} */ num_rows) => ({
  name,
  bytes: new TextEncoder().encode(bar_rows(num_rows).join("\n")),
});
const bars = csv("bars.csv", 300);
const QUICK = "?backend=ndarray&epochs=2&hidden_layers=16";
/** Minutes, in epochs of a fraction of a second. */
const many = csv("many.csv", 2000);
const slow = (/** @type {number} */ epochs) =>
  `?backend=ndarray&epochs=${epochs}&hidden_layers=128&batch_size=1`;

/** What is said while a run of so many epochs trains, and not once it was stopped. */
const under_way = (/** @type {number} */ epochs) =>
  new RegExp(`^(?!.*(Stopped|Interrupted)).*epoch \\d+ of ${epochs}`, "s");

/** @param {Page} page @param {string} label */
const field = (page, label) => page.getByLabel(label, { exact: true });

/** @param {Page} page */
const notices = (page) => page.getByRole("complementary", { name: "Notices" });

/** @param {Page} page */
const runs = (page) =>
  page.getByRole("region", { name: "Runs", exact: true }).getByRole("listitem");

/** @param {Page} page @param {string} values */
async function run_study(page, values) {
  await open_view(page, "Study");
  await page.getByRole("textbox", { name: "Values", exact: true }).fill(values);
  await page.getByRole("spinbutton", { name: "Seeds per value" }).fill("1");
  await press(page, "Run study");
}

test("served by plain http to another machine, everything runs", async (t) => {
  const { page } = await open_page(t, { query: QUICK, host: "lan.test" });
  assert.equal(await page.evaluate(() => isSecureContext), false);
  await pick(page, bars);
  await sees(page, "Data status", /bars\.csv/);
  await press(page, "Train");
  await sees(page, "Training status", /2 of 2 epochs.*Finished$/s, 60);
  await draw(page, STROKES[1]);
  await sees(page, "Prediction", /\d.*%/s);
  await press(page, "Evaluate");
  await sees(page, "Evaluation", /accuracy [\d.]+ %/);
  await press(page, "It was a 1");
  await page.locator("#kept-count", { hasText: "1 digit kept." }).waitFor();

  await t.test("what is kept comes back", async () => {
    await page.reload();
    await sees(page, "Data status", /bars\.csv/);
    await sees(page, "Training status", /2 of 2 epochs.*Finished$/s);
    await open_view(page, "Runs");
    await runs(page).first().waitFor();
    await open_view(page, "Train");
  });

  await t.test("a study runs", async () => {
    await run_study(page, "0.01, 0.1");
    await sees(page, "Study status", /2 finished.*Finished$/s, 60);
  });

  await t.test("a run that is stopped goes on", async () => {
    await open_view(page, "Train");
    await pick(page, many);
    await sees(page, "Data status", /many\.csv/);
    await field(page, "Hidden layers").fill("128");
    await field(page, "Epochs").fill("900");
    await field(page, "Batch size").fill("1");
    await press(page, "Train");
    await sees(page, "Training status", /epoch ([2-9]|\d\d+) of 900/, 60);
    await press(page, "Stop");
    await sees(page, "Training status", /Stopped$/, 5);
    await press(page, "Continue");
    await sees(page, "Training status", under_way(900));
    await press(page, "Stop");
    await sees(page, "Training status", /Stopped$/, 5);
  });

  await t.test("the link is given, though the page may not copy", async () => {
    await press(page, "Copy link");
    await notices(page)
      .getByText(/does not let the page copy\. The link is http:\/\/lan\.test/)
      .waitFor();
  });
});

/**
 * @param {import("node:test").TestContext} t
 * @param {{ host?: string }} place
 */
async function two_tabs(t, place) {
  const { page: first, url } = await open_page(t, { query: slow(900), ...place });
  await pick(first, many);
  await sees(first, "Data status", /many\.csv/);
  const second = await first.context().newPage();
  second.setDefaultTimeout(30_000);
  await second.goto(url + slow(800));
  await sees(second, "Data status", /many\.csv/);

  await press(first, "Train");
  await sees(first, "Training status", /epoch ([2-9]|\d\d+) of 900/, 60);
  await press(second, "Train");
  await sees(second, "Training status", /epoch ([2-9]|\d\d+) of 800/, 60);

  await t.test("each lists the other's as under way, and leaves it alone", async () => {
    for (const [tab, epochs] of /** @type {const} */ ([
      [first, 800],
      [second, 900],
    ])) {
      await open_view(tab, "Runs");
      const other = runs(tab).filter({ hasText: "under way in another tab" });
      await other.waitFor();
      assert.match(await other.innerText(), new RegExp(`of ${epochs}`));
      assert.equal(await other.getByRole("button", { name: "Continue" }).count(), 0);
      await other.getByRole("button", { name: "Delete", exact: true }).click();
      await notices(tab)
        .getByText(/under way cannot be deleted/)
        .waitFor();
      assert.equal(await runs(tab).count(), 2);
      await open_view(tab, "Train");
    }
  });

  await t.test("each finds its own after a reload", async () => {
    await first.reload();
    await sees(first, "Training status", /in epoch \d+ of 900.*Interrupted$/s);
    await sees(second, "Training status", /epoch \d+ of 800/);
    await second.reload();
    await sees(second, "Training status", /in epoch \d+ of 800.*Interrupted$/s);
    await first.reload();
    await sees(first, "Training status", /in epoch \d+ of 900.*Interrupted$/s);
  });

  await t.test("each goes on with its own", async () => {
    for (const [tab, epochs] of /** @type {const} */ ([
      [first, 900],
      [second, 800],
    ])) {
      await press(tab, "Continue");
      await sees(tab, "Training status", under_way(epochs));
    }
    for (const tab of [first, second]) {
      await press(tab, "Stop");
      await sees(tab, "Training status", /Stopped$/, 5);
    }
  });

  await t.test("a tab that is closed leaves its run to the other", async () => {
    await press(second, "Continue");
    await sees(second, "Training status", under_way(800));
    await second.close();
    // It tells nobody: the list asks.
    await open_view(first, "Runs");
    const other = runs(first).filter({ hasText: "interrupted" });
    await other.waitFor();
    await other.getByRole("button", { name: "Continue", exact: true }).click();
    await sees(first, "Training status", under_way(800));
    await press(first, "Stop");
    await sees(first, "Training status", /Stopped$/, 5);
  });
}

test("two tabs keep and offer a run each, and see the other's", (t) => two_tabs(t, {}));
test("so they do by plain http, where the browser has no locks", (t) =>
  two_tabs(t, { host: "lan.test" }));

/** Waits for words in a field of text. @param {Page} page @param {string} words */
const remarks_say = (page, words) =>
  page.waitForFunction(
    (part) => [...document.querySelectorAll("textarea")].some(({ value }) => value.includes(part)),
    words,
  );

test("remarks that two tabs write on one study are both kept", async (t) => {
  const { page: first, url } = await open_page(t, { query: QUICK });
  await pick(first, bars);
  await sees(first, "Data status", /bars\.csv/);
  await run_study(first, "0.01, 0.1");
  await sees(first, "Study status", /Finished$/, 60);
  const second = await first.context().newPage();
  second.setDefaultTimeout(30_000);
  await second.goto(`${url}${QUICK}#study`);
  await second.getByRole("list", { name: "Kept studies" }).getByRole("listitem").first().waitFor();
  await second
    .getByRole("list", { name: "Kept studies" })
    .getByRole("button", { name: "Open" })
    .click();
  await second.locator("#study-remarks:enabled").waitFor();
  // Both begin to write before either is done.
  await field(first, "Your remarks").focus();
  await field(second, "Your remarks").focus();
  await field(first, "Your remarks").pressSequentially("The high rate learns.");
  await field(second, "Your remarks").pressSequentially("The low rate hardly does.");
  await first.getByRole("button", { name: "Run study" }).focus();
  await second.getByRole("button", { name: "Run study" }).focus();

  for (const tab of [first, second]) {
    await remarks_say(tab, "high rate learns");
    await remarks_say(tab, "low rate hardly does");
  }
  // One that is only entered shows what the other writes, and goes on from there.
  await field(second, "Your remarks").focus();
  await field(first, "Your remarks").press("Control+End");
  await field(first, "Your remarks").pressSequentially(" More of it.");
  await remarks_say(second, "More of it.");
  await field(second, "Your remarks").press("Control+End");
  await field(second, "Your remarks").pressSequentially(" And less.");
  await second.getByRole("button", { name: "Run study" }).focus();
  await first.getByRole("button", { name: "Run study" }).focus();
  for (const tab of [first, second]) await remarks_say(tab, "More of it. And less.");
  const both = await field(first, "Your remarks").inputValue();
  assert.match(both, /high rate learns/);
  await first.reload();
  await first
    .getByRole("list", { name: "Kept studies" })
    .getByRole("button", { name: "Open" })
    .click();
  await first.locator("#study-remarks:enabled").waitFor();
  assert.equal(await field(first, "Your remarks").inputValue(), both);
});

test("what a full storage could not keep takes nothing with it", async (t) => {
  const { page } = await open_page(t, { query: QUICK, quota: 8_000_000 });
  await pick(page, bars);
  await sees(page, "Data status", /bars\.csv/);
  await press(page, "Train");
  const kept = await sees(page, "Training status", /2 of 2 epochs.*Finished$/s, 60);
  await page.reload();
  await sees(page, "Training status", /2 of 2 epochs.*Finished$/s);

  await field(page, "Epochs").fill("3");
  await field(page, "Hidden layers").fill("2048, 1024");
  await press(page, "Train");
  const lost = await sees(page, "Training status", /3 of 3 epochs.*Finished$/s, 120);
  await notices(page)
    .getByText(/storage that this browser allows is full/)
    .waitFor();

  await page.reload();
  await sees(page, "Data status", /bars\.csv/);
  const status = await sees(page, "Training status", /Finished$/);
  assert.doesNotMatch(status, /page was closed|Interrupted/);
  const figure = (/** @type {string} */ text) => /accuracy ([\d.]+)\s*%/.exec(text)?.[1];
  assert.ok([figure(kept), figure(lost)].includes(figure(status)), status);
  await open_view(page, "Runs");
  const former = runs(page).filter({ hasText: "finished, 2 epochs" });
  await former.getByRole("button", { name: "Open", exact: true }).click();
  const opened = await sees(page, "Training status", /2 of 2 epochs.*Finished$/s);
  assert.equal(figure(opened), figure(kept));
  await draw(page, STROKES[1]);
  await sees(page, "Prediction", /\d.*%/s);
});

test("two copies of the page on one origin leave each other alone", async (t) => {
  const { origin: front, close } = await two_sites();
  const { page } = await open_page(t, {
    query: QUICK,
    server: { url: `${front}/one/`, close },
    // The other site is a stranger to this one's check, and asked for on purpose.
    allowed_errors: /request to \S+\/two\//,
  });
  // The page first: it may be fetching what it keeps for later.
  t.after(close);
  for (const site of ["one", "two"]) {
    await page.goto(`${front}/${site}/${QUICK}`);
    await pick(page, csv(`${site}.csv`, 200));
    await sees(page, "Data status", new RegExp(`${site}\\.csv`));
    await press(page, "Train");
    await sees(page, "Training status", /Finished$/, 60);
    await draw(page, STROKES[1]);
    await sees(page, "Prediction", /\d.*%/s);
    await press(page, "It was a 1");
    await page.locator("#kept-count", { hasText: "1 digit kept." }).waitFor();
    await run_study(page, "0.01");
    await sees(page, "Study status", /Finished$/, 60);
    await open_view(page, "Train");
  }
  await page.goto(`${front}/one/${QUICK}`);
  await sees(page, "Data status", /one\.csv/);
  await press(page, "Forget everything");
  await press(page, "Yes, remove it");
  await sees(page, "Data status", /no data/i);

  await page.goto(`${front}/two/${QUICK}`);
  await sees(page, "Data status", /two\.csv/);
  await sees(page, "Training status", /Finished$/);
  await page.locator("#kept-count", { hasText: "1 digit kept." }).waitFor();
  await draw(page, STROKES[1]);
  await sees(page, "Prediction", /\d.*%/s);
  await open_view(page, "Study");
  const kept = page.getByRole("list", { name: "Kept studies" }).getByRole("listitem");
  await kept.first().waitFor();
  assert.equal(await kept.count(), 1);
  // And nothing of it has come over to the one that forgot.
  await page.goto(`${front}/one/${QUICK}`);
  await sees(page, "Data status", /no data/i);
});

/**
 * One origin with a copy of the site under each of two paths.
 * @returns {Promise<{ origin: string, close: () => Promise<void> }>}
 */
async function two_sites() {
  const sites = await Promise.all(
    ["/one/", "/two/"].map(async (base) => ({ base, ...(await serve({ root: www, base })) })),
  );
  const front = createServer((asked, answer) => {
    const site = sites.find(({ base }) => asked.url?.startsWith(base));
    if (!site) {
      answer.writeHead(404).end();
      return;
    }
    const { method, headers } = asked;
    const passed = request(new URL(asked.url ?? "", site.url), { method, headers }, (found) => {
      answer.writeHead(found.statusCode ?? 502, found.headers);
      found.pipe(answer);
    });
    passed.on("error", () => answer.destroy());
    asked.pipe(passed);
  });
  await new Promise((resolve) => front.listen(0, "127.0.0.1", () => resolve(undefined)));
  const close = async () => {
    front.close();
    front.closeAllConnections();
    await Promise.all(sites.map((site) => site.close()));
  };
  const address = front.address();
  assert.ok(address && typeof address === "object");
  return { origin: `http://127.0.0.1:${address.port}`, close };
}

/** The script of a worker, as it lies in the site. */
const WORKER = /\/worker\/worker\.js(\?|$)/;
const DEAD = { contentType: "text/javascript", body: "self.close();" };

test("a worker that dies while it starts holds nobody up", async (t) => {
  let is_deadly = true;
  const { page } = await open_page(t, {
    query: QUICK,
    async prepare(fresh) {
      // What it has kept for offline use would be served past the route.
      await fresh.addInitScript(() => {
        navigator.serviceWorker.register = () => Promise.reject(new Error("not in this test"));
      });
      await fresh.route(WORKER, (route) => (is_deadly ? route.fulfill(DEAD) : route.continue()));
    },
  });

  await t.test("Cancel works meanwhile", async () => {
    await pick(page, bars);
    await page.getByRole("button", { name: "Cancel", exact: true }).waitFor();
    await press(page, "Cancel");
    await sees(page, "Data status", /cancelled/, 2);
  });

  await t.test("the page says what happened", async () => {
    await pick(page, bars);
    await sees(page, "Data status", /bars\.csv: .*(did not start|browser ended it)/s, 60);
    assert.ok(!(await page.getByRole("button", { name: "Cancel", exact: true }).isVisible()));
  });

  await t.test("and works again once workers start", async () => {
    is_deadly = false;
    await pick(page, bars);
    await sees(page, "Data status", /bars\.csv.*300 rows/s);
    await press(page, "Train");
    await sees(page, "Training status", /Finished$/, 60);
  });

  await t.test("a study ends, and its runs can be had again", async () => {
    is_deadly = true;
    await run_study(page, "0.01, 0.1");
    await sees(page, "Study status", /2 failed.*Failed$/s, 90);
    is_deadly = false;
    await press(page, "Run what is missing");
    await sees(page, "Study status", /2 finished.*Finished$/s, 60);
  });

  await t.test("one that is stopped while its workers start stops", async () => {
    is_deadly = true;
    await run_study(page, "0.01, 0.1");
    await sees(page, "Study status", /running|workers/i);
    await page.getByRole("button", { name: "Stop study", exact: true }).click();
    await sees(page, "Study status", /Stopped$/, 5);
  });
});
