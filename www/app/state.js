// The one state of the page, each part a signal, and who is told when it changes.
// Controllers in this folder write it; views read it through a `View` and ask the
// controllers for actions. Nothing else is remembered in the document.

import { batch, effect, signal, untracked } from "../vendor/signals.mjs";
import { class_map } from "../base/class_map.js";
import { task_of } from "../base/task.js";
import { why_not_assigned } from "./assigned.js";
import { held_out } from "./members.js";

/** @import { Looks } from "./test_looks.js" */
/** @import { DataSummary, EpochRecord, Evaluation, Finding, LoadProgress, ModelSummary, PlanSummary, Progress, RunResult, TaskSummary } from "../pkg/ndarray/inkling.js" */
/** @import { Assignment } from "../pkg/studies/inkling.js" */
/** @import { Settings } from "../base/settings.js" */
/** @import { Fault } from "../base/fault.js" */
/** @import { BackendDecision } from "../engine/custody.js" */
/** @import { RunSummary } from "../store/runs.js" */
/** @import { Question } from "../worker/reading.js" */

/**
 * A moment of the running training figures, drawn as the faint line.
 * @typedef {object} RunningPoint
 * @property {number} x epochs since the run began, fractional
 * @property {number} step
 * @property {number} train_loss mean over this epoch's samples so far; `NaN` breaks the line
 * @property {number} train_accuracy
 */

/**
 * Where a run stands. `idle` is before the first one; `ended` is finished or stopped by
 * a person, `failed` has no number or no engine, `interrupted` was cut off by a closed page
 * or a dead worker. Only the four in the middle compute.
 * @typedef {"idle" | "opening" | "training" | "paused" | "stopping" | "ended" | "failed" | "interrupted"} RunPhase
 */

/**
 * The run that is shown: under way, or opened from those that are kept.
 * @typedef {object} RunState
 * @property {RunPhase} phase
 * @property {string} id empty before the first run
 * @property {string} name as a person sees it in the list; empty before the first run
 * @property {Settings | null} config what this run was started with
 * @property {string} data_name the data set it trains on
 * @property {string} data_checksum of that data set
 * @property {number} data_rows of that data set, 0 if not known
 * @property {BackendDecision | null} decision
 * @property {Progress | null} progress
 * @property {EpochRecord[]} history
 * @property {RunningPoint[]} running
 * @property {RunResult | null} result
 * @property {string} error why there is no result, in sentences
 * @property {boolean} can_use_cpu whether the error is a missing WebGPU
 */

/**
 * A run that can go on: one that was interrupted, stopped early, or diverged.
 * @typedef {object} Offer
 * @property {string} run_id
 * @property {Settings} config what it goes on with
 * @property {string} data_checksum of the data it needs
 * @property {string} data_name
 * @property {string} sentence from where it goes on
 */

/**
 * The model that reads ink and images, and what it came from. Two models never share
 * an id, so whatever bears one tells whether it belongs to the model that stands.
 * @typedef {object} ModelRef
 * @property {string} id
 * @property {"run" | "file" | "tuned" | "committee"} kind
 * @property {string} name the file's, the run's, or the committee's
 * @property {string} run_id of the run it came from; empty for a file's and a committee's
 * @property {Settings | null} config it was trained with; unknown for a file's, and a committee's members have their own
 * @property {string} data_checksum of what it was trained on; empty where nobody knows
 * @property {ModelSummary | null} summary of a file's, a tuned one or a committee
 * @property {TaskSummary} [task] of the data it was trained on, where that is known; an older page's model has MNIST's
 */

/**
 * Figures of a model on a set of images, with the ids of both.
 * @typedef {object} EvaluationState
 * @property {string} model_id
 * @property {string} set_id `validation <data checksum>` or `test <checksum>`
 * @property {string} about the set in words
 * @property {Evaluation} figures
 * @property {Uint8Array} labels
 * @property {Float32Array} probabilities one a class for each image
 * @property {readonly string[]} [classes] what they are of; the ten digits in what older pages kept
 * @property {Uint32Array | null} rows of the data set, in this order; none for a test set
 */

/**
 * What the gallery of images shows: the worst mistakes, or a cell of the confusion matrix.
 * @typedef {{ truth: number, said: number } | null} Cell
 */

/**
 * An assignment that the address holds.
 * @typedef {object} AssignmentState
 * @property {string} token as it stands in the address
 * @property {Assignment | null} given once it is read
 * @property {number | null} seed that follows from the ids, where they are there and it does
 * @property {string} fault why it could not be read, in a sentence
 */

