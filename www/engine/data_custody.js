// The page's side of its workers, as far as data go: which data set is loaded, how files
// become one, and how a worker comes to hold it. Also what needs neither data nor a
// model. A worker may die at any moment; the next one is given what it needs.

import { Refused, message_of } from "../base/fault.js";
import { WorkerCrashed } from "./engine_worker.js";
import { PATIENCE_MS } from "./occupation.js";
import { FileReading } from "./reading.js";
import { Stations } from "./stations.js";

/** @import { DataChange, Evaluation, Finding, PlanSummary, ReportFiles, ReportRequest, RunConfig, RunResult, StudyConfig, StudyPlan, StudyReading, StudyRecord, TaskSummary } from "../pkg/ndarray/inkling.js" */
/** @import { Images, LoadedData } from "../worker/dataset.js" */
/** @import { Question } from "../worker/reading.js" */
/** @import { WorkerLike } from "./engine_worker.js" */
/** @import { ReadOptions } from "./reading.js" */
/** @import { Station } from "./station.js" */

/**
 * @typedef {object} DataCustodyOptions
 * @property {(sentence: string) => void} [on_notice] told what a person should know: a crashed worker, a replaced one
 * @property {(label: string) => WorkerLike} [make_worker] tests put their own in its place
 * @property {number} [num_threads] that may share a run on the CPU
 * @property {number} [patience_ms] how long a worker may take to do as it is told
 */

export class DataCustody {
  /** @protected */
  stations;
  /** @protected */
  patience_ms;
  #notice;
  #reading;
  /** @type {LoadedData | null} */
  #data = null;

