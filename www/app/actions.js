// What a person can do on the bench, and who does it. Views call these; no view calls
// another. Makes the controllers and knows no document.

import { Refused, sentence_of } from "../base/fault.js";
import { TAB_NOTES } from "../base/preferences.js";
import { SAMPLE } from "../base/sets.js";
import { assigned_settings } from "./assigned.js";
import { CommitteeController } from "./committee.js";
import { DataController } from "./data_set.js";
import { EvaluationController } from "./evaluation.js";
import { KeptEpochs } from "./kept_epochs.js";
import { Library } from "./library.js";
import { RunController } from "./run.js";
import { RunWords } from "./run_words.js";
import { why_not_train } from "./state.js";
import { TuningController } from "./tuning.js";

/** @import { DataChange, TaskSummary } from "../pkg/ndarray/inkling.js" */
/** @import { Fault } from "../base/fault.js" */
/** @import { SmallStore } from "../base/preferences.js" */
/** @import { Settings } from "../base/settings.js" */
/** @import { Custody } from "../engine/custody.js" */
/** @import { Committees } from "../store/committees.js" */
/** @import { DataSets } from "../store/data_sets.js" */
/** @import { Locks } from "../store/locks.js" */
/** @import { Notes } from "../store/notes.js" */
/** @import { Runs } from "../store/runs.js" */
/** @import { ModelFormat } from "../worker/model.js" */
/** @import { Cell, PageState, Store } from "./state.js" */

/** @typedef {ReturnType<typeof create_actions>["actions"]} Actions */

/**
 * @typedef {object} AppParts
 * @property {Store<PageState>} store
 * @property {Custody} engine
 * @property {Runs} runs
 * @property {Committees} committees
 * @property {DataSets} data_sets
 * @property {Notes} notes
 * @property {Locks} locks
 * @property {(name: string, signal: AbortSignal) => Promise<File>} fetch_set
 * @property {(blob: Blob, name: string) => void} download
 * @property {(sentence: string) => void} notice
 * @property {(sentence: string) => void} announce
 * @property {(work: () => void, after_ms: number) => unknown} [later]
 * @property {SmallStore} [typed] tests put their own in its place
 */

