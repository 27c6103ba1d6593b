// A run as it lies in the database: a light row for lists, and its parts, the heavy
// ones, each by itself, so that a new part is written without reading the others.

import { DEFAULTS, short_description } from "../base/settings.js";

/** @import { EpochRecord, Evaluation, ModelSummary, RunResult, TaskSummary } from "../pkg/ndarray/inkling.js" */
/** @import { Settings } from "../base/settings.js" */
/** @import { At } from "./database.js" */

/**
 * A run as it is kept.
 * @typedef {object} RunRecord
 * @property {2} format_version
 * @property {string} id
 * @property {number} order ever increasing: a later run's is greater, whatever the clock said
 * @property {string} name a person's own; empty until they give one
 * @property {string} note
 * @property {string} created ISO 8601
 * @property {boolean} is_pinned
 * @property {"running" | "interrupted" | "ended" | "failed"} state `running` of a run that nobody runs: the page was closed
 * @property {string} error why it has no result, in sentences
 * @property {boolean} has_crashed whether its engine died
 * @property {Settings} config
 * @property {string} data_name
 * @property {string} data_checksum
 * @property {number} data_rows 0 if not known
 * @property {TaskSummary} [task] what the data ask of a network; MNIST's in runs of older pages
 * @property {{ backend: "ndarray" | "webgpu", reason: string, device: string } | null} decision
 * @property {EpochRecord[]} history
 * @property {{ x: number, step: number, train_loss: number, train_accuracy: number }[]} running
 * @property {RunResult | null} result nothing while it is not over
 * @property {{ config: Settings, former_summary?: ModelSummary | null } | null} tuned
 * @property {{ about: string, set_id: string, figures: Evaluation, classes?: readonly string[] } | null} evaluated
 */

/**
 * Bytes of a run.
 * @typedef {object} RunBytes
 * @property {string} id
 * @property {Uint8Array<ArrayBuffer>} [checkpoint] what to go on from
 * @property {Uint8Array<ArrayBuffer>} [model]
 * @property {Uint8Array<ArrayBuffer>} [former] the model before it was tuned
 * @property {Uint8Array<ArrayBuffer>} [tuned]
 * @property {Uint8Array} [labels] of the images it was evaluated on
 * @property {Float32Array} [probabilities]
 * @property {Uint32Array} [rows]
 */

/**
 * What a list needs of a run.
 * @typedef {Omit<RunRecord, "running"> & RunWeight} RunSummary
 */

/**
 * @typedef {object} RunWeight
 * @property {boolean} has_model
 * @property {boolean} has_checkpoint
 * @property {number} bytes
 * @property {boolean} [is_in_memory] whether only this tab has it as it stands: the browser keeps none, or an older state of it
 */

/** @typedef {Exclude<keyof RunBytes, "id">} ByteKind */
/** A committee alone has an evaluation in one. @typedef {ByteKind | "running" | "evaluation"} Kind */

/** @type {readonly ByteKind[]} */
const BYTE_KINDS = ["checkpoint", "model", "former", "tuned", "labels", "probabilities", "rows"];

/** @typedef {Omit<RunRecord, "running"> & { sizes: Partial<Record<ByteKind, number>> }} RunRow */
/** A part of a run, or of a committee. @typedef {{ id: string, kind: Kind, value: any }} RunPart */

/**
 * A run with all that belongs to it.
 * @typedef {{ row: RunRow, parts: Map<Kind, any> }} WholeRun
 */

/** A run's row and curves are about this many bytes. */
export const BYTES_OF_ROW = 50_000;

/**
 * What a person sees as a run's name: their own, or what differs from the defaults.
 * @param {Pick<RunRecord, "name" | "config" | "data_name">} run
 */
export function run_name({ name, config, data_name }) {
  return name.trim() || `${short_description(config)}, ${data_name}`;
}

/**
 * The settings of a run that an older page may have kept: one that it did not know stood
 * as it does by default.
 * @param {RunRecord["config"]} config
 */
function whole_config(config) {
  return { ...DEFAULTS, ...config };
}

/** @param {RunRow} row @returns {RunSummary} */
export function summary_of({ sizes, ...row }) {
  return {
    ...row,
    config: whole_config(row.config),
    has_model: sizes.model !== undefined,
    has_checkpoint: sizes.checkpoint !== undefined,
    bytes: Object.values(sizes).reduce((sum, size) => sum + size, 0),
  };
}

/** What is freed where it goes. @param {RunRow} row */
export function weight_of(row) {
  return summary_of(row).bytes + BYTES_OF_ROW;
}

