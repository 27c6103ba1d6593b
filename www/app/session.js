// What of this tab's work outlives it: the data set, the last run with its
// curves and model, and a run that was cut short, which can go on. Decides what
// is kept when, what comes back after a reload, and who may write a run; how
// bytes are kept is the database's business.

import { is_active, idle_run } from "./state.js";
import { message_of } from "../ui/dom.js";

/** @import { EpochRecord, RunResult } from "../pkg/ndarray/inkling.js" */
/** @import { Tuned } from "../features/tuning/fine_tuning.js" */
/** @import { KeptDigit } from "../features/tuning/kept_digits.js" */
/** @import { Settings } from "../base/settings.js" */
/** @import { Database } from "../store/database.js" */
/** @import { PageState, RunningPoint, RunState, Store } from "./state.js" */
/** @import { BackendDecision, LoadedData, Trainer } from "../engine/trainer.js" */

/**
 * A run as it is kept. Its weights stand beside it, written together.
 * @typedef {object} KeptRun
 * @property {1} format_version
 * @property {string} id
 * @property {string} created ISO 8601
 * @property {Settings} config
 * @property {string} data_name
 * @property {string} data_checksum
 * @property {BackendDecision | null} decision
 * @property {EpochRecord[]} history
 * @property {RunningPoint[]} running
 * @property {RunResult | null} result nothing while it is not over
 */

/**
 * Bytes of a run: what to go on from, until it is over; then its model.
 * @typedef {object} KeptWeights
 * @property {string} id
 * @property {Uint8Array<ArrayBuffer>} [checkpoint]
 * @property {Uint8Array<ArrayBuffer>} [model]
 */

/** Runs whose curves and models are kept, and data sets; the oldest go first. */
const MOST_RUNS = 40;
const MOST_DATA_SETS = 3;

/** A lock that a reload has not given back yet is free within this time. */
const PATIENCE_MS = 1500;

/**
 * @param {Store<PageState>} store
 * @param {{ trainer: Trainer, database: Database, notice: (sentence: string) => void }} parts
 */
