// What is said of a run: the state line, the final sentence, the large figures. Pure
// functions of the run's state.

import * as format from "../../base/format.js";
import { setting_of_fault } from "../../base/settings.js";

/** @import { RunResult } from "../../pkg/ndarray/inkling.js" */
/** @import { Fault } from "../../base/fault.js" */
/** @import { ModelRef, RunState } from "../../app/state.js" */

const OUTCOMES = { finished: "Finished", stopped: "Stopped", failed: "Failed" };

/** @typedef {{ title: string, figure: string, aside: string }} Figure */

/**
 * The state of the run in one line. After the end it holds the validation accuracy, if
 * there is one, and ends with `Finished`, `Stopped`, `Failed` or `Interrupted`.
 * @param {RunState} run
 * @param {boolean} has_data
 * @param {Fault | null} [fault] what is wrong with the settings, or with the split of the data by them
 */
export function status_text(run, has_data, fault = null) {
  switch (run.phase) {
    case "idle":
      if (!has_data) return "Load data first, or press Sample and train to see it all at once.";
      return fault
        ? `Not ready. ${fault_words(fault)}`
        : "Ready. Press Train and watch the curves.";
    case "opening":
      return run.decision
        ? `${run.decision.backend} · preparing the first step`
        : "Opening the backend";
    case "training":
      return running_text(run);
    case "paused":
      return `${running_text(run, false)} · paused`;
    case "stopping":
      return `${running_text(run, false)} · stopping after this step`;
    case "ended":
      return run.result ? result_text(run.result, run) : `${run.error} Stopped`;
    case "failed":
      return run.result ? result_text(run.result, run) : `${run.error} Failed`;
    case "interrupted":
      return `${run.error} ${was_closed(run) ? "Interrupted" : "Failed"}`;
    default: {
      /** @type {never} */
      const unknown = run.phase;
      throw new Error(`a phase that is not known: ${unknown}`);
    }
  }
}

/** As a sentence of its own. @param {Fault} fault */
function fault_words({ message }) {
  return `${message.replace(/^./, (letter) => letter.toUpperCase())}.`;
}

/**
 * What is wrong and belongs to no field, where the state line does not say it.
 * @param {RunState} run
 * @param {Fault | null} fault
 */
export function fault_remark(run, fault) {
  const is_said = run.phase === "idle" || run.error.includes(fault?.message ?? "");
  return fault && !is_said && !setting_of_fault(fault) ? `${fault.message}.` : "";
}

