// Files and pictures that arrive by dropping or pasting anywhere on the page, each given
// to whoever reads its kind, and the veil that says that they may be dropped.

import { by_id } from "../../ui/dom.js";
import { routes_of } from "./routes.js";

/** @import { Actions } from "../../app/actions.js" */

/** A drag over the page tells of itself oftener than this; one that is silent has left. */
const SILENCE_MS = 1200;

/**
 * @param {Pick<Actions, "load_files" | "load_model" | "import_runs" | "pick_test" | "notice"> & { import_studies: (file: File) => void }} actions
 * @param {{ load_picture: (picture: Blob) => void }} pad
 */
export function listen_for_files(actions, { load_picture }) {
  const veil = by_id("drop-veil", HTMLElement);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let silence;
  /** @param {DragEvent} event */
  const holds_files = (event) => event.dataTransfer?.types.includes("Files") ?? false;

  const show = () => {
    veil.hidden = false;
    clearTimeout(silence);
    silence = setTimeout(hide, SILENCE_MS);
  };
  const hide = () => {
    clearTimeout(silence);
    veil.hidden = true;
  };

  for (const type of /** @type {const} */ (["dragenter", "dragover"])) {
    document.addEventListener(type, (event) => {
      if (!holds_files(event)) return;
      event.preventDefault();
      show();
    });
  }
  document.addEventListener("dragleave", (event) => {
    // Between two elements of the page it names the one it goes to.
    if (event.relatedTarget === null) hide();
  });
  // While something is dragged there are none of these: whichever comes, the drag is over.
  for (const type of /** @type {const} */ (["dragend", "pointermove", "pointerdown", "keydown"])) {
    document.addEventListener(type, hide);
  }

  document.addEventListener("drop", (event) => {
    if (!holds_files(event)) return;
    hide();
    // A view has taken it.
    if (event.defaultPrevented) return;
    event.preventDefault();
    const folders = folder_names(event.dataTransfer);
    if (folders.length) {
      actions.notice(
        `“${folders[0]}” is a folder. Drop the file itself that lies in it, such as train.csv.`,
      );
    }
    const files = Array.from(event.dataTransfer?.files ?? []).filter(
      ({ name }) => !folders.includes(name),
    );
    const picker = picker_at(event.target);
    if (picker && files.length) give_to(picker, files);
    else if (files.length) void give(files);
  });

  document.addEventListener("paste", (event) => {
    const picture = Array.from(event.clipboardData?.files ?? []).find((file) =>
      file.type.startsWith("image/"),
    );
    if (!picture) return;
    event.preventDefault();
    load_picture(picture);
  });

  /** What lies on a picker was meant for it. @param {string} picker @param {File[]} files */
  function give_to(picker, files) {
    if (picker === "test-csv") actions.pick_test(files);
    else if (picker === "model-file") only_first(files, actions.load_model);
    else if (picker === "digit-picture") only_first(files, load_picture);
    else void give(files);
  }

  /** @param {File[]} files */
  async function give(files) {
    for (const [kind, found] of await routes_of(files)) {
      switch (kind) {
        case "picture":
          only_first(found, load_picture);
          break;
        case "model":
          only_first(found, actions.load_model);
          break;
        case "runs":
          for (const file of found) actions.import_runs(file);
          break;
        case "study":
          for (const file of found) actions.import_studies(file);
          break;
        case "test":
          actions.pick_test(found);
          break;
        case "data":
          actions.load_files(found);
          break;
        default: {
          /** @type {never} */
          const unknown = kind;
          throw new Error(`a kind of file that is not known: ${unknown}`);
        }
      }
    }
  }

  /** @param {File[]} files @param {(file: File) => void} take */
  function only_first([first, ...others], take) {
    if (!first) return;
    take(first);
    if (others.length === 0) return;
    const left = others.map(({ name }) => name).join(", ");
    actions.notice(`${first.name} is taken. One at a time: ${left} was left out.`);
  }
}

/**
 * Names of the folders among what was dropped: a browser gives them as files that
 * cannot be read.
 * @param {DataTransfer | null} transfer
 */
function folder_names(transfer) {
  return Array.from(transfer?.items ?? []).flatMap((item) => {
    const entry = item.kind === "file" ? item.webkitGetAsEntry?.() : null;
    return entry?.isDirectory ? [entry.name] : [];
  });
}

/** Id of the file picker on which something was dropped. @param {EventTarget | null} target */
function picker_at(target) {
  const box = target instanceof Element ? target.closest(".file-box, .picture") : null;
  return box?.querySelector('input[type="file"]')?.id ?? null;
}