/**
 * @param {WholeRun} whole
 * @returns {{ record: RunRecord, bytes: RunBytes }}
 */
export function record_of({ row: { sizes: _, ...row }, parts }) {
  const { running = [], ...bytes } = /** @type {Record<string, any>} */ (Object.fromEntries(parts));
  const config = whole_config(row.config);
  return { record: { ...row, config, running }, bytes: { id: row.id, ...bytes } };
}

/**
 * A run after a change. Of the bytes, what is named is replaced, or taken away where it
 * is undefined; what is not named stays. What a person wrote of it stays too.
 * @param {WholeRun | null} stood
 * @param {RunRecord} record
 * @param {Partial<RunBytes>} bytes
 * @returns {WholeRun}
 */
export function changed(stood, { running, ...rest }, bytes) {
  const parts = new Map(stood?.parts ?? []);
  parts.set("running", running);
  for (const kind of BYTE_KINDS) {
    if (!Object.hasOwn(bytes, kind)) continue;
    if (bytes[kind] === undefined) parts.delete(kind);
    else parts.set(kind, bytes[kind]);
  }
  return {
    row: { ...(stood ? changed_row(rest, stood.row) : rest), sizes: sizes_of(parts) },
    parts,
  };
}

/**
 * A row after a change, but for its sizes.
 * @param {Omit<RunRecord, "running">} rest
 * @param {RunRow} stood
 */
function changed_row(rest, { name, note, is_pinned, order }) {
  return { ...rest, name, note, is_pinned, order };
}

/** @param {Map<Kind, any>} parts */
function sizes_of(parts) {
  /** @type {RunRow["sizes"]} */
  const sizes = {};
  for (const kind of BYTE_KINDS) {
    if (parts.has(kind)) sizes[kind] = parts.get(kind).byteLength;
  }
  return sizes;
}

/** What a write of these bytes needs. @param {Partial<RunBytes>} bytes */
export function bytes_in(bytes) {
  return BYTE_KINDS.reduce((sum, kind) => sum + (bytes[kind]?.byteLength ?? 0), BYTES_OF_ROW);
}

// Within a transaction on "runs" and "weights"

/** All parts of a run, by their key. @param {string} id */
export const parts_of = (id) => IDBKeyRange.bound([id], [id, []]);

/** In place of whatever stands there. @param {At} at @param {WholeRun} whole */
export async function put_whole(at, { row, parts }) {
  const weights = at("weights");
  await Promise.all([
    weights.delete(parts_of(row.id)),
    at("runs").put(row),
    ...[...parts].map(([kind, value]) => weights.put({ id: row.id, kind, value })),
  ]);
}

/** @param {At} at @param {string} id @returns {Promise<WholeRun | null>} */
export async function read_whole(at, id) {
  const [row, parts] = await Promise.all([at("runs").get(id), at("weights").getAll(parts_of(id))]);
  if (row?.format_version !== 2) return null;
  return { row, parts: new Map(parts.map(({ kind, value }) => [kind, value])) };
}

/**
 * Changes a run that stands, without reading its parts.
 * @param {At} at
 * @param {RunRow} stood
 * @param {RunRecord} record
 * @param {Partial<RunBytes>} bytes
 */
export async function put_changed(at, stood, { running, ...rest }, bytes) {
  const { id } = rest;
  const sizes = { ...stood.sizes };
  /** @type {Promise<unknown>[]} */
  const writes = [at("weights").put({ id, kind: "running", value: running })];
  for (const kind of BYTE_KINDS) {
    if (!Object.hasOwn(bytes, kind)) continue;
    const value = bytes[kind];
    if (value === undefined) {
      delete sizes[kind];
      writes.push(at("weights").delete([id, kind]));
    } else {
      sizes[kind] = value.byteLength;
      writes.push(at("weights").put({ id, kind, value }));
    }
  }
  writes.push(at("runs").put({ ...changed_row(rest, stood), sizes }));
  await Promise.all(writes);
}

/** @param {At} at @param {string} id */
export async function delete_run(at, id) {
  await Promise.all([at("runs").delete(id), at("weights").delete(parts_of(id))]);
}

/**
 * The next place in the order of what is kept.
 * @param {At} at with "notes"
 * @param {number} [floor] what has been given in memory
 */
export async function next_order(at, floor = 0) {
  const last = Number((await at("notes").get("order")) ?? 0);
  const next = Math.max(last, floor) + 1;
  await at("notes").put(next, "order");
  return next;
}
