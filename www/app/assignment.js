// The assignment as a whole: a baseline and five studies that start from it, all on one
// data set. Says what of it is there and what is missing, and runs what is missing, one
// part after the other. Whether a part counts follows from what is kept, the bench's
// settings and its data; nothing is ticked by hand.

import { Cancelled, Refused, sentence_of } from "../base/fault.js";
import { differing_settings, words_of } from "../base/settings.js";
import { why_not_typed } from "./bench_plan.js";
import { USUAL_STUDIES, factor_words, varied_settings } from "./factors.js";
import { is_missing, why_not_study } from "./study_state.js";

/** @import { Factor, StudyRecord } from "../pkg/ndarray/inkling.js" */
/** @import { Settings } from "../base/settings.js" */
/** @import { RunSummary } from "../store/runs.js" */
/** @import { PageState, Store } from "./state.js" */
/** @import { StudyShelf } from "./study_shelf.js" */
/** @import { StudyRunner } from "./study_run.js" */
/** @import { StudyForm, StudyState } from "./study_state.js" */

/** A study that is asked for, and how many values of it at least. @typedef {{ factor: Factor, least: number }} AskedStudy */

/**
 * The studies that are asked for: the assignment's, or the usual ones.
 * @param {Pick<PageState, "assignment">} bench
 * @returns {AskedStudy[]}
 */
export function asked_studies({ assignment }) {
  const studies = assignment?.given?.studies ?? USUAL_STUDIES;
  return studies.map(({ factor, least_values }) => ({ factor, least: least_values }));
}

/** A part of the assignment. @typedef {"baseline" | Factor} Part */

/**
 * How a part stands.
 * @typedef {object} PartState
 * @property {Part} part
 * @property {boolean} is_left_out by the person
 * @property {StudyRecord | null} study that fits and is whole, or else the newest of the factor
 * @property {RunSummary | null} run that is the baseline
 * @property {string} lacks what stands between it and a tick, in words; empty where it is there
 */

/**
 * What the bench says a part has to start from.
 * @typedef {Pick<PageState, "config" | "data" | "runs" | "assignment">} Bench
 */

/** @param {Pick<StudyState, "kept" | "record" | "left_out">} state @param {Bench} bench @returns {PartState[]} */
export function parts_of(state, bench) {
  const is_left_out = (/** @type {Part} */ part) => state.left_out.includes(part);
  const run = baseline_of(bench);
  /** @type {PartState} */
  const baseline = {
    part: "baseline",
    is_left_out: is_left_out("baseline"),
    study: null,
    run,
    lacks: run ? "" : lacking_baseline(bench),
  };
  const studies = asked_studies(bench);
  return [baseline, ...studies.map((asked) => study_part(asked, state, bench, is_left_out))];
}

/**
 * The newest kept run with the bench's settings on its data, trained to its end.
 * @param {Bench} bench
 */
function baseline_of({ config, data, runs }) {
  const is_it = (/** @type {RunSummary} */ run) =>
    run.data_checksum === data?.checksum &&
    run.result?.outcome === "finished" &&
    other_training(run.config, config).length === 0;
  return runs.find(is_it) ?? null;
}

/**
 * The settings in which two differ, but for what is only looked at on the way.
 * @param {Settings} one
 * @param {Settings} other
 */
function other_training(one, other) {
  return differing_settings(one, other).filter(({ key }) => key !== "clean_curve");
}

/** @param {Bench} bench */
function lacking_baseline({ data }) {
  return data ? "not trained yet with the bench’s settings" : "no data is loaded under Train";
}

/**
 * @param {AskedStudy} asked
 * @param {Pick<StudyState, "kept" | "record">} state
 * @param {Bench} bench
 * @param {(part: Part) => boolean} is_left_out
 * @returns {PartState}
 */
function study_part({ factor, least }, { kept, record }, bench, is_left_out) {
  const as_open = kept.map((one) => (one.id === record?.id ? record : one));
  const own = as_open.filter(({ plan }) => plan.factor === factor);
  const fitting = own.filter((one) => misfit(one, bench) === "");
  const study = fitting.find((one) => lacking(one, least) === "") ?? fitting[0] ?? own[0] ?? null;
  const lacks = study ? misfit(study, bench) || lacking(study, least) : "not run yet";
  return { part: factor, is_left_out: is_left_out(factor), study, run: null, lacks };
}

/**
 * Why a study does not start from what stands on the bench, in words; empty where it does.
 * The settings that it varies are its own.
 * @param {StudyRecord} record
 * @param {Pick<Bench, "config" | "data">} bench
 */
export function misfit({ data: its, plan }, { config, data }) {
  if (!data) return "no data is loaded under Train";
  if (its.checksum !== data.checksum) return `on other data: ${its.name}`;
  const own = /** @type {readonly string[]} */ (varied_settings(plan));
  // A split seed that a plan does not have is the seed's own, whatever the bench says.
  const baseline = /** @type {Settings} */ ({
    ...config,
    split_seed: undefined,
    ...plan.baseline,
  });
  const other = other_training(baseline, config).filter(({ key }) => !own.includes(key));
  if (other.length === 0) return "";
  return `with other settings: ${other.map((setting) => words_of(setting, baseline)).join(", ")}`;
}

/** What a study lacks to be whole, in words. @param {StudyRecord} record @param {number} least values of it */
function lacking({ plan, runs }, least) {
  const num_missing = runs.filter(is_missing).length;
  if (num_missing > 0) return `${num_missing} of its ${runs.length} runs are missing`;
  const num = plan.values.length;
  return num < least ? `${num} values, at least ${least} are asked for` : "";
}

