// The settings of a run: what there is to set and what each one means. How they travel in
// an address is `settings_query.js`'s; ranges are checked by the engine alone; how a number
// is written is the business of `number.js`.

/** @import { RunConfig } from "../pkg/ndarray/inkling.js" */
/** @import { Fault } from "./fault.js" */

/**
 * A run's settings, none left out; the split seed has a value only where a person gave
 * the split one of its own.
 * @typedef {Required<Omit<RunConfig, "split_seed">> & { split_seed: number | undefined }} Settings
 */

/**
 * One setting as the form and the address know it.
 * @typedef {object} Setting
 * @property {keyof RunConfig} key its name in the engine and in the address
 * @property {string} label its accessible name
 * @property {"number" | "text" | "flag" | "choice"} kind
 * @property {string} hint one sentence: what it does, and what more or less of it brings
 * @property {readonly (readonly [string, string])[]} [choices] value and wording
 * @property {boolean} [is_whole] a number without decimals, which arrow keys step
 * @property {number} [least] where the arrow keys end
 * @property {keyof RunConfig} [stands_for] the setting whose value an empty field means
 * @property {"percentage" | "fraction"} [percent] what `20 %` stands for, 20 or 0.2; without it no percent sign is taken
 */

/** @type {readonly Setting[]} */
export const SETTINGS = [
  {
    key: "validation_share",
    label: "Validation share",
    kind: "number",
    percent: "percentage",
    hint: "Part of the images held out to test on, as a percentage such as 20 or a fraction such as 0.2. Each class keeps the same share in both parts: a stratified split.",
  },
  {
    key: "augmentation",
    label: "Augmentation",
    kind: "flag",
    hint: "Shifts, turns and stretches the training images a little each time. Slower to learn, better on pictures off centre.",
  },
  {
    key: "hidden_layers",
    label: "Hidden layers",
    kind: "text",
    hint: "Width of each hidden layer, such as 128, 64. More units can learn more, train more slowly and overfit more easily.",
  },
  {
    key: "activation",
    label: "Activation",
    kind: "choice",
    choices: [
      ["relu", "ReLU"],
      ["leaky_relu", "LeakyReLU"],
      ["tanh", "Tanh"],
      ["sigmoid", "Sigmoid"],
      ["gelu", "GELU"],
      ["silu", "SiLU"],
    ],
    hint: "What a hidden unit makes of its sum. ReLU is quick and usual; Tanh and Sigmoid flatten out, so that deep networks learn slowly; GELU and SiLU are ReLU with a round corner.",
  },
  {
    key: "dropout",
    label: "Dropout",
    kind: "number",
    percent: "fraction",
    hint: "Chance, from 0 to 0.95, that a hidden unit is switched off in a training step. More of it narrows the gap between training and validation, and slows learning.",
  },
  {
    key: "layer_norm",
    label: "Layer normalisation",
    kind: "flag",
    hint: "Rescales each hidden layer before its activation. Often allows a higher learning rate; each step costs a little more.",
  },
  {
    key: "backend",
    label: "Backend",
    kind: "choice",
    choices: [
      ["auto", "auto"],
      ["webgpu", "webgpu"],
      ["ndarray", "ndarray"],
    ],
    hint: "Where the numbers are computed: webgpu is the graphics card, ndarray the processor. auto takes the card where it is a real one.",
  },
  {
    key: "epochs",
    label: "Epochs",
    kind: "number",
    is_whole: true,
    least: 1,
    hint: "How often the network sees every training image. More can learn more, until the validation loss turns upward.",
  },
  {
    key: "batch_size",
    label: "Batch size",
    kind: "number",
    is_whole: true,
    least: 1,
    hint: "Images averaged into one step. Small batches make many noisy steps; large ones few, smooth steps that may want a higher learning rate.",
  },
  {
    key: "optimiser",
    label: "Optimiser",
    kind: "choice",
    choices: [
      ["sgd", "SGD"],
      ["nesterov", "Nesterov"],
      ["adam", "Adam"],
      ["adamw", "AdamW"],
      ["rmsprop", "RMSprop"],
      ["adagrad", "Adagrad"],
    ],
    hint: "The rule of a step. Adam, AdamW and RMSprop fit each weight’s step to its own gradients and want a learning rate near 0.001; Nesterov looks ahead along the momentum.",
  },
  {
    key: "learning_rate",
    label: "Learning rate",
    kind: "number",
    hint: "How far each step moves the weights. Too low and the loss creeps; too high and it jumps about or breaks.",
  },
  {
    key: "learning_rate_schedule",
    label: "Schedule",
    kind: "choice",
    choices: [
      ["constant", "fixed"],
      ["cosine", "cosine"],
    ],
    hint: "How the learning rate moves from epoch to epoch. A cosine lets it fall towards 0, so that long runs settle: start higher, and end with less noise.",
  },
  {
    key: "momentum",
    label: "Momentum",
    kind: "number",
    percent: "fraction",
    hint: "Share of the last step carried into the next, 0 for none. 0.9 speeds learning up about tenfold; lower the learning rate with it.",
  },
  {
    key: "weight_decay",
    label: "Weight decay",
    kind: "number",
    hint: "Pulls every weight towards zero, 0 for none. Around 0.0001 curbs overfitting a little; too much keeps the network from learning.",
  },
  {
    key: "seed",
    label: "Seed",
    kind: "number",
    is_whole: true,
    least: 0,
    hint: "Start of the random numbers for split, weights and order. The same seed repeats a run exactly; another one shows how much is luck.",
  },
  {
    key: "split_seed",
    label: "Split seed",
    kind: "number",
    is_whole: true,
    least: 0,
    stands_for: "seed",
    hint: "Which images are held out, apart from the seed. Empty: the same as Seed. With one split, runs under several seeds are tested on the same images, so that only training differs.",
  },
  {
    key: "clean_curve",
    label: "Clean training curve",
    kind: "flag",
    hint: "Measures training images after each epoch as validation images are, and draws that as a thin third line. Costs as long as a validation pass, for each epoch.",
  },
];

