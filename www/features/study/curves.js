// The study's curves: four charts, one cursor and one legend for all of them, and their
// switches. What is drawn follows from the study; what is pointed at is theirs alone.

import { chart_menu } from "../../plot/chart_menu.js";
import { el, on_theme_change, set_text } from "../../ui/dom.js";
import { value_looks } from "../../plot/value_looks.js";
import { FIGURES } from "../../plot/series.js";
import { curve_chart } from "./curve_chart.js";
import { curves_legend } from "./curves_legend.js";
import { chart_columns, curves_of, series_kinds } from "./value_curves.js";

/** @import { ValueLook } from "../../plot/value_looks.js" */
/** @import uPlot from "../../vendor/uplot.mjs" */
/** @import { StudyRecord } from "../../pkg/ndarray/inkling.js" */
/** @import { Figure } from "../../plot/series.js" */

/** The widths of smoothing on offer, in epochs; 1 is none. */
const WIDTHS = [1, 3, 5, 9];
const HEIGHT = 210;
const DRAW_EVERY_MS = 600;

/** What stands in a chart before there is a study. @type {Record<Figure, string>} */
const PROMISES = {
  train_loss: "How wrong the network is on what it learns from will fall here, a line a value.",
  validation_loss:
    "How wrong it is on images it has never seen. A line that rises again has learned by heart.",
  train_accuracy: "The share of training images read right will rise here.",
  validation_accuracy:
    "The share of unseen images read right, with a ring at each value’s best epoch.",
};

/**
 * @typedef {object} Box
 * @property {Figure} figure
 * @property {boolean} is_loss
 * @property {HTMLElement} plot
 * @property {HTMLElement} empty
 * @property {HTMLElement} menu
 * @property {HTMLElement} name of the line pointed at
 * @property {[number, number] | null} y what is shown of its own axis, where not all of it
 * @property {uPlot | null} u
 */

