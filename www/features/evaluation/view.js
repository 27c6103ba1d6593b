// Below the bench: how well the model that stands reads images it never trained on, the
// validation part or a test set, and what goes in and out as files. Computes no figures
// and decides nothing: it draws the evaluation that the state says is shown.

import { draw_confusion } from "../../ui/confusion.js";
import { by_id, el, on_theme_change, set_text } from "../../ui/dom.js";
import { digit_at, digit_canvas } from "../../ui/digit.js";
import { create_menu } from "../../ui/menu.js";
import { chart_menu } from "../../plot/chart_menu.js";
import { draw_first_layer, first_layer_width } from "../../plot/weights_view.js";
import * as format from "../../base/format.js";
import { confident_mistakes, reading_at, rows_of_cell, top_digit } from "../../base/ink.js";
import { MNIST_TASK, class_name } from "../../base/task.js";
import { message_of } from "../../base/fault.js";
import { evaluable, is_active, model_task, shown_evaluation } from "../../app/state.js";
import { button_of, draw_calibration, fill_classes, mark_cell } from "./figures.js";
import { evaluation_text, gallery_text } from "./text.js";

/** @import { Actions } from "../../app/actions.js" */
/** @import { Subject } from "../../app/story.js" */
/** @import { EvaluationState, PageState, View } from "../../app/state.js" */

const MOST_IMAGES = 24;

/** What stands beside the pickers before anything is picked. */
const TEST_HINT =
  "Read instead of the validation part. Without labels it becomes Kaggle’s submission.csv.";

/**
 * @param {View<PageState>} state
 * @param {Pick<Actions, "evaluate" | "open_cell" | "pick_test" | "drop_test" | "load_model" | "save_model" | "submission" | "readings_pixels" | "weights">} actions
 * @param {(subject: Subject) => void} tell_of why an image is read as it is
 */
export function create_evaluation_view(state, actions, tell_of) {
  const status = by_id("evaluation-status", HTMLElement);
  create_files(state, actions);
  state.watch(
    ["run", "data", "model", "test", "evaluation", "evaluating", "evaluation_told", "looks"],
    (now) => set_text(status, evaluation_text(now)),
  );
  create_figures(state, actions, tell_of);
}

/**
 * The buttons and pickers. The pickers stay open while something is under way: what is
 * asked for meanwhile is done after it, or refused with a sentence.
 * @param {View<PageState>} state
 * @param {Pick<Actions, "evaluate" | "pick_test" | "drop_test" | "load_model" | "save_model" | "submission">} actions
 */
function create_files(state, actions) {
  const evaluate = by_id("evaluate", HTMLButtonElement);
  const test_picker = by_id("test-csv", HTMLInputElement);
  const test_status = by_id("test-status", HTMLElement);
  const drop_test = by_id("drop-test", HTMLButtonElement);
  const submit = by_id("download-submission", HTMLButtonElement);
  const model_picker = by_id("model-file", HTMLInputElement);
  const save = by_id("download-model", HTMLButtonElement);
  const other_formats = create_menu(
    { text: "Other formats", label: "Download model: other formats" },
    [
      { text: ".bpk for burn", press: () => actions.save_model("burnpack") },
      { text: ".onnx for ONNX Runtime", press: () => actions.save_model("onnx") },
    ],
  );
  save.after(other_formats);

  evaluate.addEventListener("click", () => actions.evaluate());
  submit.addEventListener("click", () => void actions.submission());
  save.addEventListener("click", () => void actions.save_model("safetensors"));
  drop_test.addEventListener("click", () => {
    actions.drop_test();
    test_picker.focus({ preventScroll: true });
  });
  test_picker.addEventListener("change", () => {
    const files = Array.from(test_picker.files ?? []);
    // The same file, mended, must be pickable again.
    test_picker.value = "";
    if (files.length) actions.pick_test(files);
  });
  model_picker.addEventListener("change", () => {
    const file = model_picker.files?.[0];
    model_picker.value = "";
    if (file) actions.load_model(file);
  });

  state.watch(["run", "data", "model", "test"], (now) => {
    const { run, model, test } = now;
    const rests = is_active(run) || model === null;
    evaluate.disabled = rests || evaluable(now) === null;
    submit.disabled = rests || test === null;
    save.disabled = rests;
    for (const button of other_formats.querySelectorAll("button")) button.disabled = rests;
    drop_test.hidden = test === null;
  });
  state.watch(["test_told"], ({ test_told }) => set_text(test_status, test_told || TEST_HINT));
}

/**
 * What an evaluation found. Drawn when another one is shown, and hidden with it.
 * @param {View<PageState>} state
 * @param {Pick<Actions, "open_cell" | "readings_pixels" | "weights">} actions
 * @param {(subject: Subject) => void} tell_of
 */
