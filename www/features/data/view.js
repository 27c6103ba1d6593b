// Part 1, the data: picking, dropping, progress, what was loaded and what it replaced.
// Reads no file itself.

import { has_set } from "../../app/sets.js";
import { by_id, css_value, el, on_theme_change, set_text } from "../../ui/dom.js";
import { digit_at, digit_image } from "../../ui/digit.js";
import * as format from "../../base/format.js";

/** @import { Actions } from "../../app/actions.js" */
/** @import { PageState, View } from "../../app/state.js" */
/** @import { Images } from "../../engine/custody.js" */

/** Images in the strip, and how many of them stand side by side. */
const STRIP_SIZE = 20;
const STRIP_COLUMNS = 10;
const STRIP_CELL = 64;
const STRIP_ROW = 82;

/**
 * @param {View<PageState>} state
 * @param {Pick<Actions, "load_files" | "load_set" | "cancel_load" | "undo_load" | "images">} actions
 */
export function create_data_view(state, actions) {
  const picker = by_id("mnist-csv", HTMLInputElement);
  const status = by_id("data-status", HTMLElement);
  const loading = by_id("loading", HTMLElement);
  const bar = by_id("load-progress", HTMLProgressElement);
  const figures = by_id("load-figures", HTMLElement);
  const view = by_id("data-view", HTMLElement);
  const sample = by_id("load-sample", HTMLButtonElement);
  const mnist = by_id("load-mnist", HTMLButtonElement);
  const replaced = by_id("replaced", HTMLElement);
  const undo = by_id("undo-load", HTMLButtonElement);

  picker.addEventListener("change", () => {
    const files = Array.from(picker.files ?? []);
    // The same file, mended, must be pickable again.
    picker.value = "";
    if (files.length) actions.load_files(files);
  });
  sample.addEventListener("click", () => actions.load_set("sample"));
  mnist.addEventListener("click", () => actions.load_set("mnist"));
  by_id("cancel-load", HTMLButtonElement).addEventListener("click", () => actions.cancel_load());
  undo.addEventListener("click", () => {
    actions.undo_load();
    if (replaced.hidden) picker.focus({ preventScroll: true });
  });

  state.watch(["loading"], ({ loading: now }) => {
    loading.hidden = !now;
    sample.disabled = mnist.disabled = now !== null;
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
    const loaded = data
      ? `${data.name}: ${format.counted(data.num_rows, "row")}${data.has_labels ? "" : ", without labels"}.`
      : "";
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
  state.watch(["data", "plan"], ({ data, plan }) => {
    if (!data) return;
    if (plan && plan.num_train > 0) {
      draw_balance(balance, [
        ["train", `Training · ${format.count(plan.num_train)}`, plan.train_counts],
        ["valid", `Validation · ${format.count(plan.num_validation)}`, plan.validation_counts],
      ]);
    } else {
      draw_balance(balance, [["train", "All", data.class_counts]]);
    }
  });

  // The real set need not be there.
  void has_set("mnist").then((is_there) => {
    if (is_there) mnist.hidden = false;
  });
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
 * Ten bars with their counts for each part of the split: a table that is a chart.
 * @param {HTMLTableElement} table
 * @param {[string, string, readonly number[]][]} parts class, name, counts
 */
function draw_balance(table, parts) {
  const head = table.tHead ?? table.createTHead();
  if (!head.rows.length) {
    const cells = Array.from({ length: 10 }, (_, digit) => el("th", { scope: "col" }, `${digit}`));
    head.append(el("tr", {}, ...cells));
  }
  const body = table.tBodies[0] ?? table.createTBody();
  body.replaceChildren(
    ...parts.flatMap(([kind, name, counts]) => {
      const most = Math.max(1, ...counts);
      const cells = Array.from({ length: 10 }, (_, digit) => {
        const value = counts[digit] ?? 0;
        const bar = el("span", { class: "bar" });
        bar.style.height = `${Math.round((value / most) * 22)}px`;
        return el("td", {}, bar, format.count(value));
      });
      const title = el("th", { class: "part-name", colspan: 10, scope: "rowgroup" }, name);
      return [el("tr", {}, title), el("tr", { class: kind }, ...cells)];
    }),
  );
}

/**
 * Twenty digits of the data with their labels.
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
    tile.width = tile.height = 28;
    const pen = tile.getContext("2d");
    if (!pen) return;
    context.textAlign = "center";
    context.font = `600 20px ${getComputedStyle(document.body).fontFamily}`;
    context.fillStyle = css_value("--soft");
    for (let at = 0; at < pixels.length / 784; at++) {
      pen.putImageData(digit_image(digit_at(pixels, at)), 0, 0);
      const x = (at % STRIP_COLUMNS) * STRIP_CELL;
      const y = Math.floor(at / STRIP_COLUMNS) * STRIP_ROW;
      context.drawImage(tile, x + 2, y, STRIP_CELL - 4, STRIP_CELL - 4);
      if (labels.length)
        context.fillText(String(labels[at]), x + STRIP_CELL / 2, y + STRIP_ROW - 2);
    }
    const list = labels.length ? `, labelled ${Array.from(labels).join(", ")}` : "";
    canvas.setAttribute("aria-label", `${pixels.length / 784} images of the data${list}`);
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
