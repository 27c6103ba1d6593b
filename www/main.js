// Wires the page: makes the state, the stores, the engine, the controllers and the views.
// Does nothing itself.

import { create_actions } from "./app/actions.js";
import { asked_by } from "./app/asked.js";
import { evicted_words, watch_kept } from "./app/kept.js";
import { create_kept_digits } from "./app/kept_digits.js";
import { keep_for_offline } from "./app/offline.js";
import { start_planner } from "./app/planner.js";
import { restore } from "./app/restore.js";
import { fetch_set } from "./app/sets.js";
import { create_shortcuts } from "./app/shortcuts.js";
import { create_store, in_use, initial_state } from "./app/state.js";
import { message_of, sentence_of } from "./base/fault.js";
import { Custody } from "./engine/custody.js";
import { create_check_opening } from "./features/check/opening.js";
import { create_charts } from "./features/curves/charts.js";
import { listen_for_files } from "./features/data/drop.js";
import { create_data_view } from "./features/data/view.js";
import { create_evaluation_view } from "./features/evaluation/view.js";
import { create_glossary_opening } from "./features/glossary/opening.js";
import { create_inside_opening } from "./features/inside/opening.js";
import { create_kept_view } from "./features/kept/view.js";
import { create_network_view } from "./features/network/view.js";
import { create_pad } from "./features/pad/pad.js";
import { create_run_card } from "./features/run/card.js";
import { create_ticks } from "./features/run/ticks.js";
import { create_run_view } from "./features/run/view.js";
import { create_runs_opening } from "./features/runs/opening.js";
import { create_address } from "./features/settings/address.js";
import { create_settings_form } from "./features/settings/form.js";
import { create_study_opening } from "./features/study/opening.js";
import { create_fine_tuning } from "./features/tuning/fine_tuning.js";
import { create_kept_digits as create_kept_digits_view } from "./features/tuning/kept_digits.js";
import { create_stores } from "./store/stores.js";
import { announce, by_id, download, set_text } from "./ui/dom.js";
import { create_link_copier } from "./ui/link.js";
import { tend_menus } from "./ui/menu.js";
import { create_notices } from "./ui/notices.js";
import { create_views } from "./ui/views.js";

const asked = asked_by(location.search);
const notice = create_notices();
/** Whatever goes wrong is said once. @param {unknown} error */
const report = (error) => notice(sentence_of(error));

const store = create_store(initial_state(asked.config, asked.assignment), report);
const stores = create_stores({
  on_notice: notice,
  on_evicted: (names) => notice(evicted_words(names)),
  in_use: () => in_use(store.get()),
});
const engine = new Custody({
  on_notice: notice,
  ...asked.of_engine,
  on_unfillable: () => stores.database.refuse(),
});
const parts = { store, engine, ...stores, fetch_set, download, notice, announce };
const { actions, bench, ...made } = create_actions(parts);
const digits = create_kept_digits(stores.digits, stores.database);

// Views

create_data_view(store, actions);
create_settings_form(store, actions);
create_address(store, asked);
create_network_view(store, actions);
create_run_view(store, actions);
create_run_card(store, actions, asked);
const charts = create_charts(store, actions);
const ticks = create_ticks(store);
const inside = create_inside_opening(store, { ...parts, ...made, pixels: () => pad.pixels() });
const pad = create_pad(store, actions, { on_ink: ticks.set_ink, on_read: inside.on_read });
create_evaluation_view(store, actions, inside.tell_of);
create_kept_digits_view({ pixels: pad.pixels_now, digits });
create_fine_tuning(store, actions, { digits });
create_glossary_opening({ ...pad, ...actions, page: store });
create_shortcuts({ ...actions, toggle_log: charts.toggle_log, draw: pad.focus, clear: pad.clear });
tend_menus();
create_link_copier(() => store.get().config, notice);
create_kept_view(store, { forget: () => stores.database.forget(), report });
const { open_runs, import_runs } = create_runs_opening(store, actions);
const load_report = async () => (await import("./features/report/hand_in.js")).mount_report;
const { open_study, import_studies } = create_study_opening(
  { ...parts, page: store, test_set: () => made.evaluation.test_set, bench },
  { bench: actions, load_report },
);
listen_for_files({ ...actions, import_runs, import_studies }, pad);
create_views({ study: open_study, runs: open_runs, ...create_check_opening(parts, asked) });

// What was kept
asked.remarks.forEach(notice);
start_planner(parts);
restore({ ...parts, ...asked, ...made, kept_digits: digits }).catch(report);
watch_kept({ ...made, ...stores, store, report });
void engine
  .ready()
  .catch((error) => notice(`The engine could not start: ${message_of(error)}`))
  // What the page needs first has been fetched by now.
  .then(() => keep_for_offline((sentence) => set_text(by_id("offline", HTMLElement), sentence)));
