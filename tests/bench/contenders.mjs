// Opens the contenders, in the browser and in Python, and asks them in turn.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { find_chromium } from "../../scripts/browser.mjs";

/** @import { Page } from "playwright-core" */
/** @import { Amount, Contender, Measured, OpenArgs, Settings } from "./types.d.ts" */

/** What the page answers. @typedef {typeof import("./page.js").bench} Bench */

const FLAGS = [
  "--no-sandbox",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-dev-shm-usage",
  // What is measured must not depend on which page was opened last.
  "--disable-background-timer-throttling",
  "--disable-renderer-backgrounding",
  "--disable-backgrounding-occluded-windows",
];
const WEBGPU_FLAGS = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];

/** @param {{ webgpu?: boolean }} [options] */
export function launch({ webgpu = false } = {}) {
  return chromium.launch({
    executablePath: find_chromium(),
    args: webgpu ? [...FLAGS, ...WEBGPU_FLAGS] : FLAGS,
  });
}

/** The benchmark's page, with workers for contenders. */
export class BenchPage {
  /** @param {import("playwright-core").Browser} browser @param {string} url of the served root */
  static async open(browser, url) {
    const page = await browser.newPage();
    page.setDefaultTimeout(0);
    if (process.env.INKLING_BENCH_VERBOSE) page.on("console", (said) => console.error(said.text()));
    await page.goto(`${url}tests/bench/page.html`);
    await page.waitForFunction(() => globalThis.is_bench_ready, null, { timeout: 30_000 });
    return new BenchPage(page);
  }

  /**
   * Opens contenders by name that are ours on all the threads that a run takes.
   * @param {import("playwright-core").Browser} browser
   * @param {string} url of the served root, where memory may be shared
   * @param {OpenArgs["data"]} data
   */
  static async threaded(browser, url, data) {
    const page = await BenchPage.open(browser, url);
    return (/** @type {string} */ name) => () =>
      page.contender(name, { kind: "inkling", backend: "threads", data });
  }

  /** @param {Page} page */
  constructor(page) {
    this.page = page;
  }

  /**
   * @template {keyof Bench} M
   * @param {M} method of the page's `bench`
   * @param {Parameters<Bench[M]>} args
   * @returns {Promise<Awaited<ReturnType<Bench[M]>>>}
   */
  ask(method, ...args) {
    return this.page.evaluate(
      ([method, args]) => Reflect.apply(globalThis.bench[method], globalThis.bench, args),
      /** @type {const} */ ([method, args]),
    );
  }

  /**
   * A contender in a worker of its own.
   * @param {string} name
   * @param {OpenArgs} args
   * @returns {Promise<Contender>}
   */
  async contender(name, args) {
    const told = await this.ask("open", name, args);
    return {
      told,
      prepare: (settings) => this.ask("prepare", name, settings),
      measure: (amount) => this.ask("measure", name, amount),
    };
  }
}

/** The Python process; `null` with a reason where torch cannot be had. */
export class Python {
  /**
   * @param {{ pixels: string, labels: string, num_rows: number }} data paths below the root
   * @param {string} root
   * @returns {Promise<{ python: Python | null, reason: string }>}
   */
  static async open(data, root) {
    const command = process.env.INKLING_TORCH_PYTHON || "python3";
    const python = new Python(command);
    try {
      const { torch } = await python.ask("open", {
        pixels: root + data.pixels,
        labels: root + data.labels,
        num_rows: Math.floor(data.num_rows * 0.8),
      });
      return { python, reason: `PyTorch ${torch}` };
    } catch (error) {
      python.end();
      const why = (error instanceof Error ? error.message : String(error))
        .trim()
        .split("\n")
        .at(-1);
      const reason = `no PyTorch: ${command} says "${why}"; set INKLING_TORCH_PYTHON to a Python with torch and pandas`;
      return { python: null, reason };
    }
  }

  /** @param {string} command */
  constructor(command) {
    const script = fileURLToPath(new URL("notebook.py", import.meta.url));
    const threads = { OMP_NUM_THREADS: "1", MKL_NUM_THREADS: "1" };
    this.process = spawn(command, [script], { env: { ...process.env, ...threads } });
    this.lines = createInterface({ input: this.process.stdout })[Symbol.asyncIterator]();
    this.errors = "";
    this.process.stderr.on("data", (text) => (this.errors += text));
    this.process.stdin.on("error", () => {});
    this.ended = new Promise((resolve) => {
      this.process.on("error", (error) => resolve(error.message));
      this.process.on("close", (status) => resolve(this.errors || `it ended with ${status}`));
    });
  }

  /**
   * @param {"open" | "prepare" | "measure" | "csv"} op
   * @param {object} [request]
   * @returns {Promise<any>} whatever the script prints as JSON
   */
  async ask(op, request = {}) {
    this.process.stdin.write(`${JSON.stringify({ op, ...request })}\n`);
    /** @type {Promise<never>} */
    const failed = this.ended.then((why) => {
      throw new Error(why);
    });
    failed.catch(() => {});
    const { value, done } = await Promise.race([this.lines.next(), failed]);
    if (done) throw new Error(await this.ended);
    return JSON.parse(value);
  }

  /**
   * @param {"notebook" | "expert"} style
   * @param {number} [num_threads] that it computes on
   * @returns {Contender}
   */
  contender(style, num_threads = 1) {
    const who = { style, num_threads };
    return {
      /** @param {Settings} settings */
      prepare: (settings) => this.ask("prepare", { ...who, ...settings }),
      /** @param {Amount} amount @returns {Promise<Measured>} */
      measure: ({ min_ms = 0 }) => this.ask("measure", { ...who, min_secs: min_ms / 1000 }),
    };
  }

  end() {
    this.process.stdin.end();
    this.process.kill();
  }
}
