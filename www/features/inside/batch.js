// One step, or one epoch, looked at: a press, what the batch's images lose by it, and how large the
// gradient and the update are in each layer. Computes nothing.

import { digit_at, digit_canvas } from "../../ui/digit.js";
import { el, field_of, on_theme_change, set_text } from "../../ui/dom.js";
import { term } from "../../ui/term.js";
import * as format from "../../base/format.js";
import { class_name } from "../../base/task.js";
import { create_epoch } from "./epoch.js";
import { norm, read_as, small, step_words, update_words } from "./words.js";

/** @import { InsideController } from "../../app/inside.js" */
/** @import { OneEpochController } from "../../app/one_epoch.js" */
/** @import { StepLook } from "../../worker/inside.js" */

/** Images of a batch that are shown. */
const MOST_IMAGES = 64;

const ABOUT =
  "Takes a single step, or all of an epoch, with the bench’s settings, beside your run and your model, which stay as they are. Press again for the one after it.";

/**
 * @param {InsideController} inside
 * @param {OneEpochController} one_epoch
 */
export function create_batch(inside, one_epoch) {
  const epoch = create_epoch(one_epoch);
  const { store } = inside;
  const press = el(
    "button",
    { type: "button", "aria-describedby": "one-batch-about" },
    "One batch",
  );
  const again = el("button", { type: "button", class: "quiet" }, "Start over");
  const about = el("p", { class: "hint", id: "one-batch-about" }, ABOUT);
  const told = el("p", { class: "hint", role: "status", "aria-label": "Step status" });
  const of_model = el("option", { value: "model" }, "the model that stands");
  const fresh = el("option", { value: "fresh" }, "fresh weights");
  const start = el("select", { id: "one-batch-start" }, of_model, fresh);
  const found = el("div", { class: "step-found" });
  const element = el(
    "div",
    { class: "one-batch" },
    el(
      "p",
      { class: "buttons" },
      press,
      epoch.press,
      epoch.stop,
      el("label", { for: "one-batch-start" }, "from"),
      start,
      again,
    ),
    about,
    told,
    found,
    epoch.told,
    epoch.found,
  );
  press.addEventListener("click", () => void inside.one_batch());
  again.addEventListener("click", () => {
    inside.start_over();
    one_epoch.start_over();
    press.focus({ preventScroll: true });
  });
  start.addEventListener("change", (event) =>
    inside.choose_start(field_of(event).value === "fresh" ? "fresh" : "model"),
  );
  store.watch(["start", "has_model"], ({ start: chosen, has_model }) => {
    // Without a model there are only fresh weights, whatever is chosen for later.
    of_model.disabled = !has_model;
    start.value = has_model ? chosen : "fresh";
  });
  const show_again = () => {
    const is_shown = store.get().step !== null || one_epoch.store.get().look !== null;
    about.hidden = is_shown;
    again.hidden = !is_shown;
  };
  one_epoch.store.watch(["look"], show_again);

  store.watch(["is_stepping", "step_told", "step"], (state) => {
    const { is_stepping, step_told, step, step_origin } = state;
    // Not disabled: the keyboard's place stays, and a press meanwhile does nothing.
    press.setAttribute("aria-busy", String(is_stepping));
    show_again();
    set_text(told, step_told || (step ? step_words(step, step_origin) : ""));
  });
  const draw = () => {
    const { step, step_classes } = store.get();
    if (step) found.replaceChildren(...figures(step), images(step, step_classes));
    else found.replaceChildren();
  };
  store.watch(["step"], draw);
  on_theme_change(draw);
  return element;
}

/** @param {StepLook} step */
function figures({ layers }) {
  const cell = (/** @type {string} */ text) => el("td", {}, text);
  const rows = layers.map((layer, at) =>
    el(
      "tr",
      {},
      el("th", { scope: "row" }, `Layer ${at + 1}`),
      cell(small(layer.gradient_norm)),
      cell(`${norm(layer.weight_norm)} → ${norm(layer.weight_norm_after)}`),
      cell(small(layer.update_share)),
    ),
  );
  const head = [
    ["Layer"],
    [term("Gradient", "gradient")],
    [term("Weights", "weight"), ", before → after"],
    ["Update / weights"],
  ];
  return [
    el(
      "div",
      { class: "scroll", tabindex: 0, role: "region", "aria-label": "Step by layer" },
      el(
        "table",
        { class: "figures-table" },
        el("caption", { class: "unseen" }, "L2 norms of each layer in this step"),
        el("thead", {}, el("tr", {}, ...head.map((name) => el("th", { scope: "col" }, ...name)))),
        el("tbody", {}, ...rows),
      ),
    ),
    el(
      "p",
      { class: "hint" },
      term("L2 norms", "l2_norm"),
      `, a layer’s weights and biases together, of this batch alone; Health takes up to 256 images, and what the optimiser has kept. ${update_words(layers)}`,
    ),
  ];
}

/**
 * @param {StepLook} step
 * @param {readonly string[]} classes
 */
function images({ pixels, labels, losses_before, losses_after }, classes) {
  const size = pixels.length / Math.max(1, labels.length);
  const count = Math.min(labels.length, MOST_IMAGES);
  const items = Array.from({ length: count }, (_, at) => {
    const losses = [losses_before[at] ?? NaN, losses_after[at] ?? NaN];
    const [before, after] = losses.map(format.loss);
    const [was, is] = losses.map((loss) => (loss < 10 ? loss.toFixed(3) : format.loss(loss)));
    const label = labels[at] ?? 0;
    const name = `${read_as(classes, label)}, loss ${before} before, ${after} after`;
    return el(
      "li",
      {},
      digit_canvas(digit_at(pixels, at, size), name),
      el("span", { class: "figure", "aria-hidden": "true" }, class_name(classes, label)),
      el("span", { class: "figure", "aria-hidden": "true" }, `${was} → ${is}`),
    );
  });
  const some = count < labels.length ? `The first ${count} of ${labels.length} images. ` : "";
  return el(
    "div",
    {},
    el("ol", { class: "batch-images", "aria-label": "Images of the batch" }, ...items),
    el(
      "p",
      { class: "hint" },
      `${some}Each with its label and its `,
      term("loss", "loss"),
      " before → after, dropout off.",
    ),
  );
}
