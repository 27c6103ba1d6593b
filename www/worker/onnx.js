// A model as an ONNX file, for onnxruntime and whatever else reads the format. Loaded
// when one is asked for. It only goes out; what comes back in is .safetensors or .bpk.
//
// The graph takes pixels as a CSV has them, 0 to 255, side² a row, and normalises them
// itself. Dropout does nothing when a model reads, so it is left out. A committee is one graph:
// each member's part, the normalisation to the Softmax, and the Mean of what those give.

import { are_digits, task_of } from "../base/task.js";
import { PbfWriter } from "../vendor/pbf.mjs";

/** @import { Activation, ModelSummary, TaskSummary } from "../pkg/ndarray/inkling.js" */

// No newer than the graph needs, for the widest reach: the first operators with
// LayerNormalization, and the format of their time.
const OPSET = 17;
const IR_VERSION = 8;

/** Of the layer normalisation: torch's default, and the engine's. */
const EPSILON = 1e-5;

/** Numbers of onnx.proto's enums: a tensor's type, an attribute's. */
const FLOAT = 1;

/** A tensor that comes with the model. @typedef {{ name: string, dims: number[], values: Float32Array }} Initializer */

/** Its one output bears its name. @typedef {{ name: string, operator: string, inputs: string[], epsilon: number | undefined }} Node */

/** What goes in or comes out, a row of numbers an image. @typedef {{ name: string, width: number }} Port */

/** @typedef {{ nodes: Node[], initializers: Initializer[], inputs: Port[], outputs: Port[] }} Graph */

/** What nodes and tensors are added to. @typedef {Pick<Graph, "nodes" | "initializers">} Parts */

/** What a file says of itself besides its graph. @typedef {{ key: string, value: string }} Note */

/**
 * @param {ModelSummary} summary
 * @param {Float32Array} weights flat, as the engine lays them out, a member's after the other's
 * @param {string} version of Inkling
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function write_onnx(summary, weights, version) {
  const graph = graph_of(summary, weights);
  const notes = notes_of(task_of(summary));
  // Room for all of it: a buffer that grows is copied each time it doubles.
  const num_networks = Math.max(1, summary.members?.length ?? 0);
  const pbf = new PbfWriter(new Uint8Array(weights.byteLength + 16_384 * num_networks));
  write_model({ graph, version, notes }, pbf);
  return /** @type {Uint8Array<ArrayBuffer>} */ (pbf.finish());
}

/**
 * The classes' names, where they are not the ten digits; the normalisation is part of
 * the graph.
 * @param {TaskSummary} task
 * @returns {Note[]}
 */
function notes_of({ classes }) {
  return are_digits(classes) ? [] : [{ key: "classes", value: JSON.stringify(classes) }];
}

/**
 * @param {ModelSummary} summary
 * @param {Float32Array} weights
 * @returns {Graph}
 */
function graph_of(summary, weights) {
  const { members = [], num_parameters, task } = summary;
  if (weights.length !== num_parameters) {
    throw new Error(`weights: found ${weights.length} numbers, expected ${num_parameters}`);
  }
  const { side, classes } = task_of({ task });
  /** @type {Parts} */
  const parts = {
    nodes: [
      { name: "shares", operator: "Div", inputs: ["pixels", "pixel_max"], epsilon: undefined },
    ],
    initializers: [{ name: "pixel_max", dims: [], values: Float32Array.of(255) }],
  };
  if (members.length === 0) put_network(parts, summary, weights, "");
  let start = 0;
  const outputs = members.map(({ model }, at) => {
    const prefix = `members.${at}.`;
    const own = weights.subarray(start, (start += model.num_parameters));
    return put_network(parts, model, own, prefix);
  });
  if (members.length > 0) {
    const mean = { name: "probabilities", operator: "Mean", inputs: outputs, epsilon: undefined };
    parts.nodes.push(mean);
  }
  // The sums of several networks have no mean that means anything.
  const names = members.length > 0 ? ["probabilities"] : ["logits", "probabilities"];
  return {
    ...parts,
    inputs: [{ name: "pixels", width: side * side }],
    outputs: names.map((name) => ({ name, width: classes.length })),
  };
}

/**
 * One network, from shares of full ink to probabilities.
 * @param {Parts} parts
 * @param {ModelSummary} summary
 * @param {Float32Array} weights its own
 * @param {string} prefix of all its names
 * @returns {string} the name of what comes out
 */
