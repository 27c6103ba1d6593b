// Small pictures for the glossary, drawn from a person's own run, data and drawing: none where
// there is nothing yet. Each with a caption that says what it is of.

import { shown_evaluation } from "../../app/state.js";
import * as format from "../../base/format.js";
import { class_name, num_pixels_of, task_of } from "../../base/task.js";
import { epoch_axis } from "../../plot/curve_plots.js";
import { line_plot } from "../../plot/drawing.js";
import { svg_node } from "../../plot/svg.js";
import { digit_at, digit_canvas } from "../../ui/digit.js";
import { el, svg } from "../../ui/dom.js";
import { page_theme } from "../../ui/page_theme.js";

/** @import { PageState } from "../../app/state.js" */
/** @import { EpochRecord } from "../../pkg/ndarray/inkling.js" */
/** @import { InkReading } from "../../engine/custody.js" */
/** @import { PictureKind } from "./entries.js" */
/** @import { Glossary } from "./view.js" */

const WIDTH = 300;
const HEIGHT = 150;
/** Images of a batch that are shown. */
const MOST_IMAGES = 16;

/** What to do for a picture that is not there yet. @type {Record<Exclude<PictureKind, "none">, string>} */
const MISSING = {
  loss: "Train, and your run’s stands here.",
  accuracy: "Train, and your run’s stands here.",
  gap: "Train, and your run’s stands here.",
  step: "Train, and your run’s stands here.",
  batch: "Load data, and a batch of yours stands here.",
  probabilities: "Draw on the pad once a model is there, and your drawing’s stand here.",
  logits: "Draw on the pad once a model is there, and your drawing’s stand here.",
  split: "Load data, and your parts stand here.",
  confusion: "Press Evaluate once a model is there, and your model’s stands here.",
  silent: "Train to the end, and your run’s layers stand here.",
  gradient: "Train to the end, and your run’s layers stand here.",
  norm: "Train to the end, and your run’s layers stand here.",
};

/**
 * @param {PictureKind} kind
 * @param {Glossary} parts
 * @returns {Promise<HTMLElement | null>} a sentence where there is nothing to draw yet; `null` where there never is
 */
export async function picture_of(kind, parts) {
  if (kind === "none") return null;
  return (await drawn_of(kind, parts)) ?? el("p", { class: "hint" }, MISSING[kind]);
}

/**
 * @param {Exclude<PictureKind, "none">} kind
 * @param {Glossary} parts
 */
async function drawn_of(kind, { page, images, reading }) {
  const state = page.get();
  switch (kind) {
    case "loss":
    case "accuracy":
    case "gap":
      return curves(kind, state);
    case "step":
      return running(state);
    case "batch":
      return batch(state, images);
    case "probabilities":
    case "logits":
      return bars(kind, reading());
    case "split":
      return split(state);
    case "confusion":
      return confusion(state);
    case "silent":
    case "gradient":
    case "norm":
      return layers(kind, state);
    default: {
      /** @type {never} */
      const other = kind;
      throw new Error(`a picture that is not known: ${String(other)}`);
    }
  }
}

/** @param {Node} drawn @param {string} caption */
function figure(drawn, caption) {
  return el("figure", {}, drawn, el("figcaption", { class: "hint" }, caption));
}

/** @param {"loss" | "accuracy" | "gap"} kind @param {Readonly<PageState>} state */
function curves(kind, { run }) {
  const { history } = run;
  const last = history.at(-1);
  if (!last) return null;
  const theme = page_theme();
  const is_loss = kind === "loss";
  const line = (/** @type {"train" | "validation"} */ part) =>
    history.map((record) => {
      const value = is_loss ? record[`${part}_loss`] : 100 * record[`${part}_accuracy`];
      return /** @type {[number, number]} */ ([record.epoch, value]);
    });
  // The model that is left may be an earlier epoch's, and the gap is its own.
  const kept = run.result?.kept_epoch;
  const left = history.find(({ epoch }) => epoch === kept) ?? last;
  const clean = kind === "gap" ? run.result?.clean?.accuracy : undefined;
  const drawing = line_plot({
    width: WIDTH,
    height: HEIGHT,
    title: "",
    description: `${is_loss ? "Loss" : "Accuracy"} of your run by epoch, training and validation.`,
    x: { ...epoch_axis(last.epoch, 5), ...(history.length === 1 && { low: 0, high: 2 }) },
    y: { label: is_loss ? "loss" : "%", scale: "linear" },
    series: [
      { label: "training", colour: theme.train, points: line("train"), has_dots: true },
      {
        label: "validation",
        colour: theme.valid,
        points: line("validation"),
        dash: [5, 3],
        has_dots: true,
      },
      ...(clean === undefined ? [] : [between(clean, left, theme.ink)]),
    ],
    size: 10,
    theme,
  });
  // As the bench has it: of an ended run both parts are measured alike.
  const sofar = (last.clean_accuracy ?? last.train_accuracy) - last.validation_accuracy;
  const gap = format.points(run.result?.generalisation_gap ?? sofar);
  const rate = run.config ? ` at a learning rate of ${run.config.learning_rate}` : "";
  if (clean !== undefined) {
    return figure(
      svg_node(drawing, drawing.description),
      `Your run: after epoch ${left.epoch} the training part, read as the validation part is, has ${format.percent(clean)}, the validation part ${format.percent(left.validation_accuracy)}. The upright line between the two is the gap, ${gap}. The training curve itself was measured on the way, while the network still changed.`,
    );
  }
  const caption = is_loss
    ? `Your run${rate}: after epoch ${last.epoch} the validation loss is ${format.loss(last.validation_loss)}.`
    : `Your run: after epoch ${last.epoch} the validation accuracy is ${format.percent(last.validation_accuracy)}, and the gap ${gap}.`;
  return figure(svg_node(drawing, drawing.description), caption);
}

