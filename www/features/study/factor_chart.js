// The final accuracy of each value of a study, as a drawing with whiskers.

import { chart_menu } from "../../plot/chart_menu.js";
import { el } from "../../ui/dom.js";
import { accuracy_plot } from "../../plot/study_plots.js";
import { svg_node } from "../../plot/svg.js";

/** @import { StudyReading, StudyRecord } from "../../pkg/ndarray/inkling.js" */

const MAX_WIDTH = 640;
const HEIGHT = 260;
/** Room for a value's label, such as `256, 128, 64`. */
const LABEL_WIDTH = 70;

export function factor_chart() {
  const plot = el("div", { class: "study-factor-plot" });
  const element = el("div", { class: "study-factor-chart" });
  /** Draws it again; nothing while there is nothing to draw. */
  let draw = () => {};
  let width = MAX_WIDTH;
  // Drawn as wide as it is shown: scaled down to a telephone its words would be specks.
  new ResizeObserver(() => {
    const { clientWidth } = element;
    if (clientWidth === 0 || clientWidth === width) return;
    width = clientWidth;
    draw();
  }).observe(element);

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
      if (!record || !figures.some((row) => row.final_accuracy !== undefined)) {
        draw = () => {};
        element.replaceChildren();
        return;
      }
      const { factor_name, seeds, values } = record.plan;
      draw = () => {
        const drawing = accuracy_plot(record, figures, {
          width: Math.min(MAX_WIDTH, Math.max(width, LABEL_WIDTH * values.length)),
          height: HEIGHT,
          colours,
          theme: page_theme(),
        });
        const words = "Final accuracy of each value; the table above holds the figures";
        plot.replaceChildren(svg_node(drawing, words));
      };
      draw();
      element.replaceChildren(
        el(
          "div",
          { class: "chart-head" },
          el("h3", {}, `Final validation accuracy by ${factor_name}`),
          chart_menu("Final validation accuracy", async () => {
            const { accuracy_files } = await import("./chart_files.js");
            return accuracy_files(record, figures);
          }),
        ),
        plot,
        el(
          "p",
          { class: "hint" },
          seeds.length > 1
            ? "Whiskers: one standard deviation over the seeds."
            : "Whiskers: 95 % Wilson intervals.",
        ),
      );
    },
  };
}

/** The page's own colours: a drawing on it stands on no paper. */
function page_theme() {
  const style = getComputedStyle(document.documentElement);
  const value = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
  return {
    paper: "",
    ink: value("--ink"),
    soft: value("--soft"),
    grid: value("--line"),
    train: value("--train"),
    valid: value("--valid"),
  };
}
