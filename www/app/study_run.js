// The controller of the study that this tab runs: it alone starts, stops and ends one.
// A study has one signal from the press of its button until its first worker, and its
// data from that press on. Knows no document.

import { Cancelled, Refused, sentence_of, unless_aborted } from "../base/fault.js";
import { BackendUnavailable } from "../engine/backend.js";
import { BEFORE_IT_BEGAN } from "../engine/pool.js";
import { new_id } from "../base/id.js";
import { factor_words } from "./factors.js";
import {
  is_study_active,
  study_config,
  typed_fault,
  waiting,
  why_not_study,
  with_waiting,
  without_waiting,
} from "./study_state.js";

/** @import { Progress, StudyRecord, StudyRun } from "../pkg/ndarray/inkling.js" */
/** @import { LoadedData } from "../engine/custody.js" */
/** @import { Artifact } from "../worker/artifact.js" */
/** @import { Pool } from "../engine/pool.js" */
/** @import { StudyParts } from "./studies.js" */
/** @import { StudyShelf } from "./study_shelf.js" */
/** @import { StudyPhase } from "./study_state.js" */

/** While a study runs, what it has so far is kept this often. */
const KEEP_EVERY_MS = 2_000;
/** And what moves is shown this often: workers report twenty times a second each. */
const BEAT_MS = 250;
/** What a study came to is read and kept before it is called over, unless that takes longer. */
const PATIENCE_MS = 5_000;

const OTHER_BACKEND =
  "Choose another backend under Train and run the study anew, or run what is missing where WebGPU is there.";

/** More than two runs on one device only take its memory from each other. */
const MOST_ON_WEBGPU = 2;

export class StudyRunner {
  #parts;
  #shelf;
  /** Of the study that starts. @type {AbortController | null} */
  #starting = null;
  /** Of the study that runs. @type {Pool | null} */
  #pool = null;
  /** The study before, with its lock, until all of it is put away. @type {Promise<void>} */
  #before = Promise.resolve();
  /** The study under way as its workers have it. @type {{ runs: StudyRun[], started_ms: number, progress: Map<number, Progress> } | null} */
  #work = null;
  #kept_ms = 0;
  /** Whether this tab has the lock of a study that is not put away. */
  #is_taken = false;
  /** Why nothing could start as things stood at the last press. */
  why = "";

  /** @param {StudyParts} parts @param {StudyShelf} shelf */
  constructor(parts, shelf) {
    this.#parts = parts;
    this.#shelf = shelf;
  }

  /** Resolves once the study that ran last is put away, with its lock. */
  get before() {
    return this.#before;
  }

