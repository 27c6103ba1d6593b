// What a table leaves open, asked with pictures: which column holds the labels.

import { digit_at, digit_canvas } from "../../ui/digit.js";
import { by_id, el, set_text } from "../../ui/dom.js";

/** @import { Actions } from "../../app/actions.js" */
/** @import { PageState, View } from "../../app/state.js" */

/**
 * @param {View<PageState>} state
 * @param {Pick<Actions, "answer_question" | "leave_question">} actions
 */
export function create_question_view(state, actions) {
  const box = by_id("data-question", HTMLElement);
  const sentence = by_id("data-question-told", HTMLElement);
  const select = by_id("label-column", HTMLSelectElement);
  const samples = by_id("label-samples", HTMLElement);

  const draw = () => {
    const choice = state.get().question?.choices[select.selectedIndex];
    if (!choice) return;
    const size = choice.side * choice.side;
    const count = Math.floor(choice.pixels.length / size);
    const tiles = Array.from({ length: count }, (_, at) => {
      const label = choice.labels[at];
      const name = label === undefined ? "an image without a label" : `an image labelled ${label}`;
      return el(
        "li",
        {},
        digit_canvas(digit_at(choice.pixels, at, size), name),
        el("span", {}, label ?? "–"),
      );
    });
    samples.replaceChildren(...tiles);
  };

  state.watch(["question"], ({ question }) => {
    box.hidden = !question;
    if (!question) return;
    set_text(
      sentence,
      `${question.is_test ? "The test set " : ""}${question.name} does not say which column holds the labels. Do these images look right, each over its label?`,
    );
    select.replaceChildren(
      ...question.choices.map(({ label_column, words }) =>
        el("option", { value: String(label_column) }, words),
      ),
    );
    select.selectedIndex = 0;
    draw();
    // Who picked a test set looks elsewhere.
    select.focus({ preventScroll: !question.is_test });
  });
  select.addEventListener("change", draw);
  by_id("answer-question", HTMLButtonElement).addEventListener("click", () =>
    actions.answer_question(Number(select.value)),
  );
  by_id("leave-question", HTMLButtonElement).addEventListener("click", () =>
    actions.leave_question(),
  );
}