/**
 * @typedef {object} PageState
 * @property {DataSummary | null} data
 * @property {{ name: string, progress: LoadProgress | null } | null} loading
 * @property {string} data_error
 * @property {readonly Finding[] | null} findings what of the loaded data deserves a look before it is trained on; `null` until it was looked at
 * @property {boolean} is_changing_data whether a press that mends the data is at work
 * @property {(Question & { name: string, is_test?: boolean }) | null} question what a picked table asks before it can be read
 * @property {DataSummary | null} data_before what "Sample and train" or another load replaced, while it can come back
 * @property {Settings} config what the fields say, and what Train would run
 * @property {PlanSummary | null} plan
 * @property {Fault | null} plan_fault
 * @property {Fault | null} typed_fault what is wrong with a number as it is written in its field
 * @property {RunState} run
 * @property {Offer | null} offer
 * @property {readonly RunSummary[]} runs kept in this browser, the newest first
 * @property {readonly string[]} pinned ids of runs that are compared, at most eight
 * @property {{ names: string, ids: string[] } | null} removed runs that can still be brought back
 * @property {boolean} is_kept whether this browser keeps anything of ours
 * @property {ModelRef | null} model the newest; the pad, Evaluate and the downloads use it
 * @property {boolean} is_tuning whether a model is being fine-tuned
 * @property {boolean} can_untune whether there is a model from before the fine-tuning
 * @property {string} tuning_told what the last fine-tuning came to
 * @property {DataSummary | null} test a set to test on, in place of the validation part
 * @property {string} test_told what became of the last file picked for it
 * @property {EvaluationState | null} evaluation
 * @property {Looks} looks which models have read which test sets
 * @property {Cell} cell
 * @property {string} evaluating progress of the work under way there; empty when there is none
 * @property {string} evaluation_told what went wrong with the last work there
 * @property {{ epoch: number, of: number } | null} looked_back the epoch of the run that the pad and the inside show, 0 for its start, and how many are finished; `null` for the model as it stands
 * @property {boolean} is_study_busy whether a study runs, or starts
 * @property {AssignmentState | null} assignment
 * @property {readonly string[]} ids of who hands in, as typed
 */

/**
 * @template {object} S
 * @typedef {object} View what views have of it
 * @property {() => Readonly<S>} get
 * @property {(keys: (keyof S)[], listener: (state: Readonly<S>) => void) => () => void} watch calls at once, and after each change of one of the keys
 */

/**
 * @template {object} S
 * @typedef {View<S> & { set: (patch: Partial<S>) => void }} Store
 */

/**
 * A store whose listeners are told synchronously, in the order they came. What a
 * listener throws goes to `on_error` and never to whoever changed the state: a view
 * that cannot draw must not end a run.
 * @template {object} S
 * @param {S} initial
 * @param {(error: unknown) => void} [on_error]
 * @returns {Store<S>}
 */
export function create_store(initial, on_error = (error) => console.error(error)) {
  const keys = /** @type {(keyof S)[]} */ (Object.keys(initial));
  const parts = /** @type {{ [K in keyof S]: import("../vendor/signals.mjs").Signal<S[K]> }} */ (
    Object.fromEntries(keys.map((key) => [key, signal(initial[key])]))
  );
  const get = () =>
    /** @type {S} */ (Object.fromEntries(keys.map((key) => [key, parts[key].peek()])));
  return {
    get,
    set(patch) {
      batch(() => {
        for (const key of keys) {
          if (Object.hasOwn(patch, key)) parts[key].value = /** @type {any} */ (patch)[key];
        }
      });
    },
    watch(watched, listener) {
      return effect(() => {
        for (const key of watched) void parts[key].value;
        untracked(() => {
          try {
            listener(get());
          } catch (error) {
            on_error(error);
          }
        });
      });
    },
  };
}

/** A run that has not begun. @returns {RunState} */
export function idle_run() {
  return {
    phase: "idle",
    id: "",
    name: "",
    config: null,
    data_name: "",
    data_checksum: "",
    data_rows: 0,
    decision: null,
    progress: null,
    history: [],
    running: [],
    result: null,
    error: "",
    can_use_cpu: false,
  };
}

/**
 * @param {Settings} config
 * @param {string} [token] of an assignment's link
 * @returns {PageState}
 */
export function initial_state(config, token = "") {
  return {
    data: null,
    loading: null,
    data_error: "",
    findings: null,
    is_changing_data: false,
    question: null,
    data_before: null,
    config,
    plan: null,
    plan_fault: null,
    typed_fault: null,
    run: idle_run(),
    offer: null,
    runs: [],
    pinned: [],
    removed: null,
    is_kept: false,
    model: null,
    is_tuning: false,
    can_untune: false,
    tuning_told: "",
    test: null,
    test_told: "",
    evaluation: null,
    cell: null,
    evaluating: "",
    evaluation_told: "",
    looks: {},
    looked_back: null,
    is_study_busy: false,
    assignment: token ? { token, given: null, seed: null, fault: "" } : null,
    ids: [],
  };
}

/** Whether a run is under way, paused ones too. @param {Pick<RunState, "phase">} run */
export function is_active({ phase }) {
  return phase === "opening" || phase === "training" || phase === "paused" || phase === "stopping";
}

/** Whether a run takes the processor now. @param {Pick<RunState, "phase">} run */
export function is_computing(run) {
  return is_active(run) && run.phase !== "paused";
}

