// What the classes are called: a line of names that can be written over, and the names of
// a known set for a press. MNIST's digits need none of it.

import { MAX_NAME, is_name, known_set, task_of_set } from "../../base/known_sets.js";
import { line_of_names, names_of_line } from "../../base/names_line.js";
import { are_digits, task_of } from "../../base/task.js";
import { by_id, set_text } from "../../ui/dom.js";

/** @import { DataSummary } from "../../pkg/ndarray/inkling.js" */
/** @import { Actions } from "../../app/actions.js" */
/** @import { PageState, View } from "../../app/state.js" */

/**
 * @param {View<PageState>} state
 * @param {Pick<Actions, "use_task">} actions
 */
export function create_class_names_view(state, actions) {
  const box = by_id("class-names-box", HTMLDetailsElement);
  const field = by_id("class-names", HTMLInputElement);
  const fault = by_id("class-names-fault", HTMLElement);
  const press = by_id("use-known-set", HTMLButtonElement);

  state.watch(["data"], ({ data }) => {
    const task = task_of(data);
    const known = data && known_set({ ...data, task });
    box.hidden = !data?.has_labels || (!known && is_plain_mnist(data));
    box.open = known !== null || !are_digits(task.classes);
    field.value = line_of_names(task.classes);
    field.removeAttribute("aria-invalid");
    set_text(fault, "");
    press.hidden = !known;
    if (known) set_text(press, `Name them as in ${known.name}`);
  });

  field.addEventListener("change", () => {
    const { data } = state.get();
    if (!data) return;
    const task = task_of(data);
    const names = names_of_line(field.value);
    const wrong = why_not_named(names, task.classes.length);
    set_text(fault, wrong);
    field.setAttribute("aria-invalid", String(wrong !== ""));
    if (!wrong && names.some((name, at) => name !== task.classes[at])) {
      actions.use_task({ ...task, classes: names });
    }
  });
  press.addEventListener("click", () => {
    const { data } = state.get();
    const task = task_of(data);
    const known = data && known_set({ ...data, task });
    if (known) actions.use_task(task_of_set(task, known));
    field.focus({ preventScroll: true });
  });
}

/**
 * Whether a table is MNIST as Kaggle or the sample has it: then nobody asks for names.
 * @param {DataSummary} data
 */
function is_plain_mnist(data) {
  const { classes, normalisation } = task_of(data);
  const table = data.source?.table;
  const is_known = ["", "pixel0", "1x1"].includes(table?.pixel_name ?? "");
  const is_idx = !table && !/mnist/i.test(data.name);
  return normalisation !== undefined && are_digits(classes) && is_known && !is_idx;
}

/**
 * Why names cannot be taken, as the engine would say it; empty where they can.
 * @param {readonly string[]} names
 * @param {number} count
 */
function why_not_named(names, count) {
  if (names.length !== count) return `Found ${names.length} names, expected ${count}, one for each class.`;
  const empty = names.findIndex((name) => !is_name(name));
  if (empty >= 0) return `Name ${empty + 1} has no letter, or more than ${MAX_NAME}.`;
  const twice = names.findIndex((name, at) => names.indexOf(name) !== at);
  return twice >= 0 ? `“${names[twice]}” is there twice.` : "";
}
