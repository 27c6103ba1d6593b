// Part 4, the curves: loss above accuracy, one x axis, one cursor; the run that is shown,
// and beside it those that are compared. Draws what `curve_data.js` lays out.

// Before uPlot: it must not meet a language that the browser cannot format.
import "../../base/locale.js";
import uPlot from "../../vendor/uplot.mjs";
import { chart_options } from "./chart_options.js";
import { chart_columns, curve_data, last_epoch } from "./curve_data.js";
import { describe_curve, readout_text, training_note } from "./curve_words.js";
import { create_curve_downloads } from "./downloads.js";
import { create_epochs_table } from "./epochs_table.js";
import { beside, pinned_runs } from "./pinned.js";
import { create_pins_legend } from "./pins_legend.js";
import { by_id, el, on_theme_change, set_text } from "../../ui/dom.js";
import { term } from "../../ui/term.js";

/** @import { Actions } from "../../app/actions.js" */
/** @import { PageState, View } from "../../app/state.js" */
/** @import { Kind } from "./curve_data.js" */

/** Oftener than this nobody sees the difference. */
const DRAW_EVERY_MS = 80;

/**
 * @typedef {object} Chart
 * @property {Kind} kind
 * @property {HTMLElement} readout
 * @property {HTMLElement} plot
 * @property {HTMLElement} empty
 * @property {uPlot | null} u
 */

/**
 * @param {View<PageState>} view
 * @param {Pick<Actions, "notice">} actions
 */
export function create_charts(view, actions) {
  const root = by_id("charts", HTMLElement);
  const log_switch = by_id("log-loss", HTMLInputElement);
  const show_table = create_epochs_table(by_id("epochs-table", HTMLTableElement));
  const note = by_id("curves-note", HTMLElement);
  const legend = create_pins_legend();
  root.before(legend.element);

  let { run } = view.get();
  let pinned = pinned_runs(view.get());
  let data = curve_data(run, beside(pinned));

  const charts = /** @type {Kind[]} */ (["loss", "accuracy"]).map((kind) => {
    const chart = create_chart(kind);
    root.append(chart.box);
    return /** @type {Chart} */ ({ ...chart, u: null });
  });
  const is_log = (/** @type {Kind} */ kind) => kind === "loss" && log_switch.checked;
  const columns = (/** @type {Kind} */ kind) =>
    /** @type {uPlot.AlignedData} */ (chart_columns(kind, data, is_log(kind)));

  /** @param {Chart} chart */
  const build = (chart) => {
    const { kind, plot } = chart;
    chart.u?.destroy();
    const options = chart_options(kind, is_log(kind), size_of(plot), {
      num_epochs: () => last_epoch(run, data.pinned, view.get().config.epochs),
      run: () => run,
      data: () => data,
      hover: (at) => show_values(at),
    });
    chart.u = new uPlot(options, columns(kind), plot);
  };

  /** @param {number | null} at index of the hovered row */
  const show_values = (at) => {
    for (const { kind, readout } of charts) set_text(readout, readout_text(kind, data, at));
    legend.show_values(at === null ? null : (data.x[at] ?? null));
  };

  const update = () => {
    last_drawn = performance.now();
    data = curve_data(run, beside(pinned));
    for (const { kind, u, empty, plot } of charts) {
      u?.setData(columns(kind));
      empty.hidden = data.x.length > 0;
      const described = describe_curve(kind, run.history, data.stopped, data.pinned);
      plot.setAttribute("aria-label", described);
    }
    const cursor = charts[0]?.u?.cursor;
    show_values((cursor?.left ?? -1) >= 0 ? (cursor?.idx ?? null) : null);
    show_table(run);
    const told = training_note(run);
    note.hidden = told === "";
    set_text(note, told);
  };

  let last_drawn = 0;
  let is_waiting = false;
  const schedule = () => {
    if (is_waiting) return;
    is_waiting = true;
    const wait = Math.max(0, DRAW_EVERY_MS - (performance.now() - last_drawn));
    setTimeout(() => {
      is_waiting = false;
      update();
    }, wait);
  };

  charts.forEach(build);
  // Each plot and not the box of both: a head that wraps takes room from its own.
  const resized = new ResizeObserver(() => {
    for (const { u, plot } of charts) {
      const size = size_of(plot);
      if (u && (u.width !== size.width || u.height !== size.height)) u.setSize(size);
    }
  });
  for (const { plot } of charts) resized.observe(plot);

  const rebuild = () => {
    data = curve_data(run, beside(pinned));
    legend.show(pinned);
    charts.forEach(build);
    update();
  };
  view.watch(["run"], (state) => {
    run = state.run;
    schedule();
  });
  view.watch(["config"], () => {
    if (data.x.length === 0) schedule();
  });
  let lines = "";
  view.watch(["pinned", "runs", "run"], (state) => {
    // Ten times a second while a run is under way: only other lines are drawn anew.
    const now = pinned_runs(state);
    const named = JSON.stringify(
      now.map(({ history, ...line }) => [line, line.is_shown ? 0 : history.length]),
    );
    if (named === lines) return;
    lines = named;
    run = state.run;
    pinned = now;
    rebuild();
  });
  log_switch.addEventListener("change", () => {
    const [loss] = charts;
    if (loss) build(loss);
    update();
  });
  on_theme_change(rebuild);

  create_curve_downloads(actions, () => ({
    run,
    pinned: beside(pinned),
    is_log: log_switch.checked,
  }));

  return {
    /** Switches the loss between log and linear. */
    toggle_log() {
      log_switch.click();
    },
    is_log: () => log_switch.checked,
  };
}

/** A chart's box before anything is drawn in it. @param {Kind} kind */
function create_chart(kind) {
  const readout = el("span", { class: "readout" });
  const plot = el("div", { class: "chart-plot", role: "img" });
  const words =
    kind === "loss"
      ? "The loss will fall here: how wrong the network is, on what it trains on and on what it has never seen."
      : "The share of images read right will rise here, for both parts.";
  const empty = el("p", { class: "chart-empty" }, el("span", {}, words));
  const title =
    kind === "loss" ? [term("Loss", "loss"), " (nats)"] : [term("Accuracy", "accuracy"), " (%)"];
  const head = el("div", { class: "chart-head" }, el("h3", {}, ...title), readout);
  const box = el("div", { class: "chart" }, head, plot, empty);
  return { kind, box, readout, plot, empty };
}

/** @param {HTMLElement} plot */
function size_of(plot) {
  // The plot's own content must not decide how tall it may be.
  return {
    width: Math.max(120, Math.floor(plot.clientWidth)),
    height: Math.max(120, Math.floor(plot.clientHeight)),
  };
}
