// The study's form: what is varied, over which values, how often, on how many
// workers. Checks nothing; the engine does.

import { el, set_text } from "../../ui/dom.js";
import { default_workers } from "../../engine/pool.js";
import { FACTORS } from "./factors.js";

/** @import { Factor } from "../../pkg/ndarray/inkling.js" */

/**
 * @typedef {object} FormValues
 * @property {Factor} factor
 * @property {string} values
 * @property {number} seeds_per_value
 * @property {number} workers
 */

/**
 * The form's elements and how to read them.
 * @param {{ on_change: () => void, on_run: () => void, on_stop: () => void }} listeners
 */
export function study_form(listeners) {
  const factor = el("select", { id: "study-factor" });
  for (const one of FACTORS) factor.append(el("option", { value: one.factor }, one.label));
  const values = el("input", {
    type: "text",
    id: "study-values",
    "aria-describedby": "study-values-hint",
    autocomplete: "off",
    spellcheck: false,
  });
  const seeds = el("input", {
    type: "number",
    id: "study-seeds",
    min: 1,
    max: 10,
    step: 1,
    value: 1,
  });
  const workers = el("input", {
    type: "number",
    id: "study-workers",
    min: 1,
    max: 64,
    step: 1,
    value: default_workers("ndarray"),
    "aria-describedby": "study-workers-hint",
  });
  const hint = el("p", { class: "hint", id: "study-values-hint" });
  const workers_hint = el("p", { class: "hint", id: "study-workers-hint" });
  const baseline = el("p", { class: "hint", id: "study-baseline" });
  const notes = el("ul", { class: "study-notes hint" });
  const error = el("p", { class: "wrong", role: "alert", hidden: true });
  const run = el("button", { type: "submit", class: "primary" }, "Run study");
  const stop = el("button", { type: "button", disabled: true }, "Stop study");

  const form = el(
    "form",
    { class: "study-form", novalidate: true, "aria-label": "Study settings" },
    field("Factor", factor),
    field("Values", values),
    hint,
    el("div", { class: "study-pair" }, field("Seeds per value", seeds), field("Workers", workers)),
    workers_hint,
    baseline,
    notes,
    error,
    el("div", { class: "buttons" }, run, stop),
  );

  const chosen = () => FACTORS.find((one) => one.factor === factor.value) ?? FACTORS[0];
  const fill = () => {
    const one = chosen();
    if (!one) return;
    values.value = one.values;
    set_text(hint, one.hint);
  };
  fill();

  factor.addEventListener("change", () => {
    fill();
    listeners.on_change();
  });
  for (const input of [values, seeds, workers])
    input.addEventListener("input", listeners.on_change);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    listeners.on_run();
  });
  stop.addEventListener("click", listeners.on_stop);

  return {
    form,
    /** @returns {FormValues} */
    read: () => ({
      factor: /** @type {Factor} */ (factor.value),
      values: values.value,
      seeds_per_value: seeds.value.trim() === "" ? NaN : Number(seeds.value),
      workers: workers.value.trim() === "" ? NaN : Number(workers.value),
    }),
    /** @param {string[]} sentences */
    show_notes(sentences) {
      notes.replaceChildren(...sentences.map((sentence) => el("li", {}, sentence)));
    },
    /** @param {string} sentence what everything else is held at */
    show_baseline(sentence) {
      set_text(baseline, sentence);
    },
    /** @param {string} sentence */
    show_workers(sentence) {
      set_text(workers_hint, sentence);
    },
    /** @param {string} message empty for none */
    show_error(message) {
      error.hidden = message === "";
      set_text(error, message);
      const wrong = /^(values|seeds per value|workers)\b/.exec(message)?.[1];
      values.setAttribute("aria-invalid", String(wrong === "values"));
      seeds.setAttribute("aria-invalid", String(wrong === "seeds per value"));
      workers.setAttribute("aria-invalid", String(wrong === "workers"));
    },
    /** @param {boolean} is_running */
    set_running(is_running) {
      run.disabled = is_running;
      stop.disabled = !is_running;
      for (const input of [factor, values, seeds, workers]) input.disabled = is_running;
    },
  };
}

/**
 * @param {string} label
 * @param {HTMLInputElement | HTMLSelectElement} input
 */
function field(label, input) {
  return el("div", { class: "field" }, el("label", { for: input.id }, label), input);
}
