// The controller of the runs that this browser keeps: opening one again with its model and
// evaluation, going on with one, comparing, deleting with a way back, and files
// of runs. Whatever it shows is read from the store of runs; the list is `run_list.js`'s.

import { message_of, sentence_of } from "../base/fault.js";
import * as format from "../base/format.js";
import { new_id } from "../base/id.js";
import { evicted_words } from "./kept.js";
import { offer_of } from "./offer.js";
import { MOST_PINNED, RunList } from "./run_list.js";
import {
  as_over,
  model_bytes,
  model_id_of,
  phase_of,
  run_model,
  run_name,
  run_state,
} from "./run_record.js";
import { idle_run, is_active } from "./state.js";

/** @import { Custody } from "../engine/custody.js" */
/** @import { DataSets } from "../store/data_sets.js" */
/** @import { Notes } from "../store/notes.js" */
/** @import { Removed, RunBytes, RunRecord, Runs, RunSummary } from "../store/runs.js" */
/** @import { DataController } from "./data_set.js" */
/** @import { RunController } from "./run.js" */
/** @import { EvaluationState, ModelRef, PageState, Store } from "./state.js" */
/** @import { Tuned, TuningController } from "./tuning.js" */

/** A file of runs is text with models in it; more than this is none of ours. */
const MOST_FILE_BYTES = 600e6;

/** What is shown of a model that nobody has asked anything. */
const NOTHING_OF_A_MODEL = {
  evaluation: null,
  cell: null,
  evaluation_told: "",
  tuning_told: "",
  can_untune: false,
};

/**
 * @typedef {object} LibraryParts
 * @property {Store<PageState>} store
 * @property {Custody} engine
 * @property {Runs} runs
 * @property {DataSets} data_sets
 * @property {Notes} notes
 * @property {RunController} run
 * @property {DataController} data
 * @property {TuningController} tuning
 * @property {(blob: Blob, name: string) => void} download
 * @property {(sentence: string) => void} notice
 * @property {(sentence: string) => void} announce
 */

export class Library {
  #parts;
  /** What was deleted, whole, the newest last. @type {{ removed: Removed, about: { ids: string[], names: string } }[]} */
  #removed = [];
  /** How many runs it was asked to open: what the page itself would show gives way to a person's. */
  num_asked = 0;
  #list;

  /** @param {LibraryParts} parts */
  constructor(parts) {
    this.#parts = parts;
    this.#list = new RunList(parts);
  }

  /** Reads the list anew. */
  refresh() {
    return this.#list.refresh();
  }

  /** Drops the oldest of what is more than is kept, and says so. */
  async prune() {
    const { runs, run, store, notice } = this.#parts;
    const keep = [run.id ?? "", store.get().run.id].filter(Boolean);
    const names = await runs.prune({ keep });
    if (names.length === 0) return;
    notice(evicted_words(names));
    await this.refresh();
  }

  /**
   * Shows a kept run again: its curves, card, model and evaluation, and its settings in
   * the fields.
   * @param {string} id
   * @param {{ with_settings?: boolean }} [options]
   * @returns {Promise<boolean>} whether it is shown
   */
  async open(id, { with_settings = true } = {}) {
    const { store, runs, run, notes, notice } = this.#parts;
    const before = store.get();
    if (is_active(before.run) || run.is_busy) {
      notice("A run is under way. Stop it, or let it end, before you open another.");
      return false;
    }
    if (before.is_tuning) {
      notice("Your digits are being learned. Open a run when that is done.");
      return false;
    }
    const mine = ++this.num_asked;
    const found = await runs.get(id);
    if (!found) {
      notice("That run is not kept any more.");
      await this.refresh();
      return false;
    }
    const { record, bytes } = found;
    if (record.state === "running" && (await runs.running_elsewhere(id))) {
      notice("That run is under way in another tab. What you train here is a run of its own.");
      return false;
    }
    const model = await this.#bring_model_back(record, bytes);
    // Something else may have been opened, or begun, meanwhile.
    if (mine !== this.num_asked || run.is_busy) return false;
    const summary = summary_of(record, bytes);
    store.set({
      run: { ...run_state(record), phase: phase_of(record) },
      offer: offer_of({
        ...summary,
        state: record.state === "running" ? "interrupted" : record.state,
      }),
      model,
      ...NOTHING_OF_A_MODEL,
      evaluation: model ? kept_evaluation(record, bytes, model.id) : null,
      ...(with_settings ? { config: record.config, typed_fault: null } : {}),
    });
    await notes.set_shown_run(id);
    const tuned = tuned_of(record, bytes);
    if (tuned && model) {
      await this.#parts.tuning
        .bring_back(tuned, model)
        .catch((error) => notice(`The fine-tuned model could not be read: ${message_of(error)}`));
    }
    return true;
  }

