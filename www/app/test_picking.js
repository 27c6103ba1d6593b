// Fetches what reads test sets, for the first of them; the data may be turned meanwhile.

import { turns_from_now } from "./turns.js";

/** @import { PickerParts, TestPicker } from "./test_picker.js" */

/**
 * @param {Omit<PickerParts, "turns">} parts
 * @returns {Promise<TestPicker>}
 */
export async function fetch_test_picker(parts) {
  const asked_at = turns_from_now(parts.store);
  const { TestPicker } = await import("./test_picker.js");
  return new TestPicker({ ...parts, ...asked_at });
}
