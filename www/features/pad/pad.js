// Part 5, the pad: what is drawn, by hand or as a picture, what takes it back, and what
// the network reads in it. Joins the parts of this folder to the page.

import { sentence_of } from "../../base/fault.js";
import { by_id, is_behind_dialog, on_theme_change, set_text } from "../../ui/dom.js";
import { task_of } from "../../base/task.js";
import { model_task } from "../../app/state.js";
import { create_canvas } from "./canvas.js";
import { undo_key } from "./keys.js";
import { ink_of_file } from "./picture.js";
import { create_reading } from "./reading.js";
import { Drawing } from "./strokes.js";
import { pad_words } from "./words.js";

/** @import { PageState, View } from "../../app/state.js" */
/** @import { ReadingActions } from "./reading.js" */

/**
 * @param {View<PageState>} view
 * @param {ReadingActions} actions
 * @param {{ on_ink: (has_ink: boolean) => void, on_read: () => void }} told
 */
export function create_pad(view, actions, { on_ink, on_read }) {
  const pad = by_id("pad", HTMLCanvasElement);
  const undo_button = by_id("undo-stroke", HTMLButtonElement);
  const clear_button = by_id("clear-pad", HTMLButtonElement);
  const picker = by_id("digit-picture", HTMLInputElement);

  /** Of the model that reads, or of the data that the next one will be of. */
  const words = () => {
    const { model, data } = view.get();
    return pad_words(model ? model_task(model) : task_of(data));
  };

  const drawing = new Drawing();
  const reading = create_reading(view, actions, drawing, on_read);
  let had_ink = false;

  const changed = () => {
    undo_button.disabled = !drawing.can_undo;
    reading.update();
    if (drawing.has_ink === had_ink) return;
    had_ink = drawing.has_ink;
    on_ink(had_ink);
  };

  /** @param {boolean} is_other whether anything changed */
  const redraw = (is_other) => {
    if (!is_other) return;
    canvas.show();
    changed();
  };
  const undo = () => redraw(drawing.undo());
  const redo = () => redraw(drawing.redo());
  const clear = () => redraw(drawing.clear());

  const canvas = create_canvas(pad, drawing, {
    on_change: changed,
    on_full: () => reading.tell("The pad is full of ink. Clear it, or undo a stroke."),
    undo,
    invitation: () => words().invitation,
  });

  undo_button.addEventListener("click", () => {
    undo();
    if (undo_button.disabled) clear_button.focus({ preventScroll: true });
  });
  clear_button.addEventListener("click", clear);
  document.addEventListener("keydown", (event) => {
    const asked = undo_key(event);
    // Where the pad is out of sight, or behind a dialog, something else is meant.
    if (!asked || is_behind_dialog() || pad.getClientRects().length === 0) return;
    // Without this the browser undoes in whatever field was typed in last.
    event.preventDefault();
    if (asked === "undo") undo();
    else redo();
  });
  on_theme_change(() => {
    canvas.show();
    reading.show();
  });

  /** The picture asked for last is the one that comes. */
  let num_pictures = 0;
  /** @param {Blob} picture */
  const load_picture = async (picture) => {
    const turn = ++num_pictures;
    try {
      const ink = await ink_of_file(picture);
      if (turn !== num_pictures) return;
      drawing.put_picture(ink);
      redraw(true);
    } catch (error) {
      if (turn === num_pictures) reading.tell(sentence_of(error));
    }
  };
  picker.addEventListener("change", () => {
    const file = picker.files?.[0];
    if (file) void load_picture(file);
    picker.value = "";
  });

  const lead = by_id("draw-lead", HTMLElement);
  const hint = by_id("digit-picture-hint", HTMLElement);
  view.watch(["model", "data"], () => {
    const said = words();
    set_text(lead, said.lead);
    set_text(hint, said.hint);
    canvas.show();
  });
  return {
    load_picture,
    clear,
    focus: () => pad.focus(),
    has_ink: () => drawing.has_ink,
    pixels: reading.pixels,
    pixels_now: reading.pixels_now,
    reading: reading.reading,
  };
}
