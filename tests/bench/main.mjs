// The benchmark: ours beside its peers in one run, alternating, so that a drift
// of the machine meets all alike. Ratios are ours over theirs: lower is better.
//   node tests/bench/main.mjs [--quick] [--json FILE] [--only step,csv]

import { readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { serve } from "../../scripts/serve.mjs";
import { sizes_of } from "../../scripts/sizes.mjs";
import { measure_auto } from "./auto.mjs";
import { BenchPage, Python, launch } from "./contenders.mjs";
import { ROOT, prepare_data } from "./data.mjs";
import { measure_augmentation, measure_threads, measure_wide } from "./more_steps.mjs";
import { median, print_table, rounded } from "./report.mjs";
import { measure_page, ready_ms } from "./site.mjs";
import { alternate, ratio, why } from "./turns.mjs";

/** @import { Browser, Page } from "playwright-core" */
/** @import { Amount, Contender, OpenArgs } from "./types.d.ts" */

const LEARNING_RATE = 0.01;
const PARTS = "sizes step wide augmentation threads webgpu auto csv study page".split(" ");

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    json: { type: "string" },
    only: { type: "string" },
  },
});
const is_quick = values.quick;
const parts = values.only?.split(",") ?? PARTS;
const unknown = parts.find((part) => !PARTS.includes(part));
if (unknown) {
  console.error(`error: --only: found "${unknown}", expected some of ${PARTS.join(",")}`);
  process.exit(1);
}

const started = Date.now();
const say = (/** @type {string} */ text) =>
  console.log(`[${((Date.now() - started) / 1000).toFixed(0)} s] ${text}`);

/** What the file will hold; a key whose peer is absent is left out, and `missing` says why. */
const versions = /** @type {Record<string, string | undefined>} */ ({});
const machine = { cpu: cpus()[0]?.model ?? "", cores: cpus().length, load_before: loadavg() };
const left_out = /** @type {Record<string, string>} */ ({});
/** @type {Record<string, unknown>} */
const report = {
  date: new Date().toISOString(),
  quick: is_quick,
  machine,
  versions,
  missing: left_out,
};
/** @param {string} key @param {string} reason */
const missing = (key, reason) => {
  left_out[key] = reason;
  console.error(`left out: ${key}: ${reason}`);
};

const data = prepare_data();
report.data = data.words;
say(`Data: ${data.words}`);

const server = await serve({ root: ROOT });
// Others would thread themselves where memory may be shared: ours alone is served so.
const isolated = await serve({ root: ROOT, is_isolated: true });
const site = await serve({ root: `${ROOT}www`, base: "/inkling/" });
const { python, reason: python_reason } = await Python.open(data, ROOT);
say(python_reason);
versions.torch = python ? python_reason : undefined;
const lock = JSON.parse(readFileSync(`${ROOT}package-lock.json`, "utf8"));
for (const name of ["@tensorflow/tfjs", "@jax-js/jax", "papaparse"]) {
  versions[name] = lock.packages[`node_modules/${name}`]?.version;
}
const served_by = ({ url = "" }) => ({ pixels: url + data.pixels, labels: url + data.labels });
const served = served_by(server);

const threaded = (/** @type {Browser} */ browser) =>
  BenchPage.threaded(browser, isolated.url, served_by(isolated));

/**
 * Runs a part; what breaks in it leaves its keys out and the others in.
 * @param {string} name
 * @param {string[]} keys
 * @param {() => unknown} work
 */
async function part(name, keys, work) {
  if (!parts.includes(name)) return;
  try {
    await work();
  } catch (error) {
    for (const key of keys) if (!(key in report)) missing(key, why(error));
  }
}

/**
 * Opens contenders; one that cannot be had is said and left out.
 * @param {Record<string, () => Contender | Promise<Contender>>} openers
 */
async function open_all(openers) {
  /** @type {Record<string, Contender>} */
  const opened = {};
  for (const [name, open] of Object.entries(openers)) {
    try {
      const contender = await open();
      opened[name] = contender;
      if (contender.told) say(`${name}: ${contender.told}`);
    } catch (error) {
      missing(name, why(error));
    }
  }
  return opened;
}

await part("sizes", ["wasm_cpu_brotli_bytes", "wasm_webgpu_brotli_bytes"], () => {
  report.wasm_cpu_brotli_bytes = sizes_of(`${ROOT}www/pkg/ndarray`).brotli;
  report.wasm_webgpu_brotli_bytes = sizes_of(`${ROOT}www/pkg/webgpu`).brotli;
});

