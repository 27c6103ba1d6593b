// Writes tests/fixtures/numerics.json anew by the engine in www/pkg/ndarray: what a dozen
// configurations come to, to the last bit. Where bits differ from those that stand there
// it refuses, unless the engine has another numerics version (crate/src/math.rs).
//   scripts/build --only ndarray && node scripts/make_numerics.mjs

import { writeFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { open_engine } from "../tests/unit/letters_set.mjs";
import { FIXTURE, fixture, outcome_of, sets_of } from "../tests/unit/numerics_cases.mjs";

const wasm = await open_engine();
const before = fixture();
const sets = sets_of(wasm);
const moved = [];
let version = before.numerics_version;
for (const case_ of before.cases) {
  const { numerics_version, ...found } = await outcome_of(wasm, sets, case_);
  version = numerics_version;
  if (case_.expected && !isDeepStrictEqual(found, case_.expected)) moved.push(case_.name);
  case_.expected = found;
}
if (moved.length > 0 && version === before.numerics_version) {
  console.error(
    `${moved.join("; ")}: found other bits, expected those of numerics version ${version}. ` +
      "If they are meant, raise NUMERICS_VERSION in crate/src/math.rs, build, and run this again.",
  );
  process.exit(1);
}
const made_by = `scripts/make_numerics.mjs, by Inkling ${wasm.version()} in WebAssembly`;
const now = { ...before, numerics_version: version, made_by };
writeFileSync(FIXTURE, `${JSON.stringify(now, null, 1)}\n`);
console.log(
  `${before.cases.length} cases of numerics version ${version}, ${moved.length} of them moved`,
);
