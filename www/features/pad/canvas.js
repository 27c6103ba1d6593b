// The pad as it is seen and touched: a drawing on a canvas as sharp as the screen, and
// the mouse, pens, fingers and keys that draw on it. Reads no digit.

import { announce, by_id, css_value } from "../../ui/dom.js";
import { canvas_of_ink } from "./picture.js";
import { PEN_WIDTH } from "./strokes.js";

/** @import { Drawing, Pointer } from "./strokes.js" */

/** Sharper than this no screen is; a larger canvas only costs time. */
const MOST_PIXELS = 2048;
/** How far a press of an arrow key moves the pen, in sides of the pad; with Shift a quarter. */
const KEY_STEP = 0.04;
/** The keyboard's pen stays this far from the edges. */
const KEY_MARGIN = 0.03;

/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** @type {Pointer} */
const KEYS = { id: "keys", kind: "keys", is_primary: true, at_ms: 0 };

/**
 * @param {HTMLCanvasElement} pad
 * @param {Drawing} drawing
 * @param {object} told
 * @param {() => void} told.on_change the ink is another
 * @param {() => void} told.on_full a stroke found no more room
 * @param {() => void} told.undo the person asked for it by key
 * @param {() => string} told.invitation what an empty pad says
 */
export function create_canvas(pad, drawing, { on_change, on_full, undo, invitation }) {
  const context = pad.getContext("2d");
  /** @type {WeakMap<Uint8Array, HTMLCanvasElement>} */
  const pictures = new WeakMap();
  let pen = { x: 0.5, y: 0.3 };
  let pen_is_shown = false;
  let is_pointing = false;
  let ink_colour = "";

  const show = () => {
    if (!context) return;
    const side = pad.width;
    ink_colour = css_value("--digit-ink");
    context.clearRect(0, 0, side, side);
    const { picture, shown } = drawing;
    if (picture) {
      const canvas = pictures.get(picture) ?? canvas_of_ink(picture);
      pictures.set(picture, canvas);
      context.drawImage(canvas, 0, 0, side, side);
      context.globalCompositeOperation = "source-in";
      context.fillStyle = ink_colour;
      context.fillRect(0, 0, side, side);
      context.globalCompositeOperation = "source-over";
    }
    for (const mark of shown) {
      if (mark.kind === "stroke") draw_line(context, mark.points, side, ink_colour);
    }
    if (!drawing.has_ink) draw_guide(context, side, invitation());
    if (pen_is_shown) draw_pen(context, pen, side, drawing.stroke_of("keys") !== null);
  };

  /** The end of a stroke, from its point `from` on: what was there stays as it is. */
  const show_more = (/** @type {number[]} */ points, /** @type {number} */ from) => {
    if (context) draw_line(context, points.slice(2 * from), pad.width, ink_colour);
  };

  follow_screen(pad, show);

  // Mouse, pens and fingers

  /** @param {PointerEvent} event */
  const place = (event) => {
    const box = pad.getBoundingClientRect();
    const left = box.left + pad.clientLeft;
    const top = box.top + pad.clientTop;
    const side = box.width - 2 * pad.clientLeft;
    return /** @type {const} */ ([(event.clientX - left) / side, (event.clientY - top) / side]);
  };

  pad.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    is_pointing = true;
    pad.focus({ preventScroll: true });
    is_pointing = false;
    pen_is_shown = false;
    const pointer = {
      id: event.pointerId,
      kind: event.pointerType,
      is_primary: event.isPrimary,
      at_ms: event.timeStamp,
    };
    const began = drawing.begin(pointer, ...place(event));
    if (began) capture(pad, event.pointerId);
    else if (drawing.is_full) on_full();
    show();
    if (began) on_change();
  });
  pad.addEventListener("pointermove", (event) => {
    const id = event.pointerId;
    if (event.pointerType === "pen") drawing.saw_pen(event.timeStamp);
    const points = drawing.stroke_of(id)?.points;
    if (!points) return;
    // A button let go of while another is held comes as a move.
    if ((event.buttons & 1) === 0) {
      lift(id);
      return;
    }
    const last = points.length / 2 - 1;
    // The browser merges fast moves into one event; the curve needs them all.
    const moves = event.getCoalescedEvents?.() ?? [];
    for (const move of moves.length ? moves : [event]) drawing.extend(id, ...place(move));
    if (points.length / 2 - 1 === last) return;
    show_more(points, last);
    on_change();
    if (drawing.is_full) on_full();
  });
  /** @param {Pointer["id"]} id */
  const lift = (id) => {
    if (drawing.end(id)) show();
  };
  for (const type of /** @type {const} */ (["pointerup", "pointercancel", "lostpointercapture"])) {
    pad.addEventListener(type, (event) => lift(event.pointerId));
  }

  // Keys

  /** @param {[number, number]} way @param {number} step */
  const move_pen = ([dx, dy], step) => {
    pen = { x: within(pen.x + dx * step), y: within(pen.y + dy * step) };
    pen_is_shown = true;
    const grew = drawing.extend("keys", pen.x, pen.y);
    show();
    if (grew) on_change();
    else if (drawing.stroke_of("keys") && drawing.is_full) on_full();
  };

  const press_pen = () => {
    pen_is_shown = true;
    if (drawing.end("keys")) {
      announce("Pen up");
      show();
      return;
    }
    const began = drawing.begin(KEYS, pen.x, pen.y);
    show();
    if (began) {
      announce("Pen down");
      on_change();
    } else if (drawing.is_full) on_full();
  };

  pad.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const way = ARROWS[event.key];
    if (way) move_pen(way, event.shiftKey ? KEY_STEP / 4 : KEY_STEP);
    else if (event.key === " " || event.key === "Enter") {
      if (!event.repeat) press_pen();
    } else if (event.key === "Backspace" || event.key === "Delete") undo();
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
    pen_is_shown = false;
    drawing.end("keys");
    show();
  });

  return { show };
}

