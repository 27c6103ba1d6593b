// Part 5, the pad: strokes by mouse, pen, touch or keyboard, the 28 × 28 that the
// network sees of them, and its ten probabilities, also while it is training.

import { digit_image } from "../data/view.js";
import { announce, by_id, css_value, el, on_theme_change, set_text } from "../../ui/dom.js";
import * as format from "../../base/format.js";
import { ink_of_picture, is_blank, top_digit } from "../../base/ink.js";
import { has_model } from "../../app/state.js";

/** @import { Point } from "../../base/ink.js" */
/** @import { PageState, Store } from "../../app/state.js" */
/** @import { InkReading } from "../../worker/worker.js" */

/** Side of the raster that the engine reads, pixels. */
const RASTER = 280;
/** Width of a stroke as a share of the pad, about a marker's on a card. */
const STROKE = 0.08;
/** While training goes on, the same ink is read again this often. */
const REREAD_MS = 200;

/**
 * One thing that undo takes back.
 * @typedef {{ kind: "stroke", points: Point[] } | { kind: "picture", ink: Uint8Array }} Mark
 */

/**
 * @param {Store<PageState>} store
 * @param {{ predict_ink: (ink: Uint8Array, width: number, height: number) => Promise<InkReading | null> }} actions
 */
export function create_pad(store, actions) {
  const pad = by_id("pad", HTMLCanvasElement);
  const preview = by_id("preview", HTMLCanvasElement);
  const prediction = by_id("prediction", HTMLElement);
  const bars = by_id("bars", HTMLElement);
  const undo_button = by_id("undo-stroke", HTMLButtonElement);
  const clear_button = by_id("clear-pad", HTMLButtonElement);
  const picker = by_id("digit-picture", HTMLInputElement);
  const raster = document.createElement("canvas");
  raster.width = raster.height = RASTER;

  /** @type {Mark[]} */
  let marks = [];
  /** @type {Point[] | null} */
  let stroke = null;
  /** @type {Point} */
  let pen = { x: 0.5, y: 0.3 };
  let pen_is_shown = false;
  let pen_is_down = false;
  let is_pointing = false;
  /** @type {InkReading | null} */
  let reading = null;

  prediction.setAttribute("aria-live", "off");
  const fills = build_bars(bars);

  // Drawing

  const redraw = () => {
    const ink = raster_context(raster);
    ink.clearRect(0, 0, RASTER, RASTER);
    for (const mark of marks) {
      if (mark.kind === "stroke") draw_line(ink, mark.points, RASTER, "#fff");
      else ink.drawImage(picture_canvas(mark.ink), 0, 0);
    }
    show();
  };

  /** The raster in the page's colours, and the keyboard's pen above it. */
  const show = () => {
    const context = pad.getContext("2d");
    if (!context) return;
    const side = pad.width;
    context.globalCompositeOperation = "source-over";
    context.clearRect(0, 0, side, side);
    for (const mark of marks) {
      if (mark.kind === "stroke") draw_line(context, mark.points, side, "#fff");
      else context.drawImage(picture_canvas(mark.ink), 0, 0, side, side);
    }
    context.globalCompositeOperation = "source-in";
    context.fillStyle = css_value("--digit-ink");
    context.fillRect(0, 0, side, side);
    context.globalCompositeOperation = "source-over";
    if (marks.length === 0) draw_guide(context, side);
    if (pen_is_shown) draw_pen(context, pen, side, pen_is_down);
  };

  const changed = () => {
    undo_button.disabled = marks.length === 0;
    show();
    request_reading();
  };

  /** @param {Point} point */
  const extend = (point) => {
    if (!stroke) return;
    stroke.push(point);
    draw_line(raster_context(raster), stroke.slice(-2), RASTER, "#fff");
  };

  /** @param {Point} point */
  const begin = (point) => {
    stroke = [point];
    marks.push({ kind: "stroke", points: stroke });
    draw_line(raster_context(raster), stroke, RASTER, "#fff");
  };

  const undo = () => {
    stroke = null;
    pen_is_down = false;
    marks.pop();
    redraw();
    changed();
  };

  const clear = () => {
    stroke = null;
    pen_is_down = false;
    marks = [];
    redraw();
    changed();
  };

  /** @param {PointerEvent} event @returns {Point} */
  const place = (event) => {
    const box = pad.getBoundingClientRect();
    return { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
  };

  pad.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !event.isPrimary) return;
    event.preventDefault();
    is_pointing = true;
    pad.focus({ preventScroll: true });
    is_pointing = false;
    pen_is_shown = pen_is_down = false;
    pad.setPointerCapture(event.pointerId);
    begin(place(event));
    changed();
  });
  pad.addEventListener("pointermove", (event) => {
    if (!stroke || !event.isPrimary || !pad.hasPointerCapture(event.pointerId)) return;
    // The browser merges fast moves into one event; the curve needs them all.
    const moves = event.getCoalescedEvents?.() ?? [];
    for (const move of moves.length ? moves : [event]) extend(place(move));
    changed();
  });
  for (const type of /** @type {const} */ (["pointerup", "pointercancel"])) {
    pad.addEventListener(type, () => {
      if (!pen_is_down) stroke = null;
    });
  }

  pad.addEventListener("keydown", (event) => {
    const step = event.shiftKey ? 0.01 : 0.04;
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const move = moves[/** @type {keyof typeof moves} */ (event.key)];
    if (move) {
      const [dx = 0, dy = 0] = move;
      pen = { x: within(pen.x + dx * step), y: within(pen.y + dy * step) };
      pen_is_shown = true;
      if (pen_is_down) {
        extend(pen);
        changed();
      } else show();
    } else if (event.key === " " || event.key === "Enter") {
      pen_is_shown = true;
      pen_is_down = !pen_is_down;
      if (pen_is_down) begin(pen);
      else stroke = null;
      announce(pen_is_down ? "Pen down" : "Pen up");
      changed();
    } else if (event.key === "Backspace" || event.key === "Delete") undo();
    else if (event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey)) undo();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  pad.addEventListener("focus", () => {
    pen_is_shown = !is_pointing && pad.matches(":focus-visible");
    // It stays when the pad is left: what vanished then would move the button under
    // the pointer away, and the press would be lost.
    if (pen_is_shown) by_id("pad-hint", HTMLElement).classList.add("shown");
    show();
  });
  pad.addEventListener("blur", () => {
    pen_is_shown = pen_is_down = false;
    stroke = null;
    show();
  });

  undo_button.addEventListener("click", () => {
    undo();
    if (undo_button.disabled) clear_button.focus();
  });
  clear_button.addEventListener("click", clear);
  on_theme_change(() => {
    show();
    show_reading();
  });

  // Pictures

  /** @param {Blob} picture */
  const load_picture = async (picture) => {
    try {
      const bitmap = await createImageBitmap(picture);
      const canvas = document.createElement("canvas");
      canvas.width = canvas.height = RASTER;
      const context = raster_context(canvas);
      const scale = RASTER / Math.max(bitmap.width, bitmap.height);
      const width = Math.max(1, Math.round(bitmap.width * scale));
      const height = Math.max(1, Math.round(bitmap.height * scale));
      context.imageSmoothingQuality = "high";
      context.drawImage(bitmap, 0, 0, width, height);
      bitmap.close();
      const part = ink_of_picture(context.getImageData(0, 0, width, height).data, width, height);
      const ink = new Uint8Array(RASTER * RASTER);
      const left = (RASTER - width) >> 1;
      const top = (RASTER - height) >> 1;
      for (let y = 0; y < height; y++) {
        ink.set(part.subarray(y * width, (y + 1) * width), (top + y) * RASTER + left);
      }
      if (is_blank(ink)) {
        tell("No digit stands out in this picture. Take one with a dark digit on light paper.");
        return;
      }
      marks = [{ kind: "picture", ink }];
      redraw();
      changed();
    } catch {
      tell("This file could not be read as a picture. PNG, JPEG, GIF and WebP work.");
    }
  };
  picker.addEventListener("change", () => {
    const file = picker.files?.[0];
    if (file) load_picture(file);
    picker.value = "";
  });

  // Reading: one request in flight, and the newest ink after it.

  let is_asking = false;
  let is_stale = false;
  let last_asked = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let later;

  const request_reading = async () => {
    if (is_asking) {
      is_stale = true;
      return;
    }
    if (marks.length === 0) {
      reading = null;
      show_reading();
      return;
    }
    is_asking = true;
    is_stale = false;
    last_asked = performance.now();
    try {
      const answer = await actions.predict_ink(ink_of(raster), RASTER, RASTER);
      reading = marks.length === 0 ? null : answer;
      show_reading();
    } catch (error) {
      tell(`The drawing could not be read: ${error instanceof Error ? error.message : error}`);
    } finally {
      is_asking = false;
    }
    if (is_stale) request_reading();
  };

  const reread = () => {
    if (marks.length === 0) return;
    const wait = REREAD_MS - (performance.now() - last_asked);
    clearTimeout(later);
    if (wait <= 0) request_reading();
    else later = setTimeout(request_reading, wait);
  };

  /** @param {string} sentence */
  const tell = (sentence) => {
    set_text(prediction, sentence);
    announce(sentence);
  };

  const show_reading = () => {
    const context = preview.getContext("2d");
    const pixels = reading?.pixels;
    context?.putImageData(digit_image(pixels ?? new Uint8Array(784)), 0, 0);
    const probabilities = reading?.probabilities ?? null;
    const top = probabilities ? top_digit(probabilities) : -1;
    fills.forEach(({ row, fill, share }, digit) => {
      const value = probabilities?.[digit] ?? 0;
      fill.style.width = `${(value * 100).toFixed(1)}%`;
      set_text(share, probabilities ? format.percent(value, 1) : "");
      row.classList.toggle("top-digit", digit === top);
    });
    if (!reading) {
      set_text(
        prediction,
        has_model(store.get())
          ? "The pad is empty."
          : "The pad is empty, and nothing is trained yet.",
      );
    } else if (!probabilities) {
      set_text(prediction, "Nothing is trained yet, so it cannot be read. Press Train.");
    } else {
      const sure = format.percent(probabilities[top] ?? 0, 1);
      const digit = prediction.querySelector(".digit");
      const beside = prediction.querySelector(".sure");
      if (digit && beside) {
        set_text(digit, `${top}`);
        set_text(beside, `with ${sure}`);
      } else {
        prediction.replaceChildren(
          el("span", { class: "digit" }, `${top}`),
          " ",
          el("span", { class: "sure" }, `with ${sure}`),
        );
      }
      announce(`It reads ${top}, ${sure}`, 1200);
    }
  };

  /** @type {unknown} */
  let seen_progress = null;
  store.watch(["run", "model"], ({ run, model }) => {
    const mark = model ?? run.result ?? run.progress ?? run.history.at(-1);
    if (mark !== seen_progress && mark) {
      if (marks.length) reread();
      else show_reading();
    }
    seen_progress = mark;
  });

  redraw();
  show_reading();
  return {
    load_picture,
    clear,
    focus: () => pad.focus(),
    has_ink: () => marks.length > 0,
    /** The 28 × 28 as last read; `null` for an empty pad. */
    pixels: () => reading?.pixels ?? null,
  };
}

