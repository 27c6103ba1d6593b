// The check of a class: its code and its style, fetched when they are first needed.

import { message_of } from "../../base/fault.js";
import { loaded_once } from "../../base/loading.js";
import { by_id, el } from "../../ui/dom.js";

/** @import { PageState, View } from "../../app/state.js" */
/** @import { LoadedData } from "../../engine/custody.js" */

/**
 * @typedef {object} CheckParts
 * @property {View<PageState>} store
 * @property {{ readonly data: LoadedData | null }} engine
 * @property {(sentence: string) => void} notice
 * @property {(blob: Blob, name: string) => void} download
 */

/** @param {CheckParts} parts @returns {() => void} shows it */
export function create_check_opening({ store: page, engine, notice, download }) {
  async function load() {
    const [{ ClassCheck }, { mount_check }] = await Promise.all([
      import("../../app/class_check.js"),
      import("./view.js"),
      styled("features/check/check.css"),
    ]);
    const check = new ClassCheck({ page, data: () => engine.data });
    mount_check(by_id("check-view", HTMLElement), { check, page, notice, download });
  }
  const loaded = loaded_once(load, (error) =>
    notice(`The check’s view could not be loaded: ${message_of(error)}`),
  );
  // What went wrong has been said.
  return () => void loaded().catch(() => {});
}

/** Resolves once a sheet of ours is in force. @param {string} href */
function styled(href) {
  return new Promise((resolve, reject) => {
    const link = el("link", { rel: "stylesheet", href });
    link.addEventListener("load", () => resolve(null));
    link.addEventListener("error", () => {
      link.remove();
      reject(new Error(`${href} did not come`));
    });
    document.head.append(link);
  });
}
