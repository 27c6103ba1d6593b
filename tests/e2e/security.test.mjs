// Nothing leaves the machine and nothing foreign runs: every request and every
// word of the content policy over a whole session, and proof that the policy
// bites where something forbidden is tried.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { STROKES, bar_rows, draw, open_page, open_view, pick, press, sees } from "./helper.mjs";

/** @import { Page } from "playwright-core" */

const small = { name: "bars.csv", bytes: new TextEncoder().encode(bar_rows(1200).join("\n")) };

/** @param {Page} page @param {string} name */
async function downloaded(page, name) {
  const [download] = await Promise.all([page.waitForEvent("download"), press(page, name)]);
  return download.suggestedFilename();
}

/**
 * Collects what the content policy says, in the page and in its workers.
 * @param {Page} page
 * @returns {Promise<string[]>}
 */
async function listen_for_violations(page) {
  /** @type {string[]} */
  const violations = [];
  page.on("console", (message) => {
    if (/content security policy|trusted ?(type|html|script)/i.test(message.text())) {
      violations.push(message.text());
    }
  });
  await page.exposeFunction("report_violation", (/** @type {string} */ what) => {
    violations.push(what);
  });
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      const told = /** @type {any} */ (window).report_violation;
      told(`${event.effectiveDirective} forbids ${event.blockedURI}`);
    });
  });
  return violations;
}

test("a full session asks for our own files only, and violates nothing", async (t) => {
  const { page, url, responses } = await open_page(t, { query: "?epochs=40&backend=ndarray" });
  const violations = await listen_for_violations(page);
  /** @type {string[]} */
  const requests = [];
  page.context().on("request", (request) => {
    requests.push(
      `${request.method()} ${request.url()}${request.postData() ? " with a body" : ""}`,
    );
  });
  await page.reload();

  await press(page, "Load sample");
  await sees(page, "Data status", /sample/);
  await pick(page, small);
  await sees(page, "Data status", /bars\.csv/);
  await press(page, "Train");
  await press(page, "Pause");
  await press(page, "Resume");
  await sees(page, "Training status", /finished/i, 120);
  await draw(page, STROKES[7]);
  await sees(page, "Prediction", /\d.*%/s);
  await press(page, "Evaluate");
  await sees(page, "Evaluation", /accuracy [\d.]+ %/);
  assert.match(await downloaded(page, "Download model"), /\.safetensors$/);
  await page.locator('summary[aria-label="Download model: other formats"]').click();
  assert.match(await downloaded(page, ".onnx for ONNX Runtime"), /\.onnx$/);
  for (const name of ["Curves as PNG", "Curves as SVG", "Figures as CSV"]) {
    await page.locator("#downloads summary").click();
    assert.match(await downloaded(page, name), /^inkling-/);
  }
  await open_view(page, "Study");
  await page.getByRole("combobox", { name: "Factor", exact: true }).selectOption("learning_rate");
  await page.getByRole("textbox", { name: "Values", exact: true }).fill("0.01, 0.1");
  await press(page, "Run study");
  await sees(page, "Study status", /2 finished.*Finished$/s, 200);
  await page.getByLabel("Id 1").fill("123456789");
  assert.match(await downloaded(page, "Download report"), /\.zip$/);

  assert.deepEqual(violations, []);
  const foreign = requests.filter(
    (request) => !request.startsWith(`GET ${url}`) && !/^GET (blob|data):/.test(request),
  );
  assert.deepEqual(foreign, [], "requests to others, or that send something");
  const files = new Set(requests.map((request) => request.split(" ")[1]?.split(/[?#]/)[0]));
  for (const file of [
    "worker/worker.js",
    "pkg/ndarray/inkling_bg.wasm",
    "vendor/pdfmake.js",
    "vendor/pbf.mjs",
  ]) {
    assert.ok(files.has(url + file), `${file} was asked for, so this watches the right things`);
  }
  const policies = responses
    .filter((response) => response.url().startsWith(url))
    .map((response) => response.headers()["content-security-policy"]);
  assert.ok(
    policies.every((policy) => policy?.startsWith("default-src 'none'")),
    "the server sends the policy with every file, for workers take it from there",
  );
});

test("the policy stops what it should, in the page and in a worker", async (t) => {
  const { page } = await open_page(t, {
    allowed_errors: /content security policy|trusted ?(type|html|script)|request to .*pixel\.png/i,
  });
  let num_arrived = 0;
  const elsewhere = createServer((_, response) => {
    num_arrived += 1;
    response.end();
  });
  await new Promise((resolve) => elsewhere.listen(0, "127.0.0.1", () => resolve(undefined)));
  t.after(() => elsewhere.close());
  const { port } = /** @type {import("node:net").AddressInfo} */ (elsewhere.address());
  const foreign = `http://127.0.0.1:${port}/`;

  const outcome = await page.evaluate(async (foreign) => {
    const refused = (/** @type {() => unknown} */ attempt) => {
      try {
        attempt();
        return false;
      } catch {
        return true;
      }
    };
    const inline = document.createElement("script");
    const refused_inline = refused(() => {
      inline.textContent = "window.got_in = true";
      document.head.append(inline);
    });
    const image = new Image();
    const shown = new Promise((resolve) => {
      image.onload = () => resolve(true);
      image.onerror = () => resolve(false);
    });
    image.src = `${foreign}pixel.png`;
    const styled = document.createElement("p");
    styled.setAttribute("style", "color: red");
    // What a debugger evaluates may use eval; what runs after it may not.
    await new Promise((resolve) => setTimeout(resolve));
    return {
      inline: refused_inline && !("got_in" in window),
      markup: refused(() => (document.body.innerHTML = "<b>hello</b>")),
      eval: refused(() => (0, eval)("1")),
      worker: refused(() => new Worker("worker/worker.js")),
      style: styled.style.color === "",
      fetch: await fetch(foreign, { mode: "no-cors" }).then(
        () => false,
        () => true,
      ),
      image: !(await shown),
    };
  }, foreign);
  assert.deepEqual(outcome, {
    inline: true,
    markup: true,
    eval: true,
    worker: true,
    style: true,
    fetch: true,
    image: true,
  });

  // The page starts it by itself, maybe after all of the above.
  const worker = page.workers()[0] ?? (await page.waitForEvent("worker"));
  const in_worker = await worker.evaluate(
    (foreign) =>
      fetch(foreign, { mode: "no-cors" }).then(
        () => "it arrived",
        () => "refused",
      ),
    foreign,
  );
  assert.equal(in_worker, "refused");
  assert.equal(num_arrived, 0, "nothing reached the other server");
});
