// The study's form: what is varied, over which values, how often, on how many workers.
// Shows what the state holds; checks nothing, the engine does.

import { el, set_text } from "../../ui/dom.js";
import { read_number } from "../../base/number.js";
import { default_workers } from "../../engine/pool.js";
import {
  FACTORS,
  MOST_SEEDS,
  MOST_WORKERS,
  factor_words,
  held_description,
} from "../../app/factors.js";
import { is_study_active } from "../../app/study_state.js";
import { rate_test } from "./rate_test.js";
import { about_plan } from "./status.js";

/** @import { Factor } from "../../pkg/ndarray/inkling.js" */
/** @import { PageState, View } from "../../app/state.js" */
/** @import { StudyActions } from "../../app/studies.js" */
/** @import { StudyForm, StudyState } from "../../app/study_state.js" */

/**
 * @param {{ page: View<PageState>, studies: View<StudyState>, actions: StudyActions }} parts
 */
export function study_form({ page, studies, actions }) {
  const factor = el("select", { id: "study-factor" });
  for (const one of FACTORS) factor.append(el("option", { value: one.factor }, one.label));
  const values = el("input", {
    type: "text",
    id: "study-values",
    "aria-describedby": "study-values-hint",
    autocomplete: "off",
    spellcheck: "false",
  });
  const seeds = whole_number("study-seeds", MOST_SEEDS);
  const workers = whole_number("study-workers", MOST_WORKERS);
  workers.setAttribute("aria-describedby", "study-workers-hint");
  const vary_split = el("input", { type: "checkbox", id: "study-vary-split" });
  const split = el(
    "div",
    { class: "field is-flag" },
    vary_split,
    el("label", { for: vary_split.id }, "Draw a new split for each seed"),
  );
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
    rate_test({ studies, actions }),
    el("div", { class: "study-pair" }, field("Seeds per value", seeds), field("Workers", workers)),
    split,
    baseline,
    el("div", { class: "buttons" }, run, stop),
    // What comes a moment after each change stands below: it must not move a button from
    // under the pointer.
    error,
    workers_hint,
    notes,
  );

  /** @type {[Exclude<keyof StudyForm, "vary_split">, HTMLInputElement][]} */
  const inputs = [
    ["values", values],
    ["seeds_per_value", seeds],
    ["workers", workers],
  ];
  factor.addEventListener("change", () =>
    actions.change_form({ factor: /** @type {Factor} */ (factor.value) }),
  );
  for (const [key, input] of inputs) {
    input.addEventListener("input", () => actions.change_form({ [key]: input.value }));
  }
  vary_split.addEventListener("change", () =>
    actions.change_form({ vary_split: vary_split.checked }),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    actions.run();
  });
  stop.addEventListener("click", actions.stop);

  studies.watch(["form"], (state) => {
    if (factor.value !== state.form.factor) factor.value = state.form.factor;
    set_text(hint, factor_words(state.form.factor).hint);
    for (const [key, input] of inputs) {
      // Setting the same text would move the caret.
      if (input.value !== state.form[key]) input.value = state.form[key];
    }
    for (const input of [seeds, workers]) show_value(input);
    vary_split.checked = state.form.vary_split;
    // With one seed there is one split.
    split.hidden = state.form.seeds_per_value.trim() === "1";
    show_baseline();
  });
  page.watch(["config"], show_baseline);
  function show_baseline() {
    const { form, plan } = studies.get();
    const crossed = plan?.factor === form.factor ? (plan.crossed ?? []) : [];
    const held = held_description({ factor: form.factor, crossed }, page.get().config);
    set_text(baseline, `Everything else as on the bench: ${held}.`);
  }

  studies.watch(["plan"], show_baseline);
  studies.watch(["plan", "plan_fault"], show_plan);
  page.watch(["data"], show_plan);
  function show_plan() {
    const { plan, plan_fault } = studies.get();
    const is_right = plan !== null && plan_fault === null;
    const sentences = is_right ? plan.notes : [];
    notes.replaceChildren(...sentences.map((sentence) => el("li", {}, sentence)));
    const { data } = page.get();
    set_text(workers_hint, is_right ? about_plan(plan, data, default_workers("ndarray")) : "");
  }

  studies.watch(["plan_fault", "refusal"], ({ plan_fault, refusal }) => {
    const message = refusal || (plan_fault?.message ?? "");
    error.hidden = message === "";
    set_text(error, message);
    const place = plan_fault ? plan_fault.place || plan_fault.message : "";
    for (const [name, input] of /** @type {[string, HTMLInputElement][]} */ ([
      ["values", values],
      ["seeds per value", seeds],
      ["workers", workers],
    ])) {
      input.setAttribute("aria-invalid", String(place.toLowerCase().startsWith(name)));
    }
  });

  studies.watch(["phase"], (state) => {
    const is_busy = is_study_active(state);
    const had_focus = document.activeElement;
    run.disabled = is_busy;
    stop.disabled = !is_busy || state.phase === "stopping";
    for (const input of [factor, values, seeds, workers, vary_split]) input.disabled = is_busy;
    // A button that goes dead loses the keyboard's place.
    if (had_focus === stop && stop.disabled && !is_busy) run.focus({ preventScroll: true });
  });

  return form;
}

/**
 * A field for a whole number, stepped by the arrow keys. Not of the type `number`: that
 * drops a comma without a word, and 1,5 becomes 15.
 * @param {string} id
 * @param {number} most
 */
function whole_number(id, most) {
  const input = el("input", {
    type: "text",
    id,
    role: "spinbutton",
    inputmode: "numeric",
    autocomplete: "off",
    spellcheck: "false",
    "aria-valuemin": 1,
    "aria-valuemax": most,
  });
  input.addEventListener("keydown", (event) => {
    const by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    const { value } = read_number(input.value, { is_whole: true });
    if (by === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    if (!Number.isFinite(value)) return;
    event.preventDefault();
    input.value = String(Math.min(most, Math.max(1, value + by)));
    input.dispatchEvent(new Event("input", { bubbles: true }));
  });
  return input;
}

/** Tells whoever hears the page what the number is. @param {HTMLInputElement} input */
function show_value(input) {
  const { value } = read_number(input.value, { is_whole: true });
  if (Number.isFinite(value)) input.setAttribute("aria-valuenow", String(value));
  else input.removeAttribute("aria-valuenow");
}

/**
 * @param {string} label
 * @param {HTMLInputElement | HTMLSelectElement} input
 */
function field(label, input) {
  return el("div", { class: "field" }, el("label", { for: input.id }, label), input);
}
