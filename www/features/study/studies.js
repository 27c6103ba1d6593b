// The study that is open and all that are kept: run, read, keep, rename, import.
// Draws nothing; whoever shows them is told what changed.

import { message_of } from "../../ui/dom.js";
import { Pool } from "../../engine/pool.js";
import { FACTORS } from "./factors.js";
import { Keep, settled } from "./keep.js";

/** @import { Progress, StudyConfig, StudyPlan, StudyReading, StudyRecord, StudyRun } from "../../pkg/ndarray/inkling.js" */
/** @import { Database } from "../../store/database.js" */
/** @import { Trainer } from "../../engine/trainer.js" */

/**
 * @typedef {object} StudiesListeners
 * @property {() => void} on_open another study is open, or none
 * @property {(index: number) => void} on_run a run of the open study changed its state or gained an epoch
 * @property {() => void} on_beat a few times a second while a study runs
 * @property {() => void} on_phase it started, stopped, or ended
 * @property {() => void} on_reading
 * @property {(error: unknown) => void} on_unreadable
 * @property {() => void} on_kept the kept studies
 */

/** Of runs that are still to be had; a closed page leaves the latter two behind. */
const OPEN_STATES = ["stopped", "crashed", "waiting", "running"];

/** While a study runs, what it has so far is kept this often. */
const KEEP_EVERY_MS = 2_000;
/** And what moves is shown anew this often. */
const BEAT_MS = 250;

export class Studies {
  /** The study that is open. @type {StudyRecord | null} */
  record = null;
  /** @type {StudyReading | null} */
  reading = null;
  /** The newest first. @type {StudyRecord[]} */
  kept = [];
  /** Of the runs under way, by index. @type {Map<number, Progress>} */
  progress = new Map();
  /** Before the first worker has its run. */
  is_starting = false;
  /** Whether the study under way, or the last one, was asked to stop. */
  is_stopped = false;
  /** Why a study could not start. */
  failure = "";

  #keep;
  #trainer;
  #listeners;
  /** @type {Pool | null} */
  #pool = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #keeping;
  #reads_asked = 0;

  /**
   * @param {Database} database
   * @param {Trainer} trainer holds the data set, decides the backend, asks the engine
   * @param {StudiesListeners} listeners
   */
  constructor(database, trainer, listeners) {
    this.#keep = new Keep(database);
    this.#trainer = trainer;
    this.#listeners = listeners;
    // A page that is being closed gets no second chance.
    addEventListener("pagehide", () => this.#leave());
  }

  get is_running() {
    return this.#pool !== null;
  }

  get is_busy() {
    return this.is_running || this.is_starting;
  }

  /** Opens what was kept before the page was loaded. */
  async restore() {
    this.kept = (await this.#keep.all()).map(settled);
    const [latest] = this.kept;
    if (!this.record && latest && !this.is_starting) this.open(latest.id);
    this.#listeners.on_kept();
  }

  // Running

  /**
   * A new study, until it has ended.
   * @param {StudyConfig} config
   */
  run(config) {
    return this.#occupied(async () => {
      const data = this.#data();
      const plan = await this.#trainer.ask((engine) => engine.plan_study(config));
      // Each run's settings are checked before the first one starts.
      for (const spec of plan.runs) await this.#trainer.plan(spec.config);
      const version = await this.#trainer.ask((engine) => engine.version());
      const now = new Date().toISOString();
      this.#leave();
      const record = {
        format_version: 1,
        id: crypto.randomUUID(),
        name: `${label_of(plan)}, ${now.slice(0, 16).replace("T", " ")}`,
        created: now,
        version,
        data: data.summary,
        plan,
        runs: plan.runs.map((spec) => waiting(spec)),
        wall_secs: 0,
        remarks: "",
      };
      await this.#keep.take(record.id);
      this.#show(record);
      await this.#run_waiting(record);
    });
  }