/**
 * From the validation part's accuracy up or down to the training part's, measured alike.
 * @param {number} clean
 * @param {EpochRecord} last
 * @param {string} colour
 */
function between(clean, { epoch, validation_accuracy }, colour) {
  const [one, other] = [100 * clean, 100 * validation_accuracy];
  /** @param {number} y @returns {[number, number][]} */
  const at = (y) => [[epoch, y]];
  return {
    label: "measured alike",
    colour,
    width: 0,
    points: at(one),
    low: at(Math.min(one, other)),
    high: at(Math.max(one, other)),
    has_whiskers: true,
    has_dots: true,
  };
}

/**
 * A figure of each layer, as the run left it.
 * @param {"silent" | "gradient" | "norm"} kind
 * @param {Readonly<PageState>} state
 */
function layers(kind, { run }) {
  const health = run.result?.health;
  if (!health) return null;
  const hidden = health.layers.filter(({ num_units }) => num_units > 0);
  const shown = kind === "silent" ? hidden : health.layers;
  /** @param {typeof shown[number]} layer */
  const size = (layer) => {
    if (kind === "silent") return layer.num_silent / layer.num_units;
    return kind === "gradient" ? layer.gradient_norm : layer.weight_norm;
  };
  /** @param {typeof shown[number]} layer */
  const words = (layer) =>
    kind === "silent"
      ? `${layer.num_silent} of ${layer.num_units}`
      : String(Number(size(layer).toPrecision(3)));
  const most = kind === "silent" ? 1 : Math.max(...shown.map(size), Number.MIN_VALUE);
  const rows = shown.map((layer, at) => bar(`Layer ${at + 1}`, size(layer) / most, words(layer)));
  const of = {
    silent: "how many units of each layer are silent on all of them",
    gradient: "the L2 norm of the gradient in each layer",
    norm: "the L2 norm of each layer’s weights",
  };
  const caption = `Your run at its end, on ${format.counted(health.num_images, "training image")}: ${of[kind]}. Health, under Look inside, takes up to 256, so its figures differ a little.`;
  return figure(el("ol", { class: "bars layer-bars" }, ...rows), caption);
}

/**
 * @param {string} name
 * @param {number} share of the whole width
 * @param {string} words
 * @param {string} [kind]
 */
function bar(name, share, words, kind = "") {
  const fill = el("span", { class: "fill" });
  fill.style.width = `${(100 * share).toFixed(1)}%`;
  return el(
    "li",
    { class: kind },
    el("span", { class: "name" }, name),
    el("span", { class: "track" }, fill),
    el("span", { class: "share" }, words),
  );
}

/** @param {Readonly<PageState>} state */
function running({ run, plan }) {
  const points = run.running.map(
    ({ step, train_loss }) => /** @type {[number, number]} */ ([step, train_loss]),
  );
  if (points.length < 2) return null;
  const theme = page_theme();
  const drawing = line_plot({
    width: WIDTH,
    height: HEIGHT,
    title: "",
    description: "Training loss of your run by step.",
    x: { label: "step", scale: "linear" },
    y: { label: "training loss", scale: "linear" },
    series: [{ label: "", colour: theme.train, points }],
    size: 10,
    has_legend: false,
    theme,
  });
  const count = run.progress?.steps_per_epoch ?? plan?.steps_per_epoch;
  const steps = count ? `An epoch of your run has ${format.counted(count, "step")}.` : "Your run.";
  return figure(svg_node(drawing, drawing.description), steps);
}

