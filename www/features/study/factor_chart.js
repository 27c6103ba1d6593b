// The final accuracy of each value of a study, as a drawing with whiskers.

import { chart_menu } from "../../plot/chart_menu.js";
import { el, set_text } from "../../ui/dom.js";
import { accuracy_plot } from "../../plot/accuracy_plot.js";
import { svg_node } from "../../plot/svg.js";
import { page_theme } from "../../ui/page_theme.js";

/** @import { StudyReading, StudyRecord } from "../../pkg/ndarray/inkling.js" */

const MAX_WIDTH = 640;
const HEIGHT = 260;
/** Room for a value's label, such as `256, 128, 64`. */
const LABEL_WIDTH = 70;

export function factor_chart() {
  /** @type {{ record: StudyRecord, figures: StudyReading["figures"], colours: string[] } | null} */
  let shown = null;
  const title = el("h3");
  const menu = chart_menu("Final validation accuracy", async () => {
    const { accuracy_files } = await import("./chart_files.js");
    if (!shown) throw new Error("there is no study yet");
    return accuracy_files(shown.record, shown.figures);
  });
  const plot = el("div", { class: "study-factor-plot" });
  const hint = el("p", { class: "hint" });
  const element = el(
    "div",
    { class: "study-factor-chart", hidden: true },
    el("div", { class: "chart-head" }, title, menu),
    plot,
    hint,
  );
  let width = MAX_WIDTH;
  // Drawn as wide as it is shown: scaled down to a telephone its words would be specks.
  new ResizeObserver(() => {
    const { clientWidth } = element;
    if (clientWidth === 0 || clientWidth === width) return;
    width = clientWidth;
    draw();
  }).observe(element);

  function draw() {
    if (!shown) return;
    const { record, figures, colours } = shown;
    const drawing = accuracy_plot(record, figures, {
      width: Math.min(MAX_WIDTH, Math.max(width, LABEL_WIDTH * record.plan.values.length)),
      height: HEIGHT,
      colours,
      theme: page_theme(),
    });
    const words = "Final accuracy of each value; the table above holds the figures";
    plot.replaceChildren(svg_node(drawing, words));
  }

  return {
    element,
    /**
     * Empty until a run has ended.
     * @param {StudyRecord | null} record
     * @param {StudyReading | null} reading
     * @param {string[]} colours of the values
     */
    show(record, reading, colours) {
      const figures = reading?.figures ?? [];
      const has_figures = figures.some((row) => row.final_accuracy !== undefined);
      shown = record && has_figures ? { record, figures, colours } : null;
      element.hidden = shown === null;
      if (!shown) return;
      const { crossed, factor_name, seeds } = shown.record.plan;
      set_text(title, `Final validation accuracy by ${factor_name}`);
      const whiskers =
        seeds.length > 1
          ? "Whiskers: one standard deviation over the seeds."
          : "Whiskers: 95 % intervals, by other seeds and images.";
      const lightness = "The lighter a cell, the higher its accuracy; the highest is framed.";
      set_text(hint, crossed?.length ? lightness : whiskers);
      draw();
    },
  };
}
