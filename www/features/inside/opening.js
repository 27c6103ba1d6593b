// What opens the inside of the network, there once there is something to look at. The view
// is fetched when it is first opened, and costs nothing while it is closed.

import { message_of } from "../../base/fault.js";
import { loaded_once } from "../../base/loading.js";
import { by_id } from "../../ui/dom.js";

/** @import { Subject } from "../../app/story.js" */
/** @import { KeptEpochs } from "../../app/kept_epochs.js" */
/** @import { Custody } from "../../engine/custody.js" */
/** @import { PageState, View } from "../../app/state.js" */

/**
 * @param {View<PageState>} state
 * @param {object} parts
 * @param {Custody} parts.engine
 * @param {KeptEpochs} parts.epochs
 * @param {(sentence: string) => void} parts.notice
 * @param {() => Uint8Array | null} parts.pixels what the pad was last read as
 */
export function create_inside_opening(state, { engine, epochs, notice, pixels }) {
  const button = by_id("look-inside", HTMLButtonElement);
  /** @type {ReturnType<typeof import("./view.js").mount_inside> | null} */
  let view = null;
  const loaded = loaded_once(
    async () => {
      const { mount_inside } = await import("./view.js");
      view = mount_inside({ page: state, engine, epochs, pixels, button });
      return view;
    },
    (error) => notice(`The inside could not be loaded: ${message_of(error)}`),
  );
  /** @param {(opened: NonNullable<typeof view>) => void} then */
  const with_view = (then) => {
    // What went wrong has been said.
    loaded().then(then, () => {});
  };
  button.addEventListener("click", () => with_view(({ toggle }) => toggle()));
  state.watch(["data", "model"], ({ data, model }) => {
    button.hidden = !data && !model;
  });
  return {
    /** The pad has been read, or emptied. */
    on_read: () => view?.update(),
    /** Opens it at the story of an image. @param {Subject} subject */
    tell_of: (subject) => with_view(({ tell_of }) => tell_of(subject)),
  };
}
