// The study's curves: four charts, a line for each value, one cursor and one
// legend for all of them. Draws; decides nothing.

import "../../base/locale.js";
import { chart_menu } from "../../plot/chart_menu.js";
import uPlot from "../../vendor/uplot.mjs";
import { css_value, el, on_theme_change, set_text } from "../../ui/dom.js";
import { NO_FIGURE, loss, percent } from "../../base/format.js";
import { value_colours, with_alpha } from "../../plot/palette.js";
import { FIGURES, best_epoch, runs_by_value, smoothed, value_curve } from "../../plot/series.js";

/** @import { StudyRecord } from "../../pkg/ndarray/inkling.js" */
/** @import { Curve, Figure } from "../../plot/series.js" */

/** The widths of smoothing on offer, in epochs; 1 is none. */
const WIDTHS = [1, 3, 5, 9];
const HEIGHT = 210;
const FADED = 0.16;
const DRAW_EVERY_MS = 600;

/** What stands in a chart before there is a study. @type {Record<Figure, string>} */
const PROMISES = {
  train_loss: "How wrong the network is on what it learns from will fall here, a line a value.",
  validation_loss:
    "How wrong it is on digits it has never seen. A line that rises again has learned by heart.",
  train_accuracy: "The share of training digits read right will rise here.",
  validation_accuracy:
    "The share of unseen digits read right, with a ring at each value’s best epoch.",
};

/**
 * @typedef {object} ValueCurves
 * @property {string} label
 * @property {Record<Figure, Curve>} curves
 * @property {number} best
 */

/** @param {StudyRecord} record @returns {ValueCurves[]} */
function curves_of(record) {
  return runs_by_value(record).map((runs, index) => {
    const curves = /** @type {Record<Figure, Curve>} */ (
      Object.fromEntries(FIGURES.map(({ figure }) => [figure, value_curve(runs, figure)]))
    );
    return {
      label: record.plan.values[index]?.label ?? "",
      curves,
      best: best_epoch(curves.validation_accuracy.mean),
    };
  });
}

