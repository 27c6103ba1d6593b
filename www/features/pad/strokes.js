// What is on the pad: strokes and pictures in the order in which they came, what undo
// and redo make of them, and which of several pointers draws. Pure: knows no canvas.

/**
 * x and y in turn, in sides of the pad: 0 to 1, a little beyond where the pen left it.
 * @typedef {{ kind: "stroke", points: number[] }} Stroke
 */
/** Ink of a picture, a square of bytes; it takes the place of all before it. @typedef {{ kind: "picture", ink: Uint8Array<ArrayBuffer> }} Picture */
/** @typedef {Stroke | Picture | { kind: "clear" }} Mark */

/**
 * Who draws: a pointer of the browser's, or the pen that the keyboard moves.
 * @typedef {object} Pointer
 * @property {number | "keys"} id
 * @property {string} kind `mouse`, `pen`, `touch` or `keys`
 * @property {boolean} is_primary whether no other of its kind is down
 * @property {number} at_ms
 */

/**
 * Strokes as the engine takes them.
 * @typedef {object} StrokeInk
 * @property {Float32Array} points x and y in turn, in sides of the pad
 * @property {Uint32Array} lengths points of each stroke
 * @property {number} width of the pen, in sides of the pad
 * @property {Uint8Array} [paper] ink that lies under them
 */

/** Width of the pen in sides of the pad, about a marker's on a card. */
export const PEN_WIDTH = 0.08;
/** As many points as the engine takes; half of them blacken the pad. */
export const MOST_POINTS = 20_000;
/** Points that lie nearer to the last one change no pixel: half of one of the engine's. */
const NEAREST = 1 / 560;
/** A hand rests on the screen this long before and after its pen is seen. */
const PEN_LASTS_MS = 1000;

export class Drawing {
  /** @type {Mark[]} */
  #done = [];
  /** @type {Mark[]} */
  #undone = [];
  /** @type {{ pointer: Pointer, stroke: Stroke } | null} */
  #drawing = null;
  #num_points = 0;
  #pen_seen_ms = -Infinity;

  /** What can be seen, the undermost first. @returns {(Stroke | Picture)[]} */
  get shown() {
    const from = this.#first_shown();
    return this.#done.slice(from).filter((mark) => mark.kind !== "clear");
  }

  get has_ink() {
    const last = this.#done.at(-1);
    return last !== undefined && last.kind !== "clear";
  }

  get can_undo() {
    return this.#done.length > 0;
  }

  get can_redo() {
    return this.#undone.length > 0;
  }

  /** Whether no more ink goes on it. */
  get is_full() {
    return this.#num_points >= MOST_POINTS;
  }

  /** The stroke that this pointer draws, if it does. @param {Pointer["id"]} id */
  stroke_of(id) {
    return this.#drawing?.pointer.id === id ? this.#drawing.stroke : null;
  }

  /** A pen is near, drawing or not. @param {number} at_ms */
  saw_pen(at_ms) {
    this.#pen_seen_ms = at_ms;
  }

  /**
   * Puts a pointer down. A second finger draws nothing, and a pen takes the pad from
   * a hand that rests there, and the hand's stroke with it.
   * @param {Pointer} pointer
   * @param {number} x
   * @param {number} y
   * @returns {boolean} whether a stroke began
   */
  begin(pointer, x, y) {
    if (!Number.isFinite(x + y)) return false;
    if (pointer.kind === "pen") this.saw_pen(pointer.at_ms);
    else if (pointer.kind === "touch" && pointer.at_ms - this.#pen_seen_ms < PEN_LASTS_MS) {
      return false;
    }
    const before = this.#drawing?.pointer;
    if (before) {
      const is_palm = before.kind === "touch" && pointer.kind === "pen";
      // The end of the one before went past us, or the hands let go of the keys.
      const is_over =
        before.id === pointer.id ||
        before.kind === "keys" ||
        (before.kind === pointer.kind && pointer.is_primary);
      if (!is_palm && !is_over) return false;
      this.#drawing = null;
      if (is_palm) this.#done.pop();
    }
    this.#count();
    if (this.is_full) return false;
    /** @type {Stroke} */
    const stroke = { kind: "stroke", points: [x, y] };
    this.#put(stroke);
    this.#drawing = { pointer, stroke };
    return true;
  }

