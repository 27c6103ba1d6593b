// The card of a run that has ended: all that is needed to repeat it and to tell
// whether a repetition came out the same, to the last bit. Shows, copies and
// compares; where runs are kept is the store's business.

import { announce, by_id, set_text } from "../../ui/dom.js";
import * as format from "../../base/format.js";
import { config_to_query } from "../../base/settings_query.js";
import { is_over } from "../../app/state.js";

/** @import { RunResult } from "../../pkg/ndarray/inkling.js" */
/** @import { Actions } from "../../app/actions.js" */
/** @import { PageState, RunState, View } from "../../app/state.js" */
/** @import { Promised } from "../../base/promise.js" */
/** @import { Settings } from "../../base/settings.js" */
/** @import { RunSummary } from "../../store/runs.js" */

/**
 * A run that has ended, shown or kept.
 * @typedef {object} EndedRun
 * @property {Settings} config
 * @property {string} data_name
 * @property {string} data_checksum
 * @property {RunResult} result
 */

/**
 * @param {View<PageState>} state
 * @param {Pick<Actions, "repeat" | "notice">} actions
 * @param {{ promised: Promised | null }} link what the address held when the page was opened
 */
export function create_run_card(state, actions, { promised }) {
  const box = by_id("run-card", HTMLDetailsElement);
  const text = by_id("run-card-text", HTMLElement);
  const verdict = by_id("run-card-verdict", HTMLElement);
  const copy = by_id("copy-card", HTMLButtonElement);
  const again = by_id("repeat-run", HTMLButtonElement);
  /** @type {RunResult | null} */
  let shown = null;

  state.watch(["run", "runs"], ({ run, runs }) => {
    const ended = ended_run(run);
    box.hidden = ended === null;
    if (!ended) return;
    const kept_promise = promised ? promise_text(promised, ended) : "";
    set_text(
      verdict,
      kept_promise ||
        twin_text(ended, run.id, runs) ||
        "Repeat it, here or elsewhere, and this line tells if it came out the same.",
    );
    if (ended.result === shown) return;
    shown = ended.result;
    set_text(text, card_text(ended, location.origin + location.pathname));
    if (!kept_promise) return;
    box.open = true;
    announce(kept_promise);
  });

  const copy_text = async () => {
    try {
      await navigator.clipboard.writeText(text.textContent ?? "");
      set_text(copy, "Copied");
      announce("The card of this run is copied");
      setTimeout(() => set_text(copy, "Copy card"), 1500);
    } catch {
      actions.notice("This browser does not let the page copy. Select the card’s text instead.");
    }
  };
  copy.addEventListener("click", () => void copy_text());

  again.addEventListener("click", () => {
    const ended = ended_run(state.get().run);
    if (ended) actions.repeat(task_settings(ended));
  });
}

/** @param {RunState} run @returns {EndedRun | null} */
function ended_run(run) {
  const { config, data_name, data_checksum, result } = run;
  if (!is_over(run) || !config || !result?.weights_checksum) return null;
  return { config, data_name, data_checksum, result };
}

/** The settings that repeat a run: its own, on the backend that ran. @param {EndedRun} run @returns {Settings} */
function task_settings({ config, result }) {
  return { ...config, backend: result.backend === "webgpu" ? "webgpu" : "ndarray" };
}

/**
 * The card as lines of text.
 * @param {EndedRun} run
 * @param {string} page address of the page, without a query
 */
