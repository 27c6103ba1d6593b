// Whether a unit passes nothing on, for page and worker alike.

/** @import { Activation } from "../pkg/studies/inkling.js" */

/**
 * Nothing, or next to nothing: as crate/src/nn/inspect.rs has it.
 * @param {Activation} kind
 * @param {number} activation
 */
export function is_silent(kind, activation) {
  return kind === "relu" ? activation === 0 : Math.abs(activation) < 1e-3;
}