  /** @param {DataCustodyOptions} options */
  constructor({ on_notice = () => {}, make_worker, num_threads, patience_ms = PATIENCE_MS }) {
    this.#notice = on_notice;
    this.patience_ms = patience_ms;
    this.stations = new Stations(make_worker, num_threads);
    this.#reading = new FileReading(this.stations, patience_ms, (station) =>
      this.is_occupied(station),
    );
    // Opened ahead of the first need; a failure is told by whoever needs it.
    this.ready().catch(() => {});
  }

  /** Resolves when the CPU engine is ready; rejects with what keeps it from being so. */
  async ready() {
    await this.stations.open_cpu();
  }

  /**
   * Reads picked files: tables, IDX or .npy, plain, gzip or zip, told by their first bytes. What is
   * read is not taken: `set_data` does that. Files picked meanwhile wait their turn.
   * @param {File[]} files one, or the two that IDX comes as
   * @param {ReadOptions} [options]
   * @returns {Promise<LoadedData | { question: Question }>} what a table asks, in place of data
   */
  async read_files(files, options = {}) {
    try {
      return await this.#reading.read(files, options);
    } catch (error) {
      throw options.signal?.aborted ? error : this.told(error, "reading the file");
    }
  }

  /** The data set that is loaded. */
  get data() {
    return this.#data;
  }

  /**
   * Takes a data set, at once; workers are given it when they next need it.
   * @param {LoadedData | null} data
   */
  set_data(data) {
    this.#data = data;
  }

  /**
   * What of the loaded data deserves a look before it is trained on.
   * @param {string} checksum of the data that are meant
   * @returns {Promise<Finding[]>}
   */
  findings(checksum) {
    return this.on_cpu("looking at the data", async (station) => {
      await this.feed(station, checksum);
      return station.call((engine) => engine.findings(checksum));
    });
  }

  /**
   * The loaded data with a change made, as another data set; nothing is taken.
   * @param {string} checksum of the data that are meant
   * @param {DataChange} change
   * @returns {Promise<LoadedData>}
   */
  changed_data(checksum, change) {
    return this.on_cpu("changing the data", async (station) => {
      await this.feed(station, checksum);
      return station.call((engine) => engine.changed_data(checksum, change));
    });
  }

  /**
   * The images of the loaded data under another task, as another data set; nothing is taken.
   * @param {string} checksum of the data that are meant
   * @param {TaskSummary} task
   * @returns {Promise<LoadedData>}
   */
  data_with_task(checksum, task) {
    return this.on_cpu("naming the classes", async (station) => {
      await this.feed(station, checksum);
      return station.call((engine) => engine.data_with_task(checksum, task));
    });
  }

  /**
   * Pixels (side² a row) and labels of some rows of the loaded data.
   * @param {string} checksum of the data that the rows are of
   * @param {ArrayLike<number>} rows
   * @returns {Promise<Images>}
   */
  images(checksum, rows) {
    return this.on_cpu("reading images", async (station) => {
      await this.feed(station, checksum);
      return station.call((engine) => engine.images(checksum, Array.from(rows)));
    });
  }

  /**
   * Checks settings, for the loaded data if there are any, and says what they will build.
   * @param {RunConfig} config
   * @returns {Promise<PlanSummary>}
   */
  plan(config) {
    return this.on_cpu("checking the settings", async (station) => {
      for (;;) {
        const data = this.#data;
        try {
          if (data) await station.feed(data);
          const checksum = data?.summary.checksum ?? null;
          const plan = await station.call((engine) => engine.plan(checksum, config));
          if (this.#data === data) return plan;
        } catch (error) {
          if (this.#data === data) throw error;
        }
        // Others have been loaded meanwhile: those are meant.
      }
    });
  }

  /**
   * The figures of probabilities, one a class for each row, against the rows' labels.
   * @param {Float32Array} probabilities
   * @param {Uint8Array} labels
   * @returns {Promise<Evaluation>}
   */
  evaluate(probabilities, labels) {
    return this.on_cpu("evaluating", (station) =>
      station.call((engine) => engine.evaluate(probabilities, labels)),
    );
  }

  /**
   * What a run came to that was ended by force after its last checkpoint.
   * @param {Uint8Array} checkpoint
   * @param {string} backend that computed it
   * @param {number} num_validation images held out
   * @returns {Promise<RunResult>}
   */
  stopped_result(checkpoint, backend, num_validation) {
    return this.on_cpu("reading a checkpoint", (station) =>
      station.call((engine) => engine.stopped_result(checkpoint, backend, num_validation)),
    );
  }

  /**
   * The runs of a study.
   * @param {StudyConfig} config
   * @returns {Promise<StudyPlan>}
   */
  plan_study(config) {
    return this.on_cpu("planning the study", (station) =>
      station.call((engine) => engine.plan_study(config)),
    );
  }

  /**
   * A study of a file or of an older page: checked, and brought to this version's format.
   * @param {StudyRecord} record
   * @returns {Promise<StudyRecord>}
   */
  checked_study(record) {
    return this.on_cpu("checking the study", (station) =>
      station.call((engine) => engine.checked_study(record)),
    );
  }

  /**
   * The comparison and the insights of a study as it stands.
   * @param {StudyRecord} record
   * @returns {Promise<StudyReading>}
   */
  read_study(record) {
    return this.on_cpu("reading the study", (station) =>
      station.call((engine) => engine.read_study(record)),
    );
  }

  /**
   * The texts of a report on studies.
   * @param {ReportRequest} request
   * @returns {Promise<ReportFiles>}
   */
  write_report(request) {
    return this.on_cpu("writing the report", (station) =>
      station.call((engine) => engine.write_report(request)),
    );
  }

  /**
   * The engine's version, such as `0.1.0`.
   * @returns {Promise<string>}
   */
  version() {
    return this.on_cpu("telling its version", (station) =>
      station.call((engine) => engine.version()),
    );
  }

  /**
   * The loaded data, if they are those that are meant.
   * @protected
   * @param {string} checksum
   */
  named(checksum) {
    if (!this.#data) throw new Refused("Load a data set first.");
    if (this.#data.summary.checksum !== checksum) {
      throw new Refused("Other data have been loaded meanwhile. Ask again.");
    }
    return this.#data;
  }

  /**
   * Has a worker hold the data that are meant, if they are still those that are loaded.
   * @protected
   * @param {Station} station
   * @param {string} checksum
   */
  async feed(station, checksum) {
    await station.feed(this.named(checksum));
    this.named(checksum);
  }

  /**
   * Asks the CPU worker, and its successor if it dies meanwhile.
   * @template T
   * @protected
   * @param {string} doing what it did, if that comes to nothing
   * @param {(station: Station) => Promise<T>} ask
   * @returns {Promise<T>}
   */
  async on_cpu(doing, ask) {
    try {
      return await this.stations.on_cpu(ask);
    } catch (error) {
      throw this.told(error, doing);
    }
  }

  /**
   * Whether a worker is at something that must not be lost.
   * @protected
   * @param {Station} _station
   */
  is_occupied(_station) {
    return false;
  }

  /**
   * After a crash: says so once.
   * @protected
   * @param {unknown} error
   * @param {string} doing
   * @returns {unknown} the error to throw on
   */
  told(error, doing) {
    if (!(error instanceof WorkerCrashed)) return error;
    const kept = this.#data ? " The data set is still loaded." : "";
    this.#notice(`The worker stopped while ${doing} and was replaced.${kept}`);
    const why = message_of(error).replace(/\.?$/, ".");
    return new WorkerCrashed(`The worker stopped while ${doing}: ${why}${kept}`);
  }
}