  /**
   * Moves a pointer on.
   * @param {Pointer["id"]} id
   * @param {number} x
   * @param {number} y
   * @returns {boolean} whether its stroke grew
   */
  extend(id, x, y) {
    const points = this.stroke_of(id)?.points;
    if (!points || this.is_full || !Number.isFinite(x + y)) return false;
    const dx = x - (points.at(-2) ?? 0);
    const dy = y - (points.at(-1) ?? 0);
    if (dx * dx + dy * dy < NEAREST * NEAREST) return false;
    points.push(x, y);
    this.#num_points += 1;
    return true;
  }

  /**
   * Lifts a pointer.
   * @param {Pointer["id"]} id
   * @returns {boolean} whether it was drawing
   */
  end(id) {
    if (this.#drawing?.pointer.id !== id) return false;
    this.#drawing = null;
    return true;
  }

  /** @param {Uint8Array<ArrayBuffer>} ink a square */
  put_picture(ink) {
    this.#drawing = null;
    this.#put({ kind: "picture", ink });
  }

  /** @returns {boolean} whether there was ink */
  clear() {
    this.#drawing = null;
    if (!this.has_ink) return false;
    this.#put({ kind: "clear" });
    return true;
  }

  /** Takes the last stroke, picture or clearing back. @returns {boolean} whether there was one */
  undo() {
    return this.#move(this.#done, this.#undone);
  }

  /** @returns {boolean} whether there was something to do again */
  redo() {
    return this.#move(this.#undone, this.#done);
  }

  /** The picture that lies under everything, if one does. */
  get picture() {
    const first = this.#done[this.#first_shown()];
    return first?.kind === "picture" ? first.ink : null;
  }

  /** What the engine draws and reads. @returns {StrokeInk} */
  ink() {
    const strokes = this.shown.filter((mark) => mark.kind === "stroke");
    const points = new Float32Array(2 * this.#num_points);
    let end = 0;
    for (const stroke of strokes) {
      points.set(stroke.points, end);
      end += stroke.points.length;
    }
    const lengths = Uint32Array.from(strokes, (stroke) => stroke.points.length / 2);
    const paper = this.picture;
    return { points, lengths, width: PEN_WIDTH, ...(paper ? { paper } : {}) };
  }

  /** Place of the first mark that can be seen, or of the clearing before it. */
  #first_shown() {
    return Math.max(
      0,
      this.#done.findLastIndex((mark) => mark.kind !== "stroke"),
    );
  }

  /** @param {Mark} mark */
  #put(mark) {
    this.#done.push(mark);
    this.#undone.length = 0;
    this.#forget();
    this.#count();
  }

  /** @param {Mark[]} from @param {Mark[]} to */
  #move(from, to) {
    this.#drawing = null;
    const mark = from.pop();
    if (!mark) return false;
    to.push(mark);
    this.#count();
    return true;
  }

  #count() {
    this.#num_points = 0;
    for (const mark of this.shown) {
      if (mark.kind === "stroke") this.#num_points += mark.points.length / 2;
    }
  }

  /** What was drawn before this is kept for undo up to a padful, drawing by drawing. */
  #forget() {
    for (;;) {
      const former = this.#done.slice(0, this.#first_shown());
      if (former.reduce((sum, mark) => sum + size_of(mark), 0) <= MOST_POINTS) return;
      const next = this.#done.findIndex((mark, at) => at > 0 && mark.kind !== "stroke");
      this.#done.splice(0, next);
    }
  }
}

/** How much a mark takes, in points. @param {Mark} mark */
function size_of(mark) {
  if (mark.kind === "stroke") return mark.points.length / 2;
  // A point is two numbers of eight bytes.
  return mark.kind === "picture" ? mark.ink.length / 16 : 1;
}
