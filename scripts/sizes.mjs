// Prints what each engine weighs: as it is, gzipped, and with brotli.
//   node scripts/sizes.mjs www/pkg/ndarray www/pkg/webgpu

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { basename, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

// Brotli at its best takes half a minute for the larger engine: kept by hash.
const cache = join(
  process.env.XDG_CACHE_HOME || join(homedir(), ".cache"),
  "inkling",
  "engines",
  "sizes",
);
mkdirSync(cache, { recursive: true });

const megabytes = (bytes) => `${(bytes / 1e6).toFixed(2).padStart(6)} MB`;

for (const folder of process.argv.slice(2)) {
  const bytes = readFileSync(join(folder, "inkling_bg.wasm"));
  const known = join(cache, createHash("sha256").update(bytes).digest("hex").slice(0, 16));
  if (!existsSync(known)) {
    const quality = { [constants.BROTLI_PARAM_QUALITY]: 11 };
    const brotli = brotliCompressSync(bytes, { params: quality }).length;
    writeFileSync(known, JSON.stringify({ gzip: gzipSync(bytes, { level: 9 }).length, brotli }));
  }
  const { gzip, brotli } = JSON.parse(readFileSync(known, "utf8"));
  console.log(
    `${basename(folder).padEnd(8)} ${megabytes(bytes.length)} raw ${megabytes(gzip)} gzip ${megabytes(brotli)} brotli`,
  );
}
