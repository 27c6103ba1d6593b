// When what is painted is put into words: after the pen, and in steps of a task each, so that
// a hundred names hold up no stroke. What has changed meanwhile is said next.

/** Words follow what is painted no later than this. */
const WORDS_AFTER_MS = 200;

export class Naming {
  #say;
  /** @type {Iterator<void> | null} */
  #steps = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #is_behind = false;

  /** @param {() => Generator<void>} say reads what is to be said, and says it step by step */
  constructor(say) {
    this.#say = say;
  }

  /** Says all anew, the first step at once. */
  now() {
    clearTimeout(this.#timer);
    this.#is_behind = false;
    this.#steps = this.#say();
    this.#go_on();
  }

  /** Says it a little later, however often it is asked meanwhile. */
  soon() {
    if (this.#steps) this.#is_behind = true;
    else this.#timer ||= setTimeout(() => this.now(), WORDS_AFTER_MS);
  }

  #go_on() {
    if (!this.#steps?.next().done) {
      this.#timer = setTimeout(() => this.#go_on());
      return;
    }
    this.#steps = null;
    this.#timer = undefined;
    if (this.#is_behind) this.soon();
  }
}