function create_figures(state, actions, tell_of) {
  const box = by_id("evaluation-view", HTMLElement);
  const confusion = by_id("confusion", HTMLTableElement);
  const table = by_id("class-figures", HTMLTableElement);
  const calibration = by_id("calibration", HTMLElement);
  const first_layer = by_id("first-layer", HTMLElement);
  const back = by_id("worst-mistakes", HTMLButtonElement);
  /** @type {EvaluationState | null} */
  let shown = null;

  const files_of_shown = async () => {
    if (!shown) throw new Error("nothing is evaluated yet");
    const { figures, about } = shown;
    return { files: await import("./files.js"), figures, about, classes: classes_of(shown) };
  };
  by_id("confusion-head", HTMLElement).append(
    chart_menu("Confusion matrix", async () => {
      const { files, figures, about, classes } = await files_of_shown();
      return files.confusion_files(figures, about, classes);
    }),
  );
  by_id("calibration-head", HTMLElement).append(
    chart_menu("Reliability", async () => {
      const { files, figures, about } = await files_of_shown();
      return files.reliability_files(figures, about);
    }),
  );

  const show_layer = async () => {
    const about = shown;
    const { model } = state.get();
    first_layer.replaceChildren();
    if (!about || !model) return;
    const weights = await actions.weights().catch(() => null);
    const width = first_layer_width(model);
    const { side } = model_task(model);
    if (weights && width > 0 && shown === about)
      draw_first_layer(first_layer, weights, width, side);
  };

  state.watch(["data", "model", "test", "evaluation", "run"], (now) => {
    // A run's own figures come with it; what was evaluated is of the model before.
    const next = is_active(now.run) ? null : shown_evaluation(now);
    box.hidden = next === null;
    if (next === shown) return;
    shown = next;
    if (!next) return;
    const classes = classes_of(next);
    draw_confusion(confusion, next.figures, classes, (truth, said) => {
      const { cell } = state.get();
      const is_open = cell?.truth === truth && cell.said === said;
      actions.open_cell(is_open ? null : { truth, said });
    });
    fill_classes(table, next.figures, classes);
    draw_calibration(calibration, next.figures);
    mark_cell(confusion, now.cell);
    void show_layer();
  });

  const gallery = create_gallery(state, actions, tell_of);
  state.watch(["data", "model", "test", "evaluation", "run", "cell"], ({ cell }) => {
    back.hidden = cell === null;
    mark_cell(confusion, cell);
    if (shown) void gallery(shown);
  });
  back.addEventListener("click", () => {
    const { cell } = state.get();
    actions.open_cell(null);
    // The button goes away, and the keyboard's place to where it came from.
    if (cell) button_of(confusion, cell)?.focus({ preventScroll: true });
  });
  on_theme_change(() => {
    if (!shown) return;
    void gallery(shown, true);
    void show_layer();
  });
}

/**
 * Images of the opened cell, or the worst mistakes.
 * @param {View<PageState>} state
 * @param {Pick<Actions, "readings_pixels">} actions
 * @param {(subject: Subject) => void} tell_of
 */
function create_gallery(state, actions, tell_of) {
  const list = by_id("gallery", HTMLElement);
  const title = by_id("gallery-title", HTMLElement);
  /** @type {{ evaluation: EvaluationState, cell: PageState["cell"] } | null} */
  let drawn = null;

  return async (/** @type {EvaluationState} */ evaluation, is_forced = false) => {
    const { cell } = state.get();
    if (!is_forced && drawn?.evaluation === evaluation && drawn.cell === cell) return;
    const mine = { evaluation, cell };
    drawn = mine;
    const { labels, probabilities } = evaluation;
    const found = cell
      ? rows_of_cell(probabilities, labels, cell.truth, cell.said)
      : confident_mistakes(probabilities, labels);
    const places = found.slice(0, MOST_IMAGES);
    const classes = classes_of(evaluation);
    // With the images, not before: those of another cell would stand beneath it.
    const entitle = () => set_text(title, gallery_text(cell, places.length, found.length, classes));
    try {
      const pixels = places.length ? await actions.readings_pixels(places) : new Uint8Array();
      if (drawn !== mine) return;
      const images = places.map((place, at) => {
        const subject = {
          pixels: digit_at(pixels, at, pixels.length / places.length),
          truth: labels[place] ?? 0,
          about: evaluation.about,
        };
        const reading = reading_at(probabilities, place, labels.length);
        return image_of(subject, reading, classes, () => tell_of(subject));
      });
      entitle();
      list.replaceChildren(...images);
      if (images.length === 0) list.append(el("li", { class: "hint" }, "None."));
    } catch (error) {
      if (drawn !== mine) return;
      entitle();
      const words = `The images could not be shown: ${message_of(error)}`;
      list.replaceChildren(el("li", { class: "hint" }, words));
    }
  };
}

/** What an evaluation's classes are called. @param {Pick<EvaluationState, "classes">} evaluation */
function classes_of({ classes }) {
  return classes ?? MNIST_TASK.classes;
}

/**
 * @param {Subject} subject
 * @param {Float32Array} reading
 * @param {readonly string[]} classes
 * @param {() => void} on_press
 */
function image_of({ pixels, truth }, reading, classes, on_press) {
  const top = top_digit(reading);
  const sure = format.percent(reading[top] ?? 0, 1).replace(" ", "\u00a0");
  const [said, is] = [class_name(classes, top), class_name(classes, truth)];
  const words = top === truth ? `${said}, ${sure}` : `says ${said}, ${sure}; is ${is}`;
  const press = el(
    "button",
    { type: "button", class: "quiet", title: "Why it reads so" },
    digit_canvas(pixels, `A ${is}, read as ${said} with ${sure}`),
  );
  press.addEventListener("click", on_press);
  return el("li", {}, press, el("span", { "aria-hidden": "true" }, words));
}
