// Every picture of a report, and the request that names them: what is drawn here is told
// to the engine by name and caption, which numbers it and says where it stands.

import { percent } from "../../base/format.js";
import { confident_mistakes, reading_at, top_digit } from "../../base/ink.js";
import { class_name, class_noun, num_pixels_of, task_of } from "../../base/task.js";
import { confusion_plot } from "../../plot/confusion_plot.js";
import { run_curves } from "../../plot/curve_plots.js";
import { digits_plot, first_of_each } from "../../plot/digits_plot.js";
import { network_plot } from "../../plot/network_plot.js";
import { FULL_WIDTH, log_sentence, study_plots } from "../../plot/study_plots.js";

/** @import { ReportBaseline, ReportRequest, StudyReading, StudyRecord } from "../../pkg/ndarray/inkling.js" */
/** @import { BaselineRun } from "../../app/baseline.js" */
/** @import { NamedDrawing } from "../../plot/study_plots.js" */

/**
 * What a report is about. `baseline` and `digits` are there where the page has them.
 * @typedef {object} ReportAbout
 * @property {string[]} ids
 * @property {string} introduction
 * @property {string} baseline_remarks
 * @property {string} conclusion
 * @property {{ record: StudyRecord, reading: StudyReading }[]} studies
 * @property {BaselineRun | null} baseline
 * @property {{ pixels: Uint8Array, labels: Uint8Array } | null} digits images of the data
 * @property {Uint8Array | null} mistakes pixels of the baseline's worst mistakes, side² each
 */

/** Mistakes that are shown. */
const MOST_MISTAKES = 12;

/** What stays free between two drawings beside each other. */
const FREE = 24;

/**
 * The request for a report and all its drawings.
 * @param {ReportAbout} about
 * @returns {{ request: ReportRequest, drawings: NamedDrawing[] }}
 */
export function pictured(about) {
  /** @type {NamedDrawing[]} */
  const drawings = [];
  /** @param {NamedDrawing[]} some */
  const told = (some) => {
    drawings.push(...some);
    return some.map(({ name, kind, caption }) => ({ name, kind, caption }));
  };
  /** @type {ReportRequest} */
  const request = {
    ids: about.ids,
    created: new Date().toISOString(),
    introduction: about.introduction,
    conclusion: about.conclusion,
    plots: told(opening_plots(about)),
    studies: [],
  };
  const baseline = about.baseline && baseline_part(about.baseline, told, about);
  if (baseline) request.baseline = baseline;
  about.studies.forEach(({ record, reading }, index) => {
    const prefix = `${index + 1}-${record.plan.factor.replaceAll("_", "-")}`;
    request.studies.push({ record, plots: told(study_plots(record, reading.figures, prefix)) });
  });
  return { request, drawings };
}

/**
 * The data and the network.
 * @param {ReportAbout} about
 * @returns {NamedDrawing[]}
 */
function opening_plots({ digits, baseline, studies }) {
  /** @type {NamedDrawing[]} */
  const plots = [];
  const data = baseline?.data ?? studies[0]?.record.data;
  const { classes } = task_of(data);
  const noun = class_noun(classes);
  const are_digits = noun === "digit";
  const places = digits ? first_of_each(digits.labels, classes.length) : [];
  if (digits && places.length > 0) {
    const size = num_pixels_of(data);
    const pixels = new Uint8Array(size * places.length);
    places.forEach((place, at) =>
      pixels.set(digits.pixels.subarray(size * place, size * (place + 1)), size * at),
    );
    const words = places.map((place) => {
      const name = class_name(classes, digits.labels[place] ?? 0);
      return are_digits ? `digit ${name}` : name;
    });
    plots.push({
      name: "digits",
      kind: "digits",
      caption: `The first image of each ${noun} in the data.`,
      drawing: digits_plot(pixels, words, {
        width: FULL_WIDTH,
        columns: 10,
        description: are_digits
          ? "Handwritten digits from 0 to 9."
          : `Pictures of the classes ${words.join(", ")}.`,
      }),
    });
  }
  const config = baseline?.config ?? studies[0]?.record.plan.baseline;
  if (config) {
    plots.push({
      name: "network",
      kind: "network",
      caption: are_digits
        ? "The network, from the pixels at the left to the ten digits at the right."
        : `The network, from the pixels at the left to the ${classes.length} classes at the right.`,
      drawing: network_plot(config, FULL_WIDTH, task_of(data)),
    });
  }
  return plots;
}

