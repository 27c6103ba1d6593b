// The form of the settings: built from `SETTINGS`, each in the place of its group, always showing what the state holds,
// marked where a number cannot be read or the engine refuses one.

import { announce, by_id, el, set_text } from "../../ui/dom.js";
import {
  DEFAULTS,
  SETTINGS,
  choice_words,
  differing_settings,
  setting_of_fault,
  words_of,
} from "../../base/settings.js";
import { task_of } from "../../base/task.js";
import { Field } from "./field.js";
import { text_of, with_label } from "./typed.js";

/** @import { TaskSummary } from "../../pkg/ndarray/inkling.js" */
/** @import { PageState, View } from "../../app/state.js" */
/** @import { Fault } from "../../base/fault.js" */
/** @import { Settings } from "../../base/settings.js" */

/**
 * What a run is.
 * @param {TaskSummary} task
 * @param {Settings} config
 */
function general_hint({ normalisation }, config) {
  // A set's own stand with the set, once its training part is known.
  const how = normalisation
    ? `as (x / 255 − ${normalisation.mean}) / ${normalisation.deviation}`
    : "by the training part’s mean and deviation";
  const rule = config.optimiser === "sgd" ? "Plain SGD" : choice_words("optimiser", config);
  return `${rule} on pixels normalised ${how}. Point at a setting to read of it.`;
}

/** The focus leaves one field and enters the next within this time. */
const STEP_MS = 100;

/**
 * A line that explains the setting pointed at, or says what is wrong with one.
 * @typedef {{ element: HTMLElement, rest: string }} Line
 */

/**
 * @param {View<PageState>} state
 * @param {{ change_settings: (patch: Partial<Settings>, typed: Fault | null) => void }} actions `typed` is what is wrong with a number as it is written, of which the engine hears only that there is none
 */
export function create_settings_form(state, actions) {
  /** @type {{ field: Field, line: Line }[]} */
  const parts = [];
  /** @type {Line} */
  const explain = { element: by_id("explain", HTMLElement), rest: "" };
  /** @type {Line[]} */
  const lines = [explain];
  /** When something was last said of a number that was typed. */
  let settled_ms = -Infinity;

  for (const box of document.querySelectorAll("[data-settings]")) {
    const place = box.getAttribute("data-settings");
    const own = el("p", { class: "hint below", "aria-hidden": "true" });
    const line = box.classList.contains("run-fields") ? explain : { element: own, rest: "" };
    for (const setting of SETTINGS.filter(({ group }) => group === place)) {
      const field = new Field(setting);
      box.append(field.element);
      parts.push({ field, line });
      listen(field, line);
    }
    if (line === explain) continue;
    box.append(own);
    lines.push(line);
  }

  state.watch(["config"], ({ config }) => {
    for (const { field } of parts) {
      const { key, stands_for } = field.setting;
      field.show(config[key]);
      if (stands_for) field.show_default(text_of(config[stands_for]));
    }
    show_faults();
  });
  state.watch(["plan_fault"], show_faults);
  state.watch(["data", "config"], ({ data, config }) => {
    const before = explain.rest;
    explain.rest = general_hint(task_of(data), config);
    if (explain.element.textContent === before) set_text(explain.element, explain.rest);
  });

  fold_more(state);
  for (const button of document.querySelectorAll(".fold")) {
    button.addEventListener("click", () => {
      const box = document.getElementById(button.getAttribute("aria-controls") ?? "");
      const open = box?.classList.toggle("open") ?? false;
      button.setAttribute("aria-expanded", String(open));
    });
  }

  /**
   * @param {Field} field
   * @param {Line} line
   */
  function listen(field, line) {
    const { setting, control } = field;
    /** @param {string} words */
    const tell = (words) => {
      if (!line.element.classList.contains("wrong")) set_text(line.element, words);
    };
    control.addEventListener("input", () => {
      const patch = /** @type {Partial<Settings>} */ ({ [setting.key]: field.read().value });
      actions.change_settings(patch, first_typed_fault());
      // The value may be no number as before, and yet be written otherwise.
      show_faults();
      const told = field.reading();
      if (told) tell(`${setting.label}: ${told}`);
    });
    control.addEventListener("change", () => {
      const told = field.settle();
      if (!told) return;
      tell(`${setting.label}: ${told}`);
      announce(`${setting.label}: ${told}`);
      settled_ms = performance.now();
    });
    const show_hint = () => tell(`${setting.label}. ${setting.hint}`);
    field.element.addEventListener("pointerenter", show_hint);
    control.addEventListener("focus", () => {
      // The step to the next field does not put away what was said of the last one.
      if (performance.now() - settled_ms > STEP_MS) show_hint();
    });
  }

  /** @returns {Fault | null} */
  function first_typed_fault() {
    for (const { field } of parts) {
      const { fault } = field.read();
      if (fault) return fault;
    }
    return null;
  }

  /** What is written comes before what the engine says of it: it was told of no number. */
  function show_faults() {
    const { plan_fault } = state.get();
    const planned = plan_fault ? setting_of_fault(plan_fault) : null;
    /** @type {Map<Line, Fault>} */
    const told = new Map();
    for (const { field, line } of parts) {
      const own = field.setting === planned ? with_label(field.setting.label, plan_fault) : null;
      const fault = field.read().fault ?? own;
      field.show_fault(fault);
      if (fault && !told.has(line)) told.set(line, fault);
    }
    for (const line of lines) {
      const fault = told.get(line);
      const was_wrong = line.element.classList.contains("wrong");
      line.element.classList.toggle("wrong", fault !== undefined);
      if (fault) set_text(line.element, fault.message);
      else if (was_wrong) set_text(line.element, reading_on(line) || line.rest);
    }
  }

  /** What the number being typed is read as, which a fault before it kept from being said. @param {Line} line */
  function reading_on(line) {
    const typed = parts.find(
      (part) => part.line === line && part.field.control === document.activeElement,
    );
    const told = typed?.field.reading();
    return typed && told ? `${typed.field.setting.label}: ${told}` : "";
  }
}

/**
 * What is seldom set stands folded away; the fold says what in it is not as usual.
 * @param {View<PageState>} state
 */
function fold_more(state) {
  const box = by_id("more-fields", HTMLElement);
  const told = by_id("more-told", HTMLElement);
  const button = document.querySelector('[aria-controls="more-fields"]');
  const inside = SETTINGS.filter(({ group }) => group === "more");
  const open = (/** @type {boolean} */ is_open) => {
    box.hidden = !is_open;
    button?.setAttribute("aria-expanded", String(is_open));
  };
  button?.addEventListener("click", () => open(box.hidden !== false));
  state.watch(["plan_fault"], ({ plan_fault }) => {
    // What is wrong must be in sight.
    const wrong = plan_fault && setting_of_fault(plan_fault);
    if (wrong && inside.includes(wrong)) open(true);
  });
  let was_usual = true;
  state.watch(["config"], ({ config }) => {
    const unusual = differing_settings(DEFAULTS, config).filter((one) => inside.includes(one));
    // What a run differs in is in sight from then on; whoever folds it away has seen it.
    if (was_usual && unusual.length > 0) open(true);
    was_usual = unusual.length === 0;
    set_text(told, unusual.map((one) => words_of(one, config)).join(", "));
  });
}
