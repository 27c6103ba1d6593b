// Which rows of the data a model may be shown again: those that it was trained on.

/**
 * Rows that were trained on, evenly over the data, at most so many.
 * @param {number} num_rows of the data
 * @param {ArrayLike<number>} held_out
 * @param {number} most
 * @returns {number[]}
 */
export function training_rows(num_rows, held_out, most) {
  const is_held_out = new Set(Array.from(held_out));
  const train = Array.from({ length: num_rows }, (_, row) => row).filter(
    (row) => !is_held_out.has(row),
  );
  const num = Math.min(most, train.length);
  return Array.from({ length: num }, (_, at) => train[Math.floor((at * train.length) / num)] ?? 0);
}
