// What a person gave and nothing can be made of: the error that says where, what was
// found and what would be right, in fields. The engine's own errors bear the same.

export class InputError extends Error {
  /**
   * @param {string} place such as `row 7, column label`
   * @param {string} found
   * @param {string} expected
   */
  constructor(place, found, expected) {
    super(`${place}: found ${found}, expected ${expected}`);
    this.name = "InputError";
    this.place = place;
    this.found = found;
    this.expected = expected;
  }
}
