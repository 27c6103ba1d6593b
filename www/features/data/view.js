// Part 1, the data: picking, dropping, progress, what was loaded and what it replaced.
// Reads no file itself.

import { fetched_sets } from "../../app/sets.js";
import { by_id, css_value, el, on_theme_change, set_text } from "../../ui/dom.js";
import { digit_at, digit_image } from "../../ui/digit.js";
import { message_of } from "../../base/fault.js";
import * as format from "../../base/format.js";
import { loaded_once } from "../../base/loading.js";
import { SAMPLE } from "../../base/sets.js";
import { understood_words } from "../../base/source_words.js";
import { class_name, class_noun, num_pixels_of, task_of } from "../../base/task.js";

/** @import { DataSummary, NormalisationSummary } from "../../pkg/ndarray/inkling.js" */
/** @import { Actions } from "../../app/actions.js" */
/** @import { PageState, View } from "../../app/state.js" */
/** @import { Images } from "../../engine/custody.js" */

/** Images in the strip, and how many of them stand side by side. */
const STRIP_SIZE = 20;
const STRIP_COLUMNS = 10;
/** Classes side by side in the table of their counts. */
const BALANCE_COLUMNS = 10;
const STRIP_CELL = 64;
const STRIP_ROW = 82;

/**
 * @param {View<PageState>} state
 * @param {Actions} actions
 */
export function create_data_view(state, actions) {
  const picker = by_id("mnist-csv", HTMLInputElement);
  const status = by_id("data-status", HTMLElement);
  const loading = by_id("loading", HTMLElement);
  const bar = by_id("load-progress", HTMLProgressElement);
  const figures = by_id("load-figures", HTMLElement);
  const view = by_id("data-view", HTMLElement);
  const sample = by_id("load-sample", HTMLButtonElement);
  /** Of the sets that this site was built with. @type {HTMLButtonElement[]} */
  const presses = [sample];
  const replaced = by_id("replaced", HTMLElement);
  const undo = by_id("undo-load", HTMLButtonElement);

  picker.addEventListener("change", () => {
    const files = Array.from(picker.files ?? []);
    // The same file, mended, must be pickable again.
    picker.value = "";
    if (files.length) actions.load_files(files);
  });
  sample.addEventListener("click", () => actions.load_set(SAMPLE));
  by_id("cancel-load", HTMLButtonElement).addEventListener("click", () => actions.cancel_load());
  undo.addEventListener("click", () => {
    actions.undo_load();
    if (replaced.hidden) picker.focus({ preventScroll: true });
  });

  state.watch(["loading"], ({ loading: now }) => {
    loading.hidden = !now;
    for (const press of presses) press.disabled = now !== null;
    if (!now) {
      set_text(figures, "");
      return;
    }
    const progress = now.progress;
    bar.value = progress && progress.total_bytes > 0 ? progress.bytes / progress.total_bytes : 0;
    set_text(
      figures,
      progress
        ? `${format.bytes(progress.bytes)} of ${format.bytes(progress.total_bytes)} · ${format.counted(progress.rows, "row")}`
        : `Opening ${now.name}`,
    );
  });

  state.watch(["data", "data_error"], ({ data, data_error }) => {
    const loaded = data ? loaded_words(data) : "";
    status.classList.toggle("wrong", data_error !== "");
    if (data_error) {
      status.replaceChildren(
        data_error,
        el("span", { class: "kept" }, data ? ` Still loaded: ${loaded}` : " No data is loaded."),
      );
    } else {
      set_text(status, loaded || "No data yet.");
    }
    view.hidden = !data;
    by_id("data-empty", HTMLElement).hidden = data !== null;
  });

  state.watch(["data", "data_before", "loading"], ({ data, data_before, loading: now }) => {
    replaced.hidden = data === null || data_before === null || now !== null;
    if (data && data_before) {
      set_text(by_id("replaced-told", HTMLElement), `Replaced ${named(data_before, data)}.`);
    }
  });

  const strip = create_strip(state, actions);
  state.watch(["data"], () => void strip.begin());
  by_id("strip-more", HTMLButtonElement).addEventListener("click", () => void strip.next());
  on_theme_change(() => strip.redraw());

  const balance = by_id("balance", HTMLTableElement);
  const normalisation = by_id("normalisation", HTMLElement);
  state.watch(["data", "plan"], ({ data, plan }) => {
    // MNIST's is MNIST's, and nothing to read about.
    const own = plan?.normalisation;
    normalisation.hidden = !data || !own || task_of(data).normalisation !== undefined;
    if (own && !normalisation.hidden) set_text(normalisation, normalisation_words(own));
  });
  state.watch(["data", "plan"], ({ data, plan }) => {
    if (!data) return;
    const { classes } = task_of(data);
    const is_of_data = plan?.train_counts.length === data.class_counts.length;
    if (plan && is_of_data && plan.num_train > 0) {
      draw_balance(balance, classes, [
        ["train", `Training · ${format.count(plan.num_train)}`, plan.train_counts],
        ["valid", `Validation · ${format.count(plan.num_validation)}`, plan.validation_counts],
      ]);
    } else {
      draw_balance(balance, classes, [["train", "All", data.class_counts]]);
    }
  });

  // What is asked, warned of and named has its place once there is something.
  const understanding = loaded_once(
    async () =>
      (await import("./understanding.js")).create_understanding_views(state, actions),
    (error) =>
      actions.notice(`What was found in the data could not be shown: ${message_of(error)}`),
  );
  state.watch(["data", "question"], ({ data, question }) => {
    // What went wrong has been said.
    if (data || question) understanding().catch(() => {});
  });

  void fetched_sets().then((sets) => {
    for (const { name, title } of sets) {
      const press = el("button", { type: "button" }, `Load ${title}`);
      press.disabled = state.get().loading !== null;
      press.addEventListener("click", () => actions.load_set(name));
      presses.push(press);
      by_id("other-sets", HTMLElement).append(press);
    }
  });
}

