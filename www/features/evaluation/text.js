// What the evaluation's status says: of which model and images its figures are, and
// what to do where there are none. Pure functions of the state.

import * as format from "../../base/format.js";
import { why_not_judged } from "../../base/class_map.js";
import { choice_words, listed } from "../../base/settings.js";
import { class_name } from "../../base/task.js";
import { summary_widths } from "../../plot/weights_view.js";
import { committee_words, num_members, why_no_validation } from "../../app/members.js";
import { evaluable, is_active, model_task, shown_evaluation } from "../../app/state.js";
import { num_looks } from "../../app/test_looks.js";

/** @import { Cell, EvaluationState, ModelRef, PageState } from "../../app/state.js" */

/**
 * @param {Pick<PageState, "run" | "data" | "model" | "test" | "evaluation" | "evaluating" | "evaluation_told" | "looks">} state
 */
export function evaluation_text(state) {
  const { run, model, evaluating, evaluation_told } = state;
  if (evaluating) return evaluating;
  if (evaluation_told) return evaluation_told;
  if (is_active(run)) return "A run is under way; evaluate its model when it has ended.";
  const shown = shown_evaluation(state);
  if (shown) return figures_text(shown) + looks_text(num_looks(state, shown.set_id));
  if (!model) return "Train first; then see what is confused with what, and how sure it was.";
  return [former_text(state), model_text(model), next_text(state)].filter(Boolean).join(" ");
}

/**
 * The figures in a line; the set they are of comes first.
 * @param {Pick<EvaluationState, "about" | "figures">} evaluation
 */
function figures_text({ about, figures }) {
  const num_wrong = figures.num_rows - figures.num_correct;
  return (
    `${about} · accuracy ${format.percent(figures.accuracy)} · ` +
    `${format.counted(figures.num_rows, "image")}, ${format.count(num_wrong)} wrong · ` +
    `95 % interval ${(figures.interval_low * 100).toFixed(2)} to ${format.percent(figures.interval_high)} · ` +
    `loss ${format.loss(figures.loss)}`
  );
}

/** What it means that several models read one test set. @param {number} count */
function looks_text(count) {
  if (count < 2) return "";
  return ` · ${count} models have read this test set: choose between them by the validation part`;
}

/**
 * What the last evaluation was of, where that is not what stands.
 * @param {Pick<PageState, "model" | "evaluation">} state
 */
function former_text({ model, evaluation }) {
  if (!evaluation) return "";
  const whose = evaluation.model_id === model?.id ? "" : " with the model before";
  return `The last figures were of “${evaluation.about}”${whose} and are not shown.`;
}

/**
 * A model that is not the run's, in a sentence: `The model of the file a.bpk, 784 → 10, is loaded.`
 * @param {ModelRef} model
 */
function model_text(model) {
  const { kind, name, summary } = model;
  if (num_members(model) > 1) return committee_words(model);
  if (kind === "tuned") return "This is the fine-tuned model.";
  if (kind !== "file" || !summary) return "";
  const widths = summary_widths(summary).join(" → ");
  const extras = [
    (summary.activation ?? "relu") === "relu" ? "" : choice_words("activation", summary),
    summary.layer_norm ? "layer normalisation" : "",
  ].filter(Boolean);
  const with_extras = extras.length > 0 ? ` with ${listed(extras)}` : "";
  return `The model of the file ${name}, ${widths}${with_extras}, is loaded.`;
}

/** @param {Pick<PageState, "model" | "test" | "data">} state */
function next_text(state) {
  const set = state.test?.has_labels ? state.test : state.data;
  const own = state.model && model_task(state.model);
  const why = set && own ? why_not_judged(own, set, state.data) : "";
  if (why) return why;
  const why_not = state.model && !state.test?.has_labels ? why_no_validation(state.model) : "";
  if (why_not) return why_not;
  if (evaluable(state)) return "Press Evaluate to see what is confused with what.";
  if (!state.data) return "Load data or a test CSV to evaluate it.";
  return "The data has changed since this model was trained: load that again, pick a test CSV, or train again.";
}

/**
 * What the gallery shows, and of how many images.
 * @param {Cell} cell
 * @param {number} num_shown
 * @param {number} num_found
 * @param {readonly string[]} [classes]
 */
export function gallery_text(cell, num_shown, num_found, classes = []) {
  const some = num_shown < num_found ? `${format.count(num_shown)} of ` : "";
  const press = num_shown > 0 ? ". Press one to see why it reads so." : "";
  return `${cell_words(cell, classes)}: ${some}${format.counted(num_found, "image")}${press}`;
}

/** @param {Cell} cell @param {readonly string[]} classes */
function cell_words(cell, classes) {
  if (!cell) return "Wrong, and most sure of it";
  const [truth, said] = [cell.truth, cell.said].map((at) => class_name(classes, at));
  return truth === said ? `Rightly read as ${said}` : `${truth} read as ${said}`;
}