/** The charts, their legend and their switches. */
export function study_curves() {
  const log = el("input", { type: "checkbox", id: "study-log" });
  const width = el("select", { id: "study-smoothing" });
  for (const one of WIDTHS) {
    width.append(el("option", { value: one }, one === 1 ? "none" : `mean of ${one} epochs`));
  }
  const tools = el(
    "div",
    { class: "chart-tools" },
    el("label", { class: "check" }, log, " Log loss"),
    el("label", { class: "check", for: "study-smoothing" }, "Smoothing"),
    width,
  );
  const grid = el("div", { class: "study-charts" });
  const legend_title = el("p", { class: "hint" });
  const legend = el("table", { class: "figures-table study-legend", "aria-label": "Legend" });
  const element = el(
    "div",
    { class: "study-curves" },
    tools,
    grid,
    legend_title,
    el(
      "div",
      { class: "scroll", tabindex: 0, role: "region", "aria-label": "Legend, to scroll" },
      legend,
    ),
  );

  /** @type {ValueCurves[]} */
  let values = [];
  let factor_name = "";
  let has_seeds = false;
  let num_epochs = 10;
  /** @type {string[]} */
  let colours = [];
  /** @type {number | null} */
  let highlighted = null;
  /** Kept by a click in the legend. @type {number | null} */
  let pinned = null;
  /** @type {number | null} */
  let hovered = null;

  /** The study as it is shown. @type {StudyRecord | null} */
  let latest = null;
  /** @type {HTMLElement[]} */
  const menus = [];
  const show_menus = () => {
    const has_figures = latest?.runs.some((run) => run.history.length > 0) ?? false;
    for (const menu of menus) menu.hidden = !has_figures;
  };

  const boxes = FIGURES.map(({ figure, title, is_loss }) => {
    const plot = el("div", { class: "chart-plot", role: "img", "aria-label": title });
    const unit = is_loss ? "nats" : "%";
    const menu = chart_menu(title, async () => {
      const { curve_files } = await import("./chart_files.js");
      if (!latest) throw new Error("there is no study yet");
      return curve_files(latest, figure);
    });
    menus.push(menu);
    const heading = el("h3", {}, `${title} (${unit})`);
    const box = el(
      "div",
      { class: "chart" },
      el("div", { class: "chart-head" }, heading, menu),
      plot,
    );
    const empty = el("p", { class: "chart-empty" }, el("span", {}, PROMISES[figure]));
    plot.append(empty);
    grid.append(box);
    return { figure, title, is_loss, plot, empty, u: /** @type {uPlot | null} */ (null) };
  });

  const is_dark = () => matchMedia("(prefers-color-scheme: dark)").matches;
  const faded = (/** @type {number} */ value) => {
    const one = highlighted ?? pinned;
    return one !== null && one !== value;
  };

  /**
   * What each series of a chart is: raw line, stronger smoothed line, the two
   * edges of a band. The same order in all charts.
   */
  const series_kinds = () => {
    const kinds = ["raw"];
    if (Number(width.value) > 1) kinds.push("smooth");
    if (has_seeds) kinds.push("high", "low");
    return kinds;
  };

  /** @param {(typeof boxes)[number]} box */
  function data_of(box) {
    const x = Array.from({ length: Math.max(1, num_epochs) }, (_, i) => i + 1);
    /** @type {(number | null)[][]} */
    const columns = [];
    const scale = box.is_loss ? 1 : 100;
    // A logarithm has no zero; a gap is honest, a made-up floor is not.
    const shown = (/** @type {number | undefined} */ value) =>
      value === undefined || !Number.isFinite(value) || (box.is_loss && log.checked && value <= 0)
        ? null
        : value * scale;
    // Axes stand before there is anything to draw.
    if (values.length === 0) columns.push(x.map(() => null));
    for (const { curves } of values) {
      const { mean, deviation } = curves[box.figure];
      for (const kind of series_kinds()) {
        const column =
          kind === "raw"
            ? mean
            : kind === "smooth"
              ? smoothed(mean, Number(width.value))
              : mean.map((m, i) => m + (kind === "high" ? 1 : -1) * (deviation[i] ?? 0));
        columns.push(x.map((_, i) => shown(column[i])));
      }
    }
    return /** @type {uPlot.AlignedData} */ (/** @type {unknown} */ ([x, ...columns]));
  }

  let turn = 0;
  /**
   * Draws the charts one after the other, a task each: while a study runs, every
   * core is taken, and four at once would hold up whoever types or scrolls.
   * @param {(box: (typeof boxes)[number]) => void} draw
   */
  function in_turn(draw) {
    const mine = ++turn;
    const next = (/** @type {number} */ at) => {
      const box = boxes[at];
      if (!box || mine !== turn) return;
      draw(box);
      setTimeout(next, 0, at + 1);
    };
    next(0);
  }

  /** @param {(typeof boxes)[number]} box */
  function build(box) {
    box.u?.destroy();
    const kinds = series_kinds();
    const soft = css_value("--soft");
    const grid_colour = css_value("--grid");
    const font = "11px system-ui, sans-serif";
    /** @type {uPlot.Series[]} */
    const series = values.length > 0 ? [{}] : [{}, {}];
    /** @type {uPlot.Band[]} */
    const bands = [];
    values.forEach((_, index) => {
      const colour = () => colours[index] ?? soft;
      const alpha = (/** @type {number} */ full) =>
        with_alpha(colour(), faded(index) ? Math.min(full, FADED) : full);
      for (const kind of kinds) {
        const is_edge = kind === "high" || kind === "low";
        const is_pale = kind === "raw" && kinds.includes("smooth");
        series.push({
          stroke: () => (is_edge ? "transparent" : alpha(is_pale ? 0.45 : 1)),
          width: is_pale ? 1 : kind === "smooth" ? 2.6 : 1.8,
          points: { show: kind === "raw" && num_epochs <= 30, size: 4 },
          spanGaps: false,
        });
      }
      if (kinds.includes("high")) {
        const first = 1 + index * kinds.length;
        bands.push({
          series: [first + kinds.indexOf("high"), first + kinds.indexOf("low")],
          fill: () => alpha(0.16),
        });
      }
    });
    const has_marks = box.figure.startsWith("validation");
    box.u = new uPlot(
      {
        width: Math.max(160, Math.floor(box.plot.clientWidth)),
        height: HEIGHT,
        series,
        bands,
        legend: { show: false },
        scales: {
          x: { time: false, range: [1, Math.max(2, num_epochs)] },
          y:
            values.length > 0
              ? { distr: box.is_loss && log.checked ? 3 : 1 }
              : { range: box.is_loss ? [0, 2.5] : [0, 100] },
        },
        axes: [
          {
            label: "epoch",
            labelSize: 16,
            labelFont: font,
            labelGap: 0,
            stroke: soft,
            font,
            grid: { show: false },
            ticks: { stroke: grid_colour, size: 4 },
            size: 24,
            gap: 2,
            // Epochs are whole.
            incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500],
          },
          {
            stroke: soft,
            font,
            grid: { stroke: grid_colour, width: 1 },
            ticks: { show: false },
            size: 48,
            gap: 4,
            values: (_, ticks) =>
              ticks.map((tick) => (tick === null ? "" : String(Number(tick.toPrecision(6))))),
          },
        ],
        cursor: {
          sync: { key: "inkling-study" },
          focus: { prox: 16 },
          drag: { x: false, y: false },
          points: { show: false },
        },
        hooks: {
          setCursor: [
            (u) =>
              show_values(
                u.cursor.left !== undefined && u.cursor.left >= 0 ? (u.cursor.idx ?? null) : null,
              ),
          ],
          setSeries: [
            (_, at) => {
              if (at === null) highlight(null);
              else if (at > 0) highlight(Math.floor((at - 1) / kinds.length));
            },
          ],
          draw: has_marks ? [(u) => draw_marks(u, box.is_loss ? 1 : 100, box.figure)] : [],
        },
      },
      data_of(box),
      box.plot,
    );
  }

  /**
   * Rings the best epoch of each value.
   * @param {uPlot} u
   * @param {number} scale
   * @param {Figure} figure
   */
  function draw_marks(u, scale, figure) {
    const { ctx } = u;
    const ratio = devicePixelRatio || 1;
    values.forEach(({ curves, best }, index) => {
      const value = curves[figure].mean[best - 1];
      if (value === undefined || !Number.isFinite(value)) return;
      ctx.save();
      ctx.beginPath();
      ctx.arc(
        u.valToPos(best, "x", true),
        u.valToPos(value * scale, "y", true),
        5 * ratio,
        0,
        2 * Math.PI,
      );
      ctx.lineWidth = 2 * ratio;
      ctx.strokeStyle = with_alpha(colours[index] ?? "rgb(0, 0, 0)", faded(index) ? FADED : 1);
      ctx.stroke();
      ctx.restore();
    });
  }

  /** @param {number | null} value */
  function highlight(value) {
    if (highlighted === value) return;
    highlighted = value;
    for (const { u } of boxes) u?.redraw(false);
    mark_legend();
  }

  function mark_legend() {
    legend.querySelectorAll("tbody tr").forEach((row, index) => {
      row.classList.toggle("faded", faded(index));
    });
  }

  /** @param {number | null} at index of the hovered epoch */
  function show_values(at) {
    if (hovered === at) return;
    hovered = at;
    fill_legend();
  }

  function fill_legend() {
    set_text(
      legend_title,
      hovered === null
        ? `After the last epoch so far. Point at a chart for another epoch; rings mark the best one.`
        : `After epoch ${hovered + 1}.`,
    );
    const body = legend.tBodies[0];
    if (!body) return;
    values.forEach(({ curves }, index) => {
      const row = body.rows[index];
      FIGURES.forEach(({ figure, is_loss }, column) => {
        const { mean, deviation } = curves[figure];
        const at = hovered ?? mean.length - 1;
        const value = mean[at];
        const spread = deviation[at] ?? 0;
        const format = is_loss ? loss : percent;
        const text =
          value === undefined || !Number.isFinite(value)
            ? NO_FIGURE
            : spread > 0
              ? `${format(value)} ±${is_loss ? spread.toFixed(4) : (100 * spread).toFixed(2)}`
              : format(value);
        const cell = row?.cells[column + 1];
        if (cell) set_text(cell, text);
      });
    });
  }

  function build_legend() {
    const name = factor_name || "value";
    const head = name.charAt(0).toUpperCase() + name.slice(1);
    const rows = values.map(({ label }, index) => {
      const swatch = el("span", { class: "swatch", "aria-hidden": "true" });
      swatch.style.background = colours[index] ?? "";
      const button = el(
        "button",
        { type: "button", class: "legend-value", "aria-pressed": pinned === index },
        swatch,
        label,
      );
      button.addEventListener("click", () => {
        pinned = pinned === index ? null : index;
        legend
          .querySelectorAll("button")
          .forEach((one, at) => one.setAttribute("aria-pressed", String(pinned === at)));
        for (const { u } of boxes) u?.redraw(false);
        mark_legend();
      });
      const row = el("tr", {}, el("th", { scope: "row" }, button), ...FIGURES.map(() => el("td")));
      row.addEventListener("pointerenter", () => highlight(index));
      row.addEventListener("pointerleave", () => highlight(null));
      return row;
    });
    legend.replaceChildren(
      el(
        "thead",
        {},
        el(
          "tr",
          {},
          ...[head, ...FIGURES.map(({ title }) => title)].map((text) =>
            el("th", { scope: "col" }, text),
          ),
        ),
      ),
      el("tbody", {}, ...rows),
    );
    fill_legend();
  }

  function rebuild() {
    colours = value_colours(values.length, is_dark());
    const has_study = values.length > 0;
    legend_title.hidden = !has_study;
    legend.hidden = !has_study;
    for (const box of boxes) {
      box.u?.destroy();
      box.u = null;
      box.empty.hidden = has_study;
    }
    in_turn(build);
    build_legend();
  }

  log.addEventListener("change", () => boxes.filter((box) => box.is_loss).forEach(build));
  width.addEventListener("change", () => boxes.forEach(build));
  on_theme_change(rebuild);
  new ResizeObserver(() => {
    for (const { u, plot } of boxes) {
      const wide = Math.max(160, Math.floor(plot.clientWidth));
      if (u && plot.clientWidth > 0 && u.width !== wide) u.setSize({ width: wide, height: HEIGHT });
    }
  }).observe(grid);

  let is_waiting = false;
  return {
    element,
    highlight,
    /** @param {StudyRecord | null} record another study, or another plan */
    reset(record) {
      latest = record;
      show_menus();
      values = record ? curves_of(record) : [];
      factor_name = record?.plan.factor_name ?? "";
      has_seeds = (record?.plan.seeds.length ?? 0) > 1;
      num_epochs = Math.max(1, record?.plan.baseline.epochs ?? 10);
      pinned = null;
      highlighted = null;
      rebuild();
    },
    /** @param {StudyRecord} record the same study, further on */
    update(record) {
      latest = record;
      show_menus();
      if (is_waiting) return;
      is_waiting = true;
      // One drawing for all that ends meanwhile: the runs need every core there is.
      setTimeout(() => {
        is_waiting = false;
        if (!latest) return;
        values = curves_of(latest);
        in_turn((box) => (box.u ? box.u.setData(data_of(box)) : build(box)));
        fill_legend();
      }, DRAW_EVERY_MS);
    },
  };
}