/** The charts, their legend and their switches. */
export function study_curves() {
  const log = el("input", { type: "checkbox", id: "study-log" });
  const width = el("select", { id: "study-smoothing" });
  for (const one of WIDTHS) {
    width.append(el("option", { value: one }, one === 1 ? "none" : `mean of ${one} epochs`));
  }
  const whole = el("button", { type: "button", class: "quiet", hidden: true }, "Whole range");
  whole.addEventListener("click", () => {
    show_all();
    boxes.forEach(build);
  });
  const tools = el(
    "div",
    { class: "chart-tools" },
    el("label", { class: "check" }, log, " Log loss"),
    el("label", { class: "check", for: "study-smoothing" }, "Smoothing"),
    width,
    el("span", { class: "hint study-zoom-hint" }, "Drag over a chart to look closer."),
    whole,
  );
  const grid = el("div", { class: "study-charts" });
  const legend = curves_legend({
    on_pin(value) {
      pinned = pinned === value ? null : value;
      show_highlight();
    },
    on_highlight: (value) => highlight(value),
    on_hide(value) {
      if (!hidden.delete(value)) hidden.add(value);
      boxes.forEach(build);
      show_legend();
    },
  });
  const element = el("div", { class: "study-curves" }, tools, grid, legend.element);

  /** The study as it is shown. @type {StudyRecord | null} */
  let record = null;
  let values = curves_of(null);
  /** @type {ValueLook[]} */
  let looks = [];
  /** @type {number | null} */
  let highlighted = null;
  /** Kept by a press in the legend. @type {number | null} */
  let pinned = null;
  /** @type {number | null} */
  let hovered = null;
  /** Values whose lines are out of sight. @type {Set<number>} */
  const hidden = new Set();
  /** Epochs that are shown, where not all. @type {[number, number] | null} */
  let epochs = null;

  function show_all() {
    epochs = null;
    for (const box of boxes) box.y = null;
    whole.hidden = true;
  }

  const boxes = FIGURES.map(({ figure, title, is_loss }) => {
    const plot = el("div", { class: "chart-plot", role: "img", "aria-label": title });
    const menu = chart_menu(title, async () => {
      const { curve_files } = await import("./chart_files.js");
      if (!record) throw new Error("there is no study yet");
      return curve_files(record, figure);
    });
    const heading = el("h3", {}, `${title} (${is_loss ? "nats" : "%"})`);
    const name = el("span", { class: "chart-line-name" });
    const head = el("div", { class: "chart-head" }, heading, name, menu);
    const empty = el("p", { class: "chart-empty" }, el("span", {}, PROMISES[figure]));
    plot.append(empty);
    grid.append(el("div", { class: "chart" }, head, plot));
    /** @type {Box} */
    const box = { figure, is_loss, plot, empty, menu, name, y: null, u: null };
    return box;
  });

  const has_seeds = () => (record?.plan.seeds.length ?? 0) > 1;
  const is_faded = (/** @type {number} */ value) => {
    const one = highlighted ?? pinned;
    return one !== null && one !== value;
  };

  /** @param {Box} box */
  function layout({ figure, is_loss }) {
    const smoothing = Number(width.value);
    return {
      figure,
      is_loss,
      is_log: is_loss && log.checked,
      num_epochs: Math.max(1, record?.plan.baseline.epochs ?? 10),
      kinds: series_kinds(smoothing, has_seeds()),
      smoothing,
    };
  }

  /** @param {Box} box */
  function columns(box) {
    const { smoothing, ...chart } = layout(box);
    return chart_columns(values, { ...chart, width: smoothing });
  }

  /** @param {Box} box */
  function build(box) {
    box.u?.destroy();
    box.u = curve_chart(
      {
        ...layout(box),
        width: Math.max(160, Math.floor(box.plot.clientWidth)),
        height: HEIGHT,
        look_of: (value) => looks[value],
        is_faded,
        is_hidden: (value) => hidden.has(value),
        zoom: { x: epochs, y: box.y },
        on_zoom({ x, y }) {
          const is_other = x !== epochs;
          epochs = x;
          box.y = y;
          whole.hidden = false;
          // The chart that was dragged over is still at it.
          setTimeout(() => (is_other ? boxes : [box]).forEach(build));
        },
        values: () => values,
        on_hover(at) {
          if (hovered === at) return;
          hovered = at;
          show_legend();
        },
        on_highlight: highlight,
      },
      columns(box),
      box.plot,
    );
  }

  let turn = 0;
  /**
   * Draws the charts one after the other, a task each: while a study runs, every
   * core is taken, and four at once would hold up whoever types or scrolls.
   * @param {(box: Box) => void} draw
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

  /** @param {number | null} value */
  function highlight(value) {
    if (highlighted === value) return;
    highlighted = value;
    show_highlight();
  }

  function show_highlight() {
    const one = highlighted ?? pinned;
    for (const { u, name } of boxes) {
      u?.redraw(false);
      set_text(name, one === null ? "" : (values[one]?.label ?? ""));
    }
    show_legend();
  }

  function show_legend() {
    const factor_name = record?.plan.factor_name ?? "";
    legend.show({ values, looks, factor_name, hovered, pinned, hidden, is_faded });
  }

  function rebuild() {
    const is_dark = matchMedia("(prefers-color-scheme: dark)").matches;
    looks = record ? value_looks(record.plan, is_dark) : [];
    for (const box of boxes) {
      box.u?.destroy();
      box.u = null;
      box.empty.hidden = record !== null;
    }
    in_turn(build);
    show_legend();
  }

  function show_menus() {
    const has_figures = record?.runs.some((run) => run.history.length > 0) ?? false;
    for (const { menu } of boxes) menu.hidden = !has_figures;
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
  /** One drawing for all that ends meanwhile: the runs need every core there is. */
  function update_soon() {
    if (is_waiting) return;
    is_waiting = true;
    setTimeout(() => {
      is_waiting = false;
      values = curves_of(record);
      in_turn((box) => {
        if (!box.u) return build(box);
        box.u.setData(/** @type {uPlot.AlignedData} */ (/** @type {unknown} */ (columns(box))));
      });
      show_legend();
    }, DRAW_EVERY_MS);
  }

  rebuild();
  show_menus();
  return {
    element,
    highlight,
    /** @param {StudyRecord | null} shown the open study: another one, or the same further on */
    show(shown) {
      if (shown === record) return;
      // The runs that are missing begin anew: nothing of the old lines may stay.
      const is_same = shown?.id === record?.id;
      record = shown;
      show_menus();
      if (is_same) {
        update_soon();
        return;
      }
      values = curves_of(record);
      pinned = highlighted = hovered = null;
      hidden.clear();
      show_all();
      rebuild();
    },
  };
}
