// A static server for www/ on the loopback address, and nothing else.
//   node scripts/serve.mjs [--port 8000] [--base /some/path/] [--root www]

import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { version_of } from "./version.mjs";

/** @import { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http" */

/** By the end of a file's name. @type {Record<string, string>} */
const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".csv": "text/csv; charset=utf-8",
  // No Content-Encoding: the page unpacks it itself, as with a picked file.
  ".gz": "application/gzip",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".ts": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".woff": "font/woff",
  ".webmanifest": "application/manifest+json",
  ".zip": "application/zip",
};

const ISOLATING = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

/**
 * The content policy that the page's own meta tag holds. Sent as a header too,
 * for a worker takes the policy of its own response and not that of its page.
 * @param {string} folder with the page in it
 * @returns {Promise<string | undefined>} none if there is no page or no policy
 */
export async function content_policy(folder) {
  const page = await readFile(join(folder, "index.html"), "utf8").catch(() => "");
  const found = /http-equiv="Content-Security-Policy"\s+content="([^"]*)"/.exec(page)?.[1];
  return found?.replace(/\s+/g, " ").trim();
}

/**
 * @param {object} options
 * @param {string} options.root folder to serve
 * @param {number} [options.port] 0 picks a free one
 * @param {string} [options.base] path under which it is served, such as `/inkling/`
 * @param {boolean} [options.is_live] whether a file that was edited since the build is a new
 *   version of the site, as it is for whoever works on it
 * @param {boolean} [options.is_isolated] whether it sends what lets pages share memory, as the
 *   site's own service worker does
 * @returns {Promise<{ url: string, close: () => Promise<void> }>}
 */
export async function serve({ root, port = 0, base = "/", is_live = true, is_isolated = false }) {
  const folder = normalize(root).replace(/[/\\]$/, "");
  /** @param {IncomingMessage} request @param {ServerResponse} response */
  const answer = async (request, response) => {
    const refuse = (/** @type {number} */ status, /** @type {string} */ text) => {
      response.writeHead(status, { "content-type": "text/plain; charset=utf-8" });
      response.end(`${text}\n`);
    };
    if (request.method !== "GET" && request.method !== "HEAD") return refuse(405, "only GET");
    let path;
    try {
      path = decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname);
    } catch {
      return refuse(400, "a path that cannot be read");
    }
    if (`${path}/` === base) {
      response.writeHead(301, { location: base });
      return response.end();
    }
    if (!path.startsWith(base) || path.includes("\0")) return refuse(404, "not found");
    const file = normalize(join(folder, path.slice(base.length - 1)));
    if (file !== folder && !file.startsWith(folder + sep)) return refuse(404, "not found");
    const name = path.endsWith("/") ? join(file, "index.html") : file;
    const found = await stat(name).catch(() => null);
    if (!found?.isFile()) return refuse(404, "not found");
    const policy = await content_policy(folder);
    const etag = `"${found.size.toString(36)}-${Math.round(found.mtimeMs).toString(36)}"`;
    /** @type {OutgoingHttpHeaders} */
    const headers = {
      // Asked again each time, sent only when changed: a rebuilt engine never
      // meets the page of the build before.
      "cache-control": "no-cache",
      etag,
      "x-content-type-options": "nosniff",
      ...(policy ? { "content-security-policy": policy } : {}),
      ...(is_isolated ? ISOLATING : {}),
    };
    if (is_live && name === join(folder, "version.js")) {
      delete headers.etag;
      response.writeHead(200, { ...headers, "content-type": TYPES[".js"] });
      return response.end(version_of(folder));
    }
    if (request.headers["if-none-match"] === etag) {
      response.writeHead(304, headers);
      return response.end();
    }
    response.writeHead(200, {
      ...headers,
      "content-type": TYPES[extname(name).toLowerCase()] ?? "application/octet-stream",
      "content-length": found.size,
    });
    if (request.method === "HEAD") return response.end();
    createReadStream(name)
      .on("error", () => response.destroy())
      .pipe(response);
  };
  const server = createServer((request, response) => {
    // A file that went between two looks at it ends one answer, not the server.
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve(undefined));
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    url: `http://127.0.0.1:${address.port}${base}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: process.env.PORT ?? "8000" },
      base: { type: "string", default: "/" },
      root: { type: "string", default: fileURLToPath(new URL("../www", import.meta.url)) },
    },
  });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    console.error(`error: --port: found "${values.port}", expected 0 to 65535`);
    process.exit(1);
  }
  try {
    const { url } = await serve({ root: values.root, port, base: values.base });
    console.log(`Inkling is at ${url}  (Ctrl+C ends it)`);
  } catch (error) {
    const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
    const why =
      code === "EADDRINUSE"
        ? `port ${port} is in use: end what uses it, or pick another with PORT=8001 ./scripts/start`
        : message;
    console.error(`error: ${why}`);
    process.exit(1);
  }
}