/**
 * How the pixels of a set are normalised that has its own mean and deviation.
 * @param {NormalisationSummary} own
 */
function normalisation_words({ mean, deviation }) {
  const [m, s] = [mean, deviation].map((share) => share.toFixed(4));
  return `Pixels are normalised by the training part’s mean and deviation: (pixel / 255 − ${m}) / ${s}.`;
}

/**
 * The loaded data in a line: its rows, and what is not as in plain MNIST.
 * @param {DataSummary} data
 */
function loaded_words(data) {
  const labels = data.has_labels ? "" : ", without labels";
  return `${data.name}: ${format.counted(data.num_rows, "row")}${labels}.${understood_words(data)}`;
}

/**
 * A set that was replaced, told from one of the same name by its rows.
 * @param {{ name: string, num_rows: number }} before
 * @param {{ name: string }} now
 */
function named(before, now) {
  const rows = `, ${format.counted(before.num_rows, "row")}`;
  return `${before.name}${before.name === now.name ? rows : ""}`;
}

/**
 * A bar with its count for each class and part of the split: a table that is a chart,
 * ten classes to a row.
 * @param {HTMLTableElement} table
 * @param {readonly string[]} classes
 * @param {[string, string, readonly number[]][]} parts class, name, counts
 */
function draw_balance(table, classes, parts) {
  if (table.caption) set_text(table.caption, `Images of each ${class_noun(classes)}`);
  const columns = Math.min(classes.length, BALANCE_COLUMNS);
  const is_one_row = classes.length <= BALANCE_COLUMNS;
  const places = classes.map((_, at) => at);
  const names = (/** @type {number[]} */ some) =>
    some.map((at) => {
      const name = class_name(classes, at);
      return el("th", { scope: "col", title: name }, name);
    });
  const head = table.tHead ?? table.createTHead();
  head.replaceChildren(...(is_one_row ? [el("tr", {}, ...names(places))] : []));
  const body = table.tBodies[0] ?? table.createTBody();
  body.replaceChildren(
    ...parts.flatMap(([kind, name, counts]) => {
      const most = Math.max(1, ...counts);
      const title = el("th", { class: "part-name", colspan: columns, scope: "rowgroup" }, name);
      const rows = [el("tr", {}, title)];
      for (let from = 0; from < classes.length; from += columns) {
        const some = places.slice(from, from + columns);
        const cells = some.map((at) => {
          const value = counts[at] ?? 0;
          const bar = el("span", { class: "bar" });
          bar.style.height = `${Math.round((value / most) * 22)}px`;
          return el("td", {}, bar, format.count(value));
        });
        if (!is_one_row) rows.push(el("tr", { class: "names" }, ...names(some)));
        rows.push(el("tr", { class: kind }, ...cells));
      }
      return rows;
    }),
  );
}

