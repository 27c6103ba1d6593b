// For the journeys at random: what a person sees of a page at one moment, what they may
// expect of it, and whether the two agree. Reads the document only, all of it at once, so
// that no two parts of a moment are of different times.

import assert from "node:assert/strict";
import { DEFAULTS } from "../../www/base/settings.js";
import { config_to_query } from "../../www/base/settings_query.js";
import { awake_ms } from "./helper.mjs";

/** @import { Page } from "playwright-core" */
/** @import { Settings } from "../../www/base/settings.js" */

/** Settings that the journeys change, by the labels of their fields. */
export const FIELDS = /** @type {const} */ ({
  Epochs: "epochs",
  "Learning rate": "learning_rate",
  "Hidden layers": "hidden_layers",
  Dropout: "dropout",
  "Layer normalisation": "layer_norm",
});

/** @typedef {keyof typeof FIELDS} Label */
/** What stands in the fields. @typedef {Record<Label, string>} Texts */

/** Runs in the page: what is seen now. @param {readonly string[]} labels */
function read(labels) {
  const one = (/** @type {string} */ selector) =>
    /** @type {HTMLElement | null} */ (document.querySelector(selector));
  const text = (/** @type {string} */ selector) => one(selector)?.textContent?.trim() ?? "";
  const status = (/** @type {string} */ name) => text(`[role="status"][aria-label="${name}"]`);
  const is_shown = (/** @type {string} */ selector) => one(selector)?.hidden === false;
  const can = (/** @type {string} */ selector) => {
    const button = /** @type {HTMLButtonElement | null} */ (one(selector));
    return button !== null && !button.hidden && !button.disabled;
  };
  const all = (/** @type {string} */ selector) =>
    /** @type {HTMLElement[]} */ (Array.from(document.querySelectorAll(selector)));
  /** @type {Record<string, string>} */
  const fields = {};
  for (const label of all("#train-view label")) {
    const name = label.textContent?.trim() ?? "";
    const field = /** @type {HTMLLabelElement} */ (label).control;
    if (labels.includes(name) && field instanceof HTMLInputElement) {
      fields[name] = field.type === "checkbox" ? String(field.checked) : field.value;
    }
  }
  const cells = all("#confusion [data-cell]").map((cell) => ({
    is_right: new Set(cell.dataset.cell?.split(" ")).size === 1,
    num: Number(cell.textContent?.replaceAll(/\D/g, "")),
  }));
  const form = 'form[aria-label="Study settings"]';
  return {
    view: one('nav [aria-current="page"]')?.dataset.view ?? "",
    search: location.search,
    is_kept: is_shown("#kept"),
    notices: all("#notices .notice > p").map((notice) => notice.textContent?.trim() ?? ""),
    words: `${document.body.innerText}\n${text("#run-card-text")}`,
    fields,
    data: status("Data status"),
    is_loading: is_shown("#loading"),
    can_cancel: is_shown("#loading") && can("#cancel-load"),
    can_load_sample: can("#load-sample"),
    can_bring_back: is_shown("#replaced"),
    num_validation: all("#balance .part-name")
      .map((name) => /^Validation · ([\d,]+)$/.exec(name.textContent ?? "")?.[1])
      .reduce((found, num) => (num ? Number(num.replaceAll(",", "")) : found), NaN),
    training: status("Training status"),
    why: text("#train-why"),
    can_train: can("#train"),
    can_pause: can("#pause"),
    pause_says: text("#pause"),
    can_stop: can("#stop"),
    can_continue: is_shown("#offer") && can("#continue"),
    can_use_settings: is_shown("#run-difference") && can("#use-run-settings"),
    difference: is_shown("#run-difference") ? text("#run-difference-text") : "",
    card: is_shown("#run-card") ? text("#run-card-text") : "",
    evaluation: status("Evaluation"),
    can_evaluate: can("#evaluate"),
    can_save: can("#download-model"),
    can_look_inside: can("#look-inside"),
    is_inside: is_shown("#inside"),
    has_figures: is_shown("#evaluation-view"),
    num_read: cells.reduce((sum, { num }) => sum + num, 0),
    num_right: cells.reduce((sum, { num, is_right }) => sum + (is_right ? num : 0), 0),
    num_cells: cells.length,
    gallery: text("#gallery-title"),
    can_go_back: can("#worst-mistakes"),
    test: text("#test-status"),
    has_test: is_shown("#drop-test"),
    prediction: status("Prediction"),
    can_undo_stroke: can("#undo-stroke"),
    num_digits: Number(/^(\d+) digit/.exec(text("#kept-count"))?.[1] ?? 0),
    can_tune: can("#fine-tune"),
    can_untune: can("#fine-tune-undo"),
    tuning: is_shown("#fine-tune-result") ? text("#fine-tune-result") : "",
    are_runs_there: one("#runs-view .runs") !== null,
    runs: all("#runs-view li.run").map((item) => ({
      id: item.getAttribute("aria-labelledby")?.slice("run-name-".length) ?? "",
      name: item.querySelector(".unseen")?.textContent?.trim() ?? "",
      figure: /[\d.]+ %/.exec(item.querySelector(".run-figure")?.textContent ?? "")?.[0] ?? "",
      facts: item.querySelector(".run-facts")?.textContent ?? "",
      is_shown: item.getAttribute("aria-current") === "true",
    })),
    can_undo_delete: one("#runs-view .runs-undo button") !== null,
    study: status("Study status"),
    study_refusal: text(`${form} [role="alert"]`),
    can_run_study: can(`${form} button[type="submit"]`),
    can_stop_study: can(`${form} button[type="submit"] + button`),
    num_studies: all(".study-kept li").length,
    assignment: status("Assignment status"),
    can_run_assignment: can(".assignment-part button"),
    can_stop_assignment: can(".assignment-part button + button"),
  };
}

