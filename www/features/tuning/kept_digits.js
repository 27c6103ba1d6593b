// A person's own drawings with the digit they meant, collected as rows of
// Kaggle's schema: to train on later, or to see where the network errs.

import { announce, by_id, download, el, set_text } from "../../ui/dom.js";
import * as format from "../../base/format.js";

/** @typedef {{ label: number, pixels: Uint8Array }} KeptDigit */

/**
 * Gives the digits as they are collected.
 * @param {object} source
 * @param {() => Uint8Array | null} source.pixels the 28 × 28 that the network sees now
 * @param {(digit: KeptDigit) => Promise<unknown>} source.on_keep told of each digit; it is called kept when this resolves
 * @param {Promise<KeptDigit[]>} source.from_before
 * @param {() => void} source.on_change told when there are more
 * @returns {readonly KeptDigit[]}
 */
export function create_kept_digits({ pixels, on_keep, from_before, on_change }) {
  const box = by_id("kept-digits", HTMLFieldSetElement);
  const count = by_id("kept-count", HTMLElement);
  const save = by_id("kept-download", HTMLButtonElement);
  const row = box.querySelector(".row");
  /** @type {KeptDigit[]} */
  const kept = [];

  const show = () => {
    save.hidden = false;
    set_text(count, `${format.counted(kept.length, "digit")} kept.`);
    on_change();
  };
  void from_before.then((digits) => {
    if (digits.length === 0) return;
    kept.unshift(...digits);
    show();
  });

  for (let label = 0; label < 10; label++) {
    const button = el("button", { type: "button", "aria-label": `It was a ${label}` }, `${label}`);
    button.addEventListener("click", async () => {
      const drawn = pixels();
      if (!drawn) {
        set_text(count, "Draw a digit first.");
      } else {
        const digit = { label, pixels: drawn.slice() };
        kept.push(digit);
        await on_keep(digit);
        show();
      }
      announce(count.textContent ?? "");
    });
    row?.append(button);
  }
  save.addEventListener("click", () =>
    download(new Blob([digits_csv(kept)], { type: "text/csv" }), "my-digits.csv"),
  );
  return kept;
}

/**
 * Rows as Kaggle's `train.csv` has them.
 * @param {readonly KeptDigit[]} digits
 */
export function digits_csv(digits) {
  const header = ["label", ...Array.from({ length: 784 }, (_, at) => `pixel${at}`)].join(",");
  const rows = digits.map(({ label, pixels }) => `${label},${pixels.join(",")}`);
  return `${[header, ...rows].join("\n")}\n`;
}
