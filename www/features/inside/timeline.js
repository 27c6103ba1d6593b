// The slider over a run's epochs, and what plays through them. Decides nothing.

import { el, field_of, set_text } from "../../ui/dom.js";
import { kept_words, shown_words } from "./words.js";

/** @import { Timeline } from "../../app/timeline.js" */

/** @param {Timeline} timeline */
export function create_timeline(timeline) {
  const { store } = timeline;
  const slider = el("input", {
    type: "range",
    id: "epoch-shown",
    min: 0,
    step: 1,
    "aria-describedby": "epoch-shown-about",
  });
  const says = el("output", { for: "epoch-shown", class: "figure" });
  const play = el("button", { type: "button", class: "quiet" }, "Play");
  const newest = el("button", { type: "button", class: "quiet" }, "Back to the newest");
  const row = el(
    "div",
    { class: "timeline-row" },
    el("label", { for: "epoch-shown" }, "Epoch shown"),
    slider,
    says,
    play,
    newest,
  );
  const about = el("p", { class: "hint", id: "epoch-shown-about" });
  const element = el("div", { class: "timeline" }, row, about);
  slider.addEventListener("input", (event) => timeline.choose(Number(field_of(event).value)));
  play.addEventListener("click", () => {
    if (store.get().is_playing) timeline.stop();
    else timeline.play();
  });
  newest.addEventListener("click", () => {
    timeline.choose(store.get().last);
    slider.focus({ preventScroll: true });
  });
  store.watch(["epochs", "last", "shown", "every", "is_playing", "is_too_large"], (state) => {
    const { epochs, last, shown, every, is_playing, is_too_large } = state;
    row.hidden = epochs.length === 0;
    slider.max = String(last);
    slider.value = String(shown);
    const words = shown_words(shown, last);
    slider.setAttribute("aria-valuetext", words);
    set_text(says, words);
    set_text(play, is_playing ? "Stop playing" : "Play");
    newest.hidden = shown >= last;
    set_text(about, kept_words(epochs.length > 0, every, is_too_large));
  });
  return element;
}
