// A worker that reads and judges hand-ins and assignments, and trains nothing. A hand-in that it dies of is
// told as such; the next question has a worker of its own.

import { WorkerCrashed, EngineWorker } from "./engine_worker.js";

/** @import { Assignment, AssignmentFiles, CheckWish, HandIn, HandInVerdict, JudgeRequest } from "../pkg/studies/inkling.js" */
/** @import { WorkerLike } from "./engine_worker.js" */

export class Clerk {
  #make;
  /** @type {WorkerLike | null} */
  #worker = null;

  /** @param {(label: string) => WorkerLike} [make] tests put their own in its place */
  constructor(make = (label) => new EngineWorker(label)) {
    this.#make = make;
  }

  /** What hand-ins are called, each otherwise. @param {string[]} paths of their files */
  names(paths) {
    return this.#alive().call((engine) => engine.hand_in_names(paths));
  }

  /**
   * Reads a hand-in; what is none comes back with its fault.
   * @param {File} file
   * @param {string} zip what it is called
   * @param {CheckWish} wish
   * @returns {Promise<HandIn>}
   */
  async read(file, zip, wish) {
    const worker = this.#alive();
    try {
      return await worker.call((engine) => engine.read_hand_in(file, zip, wish));
    } catch (error) {
      if (!(error instanceof WorkerCrashed)) throw error;
      const why = `reading it took the worker with it: ${error.message}`;
      return this.#alive().call((engine) => engine.unread_hand_in(zip, why));
    }
  }

  /** An assignment of a link or a file's text. @param {string} text @returns {Promise<Assignment>} */
  assignment(text) {
    return this.#alive().call((engine) => engine.read_assignment(text));
  }

  /** An assignment as a file and as a link's token. @param {Assignment} draft @returns {Promise<AssignmentFiles>} */
  write_assignment(draft) {
    return this.#alive().call((engine) => engine.write_assignment(draft));
  }

  /** The seed of those who hand it in. @param {string} code @param {string[]} ids @returns {Promise<number>} */
  seed(code, ids) {
    return this.#alive().call((engine) => engine.assignment_seed(code, ids));
  }

  /**
   * In words, that data are not an assignment's; nothing where they are.
   * @param {Assignment} assignment
   * @param {{ name: string, checksum: string }} data
   */
  why_other_data(assignment, { name, checksum }) {
    return this.#alive().call((engine) => engine.why_other_data(assignment, name, checksum));
  }

  /** @param {JudgeRequest} request @returns {Promise<HandInVerdict>} */
  judge(request) {
    return this.#alive().call((engine) => engine.judge_hand_in(request));
  }

  /** Verdicts as files. @param {HandInVerdict[]} verdicts */
  files(verdicts) {
    return this.#alive().call((engine) => engine.class_files(verdicts));
  }

  /** Ends what it is at. */
  end() {
    this.#worker?.kill("the check was stopped");
    this.#worker = null;
  }

  #alive() {
    if (!this.#worker || this.#worker.is_dead) this.#worker = this.#make("inkling check");
    return this.#worker;
  }
}