/** @typedef {ReturnType<typeof read>} Seen */

/** What is seen of a page now. @param {Page} page @returns {Promise<Seen>} */
export const look = (page) => page.evaluate(read, Object.keys(FIELDS));

/**
 * Looks until something is seen.
 * @param {Page} page
 * @param {string} what is waited for, in words
 * @param {(seen: Seen) => boolean | Promise<boolean>} is_so
 * @param {number} [limit_secs]
 */
export async function until(page, what, is_so, limit_secs = 30) {
  const end_ms = awake_ms() + limit_secs * 1000;
  for (;;) {
    const seen = await look(page);
    if (await is_so(seen)) return seen;
    if (awake_ms() > end_ms) {
      const { words: _, ...rest } = seen;
      assert.fail(`not seen within ${limit_secs} s: ${what}. Seen: ${JSON.stringify(rest)}`);
    }
    await page.evaluate(() => new Promise((done) => setTimeout(done, 30)));
  }
}

/** Whether a run is under way, paused ones too. @param {Seen} seen */
export function is_active({ training }) {
  return (
    !is_over({ training }) &&
    /^Opening the backend$|preparing the first step$|epoch \d+ of/.test(training)
  );
}

/** @param {Pick<Seen, "training">} seen */
export const is_over = ({ training }) => /(Finished|Stopped|Failed|Interrupted)$/.test(training);

/** @param {Seen} seen */
export const is_paused = ({ training }) => training.endsWith("paused");

/** @param {Seen} seen */
export const is_evaluating = ({ evaluation }) =>
  /^(Evaluating|Reading|Writing|Predicting)\b/.test(evaluation);

/** @param {Seen} seen */
export const is_tuning = ({ tuning, why }) =>
  tuning === "Fine-tuning on your digits." || /digits are being learned/.test(why);

/** @param {Seen} seen */
export const is_studying = ({ can_stop_study, study, why }) =>
  can_stop_study || /Stopping\.$/.test(study) || /^A study runs/.test(why);

/** The run that is shown. @param {Seen} seen */
export const shown_id = ({ runs }) => runs.find((run) => run.is_shown)?.id ?? "";

/** The data that is loaded, also where the line tells of a fault before. @param {Seen} seen */
export function data_name({ data }) {
  return [...data.matchAll(/([\w.-]+): [\d,]+ rows?/g)].at(-1)?.[1] ?? "";
}