const STEP_KEYS = [
  "cpu_step_vs_torch_notebook",
  "cpu_step_vs_torch_expert",
  "cpu_step_vs_torch_all_cores",
  "cpu_step_vs_tfjs_best",
  "cpu_step_vs_jaxjs_wasm",
];
await part("step", STEP_KEYS, async () => {
  const browser = await launch();
  versions.browser = `Chromium ${browser.version()}`;
  const page = await BenchPage.open(browser, server.url);
  /** @param {string} name @param {OpenArgs["kind"]} kind @param {string} backend */
  const open = (name, kind, backend) => () => page.contender(name, { kind, backend, data: served });
  const contenders = await open_all({
    ours: open("ours", "inkling", "ndarray"),
    ours_threads: (await threaded(browser))("ours_threads"),
    ours_plain: open("ours_plain", "inkling", "ndarray"),
    ...(python && {
      torch_notebook: () => python.contender("notebook"),
      torch_expert: () => python.contender("expert"),
      torch_all_cores: () => python.contender("expert", machine.cores),
    }),
    jaxjs_wasm: open("jaxjs_wasm", "jaxjs", "wasm"),
    tfjs_wasm: open("tfjs_wasm", "tfjs", "wasm"),
    tfjs_webgl: open("tfjs_webgl", "tfjs", "webgl"),
  });
  if (contenders.ours_plain) contenders.ours_plain.settings = { step: "plain" };
  if (!python) {
    for (const key of STEP_KEYS) if (key.includes("torch")) missing(key, python_reason);
  }
  /** Widths and batch sizes. @type {[number[], number][]} */
  const grid = (
    is_quick
      ? [[128, 64]]
      : [
          [128, 64],
          [512, 256],
        ]
  ).flatMap((hidden) =>
    (is_quick ? [16, 64, 256, 512] : [16, 32, 64, 128, 256, 512]).map(
      (size) => /** @type {[number[], number]} */ ([hidden, size]),
    ),
  );
  /** @type {Record<string, Amount> & { default: Amount }} */
  const amount = is_quick
    ? { default: { min_ms: 600 }, tfjs_webgl: { min_ms: 300 }, ours_plain: { min_ms: 300 } }
    : { default: { min_ms: 1500 } };
  const cpu_steps = /** @type {unknown[]} */ ([]);
  report.cpu_steps = cpu_steps;
  /** @type {Record<string, Record<number, number>>} */
  const by_batch = {};
  const rows = /** @type {(string | number)[][]} */ ([]);
  for (const [hidden, batch_size] of grid) {
    const settings = { hidden, batch_size, learning_rate: LEARNING_RATE };
    const found = await alternate(contenders, settings, amount, is_quick ? 5 : 7, missing);
    cpu_steps.push({ hidden, batch_size, load: loadavg()[0], found });
    const tfjs = ["tfjs_wasm", "tfjs_webgl"]
      .filter((name) => found[name])
      .sort((a, b) => (found[a]?.step_ms ?? 0) - (found[b]?.step_ms ?? 0));
    const ratios = {
      cpu_step_vs_torch_notebook: ratio(found, "ours", "torch_notebook"),
      cpu_step_vs_torch_expert: ratio(found, "ours", "torch_expert"),
      cpu_step_vs_torch_all_cores: ratio(found, "ours_threads", "torch_all_cores"),
      cpu_step_vs_tfjs_best: ratio(found, "ours", tfjs[0]),
      cpu_step_vs_jaxjs_wasm: ratio(found, "ours", "jaxjs_wasm"),
    };
    for (const [key, value] of Object.entries(ratios)) {
      if (value === undefined) continue;
      // The keys without widths are of the default network.
      const kept = hidden[0] === 128 ? key : `${key}_${hidden.join("_")}`;
      const ratios_of = (by_batch[kept] ??= {});
      ratios_of[batch_size] = value;
      report[kept] = ratios_of;
    }
    const names = Object.keys(contenders);
    rows.push([`${hidden} × ${batch_size}`, ...names.map((name) => found[name]?.step_ms ?? "-")]);
    rows.push(["  ours / theirs", ...names.map((name) => ratio(found, "ours", name) ?? "-")]);
    say(
      `CPU step, hidden ${hidden}, batch ${batch_size}: ours ${found.ours?.step_ms.toFixed(3)} ms`,
    );
  }
  print_table("CPU, ms a step", ["hidden × batch", ...Object.keys(contenders)], rows);
  await browser.close();
});

