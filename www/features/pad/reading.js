// What the network sees on the pad and makes of it: its pixels, a bar for each class or
// the ten likeliest, and the answer in words, also while it is training.

import { Cancelled, Refused, message_of, sentence_of } from "../../base/fault.js";
import * as format from "../../base/format.js";
import { top_digit } from "../../base/ink.js";
import { MNIST_TASK, class_name, class_noun, task_of } from "../../base/task.js";
import { epoch_words, model_task } from "../../app/state.js";
import { digit_image, side_of } from "../../ui/digit.js";
import { announce, by_id, el, set_text } from "../../ui/dom.js";
import { PAPER_SIDE } from "./picture.js";

/** @import { Actions } from "../../app/actions.js" */
/** @import { PageState, View } from "../../app/state.js" */
/** @import { InkReading } from "../../engine/custody.js" */
/** @import { Drawing } from "./strokes.js" */

/** While training goes on, the same ink is read again this often. */
const REREAD_MS = 200;
/** Bars that stand below each other; of more classes the likeliest are shown. */
const MOST_BARS = 10;
/** A screen reader hears of a reading once the pen has rested this long. */
const REST_MS = 1200;

/** @typedef {Pick<Actions, "predict_ink" | "predict_strokes">} ReadingActions */

/**
 * @param {View<PageState>} view
 * @param {ReadingActions} actions
 * @param {Drawing} drawing
 * @param {() => void} on_read after each reading, and once the pad is empty
 */
export function create_reading(view, actions, drawing, on_read) {
  const preview = by_id("preview", HTMLCanvasElement);
  const prediction = by_id("prediction", HTMLElement);
  const list = by_id("bars", HTMLElement);
  let bars = build_bars(list, MNIST_TASK.classes);
  prediction.setAttribute("aria-live", "off");

  /** @type {(InkReading & Pick<PageState, "looked_back">) | null} */
  let reading = null;
  /** Why something did not go on the pad, until there is other ink. */
  let told = "";
  /** Why what is on it could not be read, until it can. */
  let unread = "";

  // One request under way, and the newest ink after it. What was asked before the pad
  // was emptied is no reading of what is drawn since.
  let is_asking = false;
  let num_emptied = 0;
  let is_stale = false;
  let last_asked = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let later;

  const ask = async () => {
    clearTimeout(later);
    if (!drawing.has_ink) {
      num_emptied += 1;
      is_stale = false;
      prediction.ariaBusy = "false";
      reading = null;
      unread = "";
      show();
      on_read();
      announce("The pad is empty.");
      return;
    }
    if (is_asking) {
      is_stale = true;
      return;
    }
    is_asking = true;
    is_stale = false;
    prediction.ariaBusy = "true";
    last_asked = performance.now();
    const asked_after = num_emptied;
    try {
      const { looked_back } = view.get();
      const found = await request(drawing, actions);
      if (num_emptied === asked_after) {
        reading = found && { ...found, looked_back };
        unread = "";
        show();
        on_read();
      }
    } catch (error) {
      if (num_emptied === asked_after && !(error instanceof Cancelled)) {
        reading = null;
        unread = why_unread(error);
        show();
        announce(unread);
      }
    } finally {
      is_asking = false;
    }
    if (is_stale) void ask();
    // What is said is of the newest ink.
    else prediction.ariaBusy = "false";
  };

  const ask_again = () => {
    const wait = REREAD_MS - (performance.now() - last_asked);
    clearTimeout(later);
    if (wait <= 0) void ask();
    else later = setTimeout(ask, wait);
  };

  /** @param {string} sentence */
  const tell = (sentence) => {
    told = sentence;
    set_text(prediction, told);
    announce(told);
  };

  const show = () => {
    const { model, data } = view.get();
    const task = model ? model_task(model) : task_of(data);
    const classes = reading?.classes ?? task.classes;
    const pixels = reading?.pixels ?? new Uint8Array(task.side * task.side);
    const side = side_of(pixels);
    if (preview.width !== side) {
      preview.width = preview.height = side;
      preview.setAttribute("aria-label", `The ${side} × ${side} pixels the network sees`);
    }
    preview.getContext("2d")?.putImageData(digit_image(pixels), 0, 0);
    const probabilities = reading?.probabilities ?? null;
    const top = probabilities ? top_digit(probabilities) : -1;
    if (bars.classes.join("\n") !== classes.join("\n")) bars = build_bars(list, classes);
    const places = shown_classes(probabilities, classes.length);
    bars.rows.forEach(({ row, name, fill, share }, at) => {
      const place = places[at] ?? at;
      const value = probabilities?.[place] ?? 0;
      fill.style.width = `${(value * 100).toFixed(1)}%`;
      set_text(name, class_name(classes, place));
      set_text(share, probabilities ? format.percent(value, 1) : "");
      row.classList.toggle("top-digit", place === top);
    });
    const why = told || unread;
    if (why) set_text(prediction, why);
    else if (!reading) set_text(prediction, words_of_empty(view.get().model !== null));
    else if (!probabilities) {
      set_text(prediction, "Nothing is trained yet, so it cannot be read. Press Train.");
    } else {
      const sure = format.percent(probabilities[top] ?? 0, 1);
      const said = class_name(classes, top);
      const when = reading.looked_back ? ` as of ${epoch_words(reading.looked_back)}` : "";
      show_digit(prediction, said, `with ${sure}${when}`);
      announce(`It reads ${said}, ${sure}${when}`, REST_MS);
    }
  };

  /** @type {unknown[]} */
  let seen = [];
  view.watch(["run", "model", "data", "looked_back"], ({ run, model, data, looked_back }) => {
    const now = [model, run.progress, run.result, run.history.length, data, looked_back];
    if (now.every((part, at) => part === seen[at])) return;
    seen = now;
    if (drawing.has_ink) ask_again();
    else show();
  });

  return {
    /** The ink is another. */
    update() {
      told = "";
      void ask();
    },
    tell,
    show,
    /** What was last read; `null` for an empty pad. */
    reading: () => reading,
    /** The pixels as last read; `null` for an empty pad. */
    pixels: () => reading?.pixels ?? null,
    /** The pixels of what is drawn now, also where it is not read yet; `null` for an empty pad. */
    async pixels_now() {
      const is_read = reading !== null && !is_asking;
      const read = drawing.has_ink && !is_read ? await request(drawing, actions) : reading;
      return read?.pixels ?? null;
    },
  };
}

