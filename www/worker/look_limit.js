// How large a network may be that is looked into: of the model that stands, in a step and in an
// epoch alike, since each look holds copies of all its parameters.

import { Refused } from "../base/fault.js";

/** As in crate/src/nn/inspect.rs; refused here before they are copied. */
const MOST_PARAMETERS = 16_000_000;

/** @param {number} num_parameters */
export function refuse_too_large(num_parameters) {
  if (num_parameters <= MOST_PARAMETERS) return;
  throw new Refused(
    "This network is too large to look inside: it has more than 16 million parameters.",
  );
}