  /** A new study of what form and bench say. */
  run() {
    const { store, page, engine } = this.#parts;
    const { form } = store.get();
    const config = study_config(form, page.get().config);
    return this.#occupied(async (signal) => {
      const data = this.#data("There is no data to study. Load a data set under Train first.");
      const wrong = typed_fault(form) ?? page.get().typed_fault;
      if (wrong) throw new Refused(wrong.message);
      const plan = await unless_aborted(engine.plan_study(config), signal);
      // Each run's settings are checked before the first one starts.
      for (const spec of plan.runs) {
        await unless_aborted(engine.plan(spec.config), signal);
      }
      const version = await unless_aborted(engine.version(), signal);
      const now = new Date().toISOString();
      /** @type {StudyRecord} */
      const record = {
        format_version: 2,
        id: new_id(),
        name: `${factor_words(plan.factor).label}, ${now.slice(0, 16).replace("T", " ")}`,
        created: now,
        version,
        data: data.summary,
        plan,
        runs: plan.runs.map((spec) => waiting(spec)),
        wall_secs: 0,
        remarks: "",
      };
      await this.#take(record.id, signal);
      await unless_aborted(this.#shelf.listed(), signal);
      await this.#run_waiting(this.#shelf.add(record), data, signal);
    });
  }

  /** Runs again what of the open study was stopped, failed, or cut off by a closed page. */
  run_missing() {
    const { store, studies } = this.#parts;
    return this.#occupied(async (signal) => {
      const found = store.get().record;
      if (!found) throw new Refused("Open a study first.");
      await this.#take(found.id, signal);
      const data = this.#data(`Load ${found.data.name} under Train first: its runs are missing.`);
      if (data.summary.checksum !== found.data.checksum) {
        throw new Refused(
          `This study was begun on ${found.data.name} (checksum ${found.data.checksum}); found ${data.summary.name} (${data.summary.checksum}). Load the same data to go on.`,
        );
      }
      // Another tab may have gone on with it since it was read here.
      const newest = await unless_aborted(studies.newest(found.id), signal);
      const { runs, wall_secs } = newest ?? found;
      await this.#run_waiting(with_waiting({ ...found, runs, wall_secs }), data, signal);
    });
  }

  /** Stops the study: at once while it starts, else its runs end within two seconds. */
  stop() {
    const { store } = this.#parts;
    if (!is_study_active(store.get())) return;
    store.set({ is_stopped: true });
    if (this.#pool) {
      this.#enter("stopping");
      this.#pool.cancel();
    } else this.#starting?.abort(new Cancelled("The study was stopped before it began."));
  }

  /** Stops one of its runs. @param {number} index */
  cancel_run(index) {
    this.#pool?.cancel_run(index);
  }

  /** Keeps what waits to be kept: the page is being closed. */
  leave() {
    if (!this.#work) return;
    this.#show_work();
    this.#keep_work();
  }

  /** @param {string} otherwise @returns {LoadedData} */
  #data(otherwise) {
    const { data } = this.#parts.engine;
    if (!data) throw new Refused(otherwise);
    return data;
  }

  /** @param {StudyPhase} phase */
  #enter(phase) {
    const { store, page } = this.#parts;
    store.set({ phase });
    page.set({ is_study_busy: phase !== "idle" });
  }

  /**
   * Does what starts a study and waits for its end; one at a time.
   * @param {(signal: AbortSignal) => Promise<void>} work
   * @returns {Promise<void>}
   */
  async #occupied(work) {
    const { store, page } = this.#parts;
    this.why = why_not_study(page.get(), store.get());
    if (this.why) {
      store.set({ refusal: this.why });
      return;
    }
    const abort = new AbortController();
    this.#starting = abort;
    store.set({ refusal: "", is_stopped: false, has_failed: false, progress: new Map() });
    this.#enter("starting");
    try {
      await unless_aborted(this.#before, abort.signal);
      await work(abort.signal);
    } catch (error) {
      const has_failed = !(error instanceof Refused || error instanceof Cancelled);
      store.set({ refusal: sentence_of(error), has_failed });
    } finally {
      this.#starting = null;
      if (this.#is_taken) this.#release();
      this.#enter("idle");
    }
  }

  /** Takes a study for this tab. @param {string} id @param {AbortSignal} signal */
  async #take(id, signal) {
    const { studies } = this.#parts;
    const taking = studies.take(id);
    // One that comes after the study was stopped is given back before another starts.
    this.#before = taking.then(
      (is_taken) => (is_taken && signal.aborted ? studies.release() : undefined),
      () => {},
    );
    if (!(await unless_aborted(taking, signal))) {
      throw new Refused(
        "This study runs in another tab. Wait for it there, or run one of its own.",
      );
    }
    this.#is_taken = true;
  }

  /**
   * @param {StudyRecord} record
   * @param {LoadedData} data
   * @param {AbortSignal} signal
   */
  async #run_waiting(record, data, signal) {
    const { store, engine, make_pool } = this.#parts;
    store.set({ record, ...(store.get().record?.id === record.id ? {} : { reading: null }) });
    this.#shelf.put(record);
    try {
      const { config, before } = most_work(record);
      const { workers } = record.plan;
      const wish = { before, num_at_once: workers, signal };
      const { backend } = await engine.choose_backend(config, wish);
      signal.throwIfAborted();
      const runs = record.runs.slice();
      const work = {
        runs,
        started_ms: performance.now() - 1000 * record.wall_secs,
        progress: new Map(),
      };
      this.#work = work;
      this.#pool = make_pool({
        plan: record.plan,
        runs,
        artifact: backend,
        data,
        num_workers: backend === "webgpu" ? Math.min(MOST_ON_WEBGPU, workers) : workers,
        on_change: (index, moment) => this.#take_change(index, moment),
      });
      this.#show_work();
      this.#enter("running");
      this.#keep_work();
      const beat = setInterval(() => this.#beat(), BEAT_MS);
      await this.#pool.done;
      clearInterval(beat);
      this.#show_work();
    } catch (error) {
      // It has not begun: it can be had again, and says why.
      const now = store.get().record ?? record;
      if (signal.aborted) this.#shelf.put(without_waiting(now, "stopped", BEFORE_IT_BEGAN));
      else {
        this.#shelf.put(without_waiting(now, "crashed", sentence_of(error)));
        const advice = error instanceof BackendUnavailable ? ` ${OTHER_BACKEND}` : "";
        store.set({ refusal: `${sentence_of(error)}${advice}` });
      }
    } finally {
      this.#pool = null;
      this.#work = null;
      await this.#put_away();
    }
  }

  /** Reads what came of the study, and keeps it; then another tab may have it. */
  async #put_away() {
    const { store, read } = this.#parts;
    const { record } = store.get();
    const reading = read();
    this.#before = (async () => {
      if (record) await patiently(this.#shelf.keep(record));
      this.#release();
    })();
    this.#is_taken = false;
    await patiently(reading);
  }

  #release() {
    this.#is_taken = false;
    this.#parts.studies.release();
  }

  /**
   * @param {number} index
   * @param {Progress | null} moment
   */
  #take_change(index, moment) {
    const work = this.#work;
    const run = work?.runs[index];
    if (!work || !run) return;
    if (moment) {
      work.progress.set(index, moment);
      return;
    }
    if (run.state === "running") return;
    work.progress.delete(index);
    // An end is shown at once, epochs with the next beat.
    this.#show_work();
    void this.#parts.read();
  }

  #beat() {
    this.#show_work();
    if (performance.now() - this.#kept_ms >= KEEP_EVERY_MS) this.#keep_work();
  }

  #show_work() {
    const { store } = this.#parts;
    const { record } = store.get();
    const work = this.#work;
    if (!work || !record) return;
    store.set({ progress: new Map(work.progress) });
    // Its name and remarks may have been written meanwhile.
    const wall_secs = (performance.now() - work.started_ms) / 1000;
    this.#shelf.put({ ...record, runs: work.runs.slice(), wall_secs });
  }

  #keep_work() {
    const { record } = this.#parts.store.get();
    this.#kept_ms = performance.now();
    if (record) void this.#shelf.keep(record);
  }
}

/**
 * What decides where a study is computed: of the runs that wait the one with the most work,
 * and what computed those that are finished, for all are compared.
 * @param {StudyRecord} record
 */
function most_work({ plan, runs }) {
  const next = Array.from(plan.order).find((index) => runs[index]?.state === "waiting");
  const waiting_run = next === undefined ? undefined : runs[next];
  const backend = runs.find(({ state }) => state === "finished")?.result?.backend;
  /** @type {Artifact | undefined} */
  const before = backend === "ndarray" || backend === "webgpu" ? backend : undefined;
  return { config: waiting_run?.spec.config ?? plan.baseline, before };
}

/** Waits, but not for ever: neither worker nor database may hold a person up. @param {Promise<unknown>} work */
async function patiently(work) {
  await unless_aborted(work, AbortSignal.timeout(PATIENCE_MS)).catch(() => {});
}
