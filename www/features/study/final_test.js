// The final test: one press, what it came to, and why it cannot be pressed. Decides
// nothing.

import { el, set_text } from "../../ui/dom.js";
import { why_not_test } from "../../app/final_test.js";

/** @import { PageState, View } from "../../app/state.js" */
/** @import { StudyActions } from "../../app/studies.js" */
/** @import { StudyState } from "../../app/study_state.js" */

const ABOUT =
  "The winner was chosen on the validation part, which flatters it: the best of several is partly luck. Here it is trained once more, to the same weights, and reads a test set that nothing was chosen by. One look is the test; each further look is counted, and the report says so.";

/** @param {StudyState} state */
function winner_words({ record, reading }) {
  if (!record || !reading?.winner) return "";
  return `The winner of ${record.name} is ${reading.winner.label}.`;
}

/**
 * @param {{ page: View<PageState>, studies: View<StudyState>, actions: StudyActions }} parts
 */
export function final_test({ page, studies, actions }) {
  const test = el("button", { type: "button" }, "Test the winner");
  const stop = el("button", { type: "button", hidden: true }, "Stop test");
  const told = el("p", { class: "hint", role: "status", "aria-label": "Final test status" });
  const sentences = el("div");
  test.addEventListener("click", actions.test_winner);
  stop.addEventListener("click", actions.stop_test);
  const element = el(
    "div",
    { class: "final-test" },
    el("p", { class: "hint" }, ABOUT),
    el("div", { class: "buttons" }, test, stop),
    told,
    sentences,
  );

  const show = () => {
    const state = studies.get();
    const is_testing = state.phase === "testing";
    const had_focus = document.activeElement;
    const why = why_not_test(page.get(), state);
    test.disabled = why !== "";
    stop.hidden = !is_testing;
    set_text(told, state.test_told || (is_testing ? "" : why || winner_words(state)));
    // The button that was pressed goes dead: the keyboard's place moves on with the work.
    if (is_testing && (had_focus === test || had_focus === document.body)) stop.focus();
    if (!is_testing && had_focus === stop) test.focus();
  };
  studies.watch(["phase", "record", "reading", "elsewhere", "test_told"], show);
  page.watch(["test", "data", "run", "loading", "is_tuning"], show);
  studies.watch(["reading"], ({ reading }) => {
    const all = reading?.final_test ?? [];
    sentences.replaceChildren(...all.map((sentence) => el("p", {}, sentence)));
  });
  return element;
}
