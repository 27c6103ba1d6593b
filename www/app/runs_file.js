// Runs as a file, to carry to another browser: JSON, the bytes of models as base64.
// What comes in is hostile until read: each field is checked here, with its place.

import { from_base64, to_base64 } from "../base/base64.js";
import { message_of } from "../base/fault.js";
import * as format from "../base/format.js";
import { DEFAULTS, is_of_kind } from "../base/settings.js";
import { written } from "../base/number.js";
import { MOST_BYTES, MOST_RUNS as MOST_KEPT } from "../store/runs.js";

/** @import { RunBytes, RunRecord, RunSummary } from "../store/runs.js" */

const FORMAT = "inkling runs";

/** Limits of what is taken in, in keeping with the engine's own. */
const MOST_RUNS = 1000;
const MOST_EPOCHS = 1000;
const MOST_POINTS = 10_000;
/** Characters of a bit an image, for as many images as a data set may have. */
const MOST_BITS = 100_000;

/** @typedef {{ record: RunRecord, bytes: Omit<RunBytes, "id"> }} WholeRun */

/** What `written` put in a number's place. @type {ReadonlyMap<unknown, number>} */
const NO_NUMBERS = new Map([NaN, Infinity, -Infinity].map((one) => [`number:${one}`, one]));

/**
 * A run as its part of a file.
 * @param {WholeRun} run
 */
export function run_text({ record, bytes }) {
  const part = {
    record: { ...record, evaluated: null, tuned: null },
    model: bytes.model ? to_base64(bytes.model) : null,
    checkpoint: bytes.checkpoint ? to_base64(bytes.checkpoint) : null,
  };
  return JSON.stringify(part, written);
}

/**
 * The file, from its parts.
 * @param {readonly string[]} runs as `run_text` has them
 */
export function runs_file(runs) {
  const parts = runs.flatMap((text, at) => (at > 0 ? [",\n", text] : [text]));
  const head = `{"format":${JSON.stringify(FORMAT)},"version":1,"runs":[\n`;
  return new Blob([head, ...parts, "\n]}\n"], { type: "application/json" });
}

/**
 * @param {string} text
 * @returns {Promise<WholeRun[]>} in the file's order, turned so that the oldest comes first
 */
export async function runs_from_json(text) {
  /** @type {any} */
  let found;
  try {
    found = JSON.parse(text);
  } catch {
    throw wrong("the file", "text that is no JSON", "a file that Export made");
  }
  if (found?.format !== FORMAT || !Array.isArray(found.runs)) {
    throw wrong(
      "the file",
      `the format ${shown(found?.format)}`,
      `"${FORMAT}", as Export writes it`,
    );
  }
  if (found.version !== 1) throw wrong("version", shown(found.version), "1; load the newest page");
  if (found.runs.length > MOST_RUNS) {
    throw wrong("runs", `${found.runs.length}`, `at most ${MOST_RUNS}`);
  }
  /** @type {WholeRun[]} */
  const runs = [];
  for (const one of found.runs) {
    runs.push(whole_run(one, `run ${runs.length + 1}`));
    // The page draws and listens in between.
    await new Promise((resolve) => setTimeout(resolve));
  }
  return runs.sort((a, b) => a.record.order - b.record.order);
}

/** @param {any} found @param {string} place @returns {WholeRun} */
function whole_run(found, place) {
  const given = object(found?.record, place);
  const state = one_of(given.state, ["ended", "failed", "interrupted"], `${place}, state`);
  const result = given.result === null ? null : run_result(given.result, `${place}, result`);
  if (state === "ended" && !result) throw wrong(`${place}, result`, "nothing", "what it came to");
  /** @type {RunRecord} */
  const record = {
    format_version: 2,
    id: words(given.id, `${place}, id`, 100),
    order: number(given.order, `${place}, order`),
    name: words(given.name, `${place}, name`, 200),
    note: words(given.note, `${place}, note`, 10_000),
    created: date(given.created, `${place}, created`),
    is_pinned: false,
    state: /** @type {RunRecord["state"]} */ (state),
    error: words(given.error, `${place}, error`, 1000),
    has_crashed: given.has_crashed === true,
    config: settings(given.config, `${place}, config`),
    data_name: words(given.data_name, `${place}, data_name`, 300),
    data_checksum: checksum(given.data_checksum, `${place}, data_checksum`),
    data_rows: number(given.data_rows, `${place}, data_rows`),
    ...(given.task ? { task: task(given.task, `${place}, task`) } : {}),
    decision: decision(given.decision, `${place}, decision`),
    history: list(given.history, `${place}, history`, MOST_EPOCHS).map((epoch, at) =>
      epoch_record(epoch, `${place}, epoch ${at + 1}`),
    ),
    running: list(given.running, `${place}, running`, MOST_POINTS).map((point, at) =>
      numbers(point, POINT, `${place}, point ${at + 1}`),
    ),
    result,
    tuned: null,
    evaluated: null,
  };
  return {
    record,
    bytes: {
      model: bytes(found.model, `${place}, model`),
      checkpoint: bytes(found.checkpoint, `${place}, checkpoint`),
    },
  };
}

