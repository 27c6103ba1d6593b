// The kept studies: name, open, put side by side, export, import, delete. The list
// follows from the state; of its own it knows what is being typed and which Delete asks.

import { html, nothing, render } from "../../vendor/lit-html/lit-html.js";
import { live } from "../../vendor/lit-html/directives/live.js";
import { repeat } from "../../vendor/lit-html/directives/repeat.js";
import { download, el, field_of, set_text } from "../../ui/dom.js";
import { exported } from "../../app/study_files.js";
import { run_counts } from "./status.js";

/** @import { StudyRecord } from "../../pkg/ndarray/inkling.js" */
/** @import { StudyActions } from "../../app/studies.js" */
/** @import { StudyState } from "../../app/study_state.js" */
/** @import { View } from "../../app/state.js" */

/**
 * @param {View<StudyState>} studies
 * @param {StudyActions} actions
 */
export function study_library(studies, actions) {
  const list = el("ul", { class: "study-kept", "aria-label": "Kept studies" });
  const empty = el(
    "p",
    { class: "hint" },
    "Studies you run are kept here, in this browser, until you delete them.",
  );
  const export_all = el("button", { type: "button", class: "quiet" }, "Export studies");
  const picker = el("input", {
    type: "file",
    id: "study-import",
    accept: ".json,application/json",
  });
  const error = el("p", { class: "wrong", role: "alert", hidden: true });
  const element = el(
    "div",
    { class: "study-library" },
    empty,
    list,
    el(
      "div",
      { class: "buttons" },
      export_all,
      el("label", { class: "field study-import", for: "study-import" }, "Import studies", picker),
    ),
    error,
  );

  /** Names that are being typed, by id. @type {Map<string, string>} */
  const drafts = new Map();
  /** The study whose Delete was pressed once. */
  let asked = "";

  /** @param {StudyRecord} record */
  function row(record) {
    const { id, name, runs } = record;
    const state = studies.get();
    // By its time: a name may repeat, and holds the labels of the bench.
    const when = record.created.slice(0, 16).replace("T", " ");
    const where = state.elsewhere.includes(id) ? "; runs in another tab" : "";
    const is_asked = asked === id;
    return html`<li aria-current=${id === state.record?.id ? "true" : nothing}>
      <div class="study-kept-head">
        <textarea
          rows="1"
          aria-label="Study name"
          maxlength="80"
          autocomplete="off"
          .value=${live(drafts.get(id) ?? name)}
          @input=${(/** @type {Event} */ event) => drafts.set(id, field_of(event).value)}
          @keydown=${(/** @type {KeyboardEvent} */ event) => {
            // A name wraps where it is long, but is one line.
            if (event.key !== "Enter" || event.isComposing) return;
            event.preventDefault();
            field_of(event).blur();
          }}
          @change=${() => rename(record)}
        ></textarea>
      </div>
      <p class="hint study-kept-facts">${run_counts(runs)}${where}; ${when}</p>
      <div class="study-kept-foot">
        <label class="study-choose">
          <input
            type="checkbox"
            aria-label="Compare and report: study of ${when}"
            .checked=${live(state.chosen.includes(id))}
            @change=${(/** @type {Event} */ event) =>
              actions.choose(id, /** @type {HTMLInputElement} */ (event.target).checked)}
          />
          Compare and report
        </label>
        <button type="button" class="quiet" @click=${() => actions.open(id)}>Open</button>
        <button
          type="button"
          class="quiet"
          aria-label=${is_asked ? `Delete study of ${when} for good` : `Delete study of ${when}`}
          @click=${() => remove(id)}
          @blur=${() => ask(asked === id ? "" : asked)}
        >
          ${is_asked ? "Delete for good" : "Delete"}
        </button>
      </div>
    </li>`;
  }

  /** @param {StudyRecord} record */
  function rename({ id, name }) {
    const typed = drafts.get(id)?.replaceAll(/\s+/g, " ").trim() || name;
    drafts.delete(id);
    if (typed !== name) actions.rename(id, typed);
    draw();
  }

  /** @param {string} id of the study whose next press deletes; empty for none */
  function ask(id) {
    if (asked === id) return;
    asked = id;
    draw();
  }

  /** @param {string} id */
  function remove(id) {
    if (asked !== id) {
      ask(id);
      return;
    }
    asked = "";
    drafts.delete(id);
    actions.remove(id);
  }

  function draw() {
    const { kept } = studies.get();
    empty.hidden = kept.length > 0;
    list.hidden = kept.length === 0;
    export_all.disabled = kept.length === 0;
    render(
      repeat(kept, ({ id }) => id, row),
      list,
    );
  }

  studies.watch(["kept", "record", "chosen", "elsewhere"], draw);
  studies.watch(["shelf_told"], ({ shelf_told }) => {
    error.hidden = shelf_told === "";
    set_text(error, shelf_told);
  });
  export_all.addEventListener("click", () => {
    const { kept, chosen } = studies.get();
    const some = kept.filter(({ id }) => chosen.includes(id));
    const text = exported(some.length > 0 ? some : kept);
    download(new Blob([text], { type: "application/json" }), "inkling-studies.json");
  });
  picker.addEventListener("change", () => {
    const file = picker.files?.[0];
    if (file) actions.import_file(file);
    picker.value = "";
  });
  return element;
}
