// What is wrong with something a person gave: where, what was found, what would be
// right. The engine's errors cross as these fields with their sentence, which is ended here.

/**
 * @typedef {object} Fault
 * @property {string} place such as `row 7, column label`, or a setting's label; empty where there is none
 * @property {string} found empty where the message says it all
 * @property {string} expected
 * @property {string} message all of it in words
 */

/**
 * The fields of an error, whoever threw it.
 * @param {unknown} error
 * @returns {Fault}
 */
export function fault_of(error) {
  if (!(error instanceof Error)) {
    return { place: "", found: "", expected: "", message: String(error) };
  }
  const { place, found, expected } = /** @type {Partial<Fault>} */ (/** @type {unknown} */ (error));
  return {
    place: place ?? "",
    found: found ?? "",
    expected: expected ?? "",
    message: error.message.trim(),
  };
}

/** An error's message, whatever was thrown. @param {unknown} error @returns {string} */
export function message_of(error) {
  return fault_of(error).message;
}

/**
 * An error as a whole sentence.
 * @param {unknown} error
 */
export function sentence_of(error) {
  return ended(message_of(error));
}

/** @param {string} text */
function ended(text) {
  return /[.?]$/.test(text) ? text : `${text}.`;
}

/** A person ended what was under way: nothing is wrong. */
export class Cancelled extends Error {
  /** @param {string} [message] */
  constructor(message = "It was cancelled.") {
    super(message);
    this.name = "Cancelled";
  }
}

/** What was asked is refused as things stand, in a sentence that says why. */
export class Refused extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = "Refused";
  }
}

/**
 * What `work` comes to, unless the signal is aborted first; then it rejects at once
 * with the signal's reason, and whatever `work` comes to later is dropped.
 * @template T
 * @param {Promise<T>} work
 * @param {AbortSignal} signal
 * @returns {Promise<T>}
 */
export function unless_aborted(work, signal) {
  if (signal.aborted) {
    work.catch(() => {});
    return Promise.reject(signal.reason);
  }
  return new Promise((resolve, reject) => {
    const give_up = () => reject(signal.reason);
    signal.addEventListener("abort", give_up, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", give_up));
  });
}

/**
 * What is wrong with a file, with its name. The engine's own words often begin with it.
 * @param {string} name
 * @param {unknown} error
 */
export function told(name, error) {
  const message = message_of(error);
  return ended(message.startsWith(name) ? message : `${name}: ${message}`);
}