const EPOCH = /** @type {const} */ ([
  "epoch",
  "step",
  "train_loss",
  "train_accuracy",
  "validation_loss",
  "validation_accuracy",
  "elapsed_secs",
  "train_secs",
]);

const CLEAN = /** @type {const} */ (["num_images", "accuracy", "loss"]);

const POINT = /** @type {const} */ (["x", "step", "train_loss", "train_accuracy"]);

const RESULT = /** @type {const} */ ([
  "num_steps",
  "num_validation",
  "validation_accuracy",
  "validation_loss",
  "interval_low",
  "interval_high",
  "best_epoch",
  "best_validation_accuracy",
  "generalisation_gap",
  "elapsed_secs",
  "samples_per_sec",
]);

/** @param {any} found @param {string} place @returns {import("../pkg/ndarray/inkling.js").RunResult} */
function run_result(found, place) {
  const given = object(found, place);
  const outcome = one_of(given.outcome, ["finished", "stopped", "failed"], `${place}, outcome`);
  return {
    ...numbers(given, RESULT, place),
    outcome: /** @type {"finished" | "stopped" | "failed"} */ (outcome),
    reason: words(given.reason, `${place}, reason`, 1000),
    backend: one_of(given.backend, ["ndarray", "webgpu"], `${place}, backend`),
    history: list(given.history, `${place}, history`, MOST_EPOCHS).map((epoch, at) =>
      epoch_record(epoch, `${place}, epoch ${at + 1}`),
    ),
    weights_checksum: given.weights_checksum
      ? checksum(given.weights_checksum, `${place}, weights_checksum`)
      : "",
    version: words(given.version ?? "", `${place}, version`, 100),
    // Runs older than the field are all of the first.
    numerics_version: version(given.numerics_version ?? 1, `${place}, numerics_version`),
    correct: words(given.correct ?? "", `${place}, correct`, MOST_BITS),
    ...(given.failure ? { failure: failure(given.failure, `${place}, failure`) } : {}),
    ...(given.kept_epoch === undefined
      ? {}
      : numbers(given, /** @type {const} */ (["kept_epoch"]), place)),
    ...(given.clean ? { clean: numbers(given.clean, CLEAN, `${place}, clean`) } : {}),
    ...(given.normalisation
      ? { normalisation: normalisation(given.normalisation, `${place}, normalisation`) }
      : {}),
  };
}

/** @param {any} found @param {string} place */
function normalisation(found, place) {
  return numbers(found, /** @type {const} */ (["mean", "deviation"]), place);
}

/**
 * What the run's data ask of a network, within the engine's own limits.
 * @param {any} found
 * @param {string} place
 * @returns {import("../pkg/ndarray/inkling.js").TaskSummary}
 */
function task(found, place) {
  const given = object(found, place);
  const side = number(given.side, `${place}, side`);
  if (!Number.isInteger(side) || side < 4 || side > 64) {
    throw wrong(`${place}, side`, shown(given.side), "a whole number from 4 to 64");
  }
  const classes = list(given.classes, `${place}, classes`, 100);
  if (classes.length < 2) throw wrong(`${place}, classes`, `${classes.length}`, "2 to 100 names");
  return {
    side,
    classes: classes.map((name, at) => words(name, `${place}, name of class ${at}`, 40)),
    full_ink: number(given.full_ink, `${place}, full_ink`),
    is_drawn: given.is_drawn === true,
    ...(given.normalisation
      ? { normalisation: normalisation(given.normalisation, `${place}, normalisation`) }
      : {}),
  };
}

/** @param {any} found @param {string} place @returns {import("../pkg/ndarray/inkling.js").Failure} */
function failure(found, place) {
  const { kind } = object(found, place);
  return {
    ...numbers(found, ["epoch", "step"], place),
    kind: /** @type {"not_a_number" | "infinite"} */ (
      one_of(kind, ["not_a_number", "infinite"], `${place}, kind`)
    ),
  };
}

/** @param {any} found @param {string} place @returns {import("../pkg/ndarray/inkling.js").EpochRecord} */
function epoch_record(found, place) {
  const record = numbers(found, EPOCH, place);
  if (found.clean_loss === undefined) return record;
  return { ...record, ...numbers(found, ["clean_loss", "clean_accuracy"], place) };
}

/** @param {any} found @param {string} place @returns {RunRecord["decision"]} */
function decision(found, place) {
  if (found === null || found === undefined) return null;
  const given = object(found, place);
  return {
    backend: /** @type {"ndarray" | "webgpu"} */ (
      one_of(given.backend, ["ndarray", "webgpu"], `${place}, backend`)
    ),
    reason: words(given.reason, `${place}, reason`, 1000),
    device: words(given.device, `${place}, device`, 1000),
  };
}

/** @param {any} found @param {string} place @returns {RunRecord["config"]} */
function settings(found, place) {
  const given = object(found, place);
  const config = Object.entries(DEFAULTS).map(([key, value]) => {
    const kept = given[key] ?? value;
    if (!is_of_kind(key, kept)) {
      const expected = typeof value === "undefined" ? "number" : typeof value;
      throw wrong(`${place}, ${key}`, shown(kept), `a ${expected}`);
    }
    return [key, typeof kept === "string" ? kept.slice(0, 1000) : kept];
  });
  return Object.fromEntries(config);
}

