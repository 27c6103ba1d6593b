// The kept studies: name, open, put side by side, export, import, delete.

import { download, el, message_of } from "../../ui/dom.js";
import { NO_FIGURE, counted, percent } from "../../base/format.js";
import { exported, imported } from "./keep.js";
import { run_counts } from "./runs.js";

/** @import { StudyReading, StudyRecord } from "../../pkg/ndarray/inkling.js" */

/**
 * @typedef {object} LibraryListeners
 * @property {() => StudyRecord[]} kept as they stand, names and all
 * @property {(id: string) => void} on_open
 * @property {(id: string, name: string) => void} on_rename
 * @property {(id: string) => void} on_remove
 * @property {() => void} on_choose the choice for comparison and report changed
 * @property {(records: StudyRecord[]) => Promise<void>} on_import rejects if the engine cannot read one
 */

/** @param {LibraryListeners} listeners */
export function study_library(listeners) {
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

  /** @type {Set<string>} */
  const chosen = new Set();

  export_all.addEventListener("click", () => {
    const kept = listeners.kept();
    const some = kept.filter((record) => chosen.has(record.id));
    save(some.length > 0 ? some : kept, "inkling-studies.json");
  });
  picker.addEventListener("change", async () => {
    const file = picker.files?.[0];
    if (!file) return;
    error.hidden = true;
    try {
      await listeners.on_import(imported(await file.text(), file.name));
    } catch (failure) {
      error.textContent = message_of(failure);
      error.hidden = false;
    } finally {
      picker.value = "";
    }
  });

  return {
    element,
    /** Ids ticked for comparison and report. */
    chosen: () => [...chosen],
    /**
     * @param {StudyRecord[]} kept
     * @param {string | null} open_id
     * @param {boolean} is_running
     */
    show(kept, open_id, is_running) {
      empty.hidden = kept.length > 0;
      list.hidden = kept.length === 0;
      export_all.disabled = kept.length === 0;
      // Rebuilding would take the field from under whoever is naming a study.
      const { activeElement } = document;
      if (list.contains(activeElement) && activeElement?.matches("input[type=text]")) return;
      list.replaceChildren(
        ...kept.map((record) => {
          // By its time: a name may repeat, and holds the labels of the bench.
          const when = record.created.slice(0, 16).replace("T", " ");
          const tick = el("input", { type: "checkbox", "aria-label": `Compare study of ${when}` });
          tick.checked = chosen.has(record.id);
          tick.addEventListener("change", () => {
            if (tick.checked) chosen.add(record.id);
            else chosen.delete(record.id);
            listeners.on_choose();
          });
          const name = el("input", {
            type: "text",
            value: record.name,
            "aria-label": "Study name",
            maxlength: 80,
          });
          name.addEventListener("change", () =>
            listeners.on_rename(record.id, name.value.trim() || record.name),
          );
          const open = el(
            "button",
            { type: "button", class: "quiet", disabled: is_running },
            "Open",
          );
          open.addEventListener("click", () => listeners.on_open(record.id));
          const remove = el(
            "button",
            {
              type: "button",
              class: "quiet",
              disabled: is_running,
              "aria-label": `Delete study of ${when}`,
            },
            "Delete",
          );
          remove.addEventListener("click", () => {
            if (remove.dataset["asked"]) {
              chosen.delete(record.id);
              listeners.on_remove(record.id);
            } else {
              remove.dataset["asked"] = "yes";
              remove.textContent = "Delete for good";
            }
          });
          return el(
            "li",
            { "aria-current": record.id === open_id ? "true" : false },
            el("div", { class: "study-kept-head" }, tick, name),
            el(
              "div",
              { class: "study-kept-foot" },
              el("span", { class: "hint" }, `${run_counts(record.runs)}; ${when}`),
              open,
              remove,
            ),
          );
        }),
      );
    },
  };
}

/**
 * @param {StudyRecord[]} records
 * @param {string} name
 */
function save(records, name) {
  download(new Blob([exported(records)], { type: "application/json" }), name);
}

/**
 * Values of several studies in one table, best final accuracy first.
 * @param {{ record: StudyRecord, reading: StudyReading }[]} studies
 */
export function across_table(studies) {
  const rows = studies
    .flatMap(({ record, reading }) =>
      reading.figures.map((row) => ({ record, row, accuracy: row.final_accuracy ?? -1 })),
    )
    .sort((a, b) => b.accuracy - a.accuracy);
  const header = [
    "Study",
    "Factor",
    "Value",
    "Final accuracy",
    "95 % interval",
    "Best accuracy",
    "Seeds",
    "Other settings",
  ];
  return el(
    "table",
    { class: "figures-table", "aria-label": "Across studies" },
    el("thead", {}, el("tr", {}, ...header.map((text) => el("th", { scope: "col" }, text)))),
    el(
      "tbody",
      {},
      ...rows.map(({ record, row }) => {
        const { plan } = record;
        const held = plan.baseline;
        const cells = [
          plan.factor_name,
          row.label,
          row.final_accuracy === undefined ? NO_FIGURE : percent(row.final_accuracy),
          row.interval_low === undefined || row.interval_high === undefined
            ? NO_FIGURE
            : `${percent(row.interval_low)} to ${percent(row.interval_high)}`,
          row.best_accuracy === undefined ? NO_FIGURE : percent(row.best_accuracy),
          `${row.num_finished} of ${row.num_runs}`,
          `${counted(held.epochs ?? NaN, "epoch")}, rate ${held.learning_rate}, batch ${held.batch_size}, [${held.hidden_layers}]`,
        ];
        return el(
          "tr",
          {},
          el("th", { scope: "row" }, record.name),
          ...cells.map((text) => el("td", {}, text)),
        );
      }),
    ),
  );
}
