// What opens the glossary: a press on any of its words, wherever on the page it stands. The
// entries are fetched with the first press.

import { message_of } from "../../base/fault.js";
import { loaded_once } from "../../base/loading.js";

/** @import { Glossary } from "./view.js" */

/** @param {Glossary} parts */
export function create_glossary_opening(parts) {
  const loaded = loaded_once(
    async () => (await import("./view.js")).mount_glossary(parts),
    (error) => parts.notice(`The glossary could not be loaded: ${message_of(error)}`),
  );
  document.addEventListener("click", ({ target }) => {
    const button = target instanceof Element ? target.closest("button.term") : null;
    if (!(button instanceof HTMLButtonElement)) return;
    // What went wrong has been said.
    loaded().then(
      ({ open }) => open(button),
      () => {},
    );
  });
}
