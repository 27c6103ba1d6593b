// Written by scripts/facts.mjs: what the engine says of studies.
/** @import { StudyFacts } from "./pkg/studies/inkling.js" */
/** @type {StudyFacts} */
export const STUDY_FACTS = {
  "factors": [
    {
      "factor": "learning_rate",
      "label": "Learning rate",
      "values": "0.001, 0.003, 0.01, 0.03, 0.1, 0.3",
      "separator": ", ",
      "hint": "How far each step goes. Too small learns slowly, too large swings or diverges.",
      "settings": [
        "learning_rate"
      ]
    },
    {
      "factor": "batch_size",
      "label": "Batch size",
      "values": "16, 32, 64, 128, 256, 512",
      "separator": ", ",
      "hint": "Images a step. Small batches take many noisy steps an epoch, large ones few smooth steps.",
      "settings": [
        "batch_size"
      ]
    },
    {
      "factor": "dropout",
      "label": "Dropout",
      "values": "0, 0.1, 0.2, 0.3, 0.5",
      "separator": ", ",
      "hint": "Share of hidden units switched off in each step: meant to narrow the gap between training and validation.",
      "settings": [
        "dropout"
      ]
    },
    {
      "factor": "layer_norm",
      "label": "Layer normalisation",
      "values": "off, on",
      "separator": ", ",
      "hint": "Keeps each layer’s values in one range, which often allows larger steps.",
      "settings": [
        "layer_norm"
      ]
    },
    {
      "factor": "hidden_layers",
      "label": "Hidden layers",
      "values": "32, 32; 64, 32; 128, 64; 256, 128; 256, 128, 64",
      "separator": "; ",
      "hint": "Shapes separated by semicolons, widths within a shape by commas.",
      "settings": [
        "hidden_layers"
      ]
    },
    {
      "factor": "dropout_layer_norm",
      "label": "Dropout × layer normalisation",
      "values": "0, 0.2, 0.5",
      "separator": ", ",
      "hint": "Each dropout once without and once with layer normalisation.",
      "settings": [
        "dropout",
        "layer_norm"
      ]
    },
    {
      "factor": "optimiser",
      "label": "Optimiser",
      "values": "sgd, adam, rmsprop, adagrad",
      "separator": ", ",
      "hint": "The rule of a step. Each has a best learning rate of its own, Adam and RMSprop often near 0.001.",
      "settings": [
        "optimiser"
      ]
    },
    {
      "factor": "activation",
      "label": "Activation",
      "values": "relu, leaky_relu, tanh, sigmoid, gelu, silu",
      "separator": ", ",
      "hint": "What a hidden unit makes of its sum. Sigmoid and tanh flatten out, so that deep layers may learn slowly.",
      "settings": [
        "activation"
      ]
    }
  ],
  "most_values": 20,
  "most_seeds": 10,
  "most_workers": 64
};