  /**
   * Goes on with a kept run from its last epoch, on its own data.
   * @param {string} id
   */
  async go_on(id) {
    const { store, runs, run, data, data_sets, notice } = this.#parts;
    const found = await runs.get(id);
    if (!found) return notice("That run is not kept any more.");
    const { record, bytes } = found;
    if (record.state === "running" && (await runs.running_elsewhere(id))) {
      return notice("Another tab goes on with this run.");
    }
    const summary = summary_of(record, bytes);
    const state = record.state === "running" ? "interrupted" : record.state;
    const offer = offer_of({ ...summary, state });
    if (!offer) return notice("There is nothing left of that run to go on with.");
    if (store.get().data?.checksum !== record.data_checksum) {
      const kept = await data_sets.get(record.data_checksum);
      if (!kept) return notice(`Load ${record.data_name} first: that run was trained on it.`);
      if (run.why_not) return notice(run.why_not);
      data.take_kept(kept, this.#parts.engine.data);
      notice(`${record.data_name} is loaded again, for the run that goes on.`);
    }
    await run.go_on(found, offer.config);
  }

  /** @param {readonly string[]} ids */
  async remove(ids) {
    const { store, runs, run, notice, announce } = this.#parts;
    /** @type {string[]} */
    const free = [];
    for (const id of ids) {
      const is_busy = id === run.id || (await runs.running_elsewhere(id));
      if (is_busy) notice("A run that is under way cannot be deleted. Stop it first.");
      else free.push(id);
    }
    if (free.length === 0) return;
    const names = store
      .get()
      .runs.filter(({ id }) => free.includes(id))
      .map(run_name);
    const about = { ids: free, names: names.join("; ") };
    this.#removed.push({ removed: await runs.remove(free), about });
    const { run: shown, model } = store.get();
    // A committee has what it needs of its runs.
    const stays = model?.kind === "committee";
    store.set({
      removed: about,
      // What is shown is kept, or it is not shown.
      ...(free.includes(shown.id) && !is_active(shown)
        ? {
            run: idle_run(),
            offer: null,
            ...(stays ? {} : { model: null, ...NOTHING_OF_A_MODEL }),
          }
        : {}),
    });
    announce(`Deleted ${names.join("; ")}`);
    await this.refresh();
  }

  /** Brings back what was deleted last. */
  async undo() {
    const { store, runs, announce } = this.#parts;
    const newest = this.#removed.pop();
    if (!newest) return;
    const after = this.num_asked;
    const { removed, about } = newest;
    const { run } = store.get();
    // One that came from a file meanwhile is another run by now.
    const kept = new Set((await runs.list()).map(({ id }) => id));
    const back = removed.runs.map(({ row, parts }) => ({
      row: kept.has(row.id) ? { ...row, id: new_id() } : row,
      parts,
    }));
    await runs.put_back({ runs: back });
    // What was deleted before that can come back, too.
    store.set({ removed: this.#removed.at(-1)?.about ?? null });
    announce(`${about.names} is back`);
    await this.refresh();
    const [first] = about.ids;
    const is_free = run.phase === "idle" && this.num_asked === after;
    if (is_free && first && about.ids.length === 1) await this.open(first);
  }

  /** Draws a run beside the one that is shown. @param {string} id @param {boolean} is_pinned */
  async pin(id, is_pinned) {
    const { store, runs, notice } = this.#parts;
    const { pinned } = store.get();
    if (is_pinned && !pinned.includes(id) && pinned.length >= MOST_PINNED) {
      notice(`${MOST_PINNED} runs are compared already. Take one out first.`);
      return;
    }
    await runs.patch(id, { is_pinned });
    await this.refresh();
  }

  /** A kept run whole. @param {string} id @returns {Promise<RunRecord | null>} */
  async full_run(id) {
    return (await this.#parts.runs.get(id))?.record ?? null;
  }

  /** @param {readonly string[]} ids all of them if there is none */
  async export_runs(ids) {
    const { store, runs, download, notice } = this.#parts;
    const { run_text, runs_file } = await import("./runs_file.js");
    const wanted = ids.length > 0 ? ids : store.get().runs.map(({ id }) => id);
    const texts = [];
    let num_left = 0;
    for (const id of wanted) {
      const one = await runs.get(id);
      if (!one || (await this.#is_under_way(one.record))) continue;
      texts.push(run_text(as_over(one)));
      if (one.record.tuned || one.record.evaluated) num_left += 1;
    }
    if (texts.length === 0) return notice("There is no run to export yet.");
    download(runs_file(texts), "inkling-runs.json");
    if (num_left > 0)
      notice(
        `The file holds no evaluations and no fine-tuned models: ${num_left} of its runs had.`,
      );
  }

  /** Takes the runs of a file; one that is kept already becomes a copy. @param {File} file */
  async import_runs(file) {
    const { runs, notice, announce } = this.#parts;
    try {
      if (file.size > MOST_FILE_BYTES) {
        throw new Error(`found ${format.bytes(file.size)}, expected at most 600 MB`);
      }
      const { refuse_crowd, refuse_settings, runs_from_json } = await import("./runs_file.js");
      const found = await runs_from_json(await file.text());
      const standing = await runs.list();
      refuse_crowd(standing, found);
      await refuse_settings(found, this.#parts.engine);
      const known = new Set(standing.map(({ id }) => id));
      let num_kept = 0;
      // The oldest first: the order in which they are kept is theirs.
      for (const { record, bytes } of found) {
        const id = known.has(record.id) ? new_id() : record.id;
        const is_kept = await runs.begin({ ...record, id }, bytes);
        if (is_kept) num_kept += 1;
      }
      await this.prune();
      await this.refresh();
      announce(`${format.counted(num_kept, "run")} taken from ${file.name}`);
    } catch (error) {
      notice(`${file.name}: ${sentence_of(error)}`);
    }
  }

  /**
   * Keeps an evaluation with the run whose model it is of.
   * @param {EvaluationState} evaluation
   * @param {string} run_id
   */
  async keep_evaluation(evaluation, run_id) {
    const { about, set_id, figures, classes, labels, probabilities, rows, model_id } = evaluation;
    await this.#change(
      run_id,
      { evaluated: { about, set_id, figures, ...(classes ? { classes } : {}) } },
      { labels, probabilities, rows: rows ?? undefined },
      model_id,
    );
  }

  /** @param {ModelRef} former the run's own model @param {Tuned | null} tuned */
  async keep_tuned({ run_id, id }, tuned) {
    await this.#change(
      run_id,
      { tuned: tuned && { config: tuned.config } },
      { tuned: tuned?.model, former: tuned?.former },
      id,
    );
  }

  /**
   * @param {string} id
   * @param {Partial<RunRecord>} patch
   * @param {Partial<RunBytes>} bytes
   * @param {string} model_id of the model that it came to
   */
  async #change(id, patch, bytes, model_id) {
    const { runs, run } = this.#parts;
    const found = await runs.get(id);
    // A run that has gone on since, here or in another tab, is another one.
    if (!found || run.id === id || model_id_of(found.record, found.bytes) !== model_id) return;
    await runs.write({ ...found.record, ...patch }, bytes);
    // The list tells what was evaluated, and a report reads it there.
    await this.refresh();
  }

  /** Whether somebody computes it. @param {RunRecord} record */
  async #is_under_way({ id, state }) {
    const { runs, run } = this.#parts;
    return state === "running" && (id === run.id || (await runs.running_elsewhere(id)));
  }

  /**
   * Has a kept run's model read again.
   * @param {RunRecord} record
   * @param {RunBytes} bytes
   */
  async #bring_model_back(record, bytes) {
    const { engine, runs, notice } = this.#parts;
    const id = model_id_of(record, bytes);
    if (id === "" || (!bytes.model && !bytes.checkpoint)) return null;
    try {
      if (bytes.model) {
        await engine.load_model(id, new File([bytes.model], "the model kept with this run"));
      } else if (bytes.checkpoint) await engine.load_checkpoint(id, bytes.checkpoint);
      engine.set_model_source(id, () => model_bytes(runs, record.id, id));
      return run_model(record, id);
    } catch (error) {
      notice(`The model kept with this run could not be read: ${message_of(error)}`);
      return null;
    }
  }
}

/** @param {RunRecord} record @param {RunBytes} bytes @returns {RunSummary} */
function summary_of(record, bytes) {
  return {
    ...record,
    has_model: bytes.model !== undefined,
    has_checkpoint: bytes.checkpoint !== undefined,
    bytes: 0,
  };
}

/**
 * @param {RunRecord} record
 * @param {RunBytes} bytes
 * @param {string} model_id
 * @returns {EvaluationState | null}
 */
function kept_evaluation({ evaluated }, { labels, probabilities, rows }, model_id) {
  if (!evaluated || !labels || !probabilities) return null;
  return { ...evaluated, model_id, labels, probabilities, rows: rows ?? null };
}

/** @param {RunRecord} record @param {RunBytes} bytes @returns {Tuned | null} */
function tuned_of({ tuned }, bytes) {
  if (!tuned || !bytes.tuned || !bytes.former) return null;
  return { config: tuned.config, model: bytes.tuned, former: bytes.former };
}
