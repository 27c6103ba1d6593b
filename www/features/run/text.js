// What is said of a run: the state line, the final sentence, the remarks. Pure
// functions of the run's state.

import * as format from "../../base/format.js";

/** @import { RunResult } from "../../pkg/ndarray/inkling.js" */
/** @import { RunState } from "../../app/state.js" */

const OUTCOMES = { finished: "Finished", stopped: "Stopped", failed: "Failed" };

/**
 * The state of the run in one line. After the end it holds the validation
 * accuracy and ends with `Finished`, `Stopped` or `Failed`.
 * @param {RunState} run
 * @param {boolean} has_data
 */
export function status_text(run, has_data) {
  switch (run.phase) {
    case "idle":
      return has_data
        ? "Ready. Press Train and watch the curves."
        : "Load data first, or press Sample and train to see it all at once.";
    case "starting":
      return run.decision
        ? `${run.decision.backend} · preparing the first step`
        : "Opening the backend";
    case "running":
      return running_text(run);
    case "paused":
      return `${running_text(run, false)} · paused`;
    case "stopping":
      return `${running_text(run, false)} · stopping after this step`;
    case "ended":
      if (run.result) return result_text(run.result, run);
      return `${run.error} ${run.is_interrupted ? "Interrupted" : "Failed"}`;
  }
}

/**
 * @param {RunState} run
 * @param {boolean} [with_pace] speed and time left
 */
function running_text({ decision, progress }, with_pace = true) {
  const backend = decision?.backend ?? "";
  if (!progress) return `${backend} · preparing the first step`;
  const place = progress.validating
    ? `epoch ${progress.epoch} of ${progress.num_epochs} · validating`
    : `epoch ${progress.epoch} of ${progress.num_epochs} · step ${format.count(progress.step)} of ${format.count(progress.num_steps)}`;
  const pace = with_pace
    ? ` · ${format.samples_rate(progress.samples_per_sec)} · ${format.time_left(progress.remaining_secs)}`
    : "";
  return `${backend} · ${place}${pace}`;
}

/**
 * @param {RunResult} result
 * @param {RunState} run
 */
export function result_text(result, run) {
  const epochs = run.progress?.num_epochs ?? run.config?.epochs ?? result.history.length;
  const done = `${format.count(result.history.length)} of ${format.counted(epochs, "epoch")}`;
  const parts = [
    result.backend,
    done,
    format.duration(result.elapsed_secs),
    `validation accuracy ${format.percent(result.validation_accuracy)}`,
  ];
  const reason = result.reason ? ` · ${result.reason.replace(/\.$/, "")}` : "";
  return `${parts.join(" · ")}${reason} · ${OUTCOMES[result.outcome]}`;
}

/**
 * The large figures under the charts: title, figure, what stands beside it.
 * @param {RunState} run
 * @returns {{ title: string, figure: string, aside: string }[]}
 */
export function result_figures(run) {
  const { result, history } = run;
  const last = history[history.length - 1];
  if (!result && !last) {
    return [
      { title: "Validation accuracy", figure: format.NO_FIGURE, aside: "of images it never saw" },
      { title: "Best epoch", figure: format.NO_FIGURE, aside: "highest of those" },
      { title: "Gap", figure: format.NO_FIGURE, aside: "training above validation" },
      { title: "Time", figure: format.NO_FIGURE, aside: "pauses left out" },
    ];
  }
  if (!result && last) {
    const best = history.reduce((a, b) => (b.validation_accuracy > a.validation_accuracy ? b : a));
    return [
      {
        title: "Validation accuracy",
        figure: format.percent(last.validation_accuracy),
        aside: `after epoch ${last.epoch}`,
      },
      {
        title: "Best epoch",
        figure: `${best.epoch}`,
        aside: format.percent(best.validation_accuracy),
      },
      {
        title: "Gap",
        figure: format.points(last.train_accuracy - last.validation_accuracy),
        aside: "training above validation",
      },
      { title: "Time", figure: format.duration(last.elapsed_secs), aside: "so far" },
    ];
  }
  if (!result) return [];
  const low = (result.interval_low * 100).toFixed(2);
  return [
    {
      title: "Validation accuracy",
      figure: format.percent(result.validation_accuracy),
      aside: `95 % interval ${low} to ${format.percent(result.interval_high)}, ${format.counted(result.num_validation, "image")}`,
    },
    {
      title: "Best epoch",
      figure: result.best_epoch > 0 ? `${result.best_epoch}` : format.NO_FIGURE,
      aside: result.best_epoch > 0 ? format.percent(result.best_validation_accuracy) : "none ended",
    },
    {
      title: "Gap",
      figure: last ? format.points(result.generalisation_gap) : format.NO_FIGURE,
      aside: "training above validation",
    },
    {
      title: "Time",
      figure: format.duration(result.elapsed_secs),
      aside: format.samples_rate(result.samples_per_sec),
    },
  ];
}
