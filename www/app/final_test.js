// The controller of a study's final test: the winner chosen on validation reads a test set
// that no choice was made by. What a study keeps of its runs is figures, no models; so
// the winner's runs are trained once more, which gives the same weights to the last bit,
// and their checksums say so. Knows no document.

import { Cancelled, Refused, sentence_of, unless_aborted } from "../base/fault.js";
import * as format from "../base/format.js";
import { class_map, why_not_judged } from "../base/class_map.js";
import { num_pixels_of, task_of } from "../base/task.js";
import {
  is_elsewhere,
  is_missing,
  is_study_active,
  waiting,
  why_not_study,
} from "./study_state.js";
import { num_looks } from "./test_looks.js";

/** @import { FinalTest, FinalTestRun, Progress, RunResult, StudyRecord, StudyRun, Winner } from "../pkg/ndarray/inkling.js" */
/** @import { LoadedData } from "../engine/custody.js" */
/** @import { Ask, Pool } from "../engine/pool.js" */
/** @import { PageState } from "./state.js" */
/** @import { StudyParts } from "./studies.js" */
/** @import { StudyRunner } from "./study_run.js" */
/** @import { StudyShelf } from "./study_shelf.js" */
/** @import { StudyState } from "./study_state.js" */

/** Images that a model reads at once: a worker can still be told to stop in between. */
const CHUNK = 2000;

/**
 * Why the winner cannot be tested now, in a sentence; empty where it can.
 * @param {Pick<PageState, "run" | "loading" | "is_tuning" | "data" | "test" | "assignment">} page
 * @param {Pick<StudyState, "phase" | "record" | "reading" | "elsewhere">} state
 */
export function why_not_test(page, state) {
  const { record, reading, phase } = state;
  if (!record) return "Run a study first.";
  if (phase === "testing") return "The winner is being tested.";
  if (phase === "finding") return why_not_study(page, state);
  if (is_study_active(state) || is_elsewhere(state)) return "Its runs are not over yet.";
  if (record.runs.some(is_missing)) {
    return "Some of its runs are missing. Run what is missing, so that the winner is that of them all.";
  }
  if (!reading) return "Its figures are not read yet.";
  if (!reading.winner) return "No value of this study has finished without a run that diverged.";
  const { test, data } = page;
  if (!test) return "Load a test set under Train first, with Test CSV beside Evaluate.";
  if (!test.has_labels) return `${test.name} has no labels, so nothing can be counted as right.`;
  if (test.checksum === record.data.checksum) {
    return `${test.name} holds the images that this study trained on and chose by. Load others.`;
  }
  if (is_tested(record, reading.winner, test.checksum)) return "";
  if (data?.checksum !== record.data.checksum) {
    return `Load ${record.data.name} under Train: the winner is trained on it once more.`;
  }
  return why_not_study(page, state);
}

/**
 * Whether this very test was made: its figures cannot come out otherwise.
 * @param {StudyRecord} record
 * @param {Winner} winner
 * @param {string} checksum of the test set
 */
function is_tested({ final_test }, winner, checksum) {
  return (
    final_test !== undefined &&
    final_test.value_index === winner.value_index &&
    final_test.test_set.checksum === checksum &&
    final_test.runs.map(({ run_index }) => run_index).join() === winner.runs.join()
  );
}

export class FinalTester {
  #parts;
  #shelf;
  #runner;
  /** @type {AbortController | null} */
  #abort = null;
  /** @type {Pool | null} */
  #pool = null;

  /** @param {StudyParts} parts @param {StudyShelf} shelf @param {Pick<StudyRunner, "before">} runner */
  constructor(parts, shelf, runner) {
    this.#parts = parts;
    this.#shelf = shelf;
    this.#runner = runner;
  }