export function create_session(store, { trainer, database, notice }) {
  /** The run under way, or the one that could go on. @type {KeptRun | null} */
  let run = null;
  /** The newest checkpoint of it. @type {Uint8Array<ArrayBuffer> | undefined} */
  let checkpoint;
  /** @type {(() => void) | null} */
  let unlock = null;

  const channel = "BroadcastChannel" in globalThis ? new BroadcastChannel("inkling") : null;
  channel?.addEventListener("message", ({ data }) => {
    if (data !== "forget") return;
    database.stop();
    notice("Everything that was kept has been forgotten in another tab. This tab keeps nothing.");
  });

  /** @param {string} name @param {unknown} value */
  const note = (name, value) =>
    database.ask("readwrite", ["page"], (at) => at("page").put(value, name));

  /**
   * @template T
   * @param {string} name
   * @returns {Promise<T | undefined>}
   */
  const noted = (name) => database.ask("readonly", ["page"], (at) => at("page").get(name));

  /** Writes the run and its bytes together. @param {Partial<KeptWeights>} bytes */
  async function write(bytes) {
    const now = run;
    if (!now) return;
    await database.ask("readwrite", ["runs", "weights"], (at) => {
      at("runs").put(now);
      at("weights").put({ id: now.id, ...bytes });
    });
    store.set({ is_kept: true });
  }

  /**
   * Whether this tab may write a run; while it does, no other tab may.
   * @param {string} id
   * @param {number} patience_ms
   */
  async function lock(id, patience_ms) {
    unlock?.();
    unlock = null;
    if (!navigator.locks) return true;
    const signal = AbortSignal.timeout(Math.max(1, patience_ms));
    return new Promise((resolve) => {
      navigator.locks
        .request(`inkling run ${id}`, { signal }, () => {
          resolve(true);
          return new Promise((release) => {
            unlock = () => release(undefined);
          });
        })
        // Where the browser denies locks it denies storage: nothing is shared.
        .catch(() => resolve(!signal.aborted));
    });
  }

  function release() {
    unlock?.();
    unlock = null;
  }

  /** Removes the oldest of what is more than enough. @param {"runs" | "data"} name @param {number} most */
  async function prune(name, most) {
    /** @type {{ key: string, age: string }[]} */
    const found = [];
    await database.ask("readonly", [name], (at) => {
      at(name).openCursor().onsuccess = ({ target }) => {
        const cursor = /** @type {IDBRequest<IDBCursorWithValue | null>} */ (target).result;
        if (!cursor) return;
        const { created } = cursor.value;
        found.push({ key: String(cursor.key), age: created });
        cursor.continue();
      };
    });
    found.sort((a, b) => b.age.localeCompare(a.age));
    const old = found.slice(most);
    if (old.length === 0) return;
    await database.ask("readwrite", ["runs", "weights", "data"], (at) => {
      for (const { key } of old) {
        at(name).delete(key);
        if (name === "runs") at("weights").delete(key);
      }
    });
  }

  /** Says that the run can go on, and from where. @param {Partial<Settings>} [change] @param {string} [how] */
  function offer(change = {}, how = "") {
    if (!run) return;
    const done = run.history.length;
    const where =
      done === 0
        ? "No epoch was finished: it begins again"
        : `It goes on from epoch ${done} of ${run.config.epochs}, which is kept`;
    store.set({
      offer: {
        config: { ...run.config, ...change },
        data_checksum: run.data_checksum,
        sentence: `${where}${how}.`,
      },
    });
  }

  /** The model as it was kept reads ink again. */
  async function bring_model_back() {
    if (!checkpoint || !run || run.history.length === 0) return;
    await trainer.load_checkpoint(checkpoint).catch(() => {});
  }

  return {
    /** Keeps the data set that was just loaded. */
    async keep_data() {
      const data = trainer.data;
      if (!data) return;
      const { summary, blob } = data;
      const created = new Date().toISOString();
      const kept = { checksum: summary.checksum, summary, blob, created };
      await database.ask("readwrite", ["data", "page"], (at) => {
        at("data").put(kept);
        at("page").put(summary.checksum, "data");
      });
      store.set({ is_kept: true });
      await prune("data", MOST_DATA_SETS);
      // Asked once, when there is something worth keeping.
      if (!(await noted("asked"))) {
        await note("asked", true);
        await navigator.storage?.persist?.().catch(() => false);
      }
    },

    /** @param {KeptDigit} digit */
    async keep_digit(digit) {
      await database.ask("readwrite", ["digits"], (at) => at("digits").add(digit));
      store.set({ is_kept: true });
    },

    /** The digits kept before, in their order. @returns {Promise<KeptDigit[]>} */
    async digits() {
      const found = await database.ask("readonly", ["digits"], (at) => at("digits").getAll());
      if (found?.length) store.set({ is_kept: true });
      return found ?? [];
    },

    /** Keeps a fine-tuned model of the run that is shown. @param {Tuned | null} tuned */
    keep_tuned: (tuned) => note("tuned", tuned && run ? { ...tuned, run: run.id } : null),

    /** That model, unless another run has come since. @returns {Promise<Tuned | null>} */
    async tuned() {
      /** @type {(Tuned & { run: string }) | null | undefined} */
      const kept = await noted("tuned");
      if (!kept || !run || kept.run !== run.id || store.get().run.phase !== "ended") return null;
      return kept;
    },

    /** @param {Settings} config */
    keep_settings: (config) => void note("settings", config),

    /**
     * Begins to keep a run; `goes_on` keeps the one that was offered.
     * @param {Settings} config
     * @param {boolean} goes_on
     * @returns {Promise<{ checkpoint?: Uint8Array<ArrayBuffer> } | null>} what to start from; `null` if another tab has it
     */
    async begin(config, goes_on) {
      const { run: shown } = store.get();
      if (goes_on && run) {
        if (!(await lock(run.id, PATIENCE_MS))) {
          notice("Another tab goes on with this run.");
          store.set({ offer: null });
          return null;
        }
        run = { ...run, config, result: null };
      } else {
        run = {
          format_version: 1,
          id: crypto.randomUUID(),
          created: new Date().toISOString(),
          config,
          data_name: shown.data_name,
          data_checksum: shown.data_checksum,
          decision: null,
          history: [],
          running: [],
          result: null,
        };
        checkpoint = undefined;
        await lock(run.id, PATIENCE_MS);
      }
      store.set({ offer: null });
      await write({ checkpoint });
      await note("run", run.id);
      return { checkpoint };
    },

    /**
     * Keeps the epoch before anybody is told of it.
     * @param {Uint8Array<ArrayBuffer>} bytes
     * @param {EpochRecord} epoch
     */
    async keep_epoch(bytes, epoch) {
      if (!run) return;
      const { decision, running } = store.get().run;
      run = { ...run, decision, running, history: [...run.history, epoch] };
      checkpoint = bytes;
      await write({ checkpoint });
    },

    /** Keeps what came of the run. @param {RunResult} result */
    async end(result) {
      if (!run) return;
      const { decision, running } = store.get().run;
      run = { ...run, decision, running, history: result.history, result };
      try {
        await write({ model: await trainer.save_model(), checkpoint });
      } catch {
        // Without its model the run is still worth its curves.
        await write({ checkpoint });
      }
      release();
      await prune("runs", MOST_RUNS);
      if (result.outcome !== "failed") return;
      const learning_rate = Math.min(run.config.learning_rate / 10, 0.1);
      offer({ learning_rate }, `, with the learning rate ${learning_rate}`);
    },

    /**
     * The run stopped by a fault: what is kept reads ink, and can go on.
     * @param {boolean} on_cpu whether it has to leave its backend
     */
    async interrupt(on_cpu) {
      if (!run) return;
      release();
      // An epoch may be kept whose figures died on their way to the page.
      store.set({ run: { ...store.get().run, history: run.history } });
      // What the offer says is kept can be asked at once.
      await bring_model_back();
      offer(on_cpu ? { backend: "ndarray" } : {}, on_cpu ? ", on the CPU" : "");
    },

    /**
     * The kept runs that ended before the one that is shown, the newest first.
     * @returns {Promise<(KeptRun & { result: RunResult })[]>}
     */
    async earlier_runs() {
      const mine = run?.id;
      /** @type {KeptRun[]} */
      const kept = (await database.ask("readonly", ["runs"], (at) => at("runs").getAll())) ?? [];
      return kept
        .flatMap((one) => (one.result && one.id !== mine ? [{ ...one, result: one.result }] : []))
        .sort((a, b) => b.created.localeCompare(a.created));
    },

    /** Nothing of the run began: it is not kept. */
    async discard() {
      const id = run?.id;
      run = null;
      release();
      if (!id) return;
      await database.ask("readwrite", ["runs", "weights"], (at) => {
        at("runs").delete(id);
        at("weights").delete(id);
      });
    },

    /**
     * Brings back what was kept, unless something new has begun meanwhile.
     * @param {boolean} with_settings whether the address leaves the settings to us
     */
    async restore(with_settings) {
      const settings = await noted("settings");
      if (with_settings && settings) {
        const { config } = store.get();
        store.set({ config: { ...config, .../** @type {Settings} */ (settings) } });
      }
      const checksum = await noted("data");
      /** @type {LoadedData | undefined} */
      const data =
        checksum &&
        (await database.ask("readonly", ["data"], (at) => at("data").get(String(checksum))));
      const is_new = () => {
        const { data: loaded, loading, run: shown } = store.get();
        return loaded === null && loading === null && shown.phase === "idle";
      };
      if (data) {
        store.set({ is_kept: true });
        if (!is_new()) return;
        try {
          await trainer.load_blob(data);
          if (!is_new()) return;
          store.set({ data: data.summary });
        } catch (error) {
          notice(`The data set kept from before could not be read: ${message_of(error)}`);
        }
      }
      const id = await noted("run");
      if (!id) return;
      await restore_run(String(id));
    },

    /** Removes everything, here and in the browser. */
    async forget() {
      run = null;
      channel?.postMessage("forget");
      await database.forget();
      try {
        const root = await navigator.storage.getDirectory();
        await root.removeEntry("inkling fault", { recursive: true });
      } catch {
        // Nobody filled it.
      }
    },
  };

  /** @param {string} id */
  async function restore_run(id) {
    const may_write = await lock(id, PATIENCE_MS);
    /** @type {KeptRun | undefined} */
    const kept = await database.ask("readonly", ["runs"], (at) => at("runs").get(id));
    /** @type {KeptWeights | undefined} */
    const bytes = await database.ask("readonly", ["weights"], (at) => at("weights").get(id));
    release();
    if (!kept || kept.format_version !== 1) return;
    const { run: shown } = store.get();
    if (is_active(shown) || shown.phase !== "idle") return;
    store.set({ is_kept: true });
    if (!may_write && !kept.result) {
      notice("A run is under way in another tab. What you train here is a run of its own.");
      return;
    }
    run = kept;
    checkpoint = bytes?.checkpoint;
    const num_done = kept.history.length;
    /** @type {RunState} */
    const back = {
      ...idle_run(),
      phase: "ended",
      config: kept.config,
      data_name: kept.data_name,
      data_checksum: kept.data_checksum,
      decision: kept.decision,
      history: kept.history,
      running: kept.running,
      result: kept.result,
    };
    if (kept.result) {
      if (bytes?.model) {
        const file = new File([bytes.model], "the model kept from before");
        await trainer.load_model(file).catch((error) => notice(message_of(error)));
      }
    } else {
      back.is_interrupted = true;
      back.error = `The page was closed in epoch ${Math.min(num_done + 1, kept.config.epochs)} of ${kept.config.epochs}.`;
      await bring_model_back();
    }
    if (store.get().run.phase !== "idle") return;
    store.set({ run: back });
    if (!kept.result) offer();
  }
}
