// The check of a class: what is picked and asked for, how far it is, and the table of
// verdicts. Shows the state of the check and asks its controller; decides nothing.

import { MOST_STEPS } from "../../app/class_check.js";
import { count, counted } from "../../base/format.js";
import { sentence_of } from "../../base/fault.js";
import { default_workers } from "../../engine/pool.js";
import { announce, el, field_of, set_text } from "../../ui/dom.js";
import { create_menu } from "../../ui/menu.js";
import { dropped_zips, may_hold_zips, zips_of } from "./dropped.js";
import { field } from "./fields.js";
import { class_table } from "./table.js";
import { check_status, whole_number } from "./words.js";

/** @import { CheckForm, CheckState, ClassCheck } from "../../app/class_check.js" */
/** @import { PageState, View } from "../../app/state.js" */
/** @import { Picked } from "./dropped.js" */

/** Characters of an assignment's text, and more than the engine takes. */
const MOST_ASSIGNMENT = 20_000;

const PROVES =
  "“Same bits” proves that these settings on these data give these figures, not who pressed Train. Equal weights tell of a copy only where each had a seed of their own. Figures on a test set are held to their own counts only: its images are not here. Of the report, report.md is read, not the PDF.";

/**
 * Builds the view in its section.
 * @param {HTMLElement} section
 * @param {object} parts
 * @param {ClassCheck} parts.check
 * @param {View<PageState>} parts.page
 * @param {(sentence: string) => void} parts.notice
 * @param {(blob: Blob, name: string) => void} parts.download
 */
