// The boxes of a person's own words that are of no study: the introduction, the remarks on
// the baseline and the conclusion, each with the questions that help to write it.

import { el } from "../../ui/dom.js";

/** @import { View } from "../../app/state.js" */
/** @import { StudyActions } from "../../app/studies.js" */
/** @import { StudyState } from "../../app/study_state.js" */

const BOXES = /** @type {const} */ ([
  {
    key: "introduction",
    label: "Introduction",
    hint: "What is the task, and what do you want to find out? What do you expect of each setting, and why?",
  },
  {
    key: "baseline_remarks",
    label: "Remarks on the baseline",
    hint: "How fast did it learn, and had it finished? Do training and validation part, and what does that say? Which digits did it mix up?",
  },
  {
    key: "conclusion",
    label: "Conclusion",
    hint: "Which settings would you choose, and how sure are you? What surprised you? What would you try next?",
  },
]);

/**
 * @param {View<StudyState>} studies
 * @param {Pick<StudyActions, "write_words">} actions
 */
export function hand_in_words(studies, actions) {
  const boxes = BOXES.map(({ key, label, hint }) => {
    const id = `hand-in-${key}`;
    const box = el("textarea", {
      id,
      rows: 3,
      maxlength: 20_000,
      "aria-describedby": `${id}-hint`,
    });
    box.addEventListener("input", () => actions.write_words({ [key]: box.value }));
    studies.watch([key], (state) => {
      // Setting the same text would move the caret.
      if (box.value !== state[key]) box.value = state[key];
    });
    return el(
      "div",
      { class: "field" },
      el("label", { for: id }, label),
      box,
      el("p", { class: "hint", id: `${id}-hint` }, hint),
    );
  });
  return el("div", { class: "hand-in-words" }, ...boxes);
}
