// The runs of the open study: how far each is, and a way to end one.

import { html, nothing, render } from "../../vendor/lit-html/lit-html.js";
import { repeat } from "../../vendor/lit-html/directives/repeat.js";
import { el } from "../../ui/dom.js";
import { duration, percent } from "../../base/format.js";
import { is_elsewhere, is_study_active } from "../../app/study_state.js";
import { line_sample } from "./line_sample.js";
import { STATE_WORDS } from "./status.js";

/** @import { ValueLook } from "../../plot/value_looks.js" */
/** @import { Progress, StudyRun } from "../../pkg/ndarray/inkling.js" */
/** @import { StudyState } from "../../app/study_state.js" */

/**
 * A list of runs.
 * @param {{ on_cancel: (index: number) => void, on_highlight: (value_index: number | null) => void }} listeners
 */
export function run_list(listeners) {
  const list = el("ol", { class: "study-runs", "aria-label": "Runs of the study" });

  return {
    list,
    /**
     * @param {StudyState} state
     * @param {readonly ValueLook[]} looks of the values
     */
    show(state, looks) {
      const { record, progress } = state;
      const has_seeds = (record?.plan.seeds.length ?? 0) > 1;
      const is_mine = is_study_active(state) && !is_elsewhere(state);
      const rows = (record?.runs ?? []).map((run, index) => ({ run, index }));
      const key = (/** @type {{ index: number }} */ { index }) => `${record?.id} ${index}`;
      render(
        repeat(rows, key, ({ run, index }) => {
          const { value_index, label, seed } = run.spec;
          return row({
            run,
            name: has_seeds ? `${label} · seed ${seed}` : label,
            look: looks[value_index],
            moment: progress.get(index),
            can_cancel: is_mine && (run.state === "waiting" || run.state === "running"),
            cancel: () => listeners.on_cancel(index),
            point: (is_over) => listeners.on_highlight(is_over ? value_index : null),
          });
        }),
        list,
      );
    },
  };
}

/**
 * @param {object} about
 * @param {StudyRun} about.run
 * @param {string} about.name
 * @param {ValueLook | undefined} about.look of its value
 * @param {Progress | undefined} about.moment
 * @param {boolean} about.can_cancel
 * @param {() => void} about.cancel
 * @param {(is_over: boolean) => void} about.point
 */
function row({ run, name, look, moment, can_cancel, cancel, point }) {
  const share = moment && moment.num_steps > 0 ? moment.step / moment.num_steps : 0;
  const bar = html`<progress max="1" .value=${share} aria-label="Progress of ${name}"></progress>`;
  const button = html`<button
    type="button"
    class="quiet"
    aria-label="Cancel ${name}"
    @click=${cancel}
  >
    Cancel
  </button>`;
  return html`<li
    data-state=${run.state}
    @pointerenter=${() => point(true)}
    @pointerleave=${() => point(false)}
  >
    ${line_sample(look)}
    <span class="study-run-name">${name}</span>
    <span class="study-run-state">${run_words(run, moment)}</span>
    ${can_cancel ? button : nothing} ${run.state === "running" ? bar : nothing}
    ${run.reason ? html`<span class="study-run-reason hint">${run.reason}</span>` : nothing}
  </li>`;
}

/**
 * @param {StudyRun} run
 * @param {Progress | undefined} moment
 */
function run_words({ state, history, result }, moment) {
  if (state === "running" && moment) return `epoch ${moment.epoch} of ${moment.num_epochs}`;
  if (state === "running")
    return history.length === 0 ? "starting" : `epoch ${history.length} done`;
  if (state === "finished" && result) {
    return `${percent(result.validation_accuracy)}, ${duration(result.elapsed_secs)}`;
  }
  return STATE_WORDS[state];
}
