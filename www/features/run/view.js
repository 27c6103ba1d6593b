// Part 3, training: the four buttons, the state line, what can go on, the result and
// what it is of. What the buttons do is decided elsewhere.

import { announce, by_id, el, set_text } from "../../ui/dom.js";
import { term } from "../../ui/term.js";
import { difference_text, other_settings } from "./difference.js";
import {
  fault_remark,
  is_tuned,
  model_text,
  result_figures,
  status_text,
  was_closed,
} from "./text.js";
import { is_active, why_not_train } from "../../app/state.js";

/** @import { Actions } from "../../app/actions.js" */
/** @import { PageState, View } from "../../app/state.js" */
/** @import { Figure } from "./text.js" */

/**
 * @param {View<PageState>} state
 * @param {Pick<Actions, "train" | "sample_and_train" | "pause_or_resume" | "stop" | "train_on_cpu" | "go_on" | "use_settings_of_run">} actions
 */
export function create_run_view(state, actions) {
  create_buttons(state, actions);
  create_offer(state, actions);
  create_difference(state, actions);

  const status = by_id("training-status", HTMLElement);
  const remarks = by_id("run-remarks", HTMLElement);
  const bar = by_id("run-progress", HTMLProgressElement);
  const results = by_id("results", HTMLElement);
  // Ten changes a second would never let a screen reader finish: this line is
  // read when the phase changes, through the announcer.
  status.setAttribute("aria-live", "off");

  state.watch(["run", "data", "plan_fault"], ({ run, data, plan_fault }) => {
    const is_wrong = run.phase === "failed" || (run.phase === "interrupted" && !was_closed(run));
    status.classList.toggle("wrong", is_wrong);
    set_text(status, status_text(run, data !== null, plan_fault));
    const { progress } = run;
    bar.value = progress && progress.num_steps > 0 ? progress.step / progress.num_steps : 0;
  });
  state.watch(["run", "model"], ({ run, model }) => {
    show_figures(results, result_figures(run, is_tuned(run, model)));
  });
  state.watch(["run", "plan", "plan_fault"], ({ run, plan, plan_fault }) => {
    const parts = [];
    if (run.decision) parts.push(run.decision.reason);
    if (plan_fault) parts.push(fault_remark(run, plan_fault));
    else if (plan && !is_active(run)) parts.push(...plan.notes);
    set_text(remarks, parts.join(" "));
  });
  tell_phases(state);
}

/**
 * @param {View<PageState>} state
 * @param {Pick<Actions, "train" | "sample_and_train" | "pause_or_resume" | "stop" | "train_on_cpu">} actions
 */
function create_buttons(state, actions) {
  const train = by_id("train", HTMLButtonElement);
  const sample = by_id("sample-and-train", HTMLButtonElement);
  const pause = by_id("pause", HTMLButtonElement);
  const stop = by_id("stop", HTMLButtonElement);
  const use_cpu = by_id("use-cpu", HTMLButtonElement);
  const why = by_id("train-why", HTMLElement);
  const sample_hint = by_id("sample-hint", HTMLElement);

  train.addEventListener("click", () => actions.train());
  sample.addEventListener("click", () => actions.sample_and_train());
  pause.addEventListener("click", () => actions.pause_or_resume());
  stop.addEventListener("click", () => actions.stop());
  use_cpu.addEventListener("click", () => actions.train_on_cpu());

  let focus_pause = false;
  state.watch(["run", "data", "loading", "is_tuning", "is_study_busy", "assignment"], (now) => {
    const { run, data } = now;
    const active = is_active(run);
    const had_focus = document.activeElement;
    const reason = why_not_train(now);
    train.disabled = sample.disabled = reason !== "";
    set_text(why, reason);
    // While a run is under way, its own line says so.
    why.classList.toggle("unseen", active);

    // One of the two is the obvious next press. The sample beside a person's own
    // data is none: it would take its place.
    const is_own = data !== null && !data.name.startsWith("sample.");
    train.classList.toggle("primary", data !== null);
    sample.classList.toggle("primary", data === null);
    sample.classList.toggle("quiet", is_own);
    const hint = is_own
      ? `Loads the sample in place of ${data.name}; you can bring it back.`
      : "Loads the sample and trains on it.";
    set_text(sample_hint, hint);
    sample.title = is_own ? hint : "";

    pause.disabled = run.phase !== "training" && run.phase !== "paused";
    stop.disabled = !active || run.phase === "stopping";
    set_text(pause, run.phase === "paused" ? "Resume" : "Pause");
    use_cpu.hidden = active || !run.can_use_cpu;
    use_cpu.disabled = reason !== "";

    // A button that goes dead loses the keyboard's place: it moves on to Pause, never
    // to Stop, where a second press of Enter would end the run. The page stays where it is.
    const was_pressed = had_focus === train || had_focus === sample;
    if (active && was_pressed) focus_pause = true;
    if (!active) focus_pause = false;
    if (focus_pause && !pause.disabled) {
      focus_pause = false;
      // Unless the person has gone elsewhere meanwhile.
      if (was_pressed || had_focus === document.body) pause.focus({ preventScroll: true });
    }
    if (!active && (had_focus === pause || had_focus === stop)) {
      train.focus({ preventScroll: true });
    }
  });
}

