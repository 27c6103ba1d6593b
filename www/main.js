// Wires the page: makes the state, the stores, the engine, the controllers and the views.
// Does nothing itself.

import { create_actions } from "./app/actions.js";
import { create_kept_digits } from "./app/kept_digits.js";
import { evicted_words } from "./app/library.js";
import { keep_for_offline } from "./app/offline.js";
import { start_planner } from "./app/planner.js";
import { restore } from "./app/restore.js";
import { fetch_set, has_set } from "./app/sets.js";
import { create_shortcuts } from "./app/shortcuts.js";
import { create_store, initial_state } from "./app/state.js";
import { message_of, sentence_of } from "./base/fault.js";
import { promised_by } from "./base/promise.js";
import { config_from_query, names_settings } from "./base/settings.js";
import { Custody } from "./engine/custody.js";
import { create_charts } from "./features/curves/charts.js";
import { create_class_names_view } from "./features/data/class_names.js";
import { listen_for_files } from "./features/data/drop.js";
import { create_question_view } from "./features/data/question.js";
import { create_data_view } from "./features/data/view.js";
import { create_warnings_view } from "./features/data/warnings.js";
import { create_evaluation_view } from "./features/evaluation/view.js";
import { create_network_view } from "./features/network/view.js";
import { create_pad } from "./features/pad/pad.js";
import { create_run_card } from "./features/run/card.js";
import { create_ticks } from "./features/run/ticks.js";
import { create_run_view } from "./features/run/view.js";
import { create_address } from "./features/settings/address.js";
import { create_settings_form } from "./features/settings/form.js";
import { create_fine_tuning } from "./features/tuning/fine_tuning.js";
import { create_kept_digits as create_kept_digits_view } from "./features/tuning/kept_digits.js";
import { create_stores } from "./store/stores.js";
import { announce, by_id, download, set_text } from "./ui/dom.js";
import { create_link_copier } from "./ui/link.js";
import { tend_menus } from "./ui/menu.js";
import { create_notices } from "./ui/notices.js";
import { create_views } from "./ui/views.js";

const asked = config_from_query(location.search);
// Read now: the form writes the address anew.
const promised = promised_by(location.search, asked.config);
const with_settings = !names_settings(location.search);
const notice = create_notices();
/** Whatever goes wrong is said once. @param {unknown} error */
const report = (error) => notice(sentence_of(error));

const store = create_store(initial_state(asked.config), report);
const stores = create_stores({
  on_notice: notice,
  on_evicted: (names) => notice(evicted_words(names)),
  in_use() {
    const { run, data, model } = store.get();
    return { runs: [run.id, model?.run_id ?? ""], data: data ? [data.checksum] : [] };
  },
});
const { database } = stores;
const engine = new Custody({
  on_notice: notice,
  fault: new URLSearchParams(location.search).get("fault") ?? "",
  on_unfillable: () => database.refuse(),
});
const { actions, library, data, evaluation, run } = create_actions({
  store,
  engine,
  ...stores,
  fetch_set,
  download,
  notice,
  announce,
});
const digits = create_kept_digits(stores.digits, database);

const element = (/** @type {string} */ id) => by_id(id, HTMLElement);

// Views

const data_view = create_data_view(store, actions);
create_question_view(store, actions);
create_warnings_view(store, actions);
create_class_names_view(store, actions);
create_settings_form(store, actions);
create_address(store, { promised });
create_network_view(store, actions);
create_run_view(store, actions);
create_run_card(store, actions, { promised });
const charts = create_charts(store, actions);
const ticks = create_ticks(store);
const pad = create_pad(store, actions, { on_ink: ticks.set_ink });
create_evaluation_view(store, actions);
create_kept_digits_view({ pixels: pad.pixels, digits });
create_fine_tuning(store, actions, { digits });
create_shortcuts({
  ...actions,
  toggle_log: charts.toggle_log,
  draw: pad.focus,
  clear: pad.clear,
});
tend_menus();
create_link_copier(() => store.get().config, notice);

/** The study's code is fetched when it is first needed. @type {Promise<{ import_file: (file: File) => void }> | undefined} */
let study;
function opened_study() {
  study ??= load_study();
  study.catch((error) => {
    study = undefined;
    notice(`The study view could not be loaded: ${message_of(error)}`);
  });
  return study;
}

async function load_study() {
  const [{ create_studies }, { mount_study }, { mount_report }] = await Promise.all([
    import("./app/studies.js"),
    import("./features/study/view.js"),
    import("./features/report/hand_in.js"),
  ]);
  const kept = stores.studies;
  const made = create_studies({
    page: store,
    engine,
    studies: kept,
    database,
    notice,
    test_set: () => evaluation.test_set,
    bench: {
      train: () => run.begin(store.get().config),
      evaluate: () => evaluation.evaluate(),
      stop: () => run.stop(),
    },
  });
  const parts = { page: store, studies: made.view, actions: made.actions };
  const { report } = mount_study(element("study-view"), parts);
  mount_report(report, { ...parts, bench: actions });
  await made.restore();
  return made.actions;
}

/** So is that of the kept runs. @type {Promise<unknown> | undefined} */
let runs;
function open_runs() {
  runs ??= import("./features/runs/view.js").then(({ create_runs }) => create_runs(store, actions));
  runs.catch((error) => {
    runs = undefined;
    notice(`The view of the kept runs could not be loaded: ${message_of(error)}`);
  });
}

listen_for_files(
  {
    ...actions,
    // What is dropped is shown where it comes to lie, and what is wrong with it too.
    import_runs(file) {
      location.hash = "#runs";
      actions.import_runs(file);
    },
    import_studies(file) {
      location.hash = "#study";
      void opened_study().then(
        ({ import_file }) => import_file(file),
        () => {},
      );
    },
  },
  pad,
);
create_views([
  {
    name: "train",
    element: element("train-view"),
    skip_to: "training",
    skip_words: "Skip to training",
  },
  {
    name: "study",
    element: element("study-view"),
    skip_to: "study-view",
    skip_words: "Skip to the study",
    open: () => void opened_study(),
  },
  {
    name: "runs",
    element: element("runs-view"),
    skip_to: "runs-view",
    skip_words: "Skip to the runs",
    open: open_runs,
  },
]);

// What was kept

asked.remarks.forEach(notice);
start_planner({ store, engine, notes: stores.notes });
restore({ store, engine, ...stores, data, library, with_settings, notice })
  .then(() => digits.refresh())
  .catch(report);
const look_again = async () => store.set({ is_kept: await database.holds_anything() });
for (const topic of /** @type {const} */ (["runs", "data", "digits", "study"])) {
  database.hear(topic, () => void look_again());
}
database.hear("runs", () => void library.refresh().catch(report));
void look_again();

const forgetting = by_id("forget-dialog", HTMLDialogElement);
by_id("forget", HTMLButtonElement).addEventListener("click", () => forgetting.showModal());
forgetting.addEventListener("close", async () => {
  if (forgetting.returnValue !== "yes") return;
  await database.forget();
  location.reload();
});
store.watch(["is_kept"], ({ is_kept }) => {
  by_id("kept", HTMLElement).hidden = !is_kept;
});

has_set("mnist").then((is_there) => is_there && data_view.offer_mnist(), report);
engine
  .ready()
  .catch((error) => notice(`The engine could not start: ${message_of(error)}`))
  // What the page needs first has been fetched by now.
  .then(() => keep_for_offline((sentence) => set_text(by_id("offline", HTMLElement), sentence)))
  // Not to work offline is no fault that a person should read about.
  .catch(() => {});
