// Whether a notebook is one: what nbformat 4.5's JSON schema asks for, as far as ours goes,
// and that no cell claims to have been run.

/**
 * @param {any} notebook
 * @returns {string[]} what is wrong, each with its place; empty where it is valid
 */
export function notebook_faults(notebook) {
  /** @type {string[]} */
  const faults = [];
  /** @param {boolean} is_right @param {string} what */
  const expect = (is_right, what) => void (is_right || faults.push(what));
  const is_object = (/** @type {any} */ value) =>
    value !== null && typeof value === "object" && !Array.isArray(value);
  expect(notebook.nbformat === 4, "nbformat");
  expect(notebook.nbformat_minor >= 5, "nbformat_minor");
  expect(is_object(notebook.metadata), "metadata");
  const { kernelspec, language_info } = notebook.metadata ?? {};
  expect(typeof kernelspec?.name === "string", "metadata.kernelspec.name");
  expect(typeof kernelspec?.display_name === "string", "metadata.kernelspec.display_name");
  expect(typeof language_info?.name === "string", "metadata.language_info.name");
  expect(Array.isArray(notebook.cells) && notebook.cells.length > 0, "cells");
  /** @type {Set<string>} */
  const ids = new Set();
  for (const [at, cell] of (notebook.cells ?? []).entries()) {
    const place = `cells[${at}]`;
    expect(/^[A-Za-z0-9_-]{1,64}$/.test(cell.id ?? "") && !ids.has(cell.id), `${place}.id`);
    ids.add(cell.id);
    expect(is_object(cell.metadata), `${place}.metadata`);
    const { source } = cell;
    expect(
      Array.isArray(source) && source.every((/** @type {any} */ line) => typeof line === "string"),
      `${place}.source`,
    );
    const keys = Object.keys(cell).sort().join();
    if (cell.cell_type === "markdown") {
      expect(keys === "cell_type,id,metadata,source", `${place}: ${keys}`);
    } else {
      expect(cell.cell_type === "code", `${place}.cell_type`);
      expect(keys === "cell_type,execution_count,id,metadata,outputs,source", `${place}: ${keys}`);
      expect(cell.execution_count === null, `${place}.execution_count`);
      expect(Array.isArray(cell.outputs) && cell.outputs.length === 0, `${place}.outputs`);
    }
  }
  return faults;
}
