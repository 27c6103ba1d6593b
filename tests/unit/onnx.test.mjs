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

/**
 * @param {{ hidden: number[], layer_norm: boolean, activation?: Activation, pixel_mean?: number, pixel_std?: number }} shape
 */
function summary_of({
  hidden,
  layer_norm,
  activation = "relu",
  pixel_mean = 0.1307,
  pixel_std = 0.3081,
}) {
  const widths = [784, ...hidden, 10];
  const layers = widths.slice(1).map((num_outputs, at) => {
    const num_inputs = widths[at];
    const num_norms = layer_norm && at < hidden.length ? 2 : 0;
    const num_parameters = num_inputs * num_outputs + num_outputs * (1 + num_norms);
    return { num_inputs, num_outputs, num_parameters };
  });
  return {
    layers,
    num_parameters: layers.reduce((sum, layer) => sum + layer.num_parameters, 0),
    dropout: 0.5,
    layer_norm,
    activation,
    pixel_mean: Math.fround(pixel_mean),
    pixel_std: Math.fround(pixel_std),
    task: MNIST_TASK,
  };
}

/** @param {number} length */
const weights_of = (length) =>
  Float32Array.from({ length }, (_, at) => ((((31 * at + 7919) * at) % 2003) - 1001) / 2048);

/** @param {Parameters<typeof summary_of>[0]} shape */
function model_of(shape) {
  const summary = summary_of(shape);
  return { summary, weights: weights_of(summary.num_parameters) };
}

/** @param {Uint8Array} found @param {string} base64 */
function assert_same(found, base64) {
  const expected = Buffer.from(base64, "base64");
  assert.equal(found.length, expected.length);
  const at = found.findIndex((byte, place) => byte !== expected[place]);
  assert.equal(at, -1, `byte ${at} of ${expected.length} differs`);
}

for (const shape of fixture.cases) {
  test(`a file of ${shape.hidden} hidden units, ${shape.activation ?? "relu"}, is onnx's own`, () => {
    const { summary, weights } = model_of(shape);
    assert_same(write_onnx(summary, weights, fixture.version), shape.onnx);
  });
}

/** A committee as the engine sums it up. @param {Parameters<typeof summary_of>[0][]} shapes */
function committee_of(shapes) {
  const members = shapes.map((shape) => ({ model: summary_of(shape), weights_checksum: "" }));
  const num_parameters = members.reduce((sum, { model }) => sum + model.num_parameters, 0);
  const nothing = { layers: [], dropout: 0, layer_norm: false, pixel_mean: 0, pixel_std: 1 };
  return { ...nothing, num_parameters, task: MNIST_TASK, members };
}

test("a committee's file is one graph, the Mean of its members' Softmax, and onnx's own", () => {
  const { members, onnx } = fixture.committee;
  const summary = committee_of(members);
  const weights = weights_of(summary.num_parameters);
  assert_same(write_onnx(summary, weights, fixture.version), onnx);
  assert.throws(
    () => write_onnx(summary, weights.subarray(1), fixture.version),
    /^Error: weights: found \d+ numbers, expected \d+$/,
  );
});

test("parameters that are not the network's are refused", () => {
  const { summary, weights } = model_of(fixture.cases[0]);
  assert.throws(
    () => write_onnx(summary, weights.subarray(1), "0.1.0"),
    /found 4016 numbers, expected 4017/,
  );
});
