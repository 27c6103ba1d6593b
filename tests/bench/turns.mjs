// Contenders in turn, round after round, so that a drift of the machine meets all alike.

import { median } from "./report.mjs";

/** @import { Amount, Contender, Measured, Settings } from "./types.d.ts" */

/** Rounds of one contender. @typedef {Measured & { rounds: number[] }} Found */

/**
 * Milliseconds a step of each contender for one setting: rounds in turn, medians.
 * @param {Record<string, Contender>} contenders
 * @param {Settings} settings
 * @param {Record<string, Amount> & { default: Amount }} amount
 * @param {number} num_rounds
 * @param {(key: string, reason: string) => void} missing is told whom these settings are beyond
 */
export async function alternate(contenders, settings, amount, num_rounds, missing) {
  /** @type {Record<string, Found>} */
  const found = {};
  for (const [name, contender] of Object.entries(contenders)) {
    try {
      await contender.prepare(
        contender.settings ? { ...settings, ...contender.settings } : settings,
      );
      found[name] = { rounds: [], step_ms: NaN, loss: NaN, steps: 0 };
    } catch (error) {
      missing(`${name} at batch ${settings.batch_size}`, why(error));
    }
  }
  for (let round = 0; round < num_rounds; round++) {
    for (const [name, contender] of Object.entries(contenders)) {
      const mine = found[name];
      if (!mine) continue;
      const { step_ms, loss, steps, calls } = await contender.measure(
        amount[name] ?? amount.default,
      );
      mine.rounds.push(step_ms);
      Object.assign(mine, { loss, steps, calls });
    }
  }
  for (const result of Object.values(found)) result.step_ms = median(result.rounds);
  return found;
}

/** @param {Record<string, Found>} found @param {string} ours @param {string} [theirs] */
export function ratio(found, ours, theirs = "") {
  const [a, b] = [found[ours], found[theirs]];
  return a && b ? a.step_ms / b.step_ms : undefined;
}

/** The first line of what went wrong. @param {unknown} error */
export const why = (error) =>
  (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";
