// The main job in three engines: load, train on the CPU, draw, read; and that
// the same settings and seed give the same bits in each. Chromium and Firefox
// are driven by puppeteer, WebKit by its own WebDriver under a virtual screen.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { createServer } from "node:net";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import puppeteer from "puppeteer-core";
import { find_chromium } from "../../scripts/browser.mjs";
import { serve } from "../../scripts/serve.mjs";
import { config_to_query } from "../../www/base/settings_query.js";
import { DEFAULTS } from "../../www/base/settings.js";
import { fixture } from "../unit/numerics_cases.mjs";
import { STROKES, share_in } from "./helper.mjs";

/**
 * What this test asks of a browser.
 * @typedef {object} Driven
 * @property {(url: string) => Promise<unknown>} go
 * @property {(script: string) => Promise<any>} ask runs the body of a function in the page
 * @property {(points: [number, number][]) => Promise<unknown>} stroke in pixels of the window
 * @property {() => Promise<unknown>} close
 */

/** @param {"chrome" | "firefox"} browser @param {string} executablePath @returns {Promise<Driven>} */
async function puppet(browser, executablePath) {
  // By the window and not by an emulated viewport, which older Firefoxes do not know.
  const args =
    browser === "chrome"
      ? ["--no-sandbox", "--disable-dev-shm-usage", "--window-size=1440,900"]
      : ["--width=1440", "--height=900"];
  const options = { browser, executablePath, args, headless: true, defaultViewport: null };
  const launched = await puppeteer.launch(options);
  // A browser that is left running would keep the test run from ending.
  const page = await launched.newPage().catch(async (error) => {
    await launched.close();
    throw error;
  });
  return {
    go: (url) => page.goto(url),
    ask: (script) => page.evaluate(`(() => { ${script} })()`),
    async stroke([first, ...rest]) {
      await page.mouse.move(...first);
      await page.mouse.down();
      for (const point of rest) await page.mouse.move(...point, { steps: 4 });
      await page.mouse.up();
    },
    close: () => launched.close(),
  };
}

/** @returns {Promise<number>} a port that nobody listens on */
function free_port() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const address = probe.address();
      const port = address && typeof address === "object" ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}

/** @param {string} binary @returns {Promise<Driven>} */
async function webkit(binary) {
  const port = await free_port();
  const driver = spawn("xvfb-run", ["-a", "WebKitWebDriver", `--port=${port}`], {
    detached: true,
    stdio: "ignore",
    // Root, as in a container, has no sandbox of WebKit's kind.
    env: { ...process.env, WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1" },
  });
  driver.unref();
  const call = async (/** @type {string} */ method, /** @type {string} */ path, body = {}) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      body: method === "POST" ? JSON.stringify(body) : undefined,
      signal: AbortSignal.timeout(60_000),
    });
    const { value } = await answer.json();
    assert.ok(!value?.error, `${path}: ${JSON.stringify(value)}`);
    return value;
  };
  for (let left = 100; ; left -= 1) {
    const is_up = await call("GET", "/status").then(
      () => true,
      () => false,
    );
    if (is_up) break;
    assert.ok(left > 0, "WebKitWebDriver does not answer");
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const options = { binary, args: ["--automation"] };
  const { sessionId } = await call("POST", "/session", {
    capabilities: { alwaysMatch: { "webkitgtk:browserOptions": options } },
  });
  const session = `/session/${sessionId}`;
  await call("POST", `${session}/window/rect`, { width: 1440, height: 900 });
  return {
    go: (url) => call("POST", `${session}/url`, { url }),
    ask: (script) => call("POST", `${session}/execute/sync`, { script, args: [] }),
    stroke([first, ...rest]) {
      const move = (/** @type {[number, number]} */ [x, y]) => ({
        type: "pointerMove",
        duration: 20,
        x: Math.round(x),
        y: Math.round(y),
      });
      const actions = [
        move(first),
        { type: "pointerDown", button: 0 },
        ...rest.map(move),
        { type: "pointerUp", button: 0 },
      ];
      return call("POST", `${session}/actions`, {
        actions: [{ type: "pointer", id: "mouse", actions }],
      });
    },
    async close() {
      await call("DELETE", session).catch(() => {});
      if (driver.pid) process.kill(-driver.pid);
    },
  };
}

/** WebKit's small browser lies in a folder named after machine and version. */
const MINI_BROWSER =
  readdirSync("/usr/lib")
    .flatMap((machine) =>
      ["4.1", "4.0"].map((v) => `/usr/lib/${machine}/webkit2gtk-${v}/MiniBrowser`),
    )
    .find((path) => existsSync(path)) ?? "";

const ENGINES = [
  {
    name: "Chromium",
    path: find_chromium(),
    start: (/** @type {string} */ path) => puppet("chrome", path),
  },
  {
    name: "Firefox",
    path: "/usr/bin/firefox-esr",
    start: (/** @type {string} */ path) => puppet("firefox", path),
  },
  {
    name: "WebKit",
    path: ["WebKitWebDriver", "xvfb-run"].every((command) => existsSync(`/usr/bin/${command}`))
      ? MINI_BROWSER
      : "",
    start: webkit,
  },
];

/**
 * Asks until the answer is there.
 * @param {Driven} driven @param {string} what @param {string} script @param {number} [secs]
 */
