// Part 3, training: the four buttons, the state line, the result. What the
// buttons do is `main.js`'s.

import { announce, by_id, el, set_text } from "../../ui/dom.js";
import { result_figures, status_text } from "./text.js";
import { setting_of_error } from "../../base/settings.js";
import { is_active } from "../../app/state.js";

/** @import { PageState, Store } from "../../app/state.js" */

/**
 * @typedef {object} RunActions
 * @property {() => void} train
 * @property {() => void} sample_and_train
 * @property {() => void} pause_or_resume
 * @property {() => void} stop
 * @property {() => void} train_on_cpu
 * @property {() => void} go_on with the run that was cut short
 */

/**
 * @param {Store<PageState>} store
 * @param {RunActions} actions
 */
export function create_run_view(store, actions) {
  const train = by_id("train", HTMLButtonElement);
  const sample = by_id("sample-and-train", HTMLButtonElement);
  const pause = by_id("pause", HTMLButtonElement);
  const stop = by_id("stop", HTMLButtonElement);
  const use_cpu = by_id("use-cpu", HTMLButtonElement);
  const status = by_id("training-status", HTMLElement);
  const note = by_id("run-note", HTMLElement);
  const bar = by_id("run-progress", HTMLProgressElement);
  const results = by_id("results", HTMLElement);

  const go_on = by_id("continue", HTMLButtonElement);
  const offer_box = by_id("offer", HTMLElement);
  const sentence = by_id("offer-sentence", HTMLElement);

  store.watch(["offer", "run", "data", "loading"], ({ offer, run, data, loading }) => {
    const can = offer !== null && !is_active(run) && data?.checksum === offer.data_checksum;
    offer_box.hidden = !can;
    go_on.disabled = loading !== null;
    set_text(sentence, offer?.sentence ?? "");
  });
  go_on.addEventListener("click", actions.go_on);
  train.addEventListener("click", actions.train);
  sample.addEventListener("click", actions.sample_and_train);
  pause.addEventListener("click", actions.pause_or_resume);
  stop.addEventListener("click", actions.stop);
  use_cpu.addEventListener("click", actions.train_on_cpu);

  let focus_pause = false;

  // Ten changes a second would never let a screen reader finish: this line is
  // read when the phase changes, through the announcer.
  status.setAttribute("aria-live", "off");

  store.watch(["run", "data", "loading", "is_tuning"], ({ run, data, loading, is_tuning }) => {
    const active = is_active(run);
    const had_focus = document.activeElement;
    train.disabled = sample.disabled = active || loading !== null || is_tuning;
    // One of the two is the obvious next press.
    train.classList.toggle("primary", data !== null);
    sample.classList.toggle("primary", data === null);
    pause.disabled = run.phase !== "running" && run.phase !== "paused";
    stop.disabled = !active || run.phase === "stopping";
    set_text(pause, run.phase === "paused" ? "Resume" : "Pause");
    // A button that goes dead loses the keyboard's place: it moves on to Pause,
    // never to Stop, where a second press of Enter would end the run.
    const was_pressed = had_focus === train || had_focus === sample;
    if (active && was_pressed) focus_pause = true;
    if (!active) focus_pause = false;
    if (focus_pause && !pause.disabled) {
      focus_pause = false;
      // Unless the person has gone elsewhere meanwhile.
      if (was_pressed || had_focus === document.body) pause.focus();
    }
    if (!active && (had_focus === pause || had_focus === stop)) train.focus();

    status.classList.toggle(
      "wrong",
      run.phase === "ended" &&
        !run.is_interrupted &&
        (run.result === null || run.result.outcome === "failed"),
    );
    set_text(status, status_text(run, data !== null));
    const progress = run.progress;
    bar.value = progress && progress.num_steps > 0 ? progress.step / progress.num_steps : 0;
    use_cpu.hidden = !(run.phase === "ended" && run.can_use_cpu);
    const figures = result_figures(run);
    if (results.childElementCount !== figures.length) {
      results.replaceChildren(
        ...figures.map((_, at) =>
          el(
            "div",
            { class: at === 0 ? "headline" : "" },
            el("dt"),
            el("dd"),
            el("dd", { class: "aside" }),
          ),
        ),
      );
    }
    figures.forEach(({ title, figure, aside }, at) => {
      const [dt, dd, beside] = Array.from(results.children[at]?.children ?? []);
      if (!dt || !dd || !beside) return;
      set_text(dt, title);
      set_text(dd, figure);
      set_text(beside, aside);
    });
  });

  store.watch(["run", "plan", "plan_error"], ({ run, plan, plan_error }) => {
    const parts = [];
    if (run.decision) parts.push(run.decision.reason);
    if (plan_error && !setting_of_error(plan_error)) parts.push(`${plan_error}.`);
    else if (plan && !is_active(run)) parts.push(...plan.notes);
    set_text(note, parts.join(" "));
  });

  let told = store.get().run.phase;
  let told_epoch = 0;
  store.watch(["run"], ({ run, data }) => {
    const epoch = run.history.length;
    // Ten words about a run in all: its beginning, its tenths, its end.
    const every = Math.max(1, Math.ceil((run.progress?.num_epochs ?? 10) / 10));
    if (run.phase !== told) {
      told = run.phase;
      told_epoch = 0;
      if (run.phase !== "idle") announce(status_text(run, data !== null));
    } else if (
      run.phase === "running" &&
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