/** The studies that a report on the whole holds. @param {readonly PartState[]} parts */
export function studies_of(parts) {
  return parts.flatMap(({ study, lacks, is_left_out }) =>
    study && lacks === "" && !is_left_out ? [study] : [],
  );
}

/**
 * What the bench does for the assignment.
 * @typedef {object} BenchActions
 * @property {() => Promise<void>} train the baseline, to its end
 * @property {() => Promise<void>} evaluate the model that stands
 * @property {() => void} stop
 */

/**
 * @typedef {object} AssignmentParts
 * @property {Store<StudyState>} store
 * @property {Store<PageState>} page
 * @property {BenchActions} bench
 */

export class Assignment {
  #parts;
  #runner;
  #shelf;
  #is_stopped = false;

  /** @param {AssignmentParts} parts @param {StudyRunner} runner @param {StudyShelf} shelf */
  constructor(parts, runner, shelf) {
    this.#parts = parts;
    this.#runner = runner;
    this.#shelf = shelf;
  }

  /** Runs what is missing, one part after the other, and ticks the studies for the report. */
  async run() {
    const { store, page } = this.#parts;
    if (store.get().assigned) return;
    const why = this.#why_not();
    if (why) return void store.set({ assignment_told: why });
    const missing = parts_of(store.get(), page.get()).filter(
      ({ lacks, is_left_out }) => lacks !== "" && !is_left_out,
    );
    if (missing.length === 0) {
      this.#choose();
      return void store.set({ assignment_told: "All of it is there, and ticked for the report." });
    }
    this.#is_stopped = false;
    const begun = { bench: page.get(), form: store.get().form };
    try {
      for (const [at, { part }] of missing.entries()) {
        if (store.get().left_out.includes(part)) continue;
        store.set({ assigned: { part, at: at + 1, of: missing.length }, assignment_told: "" });
        await (part === "baseline"
          ? this.#train_baseline(begun.bench)
          : this.#study(part, begun.form));
        if (this.#is_stopped)
          throw new Cancelled("Stopped. Press again to go on with what is missing.");
        this.#refuse_another(begun.bench);
      }
      this.#choose();
      store.set({
        assignment_told: "The assignment has run. Write what you see beside each study.",
      });
    } catch (error) {
      store.set({ assignment_told: sentence_of(error) });
    } finally {
      store.set({ assigned: null });
    }
  }

  /** Ends the part under way, and what comes after it. */
  stop() {
    const { store, bench } = this.#parts;
    const { assigned } = store.get();
    if (!assigned) return;
    this.#is_stopped = true;
    if (assigned.part === "baseline") bench.stop();
    else this.#runner.stop();
  }

  #why_not() {
    const { store, page } = this.#parts;
    const { data } = page.get();
    if (!data) return "There is no data yet. Load your CSV or the sample under Train first.";
    return why_not_typed(page.get()) || why_not_study(page.get(), store.get());
  }

  /** All parts start from one bench: another ends the whole. @param {Bench} begun */
  #refuse_another({ config, data }) {
    const now = this.#parts.page.get();
    if (now.data?.checksum === data?.checksum && other_training(config, now.config).length === 0)
      return;
    throw new Refused(
      "The settings or the data under Train were changed meanwhile, so it went no further. Set them back, or press again to start from what is there now.",
    );
  }

  /** The baseline is a run of the bench, kept and evaluated as any other. @param {Bench} begun */
  async #train_baseline({ config, data }) {
    const { page, bench } = this.#parts;
    await bench.train();
    if (this.#is_stopped) return;
    if (!baseline_of({ ...page.get(), config, data })) {
      throw new Refused(page.get().run.error || "The baseline did not come to its end.");
    }
    await bench.evaluate();
  }

  /** @param {Factor} factor @param {StudyForm} asked seeds and workers as the person asked for them */
  async #study(factor, asked) {
    const { store, page } = this.#parts;
    const begun = parts_of(store.get(), page.get()).find(({ part }) => part === factor)?.study;
    // One that was stopped half-way goes on.
    if (begun && misfit(begun, page.get()) === "" && begun.runs.some(is_missing)) {
      this.#shelf.open(begun.id);
      await this.#runner.run_missing();
    } else {
      const { values, separator, label } = factor_words(factor);
      const crossed = factor === "dropout_layer_norm" ? 2 : 1;
      const num = crossed * values.split(separator.trim()).length;
      const { least = 1 } = asked_studies(page.get()).find((one) => one.factor === factor) ?? {};
      if (num < least) {
        throw new Refused(
          `${label}: the assignment asks for at least ${least} values, and Inkling proposes ${num}. Write yours under Study, press Run study, and then this again.`,
        );
      }
      // One that went on brought its own seeds and workers.
      store.set({ form: { ...asked, factor, values }, refusal: "" });
      await this.#runner.run();
    }
    if (this.#is_stopped) return;
    const { refusal, record } = store.get();
    if (refusal) throw new Refused(refusal);
    if (record?.plan.factor === factor && record.runs.some(is_missing)) {
      this.#is_stopped = true;
    }
  }

  /** Ticks the studies that belong to it, and no other. */
  #choose() {
    const { store, page } = this.#parts;
    const ids = studies_of(parts_of(store.get(), page.get())).map(({ id }) => id);
    for (const { id } of store.get().kept) this.#shelf.choose(id, ids.includes(id));
  }
}