/** @param {number} value */
function within(value) {
  return Math.min(0.97, Math.max(0.03, value));
}

/** @param {HTMLCanvasElement} canvas */
function raster_context(canvas) {
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("This browser gave no canvas to draw on.");
  return context;
}

/** @param {HTMLCanvasElement} raster */
function ink_of(raster) {
  const { data } = raster_context(raster).getImageData(0, 0, RASTER, RASTER);
  const ink = new Uint8Array(RASTER * RASTER);
  for (let at = 0; at < ink.length; at++) ink[at] = data[at * 4 + 3] ?? 0;
  return ink;
}

/** @param {Uint8Array} ink */
function picture_canvas(ink) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = RASTER;
  const image = new ImageData(RASTER, RASTER);
  for (let at = 0; at < ink.length; at++) {
    image.data.fill(255, at * 4, at * 4 + 3);
    image.data[at * 4 + 3] = ink[at] ?? 0;
  }
  raster_context(canvas).putImageData(image, 0, 0);
  return canvas;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Point[]} points
 * @param {number} side
 * @param {string} colour
 */
function draw_line(context, points, side, colour) {
  const [first, ...rest] = points;
  if (!first) return;
  context.strokeStyle = colour;
  context.lineWidth = STROKE * side;
  context.lineCap = context.lineJoin = "round";
  context.beginPath();
  context.moveTo(first.x * side, first.y * side);
  // A line to where it stands makes a dot.
  for (const { x, y } of rest.length ? rest : [first]) context.lineTo(x * side, y * side);
  context.stroke();
}

