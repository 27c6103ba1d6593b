// The check of a class, the assignments that it is held to, and their style, fetched when
// they are first needed: a teacher's two views, and what an assignment in the address does to
// a student's page.

import { message_of } from "../../base/fault.js";
import { loaded_once } from "../../base/loading.js";
import { by_id, el } from "../../ui/dom.js";

/** @import { PageState, Store } from "../../app/state.js" */
/** @import { LoadedData } from "../../engine/custody.js" */

/**
 * @typedef {object} CheckParts
 * @property {Store<PageState>} store
 * @property {{ readonly data: LoadedData | null }} engine
 * @property {(sentence: string) => void} notice
 * @property {(blob: Blob, name: string) => void} download
 */

/**
 * @param {CheckParts} parts
 * @param {{ is_bare: boolean }} asked by the address
 * @returns {{ check: () => void, assignment: () => void }} each shows its view
 */
export function create_check_opening({ store: page, engine, notice, download }, asked) {
  /** @param {string} what @param {() => Promise<void>} load */
  const opening = (what, load) => {
    const loaded = loaded_once(load, (error) =>
      notice(`${what} could not be loaded: ${message_of(error)}`),
    );
    // What went wrong has been said.
    return () => void loaded().catch(() => {});
  };
  if (page.get().assignment) {
    opening("The assignment in the address", async () => {
      const [{ GivenAssignment }, { Clerk }, { mount_strip }] = await Promise.all([
        import("../../app/given_assignment.js"),
        import("../../engine/clerk.js"),
        import("./assignment_strip.js"),
        styled("features/check/check.css"),
      ]);
      const given = new GivenAssignment({ page, reader: new Clerk(), notice });
      mount_strip(page, given);
      await given.open(asked);
    })();
  }
  return {
    check: opening("The check’s view", async () => {
      const [{ ClassCheck }, { mount_check }] = await Promise.all([
        import("../../app/class_check.js"),
        import("./view.js"),
        styled("features/check/check.css"),
      ]);
      const check = new ClassCheck({ page, data: () => engine.data });
      mount_check(by_id("check-view", HTMLElement), { check, page, notice, download });
    }),
    assignment: opening("The form of assignments", async () => {
      const [{ Clerk }, { mount_assignment_form }] = await Promise.all([
        import("../../engine/clerk.js"),
        import("./assignment_form.js"),
        styled("features/check/check.css"),
      ]);
      const clerk = new Clerk();
      const write = clerk.write_assignment.bind(clerk);
      mount_assignment_form(by_id("assignment-view", HTMLElement), { page, write, download });
    }),
  };
}

/** Resolves once a sheet of ours is in force. @param {string} href */
function styled(href) {
  if (document.querySelector(`link[href="${href}"]`)) return null;
  return new Promise((resolve, reject) => {
    const link = el("link", { rel: "stylesheet", href });
    link.addEventListener("load", () => resolve(null));
    link.addEventListener("error", () => {
      link.remove();
      reject(new Error(`${href} did not come`));
    });
    document.head.append(link);
  });
}
