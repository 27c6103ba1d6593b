// What is handed in: the ids, the one button, and each file alone. Studies that do not fit
// the others are asked about first. The code that makes the files is loaded when one is
// asked for.

import { missing_words } from "../../app/assignment_words.js";
import { chosen_studies } from "../../app/study_state.js";
import { message_of } from "../../base/fault.js";
import { id_fault, remember_ids, remembered_ids, zip_name } from "../../base/ids.js";
import { download, el, set_text } from "../../ui/dom.js";
import { create_menu } from "../../ui/menu.js";
import { chosen_words } from "./chosen.js";
import { Mixed, unless_mixed } from "./mixed.js";

/** @import { Actions } from "../../app/actions.js" */
/** @import { PageState, View } from "../../app/state.js" */
/** @import { StudyActions } from "../../app/studies.js" */
/** @import { StudyState } from "../../app/study_state.js" */

const FILES = [
  "report.pdf",
  "report.md",
  "analysis.ipynb",
  "analysis.pdf",
  "metrics.csv",
  "summary.csv",
  "metrics.json",
  "settings.json",
];

/**
 * Builds the report's view in its place.
 * @param {HTMLElement} place
 * @param {object} parts
 * @param {View<PageState>} parts.page
 * @param {View<StudyState>} parts.studies
 * @param {StudyActions} parts.actions
 * @param {Pick<Actions, "images" | "readings_pixels">} parts.bench
 */
export function mount_report(place, { page, studies, actions, bench }) {
  const kept = remembered_ids();
  const fields = [1, 2, 3].map((number, index) => {
    const input = el("input", {
      type: "text",
      id: `report-id-${number}`,
      maxlength: 40,
      autocomplete: "off",
      spellcheck: "false",
      value: kept[number - 1] ?? "",
    });
    input.addEventListener("input", () => {
      // Another tab may have written the others.
      const others = remembered_ids();
      remember_ids(fields.map((one, at) => (at === index ? one.value : (others[at] ?? ""))));
      tell_ids();
      show_error(fields.map((one, at) => id_fault(one.value, at + 1)).find(Boolean) ?? "");
    });
    return input;
  });
  const button = el("button", { type: "button", class: "primary" }, "Download report");
  const about = el("p", { class: "hint" });
  const named = el("p", { class: "hint" });
  const missing = el("p", { class: "hint", role: "note", "aria-label": "Missing" });
  const status = el("p", { class: "status", role: "status", "aria-label": "Report status" });
  const error = el("p", { class: "wrong", role: "alert", hidden: true });
  const question = el("div", { class: "hand-in-question", role: "alert", hidden: true });
  const menu = create_menu({ text: "One file" }, [
    ...FILES.map((name) => ({ text: name, press: () => make(name) })),
    { text: "Plots (zip)", press: () => make("plots.zip") },
  ]);
  button.addEventListener("click", () => void make("zip"));
  const tell_ids = () => actions.write_ids(fields.map((one) => one.value));
  tell_ids();

  place.classList.add("hand-in");
  place.append(
    el(
      "div",
      { class: "study-ids" },
      ...fields.map((input, index) =>
        el("div", { class: "field" }, el("label", { for: input.id }, `Id ${index + 1}`), input),
      ),
    ),
    named,
    about,
    missing,
    el("div", { class: "buttons" }, button, menu),
    status,
    error,
    question,
  );

  studies.watch(["record", "kept", "chosen"], (state) => {
    set_text(about, chosen_words(chosen_studies(state)).join(" "));
  });

  page.watch(["assignment"], ({ assignment }) => {
    const { zip = "{ids}", code = "" } = assignment?.given ?? {};
    const name = zip.replaceAll("{code}", code).replace("{ids}", "id1_id2_id3");
    set_text(named, `They name the zip: ${name}.zip. Leave the ones you do not need empty.`);
  });
  const show_missing = () => {
    // What nobody asked for is not missed.
    missing.hidden = !page.get().assignment?.given;
    set_text(missing, missing.hidden ? "" : missing_words(studies.get(), page.get()));
  };
  studies.watch(
    ["kept", "record", "left_out", "introduction", "conclusion", "ids", "phase"],
    show_missing,
  );
  page.watch(["config", "data", "runs", "assignment"], show_missing);

  /** @param {string} message */
  function show_error(message) {
    error.hidden = message === "";
    set_text(error, message);
    fields.forEach((input, index) =>
      input.setAttribute("aria-invalid", String(id_fault(input.value, index + 1) !== "")),
    );
  }

  /** What is being made; a press meanwhile is answered, not lost. */
  let making = "";

  /** Asks before studies that differ stand side by side. @param {Mixed} mixed @param {string} what */
  function ask({ others }, what) {
    const leave = el("button", { type: "button" }, "Leave them out");
    const all = el("button", { type: "button" }, "Hand in all");
    leave.addEventListener("click", () => {
      actions.leave_out_studies(others.map(({ record }) => record.id));
      void make(what);
    });
    all.addEventListener("click", () => void make(what, { is_meant: true }));
    question.replaceChildren(
      el("p", {}, "These do not start from what the others start from:"),
      el("ul", {}, ...others.map(({ record, why }) => el("li", {}, `${record.name}: ${why}`))),
      el("p", {}, "The report marks them, and its tables do not compare them with the others."),
      el("div", { class: "buttons" }, leave, all),
    );
    question.hidden = false;
  }

  /** @param {string} what a file's name, or `zip` @param {{ is_meant?: boolean }} [options] `is_meant`: also with studies that differ */
  async function make(what, { is_meant = false } = {}) {
    if (making) {
      show_error(`${making} is still being made. Press again when it is downloaded.`);
      return;
    }
    show_error("");
    question.hidden = true;
    try {
      const ids = fields.map((input) => input.value.trim());
      // Only the zip's name needs them.
      const name = what === "zip" ? zip_name(ids, page.get().assignment?.given ?? undefined) : what;
      making = name;
      set_text(status, `Making ${name} …`);
      const [{ make_file }, { report_about }] = await fetched(
        Promise.all([import("./bundle.js"), import("./about.js")]),
      );
      const read = await actions.read_for_report();
      const { introduction, baseline_remarks, conclusion } = studies.get();
      const words = { introduction, baseline_remarks, conclusion };
      const given = { ids: ids.filter(Boolean), ...words, studies: read };
      const whole = await report_about(given, page.get(), bench);
      const records = read.map(({ record }) => record);
      const write = is_meant ? actions.write_report : unless_mixed(records, actions.write_report);
      const blob = await make_file(what, whole, write);
      download(blob, name);
      actions.reported(records);
      set_text(status, `${name} is downloaded.`);
      show_error("");
    } catch (failure) {
      set_text(status, "");
      if (failure instanceof Mixed) ask(failure, what);
      else show_error(message_of(failure));
    } finally {
      making = "";
    }
  }
}

/**
 * Code that is fetched when it is first needed.
 * @template T
 * @param {Promise<T>} loading
 * @returns {Promise<T>}
 */
async function fetched(loading) {
  try {
    return await loading;
  } catch (cause) {
    const sentence =
      "The part of Inkling that makes reports could not be fetched: this browser is offline, or the server did not answer. Load the page anew once you are online; your studies are kept.";
    throw new Error(sentence, { cause });
  }
}