/**
 * A run that can go on.
 * @param {View<PageState>} state
 * @param {Pick<Actions, "go_on">} actions
 */
function create_offer(state, actions) {
  const go_on = by_id("continue", HTMLButtonElement);
  const box = by_id("offer", HTMLElement);
  const sentence = by_id("offer-sentence", HTMLElement);

  go_on.addEventListener("click", () => {
    const { offer } = state.get();
    if (offer) actions.go_on(offer.run_id);
  });
  state.watch(
    ["offer", "run", "data", "loading", "is_tuning", "is_study_busy", "assignment"],
    (now) => {
      const { offer, run, data } = now;
      box.hidden = offer === null || is_active(run);
      if (!offer) return;
      const has_data = data?.checksum === offer.data_checksum;
      go_on.disabled = !has_data || why_not_train(now) !== "";
      // With a finished run's figures in sight the next press is another one.
      go_on.classList.toggle("primary", run.result === null);
      set_text(
        sentence,
        has_data ? offer.sentence : `It needs ${offer.data_name}: load that first.`,
      );
    },
  );
}

/**
 * What the figures are of, where the page says something else.
 * @param {View<PageState>} state
 * @param {Pick<Actions, "use_settings_of_run">} actions
 */
function create_difference(state, actions) {
  const box = by_id("run-difference", HTMLElement);
  const told = by_id("run-difference-text", HTMLElement);
  const use = by_id("use-run-settings", HTMLButtonElement);
  use.addEventListener("click", () => {
    actions.use_settings_of_run();
    announce("The fields have the settings of this run");
    if (use.hidden || box.hidden) {
      by_id("train", HTMLButtonElement).focus({ preventScroll: true });
    }
  });
  state.watch(["run", "config", "data", "model", "tuning_told"], (now) => {
    const { run, config, data, model, tuning_told } = now;
    const sentences = [difference_text(run, config, data), model_text(run, model, tuning_told)];
    const text = sentences.filter(Boolean).join(" ");
    box.hidden = text === "";
    use.hidden = sentences[0] === "" || other_settings(run, config).length === 0;
    set_text(told, text);
  });
}

/**
 * @param {HTMLElement} list
 * @param {Figure[]} figures
 */
function show_figures(list, figures) {
  if (list.childElementCount !== figures.length) {
    const group = (/** @type {unknown} */ _, /** @type {number} */ at) =>
      el(
        "div",
        { class: at === 0 ? "headline" : "" },
        el("dt"),
        el("dd"),
        el("dd", { class: "aside" }),
      );
    list.replaceChildren(...figures.map(group));
  }
  figures.forEach(({ title, figure, aside }, at) => {
    const [dt, dd, beside] = Array.from(list.children[at]?.children ?? []);
    if (!dt || !dd || !beside) return;
    const entry = WITH_ENTRY[title];
    if (!entry) set_text(dt, title);
    else if (dt.textContent !== title) dt.replaceChildren(term(title, entry));
    set_text(dd, figure);
    set_text(beside, aside);
  });
}

/** Titles that the glossary explains. @type {Readonly<Record<string, string>>} */
const WITH_ENTRY = { "Best epoch": "best_epoch", Gap: "gap", "Validation accuracy": "accuracy" };

/** Ten words about a run in all: its beginning, its tenths, its end. @param {View<PageState>} state */
function tell_phases(state) {
  let told = state.get().run.phase;
  let told_epoch = 0;
  state.watch(["run"], ({ run, data }) => {
    const epoch = run.history.length;
    const every = Math.max(1, Math.ceil((run.progress?.num_epochs ?? 10) / 10));
    if (run.phase !== told) {
      told = run.phase;
      told_epoch = 0;
      if (run.phase !== "idle") announce(status_text(run, data !== null));
    } else if (
      run.phase === "training" &&
      epoch > 0 &&
      epoch % every === 0 &&
      epoch !== told_epoch
    ) {
      told_epoch = epoch;
      const figure = result_figures(run)[0]?.figure;
      announce(`Epoch ${epoch} done, validation accuracy ${figure}`);
    }
  });
}
