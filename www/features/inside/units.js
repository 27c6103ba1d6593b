// The units of one layer: a list of small buttons, and how bright each is. The buttons stay
// where they are while the pen moves; what changes with every move is painted beneath them
// (painting.js), and their names follow a little later. Computes nothing.

import { el, set_text } from "../../ui/dom.js";
import { term } from "../../ui/term.js";
import * as format from "../../base/format.js";
import { is_silent } from "../../base/silence.js";
import { class_name } from "../../base/task.js";
import { grid_of } from "./routes.js";
import { read_as, unit_name } from "./words.js";

/** @import { Activation } from "../../pkg/studies/inkling.js" */
/** @import { UnitPlace } from "../../app/inside.js" */

/** Of more units the strongest are shown: more buttons than this no one looks through. */
const MOST_SHOWN = 256;
/** So that two wide layers stand side by side. */
const MOST_COLUMNS = 12;
/** Names that are written in one task: it is done well within a frame. */
const NAMES_A_TASK = 64;
/** Above this level words on an output's colour are those of the paper. */
const BRIGHT = 0.8;

/**
 * What a list shows.
 * @typedef {object} Shown
 * @property {Activation} activation of the hidden units
 * @property {Float32Array} activations of the layer
 * @property {boolean} is_drawn whether they are of a drawing
 */

/** Where a button is, in the box of all layers. @typedef {{ x: number, y: number, width: number, height: number }} Place */

export class UnitList {
  element;
  is_output;
  #layer;
  #width;
  #classes;
  #list;
  #told = el("p", { class: "hint" });
  /** @type {HTMLButtonElement[]} */
  #buttons;
  /** The unit that each button stands for, in the layer's order. @type {number[]} */
  #units;
  /** @type {Shown} */
  #shown = { activation: "relu", activations: new Float32Array(0), is_drawn: false };
  /** @type {Place[]} */
  #places = [];
  /** Those of all, and the box around them. */
  grid = grid_of([]);
  /** The button that Tab leads to. */
  #place = 0;