/** Tells whenever a run begins or ceases to take the processor. @param {View<PageState>} page @param {() => void} told */
export function watch_computing(page, told) {
  let was_computing = is_computing(page.get().run);
  page.watch(["run"], ({ run }) => {
    if (is_computing(run) === was_computing) return;
    was_computing = is_computing(run);
    told();
  });
}

/** Whether a run is over, however it ended. @param {Pick<RunState, "phase">} run */
export function is_over({ phase }) {
  return phase === "ended" || phase === "failed" || phase === "interrupted";
}

/**
 * Why Train does nothing now, in a sentence; empty where it would train.
 * @param {Pick<PageState, "run" | "loading" | "is_tuning" | "is_study_busy" | "assignment" | "data">} state
 */
export function why_not_train(state) {
  const { run, loading, is_tuning, is_study_busy } = state;
  if (is_active(run)) return "A run is under way. Stop it, or let it end, before you train again.";
  if (loading) return `${loading.name} is still being read. Train when it is there, or cancel it.`;
  if (is_tuning) return "Your digits are being learned. Train when that is done.";
  if (is_study_busy) return "A study runs. Train when it is over, or stop it.";
  return why_not_assigned(state);
}

/**
 * What a model was trained to tell apart.
 * @param {Pick<ModelRef, "summary" | "task">} model
 */
export function model_task({ summary, task }) {
  return task_of(summary?.task ? summary : { task });
}

/** The epoch that is looked at: `epoch 3`. @param {{ epoch: number }} looked_back */
export function epoch_words({ epoch }) {
  return epoch === 0 ? "the start" : `epoch ${epoch}`;
}

/**
 * What an evaluation must be of to be shown: the model that stands, and the test set,
 * or else the images that this model never trained on.
 * @param {Pick<PageState, "model" | "test" | "data">} state
 * @returns {{ model_id: string, set_id: string } | null} `null` where there is nothing to evaluate
 */
export function evaluable({ model, test, data }) {
  if (!model) return null;
  const task = model_task(model);
  /** @param {DataSummary} set */
  const is_readable = (set) =>
    task.side === task_of(set).side && class_map(task.classes, set, data).unknown.length === 0;
  if (test?.has_labels) {
    if (!is_readable(test)) return null;
    return { model_id: model.id, set_id: `test ${test.checksum}` };
  }
  // Each validation part has images that another member has trained on.
  if (held_out(model.summary) === "different") return null;
  if (!data || (model.data_checksum !== "" && model.data_checksum !== data.checksum)) return null;
  if (!is_readable(data)) return null;
  return { model_id: model.id, set_id: `validation ${data.checksum}` };
}

/**
 * The evaluation, if it is of what stands now.
 * @param {Pick<PageState, "model" | "test" | "data" | "evaluation">} state
 */
export function shown_evaluation(state) {
  const wanted = evaluable(state);
  const { evaluation } = state;
  if (!wanted || !evaluation) return null;
  return evaluation.model_id === wanted.model_id && evaluation.set_id === wanted.set_id
    ? evaluation
    : null;
}

/**
 * What is shown or computed, by id: the store lets none of it go to make room.
 * @param {Pick<PageState, "run" | "model" | "data" | "test">} state
 */
export function in_use({ run, model, data, test }) {
  return {
    runs: [run.id, model?.run_id ?? ""],
    data: [data, test].flatMap((set) => (set ? [set.checksum] : [])),
  };
}

/** More running points than pixels only cost time. */
const MAX_RUNNING_POINTS = 4000;

/**
 * The run after a progress event.
 * @param {RunState} run
 * @param {Progress} progress
 * @returns {RunState}
 */
export function with_progress(run, progress) {
  const phase = run.phase === "opening" ? "training" : run.phase;
  if (progress.validating) return { ...run, phase, progress };
  const x = progress.steps_per_epoch > 0 ? progress.step / progress.steps_per_epoch : 0;
  /** @type {RunningPoint} */
  const point = {
    x,
    step: progress.step,
    train_loss: progress.train_loss,
    train_accuracy: progress.train_accuracy,
  };
  const last_epoch = run.progress?.epoch ?? progress.epoch;
  const running = run.running;
  // The mean starts anew with each epoch: the line breaks there. Changed in place
  // for speed; every progress event makes a new `run` object all the same.
  if (last_epoch !== progress.epoch && running.length) {
    running.push({
      x: last_epoch,
      step: run.progress?.step ?? progress.step,
      train_loss: NaN,
      train_accuracy: NaN,
    });
  }
  running.push(point);
  return { ...run, phase, progress, running: thinned(running) };
}

/**
 * Every second point once there are too many; breaks stay.
 * @param {RunningPoint[]} points
 */
function thinned(points) {
  if (points.length <= MAX_RUNNING_POINTS) return points;
  return points.filter((point, at) => at % 2 === 0 || Number.isNaN(point.train_loss));
}
