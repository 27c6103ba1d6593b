// Which view of the bench is shown, told by the address's fragment: `#study` and
// `#study-…` show the study, anything that names no view shows the first one.

import { by_id, set_text } from "./dom.js";

/**
 * Each by its name, as in the fragment and in `data-view` of its link: what the skip link
 * leads to, by id, and says. The element is the name's, `train-view`; the first is home.
 */
const VIEWS = /** @type {const} */ ({
  train: { skip_to: "training", skip_words: "Skip to training" },
  study: { skip_to: "study-view", skip_words: "Skip to the study" },
  runs: { skip_to: "runs-view", skip_words: "Skip to the runs" },
  check: { skip_to: "check-view", skip_words: "Skip to the check" },
  assignment: { skip_to: "assignment-view", skip_words: "Skip to the assignment" },
});

/** @typedef {keyof typeof VIEWS} ViewName */

/**
 * @param {string} fragment such as `#study-chart`
 * @param {readonly string[]} names of the views, the first one is home
 */
export function view_of(fragment, names) {
  const found = names.find((name) => fragment === `#${name}` || fragment.startsWith(`#${name}-`));
  return found ?? names[0] ?? "";
}

/** @param {Partial<Record<ViewName, () => void>>} open called each time that view is shown */
export function create_views(open) {
  const skip = by_id("skip", HTMLAnchorElement);
  const names = /** @type {ViewName[]} */ (Object.keys(VIEWS));
  const elements = new Map(names.map((name) => [name, by_id(`${name}-view`, HTMLElement)]));
  const show = () => {
    const shown = view_of(location.hash, names);
    for (const [name, element] of elements) {
      const is_here = name === shown;
      element.hidden = !is_here;
      const link = document.querySelector(`nav [data-view="${name}"]`);
      if (is_here) link?.setAttribute("aria-current", "page");
      else link?.removeAttribute("aria-current");
      if (!is_here) continue;
      const { skip_to, skip_words } = VIEWS[name];
      skip.href = `#${skip_to}`;
      set_text(skip, skip_words);
      open[name]?.();
    }
  };
  addEventListener("hashchange", show);
  show();
}
