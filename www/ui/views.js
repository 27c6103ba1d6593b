// Which view of the bench is shown, told by the address's fragment: `#study` and
// `#study-…` show the study, anything that names no view shows the first one.

import { by_id, set_text } from "./dom.js";

/**
 * @typedef {object} ViewPart
 * @property {string} name as in the fragment and in `data-view` of its link
 * @property {HTMLElement} element
 * @property {string} skip_to id of what the skip link leads to
 * @property {string} skip_words
 * @property {() => void} [open] called each time it is shown
 */

/**
 * @param {string} fragment such as `#study-chart`
 * @param {readonly string[]} names of the views, the first one is home
 */
export function view_of(fragment, names) {
  const found = names.find((name) => fragment === `#${name}` || fragment.startsWith(`#${name}-`));
  return found ?? names[0] ?? "";
}

/** @param {readonly ViewPart[]} views */
export function create_views(views) {
  const skip = by_id("skip", HTMLAnchorElement);
  const names = views.map(({ name }) => name);
  const show = () => {
    const shown = view_of(location.hash, names);
    for (const { name, element, skip_to, skip_words, open } of views) {
      const is_here = name === shown;
      element.hidden = !is_here;
      const link = document.querySelector(`nav [data-view="${name}"]`);
      if (is_here) link?.setAttribute("aria-current", "page");
      else link?.removeAttribute("aria-current");
      if (!is_here) continue;
      skip.href = `#${skip_to}`;
      set_text(skip, skip_words);
      open?.();
    }
  };
  addEventListener("hashchange", show);
  show();
}
