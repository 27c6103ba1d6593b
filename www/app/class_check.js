// The controller of a class's check: hand-ins are read one after the other, their runs
// trained again by a pool of workers, the longest first and equal ones once, and each
// hand-in is judged as soon as its own runs are there. What a verdict is, the crate says;
// the program says the same of the same files. Knows no document.

import { Refused, sentence_of, unless_aborted } from "../base/fault.js";
import { new_id } from "../base/id.js";
import { in_turn } from "../base/readings.js";
import { Clerk } from "../engine/clerk.js";
import { Pool, remaining_secs } from "../engine/pool.js";
import { create_store } from "./state.js";

/** @import { Assignment, ClassFiles, CheckWish, HandIn, HandInVerdict, HandedRun, Progress, StudyRun, TrainedAgain } from "../pkg/studies/inkling.js" */
/** @import { LoadedData } from "../engine/custody.js" */
/** @import { PoolJob } from "../engine/pool.js" */
/** @import { PageState, View } from "./state.js" */

/** Steps that the runs of one hand-in may take, unless a person allows more; the program's. */
export const MOST_STEPS = 1_000_000;
/** What moves is shown this often: workers report twenty times a second each. */
const BEAT_MS = 250;

/**
 * Where a hand-in stands. One that `asks` wants more steps than its budget.
 * @typedef {"waiting" | "reading" | "training" | "judged" | "asks" | "stopped"} HandInState
 */

/**
 * @typedef {object} ClassRow
 * @property {string} id
 * @property {string} zip what it is called
 * @property {File} file
 * @property {HandInState} state
 * @property {HandIn | null} hand_in once it is read
 * @property {HandInVerdict | null} verdict once it is judged
 * @property {number} num_trained of its runs that are to be trained again
 * @property {number} num_asked
 */

/**
 * What a check was asked for.
 * @typedef {object} CheckForm
 * @property {number | null} sample runs of each hand-in to train again; `null` for all
 * @property {number} budget steps that the runs of one hand-in may take
 * @property {number} num_workers
 * @property {string} [assignment] its link, or the text of its file; empty for the usual one
 */

/** Data that hand-ins were checked against. @typedef {LoadedData["summary"]} CheckedData */

/**
 * @typedef {object} CheckState
 * @property {readonly ClassRow[]} rows
 * @property {"idle" | "reading" | "training" | "stopping"} phase
 * @property {CheckedData | null} data that verdicts are of
 * @property {number} num_runs that are trained again in all
 * @property {number} num_done of them
 * @property {number | null} secs_left
 * @property {number} elapsed_secs of the check that is over
 * @property {"" | "Finished" | "Stopped" | "Failed"} outcome of the last check
 * @property {string} fault why it failed or was refused, in a sentence
 */

/** @returns {CheckState} */
function initial_check() {
  return {
    rows: [],
    phase: "idle",
    data: null,
    num_runs: 0,
    num_done: 0,
    secs_left: null,
    elapsed_secs: 0,
    outcome: "",
    fault: "",
  };
}

export class ClassCheck {
  #page;
  #data;
  #clerk;
  #make_pool;
  #store = create_store(initial_check());
  /** Of the check under way. @type {AbortController | null} */
  #abort = null;
  /** @type {Pool | null} */
  #pool = null;
  /** Runs that were trained again on the data of this checksum, by their keys. */
  #trained = { checksum: "", by_key: /** @type {Map<string, TrainedAgain>} */ (new Map()) };
  /** Hand-ins that may take more steps than the budget, by their rows. @type {Set<string>} */
  #allowed = new Set();
  #num_takes = 0;

  /**
   * @param {object} given
   * @param {View<PageState>} given.page
   * @param {() => LoadedData | null} given.data that is loaded on the bench
   * @param {Clerk} [given.clerk] tests put their own in its place
   * @param {(job: PoolJob) => Pool} [given.make_pool] and here
   */
  constructor({ page, data, clerk, make_pool }) {
    this.#page = page;
    this.#data = data;
    this.#clerk = clerk ?? new Clerk();
    this.#make_pool = make_pool ?? ((job) => new Pool(job));
  }

  /** What is seen of it. @type {View<CheckState>} */
  get view() {
    return this.#store;
  }

