// The study view: builds its parts, which the files in study/ draw, and shows in
// them what study/studies.js holds.

import { announce, el, message_of, on_theme_change, set_text } from "../../ui/dom.js";
import { default_workers } from "../../engine/pool.js";
import { short_description } from "../../base/settings.js";
import { study_curves } from "./curves.js";
import { factor_chart } from "./factor_chart.js";
import { study_form } from "./form.js";
import { hand_in } from "../report/hand_in.js";
import { across_table, study_library } from "./library.js";
import { value_colours } from "../../plot/palette.js";
import { remarks_view } from "./remarks.js";
import { run_list } from "./runs.js";
import { share_done, study_status } from "./status.js";
import { Studies } from "./studies.js";
import { comparison_table } from "./table.js";

/** @import { ReportRequest } from "../../pkg/ndarray/inkling.js" */
/** @import { Settings } from "../../base/settings.js" */
/** @import { Database } from "../../store/database.js" */
/** @import { Trainer } from "../../engine/trainer.js" */

/**
 * What the study needs of the page.
 * @typedef {object} StudyHost
 * @property {Database} database where studies are kept
 * @property {() => Settings} get_baseline the settings of the page's form
 * @property {Trainer} trainer holds the data set, decides the backend, asks the engine
 * @property {() => boolean} is_training whether the page's own run is under way
 * @property {(sentence: string) => void} notice
 */

/**
 * Builds the view in its section.
 * @param {HTMLElement} section
 * @param {StudyHost} host
 */