/**
 * Twenty pictures of the data with their labels.
 * @param {View<PageState>} state
 * @param {Pick<Actions, "images">} actions
 */
function create_strip(state, actions) {
  const canvas = by_id("strip", HTMLCanvasElement);
  let page = 0;
  /** @type {Images | null} */
  let shown = null;

  const redraw = () => {
    const context = canvas.getContext("2d");
    if (!context || !shown) return;
    canvas.width = STRIP_COLUMNS * STRIP_CELL;
    canvas.height = (STRIP_SIZE / STRIP_COLUMNS) * STRIP_ROW;
    const { pixels, labels } = shown;
    const tile = document.createElement("canvas");
    const size = num_pixels_of(state.get().data);
    const { side, classes } = task_of(state.get().data);
    tile.width = tile.height = side;
    const pen = tile.getContext("2d");
    if (!pen) return;
    context.textAlign = "center";
    context.font = `600 20px ${getComputedStyle(document.body).fontFamily}`;
    context.fillStyle = css_value("--soft");
    const names = Array.from(labels, (label) => class_name(classes, label));
    const width_of = (/** @type {string} */ text) => context.measureText(text).width;
    for (let at = 0; at < pixels.length / size; at++) {
      pen.putImageData(digit_image(digit_at(pixels, at, size)), 0, 0);
      const x = (at % STRIP_COLUMNS) * STRIP_CELL;
      const y = Math.floor(at / STRIP_COLUMNS) * STRIP_ROW;
      context.drawImage(tile, x + 2, y, STRIP_CELL - 4, STRIP_CELL - 4);
      const name = names[at];
      const fitting = name && format.cut_to_fit(name, STRIP_CELL - 4, width_of);
      if (fitting) context.fillText(fitting, x + STRIP_CELL / 2, y + STRIP_ROW - 4);
    }
    const list = names.length ? `, labelled ${names.join(", ")}` : "";
    canvas.setAttribute("aria-label", `${pixels.length / size} images of the data${list}`);
  };

  /** The images of other data are shown no longer. */
  const clear = () => {
    shown = null;
    canvas.getContext("2d")?.clearRect(0, 0, canvas.width, canvas.height);
    canvas.setAttribute("aria-label", "Images of the data");
  };

  /** @param {number} to */
  const show = async (to) => {
    page = to;
    const { data } = state.get();
    if (!data) return;
    const is_wanted = () => state.get().data === data && page === to;
    const size = Math.min(STRIP_SIZE, data.num_rows);
    // Spread over the file; each page begins a little further on.
    const stride = Math.max(1, Math.floor(data.num_rows / size));
    const rows = Array.from({ length: size }, (_, at) => (at * stride + page * 7) % data.num_rows);
    try {
      const images = await actions.images(rows);
      if (!is_wanted()) return;
      shown = images;
      redraw();
    } catch {
      // The images are an extra: whoever needs the data tells why it is gone.
      if (is_wanted()) canvas.setAttribute("aria-label", "The images could not be shown");
    }
  };

  return {
    redraw,
    next: () => show(page + 1),
    /** Shows the first images of the data that is loaded now. */
    begin() {
      clear();
      return show(0);
    },
  };
}
