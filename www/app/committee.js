// The controller of committees: several kept runs put together into one model, which is the
// newest from then on, and brought back by a reload with its evaluation. What a committee is
// stands in committee_words.js; the mean itself is the engine's.

import { Cancelled, Refused, message_of, sentence_of } from "../base/fault.js";
import * as format from "../base/format.js";
import { new_id } from "../base/id.js";
import { origin_of, why_no_committee } from "./committee_words.js";
import { bounded } from "./bounded.js";
import { data_checksum_of, num_members } from "./members.js";
import { is_active } from "./state.js";

/** @import { ModelSummary } from "../pkg/ndarray/inkling.js" */
/** @import { Custody } from "../engine/custody.js" */
/** @import { Committees } from "../store/committees.js" */
/** @import { Notes } from "../store/notes.js" */
/** @import { Runs } from "../store/runs.js" */
/** @import { EvaluationState, ModelRef, PageState, Store } from "./state.js" */

/**
 * @typedef {object} CommitteeParts
 * @property {Store<PageState>} store
 * @property {Custody} engine
 * @property {Runs} runs
 * @property {Committees} committees
 * @property {Notes} notes
 * @property {(label: string, work: () => Promise<void>) => Promise<void>} in_turn after whatever else was asked of the model
 * @property {(sentence: string) => void} notice
 * @property {(sentence: string) => void} announce
 */

export class CommitteeController {
  #parts;

  /** @param {CommitteeParts} parts */
  constructor(parts) {
    this.#parts = parts;
    const { store, notes } = parts;
    let stood = false;
    store.watch(["model"], ({ model }) => {
      const stands = model?.kind === "committee";
      // Another model has taken its place: a reload brings that back.
      if (stood && !stands) void notes.set("committee", "");
      stood = stands;
    });
  }

  /**
   * Makes the kept runs one model, the newest.
   * @param {readonly string[]} ids in the order in which they are averaged
   * @returns {Promise<boolean>} whether it stands; else it was said why not
   */
  async make(ids) {
    const { engine, committees, notes, notice, announce, in_turn } = this.#parts;
    let is_made = false;
    await in_turn("Making a committee", async () => {
      try {
        this.#refuse_while_busy();
        const members = await this.#members(ids);
        const file = await engine.committee_file(members);
        const id = `committee ${new_id()}`;
        // What is seen comes back with a reload, so it is kept first.
        await bounded(committees.put(id, file).then(() => notes.set("committee", id)));
        this.#refuse_while_busy();
        await this.#take(id, file);
        is_made = true;
        announce(`${format.counted(members.length, "run")} read as a committee now`);
      } catch (error) {
        // A reload brings back what stands.
        const { model } = this.#parts.store.get();
        await notes.set("committee", model?.kind === "committee" ? model.id : "");
        notice(sentence_of(error));
      }
    });
    return is_made;
  }

  /**
   * What this tab showed last, where it was a committee.
   * @param {() => boolean} is_wanted whether a person has asked for nothing else meanwhile
   */
  async bring_back(is_wanted) {
    const { committees, notes, store, notice, in_turn } = this.#parts;
    const id = await notes.get("committee");
    if (!id) return;
    const { run, model } = store.get();
    await in_turn("Bringing the committee back", async () => {
      try {
        const kept = await committees.get(String(id));
        const now = store.get();
        const is_new =
          now.run.id !== run.id || now.model !== model || is_active(now.run) || !is_wanted();
        if (!kept || is_new) {
          await notes.set("committee", "");
          return;
        }
        await this.#take(kept.id, kept.file, is_wanted);
        store.set({ evaluation: kept.evaluation, cell: null });
      } catch (error) {
        if (error instanceof Cancelled) await notes.set("committee", "");
        else notice(`The committee kept from before could not be read: ${message_of(error)}`);
      }
    });
  }

  /** Keeps what was found of a committee. @param {EvaluationState} evaluation */
  async keep_evaluation(evaluation) {
    await this.#parts.committees.put_evaluation(evaluation.model_id, evaluation);
  }

  /**
   * @param {string} id
   * @param {Uint8Array<ArrayBuffer>} file
   * @param {() => boolean} [is_wanted] still, once it has been read
   */
  async #take(id, file, is_wanted = () => true) {
    const { engine, store } = this.#parts;
    // A run may begin while it is read.
    const summary = await engine.load_model(id, new File([file], "the committee"), () => {
      this.#refuse_while_busy();
      if (!is_wanted()) throw new Cancelled();
    });
    engine.set_model_source(id, async () => file);
    store.set({ model: committee_model(id, summary), can_untune: false, tuning_told: "" });
  }

  /** @param {readonly string[]} ids */
  async #members(ids) {
    const { runs } = this.#parts;
    const found = [];
    for (const id of ids) {
      const one = await runs.get(id);
      if (!one) throw new Refused("One of these runs is not kept any more. Choose again.");
      found.push(one);
    }
    const why = why_no_committee(
      found.map(({ record, bytes }) => ({
        ...record,
        has_model: bytes.model !== undefined,
        has_checkpoint: bytes.checkpoint !== undefined,
      })),
    );
    if (why) throw new Refused(why);
    return found.map(({ record, bytes }) => ({
      bytes: bytes.model ?? bytes.checkpoint ?? new Uint8Array(),
      origin: origin_of(record),
    }));
  }

  #refuse_while_busy() {
    const { run, is_tuning } = this.#parts.store.get();
    if (is_active(run)) {
      throw new Refused("A run is under way. Stop it, or let it end, before you make a committee.");
    }
    if (is_tuning) {
      throw new Refused("Your digits are being learned. Make a committee when that is done.");
    }
  }
}

/**
 * @param {string} id
 * @param {ModelSummary} summary
 * @returns {ModelRef}
 */
function committee_model(id, summary) {
  return {
    id,
    kind: "committee",
    name: `a committee of ${format.counted(num_members({ summary }), "run")}`,
    run_id: "",
    config: null,
    data_checksum: data_checksum_of(summary),
    summary,
  };
}