  /**
   * The hand-ins to check, in place of those before.
   * @param {readonly { file: File, path: string }[]} picked
   */
  async take(picked) {
    const mine = ++this.#num_takes;
    this.#refuse_busy();
    const names = await this.#clerk.names(picked.map(({ path }) => path));
    // Those that were picked last are meant, and a check may have begun.
    if (mine !== this.#num_takes) return;
    this.#refuse_busy();
    this.#allowed.clear();
    const rows = picked.map(({ file }, at) => row_of(file, names[at] ?? file.name));
    this.#store.set({ ...initial_check(), rows });
  }

  #refuse_busy() {
    if (this.#abort) throw new Refused("A class is being checked. Stop it before you pick others.");
  }

  /** Checks them; what was trained before a stop is not trained again. @param {CheckForm} form */
  async check(form) {
    if (this.#abort) return;
    const why = this.#why_not();
    const data = this.#data();
    if (why || !data) {
      this.#store.set({ fault: why || NO_DATA, outcome: "Failed" });
      return;
    }
    const abort = new AbortController();
    this.#abort = abort;
    const started_ms = performance.now();
    const rows = this.#store.get().rows.map(({ file, zip, id }) => ({ ...row_of(file, zip), id }));
    this.#store.set({ ...initial_check(), rows, phase: "reading", data: data.summary });
    /** @type {CheckState["outcome"]} */
    let outcome = "Finished";
    let fault = "";
    try {
      const assignment = await unless_aborted(this.#assignment(form, data), abort.signal);
      await this.#read_all(form, data, assignment, abort.signal);
      await this.#train_all(form, data, abort.signal);
      abort.signal.throwIfAborted();
    } catch (error) {
      outcome = abort.signal.aborted ? "Stopped" : "Failed";
      if (!abort.signal.aborted) fault = sentence_of(error);
    } finally {
      this.#abort = null;
      this.#pool = null;
    }
    this.#change_rows((row) =>
      row.state === "judged" || row.state === "asks" ? row : { ...row, state: "stopped" },
    );
    const elapsed_secs = (performance.now() - started_ms) / 1000;
    this.#store.set({ phase: "idle", outcome, fault, elapsed_secs, secs_left: null });
  }

  /** Ends the check under way; verdicts and runs that are there stay. */
  stop() {
    if (!this.#abort) return;
    this.#store.set({ phase: "stopping" });
    this.#abort.abort(new Refused("It was stopped."));
    this.#pool?.cancel();
    this.#clerk.end();
  }

  /**
   * Lets a hand-in take the steps that it asks for, at the next check.
   * @param {string} id of its row
   */
  allow(id) {
    this.#allowed.add(id);
  }

  /** The verdicts so far as files. @returns {Promise<ClassFiles>} */
  files() {
    const verdicts = this.#store.get().rows.flatMap(({ verdict }) => verdict ?? []);
    if (verdicts.length === 0) throw new Refused("There is no verdict yet. Press Check class.");
    return this.#clerk.files(verdicts);
  }

  #why_not() {
    const { data } = this.#page.get();
    if (!data) return NO_DATA;
    if (!data.has_labels) return `${data.name} has no labels, so nothing can be trained on it.`;
    return this.#store.get().rows.length > 0 ? "" : "Pick hand-ins first: the zips of a class.";
  }

  /**
   * What was asked for; none for the usual assignment.
   * @param {CheckForm} form
   * @param {LoadedData} data
   * @returns {Promise<Assignment | undefined>}
   */
  async #assignment({ assignment: text = "" }, { summary }) {
    if (text === "") return undefined;
    const assignment = await this.#clerk.assignment(text);
    const why = await this.#clerk.why_other_data(assignment, summary);
    if (why) throw new Refused(`${why}. Load those under Train.`);
    return assignment;
  }

  /**
   * @param {CheckForm} form
   * @param {LoadedData} data
   * @param {Assignment | undefined} assignment
   * @param {AbortSignal} signal
   */
  async #read_all({ sample, budget }, { summary }, assignment, signal) {
    const { checksum, num_rows } = summary;
    for (const { id, file, zip } of this.#store.get().rows) {
      this.#change_row(id, { state: "reading" });
      /** @type {CheckWish} */
      const wish = {
        data: checksum,
        num_rows,
        summary,
        sample: sample ?? undefined,
        budget: this.#allowed.has(id) ? Infinity : budget,
        assignment,
      };
      const hand_in = await unless_aborted(this.#clerk.read(file, zip, wish), signal);
      const num_asked = wanted_of(hand_in).length;
      this.#change_row(id, { state: "training", hand_in, num_asked });
    }
    // What a large one took of memory a worker never gives back.
    this.#clerk.end();
  }

  /** @param {CheckForm} form @param {LoadedData} data @param {AbortSignal} signal */
  async #train_all({ num_workers }, data, signal) {
    const { checksum } = data.summary;
    if (this.#trained.checksum !== checksum) this.#trained = { checksum, by_key: new Map() };
    const { by_key } = this.#trained;
    // What failed may have failed of this machine.
    for (const [key, { result }] of by_key) if (!result) by_key.delete(key);
    const asked = this.#store
      .get()
      .rows.flatMap(({ hand_in }) => (hand_in ? wanted_of(hand_in) : []));
    const each = [...new Map(asked.map((run) => [run.key, run])).values()];
    const wanted = each.filter(({ key }) => !by_key.has(key));
    wanted.sort((one, other) => other.cost - one.cost);
    this.#store.set({
      phase: "training",
      num_runs: each.length,
      num_done: each.length - wanted.length,
    });
    await this.#judge_ready(signal);
    const judge = in_turn(() => this.#judge_ready(signal));
    const runs = wanted.map(run_of);
    /** @type {Map<number, Progress>} */
    const progress = new Map();
    const order = Array.from(runs.keys());
    const pool = this.#make_pool({
      plan: { order },
      runs,
      artifact: "ndarray",
      data,
      num_workers,
      most_epochs: (index) => wanted[index]?.num_epochs ?? 0,
      on_change: (index, moment) => {
        if (moment) progress.set(index, moment);
        const run = runs[index];
        const asked = wanted[index];
        if (!run || !asked || run.state === "running" || run.state === "waiting") return;
        progress.delete(index);
        const again = again_of(asked, run);
        if (!again || by_key.has(asked.key)) return;
        by_key.set(asked.key, again);
        // A fault is told by the last one, which is awaited.
        judge().catch(() => {});
      },
    });
    this.#pool = pool;
    if (signal.aborted) pool.cancel();
    const beat = () => {
      const num_done = each.filter(({ key }) => by_key.has(key)).length;
      const secs_left = remaining_secs(runs, order, progress, num_workers);
      this.#store.set({ num_done, secs_left });
      this.#change_rows((row) => ({ ...row, num_trained: this.#num_trained(row) }));
    };
    const timer = setInterval(beat, BEAT_MS);
    try {
      await pool.done;
      await judge();
    } finally {
      clearInterval(timer);
      beat();
    }
  }

  /** @param {ClassRow} row */
  #num_trained({ hand_in }) {
    if (!hand_in) return 0;
    return wanted_of(hand_in).filter(({ key }) => this.#trained.by_key.has(key)).length;
  }

  /** Judges every hand-in whose runs are there. @param {AbortSignal} signal */
  async #judge_ready(signal) {
    const { rows } = this.#store.get();
    for (const row of rows) {
      const { hand_in } = row;
      if (!hand_in || row.state !== "training") continue;
      if (this.#num_trained(row) < row.num_asked) continue;
      const verdict = await unless_aborted(this.#verdict(hand_in, rows), signal);
      const state = hand_in.over_budget ? "asks" : "judged";
      this.#change_row(row.id, { state, verdict, num_trained: row.num_asked });
    }
  }

  /** @param {HandIn} hand_in @param {readonly ClassRow[]} rows */
  #verdict(hand_in, rows) {
    const again = wanted_of(hand_in).flatMap(({ key }) => this.#trained.by_key.get(key) ?? []);
    const own = new Set(hand_in.weights);
    // Of the others only those that share a model with it are of interest.
    const shared = rows.flatMap(({ zip, hand_in: other }) => {
      const weights = other?.weights.filter((one) => own.has(one)) ?? [];
      return weights.length > 0 ? [{ zip, weights }] : [];
    });
    const data = this.#trained.checksum;
    return this.#clerk.judge({ hand_in, data, again, class: shared });
  }

  /** @param {string} id @param {Partial<ClassRow>} patch */
  #change_row(id, patch) {
    this.#change_rows((row) => (row.id === id ? { ...row, ...patch } : row));
  }

  /** @param {(row: ClassRow) => ClassRow} change */
  #change_rows(change) {
    this.#store.set({ rows: this.#store.get().rows.map(change) });
  }
}

