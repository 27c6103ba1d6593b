// The notebook of a report, run whole in PyTorch from its zip in an empty folder: every run
// must end within 0.3 points of what Inkling measured, and every plot's axes have labels
// (scripts/check_notebook.py says what is done about runs that jump from epoch to epoch).
// For a developer's machine; scripts/test holds the notebook's shape without any Python.
//
//   node scripts/check_notebook.mjs report.zip train.csv.gz
//
// Needs the Python that INKLING_TORCH_PYTHON names (python3 otherwise) with torch,
// scikit-learn, pandas, matplotlib and tqdm; where one is missing it says so and skips.

import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { unzipSync } from "fflate";

const [zip, data] = process.argv.slice(2);
if (!zip || !data) {
  console.error("usage: node scripts/check_notebook.mjs report.zip train.csv.gz");
  process.exit(2);
}
const python = process.env.INKLING_TORCH_PYTHON ?? "python3";
const script = fileURLToPath(new URL("check_notebook.py", import.meta.url));
const files = unzipSync(readFileSync(zip));
const folder = mkdtempSync(join(tmpdir(), "inkling-notebook-"));
try {
  for (const name of ["analysis.ipynb", "metrics.csv"]) {
    const bytes = files[name];
    if (!bytes) throw new Error(`${zip}: found no ${name}, expected one`);
    writeFileSync(join(folder, name), bytes);
  }
  // Under its own name, which the notebook asks for.
  copyFileSync(data, join(folder, basename(data)));
  console.log(`${basename(zip)} on ${basename(data)}`);
  const env = { ...process.env, TQDM_DISABLE: "1" };
  execFileSync(python, [script], { cwd: folder, stdio: "inherit", env });
} catch (error) {
  const { status, message } = /** @type {Error & { status?: number }} */ (error);
  // What the script found it has said itself.
  if (status === undefined) console.error(`error: ${message}`);
  process.exitCode = status ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
