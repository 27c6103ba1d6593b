// The controller of a run: it alone begins, pauses, stops, keeps, ends and continues
// one, and holds its lock. A run has one id and one signal through every await; what
// bears another id is dropped. Knows no document.

import { Cancelled, Refused, sentence_of, unless_aborted } from "../base/fault.js";
import { new_id } from "../base/id.js";
import { task_of } from "../base/task.js";
import { why_not_typed } from "./bench_plan.js";
import { break_off, end_run } from "./run_end.js";
import { run_model, run_state } from "./run_record.js";
import { idle_run, is_active, why_not_train, with_progress } from "./state.js";

/** @import { EpochRecord, Event } from "../pkg/ndarray/inkling.js" */
/** @import { Settings } from "../base/settings.js" */
/** @import { Custody } from "../engine/custody.js" */
/** @import { Locks } from "../store/locks.js" */
/** @import { RunBytes, RunRecord, Runs } from "../store/runs.js" */
/** @import { KeptEpochs } from "./kept_epochs.js" */

/** A run with its bytes. @typedef {{ record: RunRecord, bytes: RunBytes }} WholeRun */

/** @import { PageState, RunState, Store } from "./state.js" */

/** A step that has not ended by then is ended with its worker; a person waits no longer. */
const STOP_PATIENCE_MS = 1000;

/** A write takes a moment; a storage that has not answered by then never will. */
const STORAGE_PATIENCE_MS = 10_000;
const SILENT = Symbol("silent");

/** A lock that a reload has not given back yet is free within this time. */
const LOCK_PATIENCE_MS = 1500;

/** What a run that begins, or goes on, has not come to yet. @type {Omit<RunBytes, "id">} */
const NO_BYTES = {
  model: undefined,
  tuned: undefined,
  former: undefined,
  labels: undefined,
  probabilities: undefined,
  rows: undefined,
};

/**
 * @typedef {object} RunParts
 * @property {Store<PageState>} store
 * @property {Custody} engine
 * @property {Runs} runs
 * @property {Locks} locks
 * @property {KeptEpochs} epochs looked back at, beside the one that is kept
 * @property {(id: string) => void} on_shown another run is the one that is shown after a reload
 * @property {() => Promise<void>} on_kept the kept runs have changed
 * @property {(sentence: string) => void} notice
 * @property {(work: () => void, after_ms: number) => unknown} [later] tests put their own clock in its place
 */

/**
 * A run under way.
 * @typedef {object} Active
 * @property {string} id
 * @property {AbortController} abort ends it while nothing has been learned
 * @property {RunRecord} record
 * @property {Uint8Array<ArrayBuffer> | undefined} checkpoint the newest
 * @property {WholeRun | null} before it as it was kept before it went on
 * @property {(() => void) | null} release gives its lock back
 * @property {boolean} is_begun whether what is kept of it is ours to change
 * @property {boolean} is_learning whether the first step is done
 * @property {boolean} is_forced whether its worker was ended to stop it
 */

/** Whether what is shown of it is only why none began. @param {RunState} run */
const is_refused = ({ phase, id }) => phase === "failed" && id === "";

export class RunController {
  #parts;
  #later;
  #ends;
  /** @type {Active | null} */
  #active = null;
  /** Whether the storage has left a write without an answer. */
  #is_storage_silent = false;

  /** @param {RunParts} parts */
  constructor(parts) {
    this.#parts = parts;
    this.#later = parts.later ?? ((work, after_ms) => setTimeout(work, after_ms));
    this.#ends = { ...parts, later: this.#later };
    let { config, data } = parts.store.get();
    parts.store.watch(["config", "data"], (now) => {
      const is_other = now.config !== config || now.data !== data;
      ({ config, data } = now);
      // What was refused was of the settings and the data that stood then.
      if (is_other && is_refused(now.run)) parts.store.set({ run: idle_run() });
    });
  }

  /** Whether a run is under way, or is being kept. */
  get is_busy() {
    return this.#active !== null;
  }

