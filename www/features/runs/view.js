// The runs that this browser keeps: a list, newest first, and the table of those that
// are compared. Shows what is kept and asks for what a person wants; keeps only which
// runs are ticked.

import { html, nothing, render } from "../../vendor/lit-html/lit-html.js";
import { repeat } from "../../vendor/lit-html/directives/repeat.js";
import { MOST_PINNED } from "../../app/run_list.js";
import { own_mark, pin_mark } from "../../plot/pin_mark.js";
import { looks_of } from "../../plot/pins.js";
import { MOST_BYTES, MOST_RUNS } from "../../store/runs.js";
import { by_id, on_theme_change } from "../../ui/dom.js";
import { compared } from "./compare.js";
import { run_item, show_bench } from "./item.js";
import { committee_hint, limit_words } from "./words.js";

/** @import { Actions } from "../../app/actions.js" */
/** @import { PageState, View } from "../../app/state.js" */
/** @import { Comparison } from "./compare.js" */

/** "5 min ago" is true for so long. */
const CLOCK_MS = 30_000;

/** The look of the run on the bench, which has its own two lines there. */
const OWN = -1;

/**
 * @param {View<PageState>} view
 * @param {Actions} actions
 */
export function create_runs(view, actions) {
  const root = by_id("runs-view", HTMLElement);
  /** Ids of the runs that are ticked. @type {Set<string>} */
  const selected = new Set();
  /** @type {Made} */
  let drawn = new Map();

  const show = () => {
    const state = view.get();
    const { runs, pinned, run } = state;
    const kept = new Set(runs.map(({ id }) => id));
    for (const id of selected) if (!kept.has(id)) selected.delete(id);
    const chosen = () => runs.filter(({ id }) => selected.has(id)).map(({ id }) => id);
    const looks = looks_of(pinned);
    if (looks.has(run.id)) looks.set(run.id, OWN);
    const now_ms = Date.now();
    const { marks, made } = mark_keeper(drawn);
    drawn = made;
    const had_focus = root.contains(document.activeElement);
    render(
      html`<div class="runs">
        <div class="column runs-kept">
          <header class="part-head">
            <h2>Runs</h2>
            <p class="hint">${limit_words(runs, { runs: MOST_RUNS, bytes: MOST_BYTES })}</p>
          </header>
          ${tools(actions, chosen, selected.size, runs.length)} ${undo_line(state, actions)}
          ${
            runs.length === 0
              ? html`<p class="runs-empty">
                  Each run that you train is kept here with its curves and its model, to be opened
                  again, compared and carried on.
                </p>`
              : nothing
          }
          <ul class="runs-list" ?hidden=${runs.length === 0}>
            ${repeat(
              runs,
              ({ id }) => id,
              (one) =>
                run_item(one, {
                  state,
                  actions,
                  now_ms,
                  is_selected: selected.has(one.id),
                  select(is_selected) {
                    if (is_selected) selected.add(one.id);
                    else selected.delete(one.id);
                    show();
                  },
                  mark: marks(`item ${one.id}`, looks.get(one.id)),
                  refresh: show,
                }),
            )}
          </ul>
        </div>
        <div class="column runs-compared">
          ${comparison(compared(runs, pinned, looks), actions, marks, pinned.length)}
          ${committee(state, actions)}
        </div>
      </div>`,
      root,
    );
    // What was deleted took the keyboard's place with it.
    if (had_focus && !root.contains(document.activeElement)) {
      const next = root.querySelector(".runs-undo button, .run button");
      if (next instanceof HTMLElement) next.focus({ preventScroll: true });
    }
  };

  /** @type {readonly unknown[]} */
  let shown = [];
  view.watch(
    ["runs", "pinned", "removed", "run", "data", "loading", "is_tuning", "is_study_busy"],
    ({ runs, pinned, removed, run, data, loading, is_tuning, is_study_busy }) => {
      // A run under way changes ten times a second, the list with its epochs at most.
      const now = [runs, pinned, removed, run.id, run.phase, data, loading?.name, is_tuning];
      const parts = [...now, is_study_busy];
      if (shown.length > 0 && parts.every((part, at) => part === shown[at])) return;
      shown = parts;
      show();
    },
  );
  setInterval(() => {
    if (!root.hidden && !document.hidden) show();
  }, CLOCK_MS);
  on_theme_change(() => {
    drawn = new Map();
    show();
  });
}

/**
 * @param {Actions} actions
 * @param {() => string[]} chosen ids that are ticked
 * @param {number} num_selected
 * @param {number} num_runs
 */