/**
 * What an empty pad says: where a digit belongs and how large.
 * @param {CanvasRenderingContext2D} context
 * @param {number} side
 */
function draw_guide(context, side) {
  context.strokeStyle = css_value("--line-strong");
  context.lineWidth = side / 280;
  context.setLineDash([side / 70, side / 56]);
  context.strokeRect(side / 7, side / 7, (side * 5) / 7, (side * 5) / 7);
  context.setLineDash([]);
  context.fillStyle = css_value("--soft");
  context.font = `${Math.round(side / 20)}px ${getComputedStyle(document.body).fontFamily}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText("Draw a digit here", side / 2, side / 2);
}

/**
 * The keyboard's pen: a ring, filled while it is down.
 * @param {CanvasRenderingContext2D} context
 * @param {Point} pen
 * @param {number} side
 * @param {boolean} is_down
 */
function draw_pen(context, pen, side, is_down) {
  context.strokeStyle = context.fillStyle = css_value("--accent");
  context.lineWidth = side / 140;
  context.beginPath();
  context.arc(pen.x * side, pen.y * side, (STROKE * side) / 2.4, 0, 2 * Math.PI);
  if (is_down) context.fill();
  else context.stroke();
}

/** @param {HTMLElement} list */
function build_bars(list) {
  return Array.from({ length: 10 }, (_, digit) => {
    const fill = el("span", { class: "fill" });
    const share = el("span", { class: "share" });
    const row = el("li", {}, `${digit}`, el("span", { class: "track" }, fill), share);
    list.append(row);
    return { row, fill, share };
  });
}