  /** Why none can begin, or go on, now; empty where one can. */
  get why_not() {
    const why = why_not_train(this.#parts.store.get());
    return why || (this.#active ? "The run before is still being kept. Press again." : "");
  }

  /** The id of the run under way. */
  get id() {
    return this.#active?.id ?? null;
  }

  /**
   * Trains from scratch. What is shown stays as it is unless the settings are right.
   * @param {Settings} config
   * @returns {Promise<void>} when it is over, however it ended
   */
  begin(config) {
    const { data, run } = this.#parts.store.get();
    if (!this.#may_begin()) return Promise.resolve();
    const wrong = why_not_typed(this.#parts.store.get());
    if (wrong) {
      this.#refuse(run, wrong);
      return Promise.resolve();
    }
    if (!data) {
      this.#refuse(run, "There is no data to train on. Press Load sample, or pick a CSV first.");
      return Promise.resolve();
    }
    /** @type {RunRecord} */
    const record = {
      format_version: 2,
      id: new_id(),
      order: 0,
      name: "",
      note: "",
      created: new Date().toISOString(),
      is_pinned: false,
      state: "running",
      error: "",
      has_crashed: false,
      config,
      data_name: data.name,
      data_checksum: data.checksum,
      data_rows: data.num_rows,
      task: task_of(data),
      decision: null,
      history: [],
      running: [],
      result: null,
      tuned: null,
      evaluated: null,
    };
    return this.#run(record, undefined, null);
  }

  /**
   * Goes on with a kept run from its last epoch.
   * @param {WholeRun} before
   * @param {Settings} config
   * @returns {Promise<void>} when it is over
   */
  go_on(before, config) {
    if (!this.#may_begin()) return Promise.resolve();
    const { checkpoint } = before.bytes;
    const { history, running } = checkpoint ? before.record : { history: [], running: [] };
    const record = {
      ...before.record,
      config,
      history: history.slice(),
      running: running.slice(),
      state: /** @type {const} */ ("running"),
      error: "",
      has_crashed: false,
      result: null,
      tuned: null,
      evaluated: null,
    };
    return this.#run(record, checkpoint, before);
  }

  async pause_or_resume() {
    const { store, engine, notice } = this.#parts;
    const active = this.#active;
    const { phase } = store.get().run;
    if (!active || (phase !== "training" && phase !== "paused")) return;
    const is_paused = phase === "paused";
    this.#show({ phase: is_paused ? "training" : "paused" });
    try {
      await (is_paused ? engine.resume() : engine.pause());
    } catch (error) {
      // A worker that died is told by the run itself.
      if (this.#active === active) notice(sentence_of(error));
    }
  }

  /** Ends the run: at once before its first step, else after the step under way. */
  stop() {
    const { engine } = this.#parts;
    const active = this.#active;
    if (!active || !is_active(this.#parts.store.get().run)) return;
    if (!active.is_learning) {
      active.abort.abort(new Cancelled("Stopped before its first step."));
      return;
    }
    if (this.#parts.store.get().run.phase === "stopping") return;
    this.#show({ phase: "stopping" });
    engine.stop().catch(() => {});
    this.#later(() => {
      if (this.#active !== active || this.#parts.store.get().run.phase !== "stopping") return;
      active.is_forced = true;
      engine.end_training("it was stopped within a long step");
    }, STOP_PATIENCE_MS);
  }

  #may_begin() {
    const why = this.why_not;
    if (why) this.#parts.notice(why);
    return why === "";
  }

  /**
   * Says why nothing began. A run that is shown stays as it is.
   * @param {RunState} before
   * @param {string} sentence
   */
  #refuse(before, sentence) {
    const { store, notice } = this.#parts;
    // What stands there already is said again, or a second press would go without an answer.
    if (before.phase === "idle" || (is_refused(before) && before.error !== sentence))
      store.set({ run: { ...idle_run(), phase: "failed", error: sentence } });
    else {
      store.set({ run: before });
      notice(sentence);
    }
  }

  /**
   * @param {RunRecord} record
   * @param {Uint8Array<ArrayBuffer> | undefined} checkpoint
   * @param {WholeRun | null} before
   */
  async #run(record, checkpoint, before) {
    const { store, engine } = this.#parts;
    const { run: shown, offer, config, typed_fault } = store.get();
    // The fields say what goes on.
    const fields = before ? { config: { ...config, ...record.config }, typed_fault: null } : {};
    const abort = new AbortController();
    /** @type {Active} */
    const active = {
      id: record.id,
      abort,
      record,
      checkpoint,
      before,
      release: null,
      is_begun: false,
      is_learning: false,
      is_forced: false,
    };
    this.#active = active;
    store.set({
      run: { ...run_state(record), phase: "opening" },
      offer: null,
      evaluation_told: "",
      ...fields,
    });
    try {
      // Before anything that is kept is touched.
      await unless_aborted(engine.plan(record.config), abort.signal);
    } catch (error) {
      if (!abort.signal.aborted) {
        this.#active = null;
        const is_typed = store.get().config !== fields.config;
        store.set({ offer, ...(is_typed ? {} : { config, typed_fault }) });
        this.#refuse(shown, sentence_of(error));
        return;
      }
    }
    try {
      abort.signal.throwIfAborted();
      await this.#take(active);
      const result = await engine.train(
        record.config,
        {
          on_decision: (decision) => this.#for(active, () => this.#show({ decision })),
          on_event: (event) => this.#for(active, () => this.#take_event(active, event)),
          on_checkpoint: (bytes, epoch) => this.#keep_epoch(active, bytes, epoch),
        },
        checkpoint ? { checkpoint, before: before?.record.decision?.backend } : {},
        abort.signal,
      );
      await end_run(this.#ends, active, result);
    } catch (error) {
      await break_off(this.#ends, active, error);
    } finally {
      active.release?.();
      if (this.#active === active) this.#active = null;
      await this.#parts.on_kept();
    }
  }

  /** Takes the run's lock and writes that it has begun. @param {Active} active */
  async #take(active) {
    const { locks, runs, on_shown } = this.#parts;
    const { signal } = active.abort;
    const holding = locks.hold(`run ${active.id}`, LOCK_PATIENCE_MS);
    // One that comes after the run was stopped is given back at once.
    void holding.then((release) => (signal.aborted ? release?.() : null));
    const release = await unless_aborted(holding, signal);
    if (!release) throw new Refused("Another tab goes on with this run.");
    active.release = release;
    const { before } = active;
    // Whoever held it until now may have gone on with it, or deleted it.
    const found = before && (await unless_aborted(runs.get(active.id), signal));
    if (before && found?.record.order !== before.record.order) {
      throw new Refused("Another tab has gone on with this run meanwhile. Open it again.");
    }
    active.is_begun = true;
    this.#parts.epochs.begin(active.id, active.record.history.length);
    // What an earlier try of it came to is its no longer.
    const begun = runs.begin(active.record, { ...NO_BYTES, checkpoint: active.checkpoint });
    await unless_aborted(this.#bounded(begun), signal);
    on_shown(active.id);
    void this.#parts.on_kept();
  }

  /** Drops what is told of a run that is no longer the one. @param {Active} active @param {() => void} work */
  #for(active, work) {
    if (this.#active === active) work();
  }

  /** @param {Partial<RunState>} patch */
  #show(patch) {
    const { store } = this.#parts;
    store.set({ run: { ...store.get().run, ...patch } });
  }

  /**
   * @param {Active} active
   * @param {Event} event
   */
  #take_event(active, event) {
    const { store, engine } = this.#parts;
    const { run } = store.get();
    switch (event.kind) {
      case "progress":
        if (!active.is_learning) {
          active.is_learning = true;
          const id = `${active.id}@live`;
          // The run's own model is the newest from its first step on.
          engine.adopt_trained(id);
          store.set({ model: run_model(active.record, id), tuning_told: "", can_untune: false });
        }
        store.set({ run: with_progress(run, event) });
        return;
      case "epoch": {
        const { kind: _, ...epoch } = event;
        store.set({ run: { ...run, history: [...run.history, epoch] } });
        return;
      }
      case "ended":
        // `train` resolves with the same result; the end is taken there.
        return;
      default: {
        /** @type {never} */
        const unknown = event;
        throw new Error(`an event that is not known: ${JSON.stringify(unknown)}`);
      }
    }
  }

  /**
   * Keeps the epoch before anybody is told of it.
   * @param {Active} active
   * @param {Uint8Array<ArrayBuffer>} checkpoint
   * @param {EpochRecord} epoch
   */
  async #keep_epoch(active, checkpoint, epoch) {
    if (this.#active !== active) return;
    const { decision, running } = this.#parts.store.get().run;
    const history = [...active.record.history, epoch];
    active.record = { ...active.record, decision, running: running.slice(), history };
    active.checkpoint = checkpoint;
    this.#parts.epochs.keep(active.id, epoch.epoch, checkpoint);
    await this.#bounded(this.#parts.runs.write(active.record, { checkpoint }));
  }

  /** Waits for the storage, but no longer than a run can: one that answers nothing stops no run. @param {Promise<unknown>} work */
  async #bounded(work) {
    if (this.#is_storage_silent) return;
    const late = new Promise((done) => this.#later(() => done(SILENT), STORAGE_PATIENCE_MS));
    if ((await Promise.race([work, late])) === SILENT) this.#is_storage_silent = true;
  }
}
