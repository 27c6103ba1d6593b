// The inside of the network: the units of every layer as they answer to the pad, one of them
// opened, and one step looked at. Stands above the curves, beside the pad, on a wide screen and
// under the pad and its bars on a narrow one: one draws and watches.

import { MistakesController } from "../../app/epoch_mistakes.js";
import { HealthController } from "../../app/health.js";
import { InsideController } from "../../app/inside.js";
import { OneEpochController } from "../../app/one_epoch.js";
import { is_active } from "../../app/state.js";
import { StoryController } from "../../app/story.js";
import { Timeline } from "../../app/timeline.js";
import { by_id, el, on_theme_change, set_text } from "../../ui/dom.js";
import { term } from "../../ui/term.js";
import { create_batch } from "./batch.js";
import { create_health } from "./health.js";
import { create_mistakes } from "./mistakes.js";
import { create_story } from "./story.js";
import { create_timeline } from "./timeline.js";
import { create_unit } from "./unit.js";
import { heard, heard_words, links_words, paint_units } from "./painting.js";
import { Naming } from "./naming.js";
import { create_peek } from "./peek.js";
import { UnitList } from "./units.js";
import { as_of_words, subject_words } from "./words.js";

/** @import { KeptEpochs } from "../../app/kept_epochs.js" */
/** @import { Custody } from "../../engine/custody.js" */
/** @import { UnitPlace } from "../../app/inside.js" */
/** @import { Subject } from "../../app/story.js" */
/** @import { PageState, View } from "../../app/state.js" */

/** Where the pad stands under the curves, as in styles/fit.css. */
const NARROW = "(max-width: 1179px)";
/** Where all stands in one column: pad, bars and units are to be in sight together. */
const PHONE = "(max-width: 759px)";

/** While a run goes on its weights are copied for each look. */
const GAP_WHILE_TRAINING_MS = 250;

/** Nobody follows the colours of pixels at every move of the pen, and the bars come first. */
const STORY_AFTER_MS = 100;

/**
 * @param {object} parts
 * @param {View<PageState>} parts.page
 * @param {Custody} parts.engine
 * @param {KeptEpochs} parts.epochs
 * @param {() => Uint8Array | null} parts.pixels
 * @param {HTMLButtonElement} parts.button what opens it
 */
