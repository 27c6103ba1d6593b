// One run of the list: what it is, and what can be done with it.

import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { live } from "../../vendor/lit-html/directives/live.js";
import { run_name } from "../../app/run_record.js";
import { short_description } from "../../base/settings.js";
import * as format from "../../base/format.js";
import { field_of } from "../../ui/dom.js";
import { drop, leave, standing, type } from "./drafts.js";
import { accuracy_of, continue_words, state_words, when_words } from "./words.js";

/** @import { Actions } from "../../app/actions.js" */
/** @import { PageState } from "../../app/state.js" */
/** @import { RunSummary } from "../../store/runs.js" */

/**
 * @typedef {object} ItemParts
 * @property {Readonly<PageState>} state
 * @property {Actions} actions
 * @property {number} now_ms
 * @property {boolean} is_selected
 * @property {(is_selected: boolean) => void} select
 * @property {SVGElement | null} mark of its line in the charts
 * @property {() => void} refresh draws the list anew
 */

/**
 * @param {RunSummary} run
 * @param {ItemParts} parts
 */
export function run_item(run, { state, actions, now_ms, is_selected, select, mark, refresh }) {
  const { id } = run;
  const name = run_name(run);
  const name_id = `run-name-${id}`;
  const note_id = `run-note-${id}`;
  const is_pinned = state.pinned.includes(id);
  const goes_on = continue_words(run, state);
  return html`<li
    class="run"
    aria-labelledby=${name_id}
    aria-current=${state.run.id === id ? "true" : nothing}
  >
    <span class="unseen" id=${name_id}>${name}</span>
    <input
      type="checkbox"
      aria-label="Select"
      aria-describedby=${name_id}
      .checked=${live(is_selected)}
      @change=${(/** @type {Event} */ event) => select(field_of(event).checked)}
    />
    <div class="run-head">
      ${mark}
      <textarea
        class="run-name"
        rows="1"
        aria-label="Name of the run"
        title="Write here to rename it"
        maxlength="200"
        autocomplete="off"
        .value=${live(standing(name_id, name))}
        @input=${(/** @type {Event} */ event) =>
          type(name_id, name, field_of(event).value, (text) => rename(text, run, actions))}
        @blur=${() => {
          leave(name_id, name);
          // Left empty, a run is named by its settings again.
          if (standing(name_id, name).trim() === "") drop(name_id);
          refresh();
        }}
        @keydown=${(/** @type {KeyboardEvent} */ event) => {
          if (event.isComposing) return;
          // A name wraps where it is long, but is one line.
          if (event.key === "Enter") {
            event.preventDefault();
            field_of(event).blur();
          }
          if (event.key !== "Escape") return;
          drop(name_id);
          field_of(event).value = name;
          event.stopPropagation();
        }}
      ></textarea>
      <span class="run-figure">
        <span class="unseen">validation accuracy</span> ${format.percent(accuracy_of(run))}
      </span>
    </div>
    <p class="hint run-facts">
      ${run.name.trim() ? html`${short_description(run.config)}, ${run.data_name} · ` : nothing}
      <time datetime=${run.created} title=${new Date(run.created).toLocaleString()}
        >${when_words(run.created, now_ms)}</time
      >
      · ${state_words(run, state)}${run.tuned ? ", then fine-tuned" : nothing}
    </p>
    <textarea
      class="run-note"
      rows="1"
      aria-label="Note"
      aria-describedby=${name_id}
      placeholder="Note"
      maxlength="10000"
      .value=${live(standing(note_id, run.note))}
      @input=${(/** @type {Event} */ event) =>
        type(note_id, run.note, field_of(event).value, (text, base) =>
          actions.note_run(id, text, base),
        )}
      @blur=${() => {
        leave(note_id, run.note);
        refresh();
      }}
    ></textarea>
    <div class="buttons">
      <button
        type="button"
        aria-describedby=${name_id}
        @click=${() => {
          actions.open_run(id);
          show_bench();
        }}
      >
        Open
      </button>
      <button
        type="button"
        aria-pressed=${is_pinned}
        aria-describedby=${name_id}
        @click=${() => actions.pin(id, !is_pinned)}
      >
        Compare
      </button>
      <button type="button" aria-describedby=${name_id} @click=${() => actions.delete_runs([id])}>
        Delete
      </button>
      ${
        goes_on
          ? html`<button
                type="button"
                aria-describedby="${name_id} run-goes-on-${id}"
                ?disabled=${!goes_on.can}
                @click=${() => {
                  actions.go_on(id);
                  show_bench();
                }}
              >
                Continue
              </button>
              <span class="hint" id="run-goes-on-${id}">${goes_on.sentence}</span>`
          : nothing
      }
    </div>
  </li>`;
}

/** From its top, however far down the list a person was. */
export function show_bench() {
  scrollTo({ top: 0 });
  location.hash = "#train";
}

/** @param {string} typed @param {RunSummary} run @param {Pick<Actions, "rename_run">} actions */
function rename(typed, run, actions) {
  const name = typed.replaceAll(/\s+/g, " ").trim();
  if (name !== run_name(run) && name !== run.name) actions.rename_run(run.id, name);
}
