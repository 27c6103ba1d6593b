// Below the bench: how well the newest model reads images it never trained on,
// the validation part or a test set, and what goes in and out as files. Asks for
// probabilities and figures; computes none of them.

import { digit_image } from "../data/view.js";
import { chart_menu } from "../../plot/chart_menu.js";
import { announce, by_id, download, el, message_of, set_text, svg } from "../../ui/dom.js";
import * as format from "../../base/format.js";
import { confident_mistakes, rows_of_cell, submission_csv } from "../../base/ink.js";
import { create_menu } from "../../ui/menu.js";
import { has_model, is_active } from "../../app/state.js";
import { draw_first_layer, first_layer_width } from "../../plot/weights_view.js";

/** @import { Evaluation, LoadProgress, ModelSummary } from "../../pkg/ndarray/inkling.js" */
/** @import { PageState, Store } from "../../app/state.js" */
/** @import { LoadedData } from "../../engine/trainer.js" */
/** @import { Images } from "../../worker/worker.js" */
/** @import { ModelFormat } from "../../worker/model.js" */

/** Rows asked for at once: a worker that trains or draws in between stays quick. */
const CHUNK = 2000;
const MOST_IMAGES = 24;

/** @type {Record<ModelFormat, string>} */
const ENDINGS = { safetensors: "safetensors", burnpack: "bpk", onnx: "onnx" };

/**
 * @typedef {object} EvaluationActions
 * @property {() => Promise<Uint32Array | null>} validation_rows
 * @property {(rows: number[]) => Promise<Images>} images
 * @property {(rows: number[]) => Promise<Float32Array | null>} predict_rows
 * @property {(pixels: Uint8Array) => Promise<Float32Array | null>} predict_pixels
 * @property {(probabilities: Float32Array, labels: Uint8Array) => Promise<Evaluation>} evaluate
 * @property {(files: File[], on_progress: (progress: LoadProgress) => void) => Promise<LoadedData>} read_file
 * @property {() => Promise<Float32Array | null>} weights flat parameters of the newest model
 * @property {(format: ModelFormat) => Promise<Uint8Array<ArrayBuffer>>} save_model the newest model as a file
 * @property {(file: File) => Promise<void>} load_model makes a file's model the newest
 */

/**
 * Readings of a set, in its order.
 * @typedef {object} Readings
 * @property {Uint8Array} labels
 * @property {Float32Array} probabilities
 * @property {(places: number[]) => Promise<Uint8Array>} pixels of some of the images
 */

/**
 * @param {Store<PageState>} store
 * @param {EvaluationActions} actions
 */