/** Whether a run was cut off by its page's end, which is nobody's fault. @param {RunState} run */
export function was_closed({ phase, error }) {
  return phase === "interrupted" && /^The page was closed/.test(error);
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
function result_text(result, run) {
  const epochs = run.progress?.num_epochs ?? run.config?.epochs ?? result.history.length;
  const within = stopped_within(result);
  const ended = `${format.count(result.history.length)} of ${format.counted(epochs, "epoch")}`;
  const done = within
    ? `stopped in epoch ${format.count(within.epoch)} of ${format.count(epochs)}`
    : `${ended}${is_early(result, epochs) ? ", ended early" : ""}`;
  const parts = [
    result.backend,
    done,
    format.duration(result.elapsed_secs),
    `validation accuracy ${format.percent(result.validation_accuracy)}`,
  ];
  const reason = result.reason ? ` · ${result.reason.replace(/\.$/, "")}` : "";
  return `${parts.join(" · ")}${reason} · ${OUTCOMES[result.outcome]}`;
}

/** Whether a run ran out of patience. @param {RunResult} result @param {number} epochs planned */
function is_early({ outcome, history }, epochs) {
  return outcome === "finished" && history.length < epochs;
}

/**
 * In which epoch a run was stopped; `null` where its model is that of an epoch's end.
 * @param {RunResult} result
 * @returns {{ epoch: number, step: number } | null}
 */
export function stopped_within({ outcome, history, num_steps, kept_epoch }) {
  const last = history.at(-1)?.step ?? 0;
  if (outcome !== "stopped" || num_steps <= last || kept_epoch !== undefined) return null;
  return { epoch: history.length + 1, step: num_steps };
}

/** What there is before any figure. @type {Figure[]} */
const NO_FIGURES = [
  { title: "Validation accuracy", figure: format.NO_FIGURE, aside: "of images it never saw" },
  { title: "Best epoch", figure: format.NO_FIGURE, aside: "highest of those" },
  { title: "Gap", figure: format.NO_FIGURE, aside: "training above validation" },
  { title: "Time", figure: format.NO_FIGURE, aside: "pauses left out" },
];

/**
 * The large figures under the charts: title, figure, what stands beside it.
 * @param {RunState} run
 * @param {boolean} [is_before_tuning] whether another model came of this one since
 * @returns {Figure[]}
 */
export function result_figures({ result, history }, is_before_tuning = false) {
  const last = history.at(-1);
  if (result) return ended_figures(result, is_before_tuning);
  if (!last) return NO_FIGURES;
  const best = history.reduce((a, b) => (b.validation_accuracy > a.validation_accuracy ? b : a));
  return [
    {
      title: "Validation accuracy",
      figure: format.percent(last.validation_accuracy),
      aside: `after epoch ${format.count(last.epoch)}`,
    },
    {
      title: "Best epoch",
      figure: format.count(best.epoch),
      aside: format.percent(best.validation_accuracy),
    },
    {
      title: "Gap",
      figure: format.points(
        (last.clean_accuracy ?? last.train_accuracy) - last.validation_accuracy,
      ),
      aside: gap_words(last.clean_accuracy !== undefined),
    },
    { title: "Time", figure: format.duration(last.elapsed_secs), aside: "so far" },
  ];
}

/**
 * What a gap is of: the same model on both sides, or its last epoch's steps on one.
 * @param {boolean} is_clean
 */
function gap_words(is_clean) {
  return is_clean
    ? "training above validation, both measured alike"
    : "training, as it learned, above validation";
}

/**
 * What the gap of a run that is over is of, and why not of the same model on both sides.
 * @param {RunResult} result
 */
function ended_gap_words({ clean, outcome }) {
  const words = gap_words(clean !== undefined);
  if (clean !== undefined || outcome !== "stopped") return words;
  return `${words}; stopped before its training images were measured as validation is`;
}

/** @param {RunResult} result @param {boolean} is_before_tuning @returns {Figure[]} */
function ended_figures(result, is_before_tuning) {
  const last = result.history.at(-1);
  const low = (result.interval_low * 100).toFixed(2);
  const interval = `95 % interval ${low} to ${format.percent(result.interval_high)}, ${format.counted(result.num_validation, "image")}`;
  return [
    {
      title: `Validation accuracy${is_before_tuning ? " before fine-tuning" : ""}`,
      figure: format.percent(result.validation_accuracy),
      aside: [stop_words(result), interval].filter(Boolean).join(". "),
    },
    {
      title: "Best epoch",
      figure: result.best_epoch > 0 ? format.count(result.best_epoch) : format.NO_FIGURE,
      aside: result.best_epoch > 0 ? format.percent(result.best_validation_accuracy) : "none ended",
    },
    {
      title: "Gap",
      figure: last || result.clean ? format.points(result.generalisation_gap) : format.NO_FIGURE,
      aside: last || result.clean ? ended_gap_words(result) : "no epoch ended",
    },
    {
      title: "Time",
      figure: format.duration(result.elapsed_secs),
      aside: format.samples_rate(result.samples_per_sec),
    },
  ];
}

/**
 * Which model the headline is of, where it is not the last epoch's.
 * @param {RunResult} result
 */
function stop_words(result) {
  if (result.kept_epoch !== undefined) return `of epoch ${format.count(result.kept_epoch)}, kept`;
  const within = stopped_within(result);
  if (!within) return "";
  const last = result.history.at(-1);
  const before = last
    ? `; epoch ${format.count(last.epoch)} ended at ${format.percent(last.validation_accuracy)}`
    : "";
  return `stopped in epoch ${format.count(within.epoch)}, after step ${format.count(within.step)}${before}`;
}

/** Whether the model that reads was fine-tuned from the run's. @param {RunState} run @param {ModelRef | null} model */
export function is_tuned(run, model) {
  return model?.kind === "tuned" && model.run_id === run.id;
}

/**
 * Whose figures these are where another model reads by now; empty where it is the run's.
 * @param {RunState} run
 * @param {ModelRef | null} model
 * @param {string} tuning_told
 */
export function model_text(run, model, tuning_told) {
  if (!model || !run.result) return "";
  if (model.run_id !== run.id) {
    return `These figures are of this run’s model. The one that reads now is another: ${model.name}.`;
  }
  if (!is_tuned(run, model)) return "";
  return `These figures are of the model before the fine-tuning. ${tuning_told}`.trim();
}