function tools(actions, chosen, num_selected, num_runs) {
  const why = num_selected === 0 ? "Tick one or more runs first" : nothing;
  return html`<div class="runs-tools">
    <button
      type="button"
      ?disabled=${num_selected === 0}
      title=${why}
      @click=${() => actions.delete_runs(chosen())}
    >
      Delete selected
    </button>
    <button
      type="button"
      ?disabled=${num_selected === 0}
      title=${why}
      @click=${() => actions.export_runs(chosen())}
    >
      Export selected
    </button>
    <button type="button" ?disabled=${num_runs === 0} @click=${() => actions.export_runs([])}>
      Export all
    </button>
    <div class="runs-import">
      <label for="runs-file">Runs file</label>
      <input
        type="file"
        id="runs-file"
        accept=".json,application/json"
        aria-describedby="runs-file-hint"
        @change=${(/** @type {Event} */ event) => {
          const field = /** @type {HTMLInputElement} */ (event.target);
          const file = field.files?.[0];
          if (file) actions.import_runs(file);
          // The same file can be picked again.
          field.value = "";
        }}
      />
      <span class="hint" id="runs-file-hint"
        >Import runs that were exported, here or elsewhere.</span
      >
    </div>
  </div>`;
}

/** @param {Readonly<PageState>} state @param {Actions} actions */
function undo_line({ removed }, actions) {
  return html`<div class="runs-undo">
    <span role="status">${removed ? `Deleted ${removed.names}.` : ""}</span>
    ${
      removed
        ? html`<button type="button" class="quiet" @click=${() => actions.undo_delete()}>
            Undo
          </button>`
        : nothing
    }
  </div>`;
}

/**
 * @param {Comparison} comparison
 * @param {Actions} actions
 * @param {Marks} marks
 * @param {number} num_pinned
 */
function comparison({ columns, rows, remarks }, actions, marks, num_pinned) {
  const lead =
    num_pinned === 0
      ? "Press Compare on two runs or more: what differs between them stands here, and their lines in the curves on the bench."
      : html`Their lines are in the <a href="#train">curves on the bench</a>.
          ${
            num_pinned >= MOST_PINNED
              ? `${MOST_PINNED} runs are compared, as many as can be told apart: take one out before you add another.`
              : nothing
          }`;
  return html`<h3 id="compared-title">Compared runs</h3>
    <p class="hint">${lead}</p>
    ${
      rows.length === 0
        ? nothing
        : html`<div class="scroll" tabindex="0" role="group" aria-label="To scroll sideways">
            <table class="figures-table" aria-labelledby="compared-title">
              <thead>
                <tr>
                  <th scope="col">Run</th>
                  ${columns.map((name) => html`<th scope="col">${name}</th>`)}
                  <td></td>
                </tr>
              </thead>
              <tbody>
                ${repeat(
                  rows,
                  ({ id }) => id,
                  ({ id, name, look, cells }) =>
                    html`<tr>
                      <th scope="row" id="compared-${id}">
                        ${marks(`row ${id}`, look)} <span>${name}</span>
                      </th>
                      ${cells.map(
                        ({ text, aside }) =>
                          html`<td>
                            ${text}${aside ? html`<span class="hint">${aside}</span>` : nothing}
                          </td>`,
                      )}
                      <td>
                        <button
                          type="button"
                          class="quiet"
                          aria-describedby="compared-${id}"
                          @click=${() => actions.pin(id, false)}
                        >
                          Take out
                        </button>
                      </td>
                    </tr>`,
                )}
              </tbody>
            </table>
          </div>`
    }
    ${remarks.map((text) => html`<p class="hint">${text}</p>`)}`;
}

/**
 * The compared runs as one model.
 * @param {Readonly<PageState>} state
 * @param {Actions} actions
 */
function committee(state, actions) {
  const { runs, pinned } = state;
  const chosen = pinned.flatMap((id) => runs.find((run) => run.id === id) ?? []);
  if (chosen.length === 0) return nothing;
  const { sentence, can } = committee_hint(chosen, state);
  return html`<div class="runs-committee">
    <button
      type="button"
      aria-describedby="committee-hint"
      ?disabled=${!can}
      @click=${async () => {
        if (await actions.make_committee(chosen.map(({ id }) => id))) show_bench();
      }}
    >
      Make a committee
    </button>
    <p class="hint">
      <span id="committee-hint">${sentence}</span> What is a
      <button type="button" class="term" data-term="committee" aria-haspopup="dialog">
        committee</button
      >?
    </p>
  </div>`;
}

/**
 * The marker of a place, or nothing for one without a line.
 * @typedef {(place: string, look: number | undefined) => SVGElement | null} Marks
 */

/** Markers as they stand: one that stays is not drawn anew. @typedef {Map<string, { look: number, mark: SVGElement }>} Made */

/**
 * @param {Made} before
 * @returns {{ marks: Marks, made: Made }} what was asked for stands in `made`
 */
function mark_keeper(before) {
  /** @type {Made} */
  const made = new Map();
  return {
    made,
    marks(place, look) {
      if (look === undefined) return null;
      const old = before.get(place);
      const fresh = () => (look === OWN ? own_mark() : pin_mark(look));
      const mark = old?.look === look ? old.mark : fresh();
      made.set(place, { look, mark });
      return mark;
    },
  };
}
