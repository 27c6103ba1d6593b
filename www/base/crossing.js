// Errors on their way between the page and a worker: they keep their name, their
// message, and the fields that say what is wrong where. Both sides call `carry_errors`
// before they talk. What a field means is the business of fault.js.

import { transferHandlers } from "../vendor/comlink.mjs";
import { Cancelled, Refused } from "./fault.js";

/**
 * An error as it crosses: what is no string is left out.
 * @typedef {object} ErrorFields
 * @property {string} name
 * @property {string} message
 * @property {string} [stack]
 * @property {string} [place]
 * @property {string} [found]
 * @property {string} [expected]
 */

const FIELDS = /** @type {const} */ (["stack", "place", "found", "expected"]);

/**
 * @param {unknown} thrown whatever it is: there may be no copy of it that could cross
 * @returns {ErrorFields}
 */
export function fields_of(thrown) {
  if (!(thrown instanceof Error)) return { name: "Error", message: String(thrown) };
  /** @type {ErrorFields} */
  const fields = { name: thrown.name, message: thrown.message };
  const found = /** @type {Partial<ErrorFields>} */ (/** @type {unknown} */ (thrown));
  for (const field of FIELDS) {
    const value = found[field];
    if (typeof value === "string") fields[field] = value;
  }
  return fields;
}

/**
 * @param {ErrorFields} fields
 * @returns {Error} of the same class where this side must tell it by that
 */
export function error_of(fields) {
  const { name, message } = fields;
  const error =
    name === "Cancelled"
      ? new Cancelled(message)
      : name === "Refused"
        ? new Refused(message)
        : new Error(message);
  return Object.assign(error, fields);
}

/** Has comlink carry errors so, in place of their name and message alone. */
export function carry_errors() {
  const comlinks_own = transferHandlers.get("throw");
  if (!comlinks_own) throw new Error("comlink: found no handler of what is thrown");
  transferHandlers.set("throw", {
    canHandle: comlinks_own.canHandle,
    serialize: (/** @type {{ value: unknown }} */ { value }) => [fields_of(value), []],
    deserialize(/** @type {ErrorFields} */ fields) {
      throw error_of(fields);
    },
  });
}
