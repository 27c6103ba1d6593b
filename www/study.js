// The study view: owns the study under way and what is shown of it; the files in
// study/ draw its parts, the pool runs its runs, the engine plans and reads it.

import { announce, el, message_of, on_theme_change, set_text } from "./dom.js";
import { duration, time_left } from "./format.js";
import { Pool, default_workers, remaining_secs } from "./pool.js";
import { accuracy_plot } from "./report/plots.js";
import { chart_menu } from "./chart_menu.js";
import { svg_node } from "./report/svg.js";
import { short_description } from "./settings.js";
import { study_curves } from "./study/curves.js";
import { FACTORS, study_form } from "./study/form.js";
import { hand_in } from "./study/hand_in.js";
import { Keep, settled } from "./study/keep.js";
import { across_table, study_library } from "./study/library.js";
import { value_colours } from "./study/palette.js";
import { remarks_view } from "./study/remarks.js";
import { run_counts, run_list } from "./study/runs.js";
import { comparison_table } from "./study/table.js";

/** @import { Progress, RunConfig, StudyPlan, StudyReading, StudyRecord, StudyRun } from "./pkg/ndarray/inkling.js" */
/** @import { Settings } from "./settings.js" */
/** @import { Database } from "./store/database.js" */
/** @import { Trainer } from "./trainer.js" */

/**
 * What the study needs of the page.
 * @typedef {object} StudyHost
 * @property {Database} database where studies are kept
 * @property {() => Settings} get_baseline the settings of the page's form
 * @property {Trainer} trainer holds the data set, decides the backend, asks the engine
 * @property {() => boolean} is_training whether the page's own run is under way
 * @property {(sentence: string) => void} notice
 */

/** Of runs that are still to be had; a closed page leaves the latter two behind. */
const OPEN_STATES = ["stopped", "crashed", "waiting", "running"];

/** While a study runs, what it has so far is kept this often. */
const KEEP_EVERY_MS = 2_000;
/** And what moves is shown anew this often. */
const BEAT_MS = 250;

/**
 * Builds the view in its section.
 * @param {HTMLElement} section
 * @param {StudyHost} host
 */
