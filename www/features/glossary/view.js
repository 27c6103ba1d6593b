// The glossary: an entry that opens beside its word. Escape, a press elsewhere and its own
// button close it, and the keyboard's place goes back to the word.

import { el, set_text } from "../../ui/dom.js";
import { ENTRIES } from "./entries.js";
import { picture_of } from "./pictures.js";

/** @import { PageState, View } from "../../app/state.js" */
/** @import { InkReading } from "../../engine/custody.js" */
/** @import { Images } from "../../worker/dataset.js" */

/**
 * What entries and their pictures are made of.
 * @typedef {object} Glossary
 * @property {View<PageState>} page
 * @property {(rows: number[]) => Promise<Images>} images of the loaded data
 * @property {() => InkReading | null} reading of the pad
 * @property {(sentence: string) => void} notice
 */

/** Room between a word and its entry, and beside the window's edge. */
const GAP = 6;

/** @param {Glossary} parts */
export async function mount_glossary(parts) {
  const style = el("link", { rel: "stylesheet", href: "features/glossary/glossary.css" });
  // An entry is placed by its size, which the style decides.
  const styled = new Promise((done) => style.addEventListener("load", done, { once: true }));
  style.addEventListener("error", () => style.dispatchEvent(new Event("load")));
  document.head.append(style);
  await styled;
  const title = el("h2", { tabindex: -1 });
  const text = el("p", {});
  const picture = el("div", {});
  const others = el("select", { "aria-label": "Another word" });
  const close = el("button", { type: "button", class: "quiet" }, "Close entry");
  const named = Object.entries(ENTRIES).sort(([, a], [, b]) => a.title.localeCompare(b.title));
  others.append(...named.map(([key, entry]) => el("option", { value: key }, entry.title)));
  const box = el(
    "div",
    {
      class: "glossary",
      role: "dialog",
      popover: "auto",
    },
    title,
    text,
    picture,
    el("p", { class: "buttons" }, others, close),
  );
  document.body.append(box);
  /** The word that was pressed. @type {HTMLElement | null} */
  let word = null;
  let turn = 0;

  /** @param {string} key */
  const show = async (key) => {
    const entry = ENTRIES[key];
    if (!entry) return;
    const own = ++turn;
    set_text(title, entry.title);
    // A name of its own: the field of that name is another thing.
    box.ariaLabel = `Glossary: ${entry.title}`;
    set_text(text, entry.text);
    others.value = key;
    picture.replaceChildren();
    // A word is explained whether its picture comes or not.
    const drawn = await picture_of(entry.picture, parts).catch(() => null);
    if (own !== turn) return;
    if (drawn) picture.replaceChildren(drawn);
    place();
  };
  const place = () => {
    if (!word || !box.matches(":popover-open")) return;
    const { left, top, bottom } = word.getBoundingClientRect();
    const { clientWidth: wide, clientHeight: high } = document.documentElement;
    const { offsetWidth: width, offsetHeight: height } = box;
    const has_room_below = bottom + GAP + height <= high - GAP;
    const y = has_room_below ? bottom + GAP : Math.max(GAP, top - GAP - height);
    box.style.left = `${Math.max(GAP, Math.min(left, wide - width - GAP))}px`;
    box.style.top = `${Math.min(y, Math.max(GAP, high - height - GAP))}px`;
  };
  const shut = () => box.hidePopover();
  close.addEventListener("click", shut);
  others.addEventListener("change", () => void show(others.value));
  box.addEventListener("toggle", (event) => {
    if (!(event instanceof ToggleEvent) || event.newState !== "closed") return;
    const at = document.activeElement;
    const is_lost = at === null || at === document.body || box.contains(at);
    if (is_lost) word?.focus({ preventScroll: true });
  });
  // It stands beside its word, or not at all.
  addEventListener("resize", place);
  addEventListener("scroll", place, { passive: true, capture: true });

  return {
    /** @param {HTMLButtonElement} pressed */
    open(pressed) {
      const is_again = word === pressed && box.matches(":popover-open");
      word = pressed;
      if (is_again) return shut();
      void show(pressed.dataset.term ?? "");
      box.showPopover();
      place();
      title.focus({ preventScroll: true });
    },
  };
}
