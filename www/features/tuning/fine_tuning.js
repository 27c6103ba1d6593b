// Fine-tuning on the digits a person kept: the buttons that ask for it and for the way
// back, and what came of it. The learning is the controller's.

import { by_id, set_text } from "../../ui/dom.js";
import { is_active, model_task } from "../../app/state.js";
import { keeps_digits, task_of } from "../../base/task.js";

/** @import { Actions } from "../../app/actions.js" */
/** @import { PageState, View } from "../../app/state.js" */
/** @import { Digits } from "./kept_digits.js" */

/**
 * @param {View<PageState>} state
 * @param {Pick<Actions, "tune" | "untune">} actions
 * @param {{ digits: Pick<Digits, "all" | "on_change"> }} parts
 */
export function create_fine_tuning(state, actions, { digits }) {
  const button = by_id("fine-tune", HTMLButtonElement);
  const undo = by_id("fine-tune-undo", HTMLButtonElement);
  const told = by_id("fine-tune-result", HTMLElement);
  const box = by_id("kept-digits", HTMLElement);
  let was_pressed = false;

  const update = () => {
    const { data, run, model, is_tuning, can_untune } = state.get();
    const had_focus = document.activeElement === button || document.activeElement === undo;
    if (is_tuning && had_focus) was_pressed = true;
    const can = data !== null && model !== null && !is_active(run) && !is_tuning;
    // Drawings are kept as MNIST's are; no other task learns from them.
    box.hidden = !keeps_digits(model ? model_task(model) : task_of(data));
    button.hidden = digits.all().length === 0;
    button.disabled = undo.disabled = !can;
    undo.hidden = !can_untune;
    if (!was_pressed || is_tuning) return;
    // What was pressed went dead meanwhile, or away: the keyboard's place comes back.
    was_pressed = false;
    const { activeElement } = document;
    if (had_focus || activeElement === document.body) button.focus({ preventScroll: true });
  };
  state.watch(["data", "run", "model", "is_tuning", "can_untune"], update);
  digits.on_change(update);
  state.watch(["tuning_told"], ({ tuning_told }) => {
    set_text(told, tuning_told);
    told.hidden = tuning_told === "";
  });
  button.addEventListener("click", () => actions.tune(digits.all()));
  undo.addEventListener("click", () => actions.untune());
}