const WIDE_KEYS = ["wide_step_vs_torch_expert", "wide_step_vs_torch_all_cores"];
for (const [name, keys, measure] of /** @type {const} */ ([
  ["wide", WIDE_KEYS, measure_wide],
  ["augmentation", ["augmentation_cost"], measure_augmentation],
  ["threads", ["threads_speedup_default", "threads_speedup_wide"], measure_threads],
])) {
  await part(name, [...keys], async () => {
    const browser = await launch();
    const page = await BenchPage.open(browser, server.url);
    /** @param {string} own each has a worker of its own @returns {() => Promise<Contender>} */
    const ours = (own) => () =>
      page.contender(own, { kind: "inkling", backend: "ndarray", data: served });
    const cores = machine.cores;
    const ours_threads = await threaded(browser);
    const found = await measure({
      ours,
      ours_threads,
      open_all,
      python,
      cores,
      is_quick,
      say,
      missing,
    });
    Object.assign(report, found);
    for (const key of keys) if (!(key in found)) missing(key, python_reason);
    await browser.close();
  });
}

const WEBGPU_KEYS = [
  "webgpu_step_vs_tfjs_webgpu",
  "webgpu_step_vs_jaxjs_webgpu",
  "webgpu_dispatches_per_step",
];
await part("webgpu", WEBGPU_KEYS, async () => {
  const browser = await launch({ webgpu: true });
  const page = await BenchPage.open(browser, server.url);
  /** @param {string} name @param {OpenArgs["kind"]} kind */
  const open = (name, kind) => () =>
    page.contender(name, { kind, backend: "webgpu", data: served });
  const contenders = await open_all({
    ours: open("ours", "inkling"),
    jaxjs: open("jaxjs", "jaxjs"),
    tfjs: open("tfjs", "tfjs"),
  });
  const rows = /** @type {(string | number)[][]} */ ([]);
  const webgpu_steps = /** @type {unknown[]} */ ([]);
  report.webgpu_steps = webgpu_steps;
  for (const batch_size of is_quick ? [64] : [16, 64, 256, 512]) {
    const settings = { hidden: [128, 64], batch_size, learning_rate: LEARNING_RATE };
    const amount = { default: { min_steps: 24 }, tfjs: { min_steps: 12 } };
    const found = await alternate(contenders, settings, amount, 3, missing);
    webgpu_steps.push({ batch_size, load: loadavg()[0], found });
    const vs_tfjs = ratio(found, "ours", "tfjs");
    const vs_jaxjs = ratio(found, "ours", "jaxjs");
    rows.push([
      batch_size,
      found.ours?.step_ms ?? "-",
      found.jaxjs?.step_ms ?? "-",
      found.tfjs?.step_ms ?? "-",
      vs_jaxjs ?? "-",
      vs_tfjs ?? "-",
    ]);
    if (batch_size !== 64) continue;
    if (vs_tfjs) report.webgpu_step_vs_tfjs_webgpu = vs_tfjs;
    if (vs_jaxjs) report.webgpu_step_vs_jaxjs_webgpu = vs_jaxjs;
    if (found.ours?.calls) {
      const { calls, steps } = found.ours;
      report.webgpu_dispatches_per_step = calls.dispatches / steps;
      report.webgpu_submits_per_step = calls.submits / steps;
    }
  }
  const header = ["batch", "ours", "jax-js", "tfjs", "ours/jax-js", "ours/tfjs"];
  print_table("WebGPU on the software adapter, ms a step", header, rows);
  await browser.close();
});

await part("auto", ["auto_right_share"], async () => {
  const browser = await launch({ webgpu: true });
  const page = await BenchPage.open(browser, server.url);
  await page.page.locator("#file").setInputFiles(ROOT + data.csv);
  /** @param {"ndarray" | "webgpu"} backend */
  const open = (backend) => page.contender(backend, { kind: "inkling", backend, data: served });
  const contenders = { ndarray: await open("ndarray"), webgpu: await open("webgpu") };
  Object.assign(report, await measure_auto({ page, contenders, say, missing }));
  await browser.close();
});