function put_network(
  { nodes, initializers },
  { layers, layer_norm, activation = "relu", pixel_mean, pixel_std },
  weights,
  prefix,
) {
  const constant = (/** @type {string} */ own, /** @type {number} */ value) => {
    const name = `${prefix}${own}`;
    initializers.push({ name, dims: [], values: Float32Array.of(value) });
    return name;
  };
  let end = 0;
  const parameter = (/** @type {string} */ own, /** @type {number[]} */ dims) => {
    const name = `${prefix}${own}`;
    const start = end;
    end += dims.reduce((product, dim) => product * dim, 1);
    initializers.push({ name, dims, values: weights.subarray(start, end) });
    return name;
  };

  let flow = "shares";
  /**
   * A node on what the one before it gave.
   * @param {string} own its name
   * @param {string} operator
   * @param {string[]} [others] its further inputs
   * @param {number} [epsilon]
   */
  const then = (own, operator, others = [], epsilon) => {
    const name = `${prefix}${own}`;
    nodes.push({ name, operator, inputs: [flow, ...others], epsilon });
    flow = name;
  };
  /**
   * No newer operators than these, of which some activations are made.
   * @param {Activation} activation
   * @param {number} at the hidden layer
   */
  const activate = (activation, at) => {
    const sum = flow;
    const name = `activations.${at}`;
    switch (activation) {
      case "relu":
        return then(`relus.${at}`, "Relu");
      case "leaky_relu":
        // Its slope below 0 is the operator's default, 0.01.
        return then(name, "LeakyRelu");
      case "tanh":
        return then(name, "Tanh");
      case "sigmoid":
        return then(name, "Sigmoid");
      case "silu":
        then(`${name}.share`, "Sigmoid");
        return then(name, "Mul", [sum]);
      case "gelu":
        then(`${name}.scaled`, "Div", [constant(`${name}.root`, Math.SQRT2)]);
        then(`${name}.erf`, "Erf");
        then(`${name}.twice`, "Add", [constant(`${name}.one`, 1)]);
        then(`${name}.share`, "Mul", [constant(`${name}.half`, 0.5)]);
        return then(name, "Mul", [sum]);
    }
  };
  then("centred", "Sub", [constant("pixel_mean", pixel_mean)]);
  then("normalised", "Div", [constant("pixel_std", pixel_std)]);
  layers.forEach(({ num_inputs, num_outputs }, at) => {
    const is_last = at + 1 === layers.length;
    // The engine keeps a weight as [inputs, outputs], which is Gemm's own order.
    then(is_last ? "logits" : `linears.${at}`, "Gemm", [
      parameter(`linears.${at}.weight`, [num_inputs, num_outputs]),
      parameter(`linears.${at}.bias`, [num_outputs]),
    ]);
    if (is_last) return;
    if (layer_norm) {
      const gamma = parameter(`norms.${at}.gamma`, [num_outputs]);
      const beta = parameter(`norms.${at}.beta`, [num_outputs]);
      then(`norms.${at}`, "LayerNormalization", [gamma, beta], EPSILON);
    }
    activate(activation, at);
  });
  then("probabilities", "Softmax");
  return flow;
}

// The messages of onnx.proto, fields in order of their numbers: the bytes are then
// those that onnx itself writes of the same graph.

/** @param {{ graph: Graph, version: string, notes: Note[] }} model @param {PbfWriter} pbf */
function write_model({ graph, version, notes }, pbf) {
  pbf.writeVarintField(1, IR_VERSION);
  pbf.writeStringField(2, "Inkling");
  pbf.writeStringField(3, version);
  pbf.writeMessage(7, write_graph, graph);
  pbf.writeMessage(8, write_opset, OPSET);
  for (const note of notes) pbf.writeMessage(14, write_note, note);
}

/** @param {Note} note @param {PbfWriter} pbf */
function write_note({ key, value }, pbf) {
  pbf.writeStringField(1, key);
  pbf.writeStringField(2, value);
}

/** @param {number} opset @param {PbfWriter} pbf */
function write_opset(opset, pbf) {
  // The empty domain is that of the standard's own operators.
  pbf.writeStringField(1, "");
  pbf.writeVarintField(2, opset);
}

/** @param {Graph} graph @param {PbfWriter} pbf */
function write_graph({ nodes, initializers, inputs, outputs }, pbf) {
  for (const node of nodes) pbf.writeMessage(1, write_node, node);
  pbf.writeStringField(2, "inkling");
  for (const initializer of initializers) pbf.writeMessage(5, write_tensor, initializer);
  for (const input of inputs) pbf.writeMessage(11, write_port, input);
  for (const output of outputs) pbf.writeMessage(12, write_port, output);
}

/** @param {Node} node @param {PbfWriter} pbf */
function write_node({ name, operator, inputs, epsilon }, pbf) {
  for (const input of inputs) pbf.writeStringField(1, input);
  pbf.writeStringField(2, name);
  pbf.writeStringField(3, name);
  pbf.writeStringField(4, operator);
  if (epsilon !== undefined) pbf.writeMessage(5, write_epsilon, epsilon);
}

/** @param {number} epsilon @param {PbfWriter} pbf */
function write_epsilon(epsilon, pbf) {
  pbf.writeStringField(1, "epsilon");
  pbf.writeFloatField(2, epsilon);
  pbf.writeVarintField(20, FLOAT);
}

/** @param {Initializer} tensor @param {PbfWriter} pbf */
function write_tensor({ name, dims, values }, pbf) {
  for (const dim of dims) pbf.writeVarintField(1, dim);
  pbf.writeVarintField(2, FLOAT);
  pbf.writeStringField(8, name);
  pbf.writeBytesField(9, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
}

/** @param {Port} port @param {PbfWriter} pbf */
function write_port({ name, width }, pbf) {
  pbf.writeStringField(1, name);
  pbf.writeMessage(2, write_type, width);
}

/** @param {number} width @param {PbfWriter} pbf */
function write_type(width, pbf) {
  pbf.writeMessage(1, write_tensor_type, width);
}

/** @param {number} width @param {PbfWriter} pbf */
function write_tensor_type(width, pbf) {
  pbf.writeVarintField(1, FLOAT);
  pbf.writeMessage(2, write_shape, width);
}

/** Any number of images. @param {number} width @param {PbfWriter} pbf */
function write_shape(width, pbf) {
  pbf.writeMessage(1, (_, dim) => dim.writeStringField(2, "batch"), null);
  pbf.writeMessage(1, (_, dim) => dim.writeVarintField(1, width), null);
}
