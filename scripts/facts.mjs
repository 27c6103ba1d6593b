// What the page's forms of settings and studies say and allow, asked of the artifact once it is
// built: the page shows those forms before it has an engine. Writes www/facts/.
//   node scripts/facts.mjs www

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const folder = resolve(process.argv[2] ?? "www");
const artifact = join(folder, "pkg", "studies");
const studies = await import(pathToFileURL(join(artifact, "inkling.js")).href);
studies.initSync({ module: readFileSync(join(artifact, "inkling_bg.wasm")) });

mkdirSync(join(folder, "facts"), { recursive: true });
// Where they stood before.
rmSync(join(folder, "study_facts.js"), { force: true });

/**
 * Writes what the engine says, where it says something new.
 * @param {string} name of the file
 * @param {string} type of what is said
 * @param {unknown} said
 */
function write(name, type, said) {
  const text = `// Written by scripts/facts.mjs: what the engine says of this.
/** @import { ${type} } from "../pkg/studies/inkling.js" */
/** @type {${type}} */
export const FACTS = ${JSON.stringify(said, null, 2)};
`;
  const file = join(folder, "facts", name);
  if (!existsSync(file) || readFileSync(file, "utf8") !== text) writeFileSync(file, text);
}

write("study.js", "StudyFacts", studies.study_facts());
write("settings.js", "SettingsFacts", studies.settings_facts());
write("health.js", "HealthLimits", studies.health_limits());
