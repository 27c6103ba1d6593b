// The controller of an assignment that the address holds: has it read, keeps the settings as
// it fixes them, follows the ids with the seed, and leaves it. What it says of the bench,
// `assigned.js` knows. Knows no document.

import { fault_of, sentence_of } from "../base/fault.js";
import { given_ids, id_fault, remembered_ids } from "../base/ids.js";
import { assigned_settings } from "./assigned.js";

/** @import { Assignment } from "../pkg/studies/inkling.js" */
/** @import { Settings } from "../base/settings.js" */
/** @import { PageState, Store } from "./state.js" */

/** Who reads assignments and knows their seeds. @typedef {Pick<import("../engine/clerk.js").Clerk, "assignment" | "seed">} Reader */

export class GivenAssignment {
  #page;
  #reader;
  #notice;
  #num_seeds = 0;

  /**
   * @param {object} parts
   * @param {Store<PageState>} parts.page
   * @param {Reader} parts.reader
   * @param {(sentence: string) => void} parts.notice
   */
  constructor({ page, reader, notice }) {
    this.#page = page;
    this.#reader = reader;
    this.#notice = notice;
  }

  /**
   * Has the address's assignment read. One that is wrong is told, and gone; all else stays.
   * @param {{ is_bare: boolean }} asked whether the address says no settings: then the
   * assignment's are those to start from
   */
  async open({ is_bare }) {
    const page = this.#page;
    const { assignment } = page.get();
    if (!assignment || assignment.given) return;
    if (page.get().ids.length === 0) page.set({ ids: remembered_ids() });
    /** @type {Assignment} */
    let given;
    try {
      given = await this.#reader.assignment(assignment.token);
    } catch (error) {
      // It may have been left meanwhile.
      if (page.get().assignment !== assignment) return;
      if (fault_of(error).place) {
        page.set({ assignment: null });
        this.#notice(`The assignment in the address cannot be used. ${sentence_of(error)}`);
      } else page.set({ assignment: { ...assignment, fault: sentence_of(error) } });
      return;
    }
    if (page.get().assignment !== assignment) return;
    const settings = /** @type {Settings} */ ({ split_seed: undefined, ...given.settings });
    const start = is_bare ? { config: settings, typed_fault: null } : {};
    page.set({ assignment: { ...assignment, given }, ...start });
    page.watch(["config", "assignment"], () => this.#lock());
    page.watch(["ids"], () => void this.#follow_ids());
  }

  /** The page without it; what was trained and kept stays. */
  leave() {
    this.#page.set({ assignment: null });
  }

  /** Settings that were changed elsewhere, by a kept run or an address, are set back. */
  #lock() {
    const { config, assignment } = this.#page.get();
    const locked = assigned_settings(config, assignment);
    if (locked !== config) this.#page.set({ config: locked, typed_fault: null });
  }

  async #follow_ids() {
    const mine = ++this.#num_seeds;
    const { assignment, ids } = this.#page.get();
    if (!assignment?.given?.seed_from_ids) return;
    const typed = given_ids(ids);
    const is_whole = typed.length > 0 && ids.every((id, at) => id_fault(id, at + 1) === "");
    let seed = null;
    try {
      if (is_whole) seed = await this.#reader.seed(assignment.given.code, typed);
    } catch (error) {
      this.#notice(`Your seed could not be worked out: ${sentence_of(error)}`);
    }
    const now = this.#page.get().assignment;
    if (mine !== this.#num_seeds || !now || now.seed === seed) return;
    this.#page.set({ assignment: { ...now, seed } });
  }
}
