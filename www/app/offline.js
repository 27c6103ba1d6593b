// The page's side of the service worker: starts it and says, in one sentence,
// whether the page would work without a network. What is kept, and how a new
// version comes in, is the worker's business.

import { script_url } from "../base/script_url.js";
import { offline_words } from "./offline_words.js";

/** What the worker keeps once it is used, told by a file of each. */
const ON_USE = /** @type {const} */ ([
  ["vendor/pdfmake.js", "the report as PDF"],
  ["pkg/webgpu/inkling.js", "WebGPU"],
]);

/**
 * Fetching the whole site takes a small machine half a second: what a visitor does first,
 * mostly opening data, comes before it.
 */
const FIRST_MS = 3000;

/**
 * Does nothing where the browser has no service workers (private windows) or
 * the site's address is not a secure one.
 * @param {(sentence: string) => void} say told anew when it changes
 */
export function keep_for_offline(say) {
  // Not to work offline is no fault that a person should read about.
  return start(say).catch(() => {});
}

/** @param {(sentence: string) => void} say */
async function start(say) {
  const { serviceWorker } = navigator;
  if (!serviceWorker) return;
  await new Promise((resolve) => setTimeout(resolve, FIRST_MS));
  let is_served = serviceWorker.controller !== null;
  const look = async () => {
    if (!is_served) return;
    say(offline_words(await not_kept(), registration.waiting !== null));
  };
  serviceWorker.addEventListener("controllerchange", () => {
    // Another version took over, as it does while its only page is loaded again;
    // files of the two must not meet in one page.
    if (is_served) return location.reload();
    is_served = true;
    void look();
  });
  const registration = await serviceWorker.register(script_url("sw.js"), {
    type: "module",
    updateViaCache: "none",
  });
  registration.addEventListener("updatefound", () => {
    registration.installing?.addEventListener("statechange", () => void look());
  });
  // What is used is kept, and then needs no network any more.
  document.addEventListener("visibilitychange", () => void look());
  addEventListener("offline", () => void look());
  void look();
  if (is_served) return;
  const { active } = await serviceWorker.ready;
  active?.postMessage((await version()).VERSION);
}

/** What has not been used yet, in words. @returns {Promise<string[]>} */
async function not_kept() {
  const { FILES } = await version();
  const ours = ON_USE.filter(([path]) => Object.hasOwn(FILES, path));
  const found = await Promise.all(
    ours.map(async ([path, words]) => ((await is_kept(path)) ? "" : words)),
  );
  return found.filter(Boolean);
}

/** The list of all files, which a first visit does not wait for. */
function version() {
  return import("../version.js");
}

/** @param {string} path */
async function is_kept(path) {
  const url = new URL(`../${path}`, import.meta.url).href;
  return (await caches.match(url).catch(() => undefined)) !== undefined;
}
