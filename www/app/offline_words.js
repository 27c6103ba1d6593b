// What the page says of working without a network. Pure.

import { listed } from "../base/settings.js";

/**
 * @param {readonly string[]} missing what is kept once it is used, and was not used yet
 * @param {boolean} has_newer whether a newer version waits for a reload
 */
export function offline_words(missing, has_newer) {
  const parts = ["This page works offline."];
  if (missing.length > 0) parts.push(`Fetched when first used: ${listed(missing)}.`);
  if (has_newer) {
    parts.push("A newer version is ready: close Inkling’s other tabs, then reload.");
  }
  return parts.join(" ");
}
