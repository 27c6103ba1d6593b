// What the page's form of studies says and allows, asked of the artifact once it is built:
// the page shows that form before it has an engine. Writes www/study_facts.js.
//   node scripts/facts.mjs www

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const folder = resolve(process.argv[2] ?? "www");
const artifact = join(folder, "pkg", "studies");
const studies = await import(pathToFileURL(join(artifact, "inkling.js")).href);
studies.initSync({ module: readFileSync(join(artifact, "inkling_bg.wasm")) });

const text = `// Written by scripts/facts.mjs: what the engine says of studies.
/** @import { StudyFacts } from "./pkg/studies/inkling.js" */
/** @type {StudyFacts} */
export const STUDY_FACTS = ${JSON.stringify(studies.study_facts(), null, 2)};
`;
const file = join(folder, "study_facts.js");
if (!existsSync(file) || readFileSync(file, "utf8") !== text) writeFileSync(file, text);
