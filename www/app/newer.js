// Runs in the empty document that the service worker gives to a visit while a newer
// version of the site is there: brings that version in and loads again. If it does
// not come in time, the visit gets the version that is kept.

/** So long a visit waits for a newer version. */
const PATIENCE_MS = 8000;

const { serviceWorker } = navigator;

/** @param {ServiceWorkerRegistration} registration */
async function newer_version(registration) {
  if (!registration.waiting) await registration.update();
  const { installing } = registration;
  if (installing) {
    await new Promise((resolve) => installing.addEventListener("statechange", resolve));
  }
  return registration.waiting;
}

/** @returns {Promise<void>} once the newer version serves this document */
async function take_over() {
  const served = new Promise((resolve) => {
    serviceWorker.addEventListener("controllerchange", resolve, { once: true });
  });
  const newer = await newer_version(await serviceWorker.ready);
  if (!newer) throw new Error("there is no newer version");
  newer.postMessage("take over");
  await served;
}

const late = new Promise((_, reject) => setTimeout(reject, PATIENCE_MS));
await Promise.race([take_over(), late]).catch(() =>
  serviceWorker.controller?.postMessage("not now"),
);
location.reload();

export {};
