// Committees that are kept, so that a reload brings back the one that was shown: the file of
// each, and its evaluation beside it. The newest few; one that the browser has no room for
// stays in this tab's memory.

import { BYTES_OF_ROW, parts_of } from "./run_rows.js";

/** @import { Evaluation } from "../pkg/ndarray/inkling.js" */
/** @import { At, Database } from "./database.js" */

/**
 * An evaluation as it is kept: the page's own, whichever that is.
 * @typedef {object} KeptEvaluation
 * @property {string} model_id
 * @property {string} set_id
 * @property {string} about
 * @property {Evaluation} figures
 * @property {Uint8Array} labels
 * @property {Float32Array} probabilities
 * @property {readonly string[]} [classes]
 * @property {Uint32Array | null} rows
 */

/**
 * @typedef {object} KeptCommittee
 * @property {string} id
 * @property {Uint8Array<ArrayBuffer>} file `.safetensors`
 * @property {KeptEvaluation | null} evaluation
 */

/** The name of the note that lists their ids, the newest first. */
const LIST = "committees";

/** Each tab shows one; more are nobody's any more. */
const MOST_COMMITTEES = 4;

export class Committees {
  #database;
  /** Those that the browser does not have. @type {Map<string, KeptCommittee>} */
  #here = new Map();

  /** @param {{ database: Database }} parts */
  constructor({ database }) {
    this.#database = database;
  }

  /**
   * Keeps one as the newest, and drops the oldest of more than a few.
   * @param {string} id
   * @param {Uint8Array<ArrayBuffer>} file
   * @returns {Promise<boolean>} whether it is kept; else this tab has it
   */
  async put(id, file) {
    const done = await this.#database.write(
      ["notes", "weights"],
      async (at) => {
        const all = [id, ...(await ids_in(at)).filter((one) => one !== id)];
        const weights = at("weights");
        await Promise.all([
          ...all.splice(MOST_COMMITTEES).map((old) => weights.delete(parts_of(old))),
          at("notes").put(all, LIST),
          weights.put({ id, kind: "model", value: file }),
        ]);
      },
      { bytes: file.byteLength + BYTES_OF_ROW },
    );
    if (!done) this.#here.set(id, { id, file, evaluation: null });
    return done !== null;
  }

  /** @param {string} id @returns {Promise<KeptCommittee | null>} */
  async get(id) {
    const here = this.#here.get(id);
    if (here) return here;
    const found = await this.#database.read(["weights"], (at) =>
      Promise.all([at("weights").get([id, "model"]), at("weights").get([id, "evaluation"])]),
    );
    const [model, evaluation] = found ?? [];
    if (!model) return null;
    return { id, file: model.value, evaluation: evaluation?.value ?? null };
  }

  /**
   * Keeps what was found of one that is kept still.
   * @param {string} id
   * @param {KeptEvaluation} evaluation
   */
  async put_evaluation(id, evaluation) {
    const here = this.#here.get(id);
    if (here) this.#here.set(id, { ...here, evaluation });
    const { labels, probabilities, rows } = evaluation;
    const bytes = labels.byteLength + probabilities.byteLength + (rows?.byteLength ?? 0);
    await this.#database.write(
      ["notes", "weights"],
      async (at) => {
        if (!(await ids_in(at)).includes(id)) return;
        await at("weights").put({ id, kind: "evaluation", value: evaluation });
      },
      { bytes: bytes + BYTES_OF_ROW },
    );
  }
}

/** @param {At} at @returns {Promise<string[]>} */
async function ids_in(at) {
  const ids = await at("notes").get(LIST);
  return Array.isArray(ids) ? ids.map(String) : [];
}
