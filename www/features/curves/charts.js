// Part 4, the curves: loss above accuracy, one x axis, one cursor. Draws what
// `curve_data.js` lays out; downloads through `curve_files.js`.

// Before uPlot: it must not meet a language that the browser cannot format.
import "../../base/locale.js";
import uPlot from "../../vendor/uplot.mjs";
import { accuracy_range, best_epoch, curve_data, describe_curve } from "./curve_data.js";
import { by_id, css_value, el, on_theme_change, set_text } from "../../ui/dom.js";
import * as format from "../../base/format.js";

/** @import { CurveData } from "./curve_data.js" */
/** @import { EpochRecord } from "../../pkg/ndarray/inkling.js" */
/** @import { PageState, RunState, Store } from "../../app/state.js" */

/** Room for the names at the lines' ends, CSS pixels. */
const END_LABELS = 66;
const Y_AXIS = 52;
/** Oftener than this nobody sees the difference. */
const DRAW_EVERY_MS = 80;

/** @typedef {"loss" | "accuracy"} Kind */

/**
 * @typedef {object} Chart
 * @property {Kind} kind
 * @property {HTMLElement} box
 * @property {HTMLElement} readout
 * @property {HTMLElement} plot
 * @property {HTMLElement} empty
 * @property {uPlot | null} u
 */