  /**
   * @param {number} layer from 0
   * @param {number} width units
   * @param {readonly string[] | null} classes of the last layer, which tells them apart
   * @param {(place: UnitPlace) => void} on_open
   * @param {(place: UnitPlace | null) => void} on_point at a unit, by mouse or keyboard
   */
  constructor(layer, width, classes, on_open, on_point) {
    this.#layer = layer;
    this.#width = width;
    this.#classes = classes;
    this.is_output = classes !== null;
    const columns = Math.min(MOST_COLUMNS, Math.max(4, Math.ceil(Math.sqrt(width))));
    this.#list = el("ul", { class: "units", "aria-label": `Units of layer ${layer + 1}` });
    this.#list.style.setProperty("--columns", String(columns));
    const role = classes ? "output" : "hidden";
    this.element = el(
      "div",
      { class: `layer ${role}` },
      el(
        "h3",
        {},
        `Layer ${layer + 1}`,
        el(
          "span",
          {},
          " ",
          ...(classes ? [role] : [term(role, "hidden_layers")]),
          `, ${format.count(width)}`,
        ),
      ),
      this.#list,
      this.#told,
    );
    this.#units = Array.from({ length: Math.min(width, MOST_SHOWN) }, (_, unit) => unit);
    this.#buttons = this.#units.map((unit) =>
      el("button", { type: "button", tabindex: -1 }, classes ? class_name(classes, unit) : ""),
    );
    this.#buttons[0]?.setAttribute("tabindex", "0");
    this.#list.append(...this.#buttons.map((button) => el("li", {}, button)));
    this.#list.addEventListener("click", (event) => {
      const unit = this.#units[this.#at(event.target)];
      if (unit !== undefined) on_open({ layer, unit });
    });
    const point = (/** @type {EventTarget | null} */ target) => {
      const unit = this.#units[this.#at(target)];
      on_point(unit === undefined ? null : { layer, unit });
    };
    this.#list.addEventListener("focusin", ({ target }) => {
      this.#lead_to(this.#at(target));
      if (target instanceof Element && target.matches(":focus-visible")) point(target);
    });
    this.#list.addEventListener("focusout", () => on_point(null));
    // A finger presses at once.
    this.#list.addEventListener("pointerover", ({ target, pointerType }) => {
      if (pointerType === "mouse") point(target);
    });
    this.#list.addEventListener("pointerleave", () => on_point(null));
    this.#list.addEventListener("keydown", (event) => this.#move(event));
  }

  /** Gives the keyboard back to a unit, if it is shown. @param {number} unit */
  focus(unit) {
    this.#buttons[this.#units.indexOf(unit)]?.focus({ preventScroll: true });
  }

  /** The buttons have been laid out anew. */
  measure() {
    this.#places = this.#buttons.map(({ offsetLeft, offsetTop, offsetWidth, offsetHeight }) => ({
      x: offsetLeft,
      y: offsetTop,
      width: offsetWidth,
      height: offsetHeight,
    }));
    this.grid = grid_of(this.#places);
  }

  /** Where a unit's button is, if it is shown. @param {number} unit */
  place_of(unit) {
    return this.#places[this.#units.indexOf(unit)];
  }

  /** Its name with what it passes on, as last said. @param {number} unit */
  name_of(unit) {
    return this.#buttons[this.#units.indexOf(unit)]?.ariaLabel ?? "";
  }

  /** @param {Shown} shown */
  take(shown) {
    this.#shown = shown;
    this.#choose();
    if (!this.is_output) return;
    this.#units.forEach((unit, at) => {
      const is_bright = shown.is_drawn && (shown.activations[unit] ?? 0) > BRIGHT;
      this.#buttons[at]?.classList.toggle("bright", is_bright);
    });
  }

  /**
   * How bright each button is, from −1 to 1.
   * @param {(place: Place, level: number) => void} paint
   */
  paint(paint) {
    const { activations, is_drawn } = this.#shown;
    if (!is_drawn) return;
    const size = (/** @type {number} */ top, /** @type {number} */ one) =>
      Math.max(top, Math.abs(one));
    const most = this.is_output ? 1 : activations.reduce(size, 0);
    this.#units.forEach((unit, at) => {
      const place = this.#places[at];
      const level = (activations[unit] ?? 0) / most;
      if (place && level) paint(place, level);
    });
  }

  /** Says which unit is opened. @param {UnitPlace | null} opened */
  press(opened) {
    this.#buttons.forEach((button, at) => {
      const is_pressed = opened?.layer === this.#layer && opened.unit === this.#units[at];
      if (button.ariaPressed !== String(is_pressed)) button.ariaPressed = String(is_pressed);
    });
  }

  /** Says what is painted, as of its beginning; a person may act between its steps. */
  *name() {
    const { activations, is_drawn } = this.#shown;
    const units = this.#units;
    const words = this.#words();
    for (const [at, button] of this.#buttons.entries()) {
      if (at > 0 && at % NAMES_A_TASK === 0) yield;
      const unit = units[at] ?? 0;
      const place = { layer: this.#layer, unit };
      const read = this.#classes ? read_as(this.#classes, unit) : "";
      const name = unit_name(place, is_drawn ? (activations[unit] ?? 0) : null, read);
      if (button.ariaLabel !== name) button.ariaLabel = name;
    }
    set_text(this.#told, words);
    yield;
  }

  /** Which units are shown: all, or the strongest; those that the keyboard is at stay. */
  #choose() {
    if (this.#width <= MOST_SHOWN || this.#list.contains(document.activeElement)) return;
    const { activations, is_drawn } = this.#shown;
    const all = Array.from({ length: this.#width }, (_, unit) => unit);
    const size = (/** @type {number} */ unit) => Math.abs(activations[unit] ?? 0);
    if (is_drawn) all.sort((a, b) => size(b) - size(a) || a - b);
    this.#units = all.slice(0, MOST_SHOWN).sort((a, b) => a - b);
  }

  #words() {
    const { activation: kind, activations, is_drawn } = this.#shown;
    const some = this.#width > MOST_SHOWN;
    if (!is_drawn) return some ? `The first ${MOST_SHOWN} are shown.` : "";
    const shown = some ? `The ${MOST_SHOWN} strongest are shown. ` : "";
    if (this.is_output) return shown.trim();
    const num_silent = activations.filter((one) => is_silent(kind, one)).length;
    return `${shown}${format.count(num_silent)} silent.`;
  }

  /** @param {EventTarget | null} target */
  #at(target) {
    const button = target instanceof Element ? target.closest("button") : null;
    return button ? this.#buttons.indexOf(button) : -1;
  }

  /** @param {number} at */
  #lead_to(at) {
    if (at < 0) return;
    this.#buttons[this.#place]?.setAttribute("tabindex", "-1");
    this.#place = at;
    this.#buttons[at]?.setAttribute("tabindex", "0");
  }

  /** The arrows move in the list, up and down by a row of it. @param {KeyboardEvent} event */
  #move(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = this.#at(document.activeElement);
    if (at < 0) return;
    const top = this.#buttons[0]?.offsetTop;
    const in_row = Math.max(1, this.#buttons.filter(({ offsetTop }) => offsetTop === top).length);
    /** @type {Record<string, number>} */
    const places = {
      ArrowRight: at + 1,
      ArrowLeft: at - 1,
      ArrowDown: at + in_row,
      ArrowUp: at - in_row,
      Home: 0,
      End: this.#buttons.length - 1,
    };
    const to = places[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.#buttons[to]?.focus();
  }
}
