// The teacher's form of an assignment: what students train on, with which settings, what
// they hand in; and the link and the file that say so. Checks nothing: the engine does.

import { message_of, sentence_of } from "../../base/fault.js";
import { count } from "../../base/format.js";
import { read_number } from "../../base/number.js";
import { SETTINGS } from "../../base/settings.js";
import { FACTORS, USUAL_STUDIES } from "../../app/factors.js";
import { announce, el, set_text } from "../../ui/dom.js";
import { field } from "./fields.js";

/** @import { Assignment, AssignedData, AssignedStudy, AssignmentFiles, FactorFacts } from "../../pkg/studies/inkling.js" */
/** @import { PageState, View } from "../../app/state.js" */
/** @import { Settings } from "../../base/settings.js" */

/** What a setting may be. @type {readonly (readonly [string, string])[]} */
const MODES = [
  ["offered", "offered"],
  ["fixed", "fixed"],
  ["hidden", "hidden"],
];

/**
 * @param {HTMLElement} section
 * @param {object} parts
 * @param {View<PageState>} parts.page
 * @param {(draft: Assignment) => Promise<AssignmentFiles>} parts.write
 * @param {(blob: Blob, name: string) => void} parts.download
 */
export function mount_assignment_form(section, { page, write, download }) {
  const title = text_field("assignment-title", "");
  const code = text_field("assignment-code", "");
  const zip = text_field("assignment-zip", "{ids}");
  const seed = el("input", { type: "checkbox", id: "assignment-seed", checked: true });
  /** @type {AssignedData | undefined} */
  let data;
  const data_told = el("p", { class: "hint", role: "status", "aria-label": "Assignment data" });
  const take = el("button", { type: "button" }, "Take the loaded data");
  const any = el("button", { type: "button", class: "quiet" }, "Any data");
  const settings = SETTINGS.map((setting) => {
    const id = `assignment-mode-${setting.key}`;
    const options = MODES.map(([value, words]) => el("option", { value }, words));
    const mode = el("select", { id }, ...options);
    const value = el("td", {});
    // The bench's own fields have the plain names.
    mode.setAttribute("aria-label", `${setting.label}: for students`);
    const head = el("th", { scope: "row" }, setting.label);
    return { ...setting, mode, value, row: el("tr", {}, head, value, el("td", {}, mode)) };
  });
  const all_at_once = /** @type {const} */ ([
    ["Offer all", "offered"],
    ["Fix all", "fixed"],
  ]).map(([words, wanted]) => {
    const press = el("button", { type: "button", class: "quiet" }, words);
    press.addEventListener("click", () => {
      for (const { mode } of settings) if (!mode.disabled) mode.value = wanted;
      forget();
    });
    return press;
  });
  // Which two factors would be anybody's choice.
  const asked = FACTORS.filter(({ factor }) => factor !== "two_factors");
  const studies = asked.map((facts) => study_row(facts));
  const make = el("button", { type: "button", class: "primary" }, "Make the link");
  const error = el("p", { class: "wrong", role: "alert", hidden: true });
  const status = el("p", { class: "status", role: "status", "aria-label": "Assignment link" });
  const link = el("input", { type: "text", id: "assignment-made", readonly: true });
  const copy = el("button", { type: "button" }, "Copy the link");
  const file = el("button", { type: "button" }, "Download the file");
  const open = el("a", { target: "_blank", rel: "noopener" }, "Open it as a student");
  const made = el(
    "div",
    { class: "assignment-made", hidden: true },
    field("The link", link, "It holds all of the assignment. Nothing is stored anywhere."),
    el("div", { class: "buttons" }, copy, file, open),
    el(
      "p",
      { class: "hint" },
      "Check takes the link or the file when the zips are in, and judges what it asks.",
    ),
  );
  /** @type {AssignmentFiles | null} */
  let files = null;

  section.append(
    el(
      "div",
      { class: "column assignment-form" },
      el(
        "header",
        { class: "part-head" },
        el("h2", {}, "Make an assignment"),
        el(
          "p",
          { class: "lead" },
          "For a class: a link that says what to train and what to hand in.",
        ),
      ),
      el(
        "div",
        { class: "check-form" },
        field("Title", title, "As students read it."),
        field("Code", code, "Short, and another for each assignment, such as ml1-2."),
        field("Name of the zip", zip, "{ids} and {code} stand for these; .zip follows."),
      ),
      el("h3", {}, "Data"),
      data_told,
      el("div", { class: "buttons" }, take, any),
      el("h3", {}, "Seed"),
      el(
        "p",
        { class: "assignment-check" },
        seed,
        el("label", { for: seed.id }, "Each student has a seed of their own, from code and ids"),
      ),
      el(
        "p",
        { class: "hint" },
        "Then each works on a split and weights of their own, and equal weights mean a copied run.",
      ),
      el("h3", {}, "Settings"),
      el(
        "p",
        { class: "hint" },
        "Values are those that stand under Train. Offered: a student may change it. Fixed: in sight and locked. Hidden: locked and out of sight. To compare every bit, fix Backend at ndarray.",
      ),
      el("div", { class: "buttons" }, ...all_at_once),
      el(
        "div",
        { class: "scroll", tabindex: 0, role: "region", "aria-label": "Settings, to scroll" },
        el(
          "table",
          { class: "figures-table", "aria-label": "Settings of the assignment" },
          el(
            "thead",
            {},
            el(
              "tr",
              {},
              ...["Setting", "Value", "Students"].map((name) => el("th", { scope: "col" }, name)),
            ),
          ),
          el("tbody", {}, ...settings.map(({ row }) => row)),
        ),
      ),
      el("h3", {}, "Studies"),
      el("p", { class: "hint" }, "Beside the baseline, which is always asked for."),
      el("div", { class: "assignment-studies" }, ...studies.map(({ element }) => element)),
      el("div", { class: "buttons" }, make),
      error,
      status,
      made,
    ),
  );

  take.addEventListener("click", () => {
    const loaded = page.get().data;
    if (!loaded) return;
    const { name, num_rows, checksum } = loaded;
    data = { name: name.replaceAll(/[<>]/g, "").slice(0, 120), num_rows, checksum };
    show_data();
    forget();
  });
  any.addEventListener("click", () => {
    data = undefined;
    show_data();
    forget();
  });
  section.addEventListener("input", (event) => {
    if (event.target !== link) forget();
  });
  seed.addEventListener("change", show_seed);
  make.addEventListener("click", () => void show_made());
  copy.addEventListener("click", () => void copy_link());
  file.addEventListener("click", () => {
    if (!files) return;
    const name = `${files.assignment.code}.assignment.json`;
    download(new Blob([files.text], { type: "application/json" }), name);
  });
  page.watch(["data"], show_data);
  page.watch(["config"], ({ config }) => {
    for (const { key, value } of settings) {
      const shown = value_words(key, config);
      if (value.textContent === shown) continue;
      set_text(value, shown);
      forget();
    }
  });
  show_seed();

  function show_data() {
    const { data: loaded } = page.get();
    any.hidden = !data;
    take.disabled = !loaded;
    const words = data
      ? `${data.name}, ${count(data.num_rows)} rows, checksum ${data.checksum}. Other data are refused.`
      : "Any data will do. Load under Train what the class is given, and take it.";
    set_text(data_told, words);
  }

  /** A seed that follows from the ids is nobody's to set. */
  function show_seed() {
    for (const { key, mode } of settings) if (key === "seed") mode.disabled = seed.checked;
  }

  /** What was made before a change says something else. */
  function forget() {
    if (!files) return;
    files = null;
    made.hidden = true;
    set_text(status, "Changed since the link was made. Make it again.");
  }

  /** @returns {Assignment} */
  function draft() {
    const named = (/** @type {string} */ wanted) =>
      settings.filter(({ mode }) => !mode.disabled && mode.value === wanted).map(({ key }) => key);
    return {
      inkling_assignment: 1,
      code: code.value.trim(),
      title: title.value.trim(),
      data,
      settings: { ...page.get().config, step: "fused" },
      fixed: named("fixed"),
      hidden: named("hidden"),
      studies: studies.flatMap(({ read }) => read() ?? []),
      seed_from_ids: seed.checked,
      zip: zip.value.trim(),
    };
  }

  async function show_made() {
    error.hidden = true;
    set_text(status, "");
    made.hidden = true;
    files = null;
    try {
      files = await write(draft());
      const { origin, pathname } = location;
      link.value = `${origin}${pathname}?assignment=${files.token}`;
      open.href = link.value;
      made.hidden = false;
      set_text(status, `The link is made, ${count(link.value.length)} characters.`);
    } catch (failure) {
      error.hidden = false;
      set_text(error, sentence_of(failure));
    }
  }

  async function copy_link() {
    try {
      await navigator.clipboard.writeText(link.value);
      announce("The link is copied");
      set_text(status, "The link is copied.");
    } catch (failure) {
      link.select();
      set_text(
        status,
        `This browser does not let the page copy: ${message_of(failure)}. The link is selected.`,
      );
    }
  }
}

