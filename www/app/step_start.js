// What a step or an epoch that is looked at begins with, and whether it would begin so again:
// what is shown of it belongs to the data, settings and model that stand, or is not shown.

import { Refused } from "../base/fault.js";
import { class_map } from "../base/class_map.js";
import { task_of } from "../base/task.js";
import { num_members } from "./members.js";
import { model_task } from "./state.js";

/** @import { Custody } from "../engine/custody.js" */
/** @import { UnitsReading } from "../worker/inside.js" */
/** @import { DataSummary, PlanSummary } from "../pkg/ndarray/inkling.js" */
/** @import { ModelRef, PageState, View } from "./state.js" */

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
 * @param {StepBeginning} from
 * @returns {Start}
 */
export function origin(from) {
  return from.model ? from.start : "fresh";
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
 * @param {PlanSummary} plan what the bench's settings build of the data
 * @param {UnitsReading | null} units of the model that stands, as far as they are known
 * @returns {Promise<Float32Array | null>} `null` for those that such a run draws
 */
export async function first_parameters(engine, page, start, plan, units) {
  const { model, config, data } = page.get();
  if (start === "fresh" || !model) return null;
  if (num_members(model) > 1) {
    throw new Refused(
      "A committee is several networks, and a step is one’s. Start from fresh weights, or open one of its runs under Runs.",
    );
  }
  if (data && !has_same_classes(model, data)) {
    throw new Refused(
      "The model tells other classes apart than the data have. Start from fresh weights, or load data of its classes.",
    );
  }
  const widths = plan.layers.map((layer) => layer.num_outputs).join();
  const is_alike =
    !units || (units.widths.slice(1).join() === widths && units.activation === config.activation);
  const parameters = await engine.weights(model.id);
  if (!is_alike || parameters.length !== plan.num_parameters) {
    throw new Refused(
      "The model has other layers than the settings ask for, or another activation. Start from fresh weights, or train with these settings first.",
    );
  }
  return parameters;
}

/**
 * Whether each class of the data is the model's of the same place: a label is learned by its place.
 * @param {ModelRef} model
 * @param {DataSummary} data
 */
function has_same_classes(model, data) {
  const { classes } = model_task(model);
  const { places, unknown } = class_map(classes, data, data);
  const is_own = places.every((place, at) => place === at || place === -1);
  return classes.length === task_of(data).classes.length && unknown.length === 0 && is_own;
}