  /** Runs again what of the open study was stopped, failed, or cut off by a closed page. */
  run_missing() {
    return this.#occupied(async () => {
      const found = this.record;
      if (!found) throw new Error("Open a study first.");
      const data = this.#data();
      if (data.summary.checksum !== found.data.checksum) {
        throw new Error(
          `This study was begun on ${found.data.name} (checksum ${found.data.checksum}); found ${data.summary.name} (${data.summary.checksum}). Load the same data to go on.`,
        );
      }
      if (!(await this.#keep.take(found.id))) {
        throw new Error(
          "This study runs in another tab. Wait for it there, or run one of its own.",
        );
      }
      // Another tab may have gone on with it since it was read here.
      const { runs, wall_secs } = (await this.#keep.newest(found.id)) ?? found;
      const record = {
        ...found,
        wall_secs,
        runs: runs.map((run) => (OPEN_STATES.includes(run.state) ? waiting(run.spec) : run)),
      };
      this.#show(record, this.reading);
      await this.#run_waiting(record);
    });
  }

  /** Stops all runs of the study under way. */
  stop() {
    this.is_stopped = true;
    this.#pool?.cancel();
  }

  /** Stops one of them. @param {number} index */
  cancel_run(index) {
    this.#pool?.cancel_run(index);
  }