/** @param {Readonly<PageState>} state @param {Glossary["images"]} images */
async function batch({ data, config }, images) {
  if (!data) return null;
  const count = Math.min(MOST_IMAGES, data.num_rows, Number(config.batch_size) || 1);
  const rows = Array.from({ length: count }, (_, at) => at);
  const { pixels } = await images(rows);
  const size = num_pixels_of(data);
  const canvases = rows.map((at) => digit_canvas(digit_at(pixels, at, size), `Image ${at + 1}`));
  const caption = `${format.counted(count, "image")} of ${data.name}; a batch has ${config.batch_size}.`;
  return figure(el("div", { class: "glossary-images" }, ...canvases), caption);
}

/** @param {"probabilities" | "logits"} kind @param {InkReading | null} reading */
function bars(kind, reading) {
  if (!reading?.probabilities) return null;
  const { classes } = reading;
  const sure = Array.from(reading.probabilities);
  const top = sure.indexOf(Math.max(...sure));
  const places = sure.map((_, at) => at).slice(0, 10);
  // Differences of logits are those of the probabilities' logarithms.
  const value = (/** @type {number} */ at) =>
    kind === "probabilities" ? (sure[at] ?? 0) : Math.log(sure[at] ?? 0) - Math.log(sure[top] ?? 1);
  const least = Math.min(...places.map(value).filter(Number.isFinite), -1);
  const rows = places.map((at) => {
    const own = value(at);
    const share = kind === "probabilities" ? own : Number.isFinite(own) ? 1 - own / least : 0;
    const words =
      kind === "probabilities"
        ? format.percent(own, 1)
        : Number.isFinite(own)
          ? own.toFixed(1).replace("-", "−")
          : "far below";
    return bar(class_name(classes, at), share, words, at === top ? "top-digit" : "");
  });
  const caption =
    kind === "probabilities"
      ? "Your drawing on the pad, as probabilities."
      : `Your drawing on the pad: how far each logit lies below that of ${class_name(classes, top)}.`;
  return figure(el("ol", { class: "bars" }, ...rows), caption);
}

/** @param {Readonly<PageState>} state */
function split({ plan, data }) {
  if (!plan?.num_train || !data) return null;
  const theme = page_theme();
  const all = plan.num_train + plan.num_validation;
  const at = (WIDTH * plan.num_train) / all;
  const description = `${format.count(plan.num_train)} images to train on and ${format.count(plan.num_validation)} held out.`;
  const drawn = svg(
    "svg",
    {
      viewBox: `0 0 ${WIDTH} 24`,
      width: WIDTH,
      height: 24,
      role: "img",
      "aria-label": description,
    },
    svg("rect", { x: 0, y: 0, width: at - 1, height: 24, fill: theme.train }),
    svg("rect", { x: at + 1, y: 0, width: WIDTH - at - 1, height: 24, fill: theme.valid }),
  );
  return figure(drawn, `${data.name}: ${description}`);
}

/** @param {Readonly<PageState>} state */
function confusion(state) {
  const evaluation = shown_evaluation(state);
  if (!evaluation) return null;
  const counts = evaluation.figures.confusion;
  const count = Math.round(Math.sqrt(counts.length));
  const classes = evaluation.classes ?? task_of(null).classes;
  const theme = page_theme();
  const size = 180 / count;
  const is_right = (/** @type {number} */ at) => at % (count + 1) === 0;
  const most = Math.max(1, ...counts.filter((_, at) => !is_right(at)));
  const worst = counts.findIndex((images, at) => !is_right(at) && images === most);
  const cells = counts.map((images, at) =>
    svg("rect", {
      x: (at % count) * size,
      y: Math.floor(at / count) * size,
      width: size - 1,
      height: size - 1,
      fill: is_right(at) ? theme.train : images ? theme.valid : theme.grid,
      "fill-opacity": is_right(at) ? 0.5 : images ? 0.2 + (0.8 * images) / most : 0.5,
    }),
  );
  const words =
    worst < 0
      ? "nothing was read wrongly"
      : `${class_name(classes, Math.floor(worst / count))} was read as ${class_name(classes, worst % count)} most often, ${format.counted(most, "time")}`;
  const description = `Rows are what an image is, columns what was read: ${words}.`;
  const drawn = svg(
    "svg",
    { viewBox: "0 0 180 180", width: 180, height: 180, role: "img", "aria-label": description },
    ...cells,
  );
  return figure(drawn, `Of ${evaluation.about}. ${description}`);
}
