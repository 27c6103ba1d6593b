// What a step or an epoch that is looked at begins with, and whether it would begin so again:
// what is shown of it belongs to the data, settings and model that stand, or is not shown.

import { Refused } from "../base/fault.js";
import { num_members } from "./members.js";

/** @import { Custody } from "../engine/custody.js" */
/** @import { UnitsReading } from "../worker/inside.js" */
/** @import { PageState, View } from "./state.js" */

/** The model that stands, or the weights that a run with the bench's settings draws. @typedef {"model" | "fresh"} Start */

/** @typedef {{ config: unknown, data: string, model: string, start: Start }} StepBeginning */

/**
 * @param {View<PageState>} page
 * @param {Start} start
 * @returns {StepBeginning}
 */
export function beginning(page, start) {
  const { config, data, model } = page.get();
  const from = start === "model" ? (model?.id ?? "") : "";
  return { config, data: data?.checksum ?? "", model: from, start };
}

/**
 * What it is said to begin with: without a model there are only fresh weights.
 * @param {View<PageState>} page
 * @param {Start} start
 * @returns {Start}
 */
export function origin(page, start) {
  return page.get().model ? start : "fresh";
}

/**
 * @param {StepBeginning | null} from
 * @param {StepBeginning} now
 */
export function is_same_beginning(from, now) {
  return (
    from !== null &&
    now.config === from.config &&
    now.data === from.data &&
    now.model === from.model &&
    now.start === from.start
  );
}

/**
 * @param {Pick<Custody, "weights">} engine
 * @param {View<PageState>} page
 * @param {Start} start
 * @param {UnitsReading | null} units of the model that stands, as far as they are known
 * @returns {Promise<Float32Array | null>} `null` for those that such a run draws
 */
export async function first_parameters(engine, page, start, units) {
  const { model, config, plan } = page.get();
  if (start === "fresh" || !model) return null;
  if (num_members(model) > 1) {
    throw new Refused(
      "A committee is several networks, and a step is one’s. Start from fresh weights, or open one of its runs under Runs.",
    );
  }
  const widths = plan?.layers.map((layer) => layer.num_outputs).join();
  const is_alike =
    !units || (units.widths.slice(1).join() === widths && units.activation === config.activation);
  const parameters = await engine.weights(model.id);
  if (plan && (!is_alike || parameters.length !== plan.num_parameters)) {
    throw new Refused(
      "The model has other layers than the settings ask for, or another activation. Start from fresh weights, or train with these settings first.",
    );
  }
  return parameters;
}
