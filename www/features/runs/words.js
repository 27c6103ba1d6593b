// What the list says of a kept run. Pure functions.

import { hold_out_alike, why_no_committee } from "../../app/committee_words.js";
import { offer_of } from "../../app/offer.js";
import { is_active, why_not_train } from "../../app/state.js";
import * as format from "../../base/format.js";

/** @import { PageState } from "../../app/state.js" */
/** @import { RunSummary } from "../../store/runs.js" */

/** From here on the day says more than the distance. */
const MOST_DAYS = 14;

/**
 * When a run was begun, as one would say it.
 * @param {string} created ISO 8601
 * @param {number} now_ms
 */
export function when_words(created, now_ms) {
  const at = Date.parse(created);
  if (Number.isNaN(at)) return "at an unknown time";
  // A clock that was set back makes runs of the future.
  const minutes = Math.floor(Math.max(0, now_ms - at) / 60_000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ago`;
  const days = Math.floor(hours / 24);
  return days < MOST_DAYS ? `${format.counted(days, "day")} ago` : created.slice(0, 10);
}

/**
 * How a run ended, or where it stands.
 * @param {Pick<RunSummary, "id" | "state" | "history" | "result" | "config" | "error">} summary
 * @param {Pick<PageState, "run">} state
 */
export function state_words({ id, state, history, result, config, error }, { run }) {
  const { epochs } = config;
  const last = history[history.length - 1];
  const done = last?.epoch ?? 0;
  const under_way = `epoch ${format.count(Math.min(done + 1, epochs))} of ${format.count(epochs)}`;
  switch (state) {
    case "running":
      return run.id === id
        ? `under way in ${under_way}`
        : `under way in another tab, in ${under_way}`;
    case "interrupted":
      return `interrupted in ${under_way}`;
    case "failed":
      return `failed in ${under_way}${reason_of(result?.reason || error)}`;
    case "ended": {
      if (result?.outcome === "stopped") {
        const is_within = result.num_steps > (last?.step ?? 0);
        return is_within
          ? `stopped in ${under_way}`
          : `stopped after epoch ${format.count(done)} of ${format.count(epochs)}`;
      }
      if (result?.outcome === "failed") return `failed in ${under_way}${reason_of(result.reason)}`;
      return result ? `finished, ${format.counted(done, "epoch")}` : `ended${reason_of(error)}`;
    }
    default: {
      /** @type {never} */
      const unknown = state;
      throw new Error(`a state that is not known: ${unknown}`);
    }
  }
}

/** @param {string} sentence */
function reason_of(sentence) {
  return sentence ? `: ${sentence.trim().replace(/\.$/, "")}` : "";
}

/**
 * The validation accuracy of the model that the run came to; `NaN` where none is known.
 * @param {Pick<RunSummary, "history" | "result">} summary
 */
export function accuracy_of({ history, result }) {
  return result?.validation_accuracy ?? history[history.length - 1]?.validation_accuracy ?? NaN;
}

/**
 * What is said beside Continue; `null` for a run that cannot go on.
 * @param {RunSummary} summary
 * @param {Pick<PageState, "data" | "run" | "loading" | "is_tuning" | "is_study_busy" | "assignment">} state
 * @returns {{ sentence: string, can: boolean } | null}
 */
export function continue_words(summary, state) {
  const offer = offer_of(summary);
  if (!offer) return null;
  const why_not = why_not_train(state);
  if (why_not) return { sentence: why_not, can: false };
  const is_loaded = state.data?.checksum === offer.data_checksum;
  const needs = is_loaded
    ? ""
    : ` It needs ${offer.data_name}, which is loaded first if this browser keeps it.`;
  return { sentence: `${offer.sentence}${needs}`, can: true };
}

/**
 * What is said beside Make a committee.
 * @param {readonly RunSummary[]} runs that are compared
 * @param {Pick<PageState, "run" | "is_tuning">} state
 * @returns {{ sentence: string, can: boolean }}
 */
export function committee_hint(runs, { run, is_tuning }) {
  const why = why_no_committee(runs);
  if (why) return { sentence: why, can: false };
  if (is_active(run))
    return { sentence: "A run is under way: stop it, or let it end.", can: false };
  if (is_tuning) return { sentence: "Your digits are being learned.", can: false };
  const sentence =
    `One model of the ${runs.length} compared runs: it reads the mean of their probabilities, on the ` +
    "pad, under Evaluate and in files.";
  const on_test = hold_out_alike(runs)
    ? ""
    : " They held out other images each, so Evaluate will ask for a test CSV.";
  return { sentence: sentence + on_test, can: true };
}

/**
 * How many runs are kept, and how many could be.
 * @param {readonly Pick<RunSummary, "bytes">[]} runs
 * @param {{ runs: number, bytes: number }} most
 */
export function limit_words(runs, most) {
  const held = runs.reduce((sum, { bytes }) => sum + bytes, 0);
  const now =
    runs.length > 0 ? ` Now: ${format.counted(runs.length, "run")}, ${format.bytes(held)}.` : "";
  return (
    `Up to ${format.count(most.runs)} runs and ${format.count(most.bytes / 1e6)} MB of models are kept; ` +
    `the oldest that is not compared goes first.${now}`
  );
}