  #data() {
    const { data } = this.#trainer;
    if (!data) throw new Error("Load a data set first.");
    return data;
  }

  /**
   * Does what starts a study and waits for its end; one at a time.
   * @param {() => Promise<void>} work
   */
  async #occupied(work) {
    if (this.is_busy) return;
    this.is_starting = true;
    this.#listeners.on_phase();
    try {
      await work();
    } catch (error) {
      this.failure = message_of(error);
      throw error;
    } finally {
      this.#keep.release();
      this.is_starting = false;
      this.#listeners.on_phase();
    }
  }

  /** @param {StudyRecord} study */
  async #run_waiting(study) {
    this.failure = "";
    this.is_stopped = false;
    this.progress.clear();
    const { backend } = await this.#trainer.choose_backend(study.plan.baseline.backend ?? "auto");
    // More than two runs on one device only take its memory from each other.
    const num_workers = backend === "webgpu" ? Math.min(2, study.plan.workers) : study.plan.workers;
    const started_ms = performance.now() - 1000 * study.wall_secs;
    const runs = study.runs.slice();
    this.#pool = new Pool({
      plan: study.plan,
      runs,
      artifact: backend,
      data: this.#data(),
      num_workers,
      on_change: (index, moment) => {
        const run = runs[index];
        if (!run) return;
        if (moment) {
          // Shown with the next beat: a worker reports twenty times a second.
          this.progress.set(index, moment);
          return;
        }
        if (run.state !== "running") this.progress.delete(index);
        // Everything but its runs may have been edited meanwhile.
        this.record = {
          .../** @type {StudyRecord} */ (this.record),
          runs: runs.slice(),
          wall_secs: (performance.now() - started_ms) / 1000,
        };
        this.#listeners.on_run(index);
        if (run.state !== "running") void this.read();
        this.#keep_soon();
      },
    });
    this.is_starting = false;
    this.#listeners.on_phase();
    const beat = setInterval(() => this.#listeners.on_beat(), BEAT_MS);
    await this.#pool.done;
    clearInterval(beat);
    this.#pool = null;
    await this.read();
    await this.#keep_now();
  }

  /** Reads the open study's figures anew. */
  async read() {
    const mine = ++this.#reads_asked;
    const about = this.record;
    if (!about) return;
    try {
      const found = await this.#trainer.ask((engine) => engine.read_study(about));
      if (mine !== this.#reads_asked) return;
      this.reading = found;
      this.#listeners.on_reading();
    } catch (error) {
      this.#listeners.on_unreadable(error);
    }
  }

  /**
   * @param {StudyRecord | null} record
   * @param {StudyReading | null} reading
   */
  #show(record, reading = null) {
    this.record = record;
    this.reading = reading;
    this.#listeners.on_open();
  }

  // Keeping

  /** @param {string} id */
  open(id) {
    const found = this.#find(id);
    if (!found || this.is_busy) return;
    if (found.id !== this.record?.id) this.#leave();
    this.is_stopped = false;
    this.#show(found);
    this.#listeners.on_phase();
    void this.read();
  }

  /** Changes the open study's remarks. @param {string} remarks */
  remark(remarks) {
    if (!this.record) return;
    this.record = { ...this.record, remarks };
    this.#keep_soon(400);
  }

  /**
   * @param {string} id
   * @param {string} name
   */
  async rename(id, name) {
    const found = this.record?.id === id ? this.record : this.#find(id);
    if (!found) return;
    const renamed = { ...found, name };
    if (this.record?.id === id) this.record = renamed;
    this.kept = this.kept.map((one) => (one.id === id ? renamed : one));
    await this.#keep.change(renamed);
  }

  /** @param {string} id */
  async remove(id) {
    this.kept = this.kept.filter((one) => one.id !== id);
    if (this.record?.id === id) {
      clearTimeout(this.#keeping);
      this.#keeping = undefined;
      this.#show(null);
    }
    this.#listeners.on_phase();
    await this.#keep.remove(id);
  }

  /**
   * Takes studies of a file; one that is known already becomes a copy.
   * @param {StudyRecord[]} records
   */
  async import_all(records) {
    for (const one of records) {
      // Reading it in full is the check.
      await this.#trainer.ask((engine) => engine.read_study(one));
      const copy = { ...one, id: crypto.randomUUID(), name: `${one.name} (imported)` };
      const taken = settled(this.#find(one.id) ? copy : one);
      this.#put_first(taken);
      await this.#keep.put(taken);
      this.open(taken.id);
    }
    this.#listeners.on_kept();
  }

  /**
   * Those of the kept studies, as they stand, the oldest first; without any, the
   * open one.
   * @param {readonly string[]} ids
   * @returns {StudyRecord[]}
   */
  chosen(ids) {
    const { record } = this;
    const ticked = this.kept.filter(({ id }) => ids.includes(id)).reverse();
    if (ticked.length === 0) return record ? [record] : [];
    return ticked.map((one) => (one.id === record?.id ? record : one));
  }

  /**
   * Studies with what the engine reads in them.
   * @param {readonly StudyRecord[]} records
   */
  async read_all(records) {
    const studies = [];
    for (const record of records) {
      const reading = await this.#trainer.ask((engine) => engine.read_study(record));
      studies.push({ record, reading });
    }
    return studies;
  }

  /** @param {string} id */
  #find(id) {
    return this.kept.find((one) => one.id === id);
  }

  /** @param {StudyRecord} record */
  #put_first(record) {
    const others = this.kept.filter(({ id }) => id !== record.id);
    this.kept = [record, ...others].sort((a, b) => b.created.localeCompare(a.created));
  }

  #keep_soon(after_ms = KEEP_EVERY_MS) {
    this.#keeping ??= setTimeout(() => void this.#keep_now(), after_ms);
  }

  /** Keeps what waits to be kept, before another study takes its place. */
  #leave() {
    if (this.#keeping !== undefined) void this.#keep_now();
  }

  async #keep_now() {
    clearTimeout(this.#keeping);
    this.#keeping = undefined;
    const { record } = this;
    if (!record) return;
    this.#put_first(record);
    this.#listeners.on_kept();
    await this.#keep.change(record);
  }
}

/** @param {StudyPlan} plan */
function label_of(plan) {
  return FACTORS.find((one) => one.factor === plan.factor)?.label ?? plan.factor_name;
}

/** @param {StudyRun["spec"]} spec @returns {StudyRun} */
function waiting(spec) {
  return { spec, state: "waiting", reason: "", history: [], result: undefined };
}