/** @param {Store<PageState>} store */
export function create_charts(store) {
  const root = by_id("charts", HTMLElement);
  const log_switch = by_id("log-loss", HTMLInputElement);
  const table = by_id("epochs-table", HTMLTableElement);
  let run = store.get().run;
  let data = curve_data(run);

  const charts = /** @type {Kind[]} */ (["loss", "accuracy"]).map((kind) => {
    const readout = el("span", { class: "readout" });
    const plot = el("div", { class: "chart-plot", role: "img" });
    const words = el(
      "span",
      {},
      kind === "loss"
        ? "The loss will fall here: how wrong the network is, on what it trains on and on what it has never seen."
        : "The share of digits read right will rise here, for both parts.",
    );
    const empty = el("p", { class: "chart-empty" }, words);
    const title = kind === "loss" ? "Loss (nats)" : "Accuracy (%)";
    const head = el("div", { class: "chart-head" }, el("h3", {}, title), readout);
    const box = el("div", { class: "chart" }, head, plot, empty);
    root.append(box);
    /** @type {Chart} */
    const chart = { kind, box, readout, plot, empty, u: null };
    return chart;
  });

  const num_epochs = () =>
    Math.max(1, run.progress?.num_epochs ?? run.config?.epochs ?? store.get().config.epochs) || 10;

  /** @param {Chart} chart */
  const build = (chart) => {
    chart.u?.destroy();
    const size = size_of(chart.plot);
    const is_log = chart.kind === "loss" && log_switch.checked;
    chart.u = new uPlot(
      options(chart.kind, is_log, size, {
        num_epochs,
        run: () => run,
        data: () => data,
        hover: (at) => show_readout(at),
      }),
      columns(chart.kind, data),
      chart.plot,
    );
  };

  /** @param {number | null} at index of the hovered row */
  const show_readout = (at) => {
    for (const { kind, readout } of charts) set_text(readout, readout_text(kind, data, at));
  };

  const update = () => {
    last_drawn = performance.now();
    data = curve_data(run);
    for (const chart of charts) {
      chart.u?.setData(columns(chart.kind, data));
      chart.empty.hidden = data.x.length > 0;
      chart.plot.setAttribute("aria-label", describe_curve(chart.kind, run.history));
    }
    const hovered = charts[0]?.u?.cursor.idx;
    const left = charts[0]?.u?.cursor.left ?? -1;
    show_readout(left >= 0 && hovered != null ? hovered : null);
    fill_table(table, run);
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

  store.watch(["run"], ({ run: now }) => {
    run = now;
    schedule();
  });
  store.watch(["config"], () => {
    if (data.x.length === 0) schedule();
  });
  log_switch.addEventListener("change", () => {
    const loss = charts[0];
    if (loss) build(loss);
    update();
  });
  on_theme_change(() => charts.forEach(build));

  return {
    /** Switches the loss between log and linear. */
    toggle_log() {
      log_switch.click();
    },
    is_log: () => log_switch.checked,
  };
}

/** @param {HTMLElement} plot */
function size_of(plot) {
  // The plot's own content must not decide how tall it may be.
  return {
    width: Math.max(120, Math.floor(plot.clientWidth)),
    height: Math.max(120, Math.floor(plot.clientHeight)),
  };
}

/**
 * @param {Kind} kind
 * @param {CurveData} data
 * @returns {uPlot.AlignedData}
 */
function columns(kind, data) {
  if (data.x.length === 0) return [[0], [null], [null], [null]];
  return kind === "loss"
    ? [data.x, data.running_loss, data.train_loss, data.validation_loss]
    : [data.x, data.running_accuracy, data.train_accuracy, data.validation_accuracy];
}

/**
 * @typedef {object} ChartSource
 * @property {() => number} num_epochs
 * @property {() => RunState} run
 * @property {() => CurveData} data
 * @property {(at: number | null) => void} hover
 */

/**
 * @param {Kind} kind
 * @param {boolean} is_log
 * @param {{ width: number, height: number }} size
 * @param {ChartSource} source
 * @returns {uPlot.Options}
 */
function options(kind, is_log, size, source) {
  const train = css_value("--train");
  const valid = css_value("--valid");
  const soft = css_value("--soft");
  const paper = css_value("--paper");
  const grid = { stroke: css_value("--grid"), width: 1 };
  const font = `12px ${getComputedStyle(document.body).fontFamily}`;
  const axis = { stroke: soft, font, grid, ticks: { show: false } };
  return {
    ...size,
    legend: { show: false },
    padding: [8, END_LABELS, 0, 0],
    cursor: {
      sync: { key: "inkling-curves", setSeries: false },
      drag: { x: false, y: false },
      points: { size: 7, width: 2, fill: paper },
      y: false,
    },
    scales: {
      x: { time: false, range: () => [0, source.num_epochs()] },
      y: is_log
        ? { distr: 3, range: (_, low, high) => log_range(low, high) }
        : {
            range: (_, low, high) =>
              kind === "loss" ? loss_range(high) : accuracy_range(source.data(), low),
          },
    },
    axes: [
      {
        ...axis,
        size: 24,
        gap: 4,
        incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500],
        space: 44,
        values: (_, splits) => splits.map((value) => `${value}`),
      },
      {
        ...axis,
        size: Y_AXIS,
        gap: 6,
        space: 32,
        values: (_, splits) =>
          splits.map((value) =>
            value == null ? "" : kind === "loss" ? plain(value) : plain(value * 100),
          ),
      },
    ],
    series: [
      {},
      { stroke: css_value("--faint-train"), width: 1, points: { show: false } },
      { stroke: train, width: 2, spanGaps: true, points: { show: true, size: 4, fill: train } },
      {
        stroke: valid,
        width: 2,
        dash: [6, 4],
        spanGaps: true,
        points: { show: true, size: 7, width: 2, fill: paper, stroke: valid },
      },
    ],
    hooks: {
      draw: [(u) => draw_marks(u, kind, source, { train, valid, soft, font })],
      setCursor: [(u) => source.hover((u.cursor.left ?? -1) >= 0 ? (u.cursor.idx ?? null) : null)],
    },
  };
}

/** @param {number | null} high @returns {[number, number]} */
function loss_range(high) {
  return [0, high == null || !(high > 0) ? 2.5 : high * 1.05];
}

/** @param {number | null} low @param {number | null} high @returns {[number, number]} */
function log_range(low, high) {
  if (low == null || high == null || !(low > 0)) return [0.05, 3];
  return [low * 0.85, high * 1.15];
}

/** A round tick without trailing noise. @param {number} value */
function plain(value) {
  return value >= 1e4 ? value.toExponential(0) : `${Number(value.toPrecision(6))}`;
}

/**
 * The best epoch's line and the names at the lines' ends.
 * @param {uPlot} u
 * @param {Kind} kind
 * @param {ChartSource} source
 * @param {{ train: string, valid: string, soft: string, font: string }} look
 */
