// The study view: builds its parts, which the files beside it draw, and has them show
// what the state of the studies holds. Decides nothing.

import { announce, el, on_theme_change, set_text } from "../../ui/dom.js";
import { value_looks } from "../../plot/value_looks.js";
import {
  are_runs_over,
  is_missing,
  is_study_active,
  share_done,
  study_ticks,
} from "../../app/study_state.js";
import { assignment_lead } from "../../app/assignment_words.js";
import { across_table } from "./across.js";
import { assignment_view } from "./assignment.js";
import { study_curves } from "./curves.js";
import { factor_chart } from "./factor_chart.js";
import { final_test } from "./final_test.js";
import { study_form } from "./form.js";
import { hand_in_words } from "./hand_in_words.js";
import { study_library } from "./library.js";
import { remarks_view } from "./remarks.js";
import { run_list } from "./runs.js";
import { about_study, study_status } from "./status.js";
import { comparison_table } from "./table.js";

/** @import { PageState, View } from "../../app/state.js" */
/** @import { StudyActions } from "../../app/studies.js" */
/** @import { StudyState } from "../../app/study_state.js" */

/**
 * @typedef {object} StudyParts
 * @property {View<PageState>} page
 * @property {View<StudyState>} studies
 * @property {StudyActions} actions
 */

/**
 * Builds the view in its section.
 * @param {HTMLElement} section
 * @param {StudyParts} parts
 * @returns {{ report: HTMLElement }} where the report's own view has its place
 */
export function mount_study(section, { page, studies, actions }) {
  const highlight = (/** @type {number | null} */ value) => curves.highlight(value);
  const curves = study_curves();
  const runs = run_list({ on_cancel: actions.cancel_run, on_highlight: highlight });
  const table = comparison_table({ on_highlight: highlight });
  const chart = factor_chart();
  const across = across_table();
  const remarks = remarks_view({ on_remarks: actions.remark, on_end: actions.end_remarks });
  // Read when the phase changes and at each tenth, through the announcer: it changes
  // each second, and nobody would hear the end of it.
  const status = el("p", {
    class: "status",
    role: "status",
    "aria-label": "Study status",
    "aria-live": "off",
  });
  const about = el("p", { class: "hint" });
  const whole = el("progress", { max: 1, value: 0, "aria-label": "Progress of the study" });
  const resume = el("button", { type: "button", hidden: true }, "Run what is missing");
  resume.addEventListener("click", actions.run_missing);
  const report = el("div");
  const assignment = assignment_view({ page, studies, actions });

  section.classList.add("study");
  section.append(
    el(
      "div",
      { class: "column column-left" },
      part(null, "The assignment", assignment_lead(page.get()), assignment.element),
      part(
        { number: 6, tick: "study" },
        "Study",
        "One setting varied, all others as on the bench.",
        study_form({ page, studies, actions }),
        status,
        about,
        whole,
        resume,
        runs.list,
      ),
      part(null, "Kept studies", "In this browser only.", study_library(studies, actions)),
    ),
    el(
      "div",
      { class: "column column-middle" },
      part(
        { number: 7, tick: "comparison" },
        "Comparison",
        "A line for each value, dark for low, bright for high.",
        curves.element,
      ),
      part(
        null,
        "Figures",
        "A row for each value; press a header to sort.",
        table.element,
        chart.element,
        across.element,
      ),
      part(
        { number: 8, tick: "insights" },
        "Insights",
        "What the figures say, and what they do not.",
        remarks.element,
      ),
      part(
        null,
        "Final test",
        "Once, at the end, on images that nothing was chosen by.",
        final_test({ page, studies, actions }),
      ),
      part(
        { number: 9, tick: "report" },
        "Report",
        "Everything to hand in, made here.",
        assignment.list,
        hand_in_words(studies, actions),
        report,
      ),
    ),
  );

  const lead = section.querySelector(".lead");
  page.watch(["assignment"], (bench) => lead && set_text(lead, assignment_lead(bench)));

  const looks = () => {
    const is_dark = matchMedia("(prefers-color-scheme: dark)").matches;
    const { record } = studies.get();
    return record ? value_looks(record.plan, is_dark) : [];
  };
  const show_runs = () => runs.show(studies.get(), looks());
  function show_figures() {
    const { record, reading } = studies.get();
    table.show(record, reading?.figures ?? [], looks());
    chart.show(
      record,
      reading,
      looks().map(({ colour }) => colour),
    );
  }

  studies.watch(["record"], ({ record }) => {
    curves.show(record);
    set_text(about, about_study(record));
    remarks.show_remarks(record?.id ?? null, record?.remarks ?? "");
  });
  studies.watch(["record", "progress", "phase", "elsewhere"], show_runs);
  studies.watch(["record", "reading"], show_figures);
  on_theme_change(() => {
    show_runs();
    show_figures();
  });
  studies.watch(["reading", "phase", "elsewhere"], (state) => {
    const is_under_way = !are_runs_over(state);
    remarks.show_insights(
      is_under_way ? [] : (state.reading?.insights ?? []),
      is_under_way
        ? "Inkling reads the figures when the runs are over."
        : "Sentences about which value did best, and whether that exceeds the noise, appear here after a study.",
    );
  });
  studies.watch(
    ["phase", "record", "progress", "is_stopped", "has_failed", "elsewhere", "assigned"],
    (state) => {
      const is_active = is_study_active(state);
      set_text(status, study_status(state));
      whole.value = share_done(state);
      whole.hidden = !is_active;
      resume.hidden = is_active || !(state.record?.runs.some(is_missing) ?? false);
      section.setAttribute("aria-busy", String(is_active));
    },
  );
  announce_progress(studies);
  show_ticks(section, studies);

  let across_asked = 0;
  const show_across = async () => {
    const mine = ++across_asked;
    const found = await actions.read_chosen();
    if (mine === across_asked) across.show(found);
  };
  studies.watch(["chosen", "kept"], () => void show_across());

  return { report };
}

