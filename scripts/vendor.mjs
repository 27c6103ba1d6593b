// Copies the browser libraries into www/vendor, as their packages ship them. What
// stands here is all of other people's code that the page runs.

import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

/** What reads a Parquet file's metadata and rows, and nothing of geometries' or of Node's. */
const HYPARQUET = [
  "alp",
  "assemble",
  "bloom",
  "column",
  "constants",
  "convert",
  "datapage",
  "delta",
  "encoding",
  "filter",
  "geoparquet",
  "indexes",
  "metadata",
  "plain",
  "plan",
  "read",
  "rowgroup",
  "scan",
  "schema",
  "snappy",
  "thrift",
  "utils",
  "variant",
  "wkb",
  "xxhash",
];

/**
 * By package: where each file of it goes in www/vendor. Types are read by the
 * checker alone.
 * @type {Record<string, Record<string, string>>}
 */
export const VENDORED = {
  comlink: {
    "dist/esm/comlink.mjs": "comlink.mjs",
    "dist/esm/comlink.d.ts": "comlink.d.mts",
    "dist/esm/protocol.d.ts": "protocol.d.ts",
  },
  fflate: { "esm/browser.js": "fflate.mjs", "esm/browser.d.ts": "fflate.d.mts" },
  idb: {
    "build/index.js": "idb/index.js",
    "build/index.d.ts": "idb/index.d.ts",
    "build/entry.d.ts": "idb/entry.d.ts",
    "build/database-extras.d.ts": "idb/database-extras.d.ts",
    "build/async-iterators.d.ts": "idb/async-iterators.d.ts",
  },
  "lit-html": {
    "lit-html.js": "lit-html/lit-html.js",
    "directive.js": "lit-html/directive.js",
    "directive-helpers.js": "lit-html/directive-helpers.js",
    "directives/repeat.js": "lit-html/directives/repeat.js",
    "directives/live.js": "lit-html/directives/live.js",
    "development/lit-html.d.ts": "lit-html/lit-html.d.ts",
    "development/directive.d.ts": "lit-html/directive.d.ts",
    "development/directive-helpers.d.ts": "lit-html/directive-helpers.d.ts",
    "development/directives/repeat.d.ts": "lit-html/directives/repeat.d.ts",
    "development/directives/live.d.ts": "lit-html/directives/live.d.ts",
  },
  // Fetched for the first Parquet file.
  hyparquet: Object.fromEntries([
    ...HYPARQUET.map((name) => [`src/${name}.js`, `hyparquet/src/${name}.js`]),
    ...["metadata", "read"].map((name) => [`types/${name}.d.ts`, `hyparquet/src/${name}.d.ts`]),
    ["src/types.d.ts", "hyparquet/src/types.d.ts"],
  ]),
  // Fetched when a model is asked for as ONNX.
  pbf: { "index.js": "pbf.mjs", "index.d.ts": "pbf.d.mts" },
  // The letters of code in a report.
  "@fontsource/roboto-mono": { "files/roboto-mono-latin-400-normal.woff": "roboto-mono.woff" },
  // Scripts that leave a global behind; fetched when a report is made.
  pdfmake: { "build/pdfmake.min.js": "pdfmake.js", "build/vfs_fonts.js": "pdfmake_fonts.js" },
  "@preact/signals-core": {
    "dist/signals-core.mjs": "signals.mjs",
    "dist/signals-core.d.ts": "signals.d.mts",
  },
  uplot: {
    "dist/uPlot.esm.js": "uplot.mjs",
    "dist/uPlot.d.ts": "uplot.d.mts",
    "dist/uPlot.min.css": "uplot.css",
  },
};

/** Copies them anew, so that nothing of an older list stays behind. @param {string} root */
function vendor(root) {
  rmSync(`${root}www/vendor`, { recursive: true, force: true });
  for (const [name, files] of Object.entries(VENDORED)) {
    for (const [from, to] of Object.entries(files)) {
      const source = `${root}node_modules/${name}/${from}`;
      const target = `${root}www/vendor/${to}`;
      mkdirSync(dirname(target), { recursive: true });
      if (!/\.(m?js|m?ts)$/.test(to)) {
        copyFileSync(source, target);
        continue;
      }
      const text = readFileSync(source, "utf8")
        // They name source maps that are not shipped here: the developer tools of
        // every visitor would ask for them in vain.
        .replace(/^\/\/# sourceMappingURL=.*\n?/gm, "")
        // An ES module's types cannot `export =`.
        .replace(/^export = uPlot;/m, "export default uPlot;");
      writeFileSync(target, text);
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  vendor(fileURLToPath(new URL("../", import.meta.url)));
}
