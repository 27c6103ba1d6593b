// The page's side of the service worker: starts it and says, in one sentence,
// whether the page would work without a network. What is kept, and how a new
// version comes in, is the worker's business.

import { script_url } from "../base/script_url.js";
import { VERSION } from "../version.js";

/**
 * Does nothing where the browser has no service workers (private windows) or
 * the site's address is not a secure one.
 * @param {(sentence: string) => void} say told anew when it changes
 */
export async function keep_for_offline(say) {
  const { serviceWorker } = navigator;
  if (!serviceWorker) return;
  let is_served = serviceWorker.controller !== null;
  const look = () => {
    if (!is_served) return;
    say(
      registration.waiting
        ? "This page works offline. A newer version is ready: close Inkling’s other tabs, then reload."
        : "This page works offline.",
    );
  };
  serviceWorker.addEventListener("controllerchange", () => {
    // Another version took over, as it does while its only page is loaded again;
    // files of the two must not meet in one page.
    if (is_served) return location.reload();
    is_served = true;
    look();
  });
  const registration = await serviceWorker.register(script_url("sw.js"), {
    type: "module",
    updateViaCache: "none",
  });
  registration.addEventListener("updatefound", () => {
    registration.installing?.addEventListener("statechange", look);
  });
  look();
  if (!is_served) (await serviceWorker.ready).active?.postMessage(VERSION);
}