/**
 * @param {Drawing} drawing
 * @param {ReadingActions} actions
 */
function request(drawing, actions) {
  const ink = drawing.ink();
  return ink.paper && ink.lengths.length === 0
    ? actions.predict_ink(ink.paper, PAPER_SIDE, PAPER_SIDE)
    : actions.predict_strokes(ink);
}

/** @param {unknown} error */
function why_unread(error) {
  if (error instanceof Refused) return sentence_of(error);
  return `The drawing could not be read: ${message_of(error)}`;
}

/** @param {boolean} has_model */
function words_of_empty(has_model) {
  return has_model ? "The pad is empty." : "The pad is empty, and nothing is trained yet.";
}

/**
 * @param {HTMLElement} prediction
 * @param {string} digit
 * @param {string} sure
 */
function show_digit(prediction, digit, sure) {
  const large = prediction.querySelector(".digit");
  const beside = prediction.querySelector(".sure");
  if (large && beside) {
    set_text(large, digit);
    set_text(beside, sure);
  } else {
    prediction.replaceChildren(
      el("span", { class: "digit" }, digit),
      " ",
      el("span", { class: "sure" }, sure),
    );
  }
}

/**
 * Which classes the bars are of: all in their order, or the likeliest of many.
 * @param {Float32Array | null} probabilities
 * @param {number} num_classes
 */
function shown_classes(probabilities, num_classes) {
  const places = Array.from({ length: num_classes }, (_, at) => at);
  if (num_classes <= MOST_BARS || !probabilities) return places.slice(0, MOST_BARS);
  const share = (/** @type {number} */ at) => probabilities[at] ?? 0;
  return places.sort((a, b) => share(b) - share(a) || a - b).slice(0, MOST_BARS);
}

/** @param {HTMLElement} list @param {readonly string[]} classes */
function build_bars(list, classes) {
  const noun = class_noun(classes);
  const is_some = classes.length > MOST_BARS;
  const whose = is_some ? "the ten likeliest classes" : `each ${noun}`;
  list.setAttribute("aria-label", `Probability of ${whose}`);
  const longest = Math.max(...classes.map((name) => name.length));
  list.classList.toggle("short", longest <= 2);
  list.style.setProperty("--name", longest > 1 ? `${Math.min(longest + 1, 12)}ch` : "14px");
  const rows = Array.from({ length: Math.min(classes.length, MOST_BARS) }, (_, at) => {
    const name = el("span", { class: "name" }, class_name(classes, at));
    const fill = el("span", { class: "fill" });
    const share = el("span", { class: "share" });
    const row = el("li", {}, name, el("span", { class: "track" }, fill), share);
    return { row, name, fill, share };
  });
  list.replaceChildren(...rows.map(({ row }) => row));
  return { classes, rows };
}
