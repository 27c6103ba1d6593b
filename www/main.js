// Wires the page: makes the state, the trainer and the views, and holds what the
// buttons do. The views never call each other.

import { create_charts } from "./features/curves/charts.js";
import { curves_png, curves_svg } from "./features/curves/curve_files.js";
import { history_csv } from "./features/curves/curve_data.js";
import { create_data_view } from "./features/data/view.js";
import { announce, by_id, download, el, message_of, set_text } from "./ui/dom.js";
import { WorkerCrashed } from "./engine/engine_worker.js";
import { create_evaluation_view } from "./features/evaluation/view.js";
import { create_fine_tuning } from "./features/tuning/fine_tuning.js";
import { listen_for_files } from "./features/data/drop.js";
import { create_kept_digits } from "./features/tuning/kept_digits.js";
import { create_network_view } from "./features/network/view.js";
import { keep_for_offline } from "./app/offline.js";
import { create_pad } from "./features/pad/pad.js";
import { create_run_card, promised_by } from "./features/run/card.js";
import { create_run_view } from "./features/run/view.js";
import { config_from_query, config_to_query } from "./base/settings.js";
import { create_settings_form } from "./features/settings/form.js";
import { create_shortcuts } from "./app/shortcuts.js";
import { create_store, idle_run, initial_state, is_active, with_progress } from "./app/state.js";
import { create_session } from "./app/session.js";
import { Database } from "./store/database.js";
import { BackendUnavailable, LOAD_CANCELLED, createTrainer } from "./engine/trainer.js";

/** @import { Event } from "./pkg/ndarray/inkling.js" */
/** @import { Settings } from "./base/settings.js" */
/** @import { BackendDecision } from "./engine/trainer.js" */

const asked = config_from_query(location.search);
// Read now: the form writes the address anew.
const promised = promised_by(location.search, asked.config);
const store = create_store(initial_state(asked.config));
const database = new Database(notice);
const trainer = createTrainer({
  on_notice: notice,
  fault: new URLSearchParams(location.search).get("fault") ?? "",
  on_unfillable: () => database.refuse(),
});
const session = create_session(store, { trainer, database, notice });

/** Data sets that ship with the page, by name, once known. @type {Promise<Record<string, { file: string, bytes: number }>>} */
const sets = fetch("data/sets.json")
  .then((response) => (response.ok ? response.json() : {}))
  .catch(() => ({}));

// Notices

/**
 * A sentence above the bench that stays until it is put away.
 * @param {string} sentence
 */
function notice(sentence) {
  const close = el("button", { type: "button", class: "quiet" }, "Put away");
  const box = el("div", { class: "notice" }, el("p", {}, sentence), close);
  close.addEventListener("click", () => box.remove());
  by_id("notices", HTMLElement).append(box);
  announce(sentence);
}

// Data

/**
 * @param {File[]} files
 * @returns {Promise<boolean>} whether they were taken
 */
async function load_files(files) {
  if (is_active(store.get().run)) {
    store.set({ data_error: "A run is under way. Stop it before you load other data." });
    return false;
  }
  if (store.get().loading) return false;
  const name = files.map((file) => file.name).join(" and ");
  store.set({ loading: { name, progress: null }, data_error: "" });
  try {
    const data = await trainer.load_file(files, (progress) => {
      if (store.get().loading) store.set({ loading: { name, progress } });
    });
    store.set({ data, loading: null });
    void session.keep_data();
    announce(`${data.name} is loaded`);
    return true;
  } catch (error) {
    const is_cancelled = error instanceof Error && error.name === LOAD_CANCELLED;
    const message = message_of(error);
    // The engine's own message often begins with the file's name.
    const told = message.startsWith(name) ? message : `${name}: ${message}`;
    const data_error = is_cancelled ? `Reading ${name} was cancelled.` : full_stop(told);
    store.set({ loading: null, data_error });
    announce(data_error);
    return false;
  }
}