/**
 * A setting's value as the form writes it: `on`, `GELU`, `128, 64`.
 * @param {keyof Settings} key
 * @param {Settings} config
 */
function value_words(key, config) {
  const found = config[key];
  if (found === undefined) return "as the seed";
  if (typeof found === "boolean") return found ? "on" : "off";
  const choices = SETTINGS.find((one) => one.key === key)?.choices ?? [];
  return choices.find(({ value }) => value === found)?.words ?? String(found);
}

/** @param {FactorFacts} facts */
function study_row({ factor, label }) {
  const box = el("input", { type: "checkbox", id: `assignment-study-${factor}` });
  box.setAttribute("aria-label", `Study of ${label}`);
  const usual = USUAL_STUDIES.find((one) => one.factor === factor);
  box.checked = usual !== undefined;
  const least = text_field(`assignment-least-${factor}`, String(usual?.least_values ?? 2));
  least.setAttribute("aria-label", `Values of ${label} at least`);
  least.setAttribute("inputmode", "numeric");
  const show = () => (least.disabled = !box.checked);
  box.addEventListener("change", show);
  show();
  return {
    element: el(
      "div",
      { class: "assignment-check" },
      box,
      el("label", { for: box.id }, label),
      el("span", { class: "hint" }, "at least"),
      least,
      el("span", { class: "hint" }, "values"),
    ),
    /** @returns {AssignedStudy | null} */
    read() {
      const { value, expected } = read_number(least.value, { is_whole: true });
      if (!box.checked) return null;
      if (expected || !Number.isInteger(value) || value < 1) {
        const found = `“${least.value.trim()}”`;
        throw new Error(`${label}: found ${found}, expected a whole number of values from 1`);
      }
      return { factor, least_values: value };
    },
  };
}

/** @param {string} id @param {string} value */
function text_field(id, value) {
  return el("input", { type: "text", id, autocomplete: "off", spellcheck: "false", value });
}
