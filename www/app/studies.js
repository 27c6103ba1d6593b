// The studies: their one state, and what views may ask for. What runs is `study_run.js`'s,
// what is kept `study_shelf.js`'s; here are the form's plan, the figures and the report.

import { Refused, fault_of, sentence_of } from "../base/fault.js";
import { TAB_NOTES } from "../base/preferences.js";
import { Pool } from "../engine/pool.js";
import { Assignment } from "./assignment.js";
import { factor_words } from "./factors.js";
import { HandInWords } from "./hand_in_words.js";
import { create_store } from "./state.js";
import { FinalTester } from "./final_test.js";
import { RateTester } from "./rate_test.js";
import { StudyRunner } from "./study_run.js";
import { StudyShelf } from "./study_shelf.js";
import {
  chosen_studies,
  initial_studies,
  is_study_active,
  study_config,
  typed_fault,
  why_not_study,
  words_told,
} from "./study_state.js";

/** @import { SmallStore } from "../base/preferences.js" */
/** @import { ReportRequest, StudyReading, StudyRecord } from "../pkg/ndarray/inkling.js" */
/** @import { Custody, LoadedData } from "../engine/custody.js" */
/** @import { PoolJob } from "../engine/pool.js" */
/** @import { Database } from "../store/database.js" */
/** @import { BenchActions, Part } from "./assignment.js" */
/** @import { Studies } from "../store/studies.js" */
/** @import { PageState, Store } from "./state.js" */
/** @import { StudyForm, StudyState } from "./study_state.js" */

/** Typing goes on for so long between two keys. */
const PAUSE_MS = 150;

/** Said once what a study was refused for is over. */
const FREE_AGAIN = "Nothing stands in its way any more: press Run study again.";

/**
 * @typedef {object} StudyParts what the controllers of studies share
 * @property {Store<StudyState>} store
 * @property {Store<PageState>} page
 * @property {Custody} engine
 * @property {Studies} studies
 * @property {(sentence: string) => void} notice
 * @property {(job: PoolJob) => Pool} make_pool
 * @property {() => LoadedData | null} test_set that is loaded on the bench
 * @property {BenchActions} bench
 * @property {SmallStore} typed what this tab notes through a reload
 * @property {() => Promise<void>} read reads the open study's figures
 */

/**
 * @param {object} given
 * @param {Store<PageState>} given.page
 * @param {Custody} given.engine
 * @param {Studies} given.studies where they are kept
 * @param {Pick<Database, "hear">} given.database tells what another tab changed
 * @param {(sentence: string) => void} given.notice
 * @param {() => LoadedData | null} given.test_set that is loaded on the bench
 * @param {BenchActions} given.bench
 * @param {ConstructorParameters<typeof HandInWords>[1]} [given.words] where they are kept
 * @param {SmallStore} [given.typed] tests put their own in its place
 * @param {(job: PoolJob) => Pool} [given.make_pool] tests put their own in its place
 */
