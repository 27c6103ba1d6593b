// The menu above the curves: what they show as PNG, SVG and CSV, written by code that is
// fetched when it is first needed. `ui/menu.js` closes it.

import { sentence_of } from "../../base/fault.js";
import { drawn } from "../../plot/chart_menu.js";
import { by_id, download } from "../../ui/dom.js";

/** @import { Actions } from "../../app/actions.js" */
/** @import { Shown } from "./curve_files.js" */

/**
 * @param {Pick<Actions, "notice">} actions
 * @param {() => Shown} shown
 */
export function create_curve_downloads({ notice }, shown) {
  for (const button of by_id("downloads", HTMLElement).querySelectorAll("[data-download]")) {
    button.addEventListener("click", () => {
      const now = shown();
      if (now.run.history.length === 0 && now.pinned.length === 0) {
        notice("There are no figures to download yet; they come with the first epoch.");
        return;
      }
      save(button.getAttribute("data-download") ?? "", now).catch((error) =>
        notice(`The curves could not be written: ${sentence_of(error)}`),
      );
    });
  }
}

/** @param {string} kind @param {Shown} shown */
async function save(kind, shown) {
  if (kind === "csv") {
    const { curves_csv } = await import("./curve_csv.js");
    download(new Blob([curves_csv(shown)], { type: "text/csv" }), "inkling-metrics.csv");
    return;
  }
  const { curves_drawing } = await import("./curve_files.js");
  const drawing = curves_drawing(shown);
  download(await drawn(kind === "png" ? "png" : "svg", drawing), `inkling-curves.${kind}`);
}