  /** Tests the winner of the open study; a test that stands is looked at once more. */
  async test() {
    const { store, page, test_set } = this.#parts;
    const state = store.get();
    const why = why_not_test(page.get(), state);
    const set = test_set();
    const { record, reading } = state;
    const winner = reading?.winner;
    if (why || !record || !winner || !set) {
      store.set({ test_told: why || "Load a test set under Train first." });
      return;
    }
    const abort = new AbortController();
    this.#abort = abort;
    this.#enter("testing", "Getting ready.");
    try {
      await this.#with_study(record, abort.signal, async (stands) => {
        const again = is_tested(stands, winner, set.summary.checksum);
        const runs = again
          ? (stands.final_test?.runs ?? [])
          : await this.#runs_tested(stands, winner, set, abort.signal);
        return {
          value_index: winner.value_index,
          test_set: set.summary,
          runs,
          tested_at: stands.final_test?.tested_at ?? new Date().toISOString(),
          num_looks: (stands.final_test?.num_looks ?? this.#looks_before(set)) + 1,
        };
      });
      this.#enter("idle", "The winner is tested; what it came to stands below.");
    } catch (error) {
      const is_stop = abort.signal.aborted;
      this.#enter(
        "idle",
        is_stop ? "Stopped. The test set was not looked at." : sentence_of(error),
      );
    } finally {
      this.#abort = null;
    }
  }

  /**
   * Models that were compared on the set under Train. One alone, such as the baseline,
   * chose nothing.
   * @param {LoadedData} set
   */
  #looks_before({ summary }) {
    const { page } = this.#parts;
    return Math.max(0, num_looks(page.get(), `test ${summary.checksum}`) - 1);
  }

  /** Ends a test under way. Nothing of it was seen. */
  stop() {
    this.#abort?.abort(new Cancelled("The test was stopped."));
    this.#pool?.cancel();
  }

  /**
   * Keeps with the study, which is this tab's meanwhile, what `work` comes to.
   * @param {StudyRecord} record
   * @param {AbortSignal} signal
   * @param {(record: StudyRecord) => Promise<FinalTest>} work
   */
  async #with_study({ id }, signal, work) {
    const { store, studies, read } = this.#parts;
    // A tab has one study's lock: the runner gives its own back first.
    await unless_aborted(this.#runner.before, signal);
    if (!(await studies.take(id))) {
      throw new Refused("This study is in use in another tab. Wait for it there.");
    }
    try {
      signal.throwIfAborted();
      const found = store.get().record;
      const newest = await studies.newest(id);
      if (!found || found.id !== id) throw new Refused("Open the study first.");
      // Another tab may have looked since it was read here.
      const stands = { ...found, final_test: newest?.final_test ?? found.final_test };
      const final_test = await work(stands);
      const now = store.get().record;
      const tested = { ...(now?.id === id ? now : stands), final_test };
      this.#shelf.put(tested);
      await this.#shelf.keep(tested);
      await read();
    } finally {
      studies.release();
    }
  }

  /**
   * Trains the winner's runs once more and has each model read the test set.
   * @param {StudyRecord} record
   * @param {Winner} winner
   * @param {LoadedData} set
   * @param {AbortSignal} signal
   * @returns {Promise<FinalTestRun[]>}
   */
  async #runs_tested(record, winner, set, signal) {
    const { engine, make_pool, store } = this.#parts;
    const { data } = engine;
    if (!data || data.summary.checksum !== record.data.checksum) {
      throw new Refused(`Load ${record.data.name} under Train first.`);
    }
    const trained = task_of(record.data);
    const why = why_not_judged(trained, set.summary, record.data);
    if (why) throw new Refused(why);
    const { places } = class_map(trained.classes, set.summary, record.data);
    const map = { num_classes: trained.classes.length, places };
    const artifact = await this.#backend_of(record, winner, signal);
    /** @type {Map<number, FinalTestRun>} */
    const tested = new Map();
    /** @type {StudyRun[]} */
    const runs = record.runs.map((run, index) =>
      winner.runs.includes(index) ? waiting(run.spec) : run,
    );
    /** @param {number} index @param {Progress | null} moment */
    const tell = (index, moment) => {
      const { label, seed } = record.plan.runs[index] ?? { label: "", seed: 0 };
      const where = moment ? `, epoch ${moment.epoch} of ${moment.num_epochs}` : "";
      const count = winner.runs.length;
      const nth = count > 1 ? ` (run ${winner.runs.indexOf(index) + 1} of ${count})` : "";
      store.set({ test_told: `Training ${label}, seed ${seed}, once more${nth}${where}.` });
    };
    const pool = make_pool({
      plan: record.plan,
      runs,
      artifact,
      data,
      num_workers: artifact === "webgpu" ? 1 : record.plan.workers,
      on_change: (index, moment) => moment && tell(index, moment),
      with_model: async (index, result, ask) => {
        const before = record.runs[index]?.result;
        if (before?.weights_checksum !== result.weights_checksum) {
          throw new Refused(other_weights(record, index, result));
        }
        store.set({ test_told: `Reading ${format.counted(set.summary.num_rows, "test image")}.` });
        tested.set(index, await this.#figures(index, set, map, ask, signal));
      },
    });
    this.#pool = pool;
    if (signal.aborted) pool.cancel();
    try {
      await pool.done;
    } finally {
      this.#pool = null;
    }
    signal.throwIfAborted();
    return winner.runs.map((index) => {
      const figures = tested.get(index);
      if (!figures) throw new Refused(runs[index]?.reason || "The winner could not be trained.");
      return figures;
    });
  }

  /**
   * Where its runs were computed: only there the weights come out the same.
   * @param {StudyRecord} record
   * @param {Winner} winner
   * @param {AbortSignal} signal
   */
  async #backend_of({ runs }, winner, signal) {
    const backends = new Set(winner.runs.map((index) => runs[index]?.result?.backend));
    const [backend] = backends;
    if (backends.size !== 1 || (backend !== "ndarray" && backend !== "webgpu")) {
      throw new Refused("Its runs were computed by different backends, which cannot be repeated.");
    }
    const decision = await this.#parts.engine.choose_backend({ backend }, { signal });
    return decision.backend;
  }

  /**
   * @param {number} run_index
   * @param {LoadedData} set
   * @param {{ num_classes: number, places: readonly number[] }} map the model's classes, and which of them each of the set's is
   * @param {Ask} ask
   * @param {AbortSignal} signal
   * @returns {Promise<FinalTestRun>}
   */
  async #figures(run_index, { summary, blob }, { num_classes, places }, ask, signal) {
    const { engine } = this.#parts;
    const { num_rows } = summary;
    const bytes = async (/** @type {number} */ from, /** @type {number} */ to) =>
      new Uint8Array(await blob.slice(from, to).arrayBuffer());
    const size = num_pixels_of(summary);
    const probabilities = new Float32Array(num_rows * num_classes);
    for (let from = 0; from < num_rows; from += CHUNK) {
      signal.throwIfAborted();
      const to = Math.min(num_rows, from + CHUNK);
      probabilities.set(await ask(await bytes(from * size, to * size)), from * num_classes);
    }
    const own = await bytes(num_rows * size, blob.size);
    const labels = own.map((label) => places[label] ?? label);
    const { num_correct, accuracy, loss } = await unless_aborted(
      engine.evaluate(probabilities, labels),
      signal,
    );
    return { run_index, num_correct, num_rows, accuracy, loss };
  }

  /** @param {"idle" | "testing"} phase @param {string} test_told */
  #enter(phase, test_told) {
    const { store, page } = this.#parts;
    store.set({ phase, test_told });
    page.set({ is_study_busy: phase !== "idle" });
  }
}

/**
 * @param {StudyRecord} record
 * @param {number} index
 * @param {RunResult} result
 */
function other_weights({ runs }, index, result) {
  const before = runs[index]?.result;
  const seed = runs[index]?.spec.seed;
  if (!before?.weights_checksum) {
    return `The run with seed ${seed} is of a version that kept no checksum of its weights, so nothing says that they are the same. Run the study anew.`;
  }
  const by =
    before.version === result.version ? "" : ` It was trained by Inkling ${before.version}.`;
  return `The run with seed ${seed} came out with other weights (checksum ${result.weights_checksum}, before ${before.weights_checksum}), so it is not the study’s winner that would be tested.${by} Run the study anew here.`;
}