/** Keeps a pointer's moves coming from beyond the pad. @param {HTMLElement} pad @param {number} id */
function capture(pad, id) {
  try {
    pad.setPointerCapture(id);
  } catch {
    // It is gone already: its stroke is a dot.
  }
}

/**
 * Gives a canvas as many pixels as the screen shows of it, now and whenever that changes.
 * @param {HTMLCanvasElement} canvas square
 * @param {() => void} redraw
 */
function follow_screen(canvas, redraw) {
  const measure = () => {
    const side = Math.min(MOST_PIXELS, Math.round(canvas.clientWidth * devicePixelRatio));
    // Out of sight it has none; what it had is right again when it comes back.
    if (side === 0 || (canvas.width === side && canvas.height === side)) return;
    canvas.width = canvas.height = side;
    redraw();
  };
  new ResizeObserver(measure).observe(canvas);
  // Another zoom, or another screen, need not change its size on the page.
  const follow_zoom = () => {
    measure();
    const zoom = matchMedia(`(resolution: ${devicePixelRatio}dppx)`);
    zoom.addEventListener("change", follow_zoom, { once: true });
  };
  follow_zoom();
}

/** @param {number} value */
function within(value) {
  return Math.min(1 - KEY_MARGIN, Math.max(KEY_MARGIN, value));
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {readonly number[]} points x and y in turn
 * @param {number} side
 * @param {string} colour
 */
function draw_line(context, points, side, colour) {
  const [x = 0, y = 0] = points;
  context.strokeStyle = colour;
  context.lineWidth = PEN_WIDTH * side;
  context.lineCap = context.lineJoin = "round";
  context.beginPath();
  context.moveTo(x * side, y * side);
  // A line to where it stands makes a dot.
  for (let at = points.length > 2 ? 2 : 0; at < points.length; at += 2) {
    context.lineTo((points[at] ?? 0) * side, (points[at + 1] ?? 0) * side);
  }
  context.stroke();
}

/**
 * What an empty pad says: where a digit belongs and how large.
 * @param {CanvasRenderingContext2D} context
 * @param {number} side
 * @param {string} words
 */
function draw_guide(context, side, words) {
  context.strokeStyle = css_value("--line-strong");
  context.lineWidth = side / 280;
  context.setLineDash([side / 70, side / 56]);
  context.strokeRect(side / 7, side / 7, (side * 5) / 7, (side * 5) / 7);
  context.setLineDash([]);
  context.fillStyle = css_value("--soft");
  context.font = `${Math.round(side / 20)}px ${getComputedStyle(document.body).fontFamily}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(words, side / 2, side / 2);
}

/**
 * The keyboard's pen: a ring, filled while it is down.
 * @param {CanvasRenderingContext2D} context
 * @param {{ x: number, y: number }} pen
 * @param {number} side
 * @param {boolean} is_down
 */
function draw_pen(context, pen, side, is_down) {
  context.strokeStyle = context.fillStyle = css_value("--accent");
  context.lineWidth = side / 140;
  context.beginPath();
  context.arc(pen.x * side, pen.y * side, (PEN_WIDTH * side) / 2.4, 0, 2 * Math.PI);
  if (is_down) context.fill();
  else context.stroke();
}
