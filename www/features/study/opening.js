// The studies' code and views, fetched when they are first needed, and what brings them to
// the front. The report's view is made by whoever knows it: views do not import views.

import { message_of } from "../../base/fault.js";
import { loaded_once } from "../../base/loading.js";
import { by_id } from "../../ui/dom.js";

/** @import { Actions } from "../../app/actions.js" */
/** @import { PageState, View } from "../../app/state.js" */
/** @import { create_studies, StudyActions } from "../../app/studies.js" */
/** @import { StudyState } from "../../app/study_state.js" */

/**
 * @typedef {object} ReportParts
 * @property {View<PageState>} page
 * @property {View<StudyState>} studies
 * @property {StudyActions} actions
 * @property {Actions} bench
 */

/**
 * @param {Parameters<typeof create_studies>[0]} given
 * @param {object} views
 * @param {Actions} views.bench
 * @param {() => Promise<(place: HTMLElement, parts: ReportParts) => void>} views.load_report
 */
export function create_study_opening(given, { bench, load_report }) {
  async function load() {
    const [{ create_studies }, { mount_study }, mount_report] = await Promise.all([
      import("../../app/studies.js"),
      import("./view.js"),
      load_report(),
    ]);
    const made = create_studies(given);
    const parts = { page: given.page, studies: made.view, actions: made.actions };
    const { report } = mount_study(by_id("study-view", HTMLElement), parts);
    mount_report(report, { ...parts, bench });
    await made.restore();
    return made.actions;
  }
  const loaded = loaded_once(load, (error) =>
    given.notice(`The study view could not be loaded: ${message_of(error)}`),
  );
  return {
    // What went wrong has been said.
    open_study: () => void loaded().catch(() => {}),
    /** A file of studies is shown where it comes to lie, and what is wrong with it too. @param {File} file */
    import_studies(file) {
      location.hash = "#study";
      loaded().then(
        ({ import_file }) => import_file(file),
        () => {},
      );
    },
  };
}
