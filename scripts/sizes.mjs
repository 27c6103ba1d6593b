// Prints what each engine weighs: as it is, gzipped, and with brotli.
//   node scripts/sizes.mjs www/pkg/ndarray www/pkg/webgpu

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

// Brotli at its best takes half a minute for the larger engine: kept by hash.
const cache = join(
  process.env.XDG_CACHE_HOME || join(homedir(), ".cache"),
  "inkling",
  "engines",
  "sizes",
);

/**
 * Bytes of an engine's wasm.
 * @param {string} folder such as `www/pkg/ndarray`
 * @returns {{ raw: number, gzip: number, brotli: number }}
 */
export function sizes_of(folder) {
  const bytes = readFileSync(join(folder, "inkling_bg.wasm"));
  mkdirSync(cache, { recursive: true });
  const known = join(cache, createHash("sha256").update(bytes).digest("hex").slice(0, 16));
  if (!existsSync(known)) {
    const quality = { [constants.BROTLI_PARAM_QUALITY]: 11 };
    const brotli = brotliCompressSync(bytes, { params: quality }).length;
    writeFileSync(known, JSON.stringify({ gzip: gzipSync(bytes, { level: 9 }).length, brotli }));
  }
  return { raw: bytes.length, ...JSON.parse(readFileSync(known, "utf8")) };
}

const megabytes = (/** @type {number} */ bytes) => `${(bytes / 1e6).toFixed(2).padStart(6)} MB`;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const folder of process.argv.slice(2)) {
    const { raw, gzip, brotli } = sizes_of(folder);
    console.log(
      `${basename(folder).padEnd(8)} ${megabytes(raw)} raw ${megabytes(gzip)} gzip ${megabytes(brotli)} brotli`,
    );
  }
}