/**
 * Says how a study goes: its phases, and each tenth of its work.
 * @param {View<StudyState>} studies
 */
function announce_progress(studies) {
  let { phase, record } = studies.get();
  let tenth = 0;
  studies.watch(["phase", "record", "progress"], (state) => {
    const was = { phase, id: record?.id, tenth };
    ({ phase, record } = state);
    tenth = Math.floor(10 * share_done(state) + 1e-9);
    const is_new = phase === "running" && (tenth > was.tenth || record?.id !== was.id);
    // Why one did not start is said by the form.
    const is_told = phase === was.phase || (was.phase === "starting" && phase === "idle");
    if (!is_told || (is_new && tenth > 0)) announce(study_status(state));
  });
}

/**
 * Ticks the steps that are done.
 * @param {HTMLElement} section
 * @param {View<StudyState>} studies
 */
function show_ticks(section, studies) {
  const marks = Array.from(section.querySelectorAll("[data-tick]"), (mark) => ({
    mark,
    number: mark.textContent ?? "",
    step: /** @type {keyof ReturnType<typeof study_ticks>} */ (mark.getAttribute("data-tick")),
  }));
  studies.watch(["phase", "record", "reading", "elsewhere", "reported"], (state) => {
    const ticks = study_ticks(state);
    for (const { mark, number, step } of marks) {
      const is_done = ticks[step];
      if (mark.classList.contains("done") === is_done) continue;
      mark.classList.toggle("done", is_done);
      if (is_done) {
        mark.replaceChildren(
          el("span", { "aria-hidden": "true" }, "✓"),
          el("span", { class: "unseen" }, `${number}, done`),
        );
      } else set_text(mark, number);
    }
  });
}

/**
 * @param {{ number: number, tick: string } | null} step in the order of the work
 * @param {string} title
 * @param {string} lead
 * @param {...Node} children
 */
function part(step, title, lead, ...children) {
  const id = `study-part-${title.toLowerCase().replaceAll(" ", "-")}`;
  const head = el("header", { class: "part-head" });
  if (step) {
    head.append(el("span", { class: "number", "data-tick": step.tick }, String(step.number)));
  }
  head.append(el("h2", { id }, title), el("p", { class: "lead" }, lead));
  return el("section", { class: "part", "aria-labelledby": id }, head, ...children);
}