export function create_studies(given) {
  const { page, engine, studies, database, notice, test_set, bench, make_pool } = given;
  /** @type {Store<StudyState>} */
  const store = create_store(initial_studies());
  /** @type {StudyParts} */
  const parts = {
    store,
    page,
    engine,
    studies,
    notice,
    test_set,
    bench,
    make_pool: make_pool ?? ((job) => new Pool(job)),
    typed: given.typed ?? TAB_NOTES,
    read,
  };
  const shelf = new StudyShelf(parts);
  const runner = new StudyRunner(parts, shelf);
  const tester = new FinalTester(parts, shelf, runner);
  const rates = new RateTester(parts);
  const assignment = new Assignment(parts, runner, shelf);
  const words = new HandInWords(store, given.words);

  let reads_asked = 0;
  async function read() {
    const mine = ++reads_asked;
    const { record } = store.get();
    if (!record) return;
    try {
      const reading = await reading_of(record);
      if (mine === reads_asked && store.get().record?.id === record.id) store.set({ reading });
    } catch (error) {
      if (mine === reads_asked) {
        store.set({ refusal: `The study could not be read: ${sentence_of(error)}` });
      }
    }
  }

  // Planning

  let plans_asked = 0;
  async function plan() {
    const mine = ++plans_asked;
    const { form } = store.get();
    // The bench's settings hold for whatever a study does not vary.
    const wrong = typed_fault(form) ?? page.get().typed_fault;
    if (wrong) {
      store.set({ plan_fault: wrong });
      return;
    }
    try {
      const found = await engine.plan_study(study_config(form, page.get().config));
      if (mine === plans_asked) store.set({ plan: found, plan_fault: null });
    } catch (error) {
      if (mine === plans_asked) store.set({ plan_fault: fault_of(error) });
    }
  }

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let planning;
  function plan_soon() {
    clearTimeout(planning);
    planning = setTimeout(plan, PAUSE_MS);
  }

  /** What a person asked for is told where it was refused. @param {unknown} error */
  const report = (error) => notice(sentence_of(error));
  /** @param {() => unknown} work */
  async function done(work) {
    try {
      await work();
    } catch (error) {
      report(error);
    }
  }

  /** A record is never changed in place: it is read once. @type {WeakMap<StudyRecord, StudyReading>} */
  const readings = new WeakMap();

  /** @param {StudyRecord} record */
  async function reading_of(record) {
    const reading = readings.get(record) ?? (await engine.read_study(record));
    readings.set(record, reading);
    return reading;
  }

  /**
   * @param {readonly StudyRecord[]} records
   * @returns {Promise<{ record: StudyRecord, reading: StudyReading }[]>}
   */
  async function read_all(records) {
    const found = [];
    for (const record of records) {
      found.push({ record, reading: await reading_of(record) });
    }
    return found;
  }

  const actions = {
    /** Another factor brings its own values. @param {Partial<StudyForm>} patch */
    change_form(patch) {
      const { form } = store.get();
      const values = patch.factor ? { values: factor_words(patch.factor).values } : {};
      store.set({ form: { ...form, ...values, ...patch }, refusal: "" });
    },
    run() {
      if (store.get().assigned) store.set({ refusal: "The assignment runs. Stop it first." });
      else void done(() => runner.run());
    },
    run_missing: () => void done(() => runner.run_missing()),
    /** Ends what runs; of the assignment also what would come after it. */
    stop() {
      if (store.get().assigned) assignment.stop();
      else if (store.get().phase === "testing") tester.stop();
      else if (store.get().phase === "finding") rates.stop();
      else runner.stop();
    },
    run_assignment: () => void done(() => assignment.run()),
    /** @param {Part} part @param {boolean} is_left_out */
    leave_out(part, is_left_out) {
      const others = store.get().left_out.filter((one) => one !== part);
      words.write({ left_out: is_left_out ? [...others, part] : others });
    },
    /** @param {Partial<Pick<StudyState, "introduction" | "baseline_remarks" | "conclusion">>} patch as typed */
    write_words: (patch) => words.write(patch),
    /** @param {readonly string[]} ids as typed */
    write_ids(ids) {
      store.set({ ids });
      page.set({ ids });
    },
    find_rate: () => void done(() => rates.find()),
    use_rates: () => void done(() => rates.use()),
    test_winner: () => void done(() => tester.test()),
    stop_test: () => tester.stop(),
    /** @param {number} index */
    cancel_run: (index) => runner.cancel_run(index),

    /** @param {string} id */
    open: (id) => void done(() => shelf.open(id)),
    /** @param {string} id @param {string} name */
    rename: (id, name) => void done(() => shelf.rename(id, name)),
    /** @param {string} id */
    remove: (id) => void done(() => shelf.remove(id)),
    /** @param {string} id @param {boolean} is_chosen for comparison and report */
    choose: (id, is_chosen) => shelf.choose(id, is_chosen),
    /** Takes these out of comparison and report, and leaves the others in. @param {readonly string[]} ids */
    leave_out_studies(ids) {
      const { kept, chosen } = store.get();
      const wanted = chosen.filter((id) => !ids.includes(id));
      for (const { id } of kept) shelf.choose(id, wanted.includes(id));
    },
    /** @param {File} file */
    import_file: (file) => void done(() => shelf.import_file(file)),
    /** While the open study's remarks are typed. @param {string} text */
    remark: (text) => shelf.remark(text),
    end_remarks: () => shelf.end_remarks(),

    /** The studies ticked for comparison, with their figures; none where that fails. */
    async read_chosen() {
      const { kept, chosen } = store.get();
      try {
        return await read_all(kept.filter(({ id }) => chosen.includes(id)));
      } catch (error) {
        report(error);
        return [];
      }
    },
    /** What a report would be about; rejects with a sentence where there is nothing. */
    async read_for_report() {
      const state = store.get();
      if (state.phase === "testing") {
        throw new Refused("The winner is being tested; make the report when that is done.");
      }
      if (state.phase === "finding") throw new Refused(why_not_study(page.get(), state));
      if (is_study_active(state)) {
        throw new Refused("The study is still running; make the report when it is over.");
      }
      const has_figures = chosen_studies(state).filter((record) =>
        record.runs.some((run) => run.history.length > 0),
      );
      if (has_figures.length === 0) {
        throw new Refused("There is no study to report on yet. Run one first.");
      }
      return read_all(has_figures);
    },
    /** @param {ReportRequest} request */
    write_report: (request) => engine.write_report(request),
    /** A report was made. @param {readonly StudyRecord[]} records */
    reported: (records) =>
      store.set({ reported: records, reported_words: words_told(store.get()) }),
  };

  store.watch(["form"], plan_soon);
  page.watch(["config"], plan_soon);
  // A sentence stands as long as what it says.
  let { config, data } = page.get();
  page.watch(["config", "data", "run", "loading", "is_tuning", "assignment"], (now) => {
    const { refusal } = store.get();
    const is_other = now.config !== config || now.data !== data;
    ({ config, data } = now);
    const is_past = refusal === runner.why && why_not_study(now, store.get()) !== refusal;
    // Who pressed in vain may not have read why before it was over.
    if (refusal && is_past && !is_other) store.set({ refusal: FREE_AGAIN });
    else if (refusal && is_other) store.set({ refusal: "" });
  });
  page.watch(["data", "test"], () => {
    if (store.get().phase !== "testing") store.set({ test_told: "" });
  });
  database.hear("study", () => void shelf.refresh().catch(report));
  // A page that is being closed gets no second chance.
  globalThis.addEventListener?.("pagehide", () => {
    runner.leave();
    shelf.leave();
  });

  return {
    view: /** @type {import("./state.js").View<StudyState>} */ (store),
    actions,
    /** Brings back what was kept before the page was loaded. */
    restore: () => done(() => shelf.restore()),
  };
}

/** @typedef {ReturnType<typeof create_studies>["actions"]} StudyActions */
