// One judging of a class after the other, and one more where it was asked for meanwhile.

export class Judging {
  #work;
  #is_asked = false;
  /** @type {Promise<void>} */
  #running = Promise.resolve();

  /** @param {() => Promise<void>} work */
  constructor(work) {
    this.#work = work;
  }

  ask() {
    if (this.#is_asked) return;
    this.#is_asked = true;
    this.#running = this.#running.then(() => {
      this.#is_asked = false;
      return this.#work();
    });
    // It is awaited at the end, where its fault is told.
    this.#running.catch(() => {});
  }

  done() {
    return this.#running;
  }
}