/**
 * What a person who touched nothing trains with: the engine's own defaults.
 * @type {Readonly<Settings>}
 */
export const DEFAULTS = Object.freeze({
  backend: "auto",
  epochs: 10,
  batch_size: 64,
  optimiser: "sgd",
  learning_rate: 0.01,
  learning_rate_schedule: "constant",
  momentum: 0,
  weight_decay: 0,
  seed: 42,
  split_seed: undefined,
  validation_share: 20,
  hidden_layers: "128, 64",
  activation: "relu",
  dropout: 0,
  layer_norm: false,
  augmentation: false,
  clean_curve: false,
  step: "fused",
});

/**
 * Whether a value is of the kind that a setting has.
 * @param {string} key
 * @param {unknown} value
 */
export function is_of_kind(key, value) {
  if (!Object.hasOwn(DEFAULTS, key)) return false;
  const usual = DEFAULTS[/** @type {keyof Settings} */ (key)];
  // The one that has no value by default is a number.
  return typeof value === typeof usual || (usual === undefined && typeof value === "number");
}

/**
 * A key in one spelling: `batchSize`, `Batch-Size` and `batch_size` are the same.
 * @param {string} key
 */
export function normalise_key(key) {
  return key.toLowerCase().replace(/[^a-z0-9]/g, "");
}

/** @type {ReadonlyMap<string, Setting>} */
export const BY_KEY = new Map(SETTINGS.map((setting) => [normalise_key(setting.key), setting]));

/** Whether a value is the default, however it is spelt. @param {keyof Settings} key @param {unknown} value */
export function is_default(key, value) {
  return query_value(value) === query_value(DEFAULTS[key]);
}

/**
 * Whether a setting's value is one: a field may hold no number, and an optional one none.
 * @param {unknown} value
 */
export function is_set(value) {
  if (value === undefined) return false;
  return typeof value !== "number" || Number.isFinite(value);
}

/**
 * Commas stay readable; a blank separates widths as a comma does.
 * @param {unknown} value
 */
export function query_value(value) {
  const text = String(value)
    .trim()
    .split(/[\s,]+/)
    .join(",");
  return encodeURIComponent(text).replaceAll("%2C", ",");
}

/**
 * A setting's value; none where it says no more than the setting that it stands for.
 * @param {Setting} setting
 * @param {Settings} config
 */
function meant({ key, stands_for }, config) {
  return stands_for && config[key] === config[stands_for] ? undefined : config[key];
}

/**
 * The settings in which two runs differ, in the form's order.
 * @param {Settings} one
 * @param {Settings} other
 * @returns {Setting[]}
 */
export function differing_settings(one, other) {
  return SETTINGS.filter(
    (setting) => query_value(meant(setting, one)) !== query_value(meant(setting, other)),
  );
}

/**
 * A setting with its value in words: `epochs 3`, `layer normalisation off`.
 * @param {Setting} setting
 * @param {Settings} config
 */
export function words_of(setting, config) {
  const name = setting.label.toLowerCase();
  const value = config[setting.key];
  if (value === undefined && setting.stands_for) return `${name} as the ${setting.stands_for}`;
  if (!is_set(value)) return `no ${name}`;
  if (setting.kind === "flag") return `${name} ${value ? "on" : "off"}`;
  const wording = (setting.choices ?? []).find(([choice]) => choice === value)?.[1];
  return `${name} ${wording ?? String(value).replaceAll(/,\s+/g, ",")}`;
}

/**
 * A choice's value as it is written among words: `GELU`.
 * @param {"activation" | "optimiser"} key
 * @param {Partial<Pick<Settings, "activation" | "optimiser">>} config of an older page where it has none
 */
export function choice_words(key, config) {
  const value = config[key] ?? DEFAULTS[key];
  const choices = BY_KEY.get(key)?.choices ?? [];
  return choices.find(([choice]) => choice === value)?.[1] ?? String(value);
}

/**
 * Which setting a fault is about: its place, or the head of its message, is the
 * setting's label.
 * @param {Pick<Fault, "place" | "message">} fault
 * @returns {Setting | null}
 */
export function setting_of_fault({ place, message }) {
  const head = normalise_key(place || (message.split(":", 1)[0] ?? ""));
  return SETTINGS.find((s) => normalise_key(s.label) === head) ?? BY_KEY.get(head) ?? null;
}

/**
 * Settings in a few words, for a caption: only what differs from the defaults.
 * @param {Settings} config
 */
export function short_description(config) {
  const parts = SETTINGS.filter(
    ({ key }) => key !== "backend" && is_set(config[key]) && !is_default(key, config[key]),
  ).map(({ key, label, kind }) =>
    kind === "flag" ? label.toLowerCase() : `${label.toLowerCase()} ${config[key]}`,
  );
  return parts.length ? parts.join(", ") : "default settings";
}

/**
 * Words as a list: `one, two and three`.
 * @param {readonly string[]} words
 */
export function listed(words) {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} and ${words[words.length - 1]}`;
}

/** @param {string} text */
export function clip(text) {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