export function create_evaluation_view(store, actions) {
  const button = by_id("evaluate", HTMLButtonElement);
  const status = by_id("evaluation-status", HTMLElement);
  const box = by_id("evaluation-view", HTMLElement);
  const confusion = by_id("confusion", HTMLTableElement);
  const gallery = by_id("gallery", HTMLElement);
  const gallery_title = by_id("gallery-title", HTMLElement);
  const classes = by_id("class-figures", HTMLTableElement);
  const calibration = by_id("calibration", HTMLElement);
  const first_layer = by_id("first-layer", HTMLElement);
  const test_picker = by_id("test-csv", HTMLInputElement);
  const test_status = by_id("test-status", HTMLElement);
  const submit = by_id("download-submission", HTMLButtonElement);
  const model_picker = by_id("model-file", HTMLInputElement);
  const save = by_id("download-model", HTMLButtonElement);
  const other_formats = create_menu(
    { text: "Other formats", label: "Download model: other formats" },
    [
      { text: ".bpk for burn", press: () => save_model("burnpack") },
      { text: ".onnx for ONNX Runtime", press: () => save_model("onnx") },
    ],
  );
  save.after(other_formats);
  /** What the charts show, and of which images. @type {{ figures: Evaluation, about: string } | null} */
  let shown_now = null;
  const shown_files = async () => {
    if (!shown_now) throw new Error("nothing is evaluated yet");
    return { files: await import("./files.js"), ...shown_now };
  };
  by_id("confusion-head", HTMLElement).append(
    chart_menu("Confusion matrix", async () => {
      const { files, figures, about } = await shown_files();
      return files.confusion_files(figures, about);
    }),
  );
  by_id("calibration-head", HTMLElement).append(
    chart_menu("Reliability", async () => {
      const { files, figures, about } = await shown_files();
      return files.reliability_files(figures, about);
    }),
  );
  /** A set to test on, in place of the validation part. @type {LoadedData | null} */
  let test = null;
  let is_busy = false;
  /** What the last action said; it stands until the next one or a change of model or data. */
  let told = "";

  const update = () => {
    const { run, data, model, tuned_from } = store.get();
    const is_running = is_active(run);
    const can_read = has_model(store.get());
    const on_test = test !== null && test.summary.has_labels;
    const is_stale = !on_test && !(data && (model || run.data_checksum === data.checksum));
    button.disabled = is_busy || is_running || !can_read || is_stale;
    submit.disabled = is_busy || is_running || !can_read || test === null;
    save.disabled = is_busy || is_running || !can_read;
    for (const format of other_formats.querySelectorAll("button")) format.disabled = save.disabled;
    test_picker.disabled = model_picker.disabled = is_busy || is_running;
    if (is_busy) return;
    if (is_running) {
      // What is shown belongs to the model before this one.
      box.hidden = true;
      set_text(status, "A run is under way; evaluate its model when it has ended.");
    } else if (told) set_text(status, told);
    else if (!box.hidden) return;
    else if (!can_read) {
      set_text(status, "Train first; then see which digits are confused, and how sure it was.");
    } else if (is_stale && model) {
      set_text(
        status,
        `${model_words(model, tuned_from !== null)} Load data or a test CSV to evaluate it.`,
      );
    } else if (is_stale) {
      set_text(status, "The data has changed since this model was trained. Train again.");
    } else {
      const loaded = model ? `${model_words(model, tuned_from !== null)} ` : "";
      set_text(status, `${loaded}Press Evaluate to see what is confused with what.`);
    }
  };
  // What is shown belongs to the model before.
  store.watch(["model"], () => (box.hidden = true));
  store.watch(["run", "data", "model"], () => {
    told = "";
    update();
  });

  /** One thing at a time; what goes wrong is said in the status. @param {() => Promise<void>} work */
  const busy = async (work) => {
    if (is_busy) return;
    is_busy = true;
    told = "";
    update();
    try {
      await work();
    } catch (error) {
      told = message_of(error);
      announce(told);
    } finally {
      is_busy = false;
      update();
    }
  };

  /** @param {number} done @param {number} total */
  const tell_reading = (done, total) =>
    set_text(status, `Reading image ${format.count(done)} of ${format.count(total)}`);

  const evaluate = async () => {
    const { model, tuned_from } = store.get();
    const part = model && !tuned_from ? "Validation part of these settings" : "Validation part";
    const name = test?.summary.has_labels ? test.summary.name : part;
    const readings = test?.summary.has_labels
      ? await read_test(test, actions, tell_reading)
      : await read_validation(actions, tell_reading);
    const figures = await actions.evaluate(readings.probabilities, readings.labels);
    draw_confusion(confusion, figures, (truth, said) => {
      const found = rows_of_cell(readings.probabilities, readings.labels, truth, said);
      show(
        readings,
        found,
        truth === said ? `Rightly read as ${said}` : `${truth} read as ${said}`,
      );
    });
    fill_classes(classes, figures);
    draw_calibration(calibration, figures);
    const weights = await actions.weights();
    if (weights) draw_first_layer(first_layer, weights, first_layer_width(store.get()));
    const worst = confident_mistakes(readings.probabilities, readings.labels);
    await show(readings, worst, "Wrong, and most sure of it");
    shown_now = { figures, about: name };
    box.hidden = false;
    told =
      `${name} · accuracy ${format.percent(figures.accuracy)} · ` +
      `${format.counted(figures.num_rows, "image")}, ${format.count(figures.num_rows - figures.num_correct)} wrong · ` +
      `95 % interval ${(figures.interval_low * 100).toFixed(2)} to ${format.percent(figures.interval_high)} · ` +
      `loss ${format.loss(figures.loss)}`;
  };
  button.addEventListener("click", () => void busy(evaluate));

  test_picker.addEventListener("change", () => {
    const files = Array.from(test_picker.files ?? []);
    test_picker.value = "";
    if (files.length === 0) return;
    void busy(async () => {
      const name = files.map((file) => file.name).join(" and ");
      let is_over = false;
      try {
        test = await actions.read_file(files, ({ rows }) => {
          // Progress comes through a port of its own and may arrive after the end.
          if (is_over) return;
          set_text(test_status, `${name}: ${format.counted(rows, "row")} so far`);
        });
        is_over = true;
        box.hidden = true;
        const { summary } = test;
        const use = summary.has_labels
          ? "Evaluate now reads these."
          : "No labels, so there is nothing to score; Download submission predicts them.";
        set_text(
          test_status,
          `${summary.name}: ${format.counted(summary.num_rows, "row")}. ${use}`,
        );
      } catch (error) {
        is_over = true;
        const kept = test ? ` Still loaded: ${test.summary.name}.` : "";
        const message = message_of(error);
        const told = message.startsWith(name) ? message : `${name}: ${message}`;
        set_text(test_status, `${told.replace(/\.$/, "")}.${kept}`);
      }
      announce(test_status.textContent ?? "");
    });
  });

  submit.addEventListener("click", () => {
    const wanted = test;
    if (!wanted) return;
    void busy(async () => {
      const { probabilities } = await read_test(wanted, actions, tell_reading);
      download(new Blob([submission_csv(probabilities)], { type: "text/csv" }), "submission.csv");
      told = `submission.csv holds ${format.counted(wanted.summary.num_rows, "row")}.`;
    });
  });

  const save_model = (/** @type {ModelFormat} */ format) =>
    void busy(async () => {
      download(new Blob([await actions.save_model(format)]), `inkling.${ENDINGS[format]}`);
    });
  save.addEventListener("click", () => save_model("safetensors"));
  model_picker.addEventListener("change", () => {
    const file = model_picker.files?.[0];
    model_picker.value = "";
    if (!file) return;
    void busy(async () => {
      await actions.load_model(file);
      announce(`${file.name} is loaded`);
    });
  });

  /**
   * @param {Readings} readings
   * @param {number[]} places indices into the readings
   * @param {string} title
   */
  const show = async ({ labels, probabilities, pixels: pixels_of }, places, title) => {
    const shown = places.slice(0, MOST_IMAGES);
    const pixels = await pixels_of(shown);
    const some = shown.length < places.length ? `${shown.length} of ` : "";
    set_text(gallery_title, `${title}: ${some}${format.counted(places.length, "image")}`);
    gallery.replaceChildren(
      ...shown.map((place, at) => {
        const canvas = el("canvas", { width: 28, height: 28, role: "img" });
        const own = probabilities.subarray(place * 10, place * 10 + 10);
        const said = own.indexOf(Math.max(...own));
        const truth = labels[place] ?? 0;
        const sure = format.percent(own[said] ?? 0, 1).replace(" ", "\u00a0");
        canvas.setAttribute("aria-label", `A ${truth}, read as ${said} with ${sure}`);
        canvas
          .getContext("2d")
          ?.putImageData(digit_image(pixels.subarray(at * 784, at * 784 + 784)), 0, 0);
        const words = said === truth ? `${said}, ${sure}` : `says ${said}, ${sure}; is ${truth}`;
        return el("li", {}, canvas, el("span", { "aria-hidden": "true" }, words));
      }),
    );
    if (shown.length === 0) gallery.append(el("li", { class: "hint" }, "None."));
  };
}