export function mount_check(section, { check, page, notice, download }) {
  const report = (/** @type {unknown} */ error) => notice(sentence_of(error));
  const files = el("input", { type: "file", id: "hand-ins", multiple: true, accept: ".zip" });
  const folder = el("input", { type: "file", id: "hand-in-folder", webkitdirectory: true });
  const assignment = el("input", {
    type: "text",
    id: "check-assignment",
    autocomplete: "off",
    spellcheck: "false",
  });
  const assignment_file = el("input", {
    type: "file",
    id: "check-assignment-file",
    accept: ".json,.txt,application/json,text/plain",
  });
  const sample = number_field("check-sample", "");
  const budget = number_field("check-budget", String(MOST_STEPS));
  const workers = number_field("check-workers", String(default_workers("ndarray")));
  const run = el("button", { type: "button", class: "primary" }, "Check class");
  const stop = el("button", { type: "button" }, "Stop");
  const print = el("button", { type: "button", class: "quiet" }, "Print");
  const saved = create_menu({ text: "Download" }, [
    { text: "Class as CSV", press: () => save("csv") },
    { text: "Gradescope’s results (zip)", press: () => save("results") },
  ]);
  const about = el("p", { class: "hint" });
  const error = el("p", { class: "wrong", role: "alert", hidden: true });
  // Changes each second: its phases are said through the announcer.
  const status = el("p", {
    class: "status",
    role: "status",
    "aria-label": "Check status",
    "aria-live": "off",
  });
  const whole = el("progress", { max: 1, value: 0, "aria-label": "Progress of the check" });
  const table = el("table", { class: "figures-table class-table", "aria-label": "Class" });
  const scroll = el(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": "Class, to scroll" },
    table,
  );
  const checked = el("p", { class: "hint" });

  section.append(
    el(
      "div",
      { class: "column class-check" },
      el(
        "header",
        { class: "part-head" },
        el("h2", {}, "Check a class"),
        el(
          "p",
          { class: "lead" },
          "Every run of every hand-in is trained again on this machine, and compared bit for bit.",
        ),
      ),
      el(
        "div",
        { class: "check-form" },
        field("Hand-ins", files, "Zips as the report makes them. Or drop them, or a folder."),
        field("Or a folder of them", folder, "Zips in folders within it are found."),
        field(
          "Link of the assignment",
          assignment,
          "Empty: the usual one, a baseline and five studies.",
        ),
        field(
          "Or the assignment’s file",
          assignment_file,
          "Then what it asks is judged too: seeds, settings, studies.",
        ),
        field("Sample, runs a zip", sample, "Empty: all of them."),
        field("Budget, steps a zip", budget, "One that wants more is asked about first."),
        field("Runs at a time", workers, ""),
      ),
      about,
      el(
        "p",
        { class: "hint" },
        "What a class is asked for is made under ",
        el("a", { href: "#assignment" }, "Assignment"),
        ".",
      ),
      el("div", { class: "buttons" }, run, stop, saved, print),
      error,
      status,
      whole,
      scroll,
      checked,
      el("p", { class: "hint" }, PROVES),
    ),
  );

  const rows = class_table(table, {
    on_allow(id) {
      check.allow(id);
      start();
    },
  });

  /** @param {{ picked: Picked[], num_left: number }} found */
  async function take({ picked, num_left }) {
    show_error("");
    if (picked.length === 0) {
      const what = num_left > 0 ? counted(num_left, "file") : "an empty folder";
      show_error(`Found ${what} and no zip, expected the zips of a class.`);
      return;
    }
    if (num_left > 0) notice(`Left out beside the zips: ${counted(num_left, "file")}.`);
    await check.take(picked);
  }

  for (const input of [files, folder]) {
    input.addEventListener("change", (event) => {
      const picked = Array.from(field_of(event).files ?? []);
      // Only the picker that was used last says what is picked.
      const other = input === files ? folder : files;
      other.value = "";
      if (picked.length > 0) take(zips_of(picked)).catch(report);
    });
  }
  assignment_file.addEventListener("change", () => {
    const [picked] = assignment_file.files ?? [];
    // One that holds more than any assignment is refused by what it begins with.
    const text = picked?.slice(0, MOST_ASSIGNMENT).text();
    text
      ?.then((read) => (assignment.value = read.replaceAll(/\s*\n\s*/g, " ").trim()))
      .catch(report);
  });
  section.addEventListener("drop", (event) => {
    if (!may_hold_zips(event.dataTransfer)) return;
    // Zips are hand-ins here, and no data.
    event.preventDefault();
    for (const input of [files, folder]) input.value = "";
    dropped_zips(event.dataTransfer).then(take).catch(report);
  });
  run.addEventListener("click", start);
  stop.addEventListener("click", () => check.stop());
  print.addEventListener("click", () => globalThis.print());

  function start() {
    const found = {
      sample: whole_number(sample.value, "Sample"),
      budget: whole_number(budget.value, "Budget"),
      num_workers: whole_number(workers.value, "Runs at a time"),
    };
    const fault = Object.values(found).find((one) => one.fault !== "")?.fault ?? "";
    show_error(fault);
    if (fault) return;
    /** @type {CheckForm} */
    const form = {
      sample: found.sample.value,
      budget: found.budget.value ?? MOST_STEPS,
      assignment: assignment.value.trim(),
      num_workers: Math.min(found.num_workers.value ?? default_workers("ndarray"), 64),
    };
    check.check(form).catch(report);
  }

  /** @param {"csv" | "results"} what */
  async function save(what) {
    try {
      const { csv, results } = await check.files();
      if (what === "csv") {
        download(new Blob([csv], { type: "text/csv" }), "class.csv");
        return;
      }
      const { strToU8, zipSync } = await import("../../vendor/fflate.mjs");
      const entries = results.map(({ name, text }) => [name, strToU8(text)]);
      const bytes = /** @type {Uint8Array<ArrayBuffer>} */ (zipSync(Object.fromEntries(entries)));
      download(new Blob([bytes], { type: "application/zip" }), "results.zip");
    } catch (failure) {
      report(failure);
    }
  }

  /** @param {string} message */
  function show_error(message) {
    error.hidden = message === "";
    set_text(error, message);
  }

  page.watch(["data"], ({ data }) => {
    set_text(
      about,
      data
        ? `Runs are trained again on what is loaded under Train: ${data.name}, ${counted(data.num_rows, "row")}.`
        : "Load under Train what the class was given; runs are trained again on it.",
    );
  });
  check.view.watch(["rows", "phase"], (state) => {
    rows.show(state.rows, state.phase !== "idle");
    scroll.hidden = state.rows.length === 0;
  });
  check.view.watch(["data"], ({ data }) => set_text(checked, data ? checked_words(data) : ""));
  check.view.watch(
    ["rows", "phase", "num_done", "num_runs", "secs_left", "outcome", "fault"],
    (state) => {
      set_text(status, check_status(state));
      whole.value = share_of(state);
    },
  );
  let phase = check.view.get().phase;
  check.view.watch(["phase", "rows"], (state) => {
    const is_busy = state.phase !== "idle";
    const had_focus = document.activeElement;
    run.disabled = is_busy;
    stop.disabled = !is_busy || state.phase === "stopping";
    for (const input of [files, folder, assignment, assignment_file, sample, budget, workers])
      input.disabled = is_busy;
    saved.hidden = !state.rows.some(({ verdict }) => verdict);
    print.hidden = saved.hidden;
    whole.hidden = !is_busy;
    section.setAttribute("aria-busy", String(is_busy));
    // A button that goes dead loses the keyboard's place.
    if (had_focus === stop && stop.disabled && !is_busy) run.focus({ preventScroll: true });
    if (state.phase !== phase) announce(check_status(state));
    phase = state.phase;
  });
}

/** @param {CheckState} state */
function share_of({ phase, rows, num_done, num_runs }) {
  // Reading is quick beside training.
  if (phase === "reading")
    return (0.1 * rows.filter(({ hand_in }) => hand_in).length) / rows.length;
  return num_runs > 0 ? 0.1 + (0.9 * num_done) / num_runs : 0;
}

/** @param {{ name: string, num_rows: number, checksum: string }} data */
function checked_words({ name, num_rows, checksum }) {
  return `Checked against ${name}, ${count(num_rows)} rows, checksum ${checksum}.`;
}

/** @param {string} id @param {string} value */
function number_field(id, value) {
  return el("input", { type: "text", id, inputmode: "numeric", autocomplete: "off", value });
}