/**
 * @param {BaselineRun} run
 * @param {(some: NamedDrawing[]) => import("../../pkg/ndarray/inkling.js").Plot[]} told
 * @param {Pick<ReportAbout, "baseline_remarks" | "mistakes">} about
 * @returns {ReportBaseline}
 */
function baseline_part({ data, config, result, evaluation }, told, about) {
  const { baseline_remarks: remarks, mistakes } = about;
  const curves = run_curves(
    result.history,
    FULL_WIDTH,
    "Training and validation loss and accuracy of the baseline, epoch by epoch.",
  );
  /** @type {NamedDrawing[]} */
  const plots = [
    {
      name: "baseline-curves",
      kind: "curves",
      caption: `The baseline’s loss (left) and accuracy (right) after each epoch, of training (whole line) and validation (dashed).${log_sentence(curves)} A ring marks the epoch with the highest validation accuracy.`,
      drawing: curves,
    },
  ];
  const { classes } = task_of(data);
  const noun = class_noun(classes);
  if (evaluation) {
    const set = evaluation.is_test ? "test set" : "validation part";
    const confusion = confusion_plot(
      evaluation.figures.confusion,
      `Confusion matrix on the ${set}: ${percent(evaluation.figures.accuracy)} on the diagonal.`,
      classes,
    );
    plots.push({
      name: "baseline-confusion",
      kind: "confusion",
      caption: `The baseline’s confusion matrix on the ${set}: rows are the ${noun === "digit" ? "digits" : "classes"}, columns what they were read as; orange cells are mistakes.`,
      drawing: confusion,
    });
    const { readings } = evaluation;
    if (readings && mistakes) {
      const words = worst_mistakes(readings).map((place) => {
        const { probabilities, labels } = readings;
        const said = top_digit(reading_at(probabilities, place, labels.length));
        return `${class_name(classes, labels[place] ?? 0)} read as ${class_name(classes, said)}`;
      });
      plots.push({
        name: "baseline-mistakes",
        kind: "mistakes",
        caption: `The mistakes of which the baseline was surest, on the ${set}.`,
        drawing: digits_plot(mistakes, words, {
          ...mistakes_room(FULL_WIDTH - confusion.width, noun === "digit"),
          description: `${noun === "digit" ? "Digits" : "Pictures"} that were read wrong: ${words.join(", ")}.`,
        }),
      });
    }
  }
  /** @type {ReportBaseline} */
  const part = { data, config, result, remarks, evaluations: [], plots: told(plots) };
  if (evaluation) {
    const { is_test, about: name, figures, num_looks } = evaluation;
    part.evaluations = [{ is_test, name, figures, num_looks }];
  }
  return part;
}

/**
 * How mistakes are laid out: beside the confusion matrix where it leaves room for them.
 * @param {number} rest what it leaves of the width
 * @param {boolean} are_digits names of other classes want more room than a figure
 * @returns {{ width: number, columns: number }}
 */
function mistakes_room(rest, are_digits) {
  const place = are_digits ? FULL_WIDTH / 12 : FULL_WIDTH / 6;
  const width = rest - FREE;
  const columns = Math.floor(width / place);
  return columns >= MOST_MISTAKES / 4
    ? { width, columns }
    : { width: FULL_WIDTH, columns: FULL_WIDTH / place };
}

/**
 * Places of the mistakes that the model was surest of, in the evaluation's order.
 * @param {{ labels: Uint8Array, probabilities: Float32Array }} readings
 * @returns {number[]}
 */
export function worst_mistakes({ probabilities, labels }) {
  return confident_mistakes(probabilities, labels).slice(0, MOST_MISTAKES);
}