/** @param {string} name @returns {Promise<boolean>} */
async function load_set(name) {
  if (store.get().loading) return false;
  const path = (await sets)[name]?.file ?? `data/${name}.csv.gz`;
  store.set({ loading: { name: path, progress: null }, data_error: "" });
  /** @type {File} */
  let file;
  try {
    const response = await fetch(path);
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    file = new File([await response.blob()], path.split("/").pop() ?? name);
  } catch (error) {
    const data_error = `${path} could not be fetched: ${message_of(error)}. Pick a file of your own instead.`;
    store.set({ loading: null, data_error });
    announce(data_error);
    return false;
  }
  store.set({ loading: null });
  return load_files([file]);
}

// Plan: what the settings would build, asked for after each change.

let plan_asked = 0;
async function replan() {
  const mine = ++plan_asked;
  const { config } = store.get();
  try {
    const plan = await trainer.plan(config);
    if (mine === plan_asked) store.set({ plan, plan_error: "" });
  } catch (error) {
    if (mine === plan_asked) store.set({ plan_error: message_of(error) });
  }
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let planning;
store.watch(["config", "data"], () => {
  clearTimeout(planning);
  planning = setTimeout(replan, 120);
});

// Training

/**
 * @param {Partial<Settings>} [change]
 * @param {boolean} [goes_on] with the run that was cut short
 */
async function train(change = {}, goes_on = false) {
  const { data, run, offer } = store.get();
  if (is_active(run)) return;
  const config = { ...(goes_on && offer ? offer.config : store.get().config), ...change };
  if (!data) {
    fail("There is no data to train on. Press Load sample, or pick a CSV first.", false);
    by_id("load-sample", HTMLButtonElement).focus();
    return;
  }
  store.set({
    run: {
      ...idle_run(),
      ...(goes_on ? { history: run.history, running: run.running } : {}),
      phase: "starting",
      config,
      data_name: data.name,
      data_checksum: data.checksum,
    },
  });
  const start = await session.begin(config, goes_on);
  if (!start) {
    store.set({ run });
    return;
  }
  if (!goes_on) session.keep_settings(store.get().config);
  try {
    const listeners = {
      on_backend: (/** @type {BackendDecision} */ decision) =>
        store.set({ run: { ...store.get().run, decision } }),
      on_event: take_event,
      on_checkpoint: session.keep_epoch,
    };
    const result = await trainer.train(config, listeners, start);
    const now = store.get().run;
    store.set({ run: { ...now, phase: "ended", result, history: result.history } });
    await session.end(result);
  } catch (error) {
    const { decision } = store.get().run;
    fail(full_stop(message_of(error).trim()), error instanceof BackendUnavailable);
    if (error instanceof WorkerCrashed) await session.interrupt(decision?.backend === "webgpu");
    else await session.discard();
  }
}

/** @param {string} error @param {boolean} can_use_cpu */
function fail(error, can_use_cpu) {
  store.set({ run: { ...store.get().run, phase: "ended", result: null, error, can_use_cpu } });
}

/** @param {Event} event */
function take_event(event) {
  const { run } = store.get();
  // Events come through a port of their own and may arrive after the end, whose
  // result already holds all they tell.
  if (run.phase === "ended") return;
  switch (event.kind) {
    case "progress":
      // The first event tells that the run's own model is the newest now.
      store.set({ run: with_progress(run, event), model: null, tuned_from: null });
      return;
    case "epoch":
      store.set({ run: { ...run, history: [...run.history, event] } });
      return;
    case "ended":
      // `train` resolves with the same result; the end is taken there.
      return;
    default: {
      /** @type {never} */
      const unknown = event;
      throw new Error(`an event that is not known: ${JSON.stringify(unknown)}`);
    }
  }
}

async function pause_or_resume() {
  const { phase } = store.get().run;
  if (phase !== "running" && phase !== "paused") return;
  const is_paused = phase === "paused";
  await (is_paused ? trainer.resume() : trainer.pause()).catch(report);
  const { run } = store.get();
  // It may have ended, or been stopped, meanwhile.
  if (run.phase === phase) store.set({ run: { ...run, phase: is_paused ? "running" : "paused" } });
}

async function stop() {
  const { run } = store.get();
  if (!is_active(run)) return;
  store.set({ run: { ...run, phase: "stopping" } });
  await trainer.stop().catch(report);
}

async function sample_and_train() {
  const is_there = store.get().data?.name.startsWith("sample.") ?? false;
  if (is_there || (await load_set("sample"))) await train();
}

/** @param {unknown} error */
function report(error) {
  notice(full_stop(message_of(error).trim()));
}

/** @param {string} text */
function full_stop(text) {
  return /[.?]$/.test(text) ? text : `${text}.`;
}

// Views

const data_view = create_data_view(store, {
  load_files: (files) => void load_files(files),
  load_set: (name) => void load_set(name),
  cancel_load: () => void trainer.cancel_load().catch(report),
  images: (rows) => trainer.images(rows),
});
create_settings_form(store);
create_network_view(store, { weights: () => trainer.weights() });
create_run_view(store, {
  train: () => void train(),
  sample_and_train: () => void sample_and_train(),
  pause_or_resume: () => void pause_or_resume(),
  stop: () => void stop(),
  train_on_cpu: () => void train({ backend: "ndarray" }),
  go_on: () => void train({}, true),
});
create_run_card(store, {
  promised,
  earlier: session.earlier_runs,
  repeat: (config) => void train(config),
  notice,
});
const charts = create_charts(store);
const pad = create_pad(store, {
  predict_ink: (ink, width, height) => trainer.predict_ink(ink, width, height),
});
create_evaluation_view(store, {
  validation_rows() {
    // Those that this model never saw, whatever the settings say by now.
    const { run, model, config, tuned_from } = store.get();
    return trainer.validation_rows(tuned_from ?? (model ? config : (run.config ?? config)));
  },
  images: (rows) => trainer.images(rows),
  predict_rows: (rows) => trainer.predict_rows(rows),
  predict_pixels: (pixels) => trainer.predict_pixels(pixels),
  read_file: (files, on_progress) => trainer.read_file(files, on_progress),
  evaluate: (probabilities, labels) =>
    trainer.ask((engine) => engine.evaluate(probabilities, labels)),
  weights: () => trainer.weights(),
  save_model: (format) => trainer.save_model(format),
  load_model: async (file) =>
    store.set({ model: await trainer.load_model(file), tuned_from: null }),
});
const kept = create_kept_digits({
  pixels: pad.pixels,
  on_keep: session.keep_digit,
  from_before: session.digits(),
  on_change: () => tuning.update(),
});
const tuning = create_fine_tuning(store, {
  trainer,
  kept: () => kept,
  keep: session.keep_tuned,
});
listen_for_files({ load_files: (files) => void load_files(files), load_picture: pad.load_picture });
create_shortcuts({
  train: () => void train(),
  pause_or_resume: () => void pause_or_resume(),
  stop: () => void stop(),
  toggle_log: charts.toggle_log,
  draw: pad.focus,
  clear: pad.clear,
});

sets.then((known) => {
  if (known.mnist) data_view.offer_mnist();
});
asked.remarks.forEach(notice);
session
  .restore(config_to_query(asked.config) === "")
  .then(async () => {
    const tuned = await session.tuned();
    if (tuned) await tuning.bring_back(tuned);
  })
  .catch(report);

const forgetting = by_id("forget-dialog", HTMLDialogElement);
by_id("forget", HTMLButtonElement).addEventListener("click", () => forgetting.showModal());
forgetting.addEventListener("close", async () => {
  if (forgetting.returnValue !== "yes") return;
  await session.forget();
  location.reload();
});
store.watch(["is_kept"], ({ is_kept }) => {
  by_id("kept", HTMLElement).hidden = !is_kept;
});
trainer
  .ready()
  .catch((error) => notice(`The engine could not start: ${message_of(error)}`))
  // What the page needs first has been fetched by now.
  .then(() => keep_for_offline((sentence) => set_text(by_id("offline", HTMLElement), sentence)))
  // Not to work offline is no fault that a person should read about.
  .catch(() => {});

// Ticks: what is done of the work, in its order.

store.watch(["data", "plan", "run"], ({ data, plan, plan_error, run }) => {
  const done = {
    data: data !== null,
    network: data !== null && plan !== null && !plan_error,
    training: run.result !== null,
    curves: run.history.length > 0,
    draw: run.history.length > 0 && pad.has_ink(),
  };
  for (const [part, is_done] of Object.entries(done)) {
    const mark = document.querySelector(`[data-done="${part}"]`);
    if (!mark || mark.classList.contains("done") === is_done) continue;
    mark.classList.toggle("done", is_done);
    const number = Object.keys(done).indexOf(part) + 1;
    mark.replaceChildren(
      is_done ? el("span", { "aria-hidden": "true" }, "✓") : `${number}`,
      is_done ? el("span", { class: "unseen" }, `${number}, done`) : "",
    );
  }
});

// Link, downloads, views

const copy = by_id("copy-link", HTMLButtonElement);
copy.addEventListener("click", async () => {
  const link = `${location.origin}${location.pathname}${config_to_query(store.get().config)}${location.hash}`;
  try {
    await navigator.clipboard.writeText(link);
    set_text(copy, "Copied");
    announce("The link with these settings is copied");
    setTimeout(() => set_text(copy, "Copy link"), 1500);
  } catch {
    notice(`This browser does not let the page copy. The link is ${link}`);
  }
});

for (const button of document.querySelectorAll("[data-download]")) {
  button.addEventListener("click", async () => {
    by_id("downloads", HTMLDetailsElement).open = false;
    const { run } = store.get();
    if (run.history.length === 0) {
      notice("There are no figures to download yet; they come with the first epoch.");
      return;
    }
    const options = { is_log: charts.is_log() };
    switch (button.getAttribute("data-download")) {
      case "png":
        download(await curves_png(run, options), "inkling-curves.png");
        break;
      case "svg":
        download(
          new Blob([curves_svg(run, options)], { type: "image/svg+xml" }),
          "inkling-curves.svg",
        );
        break;
      default:
        download(new Blob([history_csv(run.history)], { type: "text/csv" }), "inkling-metrics.csv");
    }
  });
}

document.addEventListener("click", (event) => {
  const menu = by_id("downloads", HTMLDetailsElement);
  if (menu.open && event.target instanceof Node && !menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") by_id("downloads", HTMLDetailsElement).open = false;
});

/** The study's code is fetched when the view is first opened. @type {Promise<void> | undefined} */
let study;
function open_study() {
  study ??= import("./features/study/view.js").then(({ mount_study }) =>
    mount_study(by_id("study-view", HTMLElement), {
      database,
      get_baseline: () => store.get().config,
      trainer,
      is_training: () => is_active(store.get().run),
      notice,
    }),
  );
  study.catch((error) => {
    study = undefined;
    notice(`The study view could not be loaded: ${message_of(error)}`);
  });
}

function show_view() {
  const is_study = location.hash === "#study" || location.hash.startsWith("#study-");
  by_id("train-view", HTMLElement).hidden = is_study;
  by_id("study-view", HTMLElement).hidden = !is_study;
  for (const link of document.querySelectorAll("nav [data-view]")) {
    const is_here = (link.getAttribute("data-view") === "study") === is_study;
    if (is_here) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (is_study) open_study();
}
addEventListener("hashchange", show_view);
show_view();
