// What waits to be done, by what it is about.

export class Waiting {
  /** @type {Map<string, number>} */
  #counts = new Map();

  /** Something waits. @param {string} id @returns {() => void} to be called once it is done */
  begin(id) {
    this.#counts.set(id, (this.#counts.get(id) ?? 0) + 1);
    return () => {
      const left = (this.#counts.get(id) ?? 1) - 1;
      if (left > 0) this.#counts.set(id, left);
      else this.#counts.delete(id);
    };
  }

  /** @param {string} id */
  has(id) {
    return this.#counts.has(id);
  }
}