/**
 * @template {string} K
 * @param {any} found
 * @param {readonly K[]} keys
 * @param {string} place
 * @returns {Record<K, number>}
 */
function numbers(found, keys, place) {
  const given = object(found, place);
  return /** @type {Record<K, number>} */ (
    Object.fromEntries(keys.map((key) => [key, number(given[key], `${place}, ${key}`)]))
  );
}

/** @param {any} found @param {string} place */
function number(found, place) {
  const value = NO_NUMBERS.get(found) ?? found;
  if (typeof value !== "number") throw wrong(place, shown(found), "a number");
  return value;
}

/** @param {any} found @param {string} place */
function version(found, place) {
  if (!Number.isInteger(found) || found < 1) {
    throw wrong(place, shown(found), "a whole number from 1");
  }
  return /** @type {number} */ (found);
}

/** @param {any} found @param {string} place @returns {Record<string, any>} */
function object(found, place) {
  if (typeof found !== "object" || found === null || Array.isArray(found)) {
    throw wrong(place, shown(found), "its fields");
  }
  return found;
}

/** @param {any} found @param {string} place @param {number} most @returns {any[]} */
function list(found, place, most) {
  if (!Array.isArray(found)) throw wrong(place, shown(found), "a list");
  if (found.length > most) throw wrong(place, `${found.length} entries`, `at most ${most}`);
  return found;
}

/** @param {any} found @param {string} place @param {number} most */
function words(found, place, most) {
  if (typeof found !== "string") throw wrong(place, shown(found), "text");
  if (found.length > most) throw wrong(place, `${found.length} characters`, `at most ${most}`);
  return found;
}

/** @param {any} found @param {readonly string[]} choices @param {string} place @returns {string} */
function one_of(found, choices, place) {
  if (!choices.includes(found)) throw wrong(place, shown(found), choices.join(", "));
  return found;
}

/** @param {any} found @param {string} place */
function checksum(found, place) {
  if (typeof found !== "string" || !/^[0-9a-f]{16}$/.test(found)) {
    throw wrong(place, shown(found), "16 hexadecimal digits");
  }
  return found;
}

/** @param {any} found @param {string} place */
function date(found, place) {
  if (typeof found !== "string" || Number.isNaN(Date.parse(found))) {
    throw wrong(place, shown(found), "a date such as 2026-11-25T12:00:00.000Z");
  }
  return found;
}

/** @param {any} found @param {string} place @returns {Uint8Array<ArrayBuffer> | undefined} */
function bytes(found, place) {
  if (found === null || found === undefined) return undefined;
  if (typeof found !== "string") throw wrong(place, shown(found), "base64");
  try {
    return from_base64(found);
  } catch {
    throw wrong(place, "text that is no base64", "base64");
  }
}

/** @param {unknown} value */
function shown(value) {
  const text = typeof value === "string" ? `"${value}"` : String(value);
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

/** @param {string} place @param {string} found @param {string} expected */
function wrong(place, found, expected) {
  const error = new Error(`${place}: found ${found}, expected ${expected}`);
  return Object.assign(error, { place, found, expected });
}

/**
 * What a file brings pushes out nothing that stands.
 * @param {readonly RunSummary[]} standing
 * @param {readonly { bytes: Partial<RunBytes> }[]} found
 */
export function refuse_crowd(standing, found) {
  const most = MOST_KEPT - standing.length;
  if (found.length > most)
    throw new Error(
      `found ${format.counted(found.length, "run")}, expected at most ${most}: ${MOST_KEPT} are kept in all. Delete some first`,
    );
  const size = (/** @type {Partial<RunBytes>} */ { model, checkpoint }) =>
    (model?.byteLength ?? 0) + (checkpoint?.byteLength ?? 0);
  const room = MOST_BYTES - standing.reduce((sum, { bytes }) => sum + bytes, 0);
  const needed = found.reduce((sum, { bytes }) => sum + size(bytes), 0);
  if (needed > room)
    throw new Error(
      `found ${format.bytes(needed)} of models, expected at most ${format.bytes(room)}: ${format.bytes(MOST_BYTES)} are kept in all. Delete some first`,
    );
}

/**
 * Takes no settings that the engine would not train with.
 * @param {readonly { record: RunRecord }[]} found
 * @param {Pick<import("../engine/custody.js").Custody, "plan_study">} engine
 */
export async function refuse_settings(found, engine) {
  for (const [at, { record }] of found.entries()) {
    const { config } = record;
    // A study of the one value that it has is planned as a run is.
    const values = config.layer_norm ? "on" : "off";
    const alone = { factor: /** @type {const} */ ("layer_norm"), values, baseline: config };
    try {
      await engine.plan_study({ ...alone, seeds_per_value: 1, workers: 1 });
    } catch (error) {
      throw new Error(`run ${at + 1}: ${message_of(error)}`, { cause: error });
    }
  }
}