/** How the settings stand in the fields. @param {Settings} config @returns {Texts} */
export function texts_of(config) {
  const texts = Object.entries(FIELDS).map(([label, key]) => [label, text_of(config[key])]);
  return /** @type {Texts} */ (Object.fromEntries(texts));
}

/** @param {Settings[keyof Settings]} value */
const text_of = (value) => (Number.isNaN(value) ? "" : String(value));

/** Widths are separated by a comma, with a blank or without. @param {string} text */
export const bare = (text) => text.replaceAll(/,\s+/g, ",");

/**
 * A run that the journey began.
 * @typedef {{ config: Settings, data: string, name: string | null }} KnownRun `name`: as a person named it
 */

/** What a person may expect. */
export class Expected {
  /** What the fields say. @type {Settings} */
  config;
  /** What is written in a field that is no number. @type {Partial<Texts>} */
  written = {};
  /** @type {Map<string, KnownRun>} */
  runs = new Map();
  /** Runs that were seen finished, with their accuracy. @type {Map<string, string>} */
  finished = new Map();
  /** @type {Set<string>} */
  deleted = new Set();
  /** What each Delete of this visit took, the newest last. @type {string[]} */
  undoable = [];
  data = "";
  /** @type {{ name: string, num_rows: number } | null} with labels */
  test = null;
  /** A model that was downloaded. @type {Buffer | null} */
  model = null;

  /** @param {Settings} config */
  constructor(config) {
    this.config = config;
  }

  /** @returns {Texts} */
  get texts() {
    return { ...texts_of(this.config), ...this.written };
  }

  /** The address that says all this. */
  get search() {
    return config_to_query(this.config, { all: false });
  }

  /** Whether these settings can be trained with. */
  get can_run() {
    const { epochs, learning_rate, hidden_layers, dropout } = this.config;
    const has_numbers = epochs >= 1 && learning_rate > 0 && dropout >= 0 && dropout <= 0.95;
    return has_numbers && hidden_layers !== "0";
  }

  /** All fields are written anew. @param {Settings} config */
  take(config) {
    this.config = config;
    this.written = {};
  }

  /** What cannot be read does not outlive the page. */
  after_reload() {
    const kept = Object.entries(this.config).filter(([, value]) => !Number.isNaN(value));
    this.take({ ...DEFAULTS, ...Object.fromEntries(kept) });
    this.undoable = [];
  }
}