async function until(driven, what, script, secs = 60) {
  const end_ms = performance.now() + secs * 1000;
  for (;;) {
    const answer = await driven.ask(script);
    if (answer) return answer;
    if (performance.now() > end_ms) {
      const seen = await driven.ask("return document.body.innerText.slice(0, 3000)");
      assert.fail(`${what}: not there after ${secs} s; the page says\n${seen}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** @param {string} name @param {RegExp} pattern */
const status = (name, pattern) =>
  `const text = document.querySelector('[role=status][aria-label="${name}"]')?.innerText ?? "";
   return ${pattern}.test(text) ? text : null;`;

/** @param {string} name */
const press = (name) =>
  `const button = [...document.querySelectorAll("button")].find((b) => b.textContent.trim() === "${name}");
   if (!button || button.disabled) return false;
   button.click();
   return true;`;

/** @type {Map<string, string>} the model's checksum by engine */
const models = new Map();

for (const { name, path, start } of ENGINES) {
  const skip = existsSync(path) ? false : `${name} is not installed: nothing is known of it`;
  test(`the main job in ${name}`, { skip, timeout: 180_000 }, async (t) => {
    const server = await serve({
      root: fileURLToPath(new URL("../../www", import.meta.url)),
      base: "/some/where/",
    });
    t.after(() => server.close());
    const driven = await start(path);
    t.after(() => driven.close());
    await driven.go(`${server.url}?epochs=3&backend=ndarray&learning_rate=0.1&batch_size=64`);
    await until(driven, "the page's start", status("Data status", /No data yet/));
    await until(driven, "Load sample", press("Load sample"));
    await until(driven, "Data status", status("Data status", /\d (images|rows)/));
    await until(driven, "Train", press("Train"));
    const ended = await until(driven, "Finished", status("Training status", /Finished/), 120);
    const accuracy = share_in(ended, /validation accuracy ([\d.]+)\s*%/);
    // Measured: 90.75 % after these three epochs, in each of the engines.
    assert.ok(accuracy > 0.88, `validation accuracy ${accuracy} in ${name}`);

    // The model's bytes, taken where the page hands them to the browser.
    await driven.ask(`const create = URL.createObjectURL.bind(URL);
      URL.createObjectURL = (blob) => {
        blob.arrayBuffer().then((bytes) => {
          const length = Number(new DataView(bytes).getBigUint64(0, true));
          return crypto.subtle.digest("SHA-256", bytes.slice(8 + length));
        }).then((sum) => {
          document.body.dataset.sum = [...new Uint8Array(sum)].map((b) => b.toString(16).padStart(2, "0")).join("");
        });
        return create(blob);
      };`);
    await until(driven, "Download model", press("Download model"));
    models.set(name, await until(driven, "the model's bytes", "return document.body.dataset.sum"));

    const box = await driven.ask(`const pad = document.getElementById("pad");
      pad.scrollIntoView({ block: "center" });
      const { left, top, width, height } = pad.getBoundingClientRect();
      return { left, top, width, height };`);
    for (const points of STROKES[0]) {
      await driven.stroke(
        points.map(([x, y]) => [box.left + x * box.width, box.top + y * box.height]),
      );
    }
    const reading = await until(driven, "Prediction", status("Prediction", /^\D*0\b.*%/s));
    t.diagnostic(
      `${name}: ${accuracy}, weights ${models.get(name)?.slice(0, 12)}, ${reading.split("\n")[0]}`,
    );
  });
}

// The configurations that native builds are held to as well, as the page trains them.
const goldens = fixture().cases.filter(({ data }) => data === "sample");

for (const { name, path, start } of ENGINES) {
  const skip = existsSync(path) ? false : `${name} is not installed: nothing is known of it`;
  test(`${name} gives the bits of the numerics version`, { skip, timeout: 300_000 }, async (t) => {
    const server = await serve({
      root: fileURLToPath(new URL("../../www", import.meta.url)),
      base: "/some/where/",
    });
    t.after(() => server.close());
    const driven = await start(path);
    t.after(() => driven.close());
    for (const { name: what, config, expected } of goldens) {
      const backend = /** @type {const} */ ("ndarray");
      const settings = { ...DEFAULTS, ...config, backend };
      await driven.go(`${server.url}${config_to_query(settings)}`);
      await until(driven, "the page's start", status("Data status", /\S/));
      await until(driven, "Load sample", press("Load sample"));
      await until(driven, "Data status", status("Data status", /\d (images|rows)/));
      await until(driven, "Train", press("Train"));
      // A run that was kept before has a card too: what is waited for is this one's.
      const card = await until(
        driven,
        `the card of ${what}`,
        `const card = document.getElementById("run-card-text")?.textContent ?? "";
         return card.includes("Weights: checksum ${expected.weights_checksum}") ? card : null;`,
        120,
      );
      assert.match(card, new RegExp(`^Numerics: version ${fixture().numerics_version}$`, "m"));
    }
  });
}

test("the engines give the same weights to the last bit", (t) => {
  if (models.size < 2) return t.skip(`only ${[...models.keys()].join() || "no engine"} ran`);
  assert.equal(new Set(models.values()).size, 1, JSON.stringify([...models]));
  t.diagnostic(`compared: ${[...models.keys()].join(", ")}`);
});
