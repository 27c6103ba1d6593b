// The controller of the range test: which rates are worth a study, measured in a second
// or so on the settings and the data that a study would have. Neither the run nor the
// model that stand know of it. Knows no document.

import { Cancelled, Refused, sentence_of } from "../base/fault.js";
import * as format from "../base/format.js";
import { differing_settings, listed, words_of } from "../base/settings.js";
import { bench_plan } from "./bench_plan.js";
import { held_description } from "./factors.js";
import { why_not_study } from "./study_state.js";

/** @import { RateReading, RatesFound } from "../pkg/ndarray/inkling.js" */
/** @import { Settings } from "../base/settings.js" */
/** @import { PageState } from "./state.js" */
/** @import { StudyParts } from "./studies.js" */

/**
 * A range test and what it was made of.
 * @typedef {object} RateTest
 * @property {RateReading} reading
 * @property {string} about data and settings, in words
 * @property {Settings} config that it was made with
 * @property {string} data checksum of what it was made on
 * @property {string} since what the bench has changed since, in a sentence; empty where nothing that counts
 */

/** A rate as a person writes it. @param {number} rate */
const rate_words = (rate) => String(Number(rate.toPrecision(2)));

/** What a test does not depend on: it tries rates of its own, for steps of its own number. */
const NOT_TESTED = new Set(["backend", "epochs", "learning_rate", "learning_rate_schedule"]);

/**
 * What the bench has that a test had not.
 * @param {Pick<RateTest, "config" | "data">} test
 * @param {Pick<PageState, "config" | "data">} page
 */
export function since_words({ config: tested, data: checksum }, { config, data }) {
  const settings = differing_settings(tested, config).filter(({ key }) => !NOT_TESTED.has(key));
  const has = settings.map((setting) => words_of(setting, config));
  if (data?.checksum !== checksum) has.unshift(data ? "other data" : "no data");
  if (has.length === 0) return "";
  return `The bench now has ${listed(has)}: these rates may not suit it. Find a rate anew.`;
}

/** The rates as they are typed into a form. @param {RatesFound} found */
export const typed_rates = ({ rates }) => rates.join(", ");

/**
 * What an ended test says.
 * @param {RateReading} reading
 */
export function found_words({ found, points, is_cut }) {
  const [first, last] = [points[0], points[points.length - 1]];
  if (!first || !last) return "The loss was no number from the first step on.";
  const tried = `${format.counted(points.length, "step")}, from a rate of ${rate_words(first.rate)} to ${rate_words(last.rate)}`;
  if (!found) {
    return `${tried}: no rate lowered the loss by more than chance, so there is none to propose. Larger batches are less noisy.`;
  }
  const end = is_cut ? " Beyond that it goes up, and the test was cut." : "";
  return `${tried}: the loss falls steeply between ${rate_words(found.steep_from)} and ${rate_words(found.steep_to)}.${end}`;
}

export class RateTester {
  #parts;
  /** @type {AbortController | null} */
  #abort = null;
  /** Why the last press came to nothing, and whether that has passed. @type {{ why: string, is_past: () => boolean } | null} */
  #refused = null;

  /** @param {StudyParts} parts */
  constructor(parts) {
    this.#parts = parts;
    const { store, page } = parts;
    page.watch(["config", "data", "run", "loading", "is_tuning"], () => this.#look());
    store.watch(["phase", "assigned"], () => this.#look());
  }

  /** A sentence stands as long as what it says; then what was found is said again. */
  #look() {
    this.#compare();
    if (!this.#refused?.is_past()) return;
    const { store } = this.#parts;
    const is_said = store.get().rates_told === this.#refused.why;
    this.#refused = null;
    if (is_said) store.set({ rates_told: this.#found() });
  }

  /** What is drawn says what it is no longer of. */
  #compare() {
    const { store, page } = this.#parts;
    const { rate_test } = store.get();
    const since = rate_test ? since_words(rate_test, page.get()) : "";
    if (rate_test && rate_test.since !== since) store.set({ rate_test: { ...rate_test, since } });
  }

  /** Why no test can start now; empty where one can. */
  #why_not() {
    const { store, page, engine } = this.#parts;
    if (store.get().assigned) return "The assignment runs. Stop it first.";
    const why = why_not_study(page.get(), store.get());
    return why || (engine.data ? "" : "Load a data set under Train first.");
  }

  /** What the test that is drawn says; empty without one. */
  #found() {
    const { rate_test } = this.#parts.store.get();
    return rate_test ? found_words(rate_test.reading) : "";
  }

  /** Tests rates with the bench's settings on the loaded data. */
  async find() {
    const { store, page, engine } = this.#parts;
    const why = this.#why_not();
    const { data } = engine;
    if (why || !data) {
      this.#refused = { why, is_past: () => this.#why_not() !== why };
      store.set({ rates_told: why });
      return;
    }
    const { config } = page.get();
    const about = `${data.summary.name}; ${held_description({ factor: "learning_rate" }, config)}`;
    const abort = new AbortController();
    this.#abort = abort;
    const before = store.get().rate_test;
    this.#enter("finding", "Getting ready.");
    const made = { about, config, data: data.summary.checksum, since: "" };
    const show = (/** @type {RateReading} */ reading) =>
      store.set({
        rate_test: { reading, ...made },
        rates_told: `${reading.points.length} of ${reading.num_steps} steps.`,
      });
    try {
      await bench_plan(page, engine);
      abort.signal.throwIfAborted();
      const reading = await engine.test_rates(config, { on_reading: show, signal: abort.signal });
      store.set({ rate_test: { reading, ...made } });
      this.#compare();
      this.#enter("idle", found_words(reading));
    } catch (error) {
      store.set({ rate_test: before });
      if (abort.signal.aborted) {
        const found = this.#found();
        this.#enter("idle", found ? `Stopped. Of the test before it: ${found}` : "Stopped.");
      } else {
        const wrong = sentence_of(error);
        const is_past = () => page.get().config !== config || engine.data !== data;
        this.#refused = { why: wrong, is_past };
        this.#enter("idle", wrong);
      }
    } finally {
      this.#abort = null;
    }
  }

  /** Ends a test under way; what was found before it stands. */
  stop() {
    this.#abort?.abort(new Cancelled("The test was stopped."));
  }

  /** Puts the rates that were found into the form. */
  use() {
    const found = this.#parts.store.get().rate_test?.reading.found;
    if (!found) throw new Refused("Find a rate first.");
    const { form } = this.#parts.store.get();
    const values = typed_rates(found);
    this.#parts.store.set({
      form: { ...form, factor: "learning_rate", values },
      refusal: "",
      rates_told: `Values now holds ${values}: press Run study.`,
    });
  }

  /** @param {"idle" | "finding"} phase @param {string} rates_told */
  #enter(phase, rates_told) {
    const { store, page } = this.#parts;
    store.set({ phase, rates_told });
    page.set({ is_study_busy: phase !== "idle" });
  }
}