/**
 * A loaded model in a sentence: `The model from the file, 784 → 128 → 10, is loaded.`
 * @param {ModelSummary} model
 * @param {boolean} is_tuned
 */
function model_words({ layers, layer_norm }, is_tuned) {
  const widths = [784, ...layers.map((layer) => layer.num_outputs)].join(" → ");
  if (is_tuned) return "This is the fine-tuned model.";
  return `The model from the file, ${widths}${layer_norm ? " with layer normalisation" : ""}, is loaded.`;
}

/**
 * @param {EvaluationActions} actions
 * @param {(done: number, total: number) => void} on_progress
 * @returns {Promise<Readings>}
 */
async function read_validation(actions, on_progress) {
  const rows = Array.from((await actions.validation_rows()) ?? []);
  if (rows.length === 0)
    throw new Error("This model has no validation part here; load a test CSV.");
  const labels = new Uint8Array(rows.length);
  const probabilities = new Float32Array(rows.length * 10);
  for (let from = 0; from < rows.length; from += CHUNK) {
    const part = rows.slice(from, from + CHUNK);
    labels.set((await actions.images(part)).labels, from);
    probabilities.set(model_said(await actions.predict_rows(part)), from * 10);
    on_progress(from + part.length, rows.length);
  }
  const pixels = async (/** @type {number[]} */ places) =>
    (await actions.images(places.map((place) => rows[place] ?? 0))).pixels;
  return { labels, probabilities, pixels };
}

