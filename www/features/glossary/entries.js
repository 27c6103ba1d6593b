// The glossary: what each word means, in two sentences, and which picture of a person's own run
// goes with it. Pure data.

/**
 * Which picture goes with an entry: see pictures.js.
 * @typedef {"loss" | "accuracy" | "gap" | "step" | "batch" | "probabilities" | "logits" | "split" | "confusion" | "silent" | "gradient" | "norm" | "none"} PictureKind
 */

/**
 * @typedef {object} Entry
 * @property {string} title
 * @property {string} text
 * @property {PictureKind} picture
 */

/** By the name that the page calls each by. @type {Readonly<Record<string, Entry>>} */
export const ENTRIES = {
  accuracy: {
    title: "Accuracy",
    text: "The share of images that are read right. It counts an image that is barely right as much as one that is certain, which the loss does not.",
    picture: "accuracy",
  },
  activation: {
    title: "Activation",
    text: "What a unit passes on: a function, such as ReLU, of the weighted sum of what it takes in. Without it any number of layers could do no more than one.",
    picture: "none",
  },
  batch_size: {
    title: "Batch",
    text: "The images that the network looks at before it takes one step. Small batches give many rough steps an epoch, large ones few smooth steps.",
    picture: "batch",
  },
  best_epoch: {
    title: "Best epoch",
    text: "The epoch after which the validation accuracy was highest. Picked out afterwards it is a little lucky, so the last epoch is the fairer figure.",
    picture: "accuracy",
  },
  committee: {
    title: "Committee",
    text: "Several trained networks that read an image together: what counts is the mean of their probabilities. Each errs on other images, so together they mostly err on fewer.",
    picture: "none",
  },
  confusion_matrix: {
    title: "Confusion matrix",
    text: "A table of how often each class was read as each other one. Its diagonal is what was right; the largest number beside it is the pair that is mixed up most.",
    picture: "confusion",
  },
  dropout: {
    title: "Dropout",
    text: "In each training step every hidden unit is left out with this probability, so that no unit can rely on a single other one. When the network reads, all of them take part.",
    picture: "none",
  },
  epochs: {
    title: "Epoch",
    text: "One pass over all training images, each seen once, in a new order. After each epoch the validation part is read, which gives one point of its curve.",
    picture: "loss",
  },
  gap: {
    title: "Gap",
    text: "How much better the network does on what it trained on than on what it has never seen. A gap that grows while the validation curve falls is overfitting: it learns the images by heart.",
    picture: "gap",
  },
  gradient: {
    title: "Gradient",
    text: "For each weight, how fast the loss would grow if that weight grew a little. A step goes the other way, as far as the learning rate says.",
    picture: "gradient",
  },
  hidden_layers: {
    title: "Hidden layer",
    text: "A layer of units between the pixels and the classes, each of which takes in all of the layer before it. More units can hold more shapes, take longer and overfit sooner.",
    picture: "none",
  },
  l2_norm: {
    title: "L2 norm",
    text: "How large many numbers are together: the root of the sum of their squares. Of two numbers it is the length of the arrow that they make.",
    picture: "norm",
  },
  layer_norm: {
    title: "Layer normalisation",
    text: "The sums of a layer are brought to mean 0 and deviation 1 for each image, then stretched and moved by numbers that are learned. Deep networks and high learning rates are steadier with it.",
    picture: "none",
  },
  learning_rate: {
    title: "Learning rate",
    text: "How far a step moves the weights against the gradient. Too low and the loss hardly falls; too high and it leaps about, or is no number any more.",
    picture: "loss",
  },
  logit: {
    title: "Logit",
    text: "The sum that the last layer comes to for a class, before the softmax. Only differences between logits count: one more than another’s is 2.7 times as probable.",
    picture: "logits",
  },
  loss: {
    title: "Loss",
    text: "How wrong the network is: minus the logarithm of the probability that it gave to the true class, on average, in nats. Guessing among ten classes is 2.30, and certain and right is 0.",
    picture: "loss",
  },
  momentum: {
    title: "Momentum",
    text: "Each step keeps this share of the one before it, as a ball that rolls on. Steps that agree add up, and those that do not cancel out.",
    picture: "none",
  },
  optimiser: {
    title: "Optimiser",
    text: "The rule by which a gradient becomes a step. Plain SGD goes straight against it; Adam and others give each weight a rate of its own from what they have seen so far.",
    picture: "none",
  },
  seed: {
    title: "Seed",
    text: "The number that all chance of a run is drawn from: its first weights, the order of the images, dropout. The same seed with the same settings and data gives the same run to the last bit.",
    picture: "none",
  },
  silent: {
    title: "Silent unit",
    text: "A unit is silent on an image where it passes nothing on for it. A ReLU that is silent on every image of the training part is dead: no gradient reaches it, so it learns nothing.",
    picture: "silent",
  },
  softmax: {
    title: "Softmax",
    text: "What turns the last layer’s sums into probabilities: e to the power of each is divided by the total of all of them. They add up to 1, even for a drawing that is no digit at all.",
    picture: "probabilities",
  },
  step: {
    title: "Step",
    text: "One change of all weights, after one batch. An epoch has as many steps as there are batches of training images.",
    picture: "step",
  },
  training_part: {
    title: "Training part",
    text: "The images that the network learns from. How well it does on them says little about others: it has seen the answers.",
    picture: "split",
  },
  validation_share: {
    title: "Validation part",
    text: "Images that are held out and never trained on, the same share of each class. What the network reads right of them is what it would of others like them.",
    picture: "split",
  },
  weight: {
    title: "Weight",
    text: "How much a unit makes of one of its inputs: positive speaks for it, negative against. Learning is nothing but changing these numbers.",
    picture: "none",
  },
  weight_decay: {
    title: "Weight decay",
    text: "Each step also pulls every weight a little towards 0. Weights that do not earn their size shrink, which can keep a network from overfitting.",
    picture: "none",
  },
};
