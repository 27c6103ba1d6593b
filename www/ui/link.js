// The button that copies a link with the settings as they stand.

import { config_to_query } from "../base/settings_query.js";
import { announce, by_id, set_text } from "./dom.js";

/** @import { Settings } from "../base/settings.js" */

/** So long the button says that it is done. */
const SAID_MS = 1500;

/**
 * @param {() => Settings} config
 * @param {(sentence: string) => void} notice
 */
export function create_link_copier(config, notice) {
  const copy = by_id("copy-link", HTMLButtonElement);
  const copy_link = async () => {
    const { origin, pathname, hash } = location;
    const link = `${origin}${pathname}${config_to_query(config())}${hash}`;
    try {
      await navigator.clipboard.writeText(link);
      set_text(copy, "Copied");
      announce("The link with these settings is copied");
      setTimeout(() => set_text(copy, "Copy link"), SAID_MS);
    } catch {
      notice(`This browser does not let the page copy. The link is ${link}`);
    }
  };
  copy.addEventListener("click", () => void copy_link());
}