/**
 * @param {LoadedData} test
 * @param {EvaluationActions} actions
 * @param {(done: number, total: number) => void} on_progress
 * @returns {Promise<Readings>}
 */
async function read_test({ summary, blob }, actions, on_progress) {
  const { num_rows } = summary;
  const bytes = async (/** @type {number} */ from, /** @type {number} */ to) =>
    new Uint8Array(await blob.slice(from, to).arrayBuffer());
  const probabilities = new Float32Array(num_rows * 10);
  for (let from = 0; from < num_rows; from += CHUNK) {
    const to = Math.min(num_rows, from + CHUNK);
    const part = await bytes(from * 784, to * 784);
    probabilities.set(model_said(await actions.predict_pixels(part)), from * 10);
    on_progress(to, num_rows);
  }
  const labels = await bytes(num_rows * 784, blob.size);
  const pixels = async (/** @type {number[]} */ places) => {
    const all = new Uint8Array(places.length * 784);
    for (const [at, place] of places.entries()) {
      all.set(await bytes(place * 784, place * 784 + 784), at * 784);
    }
    return all;
  };
  return { labels, probabilities, pixels };
}

/** @param {Float32Array | null} probabilities */
function model_said(probabilities) {
  if (!probabilities) throw new Error("There is no trained model any more. Train again.");
  return probabilities;
}

/**
 * Rows are what an image is, columns what was read; a cell opens its images.
 * @param {HTMLTableElement} table
 * @param {Evaluation} figures
 * @param {(truth: number, said: number) => void} open
 */
