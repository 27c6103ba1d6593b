// A digit's story: its pixels, coloured by what they say for a class, and the training images
// that the network takes for most like it. Computes nothing.

import { digit_at, digit_canvas, side_of } from "../../ui/digit.js";
import { el, field_of, on_theme_change, set_text } from "../../ui/dom.js";
import { class_name } from "../../base/task.js";
import { paint_weights } from "../../plot/weights_view.js";
import {
  has_nearest,
  nearest_words,
  read_as,
  saliency_words,
  speaks,
  story_words,
  value,
} from "./words.js";

/** @import { StoryController, Subject } from "../../app/story.js" */

/** Figures follow the pen no later than this. */
const WORDS_AFTER_MS = 150;

const APPROXIMATION =
  "An approximation, input × gradient: each pixel’s value, its mean taken off, times how fast the class’s sum grows with it. It takes the network for a plane at this drawing; paper counts too, where ink is usual.";

const NOTHING_SAID =
  "Input × gradient is 0 at each pixel: a small change of any of them changes nothing of what is read, since no unit on the way passes it on.";

/** @param {StoryController} story */
export function create_story(story) {
  const { store } = story;
  const told = el("p", { class: "hint", role: "status", "aria-label": "Story status" });
  const asked = el("select", { id: "story-class" });
  const back = el("button", { type: "button", class: "quiet" }, "Back to the pad");
  const own = el("div", { class: "story-own" });
  const canvas = el("canvas", { role: "img" });
  const legend = el(
    "p",
    { class: "weights-legend hint" },
    el("span", {}, "against"),
    el("span", { class: "scale", "aria-hidden": "true" }),
    el("span", {}, "for"),
  );
  const pixels = el("div", { class: "unit-picture" }, canvas, legend);
  const nearest = el("ol", { class: "strongest", "aria-label": "Nearest training images" });
  const nearest_told = el("p", { class: "hint" });
  const approximation = el("p", { class: "hint" });
  const row = el(
    "p",
    { class: "buttons" },
    el("label", { for: "story-class" }, "What speaks for"),
    asked,
    back,
  );
  const parts = el(
    "div",
    { class: "unit-parts" },
    own,
    pixels,
    el("div", { class: "unit-fires" }, el("h4", {}, "Most like it"), nearest, nearest_told),
  );
  const element = el(
    "details",
    { class: "table-box story" },
    el("summary", {}, "Why it reads so"),
    told,
    row,
    parts,
    approximation,
  );
  element.addEventListener("toggle", () => story.set_open(element.open));
  asked.addEventListener("change", (event) => {
    const chosen = field_of(event).value;
    story.ask_about(chosen === "read" ? null : Number(chosen));
  });
  back.addEventListener("click", () => {
    story.tell_of(null);
    // Without a drawing there is nothing to ask about, and only this is left.
    element.querySelector("summary")?.focus({ preventScroll: true });
  });

  let listed = "";
  const list = () => {
    const { classes } = store.get();
    if (classes.join("\n") === listed) return;
    listed = classes.join("\n");
    asked.replaceChildren(
      el("option", { value: "read" }, "what it reads"),
      ...classes.map((_, at) => el("option", { value: at }, read_as(classes, at))),
    );
  };
  const paint = () => {
    const { reading } = store.get();
    if (!reading) return;
    const side = side_of(reading.saliency);
    if (canvas.width !== side) canvas.width = canvas.height = side;
    paint_weights(canvas, reading.saliency, 1, 0, side);
  };
  let saying = 0;
  const say = () => {
    clearTimeout(saying);
    saying = 0;
    const { reading, subject, classes, told: why } = store.get();
    row.hidden = parts.hidden = approximation.hidden = reading === null;
    back.hidden = subject === null;
    if (!reading) return set_text(told, why);
    set_text(told, story_words(reading, classes, subject));
    canvas.ariaLabel = saliency_words(reading, classes);
    set_text(approximation, speaks(reading) ? APPROXIMATION : NOTHING_SAID);
    const name = subject ? read_as(classes, subject.truth) : "The drawing";
    own.replaceChildren(digit_canvas(reading.pixels, name));
  };
  store.watch(["classes"], list);
  store.watch(["wanted"], ({ wanted }) => {
    asked.value = wanted === null ? "read" : String(wanted);
  });
  store.watch(["reading", "subject", "classes", "told"], ({ reading }) => {
    paint();
    if (!reading) say();
    else saying ||= setTimeout(say, WORDS_AFTER_MS);
  });
  const show_nearest = () => {
    const { nearest: found, nearest_told: why } = store.get();
    const named = found && has_nearest(found) ? found.rows : [];
    const items = Array.from(named, (_, at) => {
      const { pixels: all, labels, distances, names, rows } = found ?? {};
      if (!all || !labels || !distances || !names || !rows) return "";
      const label = labels[at];
      const far = value(distances[at] ?? NaN);
      const name = label === undefined ? "An image" : read_as(names, label);
      const image = digit_canvas(
        digit_at(all, at, all.length / rows.length),
        `${name}, distance ${far}`,
      );
      const words = label === undefined ? far : `${class_name(names, label)}: ${far}`;
      return el("li", {}, image, el("span", { class: "figure", "aria-hidden": "true" }, words));
    });
    nearest.replaceChildren(...items);
    set_text(nearest_told, found ? nearest_words(found) : why);
  };
  store.watch(["nearest", "nearest_told"], show_nearest);
  on_theme_change(() => {
    paint();
    say();
    show_nearest();
  });
  return {
    element,
    /** Opens it for an image that was read wrongly. @param {Subject} subject */
    tell_of(subject) {
      story.tell_of(subject);
      element.open = true;
      element.scrollIntoView({ block: "nearest" });
      element.querySelector("summary")?.focus({ preventScroll: true });
    },
  };
}
