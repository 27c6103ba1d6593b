// The assignment as a list that ticks itself: what it asks for, what is there, what is
// missing and why, and the press that runs what is missing.

import { html, nothing, render } from "../../vendor/lit-html/lit-html.js";
import { el, set_text } from "../../ui/dom.js";
import { assignment_checks, assignment_status } from "../../app/assignment_words.js";
import { is_study_active } from "../../app/study_state.js";

/** @import { PageState, View } from "../../app/state.js" */
/** @import { Check } from "../../app/assignment_words.js" */
/** @import { StudyActions } from "../../app/studies.js" */
/** @import { StudyState } from "../../app/study_state.js" */

/**
 * @param {{ page: View<PageState>, studies: View<StudyState>, actions: StudyActions }} parts
 * @returns {{ element: HTMLElement, list: HTMLElement }} the press, and the checklist
 */
export function assignment_view({ page, studies, actions }) {
  const run = el("button", { type: "button" }, "Run the assignment");
  const stop = el("button", { type: "button", hidden: true }, "Stop the assignment");
  const status = el("p", { class: "hint", role: "status", "aria-label": "Assignment status" });
  const list = el("ul", { class: "assignment", "aria-label": "Assignment checklist" });
  run.addEventListener("click", actions.run_assignment);
  stop.addEventListener("click", actions.stop);

  /** @param {Check} check */
  const row = ({ title, is_done, told, part, study, is_left_out }) =>
    html`<li class=${is_done ? "done" : nothing}>
      <span class="check" aria-hidden="true">${is_left_out ? "–" : is_done ? "✓" : "○"}</span>
      <span>
        <span class="unseen">${is_left_out ? "Left out" : is_done ? "Done" : "Missing"}: </span
        >${title} ${told ? html`<span class="hint">${told}</span>` : nothing}
      </span>
      ${
        study
          ? html`<button
              type="button"
              class="quiet"
              aria-label="Open ${title}"
              @click=${() => actions.open(study)}
            >
              Open
            </button>`
          : nothing
      }
      ${
        part
          ? html`<button
              type="button"
              class="quiet"
              aria-label="${is_left_out ? "Take in" : "Leave out"} ${title}"
              @click=${() => actions.leave_out(part, !is_left_out)}
            >
              ${is_left_out ? "Take in" : "Leave out"}
            </button>`
          : nothing
      }
    </li>`;

  function draw() {
    render(assignment_checks(studies.get(), page.get()).map(row), list);
  }
  studies.watch(
    [
      "kept",
      "record",
      "left_out",
      "introduction",
      "baseline_remarks",
      "conclusion",
      "ids",
      "reported",
    ],
    draw,
  );
  page.watch(["config", "data", "runs", "assignment"], draw);
  studies.watch(["assigned", "assignment_told", "phase"], (state) => {
    const is_busy = state.assigned !== null;
    run.disabled = is_busy || is_study_active(state);
    stop.hidden = !is_busy;
    set_text(status, assignment_status(state));
  });

  // In sight of the study's form; the list stands where the report is made.
  const what = el("button", { type: "button", class: "quiet" }, "What is there, what is missing");
  what.addEventListener("click", () => list.scrollIntoView({ block: "center" }));
  const element = el(
    "div",
    { class: "assignment-part" },
    el("div", { class: "buttons" }, run, stop),
    status,
    what,
  );
  return { element, list };
}