export function mount_inside({ page, engine, epochs, pixels, button }) {
  const timeline = new Timeline({ page, epochs, read: () => inside.settled });
  const story = new StoryController({ page, engine, epochs, pixels });
  // Story and units are of the same image.
  const shown = () => story.store.get().subject?.pixels ?? pixels();
  const inside = new InsideController({ page, engine, epochs, pixels: shown });
  const told_story = create_story(story);
  const mistakes = create_mistakes(
    new MistakesController({ page, engine, epochs, timeline }),
    told_story.tell_of,
  );
  const { store } = inside;
  for (const name of ["inside", "unit", "health"]) {
    document.head.append(el("link", { rel: "stylesheet", href: `features/inside/${name}.css` }));
  }

  const close = el("button", { type: "button", class: "quiet" }, "Close inside");
  const title = el("h2", { tabindex: -1 }, "Inside");
  const told = el("p", { class: "hint", role: "status", "aria-label": "Inside status" });
  const layers = el("div", { class: "inside-layers" });
  const canvas = el("canvas", { class: "inside-painting", "aria-hidden": "true" });
  const peek = create_peek();
  const paths = el("p", { class: "hint" });
  const below = el("span", {}, "orange: below 0");
  const legend = el(
    "p",
    { class: "hint units-legend" },
    el("span", {}, term("silent", "silent"), " on this image"),
    el("span", { class: "scale", "aria-hidden": "true" }),
    el(
      "span",
      {},
      "strongest of its layer (of the last layer, by ",
      term("softmax", "softmax"),
      ": certain)",
    ),
    below,
  );
  const shut_unit = () => {
    const { opened } = store.get();
    inside.shut_unit();
    if (opened) lists[opened.layer]?.focus(opened.unit);
  };
  const unit = create_unit(inside, shut_unit, (place) => open_unit(place));
  const element = el(
    "section",
    { class: "part inside", id: "inside", "aria-label": "Inside", hidden: true },
    el("header", { class: "part-head" }, title, told, close),
    create_timeline(timeline),
    layers,
    legend,
    paths,
    unit.element,
    told_story.element,
    mistakes,
    create_health(new HealthController({ page, engine, epochs })),
    create_batch(inside, new OneEpochController({ page, engine, inside: store })),
  );

  element.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    inside.point_at(null);
    if (store.get().opened !== null) shut_unit();
  });

  /** @type {UnitList[]} */
  let lists = [];
  let listed = "";
  /** @param {UnitPlace} place */
  const open_unit = (place) => {
    inside.open_unit(place);
    unit.focus();
  };

  /** What is read, in words: after the pen, for whoever listens or reads. */
  const words = new Naming(function* () {
    const { opened } = store.get();
    for (const list of lists) list.press(opened);
    for (const list of lists) yield* list.name();
    const { units, is_drawn, classes } = store.get();
    const unit = lined();
    const said = unit ? heard_words(unit) : links_words(units?.links ?? [], classes);
    set_text(paths, units && is_drawn ? said : "");
    peek.show(store.get(), lists, layers.clientWidth);
  });
  /** The unit whose lines are shown: pointed at, else opened; `null` where neither hears units. */
  const lined = () => {
    const { pointed, unit } = store.get();
    return [pointed, unit].find((one) => heard(one).length > 0) ?? null;
  };

  /** At most once a frame, however often the pad is read. */
  let is_drawing = false;
  const draw = () => {
    is_drawing = false;
    const { units, is_drawn, classes, looked_back, told: why } = store.get();
    layers.hidden = legend.hidden = units === null;
    const invitation = "Draw on the pad and watch. A press on a unit opens it.";
    const { subject } = story.store.get();
    const of = subject ? subject_words(subject, classes) : is_drawn ? "" : invitation;
    set_text(told, why || as_of_words(looked_back) + (units ? of : ""));
    if (!units) {
      set_text(paths, "");
      return;
    }
    below.hidden = units.activation === "relu" || units.activation === "sigmoid";
    const widths = units.widths.slice(1);
    const shape = [widths.join(), classes.join("\n")].join("\n");
    const is_other = shape !== listed;
    if (is_other) {
      listed = shape;
      lists = widths.map(
        (width, layer) =>
          new UnitList(
            layer,
            width,
            layer + 1 === widths.length ? classes : null,
            open_unit,
            (at) => inside.point_at(at),
          ),
      );
      laid_out.disconnect();
      laid_out.observe(layers);
      // Words beneath a layer may move those beside it.
      for (const { element: layer } of lists) laid_out.observe(layer);
      layers.replaceChildren(canvas, ...lists.map((list) => list.element), peek.element);
      measure();
    }
    let from = 0;
    lists.forEach((list, layer) => {
      const to = from + (widths[layer] ?? 0);
      const activations = units.activations.subarray(from, to);
      list.take({ activation: units.activation, activations, is_drawn });
      from = to;
    });
    const unit = lined();
    paint_units(canvas, lists, is_drawn ? (unit ? heard(unit) : units.links) : [], unit !== null);
    if (is_other || !is_drawn) words.now();
    else words.soon();
  };
  timeline.store.watch(["epochs"], ({ epochs: kept }) => {
    mistakes.hidden = kept.length === 0;
  });
  const draw_soon = () => {
    if (is_drawing || element.hidden) return;
    is_drawing = true;
    requestAnimationFrame(draw);
  };
  const measure = () => {
    const { clientWidth, clientHeight } = layers;
    canvas.width = Math.round(clientWidth * devicePixelRatio);
    canvas.height = Math.round(clientHeight * devicePixelRatio);
    for (const list of lists) list.measure();
  };
  store.watch(["units", "is_drawn", "classes", "looked_back", "told"], draw_soon);
  // What is said is of what stands.
  store.watch(["is_reading"], ({ is_reading }) => {
    told.ariaBusy = String(is_reading);
  });
  story.store.watch(["subject"], () => {
    inside.update();
    draw_soon();
  });
  store.watch(["opened"], () => words.now());
  store.watch(["unit", "pointed"], draw_soon);
  store.watch(["pointed_at", "pointed"], (state) => peek.show(state, lists, layers.clientWidth));
  on_theme_change(draw_soon);
  const laid_out = new ResizeObserver(() => {
    measure();
    draw_soon();
  });
  laid_out.observe(layers);

  const [narrow, phone] = [matchMedia(NARROW), matchMedia(PHONE)];
  const place = () => {
    if (phone.matches) by_id("bars", HTMLElement).after(element);
    else by_id(narrow.matches ? "draw" : "training", HTMLElement).after(element);
  };
  narrow.addEventListener("change", place);
  phone.addEventListener("change", place);
  place();

  /** @param {boolean} is_open */
  const show = (is_open) => {
    element.hidden = !is_open;
    button.setAttribute("aria-expanded", String(is_open));
    for (const part of [timeline, inside]) {
      if (is_open) part.open();
      else part.close();
    }
    // The pad may have another drawing by now.
    if (is_open) story.pad_read();
    draw_soon();
  };
  close.addEventListener("click", () => {
    show(false);
    button.focus({ preventScroll: true });
  });
  let is_asking = false;
  let story_timer = 0;
  const tell_story = () => {
    story_timer = 0;
    story.pad_read();
  };
  return {
    /** Asked for once a frame, after the bars have been drawn; a run needs its worker more. */
    update() {
      if (is_asking || element.hidden) return;
      is_asking = true;
      const ask = () => {
        is_asking = false;
        inside.update();
        story_timer ||= setTimeout(tell_story, STORY_AFTER_MS);
      };
      if (is_active(page.get().run)) setTimeout(ask, GAP_WHILE_TRAINING_MS);
      else requestAnimationFrame(ask);
    },
    /** Opens the story of an image that was read wrongly. @param {Subject} subject */
    tell_of(subject) {
      show(true);
      // The gallery is of the model as it stands.
      timeline.choose(Infinity);
      told_story.tell_of(subject);
    },
    toggle() {
      const is_open = Boolean(element.hidden);
      show(is_open);
      if (!is_open) return;
      // Whoever opens it by keyboard goes on inside it.
      title.focus({ preventScroll: true });
      if (phone.matches) by_id("pad", HTMLElement).scrollIntoView({ block: "start" });
      else if (narrow.matches) element.scrollIntoView({ block: "nearest" });
    },
  };
}
