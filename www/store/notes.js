// The page's own few notes by name, such as the settings; and which run and data set
// this tab shows, so that a reload brings back its own and not another tab's.

/** @import { Database } from "./database.js" */
/** @import { Runs } from "./runs.js" */

/** Notes that a tab has its own of, before that of the whole site. */
const OF_A_TAB = ["data", "test", "committee"];

const SHOWN_RUN = "run";

export class Notes {
  #database;
  #runs;
  #storage;
  /** What this tab noted; it stays where the browser keeps nothing. @type {Map<string, unknown>} */
  #here = new Map();

  /**
   * @param {object} parts
   * @param {Database} parts.database
   * @param {Runs} parts.runs
   * @param {() => Storage} [parts.storage] lives as long as the tab; may throw
   */
  constructor({ database, runs, storage = () => sessionStorage }) {
    this.#database = database;
    this.#runs = runs;
    this.#storage = storage;
  }

  /** @param {string} name @returns {Promise<unknown>} */
  async get(name) {
    if (this.#here.has(name)) return this.#here.get(name);
    const own = OF_A_TAB.includes(name) ? this.#of_tab(name) : null;
    return own ?? this.#database.read(["notes"], (at) => at("notes").get(name));
  }

  /**
   * @param {string} name
   * @param {unknown} value
   * @returns {Promise<boolean>} whether it outlives the tab
   */
  async set(name, value) {
    this.#here.set(name, value);
    if (OF_A_TAB.includes(name)) this.#note_in_tab(name, String(value));
    const done = await this.#database.write(["notes"], (at) => at("notes").put(value, name));
    return done !== null;
  }

  /**
   * The run that this tab showed last; else the newest that no other tab runs.
   * @returns {Promise<string | null>} its id; nothing where no run is kept
   */
  async shown_run() {
    const own = this.#of_tab(SHOWN_RUN);
    const runs = await this.#runs.list();
    const sorted = [...runs.filter(({ id }) => id === own), ...runs];
    for (const { id } of sorted) {
      if (!(await this.#runs.running_elsewhere(id))) return id;
    }
    return null;
  }

  /** @param {string | null} id nothing for the newest */
  async set_shown_run(id) {
    this.#note_in_tab(SHOWN_RUN, id);
  }

  /** @param {string} name @returns {string | null} */
  #of_tab(name) {
    try {
      return this.#storage().getItem(`${this.#database.name} ${name}`);
    } catch {
      return null;
    }
  }

  /** @param {string} name @param {string | null} value */
  #note_in_tab(name, value) {
    try {
      const storage = this.#storage();
      if (value === null) storage.removeItem(`${this.#database.name} ${name}`);
      else storage.setItem(`${this.#database.name} ${name}`, value);
    } catch {
      // After a reload the newest is shown.
    }
  }
}
