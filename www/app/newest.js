// Questions that overtake each other: one is under way, and after it the newest.

/** Work of which one piece is under way, and the newest wish after it. */
export class Newest {
  #is_busy = false;
  #is_asked_again = false;
  #work;

  /** @param {() => Promise<void>} work that throws nothing */
  constructor(work) {
    this.#work = work;
  }

  async ask() {
    this.#is_asked_again = true;
    if (this.#is_busy) return;
    this.#is_busy = true;
    while (this.#is_asked_again) {
      this.#is_asked_again = false;
      await this.#work();
    }
    this.#is_busy = false;
  }
}