/** @param {AppParts} parts */
export function create_actions(parts) {
  const { store, engine, notice } = parts;
  const epochs = new KeptEpochs(store);
  const run = new RunController({
    ...parts,
    epochs,
    on_shown: (id) => void parts.notes.set_shown_run(id),
    on_kept: () => library.refresh().then(() => library.prune()),
  });
  const data = new DataController(parts);
  const tuning = new TuningController({
    ...parts,
    keep: (former, tuned) => library.keep_tuned(former, tuned),
  });
  const library = new Library({ ...parts, run, data, tuning });
  const words = new RunWords({
    ...parts,
    typed: parts.typed ?? TAB_NOTES,
    refresh: () => library.refresh(),
  });
  const evaluation = new EvaluationController({
    ...parts,
    on_evaluated: async (found, model) => {
      if (model.kind === "run") await library.keep_evaluation(found, model.run_id).catch(report);
      if (model.kind === "committee") await committee.keep_evaluation(found).catch(report);
    },
  });
  const committee = new CommitteeController({
    ...parts,
    in_turn: (label, work) => evaluation.in_turn(label, work),
  });

  /** @param {unknown} error */
  function report(error) {
    notice(sentence_of(error));
  }

  /** Keeps what was asked for from failing in silence. @param {Promise<unknown>} work */
  const done = (work) => void work.catch(report);

  /** The fields say what runs. @param {Settings} config */
  function begin_with(config) {
    const state = store.get();
    const why = why_not_train(state);
    if (why === "" && assigned_settings(config, state.assignment) !== config) {
      notice("The assignment fixes other settings than these. Leave it to train with them.");
      return;
    }
    if (why === "") store.set({ config, typed_fault: null });
    done(run.begin(config));
  }

  async function sample_then_train() {
    const asked = store.get().assignment?.given?.data;
    if (asked && !asked.name.startsWith(`${SAMPLE}.`)) {
      throw new Refused(
        `The assignment is on ${asked.name}. Load that file and press Train, or leave the assignment.`,
      );
    }
    const is_there = data.is_sample || (await data.load_set(SAMPLE));
    if (is_there) await run.begin(store.get().config);
  }

  const actions = {
    /** @param {File[]} files */
    load_files: (files) => done(data.load_files(files)),
    /** @param {string} name */
    load_set: (name) => done(data.load_set(name)),
    cancel_load: () => data.cancel(),
    undo_load: () => done(data.undo()),
    /** @param {number} label_column from 1, 0 for none */
    answer_question: (label_column) =>
      done(
        store.get().question?.is_test
          ? evaluation.answer_test(label_column)
          : data.answer(label_column),
      ),
    leave_question: () =>
      store.get().question?.is_test ? evaluation.leave_test_question() : data.leave_question(),
    /** @param {DataChange} change */
    change_data: (change) => done(data.change(change)),
    /** @param {TaskSummary} task */
    use_task: (task) => done(data.use_task(task)),

    /**
     * @param {Partial<Settings>} patch
     * @param {Fault | null} [typed_fault] what is wrong with it as it was written
     */
    change_settings: (patch, typed_fault = null) =>
      store.set({ config: { ...store.get().config, ...patch }, typed_fault }),
    /** The fields take the settings of the run that is shown. */
    use_settings_of_run() {
      const { config } = store.get().run;
      if (config) store.set({ config, typed_fault: null });
    },

    train: () => done(run.begin(store.get().config)),
    sample_and_train: () => done(sample_then_train()),
    pause_or_resume: () => done(run.pause_or_resume()),
    stop: () => run.stop(),
    train_on_cpu: () => begin_with({ ...store.get().config, backend: "ndarray" }),
    /** @param {string} id */
    go_on: (id) => done(library.go_on(id)),
    /** @param {Settings} config */
    repeat: (config) => begin_with(config),

    evaluate: () => done(evaluation.evaluate()),
    /** @param {Cell} cell */
    open_cell: (cell) => evaluation.open_cell(cell),
    /** @param {File[]} files */
    pick_test: (files) => done(evaluation.pick_test(files)),
    drop_test: () => done(evaluation.drop_test()),
    /** @param {File} file */
    load_model: (file) => done(evaluation.load_model(file)),
    /** @param {ModelFormat} [format] */
    save_model: (format) => done(evaluation.save_model(format)),
    submission: () => done(evaluation.submission()),
    /** @param {readonly number[]} places */
    readings_pixels: (places) => evaluation.pixels(places),

    /** @param {readonly import("./tuning.js").Digit[]} digits */
    tune: (digits) => done(tuning.tune(digits)),
    untune: () => done(tuning.untune()),

    /** @param {string} id */
    open_run: (id) => done(library.open(id)),
    /** @param {readonly string[]} ids */
    delete_runs: (ids) => done(library.remove(ids)),
    undo_delete: () => done(library.undo()),
    /** @param {string} id @param {string} name */
    rename_run: (id, name) => done(words.rename(id, name)),
    /** @param {string} id @param {string} note @param {string} base what it was written on from */
    note_run: (id, note, base) => done(words.note(id, note, base)),
    /** @param {string} id @param {boolean} is_pinned */
    pin: (id, is_pinned) => done(library.pin(id, is_pinned)),
    /** @param {readonly string[]} ids */
    make_committee: (ids) => committee.make(ids),
    /** @param {readonly string[]} ids */
    export_runs: (ids) => done(library.export_runs(ids)),
    /** @param {File} file */
    import_runs: (file) => done(library.import_runs(file)),
    /** @param {string} id */
    full_run: (id) => library.full_run(id),

    /** Rows of the loaded data. @param {number[]} rows */
    images: (rows) => engine.images(store.get().data?.checksum ?? "", rows),
    /** Parameters of the model that stands. @returns {Promise<Float32Array | null>} */
    async weights() {
      const { model } = store.get();
      return model ? engine.weights(model.id) : null;
    },
    /** @param {Uint8Array} ink @param {number} width @param {number} height */
    predict_ink: (ink, width, height) => engine.predict_ink(ink, width, height, epochs.shown),
    /** @param {import("../engine/custody.js").Strokes} strokes */
    predict_strokes: (strokes) => engine.predict_strokes(strokes, epochs.shown),
    notice,
  };
  /** What the assignment has the bench do, and waits for. */
  const bench = {
    train: () => run.begin(store.get().config),
    evaluate: () => evaluation.evaluate(),
    stop: () => run.stop(),
  };
  return { actions, bench, library, words, data, run, evaluation, committee, epochs };
}
