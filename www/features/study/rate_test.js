// The range test in the form of studies: one press, the curve as it grows, what it says, and
// one press more for the rates that it proposes. Decides nothing.

import { typed_rates } from "../../app/rate_test.js";
import { is_study_active } from "../../app/study_state.js";
import { rate_plot } from "../../plot/rate_plot.js";
import { svg_node } from "../../plot/svg.js";
import { el, on_theme_change, set_text } from "../../ui/dom.js";
import { page_theme } from "../../ui/page_theme.js";

/** @import { StudyActions } from "../../app/studies.js" */
/** @import { StudyState } from "../../app/study_state.js" */
/** @import { View } from "../../app/state.js" */

const HEIGHT = 200;
const LEAST_WIDTH = 280;

const ABOUT =
  "Trains a fresh network for some hundred steps while the rate grows from 0.00001 to 10. Your run and your model stay as they are.";

/** @param {{ studies: View<StudyState>, actions: StudyActions }} parts */
export function rate_test({ studies, actions }) {
  const find = el(
    "button",
    { type: "button", "aria-describedby": "rate-test-about" },
    "Find a rate",
  );
  const stop = el("button", { type: "button", hidden: true }, "Stop finding");
  const about = el("p", { class: "hint", id: "rate-test-about" }, ABOUT);
  const told = el("p", { class: "hint", role: "status", "aria-label": "Rate status" });
  const of = el("p", { class: "hint" });
  const since = el("p", { class: "hint", role: "status", "aria-label": "Rates since" });
  const plot = el("div", { class: "rate-plot" });
  const use = el("button", { type: "button" });
  find.addEventListener("click", actions.find_rate);
  stop.addEventListener("click", actions.stop);
  use.addEventListener("click", actions.use_rates);
  const buttons = el("p", { class: "buttons" }, find, stop);
  const found = el("div", { hidden: true }, plot, of, since, use);
  const element = el("div", { class: "rate-test" }, buttons, about, told, found);

  /** The test that is drawn, and how wide. */
  let drawn = { test: studies.get().rate_test, width: 0 };
  function draw() {
    const { rate_test: test } = studies.get();
    const width = Math.max(LEAST_WIDTH, element.clientWidth);
    if (!test || element.clientWidth === 0) return;
    if (drawn.test === test && drawn.width === width) return;
    drawn = { test, width };
    const drawing = rate_plot(test.reading, { width, height: HEIGHT, theme: page_theme() });
    plot.replaceChildren(svg_node(drawing, drawing.description));
  }
  new ResizeObserver(draw).observe(element);
  on_theme_change(() => {
    drawn.width = 0;
    draw();
  });

  studies.watch(["form"], ({ form }) => {
    // For whoever varies something else it is one thing more to read.
    element.hidden = form.factor !== "learning_rate";
  });
  let was_finding = false;
  studies.watch(["phase", "rate_test", "rates_told", "assigned"], (state) => {
    const is_finding = state.phase === "finding";
    const [has_begun, has_ended] = [is_finding && !was_finding, !is_finding && was_finding];
    was_finding = is_finding;
    const had_focus = document.activeElement;
    const { rate_test: test } = state;
    const rates = test?.reading.found;
    find.disabled = is_study_active(state) || state.assigned !== null;
    use.disabled = find.disabled;
    stop.hidden = !is_finding;
    // The button that was pressed goes dead: the keyboard's place moves on with the work.
    const has_lost = had_focus === find || had_focus === document.body;
    if (has_begun && has_lost) stop.focus({ preventScroll: true });
    if (has_ended && had_focus === stop) find.focus({ preventScroll: true });
    about.hidden = test !== null || state.rates_told !== "";
    set_text(told, state.rates_told);
    found.hidden = test === null;
    use.hidden = !rates;
    if (!test) return;
    set_text(of, `On ${test.about}.`);
    set_text(since, test.since);
    if (rates) set_text(use, `Use ${typed_rates(rates)}`);
    draw();
  });
  return element;
}
