// What becomes of a run that is over: it is kept, then shown, however it ended. Epochs
// that were kept stay kept, whatever went wrong after them.

import { sentence_of } from "../base/fault.js";
import { offer_of } from "./offer.js";
import { model_bytes, phase_of, run_model, run_state } from "./run_record.js";

/** @import { RunResult } from "../pkg/ndarray/inkling.js" */
/** @import { RunBytes } from "../store/runs.js" */
/** @import { Active, RunParts } from "./run.js" */
/** @import { ModelRef } from "./state.js" */

/** @typedef {RunParts & { later: NonNullable<RunParts["later"]> }} Parts */

/** So long an ended run waits to be shown until it is kept. */
const KEEP_PATIENCE_MS = 2000;

/**
 * It came to its end by itself, or by Stop.
 * @param {Parts} parts
 * @param {Active} active
 * @param {RunResult} result
 */
export async function end_run(parts, active, result) {
  const { store, engine, runs } = parts;
  const { progress } = store.get().run;
  const id = `${active.id}@${result.num_steps}`;
  engine.adopt_trained(id);
  active.record = {
    ...active.record,
    ...seen(parts),
    state: result.outcome === "failed" ? "failed" : "ended",
    history: result.history,
    result,
  };
  const model = await engine.save_model(id, "safetensors").catch(() => undefined);
  if (model) engine.set_model_source(id, () => model_bytes(runs, active.id, id));
  await kept(parts, active, { model, checkpoint: active.checkpoint });
  // Where its worker died meanwhile, the last epoch is what is left of it.
  const standing = model ? run_model(active.record, id) : await read_by_checkpoint(parts, active);
  store.set({
    run: { ...run_state(active.record), progress, phase: phase_of(active.record) },
    model: standing,
    offer: offer(active),
  });
}

/**
 * It did not come to its end by itself.
 * @param {Parts} parts
 * @param {Active} active
 * @param {unknown} error
 */
export async function break_off(parts, active, error) {
  const has_epochs = active.record.history.length > 0;
  const is_stop = active.is_forced || active.abort.signal.aborted;
  const name = error instanceof Error ? error.name : "";
  const sentence = active.is_forced
    ? "Stopped within its first epoch, of which nothing is kept."
    : sentence_of(error);
  if (active.is_forced && has_epochs && (await end_forced(parts, active))) return;
  if (active.before) await put_back(parts, active, { sentence, is_stop, name });
  else if (has_epochs || (name === "WorkerCrashed" && !is_stop)) {
    await interrupt(parts, active, { sentence, name });
  } else await drop(parts, active, { sentence, is_stop, name });
}

/**
 * Stopped within a long step: the last epoch is what it came to.
 * @param {Parts} parts
 * @param {Active} active
 * @returns {Promise<boolean>} whether that could be said
 */
async function end_forced(parts, active) {
  const { store, engine } = parts;
  const { run, plan } = store.get();
  const { checkpoint } = active;
  if (!checkpoint) return false;
  const backend = run.decision?.backend ?? "ndarray";
  const num_validation = plan?.num_validation ?? 0;
  const result = await engine.stopped_result(checkpoint, backend, num_validation).catch(() => null);
  if (!result) return false;
  active.record = { ...active.record, ...seen(parts), state: "ended", result };
  // The epoch's checkpoint has been kept with the epoch. A person waits for both.
  const keeping = kept(parts, active, {});
  const model = await read_by_checkpoint(parts, active);
  await keeping;
  store.set({
    run: { ...run_state(active.record), phase: "ended" },
    model,
    offer: offer(active),
  });
  return true;
}

/**
 * The worker died, or failed: what is kept reads ink, and can go on.
 * @param {Parts} parts
 * @param {Active} active
 * @param {{ sentence: string, name: string }} why
 */
async function interrupt(parts, active, { sentence, name }) {
  active.record = {
    ...active.record,
    ...seen(parts),
    state: "interrupted",
    error: sentence,
    has_crashed: name === "WorkerCrashed",
  };
  await kept(parts, active, { checkpoint: active.checkpoint });
  const model = await read_by_checkpoint(parts, active);
  parts.store.set({
    run: { ...run_state(active.record), phase: "failed" },
    model,
    offer: offer(active),
  });
}

/**
 * Going on came to nothing, or to some epochs more: what was kept before stays.
 * @param {Parts} parts
 * @param {Active} active
 * @param {{ sentence: string, is_stop: boolean, name: string }} why
 */
async function put_back(parts, active, { sentence, is_stop, name }) {
  const { store } = parts;
  const before = /** @type {NonNullable<Active["before"]>} */ (active.before);
  const is_further = active.record.history.length > before.record.history.length;
  const has_crashed = name === "WorkerCrashed" && !is_stop;
  active.record = is_further
    ? { ...active.record, ...seen(parts), state: "interrupted", error: sentence, has_crashed }
    : { ...before.record, has_crashed: before.record.has_crashed || has_crashed };
  // Where another tab has it, it is that tab's to write.
  if (active.is_begun) {
    await kept(parts, active, is_further ? { checkpoint: active.checkpoint } : before.bytes);
  }
  const model = active.is_learning ? await read_by_checkpoint(parts, active) : store.get().model;
  store.set({
    run: {
      ...run_state(active.record),
      phase: is_stop ? "ended" : "failed",
      result: is_stop ? active.record.result : null,
      error: sentence,
      can_use_cpu: name === "BackendUnavailable",
    },
    model,
    offer: offer(active),
  });
}

/**
 * Nothing was learned that is kept, and nothing was kept before.
 * @param {Parts} parts
 * @param {Active} active
 * @param {{ sentence: string, is_stop: boolean, name: string }} why
 */
async function drop(parts, active, { sentence, is_stop, name }) {
  const { store, runs } = parts;
  await runs.remove([active.id]);
  store.set({
    run: {
      ...run_state(active.record),
      phase: is_stop ? "ended" : "failed",
      error: sentence,
      can_use_cpu: name === "BackendUnavailable",
    },
    // The model that it had begun to train went with its worker.
    ...(active.is_learning ? { model: null } : {}),
  });
}

/** What was seen of the run on the way. @param {Parts} parts */
function seen({ store }) {
  const { decision, running } = store.get().run;
  return { decision, running: running.slice() };
}

/**
 * Writes the run, and waits no longer than a person would.
 * @param {Parts} parts
 * @param {Active} active
 * @param {Partial<RunBytes>} bytes what is not named stays as it is kept
 */
async function kept({ runs, later }, { record }, bytes) {
  const late = new Promise((done) => later(() => done(null), KEEP_PATIENCE_MS));
  await Promise.race([runs.write(record, bytes), late]);
}

/** @param {Active} active */
function offer({ record, checkpoint }) {
  return offer_of({ ...record, has_checkpoint: checkpoint !== undefined });
}

/**
 * Has the last epoch that is kept read ink and images.
 * @param {Parts} parts
 * @param {Active} active
 * @returns {Promise<ModelRef | null>}
 */
async function read_by_checkpoint({ engine, runs }, { checkpoint, record }) {
  const last = record.history.at(-1);
  if (!checkpoint || !last) return null;
  const id = `${record.id}@${last.step}`;
  engine.set_model_source(id, () => model_bytes(runs, record.id, id));
  try {
    await engine.load_checkpoint(id, checkpoint);
    return run_model(record, id);
  } catch {
    return null;
  }
}