export function mount_study(section, host) {
  const { trainer } = host;
  const studies = new Studies(host.database, trainer, {
    on_open() {
      curves.reset(studies.record);
      runs.reset(studies.record, colours());
    },
    on_run(index) {
      show_run(index);
      if (studies.record) curves.update(studies.record);
    },
    on_beat() {
      for (const index of studies.progress.keys()) show_run(index);
      show_status();
    },
    on_phase: show_phase,
    on_reading: show_reading,
    on_unreadable: (error) => form.show_error(`The study could not be read: ${message_of(error)}`),
    on_kept: show_kept,
  });

  // Parts

  const form = study_form({ on_change: change, on_run: () => void run(), on_stop: stop });
  const status = el("p", { class: "status", role: "status", "aria-label": "Study status" });
  const whole = el("progress", { max: 1, value: 0, "aria-label": "Progress of the study" });
  const resume = el("button", { type: "button", hidden: true }, "Run what is missing");
  resume.addEventListener("click", () => void run_missing());
  const highlight = (/** @type {number | null} */ value) => curves.highlight(value);
  const runs = run_list({
    on_cancel: (index) => studies.cancel_run(index),
    on_highlight: highlight,
  });
  const curves = study_curves();
  const table = comparison_table({ on_highlight: highlight });
  const chart = factor_chart();
  const remarks = remarks_view({ on_remarks: (text) => studies.remark(text) });
  const library = study_library({
    kept: () => studies.kept,
    on_open: (id) => studies.open(id),
    on_rename: (id, name) => void studies.rename(id, name).then(show_across),
    on_remove: (id) => void studies.remove(id).then(show_across),
    on_choose: () => void show_across(),
    on_import: (records) => studies.import_all(records),
  });
  const across = el("div", {
    class: "scroll",
    tabindex: 0,
    role: "region",
    "aria-label": "Comparison across studies",
    hidden: true,
  });
  const report = hand_in({ studies: studies_for_report });

  section.classList.add("study");
  section.append(
    el(
      "div",
      { class: "column column-left" },
      part(
        "6",
        "Study",
        "One setting varied, all others as on the bench.",
        form.form,
        status,
        whole,
        resume,
        runs.list,
      ),
      part("", "Kept studies", "In this browser only.", library.element),
    ),
    el(
      "div",
      { class: "column column-middle" },
      part(
        "7",
        "Comparison",
        "A line for each value, dark for low, bright for high.",
        curves.element,
      ),
      part(
        "",
        "Figures",
        "A row for each value; press a header to sort.",
        table.element,
        chart.element,
        across,
      ),
      part("8", "Insights", "What the figures say, and what they do not.", remarks.element),
      part("9", "Report", "Everything to hand in, made here.", report.element),
    ),
  );

  on_theme_change(() => {
    runs.reset(studies.record, colours());
    show_reading();
  });

  // Planning

  /** Why the last press of Run study came to nothing, until form or bench change. */
  let refusal = "";
  /** @param {string} sentence */
  function refuse(sentence) {
    refusal = sentence;
    form.show_error(sentence);
  }

  function change() {
    refusal = "";
    plan_soon();
  }

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let planning;
  function plan_soon() {
    clearTimeout(planning);
    planning = setTimeout(show_plan, 150);
  }

  /** The study as the form and the bench have it. */
  const config = () => ({ ...form.read(), baseline: host.get_baseline() });

  async function show_plan() {
    if (studies.is_busy) return;
    form.show_baseline(`Everything else as on the bench: ${short_description(config().baseline)}.`);
    try {
      const plan = await trainer.ask((engine) => engine.plan_study(config()));
      // A plan that comes later than the press takes nothing back.
      form.show_error(refusal);
      form.show_notes(plan.notes);
      const count = plan.runs.length;
      form.show_workers(
        `${count} ${count === 1 ? "run" : "runs"}, up to ${Math.min(plan.workers, count)} at a time. This machine suits ${default_workers("ndarray")}.`,
      );
    } catch (error) {
      form.show_notes([]);
      form.show_error(message_of(error));
    }
  }

  // Running

  async function run() {
    if (studies.is_busy) return;
    if (!trainer.data) {
      refuse("There is no data to study. Load a data set under Train first.");
    } else if (host.is_training()) {
      refuse("A run is under way under Train. Stop it or let it end first.");
    } else {
      await follow(() => studies.run(config()));
    }
  }

  async function run_missing() {
    if (studies.is_busy || !studies.record) return;
    if (!trainer.data) {
      refuse(`Load ${studies.record.data.name} under Train first: its runs are missing.`);
    } else {
      await follow(() => studies.run_missing());
    }
  }

  /** Waits for a study's end and says it. @param {() => Promise<void>} work */
  async function follow(work) {
    refuse("");
    try {
      await work();
      announce(status.textContent ?? "");
      void show_plan();
    } catch (error) {
      refuse(message_of(error));
    }
  }

  function stop() {
    studies.stop();
    show_status();
  }

  // Showing

  function colours() {
    const is_dark = matchMedia("(prefers-color-scheme: dark)").matches;
    return value_colours(studies.record?.plan.values.length ?? 0, is_dark);
  }

  /** @param {number} index */
  function show_run(index) {
    const one = studies.record?.runs[index];
    if (one) runs.show(index, one, studies.progress.get(index) ?? null);
  }

  function show_reading() {
    const { record, reading, is_running } = studies;
    table.show(record, reading?.figures ?? [], colours());
    chart.show(record, reading, colours());
    remarks.show(
      is_running ? [] : (reading?.insights ?? []),
      record?.remarks ?? "",
      is_running
        ? "Inkling reads the figures when the runs are over."
        : "Sentences about which value did best, and whether that exceeds the noise, appear here after a study.",
    );
  }

  function show_status() {
    set_text(status, study_status(studies));
    whole.value = share_done(studies.record, studies.progress);
    whole.hidden = !studies.is_running;
  }

  function show_phase() {
    const { record, is_busy } = studies;
    form.set_running(is_busy);
    section.setAttribute("aria-busy", String(is_busy));
    resume.hidden =
      is_busy || !record?.runs.some(({ state }) => state === "stopped" || state === "crashed");
    show_status();
    show_reading();
    show_kept();
  }

  function show_kept() {
    library.show(studies.kept, studies.record?.id ?? null, studies.is_busy);
    show_about();
  }

  function show_about() {
    const names = studies.chosen(library.chosen()).map(({ name }) => name);
    report.show_about(
      names.length === 0
        ? "Run a study first; tick several kept studies to hand them in together."
        : `It will hold: ${names.join("; ")}.`,
    );
  }

  let across_asked = 0;
  async function show_across() {
    show_about();
    const mine = ++across_asked;
    const chosen = library.chosen();
    const found = await studies.read_all(studies.kept.filter(({ id }) => chosen.includes(id)));
    if (mine !== across_asked) return;
    across.hidden = found.length < 2;
    across.replaceChildren(...(found.length < 2 ? [] : [across_table(found)]));
  }

  // Report

  async function studies_for_report() {
    if (studies.is_busy) {
      throw new Error("The study is still running; make the report when it is over.");
    }
    const has_figures = studies
      .chosen(library.chosen())
      .filter((record) => record.runs.some((one) => one.history.length > 0));
    if (has_figures.length === 0) {
      throw new Error("There is no study to report on yet. Run one first.");
    }
    return {
      studies: await studies.read_all(has_figures),
      write_report: (/** @type {ReportRequest} */ request) =>
        trainer.ask((engine) => engine.write_report(request)),
    };
  }

  // Begin

  void studies.restore();
  curves.reset(null);
  show_phase();
  plan_soon();
  addEventListener("hashchange", () => {
    // The charts have no width while the view is hidden; the bench may have changed.
    if (!section.hidden) change();
  });
}

/**
 * @param {string} number
 * @param {string} title
 * @param {string} lead
 * @param {...Node} children
 */
function part(number, title, lead, ...children) {
  const id = `study-part-${title.toLowerCase().replaceAll(" ", "-")}`;
  const head = el("header", { class: "part-head" });
  if (number) head.append(el("span", { class: "number" }, number));
  head.append(el("h2", { id }, title), el("p", { class: "lead" }, lead));
  return el("section", { class: "part", "aria-labelledby": id }, head, ...children);
}
