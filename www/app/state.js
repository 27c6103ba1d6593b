// The one state of the page and who is told when it changes. Views read it and
// ask `main.js` for actions; nothing else is remembered in the document.

/** @import { DataSummary, EpochRecord, LoadProgress, ModelSummary, PlanSummary, Progress, RunResult } from "../pkg/ndarray/inkling.js" */
/** @import { Settings } from "../base/settings.js" */
/** @import { BackendDecision } from "../engine/trainer.js" */

/**
 * A moment of the running training figures, drawn as the faint line.
 * @typedef {object} RunningPoint
 * @property {number} x epochs since the run began, fractional
 * @property {number} step
 * @property {number} train_loss mean over this epoch's samples so far; `NaN` breaks the line
 * @property {number} train_accuracy
 */

/**
 * Where a run stands. `idle` is before the first, `ended` after any.
 * @typedef {"idle" | "starting" | "running" | "paused" | "stopping" | "ended"} RunPhase
 */

/**
 * @typedef {object} RunState
 * @property {RunPhase} phase
 * @property {Settings | null} config what this run was started with
 * @property {string} data_name the data set it trains on
 * @property {string} data_checksum of that data set
 * @property {BackendDecision | null} decision
 * @property {Progress | null} progress
 * @property {EpochRecord[]} history
 * @property {RunningPoint[]} running
 * @property {RunResult | null} result
 * @property {string} error why there is no result, in sentences
 * @property {boolean} can_use_cpu whether the error is a missing WebGPU
 * @property {boolean} is_interrupted whether the page was closed while it ran
 */

/**
 * A run that can go on.
 * @typedef {object} Offer
 * @property {Settings} config what it goes on with
 * @property {string} data_checksum of the data it needs
 * @property {string} sentence from where it goes on
 */

/**
 * @typedef {object} PageState
 * @property {DataSummary | null} data
 * @property {{ name: string, progress: LoadProgress | null } | null} loading
 * @property {string} data_error
 * @property {Settings} config
 * @property {PlanSummary | null} plan
 * @property {string} plan_error
 * @property {RunState} run
 * @property {Offer | null} offer a run that was cut short and can go on
 * @property {boolean} is_kept whether this browser keeps anything of ours
 * @property {ModelSummary | null} model a model from a file, or a fine-tuned one, while it is the newest
 * @property {boolean} is_tuning whether a model is being fine-tuned
 * @property {Settings | null} tuned_from settings of the run whose model was fine-tuned, while that is the newest
 */

/**
 * @template {object} S
 * @typedef {object} Store
 * @property {() => S} get
 * @property {(patch: Partial<S>) => void} set
 * @property {(keys: (keyof S)[], listener: (state: S) => void) => void} watch calls at once, and after each change of one of the keys
 */

/**
 * A store whose listeners are told synchronously, in the order they came.
 * @template {object} S
 * @param {S} initial
 * @returns {Store<S>}
 */
export function create_store(initial) {
  let state = initial;
  /** @type {{ keys: (keyof S)[], listener: (state: S) => void }[]} */
  const watchers = [];
  return {
    get: () => state,
    set(patch) {
      const before = state;
      state = { ...before, ...patch };
      for (const { keys, listener } of watchers) {
        if (keys.some((key) => !Object.is(before[key], state[key]))) listener(state);
      }
    },
    watch(keys, listener) {
      watchers.push({ keys, listener });
      listener(state);
    },
  };
}

/** A run that has not begun. @returns {RunState} */
export function idle_run() {
  return {
    phase: "idle",
    config: null,
    data_name: "",
    data_checksum: "",
    decision: null,
    progress: null,
    history: [],
    running: [],
    result: null,
    error: "",
    can_use_cpu: false,
    is_interrupted: false,
  };
}

/**
 * @param {Settings} config
 * @returns {PageState}
 */
export function initial_state(config) {
  return {
    data: null,
    loading: null,
    data_error: "",
    config,
    plan: null,
    plan_error: "",
    run: idle_run(),
    offer: null,
    is_kept: false,
    model: null,
    is_tuning: false,
    tuned_from: null,
  };
}

/** Whether a run is under way, paused ones too. @param {RunState} run */
export function is_active(run) {
  return run.phase !== "idle" && run.phase !== "ended";
}

/**
 * Whether a model stands that reads: from a file, of a run that ended, of the run
 * under way, or of the last epoch of one that was cut short.
 * @param {PageState} state
 */
export function has_model({ run, model }) {
  const is_begun = is_active(run) && run.progress !== null;
  return model !== null || run.result !== null || run.history.length > 0 || is_begun;
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
  const phase = run.phase === "starting" ? "running" : run.phase;
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