function draw_confusion(table, { confusion }, open) {
  const digits = Array.from({ length: 10 }, (_, digit) => digit);
  const head = el(
    "tr",
    {},
    el("td"),
    ...digits.map((digit) => el("th", { scope: "col" }, `${digit}`)),
  );
  const most = Math.max(...confusion.map((n, at) => (at % 11 === 0 ? 0 : n)), 1);
  const body = digits.map((truth) => {
    const of_it = digits.reduce((sum, said) => sum + (confusion[truth * 10 + said] ?? 0), 0);
    const cells = digits.map((said) => {
      const n = confusion[truth * 10 + said] ?? 0;
      if (n === 0) return el("td");
      const words = `${format.counted(n, "image")} of ${truth} read as ${said}`;
      const button = el("button", { type: "button", "aria-label": words }, format.count(n));
      button.addEventListener("click", () => open(truth, said));
      // Right ones by their share of the digit, wrong ones against the worst cell.
      const share = truth === said ? (n / Math.max(1, of_it)) * 0.3 : 0.08 + (n / most) * 0.34;
      const colour = truth === said ? "--train" : "--valid";
      button.style.background = `color-mix(in srgb, var(${colour}) ${Math.round(share * 100)}%, var(--paper))`;
      return el("td", {}, button);
    });
    return el("tr", {}, el("th", { scope: "row" }, `${truth}`), ...cells);
  });
  (table.tHead ?? table.createTHead()).replaceChildren(head);
  (table.tBodies[0] ?? table.createTBody()).replaceChildren(...body);
}

/**
 * @param {HTMLTableElement} table
 * @param {Evaluation} figures
 */
function fill_classes(table, { classes }) {
  const body = table.tBodies[0] ?? table.createTBody();
  body.replaceChildren(
    ...classes.map(({ digit, num_rows, precision, recall, f1 }) =>
      el(
        "tr",
        {},
        el("th", { scope: "row" }, `${digit}`),
        el("td", {}, format.count(num_rows)),
        ...[precision, recall, f1].map((share) => el("td", {}, format.percent(share))),
      ),
    ),
  );
}

/**
 * How often it was right when it was so sure: on the diagonal is honest.
 * @param {HTMLElement} box
 * @param {Evaluation} figures
 */
function draw_calibration(box, { calibration, calibration_error }) {
  const side = 180;
  const words = calibration
    .filter((bin) => bin.num_rows > 0)
    .map(
      (bin) =>
        `${format.percent(bin.confidence, 0)} sure, ${format.percent(bin.accuracy, 0)} right`,
    );
  const picture = svg("svg", {
    viewBox: `-44 -8 ${side + 70} ${side + 44}`,
    role: "img",
    "aria-label": `Reliability: ${words.join("; ")}`,
  });
  for (const share of [0, 0.5, 1]) {
    const at = side * (1 - share);
    picture.append(
      svg("line", { class: "grid", x1: 0, x2: side, y1: at, y2: at }),
      svg("text", { class: "minor end", x: -6, y: at + 4 }, `${share * 100} %`),
      svg("text", { class: "minor", x: side * share, y: side + 15 }, `${share * 100} %`),
    );
  }
  picture.append(svg("line", { class: "diagonal", x1: 0, y1: side, x2: side, y2: 0 }));
  const points = calibration.filter((bin) => bin.num_rows > 0);
  const most = Math.max(...points.map((bin) => bin.num_rows));
  const place = (/** @type {Evaluation["calibration"][number]} */ bin) =>
    /** @type {const} */ ([bin.confidence * side, (1 - bin.accuracy) * side]);
  picture.append(
    svg("path", {
      class: "course",
      d: points.map((bin, at) => `${at ? "L" : "M"}${place(bin).join(" ")}`).join(""),
    }),
    ...points.map((bin) => {
      const [cx, cy] = place(bin);
      // The area tells how many images stand behind a point.
      const r = 2.5 + 4 * Math.sqrt(bin.num_rows / most);
      const title = `${format.counted(bin.num_rows, "image")}: ${format.percent(bin.confidence)} sure, ${format.percent(bin.accuracy)} right`;
      return svg("circle", { class: "point", cx, cy, r }, svg("title", {}, title));
    }),
    svg("text", { class: "minor", x: side / 2, y: side + 30 }, "how sure it was"),
  );
  box.replaceChildren(
    picture,
    el(
      "p",
      { class: "hint" },
      `Right as often as it was sure lies on the line. Calibration error ${format.percent(calibration_error)}.`,
    ),
  );
}