const NO_DATA =
  "There are no data to train on again. Load under Train what the class was given, such as train.csv.";

/** @param {File} file @param {string} zip @returns {ClassRow} */
function row_of(file, zip) {
  return {
    id: new_id(),
    zip,
    file,
    state: "waiting",
    hand_in: null,
    verdict: null,
    num_trained: 0,
    num_asked: 0,
  };
}

/** The runs of a hand-in that are to be trained again. @param {HandIn} hand_in */
function wanted_of({ fault, over_budget, runs }) {
  return fault || over_budget ? [] : runs.filter((run) => run.is_asked);
}

/** A run as a pool takes it. @param {HandedRun} run @returns {StudyRun} */
function run_of({ again, cost }) {
  const spec = { value_index: 0, label: "", axis: 0, seed: 0, config: again, cost };
  return { spec, state: "waiting", reason: "", history: [], result: undefined };
}

/**
 * What came of a run; nothing where it was stopped before its time.
 * @param {HandedRun} asked
 * @param {StudyRun} run that is over
 * @returns {TrainedAgain | null}
 */
function again_of({ key, num_epochs }, { state, reason, result }) {
  if (state === "crashed") return { key, result: undefined, why: reason };
  if (!result) return null;
  const is_cut = result.outcome === "stopped" && result.history.length < num_epochs;
  return is_cut ? null : { key, result, why: "" };
}
