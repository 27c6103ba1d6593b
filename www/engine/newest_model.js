// The newest model: which worker holds it, by which id the page knows it, and how it is
// brought back when its worker is gone. A question that names another model is refused:
// nothing is answered by whatever happens to be there.

import { Refused, message_of } from "../base/fault.js";
import { new_id } from "../base/id.js";
import { WorkerCrashed } from "./engine_worker.js";

/** @import { Remote } from "../vendor/comlink.mjs" */
/** @import { Engine } from "../worker/engine.js" */
/** @import { Station } from "./station.js" */
/** @import { Stations } from "./stations.js" */

/**
 * A model in a worker.
 * @typedef {object} Held
 * @property {Station} station
 * @property {string} key what that worker calls it by
 */

/** @typedef {() => Promise<Uint8Array | null>} Source bytes of a model's file, or of a checkpoint */

export class NewestModel {
  #stations;
  #id = "";
  /** Of the data that the model was trained on here; empty where nobody knows. */
  #checksum = "";
  /** @type {Held | null} */
  #held = null;
  /** The model of the run under way, or of the last one. @type {(Held & { checksum: string }) | null} */
  #trained = null;
  /** How to bring models back, by id. @type {Map<string, Source>} */
  #sources = new Map();

  /** @param {Stations} stations */
  constructor(stations) {
    this.#stations = stations;
  }

  /** Empty before there is a model. */
  get id() {
    return this.#id;
  }

  /** Of the data that it was trained on here; empty where nobody knows. */
  get checksum() {
    return this.#checksum;
  }

  /**
   * @param {string} id
   * @param {Source} bytes
   */
  set_source(id, bytes) {
    this.#sources.set(id, bytes);
  }

  /** A run's own model stands in its worker. @param {Held & { checksum: string }} trained */
  stands(trained) {
    this.#trained = trained;
  }

  /** The model that was trained last is the newest, by this id. @param {string} id */
  adopt(id) {
    if (this.#trained) this.#become(id, this.#trained, this.#trained.checksum);
  }

  /**
   * Has the CPU worker take a model, the newest from then on. On any error the one
   * before stays.
   * @template T
   * @param {string} id
   * @param {(engine: Remote<Engine>, key: string) => Promise<T>} take
   * @param {() => void} refuse throws where it may not be the newest by the time it is read
   * @returns {Promise<T>}
   */
  async load(id, take, refuse) {
    const key = new_id();
    const station = await this.#stations.open_cpu();
    const summary = await station.change(() => station.call((engine) => take(engine, key)));
    refuse();
    this.#become(id, { station, key }, "");
    return /** @type {T} */ (summary);
  }

  /**
   * Asks the newest model; one whose worker is gone is brought back first.
   * @template T
   * @param {string} id the model that is meant
   * @param {(held: Held) => Promise<T>} ask
   * @returns {Promise<T>}
   */
  async ask(id, ask) {
    for (let attempt = 0; ; attempt += 1) {
      this.#refuse_other(id);
      const before = this.#held;
      try {
        const held = await this.#brought_back();
        // It may have been replaced meanwhile.
        this.#refuse_other(id);
        return await ask(held);
      } catch (error) {
        if (attempt > 0 || !is_gone(error)) throw error;
        // It is alive, but what it holds now is the model of a run that was given up.
        if (!(error instanceof WorkerCrashed) && this.#held === before) this.#held = null;
      }
    }
  }

  /** Whether the newest model can be asked, or brought back. */
  get is_there() {
    if (this.#id === "") return false;
    return (this.#held !== null && !this.#held.station.is_dead) || this.#sources.has(this.#id);
  }

  /** @returns {Promise<Held>} */
  async #brought_back() {
    const held = this.#held;
    if (held && !held.station.is_dead) return held;
    const id = this.#id;
    const bytes = await this.#bytes(id);
    const station = await this.#stations.open_cpu();
    await station.change(async () => {
      // Whoever asked before has brought it back, or it has been replaced.
      if (this.#held !== held || this.#id !== id) return;
      const key = new_id();
      await station.call((engine) => engine.restore_model(key, bytes));
      if (this.#held === held && this.#id === id) this.#held = { station, key };
    });
    if (!this.#held) throw replaced();
    return this.#held;
  }

  /** @param {string} id */
  async #bytes(id) {
    /** @type {Uint8Array | null | undefined} */
    let bytes;
    let why = "nothing of it was kept";
    try {
      bytes = await this.#sources.get(id)?.();
    } catch (error) {
      why = `it could not be read again (${message_of(error)})`;
    }
    if (bytes) return bytes;
    throw new Refused(
      `The worker that held this model is gone, and ${why}. Train again, or load a model’s file.`,
    );
  }

  /**
   * @param {string} id
   * @param {Held} held
   * @param {string} checksum
   */
  #become(id, { station, key }, checksum) {
    this.#id = id;
    this.#held = { station, key };
    this.#checksum = checksum;
    for (const known of this.#sources.keys()) {
      if (known !== id) this.#sources.delete(known);
    }
  }

  /** @param {string} id */
  #refuse_other(id) {
    if (this.#id === "") throw new Refused("There is no trained model yet. Train first.");
    if (id !== this.#id) throw replaced();
  }
}

function replaced() {
  return new Refused("Another model has taken this one’s place meanwhile. Ask again.");
}

/** Whether the model was not where it was thought to be. @param {unknown} error */
function is_gone(error) {
  return error instanceof WorkerCrashed || (error instanceof Error && error.name === "NotHeld");
}