await part("csv", ["csv_vs_pandas", "csv_peak_wasm_mb"], async () => {
  const browser = await launch();
  const page = await BenchPage.open(browser, server.url);
  await page.page.locator("#file").setInputFiles(ROOT + data.csv);
  const papaparse = await open_all({
    papaparse: () => page.contender("papaparse", { kind: "papaparse" }),
  });
  /** @type {Record<"ours" | "pandas" | "papaparse", number[]>} */
  const secs = { ours: [], pandas: [], papaparse: [] };
  for (let round = 0; round < (is_quick ? 3 : 5); round++) {
    secs.ours.push((await page.ask("load_csv")).secs);
    if (round === 0) report.csv_peak_wasm_mb = (await wasm_bytes(page.page)) / 1e6;
    if (python) secs.pandas.push((await python.ask("csv", { path: ROOT + data.csv })).secs);
    if (papaparse.papaparse && (round === 0 || !is_quick))
      secs.papaparse.push((await page.ask("papaparse")).secs);
  }
  const ours = median(secs.ours);
  report.csv_secs = secs;
  report.csv_mb_per_sec = data.csv_bytes / 1e6 / ours;
  if (python) report.csv_vs_pandas = ours / median(secs.pandas);
  else missing("csv_vs_pandas", python_reason);
  if (secs.papaparse.length) report.csv_vs_papaparse = ours / median(secs.papaparse);
  print_table(
    `CSV, ${(data.csv_bytes / 1e6).toFixed(1)} MB, seconds to a ready data set`,
    ["reader", "seconds", "ours/theirs"],
    Object.entries(secs)
      .filter(([, rounds]) => rounds.length)
      .map(([name, rounds]) => [name, median(rounds), ours / median(rounds)]),
  );
  await part("study", ["study_speedup"], async () => {
    const config = { epochs: is_quick ? 3 : 5, seed: 42 };
    const one = [];
    const two = [];
    for (let round = 0; round < (is_quick ? 1 : 3); round++) {
      one.push(await page.ask("study", 1, 6, config));
      two.push(await page.ask("study", 2, 6, config));
    }
    report.study_secs = { one_worker: median(one), two_workers: median(two) };
    report.study_speedup = median(one) / median(two);
  });
  await browser.close();
});

/** Wasm memory never shrinks: what it is after loading is its peak. @param {Page} page */
async function wasm_bytes(page) {
  for (const worker of page.workers()) {
    if (!worker.url().endsWith("/www/worker/worker.js")) continue;
    return worker.evaluate(async () => {
      const engine = await import(new URL("../pkg/ndarray/inkling.js", location.href).href);
      const { memory } = await engine.default();
      return memory.buffer.byteLength;
    });
  }
  throw new Error("the worker that loaded the CSV is gone");
}

await part("page", ["ready_ms", "pad_latency_ms", "longest_main_task_ms"], async () => {
  const browser = await launch();
  const rounds = await ready_ms(browser, site.url, is_quick ? 5 : 9);
  report.ready_ms = median(rounds);
  report.ready_rounds_ms = rounds;
  const num_moves = is_quick ? 40 : 100;
  Object.assign(report, await measure_page(browser, site.url, ROOT + data.csv, { num_moves }));
  await browser.close();
});

python?.end();
await Promise.all([server.close(), isolated.close(), site.close()]);

const load_after = loadavg();
const secs = (Date.now() - started) / 1000;
Object.assign(report, { machine: { ...machine, load_after }, secs });
const figures = /** @type {[string, string][]} */ ([
  ["wasm_cpu_brotli_bytes", "at most 450000"],
  ["wasm_webgpu_brotli_bytes", "at most 2000000"],
  ["webgpu_dispatches_per_step", "at most 12"],
  ["webgpu_submits_per_step", "at most 1"],
  ["auto_right_share", "near 1"],
  ["csv_peak_wasm_mb", "at most 80"],
  ["ready_ms", "at most 1500"],
  ["pad_latency_ms", "at most 16"],
  ["pad_latency_training_ms", "at most 60"],
  ["longest_main_task_ms", "at most 50"],
  ["study_speedup", "near 2 on two free cores"],
]).filter(([key]) => key in report);
print_table(
  "The rest",
  ["figure", "found", "wanted"],
  figures.map(([key, wanted]) => {
    return [key, Number(report[key]), wanted];
  }),
);
const load = (/** @type {number[]} */ loads) => loads.map((value) => value.toFixed(1)).join(" ");
console.log(
  `\n${machine.cpu}, ${machine.cores} cores; load ${load(machine.load_before)} before, ${load(load_after)} after; ${Math.round(secs)} s`,
);
if (values.json) {
  writeFileSync(values.json, `${JSON.stringify(rounded(report), null, 2)}\n`);
  console.log(`Written to ${values.json}`);
}
process.exit(0);
