// The service worker: keeps one version of the site for when there is no network.
// Each version has a worker and a cache of its own, and the browser lets a new
// worker in once no page of the old one is left, so a page, its workers and its
// engine are always of one version. What is kept is the site, nothing of a person's.

import { FILES, VERSION } from "./version.js";

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));

/** Other sites may share the origin, so caches bear the folder's address. */
const PREFIX = `inkling ${new URL("./", location.href).href} `;
const CACHE = PREFIX + VERSION;

/** Large, and not everybody's: kept when first used. */
const IS_KEPT_ON_USE = /^(pkg\/(threads|webgpu)\/|data\/mnist|vendor\/(pdfmake|hyparquet))/;

/** Taken over from the version before where they are the same bytes. */
const IS_HEAVY = /^(pkg|vendor|data)\//;

/** So long a visit waits for word of a newer version. */
const NEWS_MS = 1000;

/** @param {string} path */
const url_of = (path) => new URL(path, location.href).href;

// Keeping a version: all of it or nothing.

worker.addEventListener("install", (event) => event.waitUntil(install()));

async function install() {
  const cache = await caches.open(CACHE);
  try {
    await Promise.all([
      keep_version(cache),
      ...Object.keys(FILES).map((path) => keep(cache, path)),
    ]);
  } catch (error) {
    await caches.delete(CACHE);
    throw error;
  }
}

/** @param {Cache} cache */
async function keep_version(cache) {
  const response = await fetch(url_of("version.js"), { cache: "no-cache" });
  // The server may have moved on since this worker was read.
  if (!response.ok || !(await response.clone().text()).includes(`"${VERSION}"`)) {
    throw new Error(`version.js: found another version, expected ${VERSION}`);
  }
  await cache.put(response.url, response);
}

/** @param {Cache} cache @param {string} path */
async function keep(cache, path) {
  const before = IS_HEAVY.test(path) ? await all_from_before(path) : [];
  for (const response of before) {
    if ((await hash_of(response.clone())) === FILES[path]) {
      await cache.put(url_of(path), response);
      return;
    }
  }
  // What was used in the version before is used in this one too.
  if (IS_KEPT_ON_USE.test(path) && before.length === 0) return;
  await cache.put(url_of(path), await fetched(path));
}

/** A file as the versions before have kept it. @param {string} path @returns {Promise<Response[]>} */
async function all_from_before(path) {
  const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  const found = await Promise.all(
    names.map(async (name) => (await caches.open(name)).match(url_of(path))),
  );
  return found.filter((response) => response !== undefined);
}

/** @param {Response} response */
async function hash_of(response) {
  const digest = await crypto.subtle.digest("SHA-256", await response.arrayBuffer());
  return btoa(String.fromCharCode(...new Uint8Array(digest)));
}

/**
 * A file from the network, of this version or not at all.
 * @param {string} path
 */
async function fetched(path) {
  const integrity = `sha256-${FILES[path]}`;
  const response = await fetch(url_of(path), { cache: "no-cache", redirect: "error", integrity });
  if (!response.ok) throw new Error(`${path}: found status ${response.status}, expected 200`);
  return response;
}

worker.addEventListener("activate", (event) => event.waitUntil(drop_others()));

async function drop_others() {
  const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  await Promise.all(names.map((name) => caches.delete(name)));
}

// Serving it

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || !request.url.startsWith(url_of("./"))) return;
  const path = (url.origin + url.pathname).slice(url_of("./").length) || "./";
  if (request.mode === "navigate") {
    if (path === "./" || path === "index.html") event.respondWith(visit(event).then(isolated));
  } else if (Object.hasOwn(FILES, path) || path === "version.js") {
    event.respondWith(file(path, event).then(isolated));
  }
});

/** What a document and its workers must come with, for their memory may be shared. */
const ISOLATING = Object.entries({
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
});

/**
 * A static host sends no such headers; from the second visit on they come from here.
 * @param {Response} response
 */
function isolated(response) {
  const { body, status, statusText } = response;
  const headers = new Headers(response.headers);
  for (const [name, value] of ISOLATING) headers.set(name, value);
  return new Response(body, { status, statusText, headers });
}

/** @param {string} path @param {FetchEvent} event */
async function file(path, event) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(url_of(path));
  if (kept) return kept;
  const response = await fetched(path);
  // Full storage is no reason to answer with nothing.
  event.waitUntil(cache.put(url_of(path), response.clone()).catch(() => {}));
  return response;
}

/** A newer version that did not come in time is not waited for again before this. */
let asks_again_ms = 0;
const RETRY_MS = 60_000;

/** What a visit sees while a newer version comes in. */
const FETCHING_PAGE = `<!doctype html>
<html lang="en">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>Inkling</title>
<link rel="icon" href="data:,">
<main><p>Fetching a newer version of Inkling…</p></main>
<script type="module" src="app/newer.js"></script>
`;

/** It runs one script of ours and nothing else. */
const FETCHING_HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "content-security-policy":
    "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; img-src data:; " +
    "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
};

/**
 * The page, of the newest version where that can be had at once and no other page
 * would find its files changed under it.
 * @param {FetchEvent} event
 */
async function visit(event) {
  const pages = await worker.clients.matchAll({ type: "window", includeUncontrolled: true });
  // The page that is being loaded again is still among them.
  const is_reload = event.request.cache === "no-cache" || event.request.cache === "reload";
  if (pages.length <= (is_reload ? 1 : 0) && (await is_outdated())) {
    // A browser brings a version in between two visits, never during one: this
    // document sees to it and then asks again.
    return new Response(FETCHING_PAGE, { headers: FETCHING_HEADERS });
  }
  return file("./", event);
}

async function is_outdated() {
  if (worker.registration.waiting) return true;
  if (performance.now() < asks_again_ms) return false;
  const news = await soon(fetch(url_of("version.js"), { cache: "no-store" }), NEWS_MS);
  return news?.ok === true && !(await news.text()).includes(`"${VERSION}"`);
}

/**
 * @template T
 * @param {Promise<T>} promise
 * @param {number} limit_ms
 * @returns {Promise<T | null>} nothing where it fails or takes longer
 */
function soon(promise, limit_ms) {
  const late = new Promise((resolve) => setTimeout(resolve, limit_ms, null));
  return Promise.race([promise.catch(() => null), late]);
}

// What pages ask for.

worker.addEventListener("message", (event) => {
  const { data, source } = event;
  if (data === "take over") event.waitUntil(take_over(source));
  else if (data === "not now") asks_again_ms = performance.now() + RETRY_MS;
  else event.waitUntil(serve_from_now_on(data));
});

/**
 * Lets this version in before the old one's last page is gone, if that is the one
 * that asks: it will load again.
 * @param {ExtendableMessageEvent["source"]} source
 */
async function take_over(source) {
  const pages = await worker.clients.matchAll({ type: "window", includeUncontrolled: true });
  if (pages.every((page) => source instanceof Client && page.id === source.id)) {
    await worker.skipWaiting();
  }
}

/**
 * The first page came from the network, before there was a worker; it can be
 * served from here if it is of this version and alone.
 * @param {unknown} version
 */
async function serve_from_now_on(version) {
  const pages = await worker.clients.matchAll({ type: "window", includeUncontrolled: true });
  if (version === VERSION && pages.length === 1) await worker.clients.claim();
}
