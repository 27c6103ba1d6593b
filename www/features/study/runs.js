// The runs of the study under way: how far each is, and a way to end one.

import { el, set_text } from "../../ui/dom.js";
import { duration, percent } from "../../base/format.js";

/** @import { Progress, RunState, StudyRecord, StudyRun } from "../../pkg/ndarray/inkling.js" */

/** @type {Record<RunState, string>} */
const WORDS = {
  waiting: "waiting",
  running: "running",
  finished: "finished",
  diverged: "diverged",
  stopped: "stopped",
  crashed: "failed",
};

/**
 * A list of runs.
 * @param {{ on_cancel: (index: number) => void, on_highlight: (value_index: number | null) => void }} listeners
 */
export function run_list(listeners) {
  const list = el("ol", { class: "study-runs", "aria-label": "Runs" });
  /** @type {ReturnType<typeof row>[]} */
  let rows = [];

  /** @param {StudyRun} run @param {number} index @param {boolean} has_seeds */
  function row(run, index, has_seeds) {
    const name = has_seeds ? `${run.spec.label} · seed ${run.spec.seed}` : run.spec.label;
    const state = el("span", { class: "study-run-state" });
    const bar = el("progress", { max: 1, value: 0, "aria-label": `Progress of ${name}` });
    const reason = el("span", { class: "study-run-reason hint", hidden: true });
    const cancel = el(
      "button",
      { type: "button", class: "quiet", "aria-label": `Cancel ${name}` },
      "Cancel",
    );
    cancel.addEventListener("click", () => listeners.on_cancel(index));
    const swatch = el("span", { class: "swatch", "aria-hidden": "true" });
    const item = el(
      "li",
      {},
      swatch,
      el("span", { class: "study-run-name" }, name),
      state,
      cancel,
      bar,
      reason,
    );
    item.addEventListener("pointerenter", () => listeners.on_highlight(run.spec.value_index));
    item.addEventListener("pointerleave", () => listeners.on_highlight(null));
    return { item, state, bar, reason, cancel, swatch };
  }

  return {
    list,
    /**
     * @param {StudyRecord | null} record
     * @param {string[]} colours of the values
     */
    reset(record, colours) {
      const has_seeds = (record?.plan.seeds.length ?? 0) > 1;
      rows = (record?.runs ?? []).map((run, index) => row(run, index, has_seeds));
      rows.forEach(({ swatch }, index) => {
        swatch.style.background = colours[record?.runs[index]?.spec.value_index ?? 0] ?? "";
      });
      list.replaceChildren(...rows.map(({ item }) => item));
      record?.runs.forEach((run, index) => this.show(index, run, null));
    },
    /**
     * @param {number} index
     * @param {StudyRun} run
     * @param {Progress | null} progress
     */
    show(index, run, progress) {
      const found = rows[index];
      if (!found) return;
      const { item, state, bar, reason, cancel } = found;
      item.dataset["state"] = run.state;
      const is_open = run.state === "waiting" || run.state === "running";
      cancel.hidden = !is_open;
      bar.hidden = run.state !== "running";
      if (run.state === "running" && progress) {
        bar.value = progress.num_steps > 0 ? progress.step / progress.num_steps : 0;
        set_text(state, `epoch ${progress.epoch} of ${progress.num_epochs}`);
      } else if (run.state === "running" && run.history.length === 0) {
        bar.value = 0;
        set_text(state, "starting");
      } else if (run.state === "finished" && run.result) {
        set_text(
          state,
          `${percent(run.result.validation_accuracy)}, ${duration(run.result.elapsed_secs)}`,
        );
      } else if (run.state !== "running") {
        set_text(state, WORDS[run.state]);
      }
      reason.hidden = run.reason === "";
      set_text(reason, run.reason);
    },
  };
}

/**
 * The runs in numbers, the most telling first: `2 finished, 2 running, 2 waiting`.
 * @param {readonly StudyRun[]} runs
 */
export function run_counts(runs) {
  /** @type {RunState[]} */
  const order = ["finished", "running", "waiting", "diverged", "crashed", "stopped"];
  const parts = order
    .map((state) => ({ state, count: runs.filter((run) => run.state === state).length }))
    .filter(({ state, count }) => count > 0 || state === "finished")
    .map(({ state, count }) => `${count} ${WORDS[state]}`);
  return parts.join(", ");
}
