// What a study can vary: the factors by name, the values that the form proposes, and
// a sentence of what to expect of each.

/** @import { Factor } from "../../pkg/ndarray/inkling.js" */

/** @type {readonly { factor: Factor, label: string, values: string, hint: string }[]} */
export const FACTORS = [
  {
    factor: "learning_rate",
    label: "Learning rate",
    values: "0.001, 0.003, 0.01, 0.03, 0.1, 0.3",
    hint: "How far each step goes. Too small learns slowly, too large swings or diverges.",
  },
  {
    factor: "batch_size",
    label: "Batch size",
    values: "16, 32, 64, 128, 256, 512",
    hint: "Images a step. Small batches take many noisy steps an epoch, large ones few smooth steps.",
  },
  {
    factor: "dropout",
    label: "Dropout",
    values: "0, 0.1, 0.2, 0.3, 0.5",
    hint: "Share of hidden units switched off in each step: meant to narrow the gap between training and validation.",
  },
  {
    factor: "layer_norm",
    label: "Layer normalisation",
    values: "off, on",
    hint: "Keeps each layer’s values in one range, which often allows larger steps.",
  },
  {
    factor: "hidden_layers",
    label: "Hidden layers",
    values: "32, 32; 64, 32; 128, 64; 256, 128; 256, 128, 64",
    hint: "Shapes separated by semicolons, widths within a shape by commas.",
  },
  {
    factor: "dropout_layer_norm",
    label: "Dropout × layer normalisation",
    values: "0, 0.2, 0.5",
    hint: "Each dropout once without and once with layer normalisation.",
  },
];
