// Models as the page writes them, read by those who own the formats: trains some on the
// sample in a browser, puts two of them together as a committee, and compares what PyTorch and
// onnxruntime read in their files with what the page read. For a developer's machine; scripts/test holds the same
// files to fixtures without any Python.
//
//   node scripts/check_models.mjs
//
// Needs a built www/, and the Python that INKLING_TORCH_PYTHON names (python3
// otherwise) with torch, safetensors, onnx and onnxruntime.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { find_chromium } from "./browser.mjs";
import { serve } from "./serve.mjs";

const MODELS = [
  { hidden_layers: "128, 64", layer_norm: true, dropout: 0.1 },
  { hidden_layers: "100", layer_norm: false, dropout: 0 },
  { hidden_layers: "64, 32", activation: "leaky_relu", optimiser: "nesterov", momentum: 0.9 },
  { hidden_layers: "64", activation: "tanh", optimiser: "rmsprop", learning_rate: 0.0005 },
  { hidden_layers: "64", activation: "sigmoid", optimiser: "adagrad" },
  { hidden_layers: "64, 32", activation: "gelu", optimiser: "adam", learning_rate: 0.001 },
  { hidden_layers: "64, 32", activation: "silu", optimiser: "adamw", learning_rate: 0.001 },
];
/** What the members of a committee are, each under a seed of its own. */
const COMMITTEE = [MODELS[0], MODELS[5], MODELS[1]];

const root = fileURLToPath(new URL("..", import.meta.url));
const python = process.env.INKLING_TORCH_PYTHON ?? "python3";
const server = await serve({ root: join(root, "www") });
const browser = await chromium.launch({
  executablePath: find_chromium(),
  args: ["--no-sandbox"],
});
const folder = mkdtempSync(join(tmpdir(), "inkling-models-"));
try {
  const page = await browser.newPage();
  await page.goto(server.url);
  for (const shapes of [...MODELS.map((shape) => [shape]), COMMITTEE]) {
    const found = await page.evaluate(async (shapes) => {
      const { Custody } = await import(new URL("engine/custody.js", location.href).href);
      const { DEFAULTS } = await import(new URL("base/settings.js", location.href).href);
      const custody = new Custody();
      const sample = await (await fetch("data/sample.csv.gz")).blob();
      const data = await custody.read_files([new File([sample], "sample.csv.gz")]);
      const { checksum } = data.summary;
      custody.set_data(data);
      const members = [];
      for (const [seed, shape] of shapes.entries()) {
        const config = { ...DEFAULTS, backend: "ndarray", epochs: 2, seed, ...shape };
        await custody.train(config);
        custody.adopt_trained("model");
        const origin = { name: `seed ${seed}`, run: `${seed}`, data_name: "sample" };
        const split = { data_checksum: checksum, split_seed: seed, validation_share: 20 };
        const bytes = await custody.save_model("model", "safetensors");
        members.push({ bytes, origin: { ...origin, ...split } });
      }
      if (members.length > 1) {
        const file = await custody.committee_file(members);
        await custody.load_model("model", new File([file], "committee"));
      }
      const rows = Array.from({ length: 500 }, (_, row) => row);
      const base64 = (/** @type {Uint8Array} */ bytes) =>
        btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
      return {
        pixels: base64((await custody.images(checksum, rows)).pixels),
        probabilities: Array.from(await custody.predict_rows("model", checksum, rows)),
        safetensors: base64(await custody.save_model("model", "safetensors")),
        onnx: base64(await custody.save_model("model", "onnx")),
      };
    }, shapes);
    for (const kind of /** @type {const} */ (["safetensors", "onnx", "pixels"])) {
      writeFileSync(join(folder, `model.${kind}`), Buffer.from(found[kind], "base64"));
    }
    writeFileSync(join(folder, "probabilities.json"), JSON.stringify(found.probabilities));
    console.log(shapes.map((shape) => JSON.stringify(shape)).join(" and "));
    const script = join(root, "scripts/check_models.py");
    execFileSync(python, [script, folder], { stdio: "inherit" });
  }
} finally {
  await browser.close();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
}