export function card_text(run, page) {
  const { result } = run;
  const settings = task_settings(run);
  const { split_seed } = settings;
  const query = config_to_query(settings);
  const lines = [
    ["Inkling", result.version || "of an earlier version"],
    ["Data", `${run.data_name}, checksum ${run.data_checksum}`],
    ...(result.normalisation
      ? [
          [
            "Pixels",
            `normalised by mean ${result.normalisation.mean}, standard deviation ${result.normalisation.deviation} of the training part`,
          ],
        ]
      : []),
    ["Settings", query.slice(1).replaceAll("&", " ")],
    ["Seed", `${settings.seed}`],
    ...(split_seed === undefined ? [] : [["Split seed", `${split_seed}`]]),
    ["Backend", result.backend],
    ["Numerics", `version ${numerics_of(result)}`],
    ["Outcome", `${result.outcome} after ${format.counted(result.num_steps, "step")}`],
    [
      "Validation",
      `accuracy ${format.percent(result.validation_accuracy)}, loss ${result.validation_loss}`,
    ],
    ...(result.clean
      ? [
          [
            "Training",
            `accuracy ${format.percent(result.clean.accuracy)}, loss ${result.clean.loss} on ${format.counted(result.clean.num_images, "image")}, measured as validation`,
          ],
        ]
      : result.outcome === "stopped"
        ? [["Training", UNMEASURED]]
        : []),
    ["Weights", `checksum ${result.weights_checksum}`],
    ["Link", `${page}${query}&data=${run.data_checksum}&weights=${result.weights_checksum}`],
  ];
  return lines.map(([name, value]) => `${name}: ${value}`).join("\n");
}

/** In place of the training images' figures, of a run that was stopped by force. */
const UNMEASURED = "not measured as validation is: the run was stopped before";

/** The version of the bits that a run's settings and data give. @param {RunResult} result */
function numerics_of({ numerics_version }) {
  // Runs older than the field are all of the first.
  return numerics_version ?? 1;
}

/**
 * What two results must share to come out the same: on the CPU the bits' own version, which
 * outlasts releases; on WebGPU the release, whose kernels promise no bits to another.
 * @param {RunResult} result
 */
function engine_of(result) {
  const of = result.backend === "webgpu" ? result.version : numerics_of(result);
  return `${result.backend} ${of}`;
}

/**
 * Whether two runs were asked for the same, of engines that give the same.
 * @param {EndedRun} one
 * @param {EndedRun} other
 */
export function is_same_task(one, other) {
  return (
    one.data_checksum === other.data_checksum &&
    engine_of(one.result) === engine_of(other.result) &&
    one.result.outcome === other.result.outcome &&
    one.result.num_steps === other.result.num_steps &&
    config_to_query(task_settings(one)) === config_to_query(task_settings(other))
  );
}

/** Whether two runs have the same figures after each epoch and the same weights, bit for bit. @param {EndedRun} one @param {EndedRun} other */
export function has_same_bits(one, other) {
  const figures = (/** @type {EndedRun} */ { result }) =>
    result.history.map((epoch) => [
      epoch.train_loss,
      epoch.train_accuracy,
      epoch.validation_loss,
      epoch.validation_accuracy,
    ]);
  return (
    one.result.weights_checksum === other.result.weights_checksum &&
    JSON.stringify(figures(one)) === JSON.stringify(figures(other))
  );
}

/**
 * Whether a run came out as another did that was asked for the same.
 * @param {EndedRun} run
 * @param {string} id of it
 * @param {readonly RunSummary[]} kept the newest first
 */
export function twin_text(run, id, kept) {
  for (const { result, ...other } of kept) {
    if (other.id === id || !result) continue;
    const before = { ...other, result };
    if (is_same_task(before, run)) return comparison_text(before, run);
  }
  return "";
}

/** @param {EndedRun & { created: string }} before @param {EndedRun} run */
function comparison_text(before, run) {
  const when = new Date(before.created).toLocaleString();
  return has_same_bits(before, run)
    ? `The same as the run of ${when}, to the last bit: every epoch’s figures and all weights.`
    : `Not the same bits as the run of ${when}, which had the same settings and data.`;
}

/** @param {Promised} promised @param {EndedRun} run */
export function promise_text(promised, run) {
  // Another backend, or settings changed since: another run, about which the link says nothing.
  if (promised.query !== config_to_query(task_settings(run))) return "";
  if (promised.data !== run.data_checksum)
    return `The link’s run was trained on other data: its checksum is ${promised.data}, this one’s is ${run.data_checksum}.`;
  if (run.result.outcome !== "finished") return "";
  return promised.weights === run.result.weights_checksum
    ? "The same weights as the run behind the link, to the last bit."
    : `Not the weights of the run behind the link: their checksum is ${promised.weights}, these have ${run.result.weights_checksum}.`;
}