function draw_marks(u, kind, source, look) {
  const { history } = source.run();
  const { ctx } = u;
  const ratio = devicePixelRatio;
  const { left, top, width, height } = u.bbox;
  ctx.save();
  ctx.font = look.font.replace("12px", `${12 * ratio}px`);

  const best = best_epoch(history);
  if (best && history.length > 1) {
    const x = Math.round(u.valToPos(best.epoch, "x", true));
    ctx.strokeStyle = look.soft;
    ctx.lineWidth = ratio;
    ctx.setLineDash([2 * ratio, 3 * ratio]);
    ctx.beginPath();
    ctx.moveTo(x, top);
    ctx.lineTo(x, top + height);
    ctx.stroke();
    ctx.setLineDash([]);
    if (kind === "accuracy") {
      ctx.fillStyle = look.soft;
      const on_left = x > left + width / 2;
      ctx.textAlign = on_left ? "right" : "left";
      ctx.textBaseline = "bottom";
      ctx.fillText(
        `best: epoch ${best.epoch}`,
        x + (on_left ? -6 : 6) * ratio,
        top + height - 6 * ratio,
      );
    }
  }

  if (kind === "accuracy") {
    ctx.fillStyle = look.soft;
    ctx.textAlign = "left";
    ctx.textBaseline = "top";
    ctx.fillText("epoch", left + width + 14 * ratio, top + height + 4 * ratio);
  }

  const last = history[history.length - 1];
  if (last) {
    const ends = [
      { text: "training", colour: look.train, value: last[`train_${kind}`] },
      { text: "validation", colour: look.valid, value: last[`validation_${kind}`] },
    ]
      .filter(({ value }) => Number.isFinite(value))
      .map((end) => ({ ...end, y: u.valToPos(end.value, "y", true) }))
      .sort((a, b) => a.y - b.y);
    const apart = 15 * ratio;
    const [upper, lower] = ends;
    if (upper && lower && lower.y - upper.y < apart) {
      const middle = (upper.y + lower.y) / 2;
      upper.y = middle - apart / 2;
      lower.y = middle + apart / 2;
    }
    // Neither above the plot nor into the axis.
    const lowest = top + height - 6 * ratio;
    const over = Math.max(0, (lower ?? upper)?.y ? (lower ?? upper).y - lowest : 0);
    ctx.textAlign = "left";
    ctx.textBaseline = "middle";
    const x = u.valToPos(last.epoch, "x", true) + 8 * ratio;
    for (const { text, colour, y } of ends) {
      ctx.fillStyle = colour;
      ctx.fillText(text, x, Math.max(top + 6 * ratio, y - over));
    }
  }
  ctx.restore();
}

/**
 * @param {Kind} kind
 * @param {CurveData} data
 * @param {number | null} at hovered row; without one, the last epoch
 */
function readout_text(kind, data, at) {
  const show = kind === "loss" ? format.loss : (/** @type {number} */ v) => format.percent(v);
  let row = at ?? -1;
  if (at === null) {
    for (let i = data.record.length - 1; i >= 0 && row < 0; i--) if (data.record[i]) row = i;
    if (row < 0) row = data.x.length - 1;
  }
  const x = data.x[row];
  const step = data.step[row];
  if (x === undefined || step === undefined) return "";
  const record = data.record[row];
  const place = `epoch ${Number(x.toFixed(2))} · step ${format.count(step)}`;
  if (record) {
    return (
      `${place} · training ${show(record[`train_${kind}`])}` +
      ` · validation ${show(record[`validation_${kind}`])}`
    );
  }
  const running = (kind === "loss" ? data.running_loss : data.running_accuracy)[row];
  return running == null ? place : `${place} · training so far ${show(running)}`;
}

/** What the table shows. @type {{ first: EpochRecord | undefined, best: EpochRecord | null }} */
let tabled = { first: undefined, best: null };

/**
 * @param {HTMLTableElement} table
 * @param {RunState} run
 */
function fill_table(table, { history }) {
  const body = table.tBodies[0];
  if (!body) return;
  const best = best_epoch(history);
  // Rows are added at the end; another run or another best epoch begins anew.
  if (history[0] !== tabled.first || best !== tabled.best) body.replaceChildren();
  tabled = { first: history[0], best };
  for (const record of history.slice(body.rows.length)) {
    const cells = [
      format.count(record.step),
      format.loss(record.train_loss),
      format.loss(record.validation_loss),
      format.percent(record.train_accuracy),
      format.percent(record.validation_accuracy),
      format.duration(record.elapsed_secs),
    ];
    const is_best = record.epoch === best?.epoch && history.length > 1;
    body.append(
      el(
        "tr",
        { class: is_best ? "best" : "" },
        el("th", { scope: "row" }, `${record.epoch}`),
        ...cells.map((text) => el("td", {}, text)),
      ),
    );
  }
}
