// A person's own drawings with the digit they meant, collected as rows of Kaggle's
// schema: kept, seen, corrected, taken back. Where they are kept is the store's business.

import { announce, by_id, download, el, on_theme_change, set_text } from "../../ui/dom.js";
import { digit_canvas } from "../../ui/digit.js";
import { sentence_of } from "../../base/fault.js";
import * as format from "../../base/format.js";
import { digit_name, digits_csv } from "./words.js";

/** @typedef {{ id: string | number, label: number, pixels: Uint8Array }} KeptDigit */

/**
 * The digits that this browser keeps. The same picture stands once: kept under another
 * label it changes its own.
 * @typedef {object} Digits
 * @property {() => readonly KeptDigit[]} all in the order in which they were kept
 * @property {(label: number, pixels: Uint8Array) => Promise<unknown>} add when this resolves it is kept
 * @property {(id: KeptDigit["id"]) => Promise<unknown>} remove
 * @property {(listener: () => void) => void} on_change
 */

const LABELS = Array.from({ length: 10 }, (_, digit) => digit);

/**
 * @param {object} parts
 * @param {() => Promise<Uint8Array | null>} parts.pixels the 28 × 28 of what is on the pad now
 * @param {Digits} parts.digits
 */
export function create_kept_digits({ pixels, digits }) {
  const box = by_id("kept-digits", HTMLFieldSetElement);
  const count = by_id("kept-count", HTMLElement);
  const save = by_id("kept-download", HTMLButtonElement);
  const rest = count.textContent ?? "";

  for (const label of LABELS) {
    const button = el("button", { type: "button", "aria-label": `It was a ${label}` }, `${label}`);
    button.addEventListener("click", () => void keep(label));
    box.querySelector(".row")?.append(button);
  }
  save.addEventListener("click", () =>
    download(new Blob([digits_csv(digits.all())], { type: "text/csv" }), "my-digits.csv"),
  );

  const list = create_list(digits);
  const show = () => {
    const num = digits.all().length;
    save.hidden = num === 0;
    set_text(count, num === 0 ? rest : `${format.counted(num, "digit")} kept.`);
    list.show();
  };
  digits.on_change(show);
  show();

  /** @param {string} sentence */
  const tell = (sentence) => {
    set_text(count, sentence);
    announce(sentence);
  };

  /** @param {number} label */
  async function keep(label) {
    /** @type {Uint8Array | null} */
    let drawn;
    try {
      drawn = await pixels();
    } catch (error) {
      tell(`The drawing could not be kept: ${sentence_of(error)}`);
      return;
    }
    if (!drawn) {
      tell("Draw a digit first.");
      return;
    }
    const num_before = digits.all().length;
    await digits.add(label, drawn.slice());
    show();
    const is_same = digits.all().length === num_before;
    announce(is_same ? `This drawing is kept as a ${label} now` : (count.textContent ?? ""));
  }
}

/**
 * The kept digits one by one, each with its label and a way out.
 * @param {Digits} digits
 */
function create_list(digits) {
  const box = by_id("kept-list-box", HTMLDetailsElement);
  const list = by_id("kept-list", HTMLElement);
  /** @type {Map<KeptDigit["id"], Row>} */
  let rows = new Map();

  const show = () => {
    const all = digits.all();
    box.hidden = all.length === 0;
    // Hundreds of pictures that nobody looks at need not be drawn.
    if (!box.open) return;
    const before = rows;
    rows = new Map(all.map((digit) => [digit.id, before.get(digit.id) ?? new Row(digit, act)]));
    for (const [id, row] of before) if (!rows.has(id)) row.element.remove();
    all.forEach((digit, at) => {
      const row = /** @type {Row} */ (rows.get(digit.id));
      row.show(digit, at);
      if (list.children[at] !== row.element)
        list.insertBefore(row.element, list.children[at] ?? null);
    });
  };

  const act = {
    /** @param {KeptDigit} digit @param {number} label */
    async relabel(digit, label) {
      await digits.add(label, digit.pixels);
      show();
      announce(`It is kept as a ${label} now`);
    },
    /** @param {KeptDigit} digit */
    async remove(digit) {
      const at = digits.all().findIndex(({ id }) => id === digit.id);
      const name = digit_name(digit.label, at);
      await digits.remove(digit.id);
      show();
      announce(`Removed ${name}`);
      // The keyboard's place goes to the next one, or to what comes before them.
      const next = digits.all()[Math.min(at, digits.all().length - 1)];
      const button = next ? rows.get(next.id)?.button : null;
      (button ?? by_id("clear-pad", HTMLButtonElement)).focus({ preventScroll: true });
    },
  };

  box.addEventListener("toggle", show);
  on_theme_change(() => {
    for (const { element } of rows.values()) element.remove();
    rows = new Map();
    show();
  });
  return { show };
}

/** One kept digit in the list. */
class Row {
  element = el("li");
  button = el("button", { type: "button", class: "quiet" }, "Remove");
  #select = el("select", {}, ...LABELS.map((label) => el("option", { value: label }, `${label}`)));
  #picture;
  /** @type {KeptDigit} */
  #digit;

  /**
   * @param {KeptDigit} digit
   * @param {{ relabel: (digit: KeptDigit, label: number) => unknown, remove: (digit: KeptDigit) => unknown }} act
   */
  constructor(digit, act) {
    this.#digit = digit;
    this.#picture = digit_canvas(digit.pixels, "");
    this.element.append(this.#picture, this.#select, this.button);
    this.#select.addEventListener("change", () =>
      act.relabel(this.#digit, Number(this.#select.value)),
    );
    this.button.addEventListener("click", () => act.remove(this.#digit));
  }

  /** @param {KeptDigit} digit @param {number} at its place */
  show(digit, at) {
    this.#digit = digit;
    const name = digit_name(digit.label, at);
    this.#picture.setAttribute("aria-label", `Drawing of ${name}`);
    this.#select.setAttribute("aria-label", `Label of ${name}`);
    this.#select.value = String(digit.label);
    this.button.setAttribute("aria-label", `Remove ${name}`);
  }
}
