// Numbers as people write them: with a decimal point or a decimal comma, thousands in
// groups, a percent sign. What can be read in two ways is refused, never guessed.

/**
 * @typedef {object} NumberReading
 * @property {number} value `NaN` where it cannot be read
 * @property {string} expected what would be right; empty where it was read, and where nothing is written
 */

/**
 * @typedef {object} NumberKind
 * @property {boolean} [is_whole]
 * @property {"percentage" | "fraction"} [percent] what `20 %` stands for, 20 or 0.2; without it no percent sign is taken
 */

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** `1 000`, with any of the blanks that separate thousands. */
const GROUPED = /^([+-]?\d{1,3})((?:[ \u00a0\u2009\u202f]\d{3})+)(?!\d)/;

/** `1,500` or `1.500`, which mean one thing in London and another in Berlin. */
const DOUBTFUL = /^[+-]?[1-9]\d{0,2}([.,])\d{3}$/;

/**
 * @param {string} text
 * @param {NumberKind} [kind]
 * @returns {NumberReading}
 */
export function read_number(text, { is_whole = false, percent } = {}) {
  const example = `a number such as ${is_whole ? "10" : "0.05"}`;
  const written = text.trim().replace("\u2212", "-");
  if (written === "") return { value: NaN, expected: "" };
  const bare = written.replace(/[\s\u202f]*%$/, "");
  const is_percent = bare !== written;
  if (is_percent && !percent) return refused(`${example}, without a percent sign`);

  const joined = bare.replace(GROUPED, (_, head, rest) => head + rest.replaceAll(/\D/g, ""));
  const mark = DOUBTFUL.exec(joined)?.[1];
  // A point is the decimal one wherever decimals are to be expected.
  if (mark && (mark === "," || is_whole)) {
    const [grouped, decimal] = [joined.replace(mark, ""), joined.replace(mark, ".")];
    const name = mark === "," ? "comma" : "point";
    return refused(`${grouped} or ${Number(decimal)}, for its ${name} can mean either`);
  }
  if ((joined.match(/[.,]/g) ?? []).length > 1) {
    return refused("a number with one decimal point or comma, and none between thousands");
  }
  const plain = joined.replace(",", ".");
  if (!NUMBER.test(plain)) return refused(example);

  // Shifted in writing: dividing by 100 would round a second time.
  const divides = is_percent && (percent === "fraction" || Math.abs(Number(plain)) < 1);
  const value = Number(divides ? shifted(plain) : plain);
  if (!Number.isFinite(value)) return refused("a number that is not as large");
  if (value === 0 && /[1-9]/.test(plain.split(/e/i)[0] ?? "")) {
    return refused("0, or a number that is not as small");
  }
  return { value, expected: "" };
}

/** @param {string} expected @returns {NumberReading} */
function refused(expected) {
  return { value: NaN, expected };
}

/** A hundredth of a number, as written. @param {string} plain */
function shifted(plain) {
  const [mantissa, exponent = "0"] = plain.split(/e/i);
  return `${mantissa}e${Number(exponent) - 2}`;
}

/**
 * For `JSON.stringify`: JSON has no NaN and no infinity; a run that diverged has.
 * @param {string} _key
 * @param {unknown} value
 */
export function written(_key, value) {
  return typeof value === "number" && !Number.isFinite(value) ? `number:${value}` : value;
}
