// Runs side by side: only the settings in which they differ, and what came of each. Pure
// functions.

import { run_name } from "../../app/run_record.js";
import { SETTINGS, differing_settings, listed } from "../../base/settings.js";
import * as format from "../../base/format.js";
import { accuracy_of } from "./words.js";
import { best_record } from "../../plot/series.js";

/** @import { Setting, Settings } from "../../base/settings.js" */
/** @import { RunSummary } from "../../store/runs.js" */

/** A figure, and what stands under it. @typedef {{ text: string, aside: string }} Cell */

/**
 * @typedef {object} Comparison
 * @property {string[]} columns names of the cells after the run's own
 * @property {{ id: string, name: string, look: number, cells: Cell[] }[]} rows
 * @property {string[]} remarks what keeps the figures from being measured alike
 */

/**
 * @param {readonly RunSummary[]} runs
 * @param {readonly string[]} pinned
 * @param {ReadonlyMap<string, number>} looks of their lines in the charts
 * @returns {Comparison}
 */
export function compared(runs, pinned, looks) {
  const chosen = pinned.flatMap((id) => runs.find((run) => run.id === id) ?? []);
  const configs = chosen.map(config_that_ran);
  const settings = SETTINGS.filter((setting) =>
    configs.some((config) => differing_settings(config, configs[0] ?? config).includes(setting)),
  );
  const has_steps = new Set(configs.map(({ step }) => step)).size > 1;
  return {
    columns: [
      ...settings.map(({ label }) => label),
      ...(has_steps ? ["Step"] : []),
      "Data",
      "Validation accuracy",
      "Best epoch",
      "Gap",
      "Epochs",
      "Time",
    ],
    rows: chosen.map((run, at) => {
      const config = configs[at] ?? run.config;
      return {
        id: run.id,
        name: run_name(run),
        look: looks.get(run.id) ?? 0,
        cells: [
          ...settings.map((setting) => cell(value_words(setting, config))),
          ...(has_steps ? [cell(config.step)] : []),
          cell(run.data_name),
          ...outcome_cells(run),
        ],
      };
    }),
    remarks: remarks_on(chosen, settings),
  };
}

/** A run that was left to choose its backend did choose one. @param {RunSummary} run @returns {Settings} */
function config_that_ran({ config, decision, result }) {
  const backend = result?.backend ?? decision?.backend ?? config.backend;
  return { ...config, backend: /** @type {Settings["backend"]} */ (backend) };
}

/** @param {Setting} setting @param {Settings} config */
function value_words({ key, kind, choices }, config) {
  const value = config[key];
  if (kind === "flag") return value ? "on" : "off";
  if (typeof value === "number" && Number.isNaN(value)) return format.NO_FIGURE;
  return choices.find((choice) => choice.value === value)?.words ?? String(value);
}

/** @param {string} text @param {string} [aside] @returns {Cell} */
function cell(text, aside = "") {
  return { text, aside };
}

/** @param {RunSummary} run */
function outcome_cells(run) {
  const { history, result, config } = run;
  const last = history[history.length - 1];
  const best = best_record(history);
  const as_it_learned = last ? last.train_accuracy - last.validation_accuracy : NaN;
  const gap = result?.generalisation_gap ?? as_it_learned;
  const interval = result
    ? `${(result.interval_low * 100).toFixed(2)} to ${format.percent(result.interval_high)}`
    : "";
  return [
    cell(format.percent(accuracy_of(run)), interval),
    best ? cell(`${best.epoch}`, format.percent(best.validation_accuracy)) : cell(format.NO_FIGURE),
    cell(
      last ? format.points(gap) : format.NO_FIGURE,
      last && !result?.clean ? "as it learned" : "",
    ),
    cell(`${format.count(last?.epoch ?? 0)} of ${format.count(config.epochs)}`),
    cell(format.duration(result?.elapsed_secs ?? last?.elapsed_secs ?? NaN)),
  ];
}

/**
 * What decides which images are held out: the split's seed, which is the run's own where
 * it has none apart.
 * @param {readonly RunSummary[]} runs
 * @returns {string[]}
 */
function split_settings(runs) {
  const seeds = new Set(runs.map(({ config }) => config.split_seed ?? config.seed));
  const has_own = runs.some(({ config }) => config.split_seed !== undefined);
  if (seeds.size === 1) return ["validation_share"];
  return [has_own ? "split_seed" : "seed", "validation_share"];
}

/**
 * @param {readonly RunSummary[]} runs
 * @param {readonly Setting[]} differing
 */
function remarks_on(runs, differing) {
  const remarks = [];
  if (new Set(runs.map(({ data_checksum }) => data_checksum)).size > 1) {
    remarks.push(
      "These runs are of different data sets: their accuracies were not measured on the same images and cannot be compared.",
    );
  }
  const of_split = differing.filter(({ key }) => split_settings(runs).includes(key));
  if (of_split.length > 0) {
    const names = listed(of_split.map(({ label }) => label.toLowerCase()));
    const verb = of_split.length === 1 ? "differs" : "differ";
    remarks.push(
      `Their validation parts are not the same images, because ${names} ${verb}: a small difference in accuracy may come from the images alone.`,
    );
  }
  return remarks;
}
