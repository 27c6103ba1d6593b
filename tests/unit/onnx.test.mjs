// The page's ONNX files byte for byte as onnx writes the same graphs: what onnx's
// checker found right of those (scripts/make_fixtures.py), and what onnxruntime read
// with them, holds for these. crate/tests/model_files.rs holds the engine to the latter.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { MNIST_TASK } from "../../www/base/task.js";
import { write_onnx } from "../../www/worker/onnx.js";

/** @import { Activation } from "../../www/pkg/ndarray/inkling.js" */

const fixture = JSON.parse(readFileSync(new URL("../fixtures/onnx.json", import.meta.url), "utf8"));

/** @param {{ hidden: number[], layer_norm: boolean, activation?: Activation }} shape */
function model_of({ hidden, layer_norm, activation = "relu" }) {
  const widths = [784, ...hidden, 10];
  const layers = widths.slice(1).map((num_outputs, at) => {
    const num_inputs = widths[at];
    const num_norms = layer_norm && at < hidden.length ? 2 : 0;
    const num_parameters = num_inputs * num_outputs + num_outputs * (1 + num_norms);
    return { num_inputs, num_outputs, num_parameters };
  });
  const num_parameters = layers.reduce((sum, layer) => sum + layer.num_parameters, 0);
  const weights = Float32Array.from(
    { length: num_parameters },
    (_, at) => ((((31 * at + 7919) * at) % 2003) - 1001) / 2048,
  );
  const normalisation = { pixel_mean: Math.fround(0.1307), pixel_std: Math.fround(0.3081) };
  return {
    summary: {
      layers,
      num_parameters,
      dropout: 0.5,
      layer_norm,
      activation,
      ...normalisation,
      task: MNIST_TASK,
    },
    weights,
  };
}

for (const shape of fixture.cases) {
  test(`a file of ${shape.hidden} hidden units, ${shape.activation ?? "relu"}, is onnx's own`, () => {
    const { summary, weights } = model_of(shape);
    const found = write_onnx(summary, weights, fixture.version);
    const expected = Buffer.from(shape.onnx, "base64");
    assert.equal(found.length, expected.length);
    const at = found.findIndex((byte, place) => byte !== expected[place]);
    assert.equal(at, -1, `byte ${at} of ${expected.length} differs`);
  });
}

test("parameters that are not the network's are refused", () => {
  const { summary, weights } = model_of(fixture.cases[0]);
  assert.throws(
    () => write_onnx(summary, weights.subarray(1), "0.1.0"),
    /found 4016 numbers, expected 4017/,
  );
});
