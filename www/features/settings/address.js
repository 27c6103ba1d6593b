// The page's address follows the settings: what differs from the defaults, and what a
// card's link promised of them. Written a few times a second at most, for a browser may
// refuse more.

import { promise_query } from "../../base/promise.js";
import { config_to_query } from "../../base/settings_query.js";

/** @import { PageState, View } from "../../app/state.js" */
/** @import { Promised } from "../../base/promise.js" */
/** @import { Settings } from "../../base/settings.js" */

/** Safari throws at the hundredth change within 30 seconds. */
const WRITE_EVERY_MS = 400;

/** Query keys of other parts of the page; they stay in the address. */
const OTHERS = ["fault", "threads", "view"];

/**
 * @param {View<PageState>} state
 * @param {{ promised: Promised | null }} link what the address held when the page was opened
 */
export function create_address(state, { promised }) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting;
  let written_ms = -Infinity;

  const write = () => {
    clearTimeout(waiting);
    waiting = undefined;
    const { config, assignment } = state.get();
    const search = search_of(config, promised, location.search, assignment?.token);
    if (search === location.search) return;
    written_ms = performance.now();
    try {
      history.replaceState(history.state, "", `${location.pathname}${search}${location.hash}`);
    } catch {
      // Refused for now: the next change writes it.
    }
  };
  state.watch(["config", "assignment"], () => {
    waiting ??= setTimeout(write, Math.max(0, WRITE_EVERY_MS - (performance.now() - written_ms)));
  });
  addEventListener("pagehide", write);
  // Each view is an entry of the history with a query of its own, which may be of before.
  addEventListener("popstate", () => setTimeout(write));
}

/**
 * @param {Settings} config
 * @param {Promised | null} promised
 * @param {string} now the query that stands in the address
 * @param {string} [assignment] the token of one; then all settings are said, for those that
 * are not would be the assignment's
 */
export function search_of(config, promised, now, assignment = "") {
  const others = new URLSearchParams(
    [...new URLSearchParams(now)].filter(([key]) => OTHERS.includes(key)),
  );
  const parts = [
    config_to_query(config, { all: assignment !== "" }).slice(1),
    promise_query(promised, config),
    others.toString(),
    assignment && `assignment=${encodeURIComponent(assignment)}`,
  ].filter(Boolean);
  return parts.length ? `?${parts.join("&")}` : "";
}
