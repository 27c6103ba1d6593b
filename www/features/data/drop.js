// Files and pictures that arrive by dropping or pasting anywhere on the page.

import { by_id } from "../../ui/dom.js";

/**
 * @param {{ load_files: (files: File[]) => void, load_picture: (picture: Blob) => void }} actions
 */
export function listen_for_files({ load_files, load_picture }) {
  const veil = by_id("drop-veil", HTMLElement);
  /** @param {DragEvent} event */
  const holds_files = (event) => event.dataTransfer?.types.includes("Files") ?? false;
  // Enter and leave fire for every element on the way: only the balance counts.
  let depth = 0;

  document.addEventListener("dragenter", (event) => {
    if (!holds_files(event)) return;
    depth += 1;
    veil.hidden = false;
  });
  document.addEventListener("dragleave", (event) => {
    if (!holds_files(event)) return;
    depth = Math.max(0, depth - 1);
    if (depth === 0) veil.hidden = true;
  });
  document.addEventListener("dragover", (event) => {
    if (holds_files(event)) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    if (!holds_files(event)) return;
    event.preventDefault();
    depth = 0;
    veil.hidden = true;
    const files = Array.from(event.dataTransfer?.files ?? []);
    const [first] = files;
    if (!first) return;
    if (first.type.startsWith("image/")) load_picture(first);
    else load_files(files);
  });
  document.addEventListener("paste", (event) => {
    const picture = Array.from(event.clipboardData?.files ?? []).find((file) =>
      file.type.startsWith("image/"),
    );
    if (!picture) return;
    event.preventDefault();
    load_picture(picture);
  });
}