export function mount_study(section, host) {
  const { trainer } = host;
  const keep = new Keep(host.database);

  /** The study that is shown. @type {StudyRecord | null} */
  let record = null;
  /** @type {StudyReading | null} */
  let reading = null;
  /** Whether it is not yet kept, as before its first run and after deleting it. */
  /** @type {StudyRecord[]} */
  let kept = [];
  /** @type {Pool | null} */
  let pool = null;
  /** @type {Map<number, Progress>} */
  const progress = new Map();
  let is_starting = false;
  let is_stopped = false;
  let started_ms = 0;
  let failure = "";

  // Parts

  const form = study_form({
    on_change: () => plan_soon(),
    on_run: () => void run(),
    on_stop: stop,
  });
  const status = el("p", { class: "status", role: "status", "aria-label": "Study status" });
  const whole = el("progress", { max: 1, value: 0, "aria-label": "Progress of the study" });
  const resume = el("button", { type: "button", hidden: true }, "Run what is missing");
  resume.addEventListener("click", () => void run_missing());
  const highlight = (/** @type {number | null} */ value) => curves.highlight(value);
  const runs = run_list({ on_cancel: (index) => pool?.cancel_run(index), on_highlight: highlight });
  const curves = study_curves();
  const table = comparison_table({ on_highlight: highlight });
  const factor_chart = el("div", { class: "study-factor-chart" });
  const remarks = remarks_view({
    on_remarks(text) {
      if (!record) return;
      record = { ...record, remarks: text };
      keep_soon(400);
    },
  });
  const library = study_library({
    on_open: open,
    on_rename: (id, name) => void change_kept(id, { name }),
    on_remove: (id) => void remove(id),
    on_choose: () => void show_across(),
    on_import: import_all,
  });
  const across = el("div", {
    class: "scroll",
    tabindex: 0,
    role: "region",
    "aria-label": "Comparison across studies",
    hidden: true,
  });
  const report = hand_in({ studies: studies_for_report });

  section.classList.add("study");
  section.append(
    el(
      "div",
      { class: "column column-left" },
      part(
        "6",
        "Study",
        "One setting varied, all others as on the bench.",
        form.form,
        status,
        whole,
        resume,
        runs.list,
      ),
      part("", "Kept studies", "In this browser only.", library.element),
    ),
    el(
      "div",
      { class: "column column-middle" },
      part(
        "7",
        "Comparison",
        "A line for each value, dark for low, bright for high.",
        curves.element,
      ),
      part(
        "",
        "Figures",
        "A row for each value; press a header to sort.",
        table.element,
        factor_chart,
        across,
      ),
      part("8", "Insights", "What the figures say, and what they do not.", remarks.element),
      part("9", "Report", "Everything to hand in, made here.", report.element),
    ),
  );

  on_theme_change(() => {
    runs.reset(record, colours());
    show_reading();
  });

  // Planning

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let planning;
  function plan_soon() {
    clearTimeout(planning);
    planning = setTimeout(show_plan, 150);
  }

  /** @param {RunConfig} baseline @returns {Promise<StudyPlan>} */
  async function planned(baseline) {
    const plan = await trainer.ask((engine) => engine.plan_study({ ...form.read(), baseline }));
    // Each run's settings are checked before the first one starts.
    for (const spec of plan.runs) await trainer.plan(spec.config);
    return plan;
  }

  async function show_plan() {
    if (pool || is_starting) return;
    const baseline = host.get_baseline();
    form.show_baseline(`Everything else as on the bench: ${short_description(baseline)}.`);
    try {
      const plan = await trainer.ask((engine) => engine.plan_study({ ...form.read(), baseline }));
      form.show_error("");
      form.show_notes(plan.notes);
      const count = plan.runs.length;
      form.show_workers(
        `${count} ${count === 1 ? "run" : "runs"}, up to ${Math.min(plan.workers, count)} at a time. This machine suits ${default_workers("ndarray")}.`,
      );
    } catch (error) {
      form.show_notes([]);
      form.show_error(message_of(error));
    }
  }

  // Running

  async function run() {
    if (pool || is_starting) return;
    form.show_error("");
    const data = trainer.data;
    if (!data) {
      form.show_error("There is no data to study. Load a data set under Train first.");
      return;
    }
    if (host.is_training()) {
      form.show_error("A run is under way under Train. Stop it or let it end first.");
      return;
    }
    is_starting = true;
    show_phase();
    try {
      const plan = await planned(host.get_baseline());
      form.show_notes(plan.notes);
      const version = await trainer.ask((engine) => engine.version());
      const now = new Date().toISOString();
      leave();
      record = {
        format_version: 1,
        id: crypto.randomUUID(),
        name: `${label_of(plan)}, ${now.slice(0, 16).replace("T", " ")}`,
        created: now,
        version,
        data: data.summary,
        plan,
        runs: plan.runs.map((spec) => waiting(spec)),
        wall_secs: 0,
        remarks: "",
      };
      reading = null;
      curves.reset(record);
      runs.reset(record, colours());
      await keep.take(record.id);
      await start(record, 0);
    } catch (error) {
      failure = message_of(error);
      form.show_error(failure);
    } finally {
      keep.release();
      is_starting = false;
      show_phase();
    }
  }

  /** Runs again what was stopped, failed, or cut off by a closed page. */
  async function run_missing() {
    const data = trainer.data;
    if (!record || pool || is_starting) return;
    form.show_error("");
    if (!data) {
      form.show_error(`Load ${record.data.name} under Train first: its runs are missing.`);
      return;
    }
    if (data.summary.checksum !== record.data.checksum) {
      form.show_error(
        `This study was begun on ${record.data.name} (checksum ${record.data.checksum}); found ${data.summary.name} (${data.summary.checksum}). Load the same data to go on.`,
      );
      return;
    }
    is_starting = true;
    show_phase();
    try {
      if (!(await keep.take(record.id))) {
        throw new Error(
          "This study runs in another tab. Wait for it there, or run one of its own.",
        );
      }
      // Another tab may have gone on with it since it was read here.
      const { runs: found, wall_secs } = (await keep.newest(record.id)) ?? record;
      record = {
        ...record,
        wall_secs,
        runs: found.map((one) => (OPEN_STATES.includes(one.state) ? waiting(one.spec) : one)),
      };
      curves.reset(record);
      runs.reset(record, colours());
      await start(record, record.wall_secs);
    } catch (error) {
      failure = message_of(error);
      form.show_error(failure);
    } finally {
      keep.release();
      is_starting = false;
      show_phase();
    }
  }

  /**
   * @param {StudyRecord} study
   * @param {number} secs_before
   */
  async function start(study, secs_before) {
    const data = trainer.data;
    if (!data) throw new Error("Load a data set first.");
    failure = "";
    is_stopped = false;
    progress.clear();
    const { backend } = await trainer.choose_backend(study.plan.baseline.backend ?? "auto");
    // More than two runs on one device only take its memory from each other.
    const num_workers = backend === "webgpu" ? Math.min(2, study.plan.workers) : study.plan.workers;
    started_ms = performance.now() - 1000 * secs_before;
    const array = study.runs.slice();
    pool = new Pool({
      plan: study.plan,
      runs: array,
      artifact: backend,
      data,
      num_workers,
      on_change(index, moment) {
        const now = array[index];
        if (!now) return;
        if (moment) {
          // Shown with the next beat: a worker reports twenty times a second.
          progress.set(index, moment);
          return;
        }
        if (now.state !== "running") progress.delete(index);
        runs.show(index, now, progress.get(index) ?? null);
        // Everything but its runs may have been edited meanwhile.
        record = {
          .../** @type {StudyRecord} */ (record),
          runs: array.slice(),
          wall_secs: (performance.now() - started_ms) / 1000,
        };
        curves.update(record);
        if (now.state !== "running") void read();
        keep_soon();
      },
    });
    is_starting = false;
    show_phase();
    const beat = setInterval(() => {
      for (const [index, moment] of progress) {
        const now = array[index];
        if (now) runs.show(index, now, moment);
      }
      show_status();
    }, BEAT_MS);
    await pool.done;
    clearInterval(beat);
    pool = null;
    await read();
    await keep_now();
    show_phase();
    announce(status.textContent ?? "");
    void show_plan();
  }

  function stop() {
    is_stopped = true;
    pool?.cancel();
    show_status();
  }

  // Reading

  let read_asked = 0;
  async function read() {
    const mine = ++read_asked;
    const about = record;
    if (!about) return;
    try {
      const found = await trainer.ask((engine) => engine.read_study(about));
      if (mine !== read_asked) return;
      reading = found;
      show_reading();
    } catch (error) {
      form.show_error(`The study could not be read: ${message_of(error)}`);
    }
  }

  // Showing

  function colours() {
    const is_dark = matchMedia("(prefers-color-scheme: dark)").matches;
    return value_colours(record?.plan.values.length ?? 0, is_dark);
  }

  function show_reading() {
    table.show(record, reading?.figures ?? [], colours());
    const has_figures = reading?.figures.some((row) => row.final_accuracy !== undefined) ?? false;
    if (record && reading && has_figures) {
      const about = record;
      const { figures } = reading;
      const style = getComputedStyle(document.documentElement);
      const value = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
      const drawing = accuracy_plot(record, reading.figures, {
        width: 640,
        height: 260,
        colours: colours(),
        theme: {
          paper: "",
          ink: value("--ink"),
          soft: value("--soft"),
          grid: value("--line"),
          train: value("--train"),
          valid: value("--valid"),
        },
      });
      factor_chart.replaceChildren(
        el(
          "div",
          { class: "chart-head" },
          el("h3", {}, `Final validation accuracy by ${record.plan.factor_name}`),
          chart_menu("Final validation accuracy", async () => {
            const { accuracy_files } = await import("./study/chart_files.js");
            return accuracy_files(about, figures);
          }),
        ),
        svg_node(drawing, "Final accuracy of each value; the table above holds the figures"),
        el(
          "p",
          { class: "hint" },
          record.plan.seeds.length > 1
            ? "Whiskers: one standard deviation over the seeds."
            : "Whiskers: 95 % Wilson intervals.",
        ),
      );
    } else {
      factor_chart.replaceChildren();
    }
    const is_partial = pool !== null;
    remarks.show(
      is_partial ? [] : (reading?.insights ?? []),
      record?.remarks ?? "",
      is_partial
        ? "Inkling reads the figures when the runs are over."
        : "Sentences about which value did best, and whether that exceeds the noise, appear here after a study.",
    );
  }

  /** What the status says; it ends with the outcome once there is one. */
  function status_text() {
    if (is_starting) return "Getting ready.";
    if (!record) return failure ? `${failure} Failed` : "Choose a factor and press Run study.";
    const total = record.runs.length;
    const counts = `${total} ${total === 1 ? "run" : "runs"}: ${run_counts(record.runs)}.`;
    if (pool) {
      if (is_stopped) return `${counts} Stopping.`;
      const left = remaining_secs(record.runs, record.plan.order, progress, record.plan.workers);
      return `${counts} ${left === null ? "Starting the workers." : time_left(left)}`;
    }
    const has = (/** @type {StudyRun["state"]} */ state) =>
      record?.runs.some((one) => one.state === state) ?? false;
    const outcome =
      is_stopped || has("stopped")
        ? "Stopped"
        : has("finished") || has("diverged")
          ? "Finished"
          : "Failed";
    return `${counts} It took ${duration(record.wall_secs)}. ${outcome}`;
  }

  function show_status() {
    set_text(status, status_text());
    const all = record?.runs ?? [];
    const total = all.reduce((sum, one) => sum + one.spec.cost, 0);
    const done = all.reduce((sum, one, index) => {
      if (one.state === "waiting") return sum;
      if (one.state !== "running") return sum + one.spec.cost;
      const moment = progress.get(index);
      const share = moment && moment.num_steps > 0 ? moment.step / moment.num_steps : 0;
      return sum + one.spec.cost * share;
    }, 0);
    whole.value = total > 0 ? done / total : 0;
    whole.hidden = pool === null;
  }

  function show_phase() {
    const is_running = pool !== null || is_starting;
    form.set_running(is_running);
    section.setAttribute("aria-busy", String(is_running));
    resume.hidden =
      is_running || !record?.runs.some((one) => one.state === "stopped" || one.state === "crashed");
    show_status();
    show_reading();
    library.show(kept, record?.id ?? null, is_running);
    show_about();
  }

  function show_about() {
    const names = report_records().map((one) => one.name);
    report.show_about(
      names.length === 0
        ? "Run a study first; tick several kept studies to hand them in together."
        : `It will hold: ${names.join("; ")}.`,
    );
  }

  // Keeping

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let keeping;
  function keep_soon(after_ms = KEEP_EVERY_MS) {
    keeping ??= setTimeout(() => void keep_now(), after_ms);
  }

  /** Keeps what waits to be kept, before another study takes its place. */
  function leave() {
    if (keeping !== undefined) void keep_now();
  }

  async function keep_now() {
    clearTimeout(keeping);
    keeping = undefined;
    if (!record) return;
    const now = record;
    kept = [now, ...kept.filter((one) => one.id !== now.id)].sort((a, b) =>
      b.created.localeCompare(a.created),
    );
    library.show(kept, now.id, pool !== null || is_starting);
    show_about();
    await keep.change(now);
  }

  // A page that is being closed gets no second chance.
  addEventListener("pagehide", leave);

  /** @param {string} id */
  function open(id) {
    const found = kept.find((one) => one.id === id);
    if (!found || pool || is_starting) return;
    if (found.id !== record?.id) leave();
    record = found;
    reading = null;
    is_stopped = false;
    curves.reset(found);
    runs.reset(found, colours());
    show_phase();
    void read();
  }

  /**
   * @param {string} id
   * @param {Partial<StudyRecord>} patch
   */
  async function change_kept(id, patch) {
    const found = kept.find((one) => one.id === id);
    if (!found) return;
    const changed = { ...(record?.id === id ? record : found), ...patch };
    if (record?.id === id) record = changed;
    kept = kept.map((one) => (one.id === id ? changed : one));
    show_about();
    await keep.change(changed);
    await show_across();
  }

  /** @param {string} id */
  async function remove(id) {
    kept = kept.filter((one) => one.id !== id);
    if (record?.id === id) {
      clearTimeout(keeping);
      keeping = undefined;
      record = null;
      reading = null;
      curves.reset(null);
      runs.reset(null, []);
    }
    show_phase();
    await keep.remove(id);
    await show_across();
  }

  /** @param {StudyRecord[]} records */
  async function import_all(records) {
    for (const one of records) {
      // Reading it in full is the check.
      await trainer.ask((engine) => engine.read_study(one));
      const is_known = kept.some((other) => other.id === one.id);
      const taken = settled(
        is_known ? { ...one, id: crypto.randomUUID(), name: `${one.name} (imported)` } : one,
      );
      kept = [taken, ...kept].sort((a, b) => b.created.localeCompare(a.created));
      await keep.put(taken);
      if (!pool && !is_starting) open(taken.id);
    }
    library.show(kept, record?.id ?? null, pool !== null || is_starting);
  }

  let across_asked = 0;
  async function show_across() {
    show_about();
    const mine = ++across_asked;
    const chosen = library.chosen();
    const studies = [];
    for (const one of kept.filter((other) => chosen.includes(other.id))) {
      studies.push({ record: one, reading: await trainer.ask((engine) => engine.read_study(one)) });
    }
    if (mine !== across_asked) return;
    across.hidden = studies.length < 2;
    across.replaceChildren(...(studies.length < 2 ? [] : [across_table(studies)]));
  }

  // Report

  /** The ticked studies, or the one that is open. @returns {StudyRecord[]} */
  function report_records() {
    const chosen = library.chosen();
    const ticked = kept.filter((one) => chosen.includes(one.id)).reverse();
    return (ticked.length > 0 ? ticked : record ? [record] : []).map((one) =>
      one.id === record?.id ? record : one,
    );
  }

  async function studies_for_report() {
    if (pool || is_starting)
      throw new Error("The study is still running; make the report when it is over.");
    const records = report_records().filter((one) =>
      one.runs.some((run) => run.history.length > 0),
    );
    if (records.length === 0) throw new Error("There is no study to report on yet. Run one first.");
    const studies = [];
    for (const one of records) {
      studies.push({ record: one, reading: await trainer.ask((engine) => engine.read_study(one)) });
    }
    return {
      studies,
      write_report: (/** @type {import("./pkg/ndarray/inkling.js").ReportRequest} */ request) =>
        trainer.ask((engine) => engine.write_report(request)),
    };
  }

  // Begin

  keep.all().then((found) => {
    kept = found.map(settled);
    const [latest] = kept;
    // What was there before the reload is there again.
    if (!record && latest && !is_starting) open(latest.id);
    library.show(kept, record?.id ?? null, pool !== null || is_starting);
    show_about();
  });
  curves.reset(null);
  show_phase();
  plan_soon();
  addEventListener("hashchange", () => {
    // The charts have no width while the view is hidden; the bench may have changed.
    if (!section.hidden) plan_soon();
  });
}

/**
 * @param {string} number
 * @param {string} title
 * @param {string} lead
 * @param {...Node} children
 */
function part(number, title, lead, ...children) {
  const id = `study-part-${title.toLowerCase().replaceAll(" ", "-")}`;
  const head = el("header", { class: "part-head" });
  if (number) head.append(el("span", { class: "number" }, number));
  head.append(el("h2", { id }, title), el("p", { class: "lead" }, lead));
  return el("section", { class: "part", "aria-labelledby": id }, head, ...children);
}

/** @param {StudyPlan} plan */
function label_of(plan) {
  return FACTORS.find((one) => one.factor === plan.factor)?.label ?? plan.factor_name;
}

/** @param {StudyRun["spec"]} spec @returns {StudyRun} */
function waiting(spec) {
  return { spec, state: "waiting", reason: "", history: [], result: undefined };
}
