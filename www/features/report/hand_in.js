// What is handed in: the ids, the one button, and each file alone. The code that
// makes the files is loaded when one is asked for.

import { download, el, message_of, set_text } from "../../ui/dom.js";

/** @import { ReportStudies } from "./bundle.js" */

const REMEMBERED = "inkling.report.ids";
const FILES = [
  "report.pdf",
  "report.md",
  "analysis.ipynb",
  "metrics.csv",
  "metrics.json",
  "settings.json",
];

/**
 * The name of the zip, by the assignment's scheme.
 * @param {readonly string[]} ids as typed
 * @returns {string} such as `Id1_id2_id3.zip`
 * @throws {Error} naming the field, what was found and what was expected
 */
export function zip_name(ids) {
  const trimmed = ids.map((id) => id.trim());
  trimmed.forEach((id, index) => {
    if (id === "" && index > 0) return;
    if (!/^[A-Za-z0-9]{1,20}$/.test(id)) {
      const found = id === "" ? "nothing" : `“${id}”`;
      throw new Error(`Id ${index + 1}: found ${found}, expected 1 to 20 letters or digits`);
    }
  });
  return `${trimmed.filter((id) => id !== "").join("_")}.zip`;
}

/**
 * @param {object} host
 * @param {() => Promise<ReportStudies>} host.studies what the report is about; rejects with a sentence if there is nothing yet
 */
export function hand_in(host) {
  const kept = remembered();
  const fields = [1, 2, 3].map((number) => {
    const input = el("input", {
      type: "text",
      id: `report-id-${number}`,
      maxlength: 40,
      autocomplete: "off",
      spellcheck: false,
      value: kept[number - 1] ?? "",
    });
    input.addEventListener("input", () => {
      remember(fields.map((one) => one.value));
      show_error("");
    });
    return input;
  });
  const button = el("button", { type: "button", class: "primary" }, "Download report");
  const about = el("p", { class: "hint" });
  const status = el("p", { class: "status", role: "status", "aria-label": "Report status" });
  const error = el("p", { class: "wrong", role: "alert", hidden: true });
  const singles = FILES.map((name) => {
    const one = el("button", { type: "button" }, name);
    one.addEventListener("click", () => make(name));
    return one;
  });
  const plots = el("button", { type: "button" }, "Plots (zip)");
  plots.addEventListener("click", () => make("plots.zip"));
  button.addEventListener("click", () => make("zip"));

  const element = el(
    "div",
    { class: "hand-in" },
    el(
      "div",
      { class: "study-ids" },
      ...fields.map((input, index) =>
        el("div", { class: "field" }, el("label", { for: input.id }, `Id ${index + 1}`), input),
      ),
    ),
    el(
      "p",
      { class: "hint" },
      "They name the zip: id1_id2_id3.zip. Leave the ones you do not need empty.",
    ),
    about,
    el(
      "div",
      { class: "buttons" },
      button,
      el(
        "details",
        { class: "menu" },
        el("summary", {}, "One file"),
        el("div", { class: "menu-list" }, ...singles, plots),
      ),
    ),
    status,
    error,
  );

  /** @param {string} message */
  function show_error(message) {
    error.hidden = message === "";
    set_text(error, message);
    const wrong = /^Id (\d)/.exec(message)?.[1];
    fields.forEach((input, index) =>
      input.setAttribute("aria-invalid", String(wrong === String(index + 1))),
    );
  }

  /** @param {string} what a file's name, or `zip` */
  async function make(what) {
    show_error("");
    const buttons = [button, plots, ...singles];
    for (const one of buttons) one.disabled = true;
    try {
      const ids = fields.map((input) => input.value.trim());
      // Only the zip's name needs them.
      const name = what === "zip" ? zip_name(ids) : what;
      set_text(status, `Making ${name} …`);
      const { make_file } = await import("./bundle.js");
      const blob = await make_file(what, { ...(await host.studies()), ids: ids.filter(Boolean) });
      download(blob, name);
      set_text(status, `${name} is downloaded.`);
    } catch (failure) {
      set_text(status, "");
      show_error(message_of(failure));
    } finally {
      for (const one of buttons) one.disabled = false;
    }
  }

  return {
    element,
    /** @param {string} sentence which studies it will hold */
    show_about(sentence) {
      set_text(about, sentence);
    },
  };
}

/** @returns {string[]} */
function remembered() {
  try {
    const value = JSON.parse(localStorage.getItem(REMEMBERED) ?? "[]");
    return Array.isArray(value) ? value.map(String) : [];
  } catch {
    // A private window, or text that is not ours: the fields start empty.
    return [];
  }
}

/** @param {string[]} ids */
function remember(ids) {
  try {
    localStorage.setItem(REMEMBERED, JSON.stringify(ids));
  } catch {
    // Not kept: the ids are typed again next time.
  }
}