/** Words that no person should read. */
const NONSENSE =
  /\bundefined\b|\[object|\bNaN\b|\bInfinity\b|is not a function|is not known|Cannot read|could not be (shown|drawn)/;

/**
 * What must hold of each tab at any moment.
 * @param {Expected} expected
 * @param {Seen} seen
 */
export function check_any(expected, seen) {
  const nonsense = NONSENSE.exec(seen.words);
  assert.equal(nonsense && around(seen.words, nonsense.index), null, "nonsense on the page");
  check_buttons(seen);
  check_card(expected, seen);
  check_figures(expected, seen);
  const id = shown_id(seen);
  const accuracy = /validation accuracy ([\d.]+ %)/.exec(seen.training)?.[1];
  if (id && accuracy && /Finished$/.test(seen.training)) expected.finished.set(id, accuracy);
}

/** @param {string} text @param {number} at */
const around = (text, at) => text.slice(Math.max(0, at - 80), at + 80);

/**
 * What must hold at any moment of the tab that the person works in.
 * @param {Expected} expected
 * @param {Seen} seen
 */
export function check(expected, seen) {
  check_any(expected, seen);
  const says = Object.fromEntries(
    Object.entries(seen.fields).map(([key, text]) => [key, bare(text)]),
  );
  const should = Object.fromEntries(
    Object.entries(expected.texts).map(([key, text]) => [key, bare(text)]),
  );
  assert.deepEqual(says, should, "the fields say what would run");
  const loaded = data_name(seen);
  assert.notEqual(loaded, "broken.csv");
  if (expected.data) assert.ok(loaded, `${expected.data} was loaded, and is gone: ${seen.data}`);
  expected.data = loaded;
  for (const [id, known] of expected.runs) {
    const listed = seen.runs.find((run) => run.id === id);
    if (known.name && listed) assert.equal(listed.name, known.name, "a name that was given");
  }
}

/** @param {Seen} seen */
function check_buttons(seen) {
  const active = is_active(seen);
  const { training, why } = seen;
  assert.ok(
    active || is_over(seen) || /^(Ready\.|Not ready\.|Load data first)/.test(training),
    training,
  );
  assert.equal(seen.can_train, why === "", `Train and its reason: ${why}`);
  assert.equal(/^A run is under way/.test(why), active, `“${why}” beside “${training}”`);
  if (!active) assert.equal(/is still being read/.test(why), seen.is_loading, why);
  const is_stopping = /stopping after this step$/.test(training);
  assert.equal(seen.can_stop, active && !is_stopping, `Stop beside “${training}”`);
  const can_pause = active && !is_stopping && /epoch \d/.test(training);
  assert.equal(seen.can_pause, can_pause, `Pause beside “${training}”`);
  assert.equal(seen.pause_says, is_paused(seen) ? "Resume" : "Pause");
  assert.equal(seen.can_load_sample, !seen.is_loading, "Load sample");
  if (active) assert.ok(!seen.can_evaluate && !seen.can_save && !seen.has_figures, training);
}

/** The card says what the run was begun with. @param {Expected} expected @param {Seen} seen */
function check_card(expected, seen) {
  const known = expected.runs.get(shown_id(seen));
  if (!known || !seen.card) return;
  assert.equal(/^Data: (.+), checksum/m.exec(seen.card)?.[1], known.data, "the card’s data");
  const settings = /^Settings: (.+)$/m.exec(seen.card)?.[1] ?? "";
  const { epochs, hidden_layers } = known.config;
  assert.match(settings, new RegExp(`epochs=${epochs} .*`), "the card’s settings");
  assert.ok(settings.includes(`hidden_layers=${bare(hidden_layers)} `), settings);
}

/** An evaluation is of what stands. @param {Expected} expected @param {Seen} seen */
function check_figures(expected, seen) {
  const told = /^(\S+): ([\d,]+) rows?\. (Evaluate now|No labels)/.exec(seen.test);
  if (!seen.has_test) expected.test = null;
  else if (told?.[3] === "No labels") expected.test = null;
  else if (told) {
    expected.test = { name: told[1] ?? "", num_rows: Number(told[2]?.replaceAll(",", "")) };
  }
  const { has_figures, num_read, num_right, evaluation } = seen;
  const line = /^(.+) · accuracy ([\d.]+) % · ([\d,]+) images?/.exec(evaluation);
  if (line) assert.ok(has_figures, `figures in words alone: ${evaluation}`);
  if (!has_figures) return;
  const accuracy = num_right / num_read;
  if (line) {
    assert.equal(Number(line[3]?.replaceAll(",", "")), num_read, "the matrix has these images");
    assert.equal(line[2], (accuracy * 100).toFixed(2), "the matrix has this accuracy");
    const about = expected.test ? expected.test.name : "Validation part";
    assert.ok(line[1]?.startsWith(about), `${evaluation}, expected ${about}`);
  }
  if (expected.test) assert.equal(num_read, expected.test.num_rows, "images of the test set");
  else if (!Number.isNaN(seen.num_validation)) {
    assert.equal(num_read, seen.num_validation, "images of the validation part");
  }
  const of_run = /validation accuracy ([\d.]+) %/.exec(seen.training)?.[1];
  const is_of_run = !/reads now is another|before the fine-tuning/.test(seen.difference);
  if (of_run && is_of_run && !expected.test) {
    assert.equal((accuracy * 100).toFixed(2), of_run, "the run’s model has the run’s accuracy");
  }
}

/** Every run that was seen finished is kept. @param {Expected} expected @param {Seen} seen */
export function lost_runs(expected, seen) {
  return [...expected.finished].filter(([id, accuracy]) => {
    if (expected.deleted.has(id)) return false;
    return !seen.runs.some((run) => run.id === id && run.figure === accuracy);
  });
}
