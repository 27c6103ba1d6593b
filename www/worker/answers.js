// What a worker answers without data and without a model: that it is there, what it
// sees of WebGPU, its engine's device and version, figures, studies, reports and hand-ins.

import { probe } from "./adapter.js";
import { open_artifact, open_studies } from "./artifact.js";
import { guarded } from "./death.js";

/** @import { Evaluation, RunResult } from "../pkg/ndarray/inkling.js" */
/** @import { Assignment, AssignmentFiles, CheckWish, ClassFiles, HandIn, HandInVerdict, JudgeRequest, ReportFiles, ReportRequest, StudyConfig, StudyPlan, StudyReading, StudyRecord } from "../pkg/studies/inkling.js" */
/** @import { WebgpuProbe } from "./adapter.js" */
/** @import { Artifact, Opened, Studies } from "./artifact.js" */

export class Answers {
  #open_artifact;
  /** @type {Promise<string> | null} */
  #opening = null;
  /** @type {Opened | null} */
  #opened = null;
  /** @type {Promise<Studies> | null} */
  #opening_studies = null;

  /** @param {(artifact: Artifact, num_threads?: number) => Promise<Opened>} [open] tests put an engine of their own in */
  constructor(open = open_artifact) {
    this.#open_artifact = open;
  }

  /** Answers as soon as this worker gets to it. */
  ping() {}

  /**
   * What this worker sees of WebGPU. Needs no artifact.
   * @returns {Promise<WebgpuProbe>}
   */
  probe_webgpu() {
    return probe();
  }

  /**
   * Loads an artifact and opens its device, once.
   * @param {Artifact} artifact
   * @param {number} [num_threads] that may share a run on the CPU
   * @returns {Promise<string>} the device in words
   */
  open(artifact, num_threads) {
    this.#opening ??= guarded(async () => {
      this.#opened = await this.#open_artifact(artifact, num_threads);
      return this.#opened.device;
    });
    return this.#opening;
  }

  /**
   * The engine's version.
   * @returns {Promise<string>}
   */
  version() {
    return guarded(() => this.wasm.version());
  }

  /**
   * The figures of probabilities, one a class for each row, against the rows' labels.
   * @param {Float32Array} probabilities
   * @param {Uint8Array} labels
   * @returns {Promise<Evaluation>}
   */
  evaluate(probabilities, labels) {
    const num_classes = probabilities.length / Math.max(1, labels.length);
    return guarded(() => this.wasm.evaluate(probabilities, labels, num_classes));
  }

  /**
   * What a run came to that was ended by force after its last checkpoint.
   * @param {Uint8Array} checkpoint
   * @param {string} backend that computed it
   * @param {number} num_validation images held out
   * @returns {Promise<RunResult>}
   */
  stopped_result(checkpoint, backend, num_validation) {
    return guarded(() => this.wasm.stopped_result(checkpoint, backend, num_validation));
  }

  /**
   * The runs of a study.
   * @param {StudyConfig} config
   * @returns {Promise<StudyPlan>}
   */
  plan_study(config) {
    return guarded(async () => (await this.studies()).plan_study(config));
  }

  /**
   * A study of a file or of an older page: checked, and brought to this version's format.
   * @param {StudyRecord} record
   * @returns {Promise<StudyRecord>}
   */
  checked_study(record) {
    return guarded(async () => (await this.studies()).checked_study(record));
  }

  /**
   * The comparison and the insights of a study as it stands.
   * @param {StudyRecord} record
   * @returns {Promise<StudyReading>}
   */
  read_study(record) {
    return guarded(async () => (await this.studies()).read_study(record));
  }

  /**
   * The texts of a report on studies.
   * @param {ReportRequest} request
   * @returns {Promise<ReportFiles>}
   */
  write_report(request) {
    return guarded(async () => (await this.studies()).write_report(request));
  }

  /**
   * An assignment of a link, its token or a file's text.
   * @param {string} text
   * @returns {Promise<Assignment>}
   */
  read_assignment(text) {
    return guarded(async () => (await this.studies()).read_assignment(text));
  }

  /**
   * An assignment as a file and as a link's token.
   * @param {Assignment} draft
   * @returns {Promise<AssignmentFiles>}
   */
  write_assignment(draft) {
    return guarded(async () => (await this.studies()).write_assignment(draft));
  }

  /**
   * The seed of those who hand in an assignment.
   * @param {string} code
   * @param {string[]} ids
   * @returns {Promise<number>}
   */
  assignment_seed(code, ids) {
    return guarded(async () => (await this.studies()).assignment_seed(code, ids));
  }

  /**
   * In words, that data are not those of an assignment; nothing where they are.
   * @param {Assignment} assignment
   * @param {string} name
   * @param {string} checksum
   * @returns {Promise<string | undefined>}
   */
  why_other_data(assignment, name, checksum) {
    return guarded(async () => (await this.studies()).why_other_data(assignment, name, checksum));
  }

  /**
   * What hand-ins are called, each otherwise.
   * @param {string[]} paths of their files
   * @returns {Promise<string[]>}
   */
  hand_in_names(paths) {
    return guarded(async () => (await this.studies()).hand_in_names(paths));
  }

  /**
   * Unpacks and reads a hand-in; what is no hand-in comes back with its fault.
   * @param {File} file
   * @param {string} zip what it is called
   * @param {CheckWish} wish
   * @returns {Promise<HandIn>}
   */
  read_hand_in(file, zip, wish) {
    return guarded(async () => {
      const { read_hand_in } = await import("./hand_in.js");
      return read_hand_in(await this.studies(), file, zip, wish);
    });
  }

  /**
   * A hand-in of which nothing can be read.
   * @param {string} zip what it is called
   * @param {string} why
   * @returns {Promise<HandIn>}
   */
  unread_hand_in(zip, why) {
    return guarded(async () => (await this.studies()).unread_hand_in(zip, why));
  }

  /**
   * What is found of a hand-in whose runs were trained again.
   * @param {JudgeRequest} request
   * @returns {Promise<HandInVerdict>}
   */
  judge_hand_in(request) {
    return guarded(async () => (await this.studies()).judge_hand_in(request));
  }

  /**
   * Verdicts as a table and as the files that Gradescope takes.
   * @param {HandInVerdict[]} hand_ins
   * @returns {Promise<ClassFiles>}
   */
  class_files(hand_ins) {
    return guarded(async () => (await this.studies()).class_files({ hand_ins }));
  }

  /**
   * Fetched when a study, or the inside of a model, is first asked about.
   * @protected
   * @returns {Promise<Studies>}
   */
  studies() {
    this.#opening_studies ??= open_studies().catch((error) => {
      // The network may be back at the next question.
      this.#opening_studies = null;
      throw error;
    });
    return this.#opening_studies;
  }

  /**
   * Has the threads join that may share the work of a run.
   * @protected
   */
  call_team() {
    this.#opened?.call_team?.();
  }

  /**
   * The engine, once it is open.
   * @protected
   */
  get wasm() {
    if (!this.#opened) throw new Error("The engine is not open yet.");
    return this.#opened.wasm;
  }
}
