// How kept digits are called: `the 7 kept third`. Pure functions.

const ORDINALS = [
  "first",
  "second",
  "third",
  "fourth",
  "fifth",
  "sixth",
  "seventh",
  "eighth",
  "ninth",
  "tenth",
];

/**
 * The place of something in a row, in words up to the tenth: `third`, `21st`.
 * @param {number} at from 0
 */
export function ordinal(at) {
  const word = ORDINALS[at];
  if (word) return word;
  const number = at + 1;
  const is_teen = number % 100 >= 11 && number % 100 <= 13;
  const ending = is_teen ? undefined : ["", "st", "nd", "rd"][number % 10];
  return `${number}${ending || "th"}`;
}

/**
 * @param {number} label
 * @param {number} at from 0
 */
export function digit_name(label, at) {
  return `the ${label} kept ${ordinal(at)}`;
}

/**
 * Rows as Kaggle's `train.csv` has them.
 * @param {readonly { label: number, pixels: Uint8Array }[]} digits
 */
export function digits_csv(digits) {
  const header = ["label", ...Array.from({ length: 784 }, (_, at) => `pixel${at}`)].join(",");
  const rows = digits.map(({ label, pixels }) => `${label},${pixels.join(",")}`);
  return `${[header, ...rows].join("\n")}\n`;
}
